"""Ugly headers and cells, in text files."""

from typing import Any

from importer.model import CellFlaw
from importer.reading import ReadOptions
from messy.messy_file import MessyFile, added, invalid, refused, text_read, turned_down

_LIST = "did_pattern,group\n17275550100,SALES\n17275550101,SUPPORT\n"
_HEADER = ("did_pattern", "group")
_ROWS = ((2, ("17275550100", "SALES")), (3, ("17275550101", "SUPPORT")))
_BOTH = (added(2, "17275550100"), added(3, "17275550101"))
_ONE = (added(2, "17275550100"),)


def _list_read(name: str, content: str | bytes, **more: Any) -> MessyFile:
    """Return a file in which the usual list of two must be read."""
    return text_read(name, content, _HEADER, more.pop("rows", _ROWS), **more)


FILES = (
    _list_read(
        "title-lines-above-the-header",
        "DID list of May\nOrder 4711,confirmed\n\n" + _LIST,
        rows=((5, ("17275550100", "SALES")), (6, ("17275550101", "SUPPORT"))),
        header_row=4,
        blank_rows=1,
        facts=("the header is row 4; 2 title rows above it, not read: 'DID list of May'",),
    ),
    _list_read(
        "title-that-is-a-header-too",
        "DID list\n" + _LIST,
        rows=((3, ("17275550100", "SALES")), (4, ("17275550101", "SUPPORT"))),
        header_row=2,
    ),
    text_read(
        "cell-that-says-toll-free",
        "phone_number,type\n18005550100,toll free\n18005550101,toll-free\n",
        ("phone_number", "type"),
        ((2, ("18005550100", "toll free")), (3, ("18005550101", "toll-free"))),
    ),
    text_read(
        "no-header",
        "17275550100\n\n+1 (727) 555-0101\n",
        ("did_pattern",),
        ((1, ("17275550100",)), (3, ("+1 (727) 555-0101",))),
        header_row=0,
        blank_rows=1,
        facts=("there is no header: column A holds nothing but phone numbers and is taken for did_pattern",),
        became=(added(1, "17275550100"), added(3, "+17275550101")),
    ),
    text_read(
        "no-header-and-labels",
        "Main line,17275550100,x\nFax,7275550101\n",
        ("", "did_pattern", ""),
        ((1, ("Main line", "17275550100", "x")), (2, ("Fax", "7275550101", ""))),
        header_row=0,
        facts=("column B holds nothing but phone numbers",),
        became=(added(1, "17275550100"), added(2, "7275550101")),
    ),
    refused(
        "no-header-and-two-columns-of-numbers",
        "\n17275550100,40001234\n",
        "row 2: there is no header, and it is not certain which column holds the DIDs; write a row of headers above",
    ),
    refused("no-header-and-one-bad-number", "17275550100\n1.72756E+10\n", "row 1: there is no header, and it is not"),
    refused(
        "no-did-column",
        "Line,City\n1,Tampa\n",
        r"no DID column; the columns are: Line, City; rename .* or say which it is with --map \"Line=did_pattern\"",
    ),
    refused(
        "did-column-twice",
        "DID,group,did\n17275550100,S,17275550101\n",
        r"row 1: the column did_pattern stands twice: 'DID' \(column 1\) and 'did' \(column 3\)",
    ),
    refused("group-column-twice", "did,group,Group\n17275550100,a,b\n", "row 1: the column group stands twice"),
    text_read(
        "two-columns-that-could-be-the-did",
        "number,DID Number\n1,17275550100\n",
        ("number", "DID Number"),
        ((2, ("1", "17275550100")),),
        became=_ONE,
        said=("'DID Number' is taken for did_pattern; 'number' could be it too and is not sent",),
    ),
    text_read(
        "header-by-hand",
        "Numéro,did\n17275550100,7\n",
        ("Numéro", "did"),
        ((2, ("17275550100", "7")),),
        options=ReadOptions(mapping={"Numéro": "did_pattern"}),
        said=("'Numéro' is taken for did_pattern; 'did' could be it too and is not sent",),
    ),
    refused(
        "header-by-hand-that-is-not-there",
        _LIST,
        "there is no column 'Line' to map; the columns are: did_pattern, group",
        options=ReadOptions(mapping={"Line": "did_pattern"}),
    ),
    text_read(
        "headers-in-other-letters",
        '"DID\nNumber",  IN-GROUP id\n17275550100,SALES\n',
        ("DID\nNumber", "  IN-GROUP id"),
        ((3, ("17275550100", "SALES")),),
    ),
    text_read(
        "rows-shorter-and-longer-than-the-header",
        "did,group\n17275550100\n17275550101,S,,note\n17275550102,S,\n",
        ("did", "group", ""),
        ((2, ("17275550100", "", "")), (3, ("17275550101", "S", "note")), (4, ("17275550102", "S", ""))),
        flaws={(3, 0): CellFlaw.MORE_CELLS},
        facts=("rows with cells to the right of the last header, kept without a name: 3",),
        became=(
            added(2, "17275550100"),
            invalid(3, "stands in a line that has more cells than the header"),
            added(4, "17275550102"),
        ),
    ),
    text_read(
        "words-that-are-no-blanks",
        "did,group,remark\n17275550100,NA,null\n17275550101,nan,None\n",
        ("did", "group", "remark"),
        ((2, ("17275550100", "NA", "null")), (3, ("17275550101", "nan", "None"))),
        became=(
            turned_down(2, "17275550100", "no such in-group"),
            turned_down(3, "17275550101", "no such in-group"),
        ),
    ),
    text_read(
        "numbers-as-formulas-of-a-csv",
        'did\n"=""17275550100"""\n=+17275550101\n1.72756E+10\n',
        ("did",),
        ((2, ('="17275550100"',)), (3, ("=+17275550101",)), (4, ("1.72756E+10",))),
        became=(added(2, "17275550100"), added(3, "+17275550101"), invalid(4, "has lost its digits")),
    ),
    text_read(
        "spaces-around-and-alone",
        "did,group\n 17275550100 ,\u00a0\n17275550101,  \n",
        ("did", "group"),
        ((2, (" 17275550100 ", "")), (3, ("17275550101", ""))),
        became=_BOTH,
    ),
)
