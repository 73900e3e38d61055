"""Files that are whole or not there, and that never replace one that is.

Every workbook we write goes first to a temporary file beside its target, is synced to the disk and only then gets
its name, in one step that fails if the name is taken. A crash, a full disk or a second process leaves either the
whole file or nothing under that name.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from importer.errors import ResultsError

EXCEL_ROWS: Final = 1_048_576
"""How many rows a sheet has in Excel and LibreOffice."""

EXCEL_COLUMNS: Final = 16_384
"""How many columns a sheet has in Excel."""


def part_path(path: Path, number: int) -> Path:
    """Return the name of one of several workbooks: ``order_results.xlsx``, ``order_results_part2.xlsx``, ...

    Args:
        path: the first of them.
        number: which one, from 1.
    """
    return path if number == 1 else path.with_name(f"{path.stem}_part{number}{path.suffix}")


def free_path(wanted: Path, parts: int = 1) -> Path:
    """Return ``wanted``, or the first of ``wanted_2``, ``wanted_3``, ... that is not taken.

    Args:
        wanted: the name that would be best, such as ``order_results.xlsx``.
        parts: how many workbooks are written; the others have the names that ``part_path`` makes of the first.

    Returns:
        A path in the same folder under which nothing is (not even a link that leads nowhere), and under whose further
        parts nothing is. A single workbook is not put beside the second part of another either.
    """
    path, number = wanted, 1
    while any(os.path.lexists(part_path(path, part)) for part in range(1, max(parts, 2) + 1)):
        number += 1
        path = wanted.with_name(f"{wanted.stem}_{number}{wanted.suffix}")
    return path


@contextmanager
def all_or_none() -> Iterator[list[Path]]:
    """Leave several workbooks that belong together, or none of them.

    Yields:
        A list for the names of those that are written. If the block ends by an exception, they are deleted.
    """
    written: list[Path] = []
    try:
        yield written
    except BaseException:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise


def check_writable(path: Path, *, rows: int = 0, columns: int = 0, suffix: str = ".xlsx") -> None:
    """Find out before the first call whether a workbook can be written, rather than after the last one.

    A file is really created in the folder and removed again, because permissions alone do not tell (a read-only
    disk, Windows, an administrator).

    Args:
        path: where the workbook is to be.
        rows: how many rows it will have, header included; 0 where that is not known.
        columns: how many columns it will have; 0 where that is not known.
        suffix: how the name must end.

    Raises:
        ResultsError: there is a file already, the folder is not there or not writable, the name is unusable or
            ends otherwise, or the rows or columns are more than a sheet has.
    """
    if path.suffix.lower() != suffix:
        raise ResultsError(f"{path}: what is written is a workbook; choose a name that ends in {suffix}")
    if rows > EXCEL_ROWS:
        raise ResultsError(
            f"{path}: {rows:,} rows with the header are more than the {EXCEL_ROWS:,} of a sheet; split the file in two"
        )
    if columns > EXCEL_COLUMNS:
        raise ResultsError(
            f"{path}: {columns:,} columns are more than the {EXCEL_COLUMNS:,} of a sheet; delete some of the file's"
        )
    try:
        path.lstat()
    except FileNotFoundError:
        pass
    except NotADirectoryError:
        raise ResultsError(f"{path}: {path.parent} is no folder; choose another place") from None
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: cannot be written ({_why(error)}); choose another name or place") from None
    else:
        raise _taken(path)
    if not path.parent.exists():
        raise ResultsError(f"{path}: the folder {path.parent} is not there; create it or choose another place")
    try:
        descriptor, trial = _create_beside(path)
    except OSError as error:
        raise ResultsError(
            f"{path}: nothing can be written in {path.parent} ({_why(error)}); choose another place"
        ) from None
    os.close(descriptor)
    trial.unlink()


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file that appears under its name only when all of it is on the disk.

    Args:
        path: where the file is to be.

    Yields:
        The temporary file beside it, open for writing bytes. If the block ends by an exception, nothing is left.

    Raises:
        ResultsError: the name is taken, now or by the time the file is whole, or the system refuses to write.
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
        _give_name(temporary, path)
        _sync_folder(path.parent)
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
    temporary = path.with_name(f".did-importer-{secrets.token_hex(8)}.part")
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    return os.open(temporary, flags, 0o666), temporary


def _give_name(temporary: Path, path: Path) -> None:
    """Let the whole file appear as ``path``; FileExistsError if something is there."""
    if os.name == "nt":
        temporary.rename(path)  # Windows refuses to rename onto a file that is there
        return
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


def _sync_folder(folder: Path) -> None:
    """Put the file's name on the disk too; Windows has no way to, and some file systems refuse."""
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _taken(path: Path) -> ResultsError:
    return ResultsError(f"{path}: is there already and is never overwritten; choose another name or move it away")


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
