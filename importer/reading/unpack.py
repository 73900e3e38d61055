"""Workbooks are zip archives: open one without trusting what it says about itself."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from importer.errors import SheetError

CHUNK: Final = 1 << 18
"""Bytes that are unpacked at a time; pieces of 1 MiB take twice as long, because each gets fresh memory."""

DAMAGED: Final = "is damaged; get it again, or open it in Excel or LibreOffice and save it under a new name"
"""What is said of a workbook that breaks off or contradicts itself."""

_TROUBLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)


def open_package(path: Path, max_unpacked_bytes: int) -> zipfile.ZipFile:
    """Open a workbook as the archive that it is.

    The sizes in its directory are checked here. That they are true is checked where a part is read: ``zipfile``
    unpacks no more than the directory says, and then finds that the checksum is wrong.

    Raises:
        SheetError: it is damaged, encrypted, or would unpack to more than ``max_unpacked_bytes``.
    """
    try:
        package = zipfile.ZipFile(path)
    except _TROUBLE:
        raise SheetError(f"{path}: {DAMAGED}") from None
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    trouble = ""
    if unpacked > max_unpacked_bytes:
        trouble = (
            f"unpacks to {unpacked / 2**20:,.0f} MiB, and {max_unpacked_bytes / 2**20:,.0f} MiB is the most that is"
            " read; split the list into several files"
        )
    elif any(part.flag_bits & 1 for part in parts):
        trouble = "is a zip archive with a password; unpack it and name the file inside"
    elif len({part.filename for part in parts}) != len(parts):
        trouble = DAMAGED
    if trouble:
        package.close()
        raise SheetError(f"{path}: {trouble}")
    return package


def part_chunks(package: zipfile.ZipFile, name: str, place: str) -> Iterator[bytes]:
    """Unpack one part of a workbook piece by piece.

    Args:
        package: the open workbook.
        name: the part's name in the archive.
        place: the file, and the sheet if there is one, as an error names them.

    Raises:
        SheetError: the part is not there, or its bytes, its size or its checksum are not what they should be.
    """
    try:
        stream = package.open(name)
    except (*_TROUBLE, KeyError):
        raise SheetError(f"{place}: {DAMAGED}") from None
    with stream:
        while True:
            try:
                piece = stream.read(CHUNK)
            except _TROUBLE:
                raise SheetError(f"{place}: {DAMAGED}") from None
            if not piece:
                return
            yield piece
