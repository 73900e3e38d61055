"""Ugly Excel workbooks."""

import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from importer.model import CellFlaw
from importer.sheet import ReadOptions
from messy.messy_file import MessyFile, Row, bytes_of
from messy.xls_by_hand import container
from messy.xlsx_by_hand import cells, in_row, one_sheet, package, sheet, strings, styles, workbook

_LAST_ROW = 1_048_576
_HEADER = ("did", "group")
_FIRST = (2, ("17275550100", "SALES"))
_NONE: Mapping[tuple[int, int], CellFlaw] = MappingProxyType({})
_SHEET = sheet(cells("did", "group"), cells(17275550100, "SALES", row=2))
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def _read(
    name: str,
    make: Callable[[Path], None],
    header: tuple[str, ...] = _HEADER,
    rows: tuple[Row, ...] = (_FIRST,),
    *,
    ending: str = ".xlsx",
    flaws: Mapping[tuple[int, int], CellFlaw] = _NONE,
    options: ReadOptions | None = None,
    facts: tuple[str, ...] = (),
    header_row: int = 1,
    blank_rows: int = 0,
    chosen: str = "Order",
) -> MessyFile:
    return MessyFile(
        name,
        ending,
        make,
        header,
        rows,
        flaws,
        options=options or ReadOptions(),
        facts=facts,
        sheet=chosen,
        header_row=header_row,
        blank_rows=blank_rows,
    )


def _refused(
    name: str,
    make: Callable[[Path], None],
    error: str,
    *,
    ending: str = ".xlsx",
    options: ReadOptions | None = None,
) -> MessyFile:
    return MessyFile(name, ending, make, error=error, options=options or ReadOptions())


def _plain(*more: str, before: str = "", after: str = "", styles_part: str = "") -> Callable[[Path], None]:
    """Return a maker of header, one good row, and more rows."""
    first = (cells("did", "group"), cells(17275550100, "SALES", row=2))
    return one_sheet(*first, *more, before=before, after=after, styles_part=styles_part)


