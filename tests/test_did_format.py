"""How numbers are written, and which can exist."""

import pytest

from importer.checking.facts import survey
from importer.checking.options import DidFormat, NumberPlan
from importer.errors import SettingsError

US, GB = NumberPlan.of_region("US"), NumberPlan.of_region("gb")


@pytest.mark.parametrize(
    ("did", "form", "written"),
    [
        ("17275550111", DidFormat.AS_IS, "17275550111"),
        ("442079460111", DidFormat.AS_IS, "442079460111"),
        ("7275550111", DidFormat.E164, "+17275550111"),
        ("17275550111", DidFormat.E164, "+17275550111"),
        ("+17275550111", DidFormat.E164, "+17275550111"),
        ("+442079460111", DidFormat.E164, "+442079460111"),
        ("011442079460111", DidFormat.E164, "+442079460111"),
        ("7275550111", DidFormat.INTERNATIONAL, "17275550111"),
        ("+17275550111", DidFormat.INTERNATIONAL, "17275550111"),
        ("7275550111", DidFormat.NATIONAL, "7275550111"),
        ("17275550111", DidFormat.NATIONAL, "7275550111"),
        ("+17275550111", DidFormat.NATIONAL, "7275550111"),
        ("default", DidFormat.E164, "default"),
    ],
)
def test_a_number_is_written_in_the_wanted_form(did: str, form: DidFormat, written: str) -> None:
    found = US.written(did, form)
    assert (found.text, found.trouble) == (written, None)


@pytest.mark.parametrize("did", ["02079460111", "442079460111", "+442079460111", "00442079460111"])
def test_the_region_decides_how_a_number_without_plus_is_read(did: str) -> None:
    assert GB.written(did, DidFormat.E164).text == "+442079460111"
    assert GB.written(did, DidFormat.INTERNATIONAL).text == "442079460111"
    assert GB.written(did, DidFormat.NATIONAL).text == "02079460111"


@pytest.mark.parametrize(
    "did",
    ["442079460111", "5550111", "911", "1727555011", "0275550111", "727555011", "72755501111", "+999123456", "7" * 50],
)
def test_a_number_that_is_not_possible_is_not_guessed(did: str) -> None:
    assert not US.is_possible(did)
    assert US.written(did, DidFormat.E164).text == ""
    assert "US" in US.written(did, DidFormat.E164).reason


def test_another_countrys_number_has_no_national_form_here() -> None:
    assert "another country" in US.written("+442079460111", DidFormat.NATIONAL).reason


def test_a_region_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="no region 'XX'"):
        NumberPlan.of_region("XX")


@pytest.mark.parametrize("plan", [US, GB])
def test_numbers_of_one_shape_are_possible_together(plan: NumberPlan) -> None:
    shapes: dict[tuple[str, int], set[bool]] = {}
    for head in ("", "1", "+1", "+44", "44", "0", "00", "011", "7", "20"):
        for number in range(2_000_000_000, 10_000_000_000, 97_777_777):
            did = f"{head}{number}"
            shapes.setdefault(plan.shape(did), set()).add(plan.is_possible(did))
    assert len(shapes) > 100
    assert all(len(answers) == 1 for answers in shapes.values())


@pytest.mark.parametrize(
    ("plan", "dids", "said"),
    [
        (
            US,
            "7275550101 7275550102 17275550103 +17275550104",
            ["2 with 10 digits, 1 with 11 digits that begin with 1, 1 with a leading +"],
        ),
        (US, "17275550101 18005550102", []),
        (US, "+442079460111 +17275550101", []),
        (US, "+17275550101 7275550101", ["different ways", "row 3 '7275550101' and row 2 '+17275550101'"]),
        (US, "7275550102 17275550102", ["different ways", "row 3 '17275550102' and row 2 '7275550102'"]),
        (
            GB,
            "02079460111 442079460111 +442079460112",
            ["1 that begin with 0, 1 that begin with 44, 1 with a leading", "row 3 '442079460111' and row 2 '0207946"],
        ),
    ],
)
def test_mixed_ways_of_writing_are_counted_and_one_number_in_two_ways_pointed_out(
    plan: NumberPlan, dids: str, said: list[str]
) -> None:
    warnings = list(survey([*dids.split(), ""], range(2, 9)[: len(dids.split()) + 1], plan, strict=False))
    assert len(warnings) == len(said)
    assert all(words in warning for words, warning in zip(said, warnings, strict=True))


def test_many_pairs_are_counted_instead_of_listed() -> None:
    dids = [f"{plus}727555{line:04d}" for line in range(100, 120) for plus in ("", "+1")]
    warnings = list(survey(dids, range(len(dids)), US, strict=False))
    assert warnings[1].endswith("and 15 more pairs")


def test_impossible_numbers_are_named_with_their_rows_unless_they_are_refused_anyway() -> None:
    dids = ["17275550101", "442079460111", "default"]
    (warning,) = survey(dids, [2, 3, 4], US, strict=False)
    assert warning.startswith("1 number is not possible in US and would be sent all the same (--strict-numbers")
    assert warning.endswith("row 3 '442079460111'")
    assert list(survey(dids, [2, 3, 4], US, strict=True)) == []
