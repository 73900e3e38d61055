"""Files that are whole or not there, and that never replace one that is.

What is written goes first to a temporary file beside its target, is synced to the disk and only then gets its name, in
one step that fails if the name is taken, be it by a link. A crash, a full disk or a second process leaves either the
whole file or nothing under that name. What a killed process has left is removed when the next file is written there.
"""

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from importer.errors import ResultsError

EXCEL_ROWS: Final = 1_048_576
EXCEL_COLUMNS: Final = 16_384
"""How many rows and columns a sheet has in Excel and LibreOffice."""

_TEMPORARY: Final = ".did-importer-{}.part"
_Written = TypeVar("_Written")


class FileTakenError(ResultsError):
    """The name is taken; another one would do."""


def part_path(path: Path, number: int) -> Path:
    """Return the name of one of several workbooks: ``order_results.xlsx``, ``order_results_part2.xlsx``, ..."""
    return path if number == 1 else path.with_name(f"{path.stem}_part{number}{path.suffix}")


def free_path(wanted: Path, parts: int = 1) -> Path:
    """Return ``wanted``, or the first of ``wanted_2``, ``wanted_3``, ... that is free, and whose parts are."""
    path, number = wanted, 1
    # no workbook is put beside the second part of another
    while any(os.path.lexists(part_path(path, part)) for part in range(1, max(parts, 2) + 1)):
        number += 1
        path = wanted.with_name(f"{wanted.stem}_{number}{wanted.suffix}")
    return path


def under_free_name(wanted: Path, write: Callable[[Path], _Written], parts: int = 1) -> _Written:
    """Write under the wanted name or the next free one, and again under the next if another process was faster.

    Args:
        wanted: the name that would be best.
        write: writes so many files under the name that it is given (see ``part_path``), by ``whole_file``.
        parts: how many.
    """
    while True:
        try:
            return write(free_path(wanted, parts))
        except FileTakenError:
            continue


@contextmanager
def all_or_none() -> Iterator[list[Path]]:
    """Leave several workbooks that belong together, or none: those in the list that it yields go if the block fails."""
    written: list[Path] = []
    try:
        yield written
    except BaseException:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise


def check_writable(path: Path, *, columns: int = 0, suffix: str = ".xlsx") -> None:
    """Find out before the first call whether a file can be written, rather than after the last one.

    Args:
        path: where the file is to be.
        columns: how many columns it will have; 0 where that is not known.
        suffix: how the name must end; empty for any ending.

    Raises:
        ResultsError: it cannot be written there, its name ends otherwise, or it has more columns than a sheet.
    """
    if suffix and path.suffix.lower() != suffix:
        raise ResultsError(f"{path}: what is written is a workbook; choose a name that ends in {suffix}")
    check_columns(path, columns)
    if not path.parent.is_dir():
        raise ResultsError(f"{path}: there is no folder {path.parent}; create it or choose another place")
    try:
        with suppress(FileNotFoundError):
            path.lstat()
            raise _taken(path)
        # permissions alone do not tell: a read-only disk, Windows, an administrator
        descriptor, trial = _create_beside(path)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: cannot be written ({_why(error)}); choose another name or place") from None
    os.close(descriptor)
    trial.unlink(missing_ok=True)  # nobody holds it now, and another process may have taken it for one that was left


def check_columns(path: Path, columns: int) -> None:
    """Refuse a workbook of more columns than a sheet has."""
    if columns > EXCEL_COLUMNS:
        raise ResultsError(
            f"{path}: {columns:,} columns are more than the {EXCEL_COLUMNS:,} of a sheet; delete some of the file's"
        )


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file that appears under its name only when all of it is on the disk.

    Yields:
        The temporary file beside it, open for writing bytes. If the block ends by an exception, nothing is left.

    Raises:
        FileTakenError: the name is taken, now or by the time the file is whole.
        ResultsError: the system refuses to write.
    """
    if os.path.lexists(path):
        raise _taken(path)
    temporary: Path | None = None
    try:
        descriptor, temporary = _create_beside(path)
        with open(descriptor, "w+b") as file:  # noqa: PTH123 - a descriptor has no Path
            yield file
            file.flush()
            os.fsync(file.fileno())
            if os.name != "nt":
                # before the file is closed: from then on nobody holds it
                _link(temporary, path)
        if os.name == "nt":
            temporary.rename(path)  # Windows renames no open file, and refuses to rename onto one that is there
        else:
            _sync(path.parent)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise ResultsError(
            f"{path}: could not be written ({_why(error)}); make room or choose another place"
        ) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _create_beside(path: Path) -> tuple[int, Path]:
    """Create a file of a name that nobody has, in the folder of ``path``, with the permissions of any new file."""
    for left in path.parent.glob(_TEMPORARY.format("*")):
        _remove_if_left(left)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    while True:
        temporary = path.with_name(_TEMPORARY.format(secrets.token_hex(8)))
        descriptor = os.open(temporary, flags, 0o666)
        try:
            _hold(descriptor)
            lost = not os.path.lexists(temporary)
        except OSError as error:
            lost = isinstance(error, BlockingIOError)  # else files have no locks here, and nothing is removed
        if not lost:
            return descriptor, temporary
        os.close(descriptor)  # another process took it for one that was left, in the moment before it was held


def _hold(descriptor: int) -> None:
    """Mark a file as in use for as long as it is open; OSError where another process has it."""
    if sys.platform != "win32":  # an open file cannot be removed there
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_if_left(temporary: Path) -> None:
    """Remove a temporary file of ours that no process holds: its own was killed."""
    with suppress(OSError):
        descriptor = os.open(temporary, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        try:
            _hold(descriptor)
            if os.name != "nt":
                temporary.unlink()
        finally:
            os.close(descriptor)
        temporary.unlink(missing_ok=True)


def _link(temporary: Path, path: Path) -> None:
    """Let the whole file appear as ``path``; FileExistsError if something is there."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # a file system without hard links (FAT, some network shares): take the name first, then fill it
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        try:
            temporary.replace(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _sync(folder: Path) -> None:
    """Put the file's name on the disk too; some file systems refuse."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _taken(path: Path) -> FileTakenError:
    return FileTakenError(f"{path}: is there already and is never overwritten; choose another name or move it away")


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
