"""An order whose results no sheet has room for: imported, rerun part by part, resumed, shown again."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from running import PASSWORD, USER, Desk, assert_each_row_once_in_order, assert_results_are_true, correct, did, flags

from importer.cli import options as cli_options
from importer.model import Result
from importer.sandbox import Sandbox, SandboxOptions
from importer.settings.password import Password
from importer.settings.settings import Server
from importer.workbooks import output_file
from importer.workbooks.results import PreviousRow, read_results
from importer.workflows.options import Folders, ImportOptions
from importer.workflows.past_runs import rewrite_workbook

HEADER = ("did_pattern", "did_route", "group")


@pytest.fixture(autouse=True)
def small_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a sheet have eleven rows: the header and ten more."""
    monkeypatch.setattr(cli_options, "Folders", partial(Folders, sheet_rows=11))


def rows_of(paths: Sequence[Path]) -> list[PreviousRow]:
    """Return the rows of several workbooks, one after the other."""
    return [row for path in paths for row in read_results(path).rows]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*results*"))


def test_every_row_is_in_one_of_the_workbooks_and_what_is_printed_names_all(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(34)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        ran = desk.did_importer("run", order.path, *flags(sandbox))
        stored = sandbox.stored()
    assert ran.code == 1
    written = ["order_results.xlsx", *(f"order_results_part{number}.xlsx" for number in (2, 3, 4))]
    assert names(tmp_path) == written
    lines = rows_of([tmp_path / name for name in written])
    assert_each_row_once_in_order(order, lines)
    assert_results_are_true(order, lines, stored)
    last = ran.out.splitlines()[-6:]
    assert [line.split(": ")[0] for line in last[:4]] == [f"results, part {number} of 4" for number in (1, 2, 3, 4)]
    assert [Path(line.split(": ")[1]).name for line in last[:4]] == written
    assert last[4].startswith("next: correct the cells in the sheet Failed rows, then: did-importer rerun ")
    assert "order_results.xlsx" in last[4]
    assert last[5].startswith("and likewise: ")
    assert [Path(path).name for path in last[5].removeprefix("and likewise: ").split(", ")] == written[1:]


def test_scripts_are_told_of_all_parts_and_runs_writes_them_again_under_free_names(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(12, plain=True)
    expected = [tmp_path / "order_results.xlsx", tmp_path / "order_results_part2.xlsx"]
    with Sandbox() as sandbox:
        ran = desk.did_importer("run", order.path, *flags(sandbox, "--json"))
    (line,) = json.loads(desk.did_importer("runs", "--json").out)["runs"]
    for told in (json.loads(ran.out), line):
        assert (told["workbook"], told["workbooks"]) == (str(expected[0]), [*map(str, expected)])
    before = rows_of(expected)
    expected[0].unlink()
    ran = desk.did_importer("runs", desk.newest().about.run_id, "--json")
    again = [tmp_path / "order_results_2.xlsx", tmp_path / "order_results_2_part2.xlsx"]
    assert json.loads(ran.out)["written"] == [str(path) for path in again]
    assert "results, part 2 of 2: " in ran.err
    assert rows_of(again) == before
    assert rewrite_workbook(desk.newest(), Folders(desk.state, sheet_rows=13)) == (tmp_path / "order_results_3.xlsx",)


def test_a_chosen_name_whose_second_part_is_taken_is_refused_before_the_first_call(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(12, plain=True)
    (tmp_path / "mine_part2.xlsx").touch()
    with Sandbox() as sandbox:
        ran = desk.did_importer("run", order.path, *flags(sandbox, "--results", tmp_path / "mine.xlsx"))
        assert not sandbox.calls
    assert ran.code == 2
    assert "mine_part2.xlsx: is there already" in ran.err
    assert not desk.runs()


def test_more_columns_than_a_sheet_has_are_refused_before_the_first_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_file, "EXCEL_COLUMNS", 10)
    desk = Desk(tmp_path)
    path = desk.write("order.csv", HEADER, [(did(1), "IN_GROUP", "SALES_IN")])
    with Sandbox() as sandbox:
        ran = desk.did_importer("run", path, *flags(sandbox))
        assert not sandbox.calls
    assert ran.code == 2
    assert "11 columns are more than the 10 of a sheet" in ran.err


def test_a_rerun_of_a_part_takes_up_the_rows_of_that_part_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [(did(number), "IN_GROUP" if number % 5 else "NOWHERE", "SALES_IN") for number in range(25)]
    path = desk.write("order.csv", HEADER, rows)
    with Sandbox() as sandbox:
        assert desk.did_importer("run", path, *flags(sandbox)).code == 1
        second = tmp_path / "order_results_part2.xlsx"
        before = rows_of([second])
        correct(second, {(12, "did_route"): "IN_GROUP", (17, "did_route"): "IN_GROUP"})
        calls = len(sandbox.calls)
        assert desk.did_importer("rerun", second, *flags(sandbox)).code == 0
        assert sorted(call.did_pattern for call in sandbox.calls[calls:] if call.function == "add_did") == [
            did(10),
            did(15),
        ]
    after = rows_of([tmp_path / "order_results_part2_2.xlsx"])
    assert [(row.row, row.result) for row in after] == [(row.row, Result.SUCCESS) for row in before]
    assert desk.newest().about.previous.startswith("order_results_part2.xlsx (")
    assert names(tmp_path) == [
        "order_results.xlsx",
        "order_results_part2.xlsx",
        "order_results_part2_2.xlsx",
        "order_results_part3.xlsx",
    ]


def test_a_row_whose_earlier_one_did_not_go_is_sent_though_it_stands_in_another_part(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [(did(number), "IN_GROUP", "SALES_IN") for number in range(1, 12)]
    path = desk.write("order.csv", HEADER, [(did(0), "NOWHERE", "SALES_IN"), *rows, (did(0), "IN_GROUP", "SALES_IN")])
    with Sandbox() as sandbox:
        assert desk.did_importer("run", path, *flags(sandbox)).code == 1
        stored = sandbox.stored()
    assert did(0) in stored
    last = rows_of([tmp_path / "order_results_part2.xlsx"])[-1]
    assert (last.row, last.result, last.did_sent) == (14, Result.SUCCESS, did(0))


def test_where_a_row_overwrites_what_is_there_one_whose_earlier_one_is_elsewhere_is_left_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [(did(number), "IN_GROUP", "SALES_IN") for number in range(11)]
    path = desk.write(
        "order.csv", HEADER, [*rows, (did(0), "IN_GROUP", "SUPPORT_TEAM"), (did(50), "NOWHERE", "SALES_IN")]
    )
    with Sandbox() as sandbox:
        assert desk.did_importer("run", path, *flags(sandbox, "--on-duplicate", "update")).code == 1
        second = tmp_path / "order_results_part2.xlsx"
        correct(second, {(14, "did_route"): "IN_GROUP"})
        assert desk.did_importer("rerun", second, *flags(sandbox)).code == 0
        assert sandbox.stored()[did(0)]["group_id"] == "SALES_IN"
        again = tmp_path / "order_results_part2_2.xlsx"
        left = rows_of([again])[1]
        assert left.result is Result.DUPLICATE
        assert left.reason == (
            "the same DID stands in row 2 already; that row is not in this workbook; if it no longer has this DID,"
            " write 'not sent' into the column result and rerun"
        )
        assert "nothing is left to do" in desk.did_importer("rerun", again, *flags(sandbox)).out
        correct(again, {(13, "result"): "not sent"})
        assert desk.did_importer("rerun", again, *flags(sandbox)).code == 0
        assert sandbox.stored()[did(0)]["group_id"] == "SUPPORT_TEAM"


@pytest.mark.parametrize("columns", [("Start DID", "Qty"), ("First Number", "Last Number")])
def test_ranges_that_were_taken_apart_are_not_taken_apart_again_by_a_rerun_of_a_part(
    tmp_path: Path, columns: tuple[str, str]
) -> None:
    desk = Desk(tmp_path)
    ends = ("4", "4", "4") if columns[1] == "Qty" else (did(3), did(13), did(23))
    ranges = [(did(10 * number), end, "IN_GROUP", "NOPE") for number, end in enumerate(ends)]
    path = desk.write("order.csv", (*columns, "did_route", "group"), ranges)
    with Sandbox() as sandbox:
        assert desk.did_importer("run", path, *flags(sandbox, "--expand-ranges")).code == 1
        written = [tmp_path / "order_results.xlsx", tmp_path / "order_results_part2.xlsx"]
        assert [row.row for row in rows_of(written[:1])] == [2] * 4 + [3] * 4
        assert [row.row for row in rows_of(written[1:])] == [4] * 4
        calls = len(sandbox.calls)
        assert desk.did_importer("rerun", written[1], *flags(sandbox)).code == 1
        assert sorted(call.did_pattern for call in sandbox.calls[calls:] if call.function == "add_did") == [
            did(number) for number in range(20, 24)
        ]
    assert len(rows_of([tmp_path / "order_results_part2_2.xlsx"])) == 4


def test_a_run_that_was_stopped_is_resumed_into_all_parts(tmp_path: Path) -> None:
    wrong, right = Desk(tmp_path, password="wrong-one"), Desk(tmp_path)
    order = right.order(25, plain=True)
    with Sandbox() as sandbox:
        chosen = tmp_path / "mine.xlsx"
        ran = wrong.did_importer("run", order.path, *flags(sandbox, "--results", chosen))
        assert ran.code == 3
        assert "next: did-importer resume " in ran.out
        assert "likewise" not in ran.out
        assert right.did_importer("rerun", tmp_path / "mine_part3.xlsx", *flags(sandbox)).code == 0
        run = right.runs()[-1].about.run_id
        assert right.did_importer("resume", run, "--rate", "0").code == 0
        stored = sandbox.stored()
    lines = rows_of([tmp_path / "mine_2.xlsx", tmp_path / "mine_2_part2.xlsx", tmp_path / "mine_2_part3.xlsx"])
    assert_each_row_once_in_order(order, lines)
    assert set(stored) == set(order.dids)


def test_as_many_rows_without_a_header_as_a_sheet_has_are_imported(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = tmp_path / "order.csv"
    path.write_text("".join(f"{did(number)}\n" for number in range(11)))
    with Sandbox() as sandbox:
        ran = desk.did_importer("run", path, *flags(sandbox, "--set", "did_route=IN_GROUP", "--set", "group=SALES_IN"))
        stored = sandbox.stored()
    assert ran.code == 0
    assert len(stored) == 11
    assert [row.row for row in rows_of([tmp_path / "order_results_part2.xlsx"])] == [11]


def test_from_python_the_report_names_each_part_and_what_is_left_in_it(tmp_path: Path) -> None:
    from importer import import_file

    desk = Desk(tmp_path)
    path = desk.write("order.csv", HEADER, [(did(n), "IN_GROUP" if n else "NOWHERE", "SALES_IN") for n in range(5)])
    with Sandbox() as sandbox:
        server = Server(sandbox.url, USER, Password(PASSWORD))
        report = import_file(path, server, ImportOptions(rate=0), Folders(desk.state, sheet_rows=3))
    assert [(part.path.name, part.first_row, part.last_row, part.left) for part in report.parts] == [
        ("order_results.xlsx", 2, 3, 1),
        ("order_results_part2.xlsx", 4, 5, 0),
        ("order_results_part3.xlsx", 6, 6, 0),
    ]
    assert report.workbook.name == "order_results.xlsx"
