"""The whole line, from a file to its results workbook, over real sockets: what the results say is what VICIdial has."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import (
    Desk,
    Looker,
    assert_each_row_once_in_order,
    assert_results_are_true,
    claimed,
    did,
    flags,
)

from importer.model import Result
from importer.sandbox import Sandbox, SandboxOptions
from importer.workbooks.results import read_results
from importer.workflows.options import ImportOptions


def test_an_order_goes_in_and_every_row_says_what_became_of_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(40)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        ran = desk.did_importer("run", order.path, *flags(sandbox))
        stored = sandbox.stored()
    assert ran.code == 1, ran
    lines = desk.results()
    assert_each_row_once_in_order(order, lines)
    assert_results_are_true(order, lines, stored)
    assert {line.did_sent for line in lines if line.result is Result.SUCCESS} == set(stored)
    found = {result: sum(line.result is result for line in lines) for result in Result}
    assert found == {
        Result.SUCCESS: 32,
        Result.DUPLICATE: 4,
        Result.INVALID: 4,
        Result.FAILED: 0,
        Result.UNKNOWN: 0,
        Result.NOT_SENT: 0,
        Result.PERMISSION_ERROR: 0,
    }
    assert f"results: {desk.folder / 'order_results.xlsx'}" in ran.out


def test_an_order_of_which_every_row_is_in_ends_with_0(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(12, plain=True)
    with Sandbox() as sandbox:
        first = desk.did_importer("run", order.path, *flags(sandbox))
        again = desk.did_importer("run", order.path, *flags(sandbox, "--method", "post"))
        assert len(sandbox.stored()) == 12
    assert (first.code, again.code) == (0, 0)
    assert {line.result for line in desk.results()} == {Result.DUPLICATE}
    assert (tmp_path / "order_results.xlsx").exists()
    assert (tmp_path / "order_results_2.xlsx").exists()


@pytest.mark.parametrize("rows", [400, pytest.param(10_000, marks=pytest.mark.soak)])
def test_with_50_workers_and_answers_out_of_order_no_result_stands_on_another_row(tmp_path: Path, rows: int) -> None:
    desk = Desk(tmp_path)
    header = ("did_pattern", "did_route", "group", "did_description")
    # what VICIdial answers depends on the row: it names the group that it does not know
    cells = [
        (did(number), "IN_GROUP", f"NOPE{number}" if number % 3 == 1 else "SALES_IN", f"row number {number}")
        for number in range(rows)
    ]
    path = desk.write("order.csv", header, cells)
    there = tuple(did(number) for number in range(2, rows, 3))
    with Sandbox(SandboxOptions(latency=(0.0, 0.05), starting_dids=there)) as sandbox:
        looker = Looker()
        report = desk.importing(path, sandbox.url, ImportOptions(rate=0, workers=50), observer=looker)
        stored = sandbox.stored()
    lines = read_results(report.workbook).rows
    answered = [outcome.index for outcome in looker.outcomes]
    assert answered != sorted(answered), "the answers came in the order of the rows, so this shows nothing"
    wrong = [
        line
        for number, line in enumerate(lines)
        if (line.row, line.cells, line.did_sent) != (number + 2, cells[number], did(number))
        or line.result is not (Result.SUCCESS, Result.INVALID, Result.DUPLICATE)[number % 3]
        or (line.result is Result.INVALID) != (f"(group 'NOPE{number}')" in line.reason)
        or (line.result is Result.SUCCESS and stored[did(number)]["did_description"] != f"row number {number}")
    ]
    assert wrong == []
    assert len(lines) == rows
    assert claimed(lines) == set(stored)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
_DID_CELLS = st.one_of(
    st.integers(0, 40).map(did),
    st.integers(0, 40).map(lambda number: f"+{did(number)}"),
    st.integers(0, 40).map(lambda number: f"({did(number)[1:4]}) 555-{did(number)[-4:]}"),
    _TEXTS,
)
_ROWS = st.lists(
    st.tuples(
        _DID_CELLS,
        st.sampled_from(["IN_GROUP", "in group", "EXTEN", "AGENT", "CALLMENU", "", "NOWHERE"]),
        st.sampled_from(["SALES_IN", "sales_in", "NOPE", ""]),
        _TEXTS,
        _TEXTS,
    ),
    max_size=12,
)


@settings(max_examples=20)
@given(rows=_ROWS)
def test_for_any_table_each_row_comes_out_exactly_once_in_order_with_one_result(
    sandbox: Sandbox, rows: list[tuple[str, ...]]
) -> None:
    header = ("Key", "did_pattern", "did_route", "group", "did_description", "status")
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        # a first cell that is never blank: rows that are blank from end to end are skipped, which is another test
        table = [(f"k{number}", *row) for number, row in enumerate(rows)]
        path = desk.write("order.csv", header, [("k", did(90), "EXTEN", "", "", ""), *table])
        before = set(sandbox.stored())
        report = desk.importing(path, sandbox.url, ImportOptions(rate=0, workers=3))
        after = set(sandbox.stored())
        lines = read_results(report.workbook).rows
    assert [line.row for line in lines] == list(range(2, len(rows) + 3))
    assert [line.cells for line in lines[1:]] == table
    assert {line.did_sent for line in lines if line.result is Result.SUCCESS} == after - before
    assert {line.result for line in lines} <= {Result.SUCCESS, Result.DUPLICATE, Result.INVALID}
    sent = [line.did_sent.lower() for line in lines if line.attempts]
    assert len(sent) == len(set(sent)), "one DID was sent for two rows"
