"""The value of a cell -> its text, and what a number format makes of a number."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import CellFlaw
from importer.reading import read_table
from importer.reading.cell_text import literal_value, number_format, number_text, text_of
from importer.reading.header_row import looks_like_number


@pytest.mark.parametrize(
    ("number", "text", "flaw"),
    [
        (17275550100.0, "17275550100", None),
        (-0.0, "0", None),
        (0.1, "0.1", None),
        (1e-7, "0.0000001", None),
        (123456789012345.0, "123456789012345", None),
        (999999999999999.0, "999999999999999", None),
        (1e15, "1000000000000000", CellFlaw.TOO_MANY_DIGITS),
        (-1e15, "-1000000000000000", CellFlaw.TOO_MANY_DIGITS),
        (1e22, "10000000000000000000000", CellFlaw.TOO_MANY_DIGITS),
        (float("inf"), "inf", None),
        (float("nan"), "nan", None),
    ],
)
def test_a_number_is_written_out(number: float, text: str, flaw: CellFlaw | None) -> None:
    assert number_text(number) == (text, flaw)


@given(st.integers(0, 10**15 - 1))
def test_every_number_of_up_to_15_digits_keeps_all_of_them(number: int) -> None:
    assert number_text(float(number)) == (str(number), None)


@pytest.mark.parametrize(
    ("value", "text", "flaw"),
    [
        (True, "TRUE", None),
        (False, "FALSE", None),
        (None, "", None),
        (7, "7", None),
        ("NA", "NA", None),
        (dt.date(2024, 5, 1), "2024-05-01", CellFlaw.DATE),
        (dt.datetime.fromisoformat("2024-05-01"), "2024-05-01", CellFlaw.DATE),
        (dt.datetime.fromisoformat("2024-05-01 10:30"), "2024-05-01 10:30:00", CellFlaw.DATE),
        (dt.time(10, 30), "10:30:00", CellFlaw.DATE),
        (dt.timedelta(hours=26, seconds=5), "26:00:05", CellFlaw.DATE),
    ],
)
def test_every_kind_of_value_has_a_text(value: object, text: str, flaw: CellFlaw | None) -> None:
    assert text_of(value) == (text, flaw)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('="17275550100"', "17275550100"),
        ('="say ""hi"""', 'say "hi"'),
        ('=+"+17275550100"', "+17275550100"),
        ("=17275550100", "17275550100"),
        ("=+17275550100", "17275550100"),
        ("=0017", "17"),
        ("=0", "0"),
        ("=-17275550100", None),
        ("=1234567890123456", None),
        ("=A1", None),
        ('="a"&"b"', None),
        ("=727-555-0100", None),
        ("=", None),
    ],
)
def test_only_a_formula_that_is_a_literal_has_a_value_of_its_own(formula: str, value: str | None) -> None:
    assert literal_value(formula) == value


SHOWN = (
    # format, number, what Excel shows; None where its own digits are right, "?" where the cell is not to be trusted
    ("00000000000", 7275550100, "07275550100"),
    ("00000000000", 17275550100, None),
    ("000-000-0000", 272555010, "027-255-5010"),
    ("000-000-0000", 7275550100, None),
    ("0#########", 272555010, "0272555010"),
    ("0########## ", 7275550100, "07275550100"),
    ("#0#########", 272555010, "0272555010"),
    ("0#### ### ###", 7275550100, "07275 550 100"),
    ("0#### ### ###", 272555010, "?"),
    ("0## #### ####", 2079460100, "020 7946 0100"),
    ("0???", 7, "?"),
    ("0???", 727, "0727"),
    ("0??0", 7, "?"),
    ("###0", 7, None),
    ("00 00 00 00 00", 142685300, "01 42 68 53 00"),
    ("(000) 000-0000", 272555010, "(027) 255-5010"),
    ("0000\\.000\\.000", 272555010, "0272.555.010"),
    ("0-000-000-000", 272555010, "0-272-555-010"),
    ("000,000,000,000", 7275550100, "007275550100"),
    ("#,##0", 7275550100, None),
    ('"+"0', 17275550100, "+17275550100"),
    ("+0", 17275550100, "+17275550100"),
    ("\\+0", 17275550100, "+17275550100"),
    ("+General", 17275550100, "+17275550100"),
    ('"0"General', 272555010, "0272555010"),
    ('"0"#', 272555010, "0272555010"),
    ("\\0#", 272555010, "0272555010"),
    ('"+1 "(000) 000-0000', 7275550100, "+1 (727) 555-0100"),
    ("[$+44]0000000000", 2079460100, "+442079460100"),
    ("[$+1-409]0", 7275550100, "+17275550100"),
    ("[$-409]0", 7275550100, None),
    ('[Red]"1"0000000000_)', 7275550100, "17275550100"),
    ("[Color10]0000000000", 272555010, "0272555010"),
    ("0000000000_0", 272555010, "0272555010"),
    ("[<=9999999]000-0000;(000) 000-0000", 5550100, None),
    ("[<=9999999]000-0000;(000) 000-0000", 55010, "005-5010"),
    ("[<=9999999]000-0000;(000) 000-0000", 72755501, "(007) 275-5501"),
    ("[<5]0;0000000000", 272555010, "0272555010"),
    ("[=272555010]0000000000;0", 272555010, "0272555010"),
    ("[=272555010]0000000000;0", 272555011, None),
    ("00000;-00000;00000;@", 17, "00017"),
    ("00000;-00000;00000;@", 0, "00000"),
    ("0000000000;@", 272555010, "0272555010"),
    ("0000000000.00", 272555010, "?"),
    ("0000000000.", 272555010, "?"),
    ("00000000000 ??/??", 272555010, "?"),
    ("000000000000E+0", 272555010, "?"),
    ("0.00", 272555010, None),
    ("0.00E+00", 17275550100, None),
    ("# ??/??", 272555010, None),
    ("0%", 272555010, "?"),
    ("0,", 272555010, "?"),
    ("0.0,,", 272555010, "?"),
    ("*0#", 272555010, "?"),
    ("*-0", 272555010, None),
    ("1##########", 7275550100, "?"),
    ("00000x00000", 272555010, "?"),
    ('"Tel. "0000000000', 272555010, "Tel. 0272555010"),
    ('"Sales "0', 272555010, None),
    ("General", 272555010, None),
    ("@", 272555010, None),
    ("", 272555010, None),
    (";;;", 272555010, None),
    ("0;;", 0, None),
    ("0", 272555010, None),
    ("###-####", 5550100, None),
)
"""Worked out by hand, and compared with what LibreOffice shows."""


