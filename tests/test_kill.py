"""``kill -9`` at any moment, and then resume: nothing is lost, nothing that has its outcome is sent again."""

import random
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from running import (
    Desk,
    Order,
    assert_each_row_once_in_order,
    assert_results_are_true,
    claimed,
    flags,
)

from importer.journal import RunState
from importer.model import Result
from importer.sandbox import Sandbox, SandboxOptions
from importer.workbooks.results import read_results

ROWS = 300


@dataclass(frozen=True, slots=True)
class Moment:
    """When a process is killed.

    Attributes:
        calls: once so many calls of the whole run have arrived.
        seconds: and so many seconds after that.
    """

    calls: int
    seconds: float


@dataclass(slots=True)
class Death:
    """What a killed process left.

    Attributes:
        done: the DIDs that had an outcome in the record.
        calls: how many calls had arrived.
        alive: whether it was still at work when it was killed.
    """

    done: dict[str, Result]
    calls: int
    alive: bool


def killed(process: "subprocess.Popen[str]", moment: Moment, sandbox: Sandbox, desk: Desk) -> Death:
    """Kill a process at a moment, or find that it has ended before."""
    while process.poll() is None and not sandbox.wait_for_calls(moment.calls, 0.05):
        pass
    with suppress(subprocess.TimeoutExpired):
        process.wait(moment.seconds)
    alive = process.poll() is None
    process.kill()
    process.wait()
    return Death(desk.recorded(), len(sandbox.calls), alive)


def assert_nothing_done_was_sent_again(deaths: list[Death], sandbox: Sandbox) -> None:
    calls = sandbox.calls
    for death in deaths:
        again = {call.did_pattern for call in calls[death.calls :]} & set(death.done)
        # what a dead process had written to its socket may arrive after it; none of that has an outcome
        assert not again, f"sent again although the record had {[(one, death.done[one]) for one in again]}"


def assert_workbooks_are_whole(desk: Desk, order: Order) -> None:
    for path in desk.folder.glob("order_results*.xlsx"):
        assert_each_row_once_in_order(order, read_results(path).rows)


def run_killed_and_resumed(folder: Path, first: Moment, resumes: list[Moment], seed: int, rows: int = ROWS) -> str:
    """Kill a run, and as many of its resumes as there are moments; finish it and look at everything.

    Returns:
        What happened, in a line.
    """
    desk = Desk(folder)
    order = desk.order(rows)
    with Sandbox(SandboxOptions(latency=(0.001, 0.008), starting_dids=order.there, seed=seed)) as sandbox:
        run = ("run", order.path, *flags(sandbox))
        deaths = [killed(desk.start(*run), first, sandbox, desk)]
        for moment in resumes:
            # a process that is killed before it has begun its record leaves nothing to resume
            again = ("resume", "--rate", "0") if desk.unfinished() else run
            if desk.runs() and not desk.unfinished():
                break
            later = Moment(len(sandbox.calls) + moment.calls, moment.seconds)
            deaths.append(killed(desk.start(*again), later, sandbox, desk))
        assert_workbooks_are_whole(desk, order)
        if not desk.runs():
            assert not sandbox.calls, "calls were made before there was a record of them"
            assert desk.did_importer(*run).code == 1
        elif desk.unfinished():
            ran = desk.did_importer("resume", "--rate", "0")
            assert ran.code == 1, ran
        assert desk.newest().about.state is RunState.FINISHED
        assert len(desk.runs()) == 1
        stored = sandbox.stored()
        assert_nothing_done_was_sent_again(deaths, sandbox)
    lines = desk.results()
    assert_each_row_once_in_order(order, lines)
    assert_results_are_true(order, lines, stored)
    assert claimed(lines) - set(order.there) == set(stored)
    assert {line.result for line in lines} == {Result.SUCCESS, Result.DUPLICATE, Result.INVALID}
    assert "Traceback" not in desk.said()
    maybe = sum("may have added" in line.reason for line in lines)
    killed_at = ", ".join(f"{death.calls} calls/{len(death.done)} done/{death.alive}" for death in deaths)
    return f"killed at {killed_at}; {maybe} may have been added"


@pytest.mark.parametrize(
    ("first", "resumes"),
    [
        pytest.param(Moment(0, 0.3), [], id="while it starts"),
        pytest.param(Moment(20, 0.001), [Moment(15, 0.003)], id="in the middle, and its resume too"),
        pytest.param(Moment(85, 0.05), [], id="while the workbook is written"),
    ],
)
def test_a_run_that_is_killed_is_finished_by_resume(tmp_path: Path, first: Moment, resumes: list[Moment]) -> None:
    run_killed_and_resumed(tmp_path, first, resumes, seed=1, rows=100)


@pytest.mark.parametrize(
    ("rows", "kills", "rate"),
    [
        pytest.param(60, 2, 400, id="short"),
        pytest.param(10_000, 15, 400, id="10,000 rows", marks=[pytest.mark.soak, pytest.mark.timeout(1200)]),
    ],
)
def test_kills_and_a_server_that_restarts_leave_no_row_that_may_have_been_added_by_this_run(
    tmp_path: Path, rows: int, kills: int, rate: int, record_property: Callable[[str, object], None]
) -> None:
    desk, rng = Desk(tmp_path), random.Random(rows)
    order = desk.order(rows)
    # of 20 rows 16 are looked up and sent, and one is there already
    calls = rows * 33 / 20
    with Sandbox(SandboxOptions(latency=(0.001, 0.008), starting_dids=order.there, seed=rows)) as sandbox:
        words: tuple[object, ...] = ("run", order.path, *flags(sandbox, "--rate", rate))
        for number in range(kills):
            moment = Moment(round(calls * (number + 1) / (kills + 2)), rng.uniform(0.0, 0.02))
            killed(desk.start(*words), moment, sandbox, desk)
            words = ("resume", "--rate", rate)
        last = desk.start(*words)
        while not sandbox.wait_for_calls(round(calls * (kills + 1) / (kills + 2)), 0.05):
            assert last.poll() is None
        sandbox.pause()
        sandbox.resume()
        assert last.wait() == 1
        stored = sandbox.stored()
    lines = desk.results()
    assert_each_row_once_in_order(order, lines)
    assert_results_are_true(order, lines, stored)
    record_property("DIDs added", len(stored))
    assert [line for line in lines if "may have added" in line.reason] == []
    assert {line.did_sent for line in lines if line.result is Result.SUCCESS} == set(stored)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(200))
def test_a_run_that_is_killed_at_a_random_moment_is_finished_by_resume(
    tmp_path: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    rng = random.Random(seed)
    # 255 of the 300 rows are sent; every tenth death comes before the first call, every tenth after the last
    match seed % 10:
        case 0:
            first = Moment(0, rng.uniform(0.0, 2.0))
        case 1:
            first = Moment(255, rng.uniform(0.0, 0.3))
        case _:
            first = Moment(rng.randint(1, 254), rng.uniform(0.0, 0.02))
    resumes = [Moment(rng.randint(0, 120), rng.uniform(0.0, 0.02)) for _ in range(rng.choice([0, 0, 1, 2]))]
    record_property("what happened", run_killed_and_resumed(tmp_path, first, resumes, seed))
