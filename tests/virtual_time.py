"""An event loop whose time jumps to the next timer when nothing else is left to do: a test of hours takes no time.

``asyncio.sleep``, ``asyncio.timeout`` and the timeouts of ``asyncio.wait`` all follow the loop's own time, so they need
no fake of their own. Work in threads (``asyncio.to_thread``) takes no virtual time: the loop waits for it before it
jumps. Sockets have no place here: while an answer is on its way over a real socket, time would jump past it.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple, Unpack

from importer.sending.rate_limiter import Clock

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

EPOCH = 1_795_000_000.0
"""Seconds since 1970 at which virtual time begins; an arbitrary moment in November 2026."""

START = 1_000.0
"""What the loop's own time begins at: not 0, which code may take for "never"."""

PATIENCE_SECONDS = 20.0
"""How long, in real time, a loop without a timer waits for a thread before the test is called stuck."""


class StuckError(RuntimeError):
    """Every task waits, and nothing is left that could wake one."""


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting for a timer, moves the time of its loop."""

    loop: "VirtualTimeLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if self.loop.threads_at_work or timeout is None:
            events = super().select(PATIENCE_SECONDS)
            if not events:
                raise StuckError("every task waits, and no timer and no thread is left that could wake one")
            return events
        self.loop.jump(timeout)
        return events


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """The loop; use it through ``run_virtual``."""

    def __init__(self) -> None:
        selector = _JumpingSelector()
        selector.loop = self
        self._now = START
        self.threads_at_work = 0
        super().__init__(selector)

    def time(self) -> float:
        """Return virtual seconds since an arbitrary start."""
        return self._now

    def jump(self, seconds: float) -> None:
        """Let so many seconds pass at once."""
        self._now += seconds

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Run in a thread, as always, but let no time pass until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self.threads_at_work += 1
        future.add_done_callback(self._thread_is_done)
        return future

    def _thread_is_done(self, _: asyncio.Future[Any]) -> None:
        self.threads_at_work -= 1

    async def shutdown_default_executor(self, *args: Any, **kwargs: Any) -> None:
        """End the threads; Python 3.12 bounds this with a timer, which must not be jumped to."""
        self.threads_at_work += 1
        try:
            await super().shutdown_default_executor(*args, **kwargs)
        finally:
            self.threads_at_work -= 1


def run_virtual(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time.

    Raises:
        StuckError: every task waits, and nothing is left that could wake one.
    """
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(coroutine)


def virtual_clock(loop: asyncio.AbstractEventLoop) -> Clock:
    """Make the clock that follows a loop's own time."""
    return Clock(now=loop.time, sleep=asyncio.sleep, epoch=lambda: EPOCH + loop.time() - START)
