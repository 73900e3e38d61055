"""What is sent, what is settled without a call, and how ranges become rows of their own."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from running_ranges import RANGES, with_previous

from importer.checking import CheckOptions, check_table
from importer.model import CellProblem, CheckedRow, Result, RowOutcome, Table
from importer.workflows.check import check_results
from importer.workflows.options import ImportOptions
from importer.workflows.plan import expanded_table, plan_rows


def row_of(index: int, *, did: str = "", bad: bool = False, twice: int | None = None) -> CheckedRow:
    problems = (CellProblem(index + 2, "group", "", "is missing", ""),) if bad else ()
    name = did or f"1727555{index:04d}"
    return CheckedRow(index, index + 2, name, (("did_pattern", name),), problems, (), twice, table_index=index)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_every_row_is_in_the_plan_exactly_once(kinds: list[tuple[bool, bool]]) -> None:
    rows = [row_of(index, bad=bad, twice=2 if twice else None) for index, (bad, twice) in enumerate(kinds)]
    plan = plan_rows(rows)
    assert sorted([*(row.index for row in plan.planned), *(o.index for o in plan.settled)]) == list(range(len(rows)))


def test_a_bad_row_is_invalid_and_a_second_one_names_the_first() -> None:
    plan = plan_rows([row_of(0), row_of(1, bad=True), row_of(2, twice=2), row_of(3, bad=True, twice=2)])
    assert [row.index for row in plan.planned] == [0]
    assert [outcome.result for outcome in plan.settled] == [Result.INVALID, Result.DUPLICATE, Result.DUPLICATE]
    assert plan.settled[1].reason == "the same DID stands in row 2 already"
    assert "group is blank and is missing" in plan.settled[2].reason


def test_rows_with_one_did_wait_for_each_other() -> None:
    same = "17275550000"
    plan = plan_rows([row_of(0, did=same), row_of(1, did=same, twice=2), row_of(2, did=same, twice=2, bad=True)])
    assert [row.index for row in plan.planned] == [0]
    assert [(row.index, row.after) for row in plan.waiting] == [(1, 0)]
    assert [outcome.index for outcome in plan.settled] == [1, 2]


def test_a_row_that_was_unknown_before_may_have_been_added_by_that_call() -> None:
    before = {
        0: RowOutcome(0, Result.UNKNOWN, "no answer", "17275550000", 5),
        1: RowOutcome(1, Result.UNKNOWN, "no answer", "17275559999", 5),
        2: RowOutcome(2, Result.FAILED, "surely not added", "17275550002", 5),
    }
    plan = plan_rows([row_of(0), row_of(1), row_of(2)], before)
    assert [row.unanswered for row in plan.planned] == [True, False, False]


def test_a_table_without_ranges_is_recorded_as_it_is() -> None:
    table = Table(Path("a.csv"), "", "", ("did_pattern",), (2,), (("17275550000",),))
    assert expanded_table(table, [row_of(0)], 0) is table


def test_each_number_of_a_range_gets_a_row_that_remembers_where_it_came_from() -> None:
    checked = check_table(RANGES, CheckOptions(expand_ranges=True, fills={"did_route": "EXTEN", "extension": "8300"}))
    table = expanded_table(RANGES, checked.rows, 0)
    assert table.row_numbers == (2, 2, 2, 3)
    assert [cells[0] for cells in table.rows] == ["17275550100", "17275550101", "17275550102", "17275550150"]
    assert [cells[1] for cells in table.rows] == ["Tampa", "Tampa", "Tampa", "Miami"]


def test_the_numbers_of_a_range_are_taken_up_again_one_by_one(tmp_path: Path) -> None:
    checked = check_table(RANGES, CheckOptions(expand_ranges=True, fills={"did_route": "EXTEN", "extension": "8300"}))
    table = expanded_table(RANGES, checked.rows, 0)
    workbook = with_previous(
        tmp_path, table, [Result.SUCCESS, Result.NOT_SENT, Result.UNKNOWN, Result.DUPLICATE], sent="17275550102"
    )
    again = check_results(
        workbook, ImportOptions(expand_ranges=True, fills=(("did_route", "EXTEN"), ("extension", "8300")))
    )
    assert [row.did for row in again.planned] == ["17275550101", "17275550102"]
    assert [row.unanswered for row in again.planned] == [False, True]
    assert {outcome.index: outcome.result for outcome in again.settled} == {0: Result.SUCCESS, 3: Result.DUPLICATE}


def test_a_range_that_was_invalid_can_be_taken_apart_by_the_rerun(tmp_path: Path) -> None:
    workbook = with_previous(tmp_path, RANGES, [Result.INVALID, Result.SUCCESS])
    again = check_results(
        workbook, ImportOptions(expand_ranges=True, fills=(("did_route", "EXTEN"), ("extension", "8300")))
    )
    assert [row.did for row in again.planned] == ["17275550100", "17275550101", "17275550102"]
    assert [outcome.index for outcome in again.settled] == [3]
    assert again.expanded.row_numbers == (2, 2, 2, 3)
