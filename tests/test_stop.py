"""The switch that stops everybody: those who wait at once, those with a call in flight after its answer."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from virtual_time import run_virtual

from importer.sending.stop import Stop, StopKind, StoppedError, StopSwitch

REFUSED = Stop(StopKind.LOGIN_REFUSED, "the login was refused")
INTERRUPTED = Stop(StopKind.INTERRUPTED, "interrupted")


async def pulled_meanwhile(switch: StopSwitch, work: Coroutine[Any, Any, str], *, after: float = 1.0) -> str:
    """Let work go on, pull the switch after some seconds, and say how the work ended."""
    task = asyncio.create_task(work)
    asyncio.get_running_loop().call_later(after, switch.pull, REFUSED)
    try:
        return await task
    except StoppedError:
        return "stopped"
    except asyncio.CancelledError:
        return "cancelled"


def test_a_switch_is_off_until_it_is_pulled_and_the_first_reason_stays() -> None:
    async def main() -> StopSwitch:
        switch = StopSwitch()
        assert not switch.on
        assert switch.stop is None
        switch.pull(REFUSED)
        switch.pull(INTERRUPTED)
        await switch.wait()
        return switch

    switch = run_virtual(main())
    assert switch.on
    assert switch.stop is REFUSED


def test_a_worker_that_only_waits_is_stopped_at_once() -> None:
    async def main() -> tuple[str, float]:
        switch, loop = StopSwitch(), asyncio.get_running_loop()

        async def work() -> str:
            with switch.waiting():
                await asyncio.sleep(3600)
            return "done"

        began = loop.time()
        return await pulled_meanwhile(switch, work()), loop.time() - began

    ended, seconds = run_virtual(main())
    assert ended == "stopped"
    assert seconds == pytest.approx(1)


def test_a_worker_with_a_call_in_flight_has_its_answer_first() -> None:
    async def main() -> str:
        switch = StopSwitch()

        async def work() -> str:
            await asyncio.sleep(5)
            return "answered"

        return await pulled_meanwhile(switch, work())

    assert run_virtual(main()) == "answered"


def test_after_a_stop_nobody_begins_to_wait() -> None:
    async def main() -> str:
        switch, reached = StopSwitch(), []

        async def work() -> str:
            await asyncio.sleep(5)
            with switch.waiting():
                reached.append("inside")
            return "done"

        ended = await pulled_meanwhile(switch, work())
        assert not reached
        return ended

    assert run_virtual(main()) == "stopped"


def test_a_wait_that_ends_in_the_same_moment_as_the_stop_is_stopped_too() -> None:
    async def main() -> str:
        switch = StopSwitch()

        async def work() -> str:
            with switch.waiting():
                await asyncio.sleep(1)
            return "done"

        return await pulled_meanwhile(switch, work(), after=1.0)

    assert run_virtual(main()) == "stopped"


def test_the_worker_that_pulls_the_switch_is_not_cancelled_but_stopped_after_its_wait() -> None:
    async def main() -> list[str]:
        switch, steps = StopSwitch(), []

        async def work() -> None:
            with switch.waiting():
                switch.pull(REFUSED)
                await asyncio.sleep(1)
                steps.append("went on to the end of its wait")

        task = asyncio.create_task(work())
        with pytest.raises(StoppedError):
            await task
        return steps

    assert run_virtual(main()) == ["went on to the end of its wait"]


def test_a_stopped_worker_can_still_write_down_what_it_knows() -> None:
    async def main() -> int:
        switch = StopSwitch()

        async def work() -> int:
            try:
                with switch.waiting():
                    await asyncio.sleep(3600)
            except StoppedError:
                # neither awaiting nor a timeout meets what is left of the cancellation
                async with asyncio.timeout(10):
                    await asyncio.sleep(1)
            task = asyncio.current_task()
            assert task is not None
            return task.cancelling()

        task = asyncio.create_task(work())
        asyncio.get_running_loop().call_later(1, switch.pull, REFUSED)
        return await task

    assert run_virtual(main()) == 0


def test_a_cancellation_that_is_no_stop_is_left_as_it_is() -> None:
    async def main() -> str:
        switch = StopSwitch()

        async def work() -> str:
            with switch.waiting():
                await asyncio.sleep(3600)
            return "done"

        task = asyncio.create_task(work())
        await asyncio.sleep(1)
        task.cancel()
        try:
            return await task
        except asyncio.CancelledError:
            return "cancelled"

    assert run_virtual(main()) == "cancelled"


def test_a_wait_within_a_wait_leaves_the_outer_one_marked() -> None:
    async def main() -> tuple[str, float]:
        switch, loop = StopSwitch(), asyncio.get_running_loop()

        async def work() -> str:
            with switch.waiting():
                with switch.waiting():
                    await asyncio.sleep(0.5)
                await asyncio.sleep(3600)
            return "done"

        began = loop.time()
        return await pulled_meanwhile(switch, work()), loop.time() - began

    ended, seconds = run_virtual(main())
    assert ended == "stopped"
    assert seconds == pytest.approx(1)


def test_an_error_in_a_wait_is_not_hidden_by_a_later_stop() -> None:
    async def main() -> None:
        switch = StopSwitch()
        with pytest.raises(KeyError), switch.waiting():
            raise KeyError
        switch.pull(REFUSED)

    run_virtual(main())
