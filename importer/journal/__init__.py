"""The durable record of a run: one SQLite file, in WAL mode with synchronous FULL, that never holds the password.

Before a row is sent, "sent" is on disk; when its answer is there, the outcome is on disk before the row counts as
done. The file holds all that is needed to finish the run and to write its workbook again: the table that was read,
the plan, and for each row how far it came. What is recorded together is written together.
"""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from importer.journal.folder import SUFFIX, make_folder, new_path, new_run_lock, remove_files, run_lock
from importer.journal.record import (
    Progress,
    RunAbout,
    RunRecord,
    RunState,
    entries_of,
    outcomes_of,
    read_outcomes,
    read_progress,
    read_record,
    values_of,
)
from importer.journal.runs import RunLine, Runs, list_runs, read_line, read_runs
from importer.journal.store import RecordWriter, create_file, open_file, put, reading, transaction
from importer.model import RowOutcome

__all__ = [
    "SUFFIX",
    "Journal",
    "RunAbout",
    "RunLine",
    "RunRecord",
    "RunState",
    "Runs",
    "forget",
    "list_runs",
    "make_folder",
    "new_path",
    "new_run_lock",
    "outcomes_of",
    "read_line",
    "read_runs",
]


class Journal:
    """The record of one run, for one process alone; also the ``Recorder`` of ``importer.sending``.

    Made by ``create`` or ``reopen``.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, held: ExitStack) -> None:
        self.path = path
        self._connection = connection
        with reading(path):
            self._progress = read_progress(connection)
        self._writer = RecordWriter(connection)
        held.callback(connection.close)
        held.callback(self._writer.close)
        self._held = held.pop_all()

    @classmethod
    def create(cls, path: Path, record: RunRecord) -> Self:
        """Begin the record of a new run; all of it is on disk when this returns.

        Args:
            path: the file, as ``new_path`` chose it.
            record: the input, with one row for each outcome; what is to be sent; the outcomes that need no call.

        Raises:
            JournalError: the record cannot be written there.
            RecordWriteError: the disk is full.
        """
        with ExitStack() as held:
            held.enter_context(run_lock(path))
            return cls(path, create_file(path, entries_of(record)), held)

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Take an existing run up again.

        Raises:
            JournalError: it is not there, another process works on it, or it cannot be read or believed.
        """
        with ExitStack() as held:
            if path.exists():
                held.enter_context(run_lock(path))
            return cls(path, open_file(path), held)

    def close(self) -> None:
        """Close the record, and let others work on the run."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def record(self) -> RunRecord:
        """Return all that is written down of the run.

        Raises:
            JournalError: it is damaged.
        """
        with reading(self.path):
            return read_record(self._connection)

    def outcomes(self) -> Mapping[int, RowOutcome]:
        """Return the outcomes that are on disk, by the index of their row.

        Raises:
            JournalError: the record is damaged.
        """
        with reading(self.path):
            return read_outcomes(self._connection)

    def change(self, about: RunAbout) -> None:
        """Write down what is different now of what the run is about: how it ended, or its server.

        Raises:
            RecordWriteError: it could not be written.
        """
        with transaction(self._connection):
            put(self._connection, [("about", 0, values_of(about))])

    async def sent(self, index: int, attempts: int) -> None:
        """Return when it is on disk that a call for the row is about to be made."""
        await self._step(index, attempts=attempts, in_flight=True)

    async def withdrawn(self, index: int, attempts: int) -> None:
        """Return when it is on disk that the call was not made after all, and how many were made before."""
        await self._step(index, attempts=attempts, in_flight=False)

    async def not_processed(self, index: int) -> None:
        """Return when it is on disk that the call surely did nothing."""
        await self._step(index, in_flight=False)

    async def unanswered(self, index: int) -> None:
        """Return when it is on disk that the call may have been processed."""
        await self._step(index, in_flight=False, unanswered=True)

    async def absent(self, index: int, known_absent: str) -> None:
        """Return when it is on disk how it is known that the DID was not there before the first call."""
        await self._step(index, known_absent=known_absent)

    def settled(self, outcome: RowOutcome) -> asyncio.Future[None]:
        """Begin to write an outcome down; what is returned is done when it is on disk."""
        return self._writer.write(("outcome", outcome.index, values_of(outcome)))

    def _step(self, index: int, **values: Any) -> asyncio.Future[None]:
        step = self._progress[index] = replace(self._progress.get(index, Progress()), **values)
        return self._writer.write(("progress", index, values_of(step)))


def forget(path: Path) -> None:
    """Remove the record of a run, readable or not; the results workbook stays.

    Raises:
        JournalError: another process works on it, or it cannot be removed.
    """
    with run_lock(path):
        remove_files(path)
    path.with_suffix(".lock").unlink(missing_ok=True)
