"""The rate, measured where it counts: when the calls arrive at a server, over real sockets, with retries going on."""

import gc
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from running import USER, Desk

from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions


def most_in_a_second(moments: list[float]) -> int:
    """Return how many calls arrived in the fullest second, whichever call it starts at."""
    first, most = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


@contextmanager
def a_clock_without_pauses() -> Iterator[None]:
    """Keep this process's garbage collector, which stops the server for 20 to 50 ms, from shifting what it measures."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def arrivals(folder: Path, rate: int, rows: int, one_fails_in: int) -> tuple[list[float], int]:
    """Import rows at a rate, with a good many of the calls failing.

    Returns:
        When each call arrived while there were still new rows to send, and how many of these were retries.
    """
    desk = Desk(folder)
    order = desk.order(rows, plain=True)
    number = itertools.count(1)
    faults = itertools.cycle([Fault.ERROR_500, Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.HTML])

    def evenly(_did: str, _nth: int) -> Fault | None:
        # three failures in a row would make everybody pause
        return next(faults) if next(number) % one_fails_in == 0 else None

    options = SandboxOptions(faults=FaultPlan(chosen=evenly), latency=(0.001, 0.005))
    with Sandbox(options) as sandbox, a_clock_without_pauses():
        # in a process of its own: the server's clock must not wait for the client's work
        process = desk.start(
            *("run", order.path, "--url", sandbox.url, "--user", USER, "--yes", "--rate", rate, "--workers", 16)
        )
        process.wait(120)
        calls = [call for call in sandbox.calls if call.function in ("add_did", "update_did")]
    assert process.returncode in (0, 1), desk.said()
    assert "the server is away" not in desk.said()
    seen: set[str] = set()
    last_new = adds = adds_then = 0
    for place, call in enumerate(calls):
        adds += call.function == "add_did"
        if call.function == "add_did" and call.did_pattern not in seen:
            last_new, adds_then = place, adds
            seen.add(call.did_pattern)
    assert len(seen) == rows
    # the looks before the rows count as calls too
    return [call.at for call in calls[: last_new + 1]], adds_then - rows


def test_no_second_holds_more_calls_than_the_rate(tmp_path: Path) -> None:
    moments, retries = arrivals(tmp_path, rate=20, rows=50, one_fails_in=6)
    # how many of the eight failures are sent again while there are new rows is the jitter's choice
    assert retries >= 1
    assert most_in_a_second(moments) <= 20


@pytest.mark.soak
@pytest.mark.parametrize("rate", [5, 20, 100])
def test_no_second_holds_more_calls_than_the_rate_and_95_percent_of_it_is_used(
    tmp_path: Path, rate: int, record_property: Callable[[str, object], None]
) -> None:
    moments, retries = arrivals(tmp_path, rate, rows=rate * 13, one_fails_in=12)
    used = (len(moments) - 1) / (moments[-1] - moments[0]) / rate
    most = most_in_a_second(moments)
    record_property("what happened", f"{len(moments)} calls, {retries} retries, most {most} a second, {used:.1%} used")
    assert retries >= rate * 13 // 20
    assert most <= rate
    assert used >= 0.95


def test_a_window_that_is_too_full_would_be_noticed() -> None:
    assert most_in_a_second([0.0, 0.5, 0.999, 1.0, 1.2, 3.0]) == 4
    assert most_in_a_second([0.0, 1.0, 2.0]) == 1
