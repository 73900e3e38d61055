"""Ctrl-C and SIGTERM: once, the work is stopped in good order; twice, the process is left at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

INTERRUPTED: Final = 130
"""``importer.model.ExitCode.INTERRUPTED``, which is not imported here: ``--help`` takes signals too, and has 60 ms."""

_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name))


class Interrupts:
    """The signals that have come; the first calls ``stop``, in the signal handler."""

    def __init__(self, stop: Callable[[], None] = lambda: None) -> None:
        self._stop = stop
        self.seen = False  # whether the person has asked to stop

    def take(self, _signal: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        if self.seen:
            # the record is on disk after every step, so nothing is lost by leaving at once; stderr itself may be in
            # the middle of a write
            with suppress(OSError):
                os.write(2, b"\nleft at once; did-importer resume goes on\n")
            os._exit(INTERRUPTED)
        self.seen = True
        self._stop()

    def take_and_raise(self, number: int, frame: FrameType | None) -> None:
        """Take a signal, and end what is going on."""
        self.take(number, frame)
        raise KeyboardInterrupt


def end_at_signals() -> None:
    """From now on SIGTERM does what Ctrl-C does, and neither is forgotten.

    Python loses a KeyboardInterrupt that comes while an object is being deleted, which is often the case while pandas
    is imported; ``stopped_by_signals`` then still knows of it, and nothing is sent.
    """
    interrupts = Interrupts()
    for number in _SIGNALS:
        signal.signal(number, interrupts.take_and_raise)


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[Interrupts]:
    """Let no signal end the process while the body runs, unless it comes twice; the first calls ``stop``.

    Python's own handlers are used instead of the event loop's, because they work on Windows too, and before and
    after the loop: a Ctrl-C while the workbook is written must not cost the workbook. Outside the main thread
    nothing is changed.
    """
    interrupts = Interrupts(stop)
    before: dict[signal.Signals, Any] = {}
    for number in _SIGNALS:
        try:
            before[number] = signal.signal(number, interrupts.take)
        except ValueError:
            # outside the main thread nobody may
            continue
    earlier = {getattr(handler, "__self__", None) for handler in before.values()}
    if any(isinstance(one, Interrupts) and one.seen for one in earlier):
        interrupts.take(signal.SIGINT, None)
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
