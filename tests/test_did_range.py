"""Ranges: which headers and cells mean one, and what becomes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.checking.did_column import LONGEST_RANGE, judge_range, numbers_of, read_range
from importer.checking.did_number import read_did
from importer.checking.number_shapes import DidTrouble, ReadDid
from importer.headers import RangeColumns, range_columns


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (("First Number", "Last Number"), RangeColumns(0, 1, None)),
        (("City", "Start number", "End Number", "Qty"), RangeColumns(1, 2, 3)),
        (("From", "To"), RangeColumns(0, 1, None)),
        (("Range Start", "Quantity"), RangeColumns(0, None, 1)),
        (("First Number", "City"), None),
        (("First name", "Last name"), None),
        (("City", "Quantity"), None),
    ],
)
def test_columns_of_ranges_are_found_by_their_headers(header: tuple[str, ...], columns: RangeColumns | None) -> None:
    assert range_columns(header) == columns


def test_a_did_column_that_holds_no_first_numbers_has_no_range_beside_it() -> None:
    assert range_columns(("DID", "From", "To"), did_column=0) is None
    assert range_columns(("From", "DID", "To"), did_column=0) == RangeColumns(0, 2, None)


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("+17275550198 - 17275550200", "+17275550198 +17275550199 +17275550200"),
        ("0079460098-0079460100", "0079460098 0079460099 0079460100"),
        ("7275550000-7275559999", " ".join(f"727555{line:04d}" for line in range(LONGEST_RANGE))),
    ],
)
def test_an_expanded_range_has_every_number_from_first_to_last(typed: str, numbers: str) -> None:
    assert list(numbers_of(judge_range(read_did(typed), expand=True))) == numbers.split()


def test_a_range_of_one_number_is_that_number() -> None:
    assert judge_range(read_did("7275550100-7275550100"), expand=False) == ReadDid("7275550100")


@pytest.mark.parametrize(
    ("typed", "expand", "word"),
    [
        ("7275550100-7275550199", False, "is a range of 100 numbers; --expand-ranges makes one row of each"),
        ("7275550199-7275550100", True, "before its first"),
        ("7275550100 to 0199", True, "not written alike"),
        ("7275550100-17275550199", True, "not written alike"),
        ("7275550100-+7275550199", True, "not written alike"),
        ("7275550100-7275560100", True, "10,001 numbers; at most 10,000"),
    ],
)
def test_a_range_that_can_be_read_in_two_ways_or_is_not_to_be_expanded_is_refused(
    typed: str, expand: bool, word: str
) -> None:
    judged = judge_range(read_did(typed), expand=expand)
    assert (judged.text, judged.trouble) == ("", DidTrouble.RANGE)
    assert word in judged.reason


@pytest.mark.parametrize(
    ("last", "quantity", "ends"),
    [
        ("7275550109", "", ("7275550100", "7275550109")),
        ("(727) 555-0109", "", ("7275550100", "7275550109")),
        ("", "10", ("7275550100", "7275550109")),
        ("7275550109", "10", ("7275550100", "7275550109")),
        ("", "1", ("7275550100", "")),
        ("", "", ("7275550100", "")),
        ("7275550100", "1", ("7275550100", "")),
        ("\u00a0", " 10\t", ("7275550100", "7275550109")),
    ],
)
def test_first_number_and_last_or_quantity_make_a_range(last: str, quantity: str, ends: tuple[str, str]) -> None:
    found = read_range(ReadDid("7275550100"), last, quantity)
    assert (found.text, found.last) == ends


@pytest.mark.parametrize(
    ("last", "quantity", "word"),
    [
        ("7275550109", "11", "does not fit"),
        ("0109 ext 2", "", "cannot be read"),
        ("", "ten", "quantity 'ten' cannot be read"),
        ("", "0", "quantity '0' cannot be read"),
        ("", "10.0", "quantity '10.0' cannot be read"),
        ("", "\u0661\u0660", "cannot be read"),
    ],
)
def test_columns_that_contradict_each_other_make_no_range(last: str, quantity: str, word: str) -> None:
    found = read_range(ReadDid("7275550100"), last, quantity)
    assert found.trouble is DidTrouble.RANGE
    assert word in found.reason


def test_a_quantity_that_runs_over_the_length_of_the_number_makes_no_range() -> None:
    found = read_range(ReadDid("9999999999"), "", "2")
    assert judge_range(found, expand=True).trouble is DidTrouble.RANGE


def test_a_pattern_is_no_first_number_of_a_range() -> None:
    assert read_range(ReadDid("default"), "", "5").trouble is DidTrouble.RANGE
    assert read_range(ReadDid("default"), "7275550100", "").trouble is DidTrouble.RANGE
    assert read_range(ReadDid("default"), "", "1") == ReadDid("default")


@given(st.text(alphabet="0123456789+-~. ", max_size=45))
def test_whatever_is_read_as_a_range_is_taken_apart_or_refused(text: str) -> None:
    did = read_did(text)
    if did.last:
        judged = judge_range(did, expand=True)
        assert (judged.trouble is None) == bool(judged.text)
        if judged.last:
            numbers = list(numbers_of(judged))
            assert (numbers[0], numbers[-1]) == (judged.text, judged.last)
            assert len(set(numbers)) == len(numbers) <= LONGEST_RANGE
            assert {len(number) for number in numbers} == {len(judged.text)}
