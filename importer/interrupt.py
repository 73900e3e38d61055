"""Ctrl-C and SIGTERM: once, the run is stopped in good order; twice, the process is left at once, the record intact."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from importer.model import ExitCode

_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name))


@contextmanager
def interruptible(once: Callable[[], None]) -> Iterator[None]:
    """Heed signals while the body runs, inside a running event loop.

    Args:
        once: called at the first signal, in the event loop.
    """
    loop = asyncio.get_running_loop()
    seen = 0

    def heed() -> None:
        nonlocal seen
        seen += 1
        if seen == 1:
            once()
        else:
            # the record is on disk after every step, so nothing is lost by leaving without a word to anybody
            sys.stderr.flush()
            os._exit(ExitCode.INTERRUPTED)

    def from_anywhere(_signal: int, _frame: FrameType | None) -> Any:
        loop.call_soon_threadsafe(heed)

    before: dict[signal.Signals, Any] = {}
    for number in _SIGNALS:
        try:
            loop.add_signal_handler(number, heed)
        except (NotImplementedError, RuntimeError, ValueError):
            # Windows' event loop has no such method, and outside the main thread nobody may
            try:
                before[number] = signal.signal(number, from_anywhere)
            except ValueError:
                continue
    try:
        yield
    finally:
        for number in _SIGNALS:
            if number in before:
                signal.signal(number, before[number])
            else:
                try:
                    loop.remove_signal_handler(number)
                except (NotImplementedError, RuntimeError, ValueError):
                    continue
