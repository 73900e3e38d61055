"""Who looks on while calls are made, and what stops them, or ends their wait, from another thread or a signal."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final, Protocol

from importer.model import Result, RowOutcome
from importer.sending.pool import Submission
from importer.sending.stop import Stop, StopKind


class Observer(Protocol):
    """Somebody who looks on while a run sends; the core itself never prints."""

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        """So many rows are about to be sent; so many have their outcome already."""

    def outcome(self, outcome: RowOutcome) -> None:
        """A row has its outcome, and it is on disk."""

    def status(self, sentence: str) -> None:
        """Something happened that the person should see."""

    def sending_ends(self) -> None:
        """No more calls are made."""


class SilentObserver:
    """An ``Observer`` for runs at which nobody looks."""

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        """Nobody looks."""

    def outcome(self, outcome: RowOutcome) -> None:
        """Nobody looks."""

    def status(self, sentence: str) -> None:
        """Nobody looks."""

    def sending_ends(self) -> None:
        """Nobody looks."""


INTERRUPTED: Final = Stop(StopKind.INTERRUPTED, "interrupted")
"""What Ctrl-C, SIGTERM and ``RunControl.stop`` do."""


class RunControl:
    """Given to a call as ``control=``, it stops that call in good order from any thread; good for one call."""

    def __init__(self) -> None:
        self._stopped = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._submission: Submission | None = None
        self._on_stop: Callable[[], None] = lambda: None

    @property
    def stopped(self) -> bool:
        """Whether it was asked to stop."""
        return self._stopped

    def stop(self) -> None:
        """Send nothing more; calls in flight are waited for. Also before the call has begun, and more than once."""
        self._stopped = True
        self._soon(self._stop_now)

    def try_now(self) -> None:
        """Do not wait any longer for a server that is away, but try it at once; nothing happens where none is."""
        self._soon(self._try_now)

    @contextmanager
    def of(self, submission: Submission, on_stop: Callable[[], None]) -> Iterator[None]:
        """Let it control a submission in the running event loop.

        Args:
            submission: what it stops.
            on_stop: called first, in the loop.
        """
        self._submission, self._on_stop = submission, on_stop
        self._loop = asyncio.get_running_loop()
        try:
            if self._stopped:
                self._stop_now()
            yield
        finally:
            self._loop = None

    def _soon(self, job: Callable[[], None]) -> None:
        # a signal handler may be at work in the middle of anything, so nothing is locked; a loop may be closed
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(job)

    def _stop_now(self) -> None:
        if self._submission is not None:
            self._on_stop()
            self._submission.stop(INTERRUPTED)

    def _try_now(self) -> None:
        if self._submission is not None:
            self._submission.try_now()
