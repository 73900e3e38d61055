"""Writes the steps of a run while it sends: those that come together in one transaction, in a thread of its own."""

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

from importer.journal.store import transaction

_MOST_ROWS: Final = 100
"""Rows of one statement: SQLite takes 999 values in one, or more."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that writes one record, or where it is made of rows, many of them.

    Attributes:
        head: all of it, or what stands before the rows.
        row: one row, in parentheses; empty for a statement without.
        tail: what stands behind the rows.
    """

    head: str
    row: str = ""
    tail: str = ""

    @cache  # noqa: B019  statements are constants
    def of(self, rows: int) -> str:
        """Return the SQL for so many rows."""
        return self.head + ", ".join([self.row] * rows) + self.tail


@dataclass(frozen=True, slots=True)
class _Record:
    """One thing to write, and who waits for it to be on disk."""

    statement: Statement
    values: tuple[object, ...]
    done: asyncio.Future[None]


class RecordWriter:
    """Writes one record after the other, grouped.

    Args:
        connection: the file; while something is written nobody else uses it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: list[_Record] = []
        self._writing = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="record")

    def write(self, statement: Statement, values: tuple[object, ...]) -> asyncio.Future[None]:
        """Begin to write a record.

        Returns:
            What is done when the record is on disk, or raises RecordWriteError where it could not be written.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append(_Record(statement, values, done))
        if not self._writing:
            # all that is recorded in this turn of the loop goes into one transaction
            self._writing = True
            loop.call_soon(self._begin, loop)
        return done

    def close(self) -> None:
        """Wait for what is being written."""
        self._thread.shutdown()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write what waits, in a thread: what is recorded while the disk works goes into the next transaction."""
        records, self._waiting = self._waiting, []

        def written(future: Future[None]) -> None:
            # a loop that was closed has nobody left who waits
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._end, loop, records, future.exception())

        self._thread.submit(self._commit, records).add_done_callback(written)

    def _commit(self, records: Sequence[_Record]) -> None:
        """Write records with as few statements as can be: each is a fight with the loop for the interpreter.

        No row has two records on their way, so that those of one statement may go before those of another.
        """
        values: dict[Statement, list[tuple[object, ...]]] = {}
        for record in records:
            values.setdefault(record.statement, []).append(record.values)
        with transaction(self._connection):
            for statement, rows in values.items():
                if not statement.row:
                    self._connection.executemany(statement.head, rows)
                    continue
                for start in range(0, len(rows), _MOST_ROWS):
                    some = rows[start : start + _MOST_ROWS]
                    self._connection.execute(statement.of(len(some)), tuple(chain.from_iterable(some)))

    def _end(self, loop: asyncio.AbstractEventLoop, records: Sequence[_Record], failure: BaseException | None) -> None:
        for record in records:
            if record.done.cancelled():
                continue
            if failure is None:
                record.done.set_result(None)
            else:
                record.done.set_exception(failure)
        if self._waiting:
            self._begin(loop)
        else:
            self._writing = False
