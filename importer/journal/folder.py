"""The folder of runs: who may write it, the names in it, and the locks between processes."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import chain, count
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from importer.errors import JournalError

SUFFIX: Final = ".run"
"""The ending of the files in the folder of runs."""

OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_LOCK_SECONDS: Final = 30


@contextmanager
def _locked(path: Path, taken: str, seconds: float = 0) -> Iterator[None]:
    """Hold a lock, which the system lets go of even after ``kill -9``; ``taken`` is said where another holds it."""
    lock = FileLock(path, mode=0o600, fallback_to_soft=False)
    try:
        lock.acquire(timeout=seconds, poll_interval=0.02)
    except Timeout:
        raise JournalError(taken) from None
    except OSError as error:
        why = error.strerror or error
        raise JournalError(f"{path.parent} cannot be locked or written ({why}); choose --state-dir") from None
    try:
        yield
    finally:
        lock.release()


def new_run_lock(folder: Path) -> AbstractContextManager[None]:
    """Hold the lock under which a run is begun: from the look at the unfinished ones until its record stands.

    Raises:
        JournalError: another process holds it, or the system cannot lock there.
    """
    taken = f"another process has been beginning a run for {_LOCK_SECONDS} s ({folder}); try again"
    return _locked(folder / "new-run.lock", taken, _LOCK_SECONDS)


def run_lock(path: Path) -> AbstractContextManager[None]:
    """Hold the lock under which a process works on a run."""
    taken = f"another process works on the run {path.stem} at this moment; wait for it, or stop it first"
    return _locked(path.with_suffix(".lock"), taken)


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
    """Make the folder of runs, and the one that it is in, for their owner alone: nobody else may change a record.

    Raises:
        JournalError: it cannot be made, or others may write it.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        if os.name != "posix":
            return
        for one in (folder.parent, folder):
            mode = one.stat().st_mode
            # where the sticky bit is set, as in /tmp, nobody can put another folder in the place of this one
            if mode & OTHERS_MAY_WRITE and (one == folder or not mode & stat.S_ISVTX):
                raise JournalError(
                    f"{one} may be written by others, who could change what was recorded: chmod 700 it, or choose"
                    " another --state-dir"
                )
    except OSError as error:
        raise JournalError(f"{folder} cannot be made ({error.strerror}); choose --state-dir") from None


def new_path(folder: Path, moment: str, input_name: str) -> Path:
    """Choose the file of a new run: ``20261123-101500-order.run``, numbered if there is one already."""
    slug = re.sub(r"[^0-9a-z]+", "-", input_name.lower()).strip("-")[:24] or "list"
    names = chain([f"{moment}-{slug}"], (f"{moment}-{slug}-{number}" for number in count(2)))
    paths = (folder / f"{name}{SUFFIX}" for name in names)
    return next(path for path in paths if not path.exists())


def remove_files(path: Path) -> None:
    """Remove the file of a record and what SQLite keeps beside it."""
    try:
        for name in (f"{path.name}-wal", f"{path.name}-shm", path.name):
            with suppress(FileNotFoundError):
                path.with_name(name).unlink()
    except OSError as error:
        raise JournalError(f"the record {path} cannot be removed ({error.strerror})") from None
