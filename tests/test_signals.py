"""Ctrl-C and SIGTERM at any moment: exit code 130, and the workbook and the record say the same."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from running import Desk, Order, assert_each_row_once_in_order, assert_results_are_true, did, flags

from importer.interrupt import INTERRUPTED
from importer.journal import Journal, RunState, outcomes_of
from importer.model import ExitCode, Result
from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions
from importer.workbooks.results import PreviousRow

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows cannot send Ctrl-C to one process without its whole console"
)

LONGEST_SECONDS = 10.0
TO_WRITE_THE_WORKBOOK = 3.0


def signalled(
    process: "subprocess.Popen[str]", number: signal.Signals, sandbox: Sandbox, calls: int, seconds: float
) -> float:
    """Send a signal once so many calls have arrived and so many seconds have passed.

    Returns:
        How many seconds the process took to end.
    """
    while process.poll() is None and not sandbox.wait_for_calls(calls, 0.05):
        pass
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.send_signal(number)
    sent = time.monotonic()
    process.wait(60)
    return time.monotonic() - sent


def recorded(desk: Desk) -> dict[int, tuple[str, str]]:
    """Return result and reason of each row that has an outcome in the record, by the row's number."""
    return {one.index + 2: (one.result.value, one.reason) for one in outcomes_of(desk.newest().path)}


def assert_workbook_and_record_agree(desk: Desk, order: Order, lines: list[PreviousRow]) -> None:
    assert_each_row_once_in_order(order, lines)
    outcomes = recorded(desk)
    for line in lines:
        if line.row in outcomes:
            assert (line.result.value, line.reason) == outcomes[line.row]
        else:
            assert line.result in (Result.NOT_SENT, Result.UNKNOWN)
            assert "interrupted" in line.reason
    state = RunState.FINISHED if len(outcomes) == len(lines) else RunState.UNFINISHED
    assert desk.newest().about.state is state


def run_interrupted_and_resumed(
    folder: Path, number: signal.Signals, calls: int, seconds: float, rows: int = 300
) -> str:
    """Interrupt a run, look at everything, finish it and look again.

    Returns:
        What happened, in a line.
    """
    desk = Desk(folder)
    order = desk.order(rows)
    with Sandbox(SandboxOptions(latency=(0.001, 0.02), starting_dids=order.there)) as sandbox:
        process = desk.start("run", order.path, *flags(sandbox))
        took = signalled(process, number, sandbox, calls, seconds)
        assert process.returncode == 130, desk.said()
        assert took < LONGEST_SECONDS + TO_WRITE_THE_WORKBOOK
        assert "Traceback" not in desk.said()
        lines = desk.results()
        assert_workbook_and_record_agree(desk, order, lines)
        assert_results_are_true(order, lines, sandbox.stored())
        left = sum(line.result is Result.NOT_SENT for line in lines)
        unknown = sum(line.result is Result.UNKNOWN for line in lines)
        before = len(sandbox.calls)
        if desk.unfinished():
            assert desk.did_importer("resume", "--rate", "0").code == 1
        again = {call.did_pattern for call in sandbox.calls[before:]}
        stored = sandbox.stored()
    assert again - {"default"} == {
        asked for asked, line in zip(order.dids, lines, strict=True) if line.result in (Result.NOT_SENT, Result.UNKNOWN)
    }
    finished = desk.results()
    assert_each_row_once_in_order(order, finished)
    assert_results_are_true(order, finished, stored)
    assert {line.result for line in finished} == {Result.SUCCESS, Result.DUPLICATE, Result.INVALID}
    return f"{number.name} at {before} calls took {took:.2f} s; {left} not sent, {unknown} unknown"


@pytest.mark.parametrize(
    ("number", "calls"),
    [
        pytest.param(signal.SIGINT, 1, id="Ctrl-C at the first call"),
        pytest.param(signal.SIGTERM, 40, id="SIGTERM in the middle"),
        pytest.param(signal.SIGTERM, 85, id="SIGTERM while the workbook is written"),
    ],
)
def test_a_signal_stops_the_run_in_good_order(tmp_path: Path, number: signal.Signals, calls: int) -> None:
    run_interrupted_and_resumed(tmp_path, number, calls, seconds=0.0, rows=100)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(50))
