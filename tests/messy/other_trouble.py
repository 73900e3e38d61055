"""Ugly spreadsheets of other kinds: .xls and .ods."""

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from importer.model import CellFlaw
from messy import ods_by_hand as ods
from messy import xls_by_hand as xls
from messy.messy_file import Became, MessyFile, Row, added, bytes_of, invalid, twice
from messy.xlsx_by_hand import package

_HEADER = ("did", "group")
_FIRST = (2, ("17275550100", "SALES"))
_FIRST_ADDED = added(2, "17275550100")
_ERROR = "is an error of the spreadsheet"
_NONE: Mapping[tuple[int, int], CellFlaw] = MappingProxyType({})


def _read(
    name: str,
    ending: str,
    make: Callable[[Path], None],
    rows: tuple[Row, ...],
    became: tuple[Became, ...],
    *,
    flaws: Mapping[tuple[int, int], CellFlaw] = _NONE,
    facts: tuple[str, ...] = (),
    header: tuple[str, ...] = _HEADER,
    blank_rows: int = 0,
) -> MessyFile:
    return MessyFile(
        name, ending, make, header, rows, flaws, facts=facts, sheet="Order", blank_rows=blank_rows, became=became
    )


def _typed(kind: str, attributes: str, shown: str) -> str:
    """Return a cell of an .ods with a value of this type."""
    return f'<table:table-cell office:value-type="{kind}" {attributes}><text:p>{shown}</text:p></table:table-cell>'


def _xls(*cells: bytes, formats: tuple[str, ...] = (), header: tuple[str, str] = _HEADER) -> Callable[[Path], None]:
    names = (xls.label(0, 0, header[0]), xls.label(0, 1, header[1]))
    return xls.xls(*names, xls.number(1, 0, 17275550100), xls.label(1, 1, "SALES"), *cells, formats=formats)


def _ods(*rows: str, before: str = "", header: tuple[str, str] = _HEADER) -> Callable[[Path], None]:
    first = ods.row(*map(ods.text, header)) + ods.row(ods.number(17275550100), ods.text("SALES"))
    return ods.document({"Order": before + first + "".join(rows) + ods.blank(1_048_000)})


XLS = (
    _read(
        "old-workbook",
        ".xls",
        _xls(xls.rk(2, 0, 7275550), xls.label(4, 1, "Größe")),
        (_FIRST, (3, ("7275550", "")), (5, ("", "Größe"))),
        (_FIRST_ADDED, added(3, "7275550"), invalid(5, "did_pattern is blank and has to hold the number")),
        blank_rows=1,
    ),
    _read(
        "old-workbook-with-errors",
        ".xls",
        _xls(xls.error(2, 0, 0x17), xls.formula_error(3, 1, 0x2A), xls.number(4, 0, 1727555010012345678)),
        (_FIRST, (3, ("#REF!", "")), (4, ("", "#N/A")), (5, ("1727555010012345600", ""))),
        (
            _FIRST_ADDED,
            invalid(3, f"did_pattern '#REF!' {_ERROR}"),
            invalid(4, f"group '#N/A' {_ERROR}"),
            invalid(5, "is a number of more than 15 digits"),
        ),
        flaws={
            (3, 0): CellFlaw.ERROR_VALUE,
            (4, 1): CellFlaw.ERROR_VALUE,
            (5, 0): CellFlaw.TOO_MANY_DIGITS,
        },
    ),
    _read(
        "old-workbook-with-hidden-and-merged-cells",
        ".xls",
        _xls(xls.hidden_row(2), xls.number(2, 0, 17275550101), xls.number(3, 0, 17275550102), xls.merged(1, 3, 1)),
        (_FIRST, (3, ("17275550101", "SALES")), (4, ("17275550102", "SALES"))),
        (_FIRST_ADDED, added(3, "17275550101"), added(4, "17275550102")),
        facts=("1 hidden or filtered row is read like the others (3)", "every row that they span (B2:B4)"),
    ),
    _read(
        "old-workbook-with-a-format-that-adds-zeros",
        ".xls",
        _xls(
            xls.number(2, 0, 272555010, 1), xls.rk(3, 0, 7275550, 1), xls.number(4, 0, 1.5, 1), formats=("0000000000",)
        ),
        (_FIRST, (3, ("0272555010", "")), (4, ("0007275550", "")), (5, ("1.5", ""))),
        (_FIRST_ADDED, added(3, "0272555010"), added(4, "0007275550"), invalid(5, "did_pattern '1.5' has decimals")),
        facts=("with the digits that it adds: 2",),
    ),
    MessyFile(
        "old-workbook-with-a-password",
        ".xls",
        bytes_of(xls.container({"Workbook": xls.workbook(encrypted=True)})),
        error="is encrypted with a password; open it in Excel",
    ),
    _read(
        "old-workbook-with-a-number-formatted-as-hours",
        ".xls",
        _xls(
            xls.number(2, 0, 17275550101, 1),
            xls.number(2, 1, 26.5 / 24, 1),
            formats=("[h]:mm",),
            header=("did", "hours"),
        ),
        (_FIRST, (3, ("17275550101", "26:30:00"))),
        (_FIRST_ADDED, added(3, "17275550101")),
        header=("did", "hours"),
        flaws={(3, 1): CellFlaw.DATE},
    ),
    MessyFile(
        "old-workbook-cut-short",
        ".xls",
        bytes_of(xls.container({"Workbook": xls.workbook(xls.label(0, 0, "did"))})[:900]),
        error="is damaged; get it again",
    ),
    MessyFile(
        "old-word-document",
        ".xls",
        bytes_of(xls.container({"WordDocument": b"x"})),
        error="is a Word document, not a spreadsheet",
    ),
    MessyFile(
        "installer-named-xls",
        ".xls",
        bytes_of(xls.container({"Binary.x": b"x"})),
        error="is a binary file of another program",
    ),
    MessyFile("excel-4-sheet", ".xls", bytes_of(struct.pack("<HH6x", 0x409, 6)), error="is an Excel 4 sheet"),
)

