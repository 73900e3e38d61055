"""The file of a run's record: its tables, its lock, and how it is made to survive a power cut."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from importer.errors import JournalError, RecordWriteError

SUFFIX: Final = ".run"
"""The ending of the files in the folder of runs."""

FORMAT: Final = "1"
"""Raised when the tables change, so that an older importer does not misread a newer record."""

_TABLES: Final = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sheet_row (idx INTEGER PRIMARY KEY, row_number INTEGER NOT NULL, cells TEXT NOT NULL);
CREATE TABLE planned (idx INTEGER PRIMARY KEY, did TEXT NOT NULL, parameters TEXT NOT NULL, notes TEXT NOT NULL,
                      unanswered_before INTEGER NOT NULL, known_absent TEXT NOT NULL);
CREATE TABLE progress (idx INTEGER PRIMARY KEY, attempts INTEGER NOT NULL, in_flight INTEGER NOT NULL,
                       unanswered INTEGER NOT NULL);
CREATE TABLE outcome (idx INTEGER PRIMARY KEY, result TEXT NOT NULL, reason TEXT NOT NULL, did_sent TEXT NOT NULL,
                      attempts INTEGER NOT NULL, answered_at TEXT NOT NULL, added INTEGER NOT NULL);
"""


class RunLock:
    """Makes sure that two processes never work on one run; the system lets go of it even after ``kill -9``.

    Args:
        path: the file of the run's record.

    Raises:
        JournalError: another process holds it, or the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path.with_suffix(".lock"))
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise JournalError(
                f"another process works on the run {path.stem} at this moment; wait for it, or stop it first"
            ) from None
        except OSError as error:
            raise JournalError(f"{path.parent} cannot be written ({error.strerror}); choose --state-dir") from None

    def release(self) -> None:
        """Let others work on the run."""
        self._lock.release()


def create_file(path: Path) -> sqlite3.Connection:
    """Make the file of a new record.

    Raises:
        JournalError: it cannot be written there.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection)
        connection.executescript(_TABLES)
    except sqlite3.Error as error:
        connection.close()
        raise JournalError(f"the record {path} cannot be written ({error}); choose --state-dir") from None
    return connection


def open_file(path: Path) -> sqlite3.Connection:
    """Open the file of an existing record.

    Raises:
        JournalError: it is not there, not a record, or of another version.
    """
    if not path.is_file():
        raise JournalError(f"there is no run {path.stem}; did-importer runs lists what there is")
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection)
        found = connection.execute("SELECT value FROM about WHERE name = 'format'").fetchone()
    except sqlite3.Error as error:
        connection.close()
        raise JournalError(f"the record {path} cannot be read ({error})") from None
    if found is None or found[0] != FORMAT:
        connection.close()
        raise JournalError(f"the record {path} is not complete, or was written by another version of did-importer")
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all of it or nothing; on disk when it ends.

    Raises:
        RecordWriteError: it could not be written, for example because the disk is full.
    """
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


def sync_folder(folder: Path) -> None:
    """Make the names of new files in a folder survive a power cut; Windows does this by itself and has no such call."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make the folder of runs, readable by its owner alone: phone numbers are nobody else's business.

    Raises:
        JournalError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise JournalError(f"{folder} cannot be made ({error.strerror}); choose --state-dir") from None


def new_path(folder: Path, moment: str, input_name: str) -> Path:
    """Choose the file of a new run: ``20261123-101500-order.run``, numbered if there is one already.

    Args:
        folder: the folder of runs.
        moment: the start as YYYYMMDD-HHMMSS.
        input_name: the input's name without folder and ending.
    """
    slug = re.sub(r"[^0-9a-z]+", "-", input_name.lower()).strip("-")[:24] or "list"
    path = folder / f"{moment}-{slug}{SUFFIX}"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{moment}-{slug}-{number}{SUFFIX}"
    return path
