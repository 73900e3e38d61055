"""Tables of HTML pages, and files that are no list at all."""

import gzip
import io
import zipfile

from importer.reading import ReadOptions
from messy.messy_file import refused, text_read

_LIST = "did_pattern,group\n17275550100,SALES\n17275550101,SUPPORT\n"
_ROWS = ((2, ("17275550100", "SALES")), (3, ("17275550101", "SUPPORT")))
_PAGE = "<html><head><title>DIDs</title><style>td {}</style></head><body><p>Your order</p>%s</body></html>"


def _zip(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


FILES = (
    refused("empty-file", b"", r"is empty \(0 bytes\); get or save the list again"),
    refused("only-blank-lines", "\n , ,\n\n", "is empty: no cell of it is filled"),
    refused("header-alone", "did,group\n\n", "row 1: there are no rows below the header"),
    refused(
        "pdf-named-xlsx", b"%PDF-1.7\n%\xe2\xe3", "is a PDF document, not a spreadsheet; get the list", ending=".xlsx"
    ),
    refused("picture-named-xls", b"\x89PNG\r\n\x1a\n" + bytes(20), r"is an image \(PNG\)", ending=".xls"),
    refused("gzip-archive", gzip.compress(_LIST.encode()), "is a gzip archive, .*; unpack it", ending=".csv.gz"),
    refused("zip-archive", _zip("order.csv", _LIST.encode()), "is a zip archive that holds order.csv", ending=".xlsx"),
    refused("rtf-named-xls", r"{\rtf1 17275550100}", "is an RTF document", ending=".xls"),
    refused("json", '[{"did": "17275550100"}]', "is a JSON file, which is not read", ending=".csv"),
    refused("some-xml", '<?xml version="1.0"?><list><did>1</did></list>', "is an XML file", ending=".xml"),
    refused(
        "excel-2003-xml",
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
        "is an Excel 2003 XML spreadsheet, which is not read; open it in Excel or LibreOffice and save it as .xlsx",
        ending=".xls",
    ),
    refused(
        "web-archive-named-xls",
        "MIME-Version: 1.0\nContent-Type: multipart/related\n",
        "is a web archive",
        ending=".xls",
    ),
    refused(
        "sheet-of-a-text-file", _LIST, "the file has no sheets; leave out --sheet", options=ReadOptions(sheet="Order")
    ),
    text_read(
        "html-table-named-xls",
        _PAGE % "<table><thead><tr><th>DID</th><th>City &amp; State</th></tr></thead>"
        "<tr><td>17275550100</td><td>St.&nbsp;Pete<br>FL</td></tr><tr><td> 17275550101\n</td><td></td></tr></table>",
        ("DID", "City & State"),
        ((2, ("17275550100", "St.\u00a0Pete\nFL")), (3, ("17275550101", ""))),
        ending=".xls",
        facts=("the name ends in .xls, the content is a text file", "an HTML page, encoding UTF-8"),
    ),
    text_read(
        "html-that-closes-nothing",
        "<table><tr><td>did<td>group<tr><td>17275550100<td>SALES<tr><td>17275550101<td>SUPPORT",
        ("did", "group"),
        _ROWS,
        ending=".html",
    ),
    text_read(
        "html-with-two-tables",
        _PAGE % "<table><tr><td>Customer<td>4711</table><table><tr><th>did<tr><td>17275550100</table>",
        ("did",),
        ((2, ("17275550100",)),),
        ending=".xls",
        sheet="table 2",
        facts=("sheet 'table 2' is read; not read: table 1",),
    ),
    text_read(
        "html-with-merged-and-hidden-cells",
        "<table><tr><th>did<th>group</tr><tr><td>17275550100<td rowspan=2>SALES</tr>"
        "<tr style='display: none'><td>17275550101</tr><tr><td colspan=2>17275550102</tr></table>",
        ("did", "group"),
        ((2, ("17275550100", "SALES")), (3, ("17275550101", "SALES")), (4, ("17275550102", ""))),
        ending=".htm",
        facts=("merged cells: the value stands for every row that they span (B2:B3)", "1 hidden or filtered row"),
    ),
    text_read(
        "html-with-shortened-numbers",
        "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td>did<td>date</tr>"
        "<tr><td x:num='17275550100'>1.72756E+10<td x:num='45413'>5/1/2024</tr>"
        "<tr><td sdval='17275550101' sdnum='1033;'>1,73E+10</tr></table>",
        ("did", "date"),
        ((2, ("17275550100", "5/1/2024")), (3, ("17275550101", ""))),
        ending=".xls",
    ),
    text_read(
        "html-in-windows-1252",
        b"<html><head><meta http-equiv=Content-Type content='text/html; charset=windows-1252'></head>"
        b"<table><tr><td>did<td>City<tr><td>17275550100<td>Caf\xe9</table>",
        ("did", "City"),
        ((2, ("17275550100", "Café")),),
        ending=".xls",
    ),
    text_read(
        "html-table-around-a-table",
        "<table><tr><td>Menu<td><table><tr><td>did<tr><td>17275550100</table></table>",
        ("did",),
        ((2, ("17275550100",)),),
        ending=".xls",
        sheet="table 2",
    ),
    refused("page-of-a-login", _PAGE % "<form>Please log in</form>", "is a web page without a table", ending=".xls"),
)
