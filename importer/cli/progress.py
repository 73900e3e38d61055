"""What is seen while a run sends: a bar on a terminal, plain lines elsewhere, and a log file if one is asked for."""

import argparse
import os
import re
import stat
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from importer.cli.terminal import counted, wrapped
from importer.errors import SettingsError
from importer.model import Result, RowOutcome

if TYPE_CHECKING:
    from tqdm import tqdm

PLAIN_LINE_EVERY_SECONDS: Final = 10.0

_SHORT: Final = {Result.SUCCESS: "ok", Result.DUPLICATE: "dup", Result.PERMISSION_ERROR: "refused"}
_LINE_OF_OURS: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:[+-]\d\d:\d\d|Z) ")
_NO_LINKS: Final = getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def watching(flags: argparse.Namespace) -> "Iterator[Progress]":
    """Look on while calls are made."""
    if flags.log is None:
        yield Progress()
        return
    with _open_log(flags.log) as log:
        yield Progress(log)


def _open_log(path: Path) -> TextIO:
    try:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _NO_LINKS, 0o600), "a+", encoding="utf-8")
    except OSError as error:
        why = "it is a link" if path.is_symlink() else error.strerror
        raise SettingsError(f"--log {path} cannot be written ({why}); choose another file") from None
    about = os.fstat(file.fileno())
    with suppress(UnicodeDecodeError, OSError):
        file.seek(0)
        if stat.S_ISREG(about.st_mode) and (about.st_size == 0 or _LINE_OF_OURS.match(file.readline(100))):
            return file
    file.close()
    raise SettingsError(f"--log {path} is there already and is no log of did-importer; choose another file")


class Progress:
    """An ``Observer`` that shows counts, rate and time left on standard error, and writes all into the log."""

    def __init__(self, log: TextIO | None = None) -> None:
        self._log = log
        self._stream = sys.stderr
        self._bar: tqdm[None] | None = None
        self._counts: Counter[Result] = Counter()
        self._seen: dict[int, Result] = {}
        self._total = 0
        self._last_line = 0.0

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        """So many rows are about to be sent; so many have their outcome already."""
        self._total = to_send
        done = sum(settled.values())
        self._write(f"sending begins: {counted(to_send)}, {counted(done)} with an outcome already")
        if done:
            self._print(f"{counted(done)} with an outcome already, {to_send} to send")
        self._last_line = time.monotonic()
        if self._stream.isatty() and to_send:
            from tqdm import tqdm

            self._bar = tqdm(  # type: ignore[assignment]  # the stubs cannot tell what a bar without a source yields
                total=to_send, unit="row", file=self._stream, dynamic_ncols=True, leave=False
            )

    def outcome(self, outcome: RowOutcome) -> None:
        """A row has its outcome, and it is on disk."""
        before = self._seen.get(outcome.index)
        self._seen[outcome.index] = outcome.result
        self._counts[outcome.result] += 1
        if before is not None:
            # looked up again at the end: the row is counted already, only its result has changed
            self._counts[before] -= 1
        calls = counted(outcome.attempts, "call")
        self._write(f"{outcome.did_sent}: {outcome.result}, {calls}, {outcome.reason}")
        if self._bar is not None:
            self._bar.set_postfix_str(self._words(), refresh=False)
            self._bar.update(before is None)
        elif time.monotonic() - self._last_line >= PLAIN_LINE_EVERY_SECONDS:
            self._last_line = time.monotonic()
            self._print(f"{len(self._seen)} of {self._total} rows: {self._words()}")

    def status(self, sentence: str) -> None:
        """Something happened that the person should see."""
        self._write(sentence)
        self._print(sentence)

    def sending_ends(self) -> None:
        """No more calls are made."""
        self._write(f"sending ends: {self._words() or 'no outcome'}")
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        elif self._seen:
            self._print(f"{len(self._seen)} of {self._total} rows: {self._words()}")

    def _words(self) -> str:
        words = ((_SHORT.get(result, result), self._counts[result]) for result in Result)
        return ", ".join(f"{word} {count}" for word, count in words if count)

    def _write(self, sentence: str) -> None:
        """Add a line to the log, on disk for whoever follows the file."""
        if self._log is not None:
            moment = datetime.now(UTC).astimezone().isoformat(timespec="milliseconds")
            self._log.write(f"{moment} {' '.join(sentence.split())}\n")
            self._log.flush()

    def _print(self, sentence: str) -> None:
        # whoever read our words may be gone (``2>&1 | head``), and calls are in flight: the run goes on without words
        with suppress(OSError, ValueError):
            if self._bar is not None:
                self._bar.write(wrapped(sentence), file=self._stream)
            else:
                print(wrapped(sentence), file=self._stream, flush=True)
