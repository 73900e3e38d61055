"""Writes the steps of a run while it sends: those that come together in one transaction, in a thread of its own."""

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from importer.journal.store import transaction


@dataclass(frozen=True, slots=True)
class _Record:
    """One thing to write, and who waits for it to be on disk."""

    statement: str
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

    def write(self, statement: str, values: tuple[object, ...]) -> asyncio.Future[None]:
        """Begin to write a record.

        Returns:
            What is done when the record is on disk, or raises RecordFailed where it could not be written.
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
        with transaction(self._connection):
            for record in records:
                self._connection.execute(record.statement, record.values)

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
