"""A results workbook that a person has corrected, sent again from the command line: only what is left, in place."""

import csv
from pathlib import Path

import openpyxl
import pytest
from running import (
    HEADER,
    MAY_HAVE_ADDED,
    Desk,
    assert_each_row_once_in_order,
    assert_results_are_true,
    correct,
    did,
    flags,
)

from importer import ImportOptions, check_results
from importer.model import Result
from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions
from importer.workbooks.results import PreviousRow, read_results


def summary_of(workbook: Path) -> dict[str, str]:
    book = openpyxl.load_workbook(workbook, read_only=True)
    rows = book["Summary"].iter_rows(values_only=True, max_col=2)
    facts = {str(row[0]): str(row[1]) for row in rows if row[0] and row[1]}
    book.close()
    return facts


def by_row(lines: list[PreviousRow]) -> dict[int, PreviousRow]:
    return {line.row: line for line in lines}


def test_corrected_rows_are_sent_in_place_and_the_others_stay_as_they_were(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(40)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        assert desk.did_importer("run", order.path, *flags(sandbox)).code == 1
        first, before = desk.workbook(), by_row(desk.results())
        first_run = desk.newest().about.run_id
        left = [row for row, line in before.items() if line.result is Result.INVALID]
        corrections: dict[tuple[int, str], str] = {}
        for row in left:
            corrections[row, "Phone Number"] = did(500 + row)
            corrections[row, "did_route"] = "IN_GROUP"
        correct(first, corrections)
        calls = len(sandbox.calls)
        ran = desk.did_importer("rerun", first, *flags(sandbox))
        asked = [call.did_pattern for call in sandbox.calls[calls:]]
        stored = sandbox.stored()
    assert ran.code == 0, ran
    assert sorted(asked) == sorted(did(500 + row) for row in left)
    second = desk.workbook()
    assert second.name == "order_results_2.xlsx"
    after = by_row(desk.results())
    assert list(after) == list(before)
    for row, line in after.items():
        if row in left:
            assert (line.result, line.did_sent) == (Result.SUCCESS, did(500 + row))
            assert line.cells == (before[row].cells[0], did(500 + row), "IN_GROUP", *before[row].cells[3:])
            assert did(500 + row) in stored
        else:
            assert line == before[row]
    assert summary_of(second)["Rerun of"] == f"order_results.xlsx ({first_run})"
    assert summary_of(second)["Run"] == desk.newest().about.run_id != first_run


def test_a_rerun_with_nothing_left_sends_nothing_and_writes_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(12, plain=True)
    with Sandbox(SandboxOptions(starting_dids=order.dids[:3])) as sandbox:
        assert desk.did_importer("run", order.path, *flags(sandbox)).code == 0
        calls = len(sandbox.calls)
        ran = desk.did_importer("rerun", desk.workbook(), *flags(sandbox))
        assert len(sandbox.calls) == calls
    assert ran.code == 0
    assert "nothing is left to do" in ran.out
    assert len(desk.runs()) == 1
    assert [path.name for path in tmp_path.glob("*.xlsx")] == ["order_results.xlsx"]


def test_only_takes_up_the_results_that_it_names(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(40)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        assert desk.did_importer("run", order.path, *flags(sandbox)).code == 1
        calls = len(sandbox.calls)
        ran = desk.did_importer("rerun", desk.workbook(), *flags(sandbox, "--only", "failed", "--only", "not_sent"))
        assert ran.code == 1
        assert "nothing is left to do" in ran.out
        again = desk.did_importer("rerun", desk.workbook(), *flags(sandbox, "--only", "duplicate"))
        asked = {call.did_pattern for call in sandbox.calls[calls:]}
    assert again.code == 1
    assert set(order.there) <= asked
    assert not asked & {one for one in order.dids if one not in order.there and order.dids.count(one) == 1}
    wrong = desk.did_importer("rerun", desk.workbook(), *flags(sandbox, "--only", "everything"))
    assert wrong.code == 2
    assert wrong.err.startswith("did-importer: --only takes one of: success, duplicate")


def test_what_the_first_run_was_told_is_used_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = desk.write("bare.csv", ("Numbers",), [(did(number),) for number in range(5)])
    filled = ("--set", "did_route=IN_GROUP", "--set", "did_description=bought in November")
    with Sandbox() as sandbox:
        first = desk.did_importer("run", path, *flags(sandbox, *filled, "--set", "group=NOPE", "--did-format", "e164"))
        assert first.code == 1
        assert {line.result for line in desk.results()} == {Result.INVALID}
        ran = desk.did_importer("rerun", desk.workbook(), *flags(sandbox, "--set", "group=SALES_IN"))
        stored = sandbox.stored()
    assert ran.code == 0, ran
    # the plus sign shows that the first run's --did-format was used again
    assert set(stored) == {f"+{did(number)}" for number in range(5)}
    assert {row["did_route"] for row in stored.values()} == {"IN_GROUP"}
    assert {row["did_description"] for row in stored.values()} == {"bought in November"}
    assert {row["group_id"] for row in stored.values()} == {"SALES_IN"}


def test_a_carriers_own_columns_that_are_named_like_ours_survive_two_reruns(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    header = ("row", "result", "did_pattern", "status", "reason", "extension", "attempts", "answered_at")
    rows = [
        (f"r{number}", f"theirs {number}", did(number), "active", "why not", "" if number % 2 else "100", "7", "never")
        for number in range(6)
    ]
    path = desk.write("order.csv", header, rows)
    with Sandbox() as sandbox:
        assert desk.did_importer("run", path, *flags(sandbox)).code == 1
        correct_extension = {(row, "extension"): "200" for row in (3, 5)}
        correct(desk.workbook(), correct_extension)
        assert desk.did_importer("rerun", desk.workbook(), *flags(sandbox)).code == 1
        correct(desk.workbook(), {(7, "extension"): "300"})
        assert desk.did_importer("rerun", desk.workbook(), *flags(sandbox)).code == 0
        stored = sandbox.stored()
    previous = read_results(desk.workbook())
    assert previous.header == header
    extensions = ["100", "200", "100", "200", "100", "300"]
    assert [line.cells for line in previous.rows] == [
        (*row[:5], extension, *row[6:]) for row, extension in zip(rows, extensions, strict=True)
    ]
    assert [stored[did(number)]["extension"] for number in range(6)] == extensions
    assert {line.result for line in previous.rows} == {Result.SUCCESS}


def test_a_results_sheet_that_was_saved_as_csv_is_rerun_too(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(20)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        assert desk.did_importer("run", order.path, *flags(sandbox)).code == 1
        before = by_row(desk.results())
        sheet = openpyxl.load_workbook(desk.workbook())["Results"]
        saved = tmp_path / "corrected.csv"
        with saved.open("w", newline="", encoding="utf-8-sig") as file:
            for line in sheet.iter_rows(values_only=True):
                cells = ["" if cell is None else str(cell) for cell in line]
                csv.writer(file, delimiter=";").writerow("IN_GROUP" if cell == "NOWHERE" else cell for cell in cells)
        assert desk.did_importer("rerun", saved, *flags(sandbox)).code == 1
        stored = sandbox.stored()
    after = by_row(desk.results())
    assert list(after) == list(before)
    (corrected,) = [row for row, line in before.items() if "NOWHERE" in line.cells]
    assert after[corrected].result is Result.SUCCESS
    assert after[corrected].did_sent in stored
    assert [row for row in before if after[row] != before[row]] == [corrected]
    assert desk.workbook().name == "corrected_results.xlsx"


@pytest.mark.parametrize("added", [True, False])
def test_a_row_that_was_unknown_is_cleared_up(tmp_path: Path, added: bool) -> None:
    desk = Desk(tmp_path, password="pw1234")
    path = desk.write("order.csv", HEADER[1:4], [(did(number), "IN_GROUP", "SALES_IN") for number in range(6)])
    fault = Fault.HALF_BODY if added else Fault.HTML
    faults = FaultPlan(chosen=lambda asked, nth: fault if asked in (did(3), did(4)) and nth == 1 else None)
    # a user who may not use update_did, so that nothing can be looked up
    as_user = ("--user", "opsadd", "--retries", "0")
    with Sandbox(SandboxOptions(faults=faults)) as sandbox:
        assert desk.did_importer("run", path, *flags(sandbox, *as_user)).code == 1
        before = desk.results()
        assert [line.result for line in before] == [Result.SUCCESS] * 3 + [Result.UNKNOWN] * 2 + [Result.SUCCESS]
        # row 6 was wrong: its DID was in VICIdial already, and nobody else's call may be claimed as ours
        correct(desk.workbook(), {(6, "Phone Number"): did(0)})
        calls = len(sandbox.calls)
        assert desk.did_importer("rerun", desk.workbook(), *flags(sandbox, *as_user)).code == 0
        asked = {call.did_pattern for call in sandbox.calls[calls:]}
    lines = desk.results()
    assert asked <= {did(3), did(0)}
    if added:
        assert lines[3].result is Result.DUPLICATE
        assert MAY_HAVE_ADDED in lines[3].reason
    else:
        assert (lines[3].result, lines[3].reason) == (Result.SUCCESS, "added")
    assert lines[4].result is Result.DUPLICATE
    assert MAY_HAVE_ADDED not in lines[4].reason
    assert lines[:3] + lines[5:] == before[:3] + before[5:]


def test_rows_that_a_refused_login_left_over_are_sent_by_a_rerun(tmp_path: Path) -> None:
    wrong, right = Desk(tmp_path, password="wrong-one"), Desk(tmp_path)
    order = right.order(40)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        assert wrong.did_importer("run", order.path, *flags(sandbox)).code == 3
        assert right.did_importer("rerun", right.workbook(), *flags(sandbox)).code == 1
        stored = sandbox.stored()
    lines = right.results()
    assert_each_row_once_in_order(order, lines)
    assert_results_are_true(order, lines, stored)
    assert {line.did_sent for line in lines if line.result is Result.SUCCESS} == set(stored)
    assert len(stored) == 32


def test_a_workbook_that_cannot_be_understood_is_told_in_one_line(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    header = [name for name in HEADER if name != "result"]
    order = desk.write("order.csv", header, [("k", did(1), "NOWHERE", "", "")])
    with Sandbox() as sandbox:
        assert desk.did_importer("run", order, *flags(sandbox)).code == 1
        correct(desk.workbook(), {(2, "result"): "perfect"})
        ran = desk.did_importer("rerun", desk.workbook(), *flags(sandbox))
        assert sandbox.calls == []
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "order_results.xlsx" in ran.err
    assert "is none of its words" in ran.err


def test_a_row_whose_did_no_earlier_row_has_any_more_is_sent_too(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    header = ("did_pattern", "did_route", "group")
    rows = [(did(1), "NOWHERE", "SALES_IN")] + [(did(number), "IN_GROUP", "SALES_IN") for number in (2, 1, 1, 2)]
    path = desk.write("order.csv", header, rows)
    with Sandbox() as sandbox:
        assert desk.did_importer("run", path, *flags(sandbox)).code == 1
        before = desk.results()
        # the first row is invalid, so that the third is sent, which has the same DID
        assert [line.result.value for line in before] == ["invalid", "success", "success", *["duplicate"] * 2]
        correct(desk.workbook(), {(2, "did_pattern"): did(9), (2, "did_route"): "IN_GROUP"})
        assert desk.did_importer("rerun", desk.workbook(), *flags(sandbox)).code == 0
        stored = sandbox.stored()
    assert set(stored) == {did(1), did(2), did(9)}
    after = desk.results()
    assert [line.result.value for line in after] == ["success", "success", "success", "duplicate", "duplicate"]
    assert after[3].reason == "the same DID stands in row 4 already"
    assert (after[1], after[4]) == (before[1], before[4])


def test_corrections_of_rows_that_are_in_already_are_named_as_not_taken(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(10)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        desk.did_importer("run", order.path, *flags(sandbox))
    workbook = desk.workbook()
    assert check_results(workbook, ImportOptions()).not_taken == ()
    # row 9 is invalid, and is sent again; row 2 is a success, row 6 was there before
    correct(workbook, {(2, "did_description"): "new", (6, "did_description"): "new", (9, "Phone Number"): did(50)})
    checked = check_results(workbook, ImportOptions())
    assert checked.not_taken == (2, 6)
    assert [row.did for row in checked.planned] == [did(50)]
