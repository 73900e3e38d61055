"""The switch that stops everybody: those who wait at once, those with a call in flight after its answer."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from virtual_time import run_virtual

from importer.sending.stop import Stop, StopKind, StoppedError, StopSwitch

REFUSED = Stop(StopKind.LOGIN_REFUSED, "the login was refused")
INTERRUPTED = Stop(StopKind.INTERRUPTED, "interrupted")

Work = Callable[[StopSwitch], Awaitable[str]]


async def only_waits(switch: StopSwitch) -> str:
    with switch.waiting():
        await asyncio.sleep(3600)
    return "done"


async def waits_within_a_wait(switch: StopSwitch) -> str:
    with switch.waiting():
        with switch.waiting():
            await asyncio.sleep(0.5)
        await asyncio.sleep(3600)
    return "done"


async def waits_to_the_moment_of_the_stop(switch: StopSwitch) -> str:
    with switch.waiting():
        await asyncio.sleep(1)
    return "done"


async def calls(_: StopSwitch) -> str:
    await asyncio.sleep(5)
    return "answered"


async def calls_and_then_waits(switch: StopSwitch) -> str:
    await asyncio.sleep(5)
    with switch.waiting():
        return "began to wait after the stop"


async def pulls_it_itself(switch: StopSwitch) -> str:
    with switch.waiting():
        switch.pull(REFUSED)
        # is not cancelled, but stopped after its wait
        await asyncio.sleep(4)
    return "done"


async def writes_down_what_it_knows(switch: StopSwitch) -> str:
    try:
        return await only_waits(switch)
    except StoppedError:
        # neither awaiting nor a timeout meets what is left of the cancellation
        async with asyncio.timeout(10):
            await asyncio.sleep(1)
    task = asyncio.current_task()
    return f"written down, cancelled {task.cancelling() if task else -1} times"


@pytest.mark.parametrize(
    ("work", "ended", "seconds"),
    [
        (only_waits, "stopped", 1),
        (waits_within_a_wait, "stopped", 1),
        (waits_to_the_moment_of_the_stop, "stopped", 1),
        (calls, "answered", 5),
        (calls_and_then_waits, "stopped", 5),
        (pulls_it_itself, "stopped", 4),
        (writes_down_what_it_knows, "written down, cancelled 0 times", 2),
    ],
)
def test_a_stop_ends_waits_at_once_and_calls_after_their_answer(work: Work, ended: str, seconds: float) -> None:
    async def main() -> tuple[str, float]:
        switch, loop = StopSwitch(), asyncio.get_running_loop()
        began = loop.time()
        task = asyncio.ensure_future(work(switch))
        loop.call_later(1, switch.pull, REFUSED)
        try:
            return await task, loop.time() - began
        except StoppedError:
            return "stopped", loop.time() - began

    how, after = run_virtual(main())
    assert (how, round(after, 3)) == (ended, seconds)


def test_a_switch_is_off_until_it_is_pulled_and_the_first_reason_stays() -> None:
    async def main() -> StopSwitch:
        switch = StopSwitch()
        assert (switch.on, switch.stop) == (False, None)
        with pytest.raises(KeyError), switch.waiting():
            raise KeyError("what fails in a wait is not hidden")
        switch.pull(REFUSED)
        switch.pull(INTERRUPTED)
        await switch.wait()
        return switch

    switch = run_virtual(main())
    assert (switch.on, switch.stop) == (True, REFUSED)


def test_a_cancellation_that_is_no_stop_is_left_as_it_is() -> None:
    async def main() -> None:
        task = asyncio.ensure_future(only_waits(StopSwitch()))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(main())
