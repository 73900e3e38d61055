"""Ranges of numbers, in one cell and over several columns, with ``--expand-ranges`` and without it."""

from importer.model import CellFlaw
from messy.listed import listed
from messy.messy_file import Became, MessyFile, added, invalid, twice
from messy.workbook_file import workbook_read
from messy.xlsx_by_hand import cells, in_row, one_sheet

_EXPAND = ("--expand-ranges",)
_THREE = (added(3, "7275550101"), added(3, "7275550102"), added(3, "7275550103"))


def _in_a_cell(name: str, typed: str, became: tuple[Became, ...], *said: str, expand: bool = True) -> MessyFile:
    """Return a list with a number in row 2 and a range in row 3."""
    rows = (("7275550100", "SALES"), (typed, "SALES"))
    flags = _EXPAND if expand else ()
    return listed(name, ("did", "group"), rows, (added(2, "7275550100"), *became), *said, flags=flags)


def _in_columns(
    name: str,
    header: tuple[str, ...],
    row: tuple[str, ...],
    became: tuple[Became, ...],
    *said: str,
    expand: bool = True,
) -> MessyFile:
    """Return a list with a single number in row 2, whose other cells are blank, and this row as row 3."""
    single = ("7275550100", *[""] * (len(header) - 1))
    flags = _EXPAND if expand else ()
    return listed(name, header, (single, row), (added(2, "7275550100"), *became), *said, flags=flags)


FILES = (
    _in_a_cell(
        "range-that-is-not-to-be-taken-apart",
        "7275550101-7275550103",
        (invalid(3, "is a range of 3 numbers; --expand-ranges makes one row of each"),),
        expand=False,
    ),
    _in_a_cell(
        "range-taken-apart",
        "7275550101-7275550103",
        _THREE,
        "1 range has been taken apart: 2 rows of the file have become 4",
        "row 3: 7275550101-7275550103 -> 7275550101",
    ),
    _in_a_cell("range-of-spelled-numbers", "(727) 555-0101 \u2013 (727) 555-0103", _THREE),
    _in_a_cell("range-in-words", "7275550101 to 7275550103", _THREE),
    _in_a_cell("range-with-an-arrow", "727.555.0101 \u2192 727.555.0103", _THREE),
    _in_a_cell(
        "range-with-plus-signs",
        "+17275550101 - +17275550102",
        (added(3, "+17275550101"), added(3, "+17275550102")),
    ),
    _in_a_cell(
        "range-over-leading-zeros",
        "0079460099-0079460100",
        (added(3, "0079460099"), added(3, "0079460100")),
    ),
    _in_a_cell("range-of-one-number", "7275550101-7275550101", (added(3, "7275550101"),), expand=False),
    _in_a_cell(
        "range-over-a-number-of-the-list",
        "7275550100-7275550102",
        (twice(3, 2), added(3, "7275550101"), added(3, "7275550102")),
    ),
    _in_a_cell(
        "range-from-back-to-front",
        "7275550103-7275550101",
        (invalid(3, "is a range whose last number comes before its first"),),
    ),
    _in_a_cell(
        "range-of-two-forms",
        "7275550101-17275550103",
        (invalid(3, "is a range whose two numbers are not written alike"),),
    ),
    _in_a_cell(
        "range-of-10001-numbers",
        "7275550101-7275560101",
        (invalid(3, "is a range of 10,001 numbers; at most 10,000 are taken"),),
    ),
    _in_columns(
        "first-and-last-number",
        ("First Number", "Last Number", "group"),
        ("7275550101", "(727) 555-0103", "SALES"),
        _THREE,
        "'Last Number' is taken for the last numbers of ranges",
    ),
    _in_columns(
        "first-and-last-number-not-to-be-taken-apart",
        ("First Number", "Last Number"),
        ("7275550101", "7275550103"),
        (invalid(3, "is a range of 3 numbers; --expand-ranges makes one row of each"),),
        expand=False,
    ),
    _in_columns(
        "first-number-and-quantity",
        ("Start DID", "Qty"),
        ("7275550101", "3"),
        _THREE,
        "'Qty' is taken for the quantities of ranges",
    ),
    _in_columns(
        "last-number-and-quantity-that-agree",
        ("From", "To", "Quantity"),
        ("7275550101", "7275550103", "3"),
        _THREE,
    ),
    _in_columns(
        "last-number-and-quantity-that-differ",
        ("From", "To", "Quantity"),
        ("7275550101", "7275550103", "4"),
        (invalid(3, "whose last number '7275550103' does not fit '4' numbers"),),
    ),
    _in_columns(
        "quantity-in-words",
        ("From", "Quantity"),
        ("7275550101", "three"),
        (invalid(3, "whose quantity 'three' cannot be read"),),
    ),
    _in_columns(
        "quantity-of-none",
        ("From", "Quantity"),
        ("7275550101", "0"),
        (invalid(3, "whose quantity '0' cannot be read"),),
    ),
    _in_columns(
        "last-number-cut-short-in-its-column",
        ("From", "To"),
        ("7275550101", "103"),
        (invalid(3, "is a range whose two numbers are not written alike; write both in full"),),
    ),
    _in_columns(
        "last-number-without-a-first",
        ("From", "To"),
        ("", "7275550103"),
        (invalid(3, "did_pattern is blank and has to hold the number"),),
    ),
    _in_columns(
        "last-number-that-is-an-error",
        ("From", "To"),
        ("7275550101", "#REF!"),
        (invalid(3, "whose last number '#REF!' cannot be read"),),
    ),
    workbook_read(
        "quantity-that-is-an-error-cell",
        one_sheet(
            cells("From", "Quantity"),
            cells(7275550101, 3, row=2),
            in_row('<c r="A3"><v>7275550105</v></c><c r="B3" t="e"><v>#N/A</v></c>', 3),
        ),
        ("From", "Quantity"),
        ((2, ("7275550101", "3")), (3, ("7275550105", "#N/A"))),
        flaws={(3, 1): CellFlaw.ERROR_VALUE},
        became=(
            *(added(2, f"727555010{last}") for last in (1, 2, 3)),
            invalid(3, "is the first number of a range, and the cell beside it is an error of the spreadsheet"),
        ),
        flags=_EXPAND,
    ),
)
