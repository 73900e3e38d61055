"""Writes the steps of a run while it sends: those that come together in one transaction, in a thread of its own."""

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from importer.errors import RecordWriteError
from importer.journal.store import entry, put, transaction


@dataclass(frozen=True, slots=True)
class _Record:
    """One thing to write, and who waits for it to be on disk."""

    table: str
    place: int
    values: object
    done: asyncio.Future[None]


class RecordWriter:
    """Writes one record after the other, grouped."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: list[_Record] = []
        self._writing = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="record")

    def write(self, table: str, place: int, values: object) -> asyncio.Future[None]:
        """Begin to write an entry."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append(_Record(table, place, values, done))
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
        try:
            writing = loop.run_in_executor(self._thread, self._commit, records)
        except RuntimeError as error:
            self._end(loop, records, RecordWriteError(f"the record of the run could not be written ({error})"))
        else:
            writing.add_done_callback(lambda written: self._end(loop, records, written.exception()))

    def _commit(self, records: Sequence[_Record]) -> None:
        """Write records, one statement for each table; entries of one place stay in their order."""
        tables: dict[str, list[tuple[int, str, str]]] = {}
        for record in records:
            tables.setdefault(record.table, []).append(entry(record.table, record.place, record.values))
        with transaction(self._connection):
            for table, some in tables.items():
                self._connection.executemany(put(table), some)

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
