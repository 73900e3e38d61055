"""The durable record of a run: one SQLite file, in WAL mode with synchronous FULL, that never holds the password.

Before a row is sent, "sent" is on disk; when its answer is there, the outcome is on disk before the row counts as
done. The file holds all that is needed to finish the run and to write its workbook again: the table that was read,
the plan, and for each row how far it came. Records that are made together are written together.
"""

import asyncio
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from importer.journal.record import (
    RunAbout,
    RunLine,
    RunRecord,
    RunState,
    list_runs,
    outcome_values,
    read_about,
    read_outcomes,
    read_record,
    successes_of,
)
from importer.journal.store import (
    FORMAT,
    SUFFIX,
    RunLock,
    create_file,
    make_folder,
    new_path,
    open_file,
    sync_folder,
    transaction,
)
from importer.journal.writer import RecordWriter, Statement
from importer.model import PlannedRow, RowOutcome, Table

__all__ = [
    "SUFFIX",
    "Journal",
    "RunAbout",
    "RunLine",
    "RunRecord",
    "RunState",
    "list_runs",
    "make_folder",
    "new_path",
    "successes_of",
]

_SENT: Final = Statement(
    "INSERT INTO progress VALUES ",
    "(?, ?, 1, 0)",
    " ON CONFLICT (idx) DO UPDATE SET attempts = excluded.attempts, in_flight = 1",
)
_WITHDRAWN: Final = Statement("UPDATE progress SET attempts = ?, in_flight = 0 WHERE idx = ?")
_NOT_PROCESSED: Final = Statement("UPDATE progress SET in_flight = 0 WHERE idx = ?")
_UNANSWERED: Final = Statement("UPDATE progress SET in_flight = 0, unanswered = 1 WHERE idx = ?")
_SETTLED: Final = Statement("INSERT OR REPLACE INTO outcome VALUES ", "(?, ?, ?, ?, ?, ?, ?)")
_ABOUT: Final = "INSERT OR REPLACE INTO about VALUES (?, ?)"


class Journal:
    """The record of one run, for one process alone; also the ``Recorder`` of ``importer.sending.sender``.

    Made by ``create`` or ``reopen``.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: RunLock) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock
        self._writer = RecordWriter(connection)

    @classmethod
    def create(
        cls,
        path: Path,
        about: RunAbout,
        table: Table,
        planned: Sequence[PlannedRow],
        settled: Sequence[RowOutcome],
    ) -> Self:
        """Begin the record of a new run; all of it is on disk when this returns.

        Args:
            path: the file, as ``new_path`` chose it.
            about: what the run is about.
            table: the input, with one row for each outcome.
            planned: what is to be sent.
            settled: the outcomes that are known without sending.

        Raises:
            JournalError: the record cannot be written there.
            RecordWriteError: the disk is full.
        """
        lock = RunLock(path)
        connection: sqlite3.Connection | None = None
        try:
            connection = create_file(path)
            table_facts = {
                "header": table.header,
                "header_row": table.header_row,
                "blank_rows": table.blank_rows,
                "facts": table.facts,
            }
            with transaction(connection):
                connection.executemany(_ABOUT, (*asdict(about).items(), ("table", json.dumps(table_facts))))
                connection.executemany(
                    "INSERT INTO sheet_row VALUES (?, ?, ?)",
                    (
                        (place, number, json.dumps(cells))
                        for place, (number, cells) in enumerate(zip(table.row_numbers, table.rows, strict=True))
                    ),
                )
                connection.executemany(
                    "INSERT INTO planned VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        (
                            row.index,
                            row.did,
                            json.dumps(row.parameters),
                            json.dumps(row.notes),
                            row.unanswered,
                            row.known_absent,
                        )
                        for row in planned
                    ),
                )
                connection.executemany(_SETTLED.of(1), map(outcome_values, settled))
                # written last: a record without it was never begun
                connection.execute(_ABOUT, ("format", FORMAT))
            sync_folder(path.parent)
        except BaseException:
            if connection is not None:
                connection.close()
            lock.release()
            raise
        return cls(path, connection, lock)

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Take an existing run up again.

        Raises:
            JournalError: it is not there, another process works on it, or it cannot be read.
        """
        connection = open_file(path)
        try:
            return cls(path, connection, RunLock(path))
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Close the record, and let others work on the run."""
        self._writer.close()
        self._connection.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def about(self) -> RunAbout:
        """Return what the run is about."""
        return read_about(self._connection)

    def record(self) -> RunRecord:
        """Return all that is written down of the run."""
        return read_record(self._connection)

    def outcomes(self) -> Mapping[int, RowOutcome]:
        """Return the outcomes that are on disk, by the index of their row."""
        return read_outcomes(self._connection)

    def end(self, state: RunState, ended: str, why: str, workbook: Path, parts: int = 1) -> None:
        """Write down how a process's work on the run ended.

        Args:
            state: FINISHED if nothing is left to send.
            ended: when, ISO 8601.
            why: why it was stopped; empty if it was not.
            workbook: the results workbook that was written, or the first of several.
            parts: how many were written.

        Raises:
            RecordWriteError: it could not be written.
        """
        values = {
            "state": state.value,
            "ended": ended,
            "ended_why": why,
            "workbook": str(workbook),
            "parts": str(parts),
        }
        with transaction(self._connection):
            self._connection.executemany(_ABOUT, values.items())

    async def sent(self, index: int, attempts: int) -> None:
        """Return when it is on disk that a call for the row is about to be made."""
        await self._writer.write(_SENT, (index, attempts))

    async def withdrawn(self, index: int, attempts: int) -> None:
        """Return when it is on disk that the call was not made after all, and how many were made before."""
        await self._writer.write(_WITHDRAWN, (attempts, index))

    async def not_processed(self, index: int) -> None:
        """Return when it is on disk that the call surely did nothing."""
        await self._writer.write(_NOT_PROCESSED, (index,))

    async def unanswered(self, index: int) -> None:
        """Return when it is on disk that the call may have been processed."""
        await self._writer.write(_UNANSWERED, (index,))

    def settled(self, outcome: RowOutcome) -> asyncio.Future[None]:
        """Begin to write an outcome down; what is returned is done when it is on disk."""
        return self._writer.write(_SETTLED, outcome_values(outcome))
