"""Ugly text files: encodings, separators, lines."""

from typing import Any

from importer.reading import ReadOptions
from messy.messy_file import MessyFile, added, refused, text_read

_LIST = "did_pattern,group\n17275550100,SALES\n17275550101,SUPPORT\n"
_HEADER = ("did_pattern", "group")
_ROWS = ((2, ("17275550100", "SALES")), (3, ("17275550101", "SUPPORT")))
_ACCENTS = "did,description\n17275550100,Café São Paulo\n"
_ACCENTS_HEADER = ("did", "description")
_ACCENTS_ROWS = ((2, ("17275550100", "Café São Paulo")),)


def _list_read(name: str, content: str | bytes, **more: Any) -> MessyFile:
    """Return a file in which the usual list of two must be read."""
    return text_read(name, content, _HEADER, more.pop("rows", _ROWS), **more)


FILES = (
    _list_read("utf-8-with-mark", b"\xef\xbb\xbf" + _LIST.encode(), facts=("encoding UTF-8 with byte order mark",)),
    _list_read(
        "unicode-text-of-excel",
        b"\xff\xfe" + _LIST.replace(",", "\t").encode("utf-16-le"),
        ending=".txt",
        facts=("encoding UTF-16 (little-endian) with byte order mark, separator tab",),
    ),
    _list_read("utf-16-big-endian-without-mark", _LIST.encode("utf-16-be"), facts=("encoding UTF-16 (big-endian)",)),
    _list_read(
        "utf-16-little-endian-without-mark", _LIST.encode("utf-16-le"), facts=("encoding UTF-16 (little-endian)",)
    ),
    text_read(
        "windows-1252",
        _ACCENTS.encode("cp1252"),
        _ACCENTS_HEADER,
        _ACCENTS_ROWS,
        facts=("encoding Windows-1252", "the encoding is a guess: if names look wrong, such as 'Café' in line 2"),
        said=("did_description=Caf So Paulo",),
    ),
    text_read(
        "mac-roman-by-hand",
        _ACCENTS.replace("\n", "\r").encode("mac_roman"),
        _ACCENTS_HEADER,
        _ACCENTS_ROWS,
        options=ReadOptions(encoding="mac_roman"),
        facts=("encoding mac-roman (as asked)",),
    ),
    refused(
        "utf-8-with-one-byte-of-latin-1",
        "did,description\n17275550100,Café\n17275550101,".encode() + b"S\xe3o\n",
        r"line 3, byte 48 \(0xE3\) is no UTF-8, and other characters of the file are",
    ),
    refused("byte-that-no-windows-has", b"did,description\n1,\x81\n", r"line 2, byte 19 \(0x81\) is neither UTF-8 nor"),
    refused("nul-byte", _LIST.encode() + b"17275550102,\0\n", r"line 4, byte \d+ is 0x00"),
    refused(
        "wrong-encoding-by-hand",
        _ACCENTS.encode("cp1252"),
        r"line 2, byte 32 \(0xE9\) is no utf-8; name the right encoding",
        options=ReadOptions(encoding="utf-8"),
    ),
    refused("encoding-of-no-text", _LIST, "'hex' is no encoding", options=ReadOptions(encoding="hex")),
    refused(
        "encoding-that-is-none",
        _LIST,
        "'klingon' is no encoding; use for example",
        options=ReadOptions(encoding="klingon"),
    ),
    refused(
        "utf-16-cut-in-a-character",
        b"\xff\xfe" + _LIST.encode("utf-16-le")[:-1],
        r"line 3, byte \d+ .* is no utf-16-le",
    ),
    text_read(
        "semicolons-and-commas-in-the-text",
        "did;description\n17275550100;Tampa, FL\n17275550101;Miami, FL\n",
        ("did", "description"),
        ((2, ("17275550100", "Tampa, FL")), (3, ("17275550101", "Miami, FL"))),
        facts=("encoding UTF-8, separator ';'",),
        said=("did_description=Tampa, FL",),
    ),
    _list_read("tabs", _LIST.replace(",", "\t"), ending=".tsv", facts=("separator tab",)),
    _list_read("pipes", _LIST.replace(",", "|"), ending=".txt", facts=("separator '|'",)),
    _list_read(
        "separator-line-of-excel",
        "sep=;\r\n" + _LIST.replace(",", ";").replace("\n", "\r\n"),
        rows=((3, ("17275550100", "SALES")), (4, ("17275550101", "SUPPORT"))),
        header_row=2,
        facts=("separator ';'",),
    ),
    _list_read(
        "separator-by-hand", _LIST.replace(",", "^"), options=ReadOptions(delimiter="^"), facts=("separator '^'",)
    ),
    refused(
        "separator-that-is-none",
        _LIST,
        "'ab' cannot separate cells; give one character",
        options=ReadOptions(delimiter="ab"),
    ),
    text_read(
        "one-column",
        "did\n17275550100\n(727) 555-0101\n",
        ("did",),
        ((2, ("17275550100",)), (3, ("(727) 555-0101",))),
        facts=("encoding UTF-8, one column",),
        became=(added(2, "17275550100"), added(3, "7275550101")),
    ),
    _list_read("csv-named-xls", _LIST, ending=".xls", facts=("the name ends in .xls, the content is a text file",)),
    _list_read("tsv-named-xlsx", _LIST.replace(",", "\t"), ending=".xlsx", facts=("the name ends in .xlsx",)),
    _list_read("old-mac-line-ends", _LIST.replace("\n", "\r")),
    _list_read("mixed-line-ends", "did_pattern,group\r\n17275550100,SALES\n17275550101,SUPPORT\r"),
    _list_read("no-line-end-at-the-end", _LIST.rstrip()),
    _list_read("end-of-a-dos-text", _LIST + "\x1a"),
    text_read(
        "line-break-in-a-cell",
        'did,note\n17275550100,"first\nsecond"\n17275550101,third line\n',
        ("did", "note"),
        ((2, ("17275550100", "first\nsecond")), (4, ("17275550101", "third line"))),
        said=("did_description=first second",),
    ),
    text_read(
        "quotation-marks-inside-cells",
        'did,note\n17275550100,5" rack\n17275550101,"the ""big"" one"\n17275550102,"Bobby"s\n',
        ("did", "note"),
        ((2, ("17275550100", '5" rack')), (3, ("17275550101", 'the "big" one')), (4, ("17275550102", "Bobbys"))),
        said=("did_description=5 rack", "did_description=the big one", "did_description=Bobbys"),
    ),
    refused(
        "quotation-mark-never-closed",
        'did,note\n17275550100,a\n17275550101,"b\n17275550102,c\n',
        r"line 3: a quotation mark \(\"\) opens a cell here and does not close it rightly",
    ),
    refused(
        "quotation-mark-that-swallows-a-row",
        'did,note\n17275550100,"a\n17275550101,b\n17275550102,c"\n',
        "line 2: a quotation mark",
    ),
    refused(
        "quotation-mark-closed-in-the-wrong-place",
        'did,note\n17275550100,"a\nb" c\n17275550101,x\n',
        "line 2: a quotation mark",
    ),
    _list_read(
        "blank-lines-anywhere",
        "\n\ndid_pattern,group\n\n17275550100,SALES\n,\n  , \n17275550101,SUPPORT\n\n,,\n",
        rows=((5, ("17275550100", "SALES")), (8, ("17275550101", "SUPPORT"))),
        header_row=3,
        blank_rows=5,
    ),
)