@pytest.mark.parametrize(("code", "number", "shown"), SHOWN)
def test_a_number_is_read_as_its_format_shows_it_or_is_not_to_be_trusted(
    code: str, number: int, shown: str | None
) -> None:
    (text, flaw), added = number_format(code).text(float(number))
    if shown == "?":
        assert (text, flaw, added) == (str(number), CellFlaw.SHOWN_OTHERWISE, False)
    else:
        assert (text, flaw, added) == (shown or str(number), None, shown is not None)


def _xlsx(path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Order")
        page.write_row(0, 0, ["did", "code"])
        for row, (code, number, _) in enumerate(SHOWN, 1):
            page.write_number(row, 0, number, book.add_format({"num_format": code or "General"}))
            page.write_string(row, 1, "x")


def _xls(path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("Order")
    for column, header in enumerate(("did", "code")):
        page.write(0, column, header)
    for row, (code, number, _) in enumerate(SHOWN, 1):
        style = xlwt.XFStyle()
        style.num_format_str = code or "General"
        page.write(row, 0, number, style)
        page.write(row, 1, "x")
    book.save(str(path))


@pytest.mark.parametrize("make", [_xlsx, _xls])
def test_every_kind_of_excel_workbook_knows_the_formats(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / f"order.{make.__name__[1:]}"
    make(path)
    table = read_table(path)
    for index, (code, number, shown) in enumerate(SHOWN):
        flaw = CellFlaw.SHOWN_OTHERWISE if shown == "?" else None
        wanted = (str(number) if shown in ("?", None) else shown, flaw)
        assert (table.rows[index][0], table.flaws.get((index, 0))) == wanted, code


@pytest.mark.parametrize("code", ["yyyy-mm-dd", "d/m/yy", "hh:mm", "h:mm AM/PM", "[h]:mm", "[$-F800]dddd", "mmm"])
def test_a_format_of_dates_makes_dates_of_what_a_calendar_has(code: str) -> None:
    assert number_format(code).text(45413.5)[0][1] is CellFlaw.DATE
    assert number_format(code).text(17275550100.0) == (("17275550100", None), False)


@given(st.integers(0, 10**15 - 1), st.integers(2, 15))
def test_zeros_are_added_on_the_left_and_nothing_else(number: int, places: int) -> None:
    assert number_format("0" * places).text(float(number))[0] == (str(number).zfill(places), None)


@pytest.mark.parametrize(
    "text",
    [
        *("5550100", "17275550100", "+1 (727) 555-0100", "727.555.0100", "tel:+1-727-555-0100", "'7275550100"),
        *('="17275550100"', "=+17275550100", "7275550100-7275550199", "\u200f+1\u00a0727\u2013555\u20110100"),
        # full-width and Arabic-Indic digits
        *("".join(chr(first + int(digit)) for digit in "7275550100") for first in (0xFF10, 0x0660)),
    ],
)
def test_a_phone_number_looks_like_one(text: str) -> None:
    assert looks_like_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "555010",
        "1.72756E+10",
        "#REF!",
        "2024-05-01",
        "2024-05-01 10:30:00",
        "01.05.2024",
        "5/1/2024",
        "Tampa 7275550100",
    ],
)
def test_what_may_be_something_else_does_not(text: str) -> None:
    assert not looks_like_number(text)
