"""What is seen while a run sends: a bar on a terminal, plain lines elsewhere."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TextIO

from importer.cli.files import RunLog
from importer.cli.terminal import counted, wrapped
from importer.model import Result, RowOutcome

if TYPE_CHECKING:
    from tqdm import tqdm

PLAIN_LINE_EVERY_SECONDS: Final = 10.0

_SHORT: Final = {
    Result.SUCCESS: "ok",
    Result.DUPLICATE: "dup",
    Result.PERMISSION_ERROR: "refused",
    Result.INVALID: "invalid",
    Result.FAILED: "failed",
    Result.UNKNOWN: "unknown",
    Result.NOT_SENT: "not sent",
}


@contextmanager
def watching(flags: argparse.Namespace) -> "Iterator[Progress]":
    """Look on while calls are made, with a log file if one is asked for."""
    log = None if flags.log is None else RunLog(flags.log)
    try:
        yield Progress(log=log)
    finally:
        if log is not None:
            log.close()


class Progress:
    """A ``Observer`` that shows counts by result, rate and time left.

    Args:
        stream: where to show it; standard error, so that standard output stays for results.
        terminal: whether the stream is a terminal.
        log: where every outcome and sentence is written too, or None.
    """

    def __init__(
        self, stream: TextIO | None = None, *, terminal: bool | None = None, log: RunLog | None = None
    ) -> None:
        self._log = log
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty() if terminal is None else terminal
        self._bar: tqdm[None] | None = None
        self._counts: Counter[Result] = Counter()
        self._seen: dict[int, Result] = {}
        self._total = 0
        self._last_line = 0.0

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        """So many rows are about to be sent; so many have their outcome already."""
        self._total = to_send
        done = sum(settled.values())
        if self._log is not None:
            self._log.line(f"sending begins: {counted(to_send)}, {counted(done)} with an outcome already")
        if done:
            self._print(f"{counted(done)} with an outcome already, {to_send} to send")
        self._last_line = time.monotonic()
        if self._terminal and to_send:
            from tqdm import tqdm

            self._bar = tqdm(  # type: ignore[assignment]  # the stubs cannot tell what a bar without a source yields
                total=to_send, unit="row", file=self._stream, dynamic_ncols=True, leave=False
            )

    def outcome(self, outcome: RowOutcome) -> None:
        """A row has its outcome, and it is on disk."""
        before = self._seen.get(outcome.index)
        self._seen[outcome.index] = outcome.result
        self._counts[outcome.result] += 1
        if self._log is not None:
            self._log.outcome(outcome)
        if before is not None:
            # looked up again at the end: the row is counted already, only its result has changed
            self._counts[before] -= 1
        if self._bar is not None:
            self._bar.set_postfix_str(self._words(), refresh=False)
            self._bar.update(before is None)
        elif time.monotonic() - self._last_line >= PLAIN_LINE_EVERY_SECONDS:
            self._last_line = time.monotonic()
            self._print(f"{len(self._seen)} of {self._total} rows: {self._words()}")

    def status(self, sentence: str) -> None:
        """Something happened that the person should see."""
        if self._log is not None:
            self._log.line(sentence)
        self._print(sentence)

    def sending_ends(self) -> None:
        """No more calls are made."""
        if self._log is not None:
            self._log.line(f"sending ends: {self._words() or 'no outcome'}")
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        elif self._seen:
            self._print(f"{len(self._seen)} of {self._total} rows: {self._words()}")

    def _words(self) -> str:
        return ", ".join(f"{_SHORT[result]} {self._counts[result]}" for result in Result if self._counts[result])

    def _print(self, sentence: str) -> None:
        # whoever read our words may be gone (``2>&1 | head``), and calls are in flight: the run goes on without words
        with suppress(OSError, ValueError):
            if self._bar is not None:
                self._bar.write(wrapped(sentence), file=self._stream)
            else:
                print(wrapped(sentence), file=self._stream, flush=True)
