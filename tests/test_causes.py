"""Rows with one cause are one line with one fix."""

import pytest

from importer.model import PlannedRow, Result, RowOutcome
from importer.workbooks.results import Cause
from importer.workbooks.results.causes import causes_of, remarks_of


def outcomes(result: Result, *reasons: str) -> list[RowOutcome]:
    return [RowOutcome(index, result, reason) for index, reason in enumerate(reasons)]


def test_an_unknown_in_group_is_named_with_the_menu_where_it_is_created() -> None:
    words = "GROUP ID MUST BE A VALID INBOUND GROUP IN THE SYSTEM, THIS IS AN OPTIONAL FIELD"
    advice = "this VICIdial has no such in-group; create it under Inbound > In-Groups, or correct the cell"
    reason = f"{words}: {advice} (group 'SALES_WEST')"
    (cause,) = causes_of(outcomes(Result.INVALID, *[reason] * 41), "order_results.xlsx")
    assert cause.count == 41
    assert cause.sentence == "invalid: in-group SALES_WEST is not in this VICIdial"
    assert cause.fix == (
        "Create it under Inbound > In-Groups, or correct the cells, then: did-importer rerun order_results.xlsx"
    )


def test_two_in_groups_are_two_causes() -> None:
    reasons = [f"GROUP ID: this VICIdial has no such in-group; x (group '{name}')" for name in ("A", "B", "A")]
    assert [cause.count for cause in causes_of(outcomes(Result.INVALID, *reasons), "r.xlsx")] == [2, 1]


@pytest.mark.parametrize(
    ("reasons", "sentence"),
    [
        (["the same DID stands in row 4 already"] * 2, "the same DID stands in an earlier row already"),
        (
            ["did_pattern '1.7E+10' has lost its digits (allowed: digits (0-9), 2 to 50 characters)"] * 2,
            "did_pattern '1.7E+10' has lost its digits",
        ),
        (
            ["did_pattern '1.7E+10' has lost its digits", "did_pattern '1.8E+10' has lost its digits"],
            "did_pattern, such as '1.7E+10', has lost its digits",
        ),
    ],
)
def test_what_is_a_rows_own_does_not_make_a_cause_of_its_own(reasons: list[str], sentence: str) -> None:
    (cause,) = causes_of(outcomes(Result.INVALID, *reasons), "r.xlsx")
    assert (cause.count, cause.sentence) == (2, f"invalid: {sentence}")


def test_successes_have_no_cause_and_all_others_have_one() -> None:
    many = outcomes(Result.FAILED, *(f"reason {number}" for number in range(99)))
    assert len(causes_of([*many, RowOutcome(100, Result.SUCCESS, "added")], "r.xlsx")) == 99
    assert causes_of(outcomes(Result.SUCCESS, "added"), "r.xlsx") == ()


def test_remarks_on_rows_that_are_sent_are_grouped_as_causes_are() -> None:
    said = "did_description 'A&T': VICIdial stores 'AT'"
    planned = [PlannedRow(0, "1", (), (said, "cut")), PlannedRow(1, "2", (), (said,)), PlannedRow(2, "3", ())]
    assert remarks_of(planned) == (Cause(2, said), Cause(1, "cut"))