def test_a_signal_at_a_random_moment_stops_the_run_in_good_order(
    tmp_path: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    rng = random.Random(seed)
    # 255 of the 300 rows are sent; every tenth signal comes when all of them are
    calls = 255 if seed % 10 == 9 else rng.randint(1, 254)
    number = rng.choice([signal.SIGINT, signal.SIGTERM])
    record_property("what happened", run_interrupted_and_resumed(tmp_path, number, calls, rng.uniform(0.0, 0.01)))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only /proc tells how far a process has come")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_anything_is_sent_ends_with_130_too(tmp_path: Path, number: signal.Signals) -> None:
    desk = Desk(tmp_path)
    order = desk.order(1_000)
    with Sandbox() as sandbox:
        process = desk.start("run", order.path, *flags(sandbox))
        # pandas is being imported once this library of it is mapped
        maps = Path(f"/proc/{process.pid}/maps")
        while process.poll() is None and "pandas" not in maps.read_text(encoding="utf-8"):
            pass
        process.send_signal(number)
        process.wait(60)
        assert sandbox.calls == []
    assert process.returncode == 130, desk.said()
    assert "Traceback" not in desk.said()
    # where Python has lost the interrupt, the run stops before its first call
    assert all(line.result is not Result.SUCCESS for line in desk.results()) if desk.runs() else True


def hanging(desk: Desk, rows: int, hang_from: int) -> tuple[Order, Sandbox]:
    """Return an order, and a VICIdial that answers no more after so many rows."""
    order = desk.order(rows, plain=True)
    # by the row, because calls of several connections may arrive in another order
    silent = set(order.dids[hang_from:])
    faults = FaultPlan(chosen=lambda asked, nth: Fault.HANG_AFTER if asked in silent else None)
    return order, Sandbox(SandboxOptions(faults=faults))


def test_twice_ctrl_c_during_a_call_that_hangs_is_out_at_once_and_the_record_is_intact(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order, hangs = hanging(desk, rows=30, hang_from=10)
    with hangs as sandbox:
        # under a rate each row's outcome is on disk before its worker goes on
        process = desk.start("run", order.path, *flags(sandbox, "--rate", "500", "--no-probe-first"))
        # the first ten are answered, then each of the four workers waits for an answer
        assert sandbox.wait_for_calls(14, 30)
        process.send_signal(signal.SIGINT)
        while "press Ctrl-C again to leave at once" not in desk.said():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        pressed = time.monotonic()
        process.wait(60)
        took = time.monotonic() - pressed
        assert process.returncode == 130
        assert took < 1.0
        assert len(recorded(desk)) == 10
        assert not list(tmp_path.glob("*_results*"))
        before = len(sandbox.calls)
        stored = set(sandbox.stored())
    with Sandbox(SandboxOptions(starting_dids=tuple(stored))) as comes_back:
        line = desk.newest()
        assert line.about.state is RunState.UNFINISHED
        assert before == 14
        # the same server at another port
        with Journal.reopen(line.path) as journal:
            journal.change(replace(journal.record().about, server=comes_back.url))
        assert desk.did_importer("resume", "--rate", "0").code == 0
        asked = {call.did_pattern for call in comes_back.calls}
        now = set(comes_back.stored())
    lines = desk.results()
    assert_each_row_once_in_order(order, lines)
    assert asked == set(order.dids[10:])
    assert [line.result for line in lines] == [Result.SUCCESS] * 10 + [Result.DUPLICATE] * 4 + [Result.SUCCESS] * 16
    assert all("may have added it" in line.reason for line in lines[10:14])
    assert now | stored == set(order.dids)


@pytest.mark.soak
def test_ctrl_c_during_a_call_that_hangs_waits_for_it_for_10_seconds_and_no_longer(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order, hangs = hanging(desk, rows=30, hang_from=10)
    with hangs as sandbox:
        process = desk.start("run", order.path, *flags(sandbox))
        took = signalled(process, signal.SIGINT, sandbox, 14, 0.0)
        stored = sandbox.stored()
    assert process.returncode == 130
    assert LONGEST_SECONDS - 0.5 < took < LONGEST_SECONDS + TO_WRITE_THE_WORKBOOK
    lines = desk.results()
    assert_workbook_and_record_agree(desk, order, lines)
    assert_results_are_true(order, lines, stored)
    assert sum(line.result is Result.UNKNOWN for line in lines) == 4


def test_a_run_goes_on_when_nobody_reads_its_words_any_more(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(30, plain=True)
    # the server seems to be away, which the run says
    away = FaultPlan(chosen=lambda did_pattern, nth: Fault.CUT_BEFORE if nth <= 3 and did_pattern == did(0) else None)
    with Sandbox(SandboxOptions(faults=away)) as sandbox:
        process = subprocess.Popen(
            [sys.executable, "-m", "importer", *desk.arguments("run", order.path, *flags(sandbox))],
            env=desk.environment(),
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert sandbox.wait_for_calls(1, 30)
        for end in (process.stdout, process.stderr):
            assert end is not None
            end.close()
        process.wait(60)
        stored = sandbox.stored()
    assert set(stored) == set(order.dids)
    lines = desk.results()
    assert_each_row_once_in_order(order, lines)
    assert {line.result for line in lines} == {Result.SUCCESS}


def test_a_second_signal_ends_with_the_exit_code_of_an_interrupted_run() -> None:
    assert int(ExitCode.INTERRUPTED) == INTERRUPTED
