"""The loop whose time jumps: the other tests lean on it."""

import asyncio
import threading
import time

import pytest
from virtual_time import StuckError, run_virtual, virtual_clock


def test_an_hour_of_sleep_takes_no_time() -> None:
    async def main() -> float:
        clock = virtual_clock(asyncio.get_running_loop())
        began = clock.now()
        await clock.sleep(3600)
        return clock.now() - began

    really = time.monotonic()
    assert run_virtual(main()) == pytest.approx(3600)
    assert time.monotonic() - really < 5


def test_sleepers_wake_in_the_order_of_their_moments() -> None:
    async def main() -> list[str]:
        woken: list[str] = []

        async def sleeper(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            woken.append(name)

        await asyncio.gather(sleeper("late", 30), sleeper("early", 0.5), sleeper("middle", 7))
        return woken

    assert run_virtual(main()) == ["early", "middle", "late"]


def test_a_timeout_fires_at_its_moment() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return loop.time() - began

    assert run_virtual(main()) == pytest.approx(30)


def test_a_timeout_does_not_fire_before_work_that_ends_sooner() -> None:
    async def main() -> str:
        async with asyncio.timeout(30):
            await asyncio.sleep(29.9)
        return "done"

    assert run_virtual(main()) == "done"


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
    assert (done, pending) == (2, 1)
    assert waited == pytest.approx(10)


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


def test_the_clock_people_read_moves_with_virtual_time() -> None:
    async def main() -> float:
        clock = virtual_clock(asyncio.get_running_loop())
        began = clock.epoch()
        await clock.sleep(60)
        return clock.epoch() - began

    assert run_virtual(main()) == pytest.approx(60)