def _changed(make: Callable[[Path], None], change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Return a maker of a file whose bytes are changed after it was made."""

    def make_and_change(path: Path) -> None:
        make(path)
        path.write_bytes(change(path.read_bytes()))

    return make_and_change


def _lying(data: bytes) -> bytes:
    """Make an archive say that its last sheet unpacks to 100 bytes."""
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    return data[: at + 24] + struct.pack("<I", 100) + data[at + 28 :]


def _with_wrong_checksum(data: bytes) -> bytes:
    """Make an archive say a wrong checksum of its last sheet."""
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    return data[: at + 16] + b"\xde\xad\xbe\xef" + data[at + 20 :]


def _claiming(data: bytes) -> bytes:
    """Make an archive say that its last sheet unpacks to 600 MiB."""
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    return data[: at + 24] + struct.pack("<I", 600 << 20) + data[at + 28 :]


def _locked(data: bytes) -> bytes:
    """Make an archive say that its parts have a password."""
    at = data.rindex(b"PK\x01\x02")
    return data[: at + 8] + b"\x01" + data[at + 9 :]


def _doubled(path: Path) -> None:
    _plain()(path)
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        # zipfile finds it odd too
        warnings.simplefilter("ignore")
        archive.writestr("xl/worksheets/sheet1.xml", sheet(cells("did"), cells(17275550199, row=2)))


def _formatted_rows(first: int, last: int) -> str:
    return "".join(
        f'<row r="{row}" s="1" customFormat="1"><c r="A{row}" s="1"/></row>' for row in range(first, last + 1)
    )


def _number(ref: str, value: object, style: int) -> str:
    return f'<c r="{ref}" s="{style}"><v>{value}</v></c>'


NUMBERS = (
    _read(
        "numbers-of-every-kind",
        _plain(
            in_row('<c r="A3"><v>1.7275550101E10</v></c><c r="B3"><v>1.5</v></c>', 3),
            in_row('<c r="A4" t="str"><v>+17275550102</v></c><c r="B4"><v>1E-7</v></c>', 4),
            in_row('<c r="A5"><v>17275550103.0</v></c><c r="B5"><v>-0</v></c>', 5),
            in_row('<c r="A6"><v>999999999999999</v></c><c r="B6"><v>123456789.125</v></c>', 6),
        ),
        rows=(
            _FIRST,
            (3, ("17275550101", "1.5")),
            (4, ("+17275550102", "0.0000001")),
            (5, ("17275550103", "0")),
            (6, ("999999999999999", "123456789.125")),
        ),
    ),
    _read(
        "number-shown-as-1.72756E+10",
        _plain(in_row(_number("A3", 17275550101, 1), 3), styles_part=styles("0.00000E+00")),
        rows=(_FIRST, (3, ("17275550101", ""))),
    ),
    _read(
        "number-of-more-than-15-digits",
        _plain(in_row('<c r="A3"><v>1727555010012345678</v></c>', 3), in_row('<c r="A4"><v>1e15</v></c>', 4)),
        rows=(_FIRST, (3, ("1727555010012345600", "")), (4, ("1000000000000000", ""))),
        flaws={(3, 0): CellFlaw.TOO_MANY_DIGITS, (4, 0): CellFlaw.TOO_MANY_DIGITS},
    ),
    _read(
        "words-and-truth-values",
        _plain(
            cells("NA", "null", row=3),
            in_row('<c r="A4" t="b"><v>1</v></c><c r="B4" t="b"><v>0</v></c>', 4),
            cells("nan", "TRUE", row=5),
            # True and the number 1 are one key of a dictionary
            cells(1, 0, row=6),
        ),
        rows=(_FIRST, (3, ("NA", "null")), (4, ("TRUE", "FALSE")), (5, ("nan", "TRUE")), (6, ("1", "0"))),
    ),
    _read(
        "dates-and-times",
        one_sheet(
            cells("did", "order_date", "at"),
            in_row(_number("A2", 17275550100, 0) + _number("B2", 45413, 1) + _number("C2", 45413.4375, 2), 2),
            in_row(_number("A3", 45414, 1) + _number("C3", 1.0833333333333333, 3), 3),
            in_row(_number("A4", 17275550101, 1) + '<c r="B4" t="d"><v>2024-05-03T00:00:00</v></c>', 4),
            styles_part=styles("yyyy-mm-dd", 'dd/mm/yyyy" at "hh:mm', "[h]:mm"),
        ),
        ("did", "order_date", "at"),
        (
            (2, ("17275550100", "2024-05-01", "2024-05-01 10:30:00")),
            (3, ("2024-05-02", "", "26:00:00")),
            (4, ("17275550101", "2024-05-03", "")),
        ),
        flaws=dict.fromkeys([(2, 1), (2, 2), (3, 0), (3, 2), (4, 1)], CellFlaw.DATE),
    ),
    _read(
        "days-counted-from-1904",
        workbook(
            {"Order": sheet(cells("did", "date"), in_row(_number("A2", 17275550100, 0) + _number("B2", 43951, 1), 2))},
            styles_part=styles("yyyy-mm-dd"),
            before_sheets='<workbookPr date1904="1"/>',
        ),
        ("did", "date"),
        ((2, ("17275550100", "2024-05-01")),),
        flaws={(2, 1): CellFlaw.DATE},
    ),
    _read(
        "phone-number-formatted-as-hours",
        _plain(in_row(_number("A3", 17275550101, 1), 3), styles_part=styles("[h]:mm:ss")),
        rows=(_FIRST, (3, ("17275550101", ""))),
    ),
    _read(
        "format-that-adds-zeros",
        _plain(
            in_row(_number("A3", 272555010, 1) + '<c r="B3" t="inlineStr"><is><t>S</t></is></c>', 3),
            in_row(_number("A4", 7275550101, 1), 4),
            styles_part=styles("0000000000"),
        ),
        rows=(_FIRST, (3, ("0272555010", "S")), (4, ("7275550101", ""))),
        facts=("numbers read as their number format shows them, with the digits that it adds: 1",),
    ),
    _read(
        "format-that-adds-a-plus",
        _plain(in_row(_number("A3", 17275550101, 1), 3), styles_part=styles('"+"0')),
        rows=(_FIRST, (3, ("+17275550101", ""))),
    ),
    _read(
        "format-that-only-groups",
        _plain(
            in_row(_number("A3", 7275550101, 1), 3),
            styles_part=styles("[<=9999999]###-####;(###) ###-####", "#,##0.00"),
        ),
        rows=(_FIRST, (3, ("7275550101", ""))),
    ),
)

FORMULAS = (
    _read(
        "error-cells",
        _plain(
            in_row('<c r="A3" t="e"><v>#REF!</v></c>', 3),
            in_row('<c r="A4"><v>17275550101</v></c><c r="B4" t="e"><f>VLOOKUP(A4,X,2)</f><v>#N/A</v></c>', 4),
            in_row('<c r="A5" t="e"><v>#SPILL!</v></c>', 5),
        ),
        rows=(_FIRST, (3, ("#REF!", "")), (4, ("17275550101", "#N/A")), (5, ("#SPILL!", ""))),
        flaws=dict.fromkeys([(3, 0), (4, 1), (5, 0)], CellFlaw.ERROR_VALUE),
    ),
    _read(
        "formulas-without-a-result",
        _plain(
            in_row('<c r="A3"><f>A2+1</f></c><c r="B3" t="str"><f>B2&amp;"X"</f></c>', 3),
            in_row('<c r="A4"><f>A3+1</f><v/></c>', 4),
            in_row('<c r="A5"><f>A4+1</f><v></v></c>', 5),
        ),
        rows=(_FIRST, (3, ("=A2+1", '=B2&"X"')), (4, ("=A3+1", "")), (5, ("=A4+1", ""))),
        flaws=dict.fromkeys([(3, 0), (3, 1), (4, 0), (5, 0)], CellFlaw.FORMULA_WITHOUT_VALUE),
    ),
    _read(
        "formulas-that-share-one-text",
        _plain(
            in_row('<c r="A3"><f t="shared" ref="A3:A4" si="0">A2+1</f></c>', 3),
            in_row('<c r="A4"><f t="shared" si="0"/></c>', 4),
        ),
        rows=(_FIRST, (3, ("=A2+1", "")), (4, ("=A3+1", ""))),
        flaws=dict.fromkeys([(3, 0), (4, 0)], CellFlaw.FORMULA_WITHOUT_VALUE),
    ),
    _read(
        "formulas-that-are-a-number",
        _plain(
            in_row('<c r="A3"><f>"17275550101"</f></c>', 3),
            in_row('<c r="A4"><f>+17275550102</f></c>', 4),
            in_row('<c r="A5"><f>+17275550103</f><v>17275550103</v></c>', 5),
            in_row('<c r="A6" t="str"><f>"+17275550104"</f><v>+17275550104</v></c>', 6),
        ),
        rows=(
            _FIRST,
            (3, ("17275550101", "")),
            (4, ("17275550102", "")),
            (5, ("17275550103", "")),
            (6, ("+17275550104", "")),
        ),
    ),
    _read(
        "formulas-with-a-result",
        _plain(in_row('<c r="A3"><f>A2+1</f><v>17275550101</v></c><c r="B3" t="str"><f>""</f><v></v></c>', 3)),
        rows=(_FIRST, (3, ("17275550101", ""))),
    ),
    _read(
        "formulas-whose-zeros-are-no-results",
        workbook(
            {"Order": sheet(cells("did", "group"), in_row('<c r="A2"><f>B2*1</f><v>0</v></c>', 2), cells(0, row=3))},
            after_sheets='<calcPr calcId="124519" fullCalcOnLoad="1"/>',
        ),
        rows=((2, ("=B2*1", "")), (3, ("0", ""))),
        flaws={(2, 0): CellFlaw.FORMULA_WITHOUT_VALUE},
    ),
)

LAYOUT = (
    _read(
        "title-rows-and-a-merged-title",
        one_sheet(
            cells("Order 4711 of May"),
            cells("did", "group", row=4),
            cells(17275550100, "SALES", row=5),
            cells(17275550101, row=8),
            after='<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>',
        ),
        rows=((5, ("17275550100", "SALES")), (8, ("17275550101", ""))),
        header_row=4,
        blank_rows=4,
        facts=("the header is row 4; a title row above it, not read: 'Order 4711 of May'",),
    ),
    _read(
        "merged-cells-down-a-column",
        _plain(
            cells(17275550101, row=3),
            cells(17275550102, row=5),
            cells(17275550103, row=6),
            after='<mergeCells count="1"><mergeCell ref="B2:B5"/></mergeCells>',
        ),
        rows=(_FIRST, (3, ("17275550101", "SALES")), (5, ("17275550102", "SALES")), (6, ("17275550103", ""))),
        blank_rows=1,
        facts=("merged cells: the value stands for every row that they span (B2:B5)",),
    ),
    _read(
        "header-of-two-merged-rows",
        one_sheet(
            cells("did", "Place", None, "group"),
            cells(None, "City", "State", row=2),
            cells(17275550100, "Tampa", "FL", "SALES", row=3),
            after="<mergeCells>"
            + "".join(f'<mergeCell ref="{ref}"/>' for ref in ("A1:A2", "B1:C1", "D1:D2"))
            + "</mergeCells>",
        ),
        ("did", "City", "State", "group"),
        ((3, ("17275550100", "Tampa", "FL", "SALES")),),
        header_row=2,
    ),
    _read(
        "table-that-begins-at-c5",
        one_sheet(cells("did", "group", row=5, first="C"), cells(17275550100, "SALES", row=6, first="C")),
        ("", "", "did", "group"),
        ((6, ("", "", "17275550100", "SALES")),),
        header_row=5,
        blank_rows=4,
    ),
    _read(
        "hidden-and-filtered-rows",
        _plain(
            in_row('<c r="A3"><v>17275550101</v></c>', 3, ' spans="1:2" hidden="1"'),
            in_row("", 4, ' hidden="1"'),
            in_row('<c r="A5"><v>17275550102</v></c>', 5, ' hidden="true" ht="12"'),
            in_row("", 6, ' hidden="1"'),
            after='<autoFilter ref="A1:B5"/>',
        ),
        rows=(_FIRST, (3, ("17275550101", "")), (5, ("17275550102", ""))),
        blank_rows=1,
        facts=("2 hidden or filtered rows are read like the others (3, 5)",),
    ),
    _read(
        "hidden-column",
        _plain(
            before='<cols><col min="2" max="2" width="9" hidden="1"/><col min="3" max="16384" hidden="1"/></cols>',
        ),
        facts=("hidden columns are read like the others (B)",),
    ),
    _read("a-million-formatted-rows", _plain(_formatted_rows(3, _LAST_ROW), styles_part=styles("@"))),
    _read(
        "stray-cell-in-the-last-corner",
        _plain(in_row(f'<c r="XFD{_LAST_ROW}" t="inlineStr"><is><t>x</t></is></c>', _LAST_ROW)),
        ("did", "group", ""),
        ((2, ("17275550100", "SALES", "")), (_LAST_ROW, ("", "", "x"))),
        blank_rows=_LAST_ROW - 3,
        facts=(f"rows with cells to the right of the last header, kept without a name: {_LAST_ROW}",),
    ),
    _read(
        "formulas-down-to-the-last-row",
        _plain(
            in_row('<c r="A3"><v>17275550101</v></c>', 3),
            *(
                in_row(f'<c r="B{row}" t="str"><f>IF(A{row}="","","S")</f><v></v></c>', row)
                for row in range(4, 200_000, 7)
            ),
        ),
        rows=(_FIRST, (3, ("17275550101", ""))),
    ),
    _refused(
        "row-beyond-the-last",
        _plain(in_row(f'<c r="A{_LAST_ROW + 1}"><v>1</v></c>', _LAST_ROW + 1)),
        "sheet 'Order': row 1048577: the list has more than 1,048,576 rows",
    ),
)

SHEETS = (
    _read(
        "list-on-the-second-sheet",
        workbook(
            {
                "Notes": sheet(cells("Dear customer")),
                "Order": _SHEET,
            }
        ),
        facts=("sheet 'Order' is read; not read: Notes",),
    ),
    _refused(
        "two-sheets-with-lists",
        workbook({"May": sheet(cells("did")), "June": sheet(cells("phone number"))}),
        "several sheets have a DID column: May, June; say which with --sheet",
    ),
    _read(
        "two-sheets-and-one-by-name",
        workbook({"May": sheet(cells("did"), cells(1, row=2)), "June": sheet(cells("did"), cells(17275550100, row=2))}),
        ("did",),
        ((2, ("17275550100",)),),
        options=ReadOptions(sheet="June"),
        chosen="June",
    ),
    _refused(
        "sheet-that-is-not-there",
        workbook({"May": sheet(cells("did")), "June": sheet(cells("did"))}),
        "there is no sheet 'July'; the sheets are: May, June",
        options=ReadOptions(sheet="July"),
    ),
    _read(
        "sheets-of-our-template",
        workbook(
            {
                "DIDs": sheet(cells("did_pattern"), cells("17275550100", row=2)),
                "Instructions": sheet(cells("did_pattern", "what it is for")),
                "Examples": sheet(cells("did_pattern"), cells("17275550199", row=2)),
            }
        ),
        ("did_pattern",),
        ((2, ("17275550100",)),),
        chosen="DIDs",
    ),
    _refused(
        "hidden-sheet-with-a-list-too",
        workbook({"Order": sheet(cells("did")), "Old": sheet(cells("did"))}, hidden=["Old"]),
        "several sheets have a DID column: Order, Old;",
    ),
    _read(
        "chart-sheet",
        workbook(
            {"Chart": "<chartsheet/>", "Order": _SHEET},
            kinds={"Chart": "chartsheet"},
        ),
    ),
    _refused("sheets-without-a-cell", workbook({"A": sheet(), "B": sheet()}), "is empty: no cell of it is filled"),
    _refused(
        "no-did-column-on-any-sheet",
        workbook({"A": sheet(cells("Line", "City")), "B": sheet(cells("Price"))}),
        "there is no DID column; the columns are: sheet 'A': Line, City; sheet 'B': Price; rename",
    ),
)

XML = (
    _read(
        "xml-with-prefixes",
        workbook(
            {
                "Order": _SHEET.replace("<", "<x:")
                .replace("<x:/", "</x:")
                .replace("<x:?", "<?")
                .replace("xmlns=", "xmlns:x=")
            }
        ),
    ),
    _read(
        "cells-without-places",
        one_sheet(
            '<row><c t="inlineStr"><is><t>did</t></is></c><c t="inlineStr"><is><t>group</t></is></c></row><row/>'
            "<row><c><v>17275550100</v></c><c/><c><v>7</v></c></row>"
        ),
        ("did", "group", ""),
        ((3, ("17275550100", "", "7")),),
        blank_rows=1,
    ),
    _read(
        "xml-in-utf-16",
        workbook({"Order": _SHEET.replace("UTF-8", "UTF-16").encode("utf-16")}),
    ),
    _read(
        "strict-open-xml",
        workbook({"Order": _SHEET}, office=_STRICT),
    ),
    _read(
        "shared-texts-with-escapes-and-ruby",
        workbook(
            {
                "Order": sheet(
                    in_row('<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>', 1),
                    in_row('<c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c>', 2),
                    # an error cell, so that every cell is looked at
                    in_row('<c r="A3" t="e"><v>#REF!</v></c>', 3),
                )
            },
            strings_part=strings(
                "<t>did</t>",
                "<r><t>gr</t></r><r><t>oup</t></r>",
                '<t xml:space="preserve"> 17275550100_x000D_</t>',
                '<t>SALES</t><rPh sb="0" eb="1"><t>aside</t></rPh>',
            ),
        ),
        rows=((2, (" 17275550100\r", "SALES")), (3, ("#REF!", ""))),
        flaws={(3, 0): CellFlaw.ERROR_VALUE},
    ),
    _read("macro-workbook", _plain(), ending=".xlsm"),
    _read(
        "workbook-named-csv",
        _plain(),
        ending=".csv",
        facts=("the name ends in .csv, the content is an Excel workbook",),
    ),
    _refused(
        "xml-that-defines-entities",
        workbook({"Order": '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + sheet(cells("did")).partition("\n")[2]}),
        "is damaged; get it again, or open it in Excel or LibreOffice and save it under a new name",
    ),
)

CONTAINERS = (
    _refused("workbook-cut-short", _changed(_plain(), lambda data: data[:-40]), "is damaged; get it again"),
    _refused(
        "workbook-with-a-wrong-checksum",
        _changed(_plain(), _with_wrong_checksum),
        "is damaged; get it again",
    ),
    _refused(
        "workbook-that-lies-about-its-size", _changed(_plain(*[cells("x" * 50, row=3)] * 99), _lying), "is damaged"
    ),
    _refused(
        "workbook-that-unpacks-to-600-mib", _changed(_plain(), _claiming), "unpacks to 600 MiB, and 512 MiB is the most"
    ),
    _refused("archive-with-a-password", _changed(_plain(), _locked), "is a zip archive with a password"),
    _refused("part-that-is-there-twice", _doubled, "is damaged"),
    _refused(
        "workbook-with-a-password",
        bytes_of(container({"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": bytes(100)})),
        "is encrypted with a password; open it in Excel, remove the password",
    ),
    _refused(
        "binary-workbook", package({"xl/workbook.bin": b"\0"}), r"is an Excel binary workbook \(.xlsb\)", ending=".xlsb"
    ),
    _refused("word-document", package({"word/document.xml": "<x/>"}), "is a Word document, not a spreadsheet"),
    _refused("numbers-document", package({"Index/Document.iwa": b"\0"}), "is a document of Apple's Numbers or Pages"),
    _refused("archive-of-nothing", package({}), "is a zip archive, not a spreadsheet"),
)

FILES = (*NUMBERS, *FORMULAS, *LAYOUT, *SHEETS, *XML, *CONTAINERS)
