"""The loop whose time jumps: the other tests lean on it."""

import asyncio
import threading
import time

import pytest
from virtual_time import StuckError, run_virtual, virtual_clock


def test_an_hour_takes_no_time_by_either_clock_and_sleepers_wake_in_the_order_of_their_moments() -> None:
    async def main() -> tuple[float, float, list[str]]:
        clock, woken = virtual_clock(asyncio.get_running_loop()), list[str]()

        async def sleeper(name: str, seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append(name)

        now, epoch = clock.now(), clock.epoch()
        await asyncio.gather(sleeper("late", 3600), sleeper("early", 0.5), sleeper("middle", 7))
        return clock.now() - now, clock.epoch() - epoch, woken

    really = time.monotonic()
    now, epoch, woken = run_virtual(main())
    assert (round(now, 3), round(epoch, 3), woken) == (3600, 3600, ["early", "middle", "late"])
    assert time.monotonic() - really < 5


def test_a_timeout_fires_at_its_moment_and_not_before_work_that_ends_sooner() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.timeout(30):
            await asyncio.sleep(29.9)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return loop.time() - began

    assert run_virtual(main()) == pytest.approx(59.9)


def test_wait_with_a_timeout_leaves_what_takes_longer_pending() -> None:
    async def main() -> tuple[int, int, float]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        tasks = [asyncio.create_task(asyncio.sleep(seconds)) for seconds in (1, 9, 11)]
        done, pending = await asyncio.wait(tasks, timeout=10)
        waited = loop.time() - began
        for task in pending:
            task.cancel()
        return len(done), len(pending), waited

    done, pending, waited = run_virtual(main())
    assert (done, pending, round(waited, 3)) == (2, 1, 10)


def test_time_stands_still_while_a_thread_works() -> None:
    async def main() -> str:
        gate = threading.Event()
        asyncio.get_running_loop().call_later(0, gate.set)
        async with asyncio.timeout(0.001):
            await asyncio.to_thread(gate.wait, 10)
        return "done"

    assert run_virtual(main()) == "done"


def test_waiting_for_what_never_comes_is_an_error_and_no_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("virtual_time.PATIENCE_SECONDS", 0.0)

    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StuckError):
        run_virtual(main())
