"""Ugly text files."""

import gzip
import io
import zipfile

from importer.sheet import ReadOptions
from messy.messy_file import MessyFile, bytes_of

_LIST = "did_pattern,group\n17275550100,SALES\n17275550101,SUPPORT\n"
_HEADER = ("did_pattern", "group")
_ROWS = ((2, ("17275550100", "SALES")), (3, ("17275550101", "SUPPORT")))
_ACCENTS = "did,description\n17275550100,Café São Paulo\n"
_ACCENTS_HEADER = ("did", "description")
_ACCENTS_ROWS = ((2, ("17275550100", "Café São Paulo")),)


def _zip(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def _read(
    name: str,
    content: str | bytes,
    header: tuple[str, ...] = _HEADER,
    rows: tuple[tuple[int, tuple[str, ...]], ...] = _ROWS,
    *,
    ending: str = ".csv",
    options: ReadOptions | None = None,
    facts: tuple[str, ...] = (),
    header_row: int = 1,
    blank_rows: int = 0,
    sheet: str = "",
) -> MessyFile:
    data = content.encode() if isinstance(content, str) else content
    return MessyFile(
        name,
        ending,
        bytes_of(data),
        header,
        rows,
        options=options or ReadOptions(),
        facts=facts,
        header_row=header_row,
        blank_rows=blank_rows,
        sheet=sheet,
    )


def _refused(
    name: str, content: str | bytes, error: str, *, ending: str = ".csv", options: ReadOptions | None = None
) -> MessyFile:
    data = content.encode() if isinstance(content, str) else content
    return MessyFile(name, ending, bytes_of(data), error=error, options=options or ReadOptions())


ENCODINGS = (
    _read("utf-8-with-mark", b"\xef\xbb\xbf" + _LIST.encode(), facts=("encoding UTF-8 with byte order mark",)),
    _read(
        "unicode-text-of-excel",
        b"\xff\xfe" + _LIST.replace(",", "\t").encode("utf-16-le"),
        ending=".txt",
        facts=("encoding UTF-16 (little-endian) with byte order mark, separator tab",),
    ),
    _read("utf-16-big-endian-without-mark", _LIST.encode("utf-16-be"), facts=("encoding UTF-16 (big-endian)",)),
    _read("utf-16-little-endian-without-mark", _LIST.encode("utf-16-le"), facts=("encoding UTF-16 (little-endian)",)),
    _read(
        "windows-1252",
        _ACCENTS.encode("cp1252"),
        _ACCENTS_HEADER,
        _ACCENTS_ROWS,
        facts=("encoding Windows-1252", "the encoding is a guess: if names look wrong, such as 'Café' in line 2"),
    ),
    _read(
        "mac-roman-by-hand",
        _ACCENTS.replace("\n", "\r").encode("mac_roman"),
        _ACCENTS_HEADER,
        _ACCENTS_ROWS,
        options=ReadOptions(encoding="mac_roman"),
        facts=("encoding mac-roman (as asked)",),
    ),
    _refused(
        "utf-8-with-one-byte-of-latin-1",
        "did,description\n17275550100,Café\n17275550101,".encode() + b"S\xe3o\n",
        r"line 3, byte 48 \(0xE3\) is no UTF-8, and other characters of the file are",
    ),
    _refused(
        "byte-that-no-windows-has", b"did,description\n1,\x81\n", r"line 2, byte 19 \(0x81\) is neither UTF-8 nor"
    ),
    _refused("nul-byte", _LIST.encode() + b"17275550102,\0\n", r"line 4, byte \d+ is 0x00"),
    _refused(
        "wrong-encoding-by-hand",
        _ACCENTS.encode("cp1252"),
        r"line 2, byte 32 \(0xE9\) is no utf-8; name the right encoding",
        options=ReadOptions(encoding="utf-8"),
    ),
    _refused(
        "encoding-that-is-none",
        _LIST,
        "'klingon' is no encoding; use for example",
        options=ReadOptions(encoding="klingon"),
    ),
    _refused(
        "utf-16-cut-in-a-character",
        b"\xff\xfe" + _LIST.encode("utf-16-le")[:-1],
        r"line 3, byte \d+ .* is no utf-16-le",
    ),
)

SEPARATORS = (
    _read(
        "semicolons-and-commas-in-the-text",
        "did;description\n17275550100;Tampa, FL\n17275550101;Miami, FL\n",
        ("did", "description"),
        ((2, ("17275550100", "Tampa, FL")), (3, ("17275550101", "Miami, FL"))),
        facts=("encoding UTF-8, separator ';'",),
    ),
    _read("tabs", _LIST.replace(",", "\t"), ending=".tsv", facts=("separator tab",)),
    _read("pipes", _LIST.replace(",", "|"), ending=".txt", facts=("separator '|'",)),
    _read(
        "separator-line-of-excel",
        "sep=;\r\n" + _LIST.replace(",", ";").replace("\n", "\r\n"),
        rows=((3, ("17275550100", "SALES")), (4, ("17275550101", "SUPPORT"))),
        header_row=2,
        facts=("separator ';'",),
    ),
    _read("separator-by-hand", _LIST.replace(",", "^"), options=ReadOptions(delimiter="^"), facts=("separator '^'",)),
    _refused(
        "separator-that-is-none",
        _LIST,
        "'ab' cannot separate cells; give one character",
        options=ReadOptions(delimiter="ab"),
    ),
    _read(
        "one-column",
        "did\n17275550100\n(727) 555-0101\n",
        ("did",),
        ((2, ("17275550100",)), (3, ("(727) 555-0101",))),
        facts=("encoding UTF-8, one column",),
    ),
    _read("csv-named-xls", _LIST, ending=".xls", facts=("the name ends in .xls, the content is a text file",)),
    _read("tsv-named-xlsx", _LIST.replace(",", "\t"), ending=".xlsx", facts=("the name ends in .xlsx",)),
)

LINES = (
    _read("old-mac-line-ends", _LIST.replace("\n", "\r")),
    _read("mixed-line-ends", "did_pattern,group\r\n17275550100,SALES\n17275550101,SUPPORT\r"),
    _read("no-line-end-at-the-end", _LIST.rstrip()),
    _read("end-of-a-dos-text", _LIST + "\x1a"),
    _read(
        "line-break-in-a-cell",
        'did,note\n17275550100,"first\nsecond"\n17275550101,x\n',
        ("did", "note"),
        ((2, ("17275550100", "first\nsecond")), (4, ("17275550101", "x"))),
    ),
    _read(
        "quotation-marks-inside-cells",
        'did,note\n17275550100,5" rack\n17275550101,"the ""big"" one"\n17275550102,"Bob"s\n',
        ("did", "note"),
        ((2, ("17275550100", '5" rack')), (3, ("17275550101", 'the "big" one')), (4, ("17275550102", "Bobs"))),
    ),
    _refused(
        "quotation-mark-never-closed",
        'did,note\n17275550100,a\n17275550101,"b\n17275550102,c\n',
        r"line 3: a quotation mark \(\"\) opens a cell here and does not close it rightly",
    ),
    _refused(
        "quotation-mark-that-swallows-a-row",
        'did,note\n17275550100,"a\n17275550101,b\n17275550102,c"\n',
        "line 2: a quotation mark",
    ),
    _refused(
        "quotation-mark-closed-in-the-wrong-place",
        'did,note\n17275550100,"a\nb" c\n17275550101,x\n',
        "line 2: a quotation mark",
    ),
    _read(
        "blank-lines-anywhere",
        "\n\ndid_pattern,group\n\n17275550100,SALES\n,\n  , \n17275550101,SUPPORT\n\n,,\n",
        rows=((5, ("17275550100", "SALES")), (8, ("17275550101", "SUPPORT"))),
        header_row=3,
        blank_rows=5,
    ),
)

HEADERS = (
    _read(
        "title-lines-above-the-header",
        "DID list of May\nOrder 4711,confirmed\n\n" + _LIST,
        rows=((5, ("17275550100", "SALES")), (6, ("17275550101", "SUPPORT"))),
        header_row=4,
        blank_rows=1,
        facts=("the header is row 4; 2 title rows above it, not read: 'DID list of May'",),
    ),
    _read(
        "title-that-is-a-header-too",
        "DID list\n" + _LIST,
        rows=((3, ("17275550100", "SALES")), (4, ("17275550101", "SUPPORT"))),
        header_row=2,
    ),
    _read(
        "cell-that-says-toll-free",
        "phone_number,type\n18005550100,toll free\n18005550101,toll-free\n",
        ("phone_number", "type"),
        ((2, ("18005550100", "toll free")), (3, ("18005550101", "toll-free"))),
    ),
    _read(
        "no-header",
        "17275550100\n\n+1 (727) 555-0101\n",
        ("did_pattern",),
        ((1, ("17275550100",)), (3, ("+1 (727) 555-0101",))),
        header_row=0,
        blank_rows=1,
        facts=("there is no header: column A holds nothing but phone numbers and is taken for did_pattern",),
    ),
    _read(
        "no-header-and-labels",
        "Main line,17275550100,x\nFax,7275550101\n",
        ("", "did_pattern", ""),
        ((1, ("Main line", "17275550100", "x")), (2, ("Fax", "7275550101", ""))),
        header_row=0,
        facts=("column B holds nothing but phone numbers",),
    ),
    _refused("no-header-and-two-columns-of-numbers", "17275550100,40001234\n", "there is no DID column"),
    _refused(
        "no-header-and-one-bad-number",
        "17275550100\n1.72756E+10\n",
        r"there is no DID column; the columns are: 1\.72756E\+10",
    ),
    _refused(
        "no-did-column",
        "Line,City\n1,Tampa\n",
        r"no DID column; the columns are: Line, City; rename .* or say which it is with --map \"Line=did_pattern\"",
    ),
    _refused(
        "did-column-twice",
        "DID,group,did\n17275550100,S,17275550101\n",
        r"row 1: the column did_pattern stands twice: 'DID' \(column 1\) and 'did' \(column 3\)",
    ),
    _refused("group-column-twice", "did,group,Group\n17275550100,a,b\n", "row 1: the column group stands twice"),
    _read(
        "two-columns-that-could-be-the-did",
        "number,DID Number\n1,17275550100\n",
        ("number", "DID Number"),
        ((2, ("1", "17275550100")),),
    ),
    _read(
        "header-by-hand",
        "Numéro,did\n17275550100,7\n",
        ("Numéro", "did"),
        ((2, ("17275550100", "7")),),
        options=ReadOptions(mapping={"Numéro": "did_pattern"}),
    ),
    _refused(
        "header-by-hand-that-is-not-there",
        _LIST,
        "there is no column 'Line' to map; the columns are: did_pattern, group",
        options=ReadOptions(mapping={"Line": "did_pattern"}),
    ),
    _read(
        "headers-in-other-letters",
        '"DID\nNumber",  IN-GROUP id\n17275550100,SALES\n',
        ("DID\nNumber", "  IN-GROUP id"),
        ((3, ("17275550100", "SALES")),),
    ),
    _read(
        "rows-shorter-and-longer-than-the-header",
        "did,group\n17275550100\n17275550101,S,,note\n17275550102,S,\n",
        ("did", "group", ""),
        ((2, ("17275550100", "", "")), (3, ("17275550101", "S", "note")), (4, ("17275550102", "S", ""))),
        facts=("rows with cells to the right of the last header, kept without a name: 3",),
    ),
)

CELLS = (
    _read(
        "words-that-are-no-blanks",
        "did,group,note\n17275550100,NA,null\n17275550101,nan,None\n",
        ("did", "group", "note"),
        ((2, ("17275550100", "NA", "null")), (3, ("17275550101", "nan", "None"))),
    ),
    _read(
        "numbers-as-formulas-of-a-csv",
        'did\n"=""17275550100"""\n=+17275550101\n1.72756E+10\n',
        ("did",),
        ((2, ('="17275550100"',)), (3, ("=+17275550101",)), (4, ("1.72756E+10",))),
    ),
    _read(
        "spaces-around-and-alone",
        "did,group\n 17275550100 ,\u00a0\n17275550101,  \n",
        ("did", "group"),
        ((2, (" 17275550100 ", "")), (3, ("17275550101", ""))),
    ),
)

NO_LISTS = (
    _refused("empty-file", b"", r"is empty \(0 bytes\); get or save the list again"),
    _refused("only-blank-lines", "\n , ,\n\n", "is empty: no cell of it is filled"),
    _refused("header-alone", "did,group\n\n", "row 1: there are no rows below the header"),
    _refused(
        "pdf-named-xlsx", b"%PDF-1.7\n%\xe2\xe3", "is a PDF document, not a spreadsheet; get the list", ending=".xlsx"
    ),
    _refused("picture-named-xls", b"\x89PNG\r\n\x1a\n" + bytes(20), r"is an image \(PNG\)", ending=".xls"),
    _refused("gzip-archive", gzip.compress(_LIST.encode()), "is a gzip archive, .*; unpack it", ending=".csv.gz"),
    _refused("zip-archive", _zip("order.csv", _LIST.encode()), "is a zip archive that holds order.csv", ending=".xlsx"),
    _refused("rtf-named-xls", r"{\rtf1 17275550100}", "is an RTF document", ending=".xls"),
    _refused("json", '[{"did": "17275550100"}]', "is a JSON file, which is not read", ending=".csv"),
    _refused("some-xml", '<?xml version="1.0"?><list><did>1</did></list>', "is an XML file", ending=".xml"),
    _refused(
        "excel-2003-xml",
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
        "is an Excel 2003 XML spreadsheet, which is not read; open it in Excel or LibreOffice and save it as .xlsx",
        ending=".xls",
    ),
    _refused(
        "web-archive-named-xls",
        "MIME-Version: 1.0\nContent-Type: multipart/related\n",
        "is a web archive",
        ending=".xls",
    ),
    _refused(
        "sheet-of-a-text-file", _LIST, "the file has no sheets; leave out --sheet", options=ReadOptions(sheet="Order")
    ),
)

_PAGE = "<html><head><title>DIDs</title><style>td {}</style></head><body><p>Your order</p>%s</body></html>"

HTML = (
    _read(
        "html-table-named-xls",
        _PAGE % "<table><thead><tr><th>DID</th><th>City &amp; State</th></tr></thead>"
        "<tr><td>17275550100</td><td>St.&nbsp;Pete<br>FL</td></tr><tr><td> 17275550101\n</td><td></td></tr></table>",
        ("DID", "City & State"),
        ((2, ("17275550100", "St.\u00a0Pete\nFL")), (3, ("17275550101", ""))),
        ending=".xls",
        facts=("the name ends in .xls, the content is a text file", "an HTML page with 1 table(s), encoding UTF-8"),
    ),
    _read(
        "html-that-closes-nothing",
        "<table><tr><td>did<td>group<tr><td>17275550100<td>SALES<tr><td>17275550101<td>SUPPORT",
        ("did", "group"),
        _ROWS,
        ending=".html",
    ),
    _read(
        "html-with-two-tables",
        _PAGE % "<table><tr><td>Customer<td>4711</table><table><tr><th>did<tr><td>17275550100</table>",
        ("did",),
        ((2, ("17275550100",)),),
        ending=".xls",
        sheet="table 2",
        facts=("sheet 'table 2' is read; not read: table 1",),
    ),
    _read(
        "html-with-merged-and-hidden-cells",
        "<table><tr><th>did<th>group</tr><tr><td>17275550100<td rowspan=2>SALES</tr>"
        "<tr style='display: none'><td>17275550101</tr><tr><td colspan=2>17275550102</tr></table>",
        ("did", "group"),
        ((2, ("17275550100", "SALES")), (3, ("17275550101", "SALES")), (4, ("17275550102", ""))),
        ending=".htm",
        facts=("merged cells: the value stands for every row that they span (B2:B3)", "1 hidden or filtered row"),
    ),
    _read(
        "html-of-excel-with-shortened-numbers",
        "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td>did</tr>"
        "<tr><td x:num='17275550100'>1.72756E+10</tr></table>",
        ("did",),
        ((2, ("17275550100",)),),
        ending=".xls",
    ),
    _read(
        "html-in-windows-1252",
        b"<html><head><meta http-equiv=Content-Type content='text/html; charset=windows-1252'></head>"
        b"<table><tr><td>did<td>City<tr><td>17275550100<td>Caf\xe9</table>",
        ("did", "City"),
        ((2, ("17275550100", "Café")),),
        ending=".xls",
    ),
    _read(
        "html-table-around-a-table",
        "<table><tr><td>Menu<td><table><tr><td>did<tr><td>17275550100</table></table>",
        ("did",),
        ((2, ("17275550100",)),),
        ending=".xls",
        sheet="table 2",
    ),
    _refused("page-of-a-login", _PAGE % "<form>Please log in</form>", "is a web page without a table", ending=".xls"),
)

FILES = (*ENCODINGS, *SEPARATORS, *LINES, *HEADERS, *CELLS, *NO_LISTS, *HTML)
