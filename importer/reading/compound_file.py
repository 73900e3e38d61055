"""The container of old Office files (OLE, "compound file"): what is in it, and one stream of it.

Only what tells an .xls from an encrypted workbook, and what gets the bytes of the workbook out. The layout is
Microsoft's published [MS-CFB]: a header of 512 bytes, a table that chains sectors, a directory of 128 bytes an entry,
and small streams kept together in sectors of 64 bytes.
"""

import struct
from collections.abc import Callable, Iterator
from typing import Final

from importer.errors import SheetError
from importer.reading.unpack import DAMAGED

_SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_REGULAR: Final = 0xFFFFFFFA
_STREAM: Final = 2
_ROOT: Final = 5


def is_compound(head: bytes) -> bool:
    """Return whether a file that begins with these bytes is a compound file."""
    return head.startswith(_SIGNATURE)


class CompoundFile:
    """A compound file in memory.

    Args:
        data: the whole file.
        place: the file, as an error names it.

    Raises:
        SheetError: the file is damaged.
    """

    def __init__(self, data: bytes, place: str) -> None:
        self._data = data
        self._place = place
        try:
            self._read_header()
            self._entries = dict(self._directory())
        except (struct.error, IndexError):
            raise self._damaged() from None

    @property
    def names(self) -> frozenset[str]:
        """The names of the streams, wherever they hang in the tree."""
        return frozenset(self._entries)

    def stream(self, name: str) -> bytes:
        """Return the bytes of a stream.

        Raises:
            KeyError: there is none of that name.
            SheetError: the file is damaged.
        """
        start, size = self._entries[name]
        try:
            if size >= self._cutoff:
                return b"".join(self._chain(start, self._fat, self._sector))[:size]
            return b"".join(self._chain(start, self._mini_fat(), self._mini_sector))[:size]
        except (struct.error, IndexError):
            raise self._damaged() from None

    def _damaged(self) -> SheetError:
        return SheetError(f"{self._place}: {DAMAGED}")

    def _read_header(self) -> None:
        shift, self._mini_shift = struct.unpack_from("<HH", self._data, 30)
        if shift not in (9, 12) or self._mini_shift != 6:
            raise self._damaged()
        self._size = 1 << shift
        fat_sectors, self._first_directory = struct.unpack_from("<II", self._data, 44)
        self._cutoff, self._first_mini, _, next_table, tables = struct.unpack_from("<IIIII", self._data, 56)
        sectors = list(struct.unpack_from("<109I", self._data, 76))
        for _ in range(min(tables, len(self._data) // self._size)):
            if next_table >= _LAST_REGULAR:
                break
            *more, next_table = self._numbers(self._sector(next_table))
            sectors += more
        self._fat: list[int] = []
        for sector in sectors[:fat_sectors]:
            if sector < _LAST_REGULAR:
                self._fat += self._numbers(self._sector(sector))
        self._mini_stream: bytes | None = None

    def _numbers(self, sector: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(sector) // 4}I", sector)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        sector = self._data[start : start + self._size]
        if not sector:
            raise self._damaged()
        # the last sector of a file is often cut short
        return sector.ljust(self._size, b"\0")

    def _mini_sector(self, number: int) -> bytes:
        if self._mini_stream is None:
            self._mini_stream = b"".join(self._chain(self._root, self._fat, self._sector))
        return self._mini_stream[number << self._mini_shift : (number + 1) << self._mini_shift]

    def _mini_fat(self) -> list[int]:
        return [
            number
            for sector in self._chain(self._first_mini, self._fat, self._sector)
            for number in self._numbers(sector)
        ]

    def _chain(self, start: int, table: list[int], read: Callable[[int], bytes]) -> Iterator[bytes]:
        steps = 0
        while start < _LAST_REGULAR:
            yield read(start)
            start = table[start]
            steps += 1
            if steps > len(table):
                raise self._damaged()

    def _directory(self) -> Iterator[tuple[str, tuple[int, int]]]:
        self._root = _LAST_REGULAR
        for sector in self._chain(self._first_directory, self._fat, self._sector):
            for at in range(0, len(sector), 128):
                entry = sector[at : at + 128]
                (length,) = struct.unpack_from("<H", entry, 64)
                start, size = struct.unpack_from("<II", entry, 116)
                if entry[66] == _ROOT:
                    self._root = start
                elif entry[66] == _STREAM:
                    yield entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace"), (start, size)
