"""The file of a run's record: its tables, its locks, who may read it, and how what it holds is checked.

Every table has the same three columns: the place of an entry, the entry as JSON, and a checksum of both. What
overwrites a page of the file and leaves it a database is found by that: nothing is believed that does not fit.
"""

import json
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from importer.errors import JournalError, RecordWriteError
from importer.journal.folder import OTHERS_MAY_WRITE, remove_files, sync_folder

FORMAT: Final = 2
"""Raised when the tables change, so that an older importer does not misread a newer record."""

TABLES: Final = ("about", "sheet_row", "planned", "progress", "outcome")

_OURS: Final = 0x44494452
"""SQLite's application_id: "DIDR"."""

_NOT_DAMAGE: Final = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
)


def checksum(table: str, place: int, body: str) -> str:
    """Return what an entry is checked by; its table and place count, so that a page at a wrong place shows."""
    return blake2b(f"{table} {place} {body}".encode(), digest_size=12).hexdigest()


def entry(table: str, place: int, values: object) -> tuple[int, str, str]:
    """Return the columns of an entry; ``values`` is anything that JSON holds, with tuples for its lists."""
    body = json.dumps(values)
    return place, body, checksum(table, place, body)


def put(table: str) -> str:
    """Return the statement that writes an entry, in place of the one that is there."""
    return f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)"  # noqa: S608  only names of TABLES


def entries(connection: sqlite3.Connection, table: str) -> Iterator[tuple[int, Any]]:
    """Read a table: the place of each entry and its values, in the order of the places."""
    last = -1
    for place, body, check in connection.execute(f"SELECT place, body, checksum FROM {table} ORDER BY place"):  # noqa: S608
        if not (type(place) is int and place > last and type(body) is str and checksum(table, place, body) == check):
            raise ValueError(f"{table} {place} does not fit its checksum")
        last = place
        yield place, json.loads(body)


def create_file(path: Path, written: Iterable[tuple[str, Iterable[tuple[int, str, str]]]]) -> sqlite3.Connection:
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
            for table, some in written:
                connection.executemany(put(table), some)
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


def open_file(path: Path, *, whole: bool = False) -> sqlite3.Connection:
    """Open the file of an existing record. What is none of ours is told by its first bytes, and not touched.

    Args:
        path: the file.
        whole: look through all of it for damage, because it is going to be written to.

    Raises:
        JournalError: it is not there, no record of ours, of another version, damaged, or others may write it.
    """
    head = _first_bytes(path)
    remove = f"or remove it with: did-importer forget {path.stem}"
    if not head.startswith(b"SQLite format 3\0"):
        raise JournalError(f"{path} is no record of a run, or a damaged one: move it out of that folder, {remove}")
    if (head[68:72], head[60:64]) != (_OURS.to_bytes(4), FORMAT.to_bytes(4)):
        raise JournalError(f"the record {path} is of another version of did-importer: use that one for it, {remove}")
    with reading(path):
        connection = _connect(path)
        said = connection.execute("PRAGMA quick_check(1)").fetchone()[0] if whole else "ok"
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
    """Name the record that turns out to be damaged while it is read.

    Raises:
        JournalError: with its path, and what to do.
    """
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