ODS = (
    _read(
        "document-with-blank-rows-and-repeats",
        ".ods",
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
        (_FIRST_ADDED, added(6, "17275550101"), added(7, "17275550102"), twice(8, 7)),
        header=("did", "group", "", ""),
        blank_rows=3,
    ),
    _read(
        "document-with-errors-and-formulas",
        ".ods",
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
        (_FIRST, (3, ("#REF!", "=[.A1]+1")), (4, ("17275550101", "")), (5, ("Err:503", ""))),
        (
            _FIRST_ADDED,
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
        ".ods",
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
            _FIRST,
            (3, ("0272555010", "TRUE")),
            (4, ("17275550101", "2024-05-01")),
            (5, ("100", "26:00:00")),
            (6, ("+1  727\t5550103", "a\nb")),
        ),
        (
            _FIRST_ADDED,
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
        ".ods",
        _ods(
            ods.row(
                '<table:table-cell office:value-type="string">'
                "<office:annotation><text:p>ask Tom</text:p></office:annotation>"
                "<text:p>17275550101</text:p><draw:frame><text:p>logo</text:p></draw:frame></table:table-cell>"
            ),
            before="<table:shapes><draw:frame><table:table><table:table-row><table:table-cell><text:p>x</text:p>"
            "</table:table-cell></table:table-row></table:table></draw:frame></table:shapes>",
        ),
        (_FIRST, (3, ("17275550101", ""))),
        (_FIRST_ADDED, added(3, "17275550101")),
    ),
    _read(
        "document-with-hidden-and-merged-cells",
        ".ods",
        _ods(
            ods.row(ods.number(17275550101), ods.text("S2", ' table:number-rows-spanned="2"')),
            ods.row(ods.number(17275550102), "<table:covered-table-cell/>", attributes=' table:visibility="filter"'),
            before='<table:table-column/><table:table-column table:visibility="collapse"/>',
        ),
        (_FIRST, (3, ("17275550101", "S2")), (4, ("17275550102", "S2"))),
        (_FIRST_ADDED, added(3, "17275550101"), added(4, "17275550102")),
        facts=(
            "1 hidden or filtered row",
            "every row that they span (B3:B4)",
            "hidden columns are read like the others (B)",
        ),
    ),
    MessyFile(
        "document-with-a-password",
        ".ods",
        ods.document({"Order": ""}, manifest="<manifest><encryption-data/></manifest>"),
        error="is encrypted with a password; open it and save it without the password",
    ),
    MessyFile(
        "document-cut-in-its-xml",
        ".ods",
        package({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a><b>"}),
        error="is damaged; get it again",
    ),
    MessyFile(
        "text-document",
        ".ods",
        package({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
        error="is an OpenDocument text or drawing, not a spreadsheet",
    ),
)

FILES = (*XLS, *ODS)
