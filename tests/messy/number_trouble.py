"""Ugly numbers and dates of Excel workbooks."""

from importer.model import CellFlaw
from messy.messy_file import added, invalid
from messy.workbook_file import FIRST_ADDED, FIRST_ROW, with_one_row, workbook_read
from messy.xlsx_by_hand import cells, in_row, one_sheet, sheet, styles, workbook


def _number(ref: str, value: object, style: int) -> str:
    return f'<c r="{ref}" s="{style}"><v>{value}</v></c>'


FILES = (
    workbook_read(
        "numbers-of-every-kind",
        one_sheet(
            cells("did", "price"),
            in_row('<c r="A3"><v>1.7275550101E10</v></c><c r="B3"><v>1.5</v></c>', 3),
            in_row('<c r="A4" t="str"><v>+17275550102</v></c><c r="B4"><v>1E-7</v></c>', 4),
            in_row('<c r="A5"><v>17275550103.0</v></c><c r="B5"><v>-0</v></c>', 5),
            in_row('<c r="A6"><v>999999999999999</v></c><c r="B6"><v>123456789.125</v></c>', 6),
        ),
        ("did", "price"),
        (
            (3, ("17275550101", "1.5")),
            (4, ("+17275550102", "0.0000001")),
            (5, ("17275550103", "0")),
            (6, ("999999999999999", "123456789.125")),
        ),
        blank_rows=1,
    ),
    workbook_read(
        "number-shown-as-1.72756E+10",
        with_one_row(in_row(_number("A3", 17275550101, 1), 3), styles_part=styles("0.00000E+00")),
        rows=(FIRST_ROW, (3, ("17275550101", ""))),
    ),
    workbook_read(
        "number-of-more-than-15-digits",
        with_one_row(in_row('<c r="A3"><v>1727555010012345678</v></c>', 3), in_row('<c r="A4"><v>1e15</v></c>', 4)),
        rows=(FIRST_ROW, (3, ("1727555010012345600", "")), (4, ("1000000000000000", ""))),
        flaws={(3, 0): CellFlaw.TOO_MANY_DIGITS, (4, 0): CellFlaw.TOO_MANY_DIGITS},
        became=(
            FIRST_ADDED,
            invalid(3, "is a number of more than 15 digits"),
            invalid(4, "is a number of more than 15 digits"),
        ),
    ),
    workbook_read(
        "words-and-truth-values",
        with_one_row(
            cells("NA", "null", row=3),
            in_row('<c r="A4" t="b"><v>1</v></c><c r="B4" t="b"><v>0</v></c>', 4),
            cells("nan", "TRUE", row=5),
            # True and the number 1 are one key of a dictionary
            cells(1, 0, row=6),
        ),
        rows=(FIRST_ROW, (3, ("NA", "null")), (4, ("TRUE", "FALSE")), (5, ("nan", "TRUE")), (6, ("1", "0"))),
        became=(
            FIRST_ADDED,
            invalid(3, "did_pattern 'NA' holds letters"),
            invalid(4, "did_pattern 'TRUE' holds letters"),
            invalid(5, "did_pattern 'nan' holds letters"),
            invalid(6, "did_pattern '1' is too short"),
        ),
    ),
    workbook_read(
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
        became=(added(2, "17275550100"), invalid(3, "did_pattern '2024-05-02' is a date"), added(4, "17275550101")),
    ),
    workbook_read(
        "extension-that-became-a-date",
        one_sheet(
            cells("did", "did_route", "extension", "description"),
            in_row(
                _number("A2", 17275550100, 0)
                + '<c r="B2" t="inlineStr"><is><t>EXTEN</t></is></c>'
                + _number("C2", 8300, 0)
                + _number("D2", 45413, 1),
                2,
            ),
            in_row(
                _number("A3", 17275550101, 0)
                + '<c r="B3" t="inlineStr"><is><t>EXTEN</t></is></c>'
                + _number("C3", 45534, 1),
                3,
            ),
            styles_part=styles("yyyy-mm-dd"),
        ),
        ("did", "did_route", "extension", "description"),
        ((2, ("17275550100", "EXTEN", "8300", "2024-05-01")), (3, ("17275550101", "EXTEN", "2024-08-30", ""))),
        flaws={(2, 3): CellFlaw.DATE, (3, 2): CellFlaw.DATE},
        became=(added(2, "17275550100"), invalid(3, "extension '2024-08-30' is a date: a spreadsheet has made one")),
        said=("did_description=2024-05-01",),
    ),
    workbook_read(
        "shortened-number-as-text-and-as-number",
        with_one_row(cells("1.72756E+10", "SALES", row=3), in_row('<c r="A4"><v>1.7275550101E+10</v></c>', 4)),
        rows=(FIRST_ROW, (3, ("1.72756E+10", "SALES")), (4, ("17275550101", ""))),
        became=(FIRST_ADDED, invalid(3, "has lost its digits"), added(4, "17275550101")),
    ),
    workbook_read(
        "sixteen-digits-as-text-and-as-number",
        with_one_row(cells("1727555010012345", row=3), cells(1727555010012346, row=4)),
        rows=(FIRST_ROW, (3, ("1727555010012345", "")), (4, ("1727555010012346", ""))),
        flaws={(4, 0): CellFlaw.TOO_MANY_DIGITS},
        became=(FIRST_ADDED, added(3, "1727555010012345"), invalid(4, "is a number of more than 15 digits")),
    ),
    workbook_read(
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
    workbook_read(
        "phone-number-formatted-as-hours",
        with_one_row(in_row(_number("A3", 17275550101, 1), 3), styles_part=styles("[h]:mm:ss")),
        rows=(FIRST_ROW, (3, ("17275550101", ""))),
    ),
    workbook_read(
        "format-that-adds-zeros",
        with_one_row(
            in_row(_number("A3", 272555010, 1) + '<c r="B3" t="inlineStr"><is><t>S</t></is></c>', 3),
            in_row(_number("A4", 7275550101, 1), 4),
            styles_part=styles("0000000000"),
        ),
        rows=(FIRST_ROW, (3, ("0272555010", "S")), (4, ("7275550101", ""))),
        facts=("numbers read as their number format shows them, with the digits that it adds: 1",),
    ),
    workbook_read(
        "format-that-adds-a-plus",
        with_one_row(in_row(_number("A3", 17275550101, 1), 3), styles_part=styles('"+"0')),
        rows=(FIRST_ROW, (3, ("+17275550101", ""))),
    ),
    workbook_read(
        "format-that-only-groups",
        with_one_row(
            in_row(_number("A3", 7275550101, 1), 3),
            styles_part=styles("[<=9999999]###-####;(###) ###-####", "#,##0.00"),
        ),
        rows=(FIRST_ROW, (3, ("7275550101", ""))),
    ),
)
