"""Why a run ends before its last row, and the switch that every worker looks at."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast


class StopKind(StrEnum):
    """The kinds of stop."""

    LOGIN_REFUSED = "login refused"
    USER_REFUSED = "user refused"
    CALL_REFUSED = "call refused"
    SERVER_GONE = "server gone"
    IMPOSSIBLE = "impossible"
    INTERRUPTED = "interrupted"
    RECORD_FAILED = "record failed"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing more is sent."""

    kind: StopKind  # decides what is said of the rows that were left over, and the exit code
    why: str  # the sentence for the person


class StoppedError(Exception):
    """A worker that only waited learns that the run was stopped; never leaves ``importer.sending.pool``."""


class StopSwitch:
    """Stops all workers: those that only wait at once, those with a call in flight after its answer."""

    def __init__(self) -> None:
        self.stop: Stop | None = None
        self._pulled = asyncio.Event()
        self._waiting: set[asyncio.Task[Any]] = set()

    @property
    def on(self) -> bool:
        """Whether the run was stopped."""
        return self.stop is not None

    def pull(self, stop: Stop) -> None:
        """Send nothing more. The first reason stays."""
        if self.on:
            return
        self.stop = stop
        self._pulled.set()
        for task in self._waiting - {asyncio.current_task()}:
            task.cancel()

    async def wait(self) -> None:
        """Return when the run is stopped."""
        await self._pulled.wait()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Mark the current worker as one that only waits, so that a stop need not wait for it. May be nested."""
        self._raise_if_on()
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        nested = task in self._waiting
        self._waiting.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if not self.on:
                raise
            task.uncancel()
            raise StoppedError from None
        finally:
            if not nested:
                self._waiting.discard(task)
        self._raise_if_on()

    def _raise_if_on(self) -> None:
        if self.on:
            raise StoppedError
