"""Runs that were begun and not finished: resumed, refused for a reason, listed, and written down again."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from running import (
    MAY_HAVE_ADDED,
    USER,
    Desk,
    Looker,
    Order,
    Ran,
    assert_each_row_once_in_order,
    assert_results_are_true,
    flags,
)

from importer.journal import RunState
from importer.model import ExitCode, Result
from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions
from importer.workbooks.results import read_results
from importer.workflows.options import ImportOptions


def leave_unfinished(desk: Desk, sandbox: Sandbox, order: Order, outcomes: int = 15) -> str:
    """Begin a run that its server leaves after so many outcomes; the server is back when this returns.

    Returns:
        The run's name.
    """
    looker = Looker(on_outcome=lambda number: sandbox.pause() if number == outcomes else None)
    report = desk.importing(order.path, sandbox.url, ImportOptions(rate=0, give_up_after=1), observer=looker)
    sandbox.resume()
    assert report.unfinished
    return report.run_id


def assert_one_line(ran: Ran, *words: str) -> None:
    assert ran.code == 2, ran
    *before, trouble = ran.err.splitlines()
    assert trouble.startswith("did-importer: ")
    assert all(line.startswith("resuming ") for line in before)
    for word in words:
        assert word in trouble


def test_resume_finishes_the_newest_unfinished_run_and_a_second_resume_has_nothing_to_do(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(40)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        name = leave_unfinished(desk, sandbox, order)
        done = {line.did_sent for line in desk.results() if line.result in (Result.SUCCESS, Result.DUPLICATE)}
        calls = len(sandbox.calls)
        ran = desk.did_importer("resume")
        again = desk.did_importer("resume")
        by_name = desk.did_importer("resume", name)
        assert not done & {call.did_pattern for call in sandbox.calls[calls:]}
        stored = sandbox.stored()
    assert ran.code == 1, ran
    assert f"resuming {name}" in ran.err
    assert_each_row_once_in_order(order, desk.results())
    assert_results_are_true(order, desk.results(), stored)
    assert_one_line(again, "there is no unfinished run", "did-importer runs")
    assert_one_line(by_name, f"the run {name} is finished", f"did-importer runs {name}")


@pytest.mark.parametrize("change", ["one cell", "gone"])
def test_a_run_whose_input_is_not_what_it_was_is_not_resumed(tmp_path: Path, change: str) -> None:
    desk = Desk(tmp_path)
    order = desk.order(40)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        name = leave_unfinished(desk, sandbox, order)
        before = order.path.read_bytes()
        if change == "gone":
            order.path.unlink()
        else:
            order.path.write_bytes(before.replace(b"row number 30", b"row number 31"))
        calls = len(sandbox.calls)
        ran = desk.did_importer("resume")
        assert len(sandbox.calls) == calls
        if change == "gone":
            assert_one_line(ran, "order.csv is not there any more", "put it back")
        else:
            assert_one_line(ran, f"order.csv has changed since the run {name} began", "did-importer run --new")
        order.path.write_bytes(before)
        assert desk.did_importer("resume").code == 1


def test_a_run_on_a_file_with_an_unfinished_run_offers_resume_and_new_or_another_server_starts_afresh(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    order = desk.order(40)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox, Sandbox() as another:
        name = leave_unfinished(desk, sandbox, order)
        calls = len(sandbox.calls)
        ran = desk.did_importer("run", order.path, *flags(sandbox))
        assert len(sandbox.calls) == calls
        assert_one_line(ran, f"order.csv has an unfinished run, {name}", f"did-importer resume {name}", "--new")
        assert desk.did_importer("run", order.path, *flags(another)).code == 1
        assert desk.did_importer("run", order.path, *flags(sandbox, "--new")).code == 1
        stored = sandbox.stored()
    assert desk.newest().about.state is RunState.FINISHED
    assert len(desk.runs()) == 3
    lines = desk.results()
    assert_each_row_once_in_order(order, lines)
    # what the first run had added is there already, and the second says no more than it knows
    known = {line.did_sent for line in lines if line.result is Result.DUPLICATE} - set(order.there)
    added = {line.did_sent for line in lines if line.result is Result.SUCCESS}
    assert known >= set(stored) - added
    assert not any(MAY_HAVE_ADDED in line.reason for line in lines)


def test_a_second_process_is_told_that_the_first_is_at_work(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(30, plain=True)
    hangs = FaultPlan(chosen=lambda asked, nth: Fault.HANG if nth == 1 else None)
    with Sandbox(SandboxOptions(faults=hangs)) as sandbox:
        process = desk.start("run", order.path, *flags(sandbox))
        assert sandbox.wait_for_calls(1, 30)
        name = desk.newest().about.run_id
        told = [desk.did_importer("resume"), desk.did_importer("runs", name), desk.did_importer("resume", name)]
        also = desk.did_importer("run", order.path, *flags(sandbox))
        listed = desk.did_importer("runs")
        assert len(sandbox.calls) == 1
        process.kill()
        process.wait()
    for ran in told:
        assert_one_line(ran, f"another process works on the run {name}", "wait for it, or stop it")
    assert_one_line(also, f"order.csv has an unfinished run, {name}")
    assert listed.code == 0
    assert name in listed.out


def test_runs_lists_what_was_run_and_writes_a_workbook_again_without_the_input(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(40)
    assert "nothing was run yet" in desk.did_importer("runs").out
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        assert desk.did_importer("run", order.path, *flags(sandbox)).code == 1
        url = sandbox.url
    about = desk.newest().about
    before = read_results(Path(about.workbook)).rows
    Path(about.workbook).unlink()
    order.path.unlink()
    listed = desk.did_importer("runs")
    words = " ".join(listed.out.split())
    assert listed.code == 0
    assert f"{about.run_id} finished" in words
    begun = f"{desk.newest().started:%Y-%m-%d %H:%M:%S %Z}"
    assert f"{begun} {order.path} to {url} as {USER}: success 32, duplicate 4, invalid 4" in words
    shown = desk.did_importer("runs", about.run_id)
    assert shown.code == 0
    assert read_results(tmp_path / "order_results.xlsx").rows == before
    elsewhere = desk.did_importer("runs", about.run_id, "--results", tmp_path / "again.xlsx")
    assert elsewhere.code == 0
    assert read_results(tmp_path / "again.xlsx").rows == before
    assert_one_line(desk.did_importer("runs", about.run_id, "--results", tmp_path / "again.xlsx"), "is there already")
    assert_one_line(desk.did_importer("runs", "20000101-000000-none"), "there is no run 20000101-000000-none")


def test_the_workbook_of_a_run_that_was_killed_says_what_is_known_of_each_row(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(60, plain=True)
    hangs = FaultPlan(chosen=lambda asked, _nth: Fault.HANG_AFTER if asked in order.dids[20:] else None)
    with Sandbox(SandboxOptions(faults=hangs)) as sandbox:
        # under a rate each row's outcome is on disk before its worker goes on
        process = desk.start("run", order.path, *flags(sandbox, "--rate", "500", "--no-probe-first"))
        assert sandbox.wait_for_calls(24, 30)
        process.kill()
        process.wait()
        stored = sandbox.stored()
    shown = desk.did_importer("runs", desk.newest().about.run_id)
    assert shown.code == 0
    lines = list(read_results(tmp_path / "order_results.xlsx").rows)
    assert_each_row_once_in_order(order, lines)
    assert_results_are_true(order, lines, stored)
    found = [line.result for line in lines]
    assert found == [Result.SUCCESS] * 20 + [Result.UNKNOWN] * 4 + [Result.NOT_SENT] * 36
    assert all("did-importer resume" in line.reason for line in lines[20:])
    assert desk.newest().about.state is RunState.UNFINISHED


def test_a_resume_with_the_wrong_password_costs_one_login_and_spoils_nothing(tmp_path: Path) -> None:
    desk, wrong = Desk(tmp_path), Desk(tmp_path, password="wrong-one")
    order = desk.order(40)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        leave_unfinished(desk, sandbox, order)
        refused = wrong.did_importer("resume")
        assert refused.code == 3
        assert sandbox.user(USER).failed_logins == 1
        assert_results_are_true(order, desk.results(), sandbox.stored())
        assert desk.did_importer("resume", "--results", tmp_path / "chosen.xlsx").code == 1
        stored = sandbox.stored()
    lines = list(read_results(tmp_path / "chosen.xlsx").rows)
    assert_each_row_once_in_order(order, lines)
    assert_results_are_true(order, lines, stored)
    assert not any(line.result is Result.PERMISSION_ERROR for line in lines)


def test_a_disk_that_is_full_in_mid_run_stops_it_with_the_record_intact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    order = desk.order(200)
    connections: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def remembered(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connections.append(connect(*args, **kwargs))
        return connections[-1]

    def fill_the_disk(outcomes: int) -> None:
        if outcomes == 20:
            # no page more: that is what a full disk is to SQLite
            (pages,) = connections[-1].execute("PRAGMA page_count").fetchone()
            connections[-1].execute(f"PRAGMA max_page_count = {pages}")

    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        with monkeypatch.context() as patched:
            patched.setattr(sqlite3, "connect", remembered)
            report = desk.importing(
                order.path, sandbox.url, ImportOptions(rate=0), observer=Looker(on_outcome=fill_the_disk)
            )
        assert report.exit_code == ExitCode.STOPPED
        assert report.stop is not None
        assert "the record of the run could not be written (database or disk is full)" in report.stop.why
        assert 20 < len(sandbox.calls) < 170
        lines = list(read_results(report.workbook).rows)
        assert_each_row_once_in_order(order, lines)
        assert_results_are_true(order, lines, sandbox.stored())
        before = len(sandbox.calls)
        settled = {line.did_sent for line in lines if line.result in (Result.SUCCESS, Result.DUPLICATE)}
        assert desk.did_importer("resume", "--rate", "0").code == 1
        assert not settled & {call.did_pattern for call in sandbox.calls[before:]}
        stored = sandbox.stored()
    assert_each_row_once_in_order(order, desk.results())
    assert_results_are_true(order, desk.results(), stored)
    assert not any(line.result is Result.UNKNOWN for line in desk.results())
