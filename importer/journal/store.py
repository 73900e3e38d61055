"""The file of a run's record: its tables, who may read it, and how what it holds is written and checked.

Every table has the same three columns: the place of an entry, the entry as JSON, and a checksum of both. What
overwrites a page of the file and leaves it a database is found by that: nothing is believed that does not fit.
"""

import asyncio
import json
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from importer.errors import JournalError, RecordWriteError
from importer.journal.folder import OTHERS_MAY_WRITE, remove_files, sync_folder

FORMAT: Final = 2
"""Raised when the tables change, so that an older importer does not misread a newer record."""

TABLES: Final = ("about", "sheet_row", "planned", "progress", "outcome")
Entry = tuple[str, int, object]
"""A table, the place in it, and what stands there: anything that JSON holds, with tuples for its lists."""

_OURS: Final = 0x44494452
"""SQLite's application_id: "DIDR"."""
_NOT_DAMAGE: Final = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
)


def _checksum(table: str, place: int, body: str) -> str:
    # table and place count, so that a page at a wrong place shows
    return blake2b(f"{table} {place} {body}".encode(), digest_size=12).hexdigest()


def put(connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Write entries in place of those that are there; those of one place stay in their order."""
    for table, some in groupby(entries, key=lambda entry: entry[0]):
        bodies = ((place, json.dumps(values)) for _, place, values in some)
        rows = ((place, body, _checksum(table, place, body)) for place, body in bodies)
        connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", rows)  # noqa: S608  one of TABLES


def entries(connection: sqlite3.Connection, table: str) -> Iterator[tuple[int, Any]]:
    """Read a table: the place of each entry and its values, in the order of the places."""
    last = -1
    for place, body, check in connection.execute(f"SELECT place, body, checksum FROM {table} ORDER BY place"):  # noqa: S608
        if not (type(place) is int and place > last and type(body) is str and _checksum(table, place, body) == check):
            raise ValueError(f"{table} {place} does not fit its checksum")
        last = place
        yield place, json.loads(body)


def create_file(path: Path, first: Iterable[Entry]) -> sqlite3.Connection:
    """Make the file of a new record, readable by its owner alone; all of it is on disk when this returns."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = _connect(path)
    except (OSError, sqlite3.Error) as error:
        raise JournalError(f"the record {path} cannot be written ({error}); choose --state-dir") from None
    try:
        with transaction(connection):
            for table in TABLES:
                connection.execute(f"CREATE TABLE {table} (place INTEGER PRIMARY KEY, body TEXT, checksum TEXT)")
            put(connection, first)
            # in the transaction as well: a record without them was never begun
            connection.execute(f"PRAGMA application_id = {_OURS}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("PRAGMA journal_mode = WAL")
        sync_folder(path.parent)
    except BaseException:
        connection.close()
        remove_files(path)
        raise
    return connection


def open_file(path: Path) -> sqlite3.Connection:
    """Open the file of an existing record. What is none of ours is told by its first bytes, and not touched."""
    head = _first_bytes(path)
    remove = f"or remove it with: did-importer forget {path.stem}"
    if not head.startswith(b"SQLite format 3\0"):
        raise JournalError(f"{path} is no record of a run, or a damaged one: move it out of that folder, {remove}")
    if (head[68:72], head[60:64]) != (_OURS.to_bytes(4), FORMAT.to_bytes(4)):
        raise JournalError(f"the record {path} is of another version of did-importer: use that one for it, {remove}")
    with reading(path):
        connection = _connect(path)
        # a page in the place of another has entries that fit their checksums, and hides those that stood there
        said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        connection.close()
        raise _damaged(path, said)
    return connection


def _first_bytes(path: Path) -> bytes:
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise JournalError(f"{path} is no file: move it out of that folder")
        if os.name == "posix" and found.st_mode & OTHERS_MAY_WRITE:
            raise JournalError(f"the record {path} may be written by others, so it is not believed: chmod 600 it")
        with path.open("rb") as file:
            return file.read(72)
    except FileNotFoundError:
        raise JournalError(f"there is no run {path.stem}; did-importer runs lists what there is") from None
    except OSError as error:
        raise JournalError(f"the record {path} cannot be read ({error.strerror})") from None


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Name the record that turns out to be damaged while it is read."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in _NOT_DAMAGE:
            raise JournalError(f"the record {path} cannot be read ({error})") from None
        raise _damaged(path, str(error)) from None
    except (ValueError, TypeError, LookupError) as error:
        raise _damaged(path, str(error)) from None


def _damaged(path: Path, why: str) -> JournalError:
    return JournalError(
        f"the record {path} is damaged ({' '.join(why.split())}), so nothing in it is believed: the results workbook of"
        f" that run, if there is one, says what was sent; did-importer forget {path.stem} removes the record"
    )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all of it or nothing; on disk when it ends."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error):
            raise RecordWriteError(f"the record of the run could not be written ({error}); is the disk full?") from None
        raise


class RecordWriter:
    """Writes the steps of a run while it sends: those that come together in one transaction, in its own thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: list[tuple[Entry, asyncio.Future[None]]] = []
        self._writing = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="record")

    def write(self, entry: Entry) -> asyncio.Future[None]:
        """Begin to write an entry; what is returned is done when it is on disk."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((entry, done))
        if not self._writing:
            # all that is recorded in this turn of the loop goes into one transaction
            self._writing = True
            loop.call_soon(self._begin, loop)
        return done

    def close(self) -> None:
        """Wait for what is being written."""
        self._thread.shutdown()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write what waits, in the thread: what is recorded while the disk works goes into the next transaction."""
        waiting, self._waiting = self._waiting, []
        # each table in one statement; the sort keeps the order of entries of one place
        ordered = sorted((entry for entry, _ in waiting), key=lambda entry: entry[0])
        writing = loop.run_in_executor(self._thread, self._commit, ordered)
        writing.add_done_callback(lambda written: self._end(loop, [done for _, done in waiting], written.exception()))

    def _commit(self, ordered: Sequence[Entry]) -> None:
        with transaction(self._connection):
            put(self._connection, ordered)

    def _end(
        self, loop: asyncio.AbstractEventLoop, futures: Sequence[asyncio.Future[None]], failure: BaseException | None
    ) -> None:
        for done in futures:
            if done.cancelled():
                continue
            if failure is None:
                done.set_result(None)
            else:
                done.set_exception(failure)
        if self._waiting:
            self._begin(loop)
        else:
            self._writing = False
