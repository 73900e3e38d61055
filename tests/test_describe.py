"""Descriptions made of the file's columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.checking.clean_columns import Description
from importer.columns import BY_NAME
from importer.errors import SettingsError

HEADER = ("Number", "City", "State", "Rate Center")
DID = "17275550111"


def described(template: str, *cells: str) -> str:
    return Description.of(template, HEADER).text(("", *cells), DID)


@pytest.mark.parametrize(
    ("template", "cells", "text"),
    [
        ("{city} {state} {ratecenter}", ("Tampa", "FL", "TAMPACEN"), "Tampa FL TAMPACEN"),
        ("{City}, {STATE}", ("Tampa", "FL", ""), "Tampa, FL"),
        ("{rate center} line", ("", "", "TAMPACEN"), "TAMPACEN line"),
        ("{city} {state} {ratecenter}", ("Tampa", "", "TAMPACEN"), "Tampa TAMPACEN"),
        ("{city}, {state}", ("Clearwater", "", ""), "Clearwater"),
        ("{city} {state}", ("St. Mary's\u00a0Point", "FL", ""), "St. Marys Point FL"),
        ("{city}", ("Tampa", "", ""), "Tampa DID 0111"),
        ("{city}", ("X", "", ""), "X DID 0111"),
        ("{city}", ("", "FL", ""), ""),
        ("{city}, {state}", ("&", "#REF!", ""), ""),
        ("{city}", ("T" * 60, "", ""), "T" * 50),
        ("{city} {state}", ("T" * 49, "FL", ""), "T" * 49),
    ],
)
def test_a_description_is_cut_and_padded_to_what_vicidial_takes(
    template: str, cells: tuple[str, ...], text: str
) -> None:
    assert described(template, *cells) == text


@pytest.mark.parametrize(
    ("did", "text"), [("_1727555010X*", "Tampa DID 010X"), ("0+", "Tampa DID 0"), ("+#", ""), ("", "")]
)
def test_a_description_is_padded_with_what_it_keeps_of_a_pattern(did: str, text: str) -> None:
    assert Description.of("{city}", HEADER).text(("", "Tampa", "", ""), did) == text


def test_a_name_that_is_no_column_is_refused_with_the_columns() -> None:
    with pytest.raises(SettingsError, match=r"names '\{town\}', but .*Number, City, State, Rate Center"):
        Description.of("{town}", HEADER)


@given(st.text(max_size=80), st.text(max_size=80))
def test_every_description_is_what_vicidial_keeps_and_takes(city: str, state: str) -> None:
    column = BY_NAME["did_description"]
    text = described("{city} {state}", city, state, "")
    assert column.keep(text) == text == text.strip()
    assert text == "" or column.shortest <= len(text) <= column.longest
