"""The value of a cell -> its text, and what a number format makes of a number."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import CellFlaw
from importer.reading.cell_text import TextMemory, literal_value, number_text, text_of
from importer.reading.header_row import looks_like_number
from importer.reading.number_format import adding_format


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


def test_a_row_keeps_apart_what_is_equal_but_not_the_same() -> None:
    memory = TextMemory()
    assert memory.row(["1", 1.0, "x"]) == (("1", "1", "x"), None)
    assert memory.row([True, 1.0, "TRUE"]) == (("TRUE", "1", "TRUE"), None)
    assert memory.row([1.0, True, 0.0, False]) == (("1", "TRUE", "0", "FALSE"), None)


def test_flaws_are_found_in_a_row_of_ordinary_numbers_too() -> None:
    texts, flaws = TextMemory().row(["a", 1e15, 1.0, dt.date(2024, 5, 1)])
    assert texts == ("a", "1000000000000000", "1", "2024-05-01")
    assert flaws == {1: CellFlaw.TOO_MANY_DIGITS, 3: CellFlaw.DATE}


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


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("00000000000", 7275550100, "07275550100"),
        ("00000000000", 17275550100, None),
        ("000-000-0000", 272555010, "027-255-5010"),
        ("000-000-0000", 7275550100, None),
        ('"+"0', 17275550100, "+17275550100"),
        ("+0", 17275550100, "+17275550100"),
        ("\\+0", 17275550100, "+17275550100"),
        ('"+1 "(000) 000-0000', 7275550100, "+1 (727) 555-0100"),
        ('[Red]"1"0000000000_)', 7275550100, "17275550100"),
        ("[<=9999999]000-0000;(000) 000-0000", 5550100, None),
        ("[<=9999999]000-0000;(000) 000-0000", 55010, "005-5010"),
        ("[<=9999999]000-0000;(000) 000-0000", 72755501, "(007) 275-5501"),
        ("00000;-00000;00000;@", 17, "00017"),
        ("00000;-00000;00000;@", 0, "00000"),
        ("0??0", 7, "07"),
    ],
)
def test_a_number_is_shown_with_what_its_format_adds(code: str, number: int, shown: str | None) -> None:
    show = adding_format(code)
    assert show
    assert show(number) == shown


@pytest.mark.parametrize(
    "code",
    [
        *("General", "0", "#,##0", "0.00", "00.00", "0.00E+00", "@", "yyyy-mm-dd", "[h]:mm", "0%", "# ??/??", ""),
        *('"Sales "0', "###-####", "[<=9999999]###-####;(###) ###-####", "0;-0;;@", '0" days"', "[$-409]0"),
    ],
)
def test_a_format_that_adds_no_digit_is_left_alone(code: str) -> None:
    assert adding_format(code) is None


@given(st.integers(0, 10**15 - 1), st.integers(2, 15))
def test_zeros_are_added_on_the_left_and_nothing_else(number: int, places: int) -> None:
    show = adding_format("0" * places)
    assert show
    assert (show(number) or str(number)) == str(number).zfill(places)


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
