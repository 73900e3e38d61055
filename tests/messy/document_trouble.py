"""Ugly OpenDocument spreadsheets (.ods)."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from importer.model import CellFlaw
from messy import ods_by_hand as ods
from messy.messy_file import added, invalid, refused, twice
from messy.workbook_file import FIRST_ADDED, FIRST_ROW, HEADER, reader_of
from messy.xlsx_by_hand import package

_ERROR = "is an error of the spreadsheet"
_read = reader_of(".ods")
_refused = partial(refused, ending=".ods")


def _typed(kind: str, attributes: str, shown: str) -> str:
    """Return a cell of an .ods with a value of this type."""
    return f'<table:table-cell office:value-type="{kind}" {attributes}><text:p>{shown}</text:p></table:table-cell>'


def _ods(*rows: str, before: str = "", header: tuple[str, str] = HEADER) -> Callable[[Path], None]:
    first = ods.row(*map(ods.text, header)) + ods.row(ods.number(17275550100), ods.text("SALES"))
    return ods.document({"Order": before + first + "".join(rows) + ods.blank(1_048_000)})


FILES = (
    _read(
        "document-with-blank-rows-and-repeats",
        _ods(
            ods.blank(3),
            ods.row(ods.number(17275550101), ods.text("S", ' table:number-columns-repeated="3"')),
            ods.row(ods.number(17275550102), attributes=' table:number-rows-repeated="2"'),
        ),
        (
            (2, ("17275550100", "SALES", "", "")),
            (6, ("17275550101", "S", "S", "S")),
            (7, ("17275550102", "", "", "")),
            (8, ("17275550102", "", "", "")),
        ),
        (FIRST_ADDED, added(6, "17275550101"), added(7, "17275550102"), twice(8, 7)),
        header=("did", "group", "", ""),
        blank_rows=3,
    ),
    _read(
        "document-with-errors-and-formulas",
        _ods(
            ods.row(
                '<table:table-cell table:formula="of:=#REF!" office:value-type="string" office:string-value=""'
                ' calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>',
                '<table:table-cell table:formula="of:=[.A1]+1"/>',
            ),
            ods.row('<table:table-cell table:formula="of:=&quot;17275550101&quot;"/>'),
            ods.row(
                _typed("float", 'table:formula="of:=1/0"', "Err:503"),
            ),
        ),
        (FIRST_ROW, (3, ("#REF!", "=[.A1]+1")), (4, ("17275550101", "")), (5, ("Err:503", ""))),
        (
            FIRST_ADDED,
            invalid(3, f"did_pattern '#REF!' {_ERROR}"),
            added(4, "17275550101"),
            invalid(5, f"did_pattern 'Err:503' {_ERROR}"),
        ),
        flaws={
            (3, 0): CellFlaw.ERROR_VALUE,
            (3, 1): CellFlaw.FORMULA_WITHOUT_VALUE,
            (5, 0): CellFlaw.ERROR_VALUE,
        },
    ),
    _read(
        "document-with-values-of-every-kind",
        _ods(
            ods.row(
                ods.number(272555010, "0272555010"),
                _typed("boolean", 'office:boolean-value="true"', "WAHR"),
            ),
            ods.row(
                ods.number(17275550101, "1.73E+10"),
                _typed("date", 'office:date-value="2024-05-01"', "1. Mai"),
            ),
            ods.row(
                ods.number(100, "100.00"),
                _typed("time", 'office:time-value="PT26H00M00S"', "26:00"),
            ),
            ods.row(
                _typed("string", "", '+1<text:s text:c="2"/>727<text:tab/>5<text:span>55</text:span>0103'),
                ods.text("a\nb"),
            ),
            header=("did", "remark"),
        ),
        (
            FIRST_ROW,
            (3, ("0272555010", "TRUE")),
            (4, ("17275550101", "2024-05-01")),
            (5, ("100", "26:00:00")),
            (6, ("+1  727\t5550103", "a\nb")),
        ),
        (
            FIRST_ADDED,
            added(3, "0272555010"),
            added(4, "17275550101"),
            added(5, "100"),
            added(6, "+17275550103"),
        ),
        header=("did", "remark"),
        flaws={(4, 1): CellFlaw.DATE, (5, 1): CellFlaw.DATE},
        facts=("with the digits that it adds: 1",),
    ),
    _read(
        "document-with-comments-and-drawings",
        _ods(
            ods.row(
                '<table:table-cell office:value-type="string">'
                "<office:annotation><text:p>ask Tom</text:p></office:annotation>"
                "<text:p>17275550101</text:p><draw:frame><text:p>logo</text:p></draw:frame></table:table-cell>"
            ),
            before="<table:shapes><draw:frame><table:table><table:table-row><table:table-cell><text:p>x</text:p>"
            "</table:table-cell></table:table-row></table:table></draw:frame></table:shapes>",
        ),
        (FIRST_ROW, (3, ("17275550101", ""))),
    ),
    _read(
        "document-with-hidden-and-merged-cells",
        _ods(
            ods.row(ods.number(17275550101), ods.text("S2", ' table:number-rows-spanned="2"')),
            ods.row(ods.number(17275550102), "<table:covered-table-cell/>", attributes=' table:visibility="filter"'),
            before='<table:table-column/><table:table-column table:visibility="collapse"/>',
        ),
        (FIRST_ROW, (3, ("17275550101", "S2")), (4, ("17275550102", "S2"))),
        facts=(
            "1 hidden or filtered row",
            "every row that they span (B3:B4)",
            "hidden columns are read like the others (B)",
        ),
    ),
    _refused(
        "document-with-a-password",
        ods.document({"Order": ""}, manifest="<manifest><encryption-data/></manifest>"),
        "is encrypted with a password; open it and save it without the password",
    ),
    _refused(
        "document-cut-in-its-xml",
        package({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a><b>"}),
        "is damaged; get it again",
    ),
    _refused(
        "text-document",
        package({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
        "is an OpenDocument text or drawing, not a spreadsheet",
    ),
)
