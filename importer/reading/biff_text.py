"""Texts in the records of an .xls workbook: one or two bytes a character, and cut anywhere when a record is full."""

import struct
from typing import Final

_WIDE: Final = 1
_WITH_EXTENSION: Final = 4
_WITH_RUNS: Final = 8


def text_of(body: bytes, code_page: str, *, length_bytes: int = 2) -> str:
    """Read a text that begins with its length.

    Args:
        body: the bytes from the length on.
        code_page: the encoding, in files from before Excel 97; empty for later ones, where a byte of flags follows.
        length_bytes: how many bytes the length takes.
    """
    length = body[0] if length_bytes == 1 else struct.unpack_from("<H", body)[0]
    body = body[length_bytes:]
    if code_page:
        return body[:length].decode(code_page, "replace")
    flags, skipped = body[0], 1
    skipped += (2 if flags & _WITH_RUNS else 0) + (4 if flags & _WITH_EXTENSION else 0)
    if flags & _WIDE:
        return body[skipped : skipped + 2 * length].decode("utf-16-le", "replace")
    return body[skipped : skipped + length].decode("latin-1")


class SharedTexts:
    """The texts that the sheets of a workbook share, as they come record by record.

    Args:
        first: the record that begins them.
    """

    def __init__(self, first: bytes) -> None:
        self._count: int = struct.unpack_from("<I", first, 4)[0]
        self._pieces = [first[8:]]
        self._piece = 0
        self._at = 0

    def add(self, more: bytes) -> None:
        """Take a record in which they go on."""
        self._pieces.append(more)

    def texts(self) -> list[str]:
        """Return all of them.

        Raises:
            struct.error, IndexError: they are damaged.
        """
        found: list[str] = []
        while len(found) < self._count:
            found.append(self._next())
        return found

    def _next(self) -> str:
        if self._at >= len(self._pieces[self._piece]):
            self._turn()
        piece = self._pieces[self._piece]
        length, flags = struct.unpack_from("<HB", piece, self._at)
        self._at += 3
        runs = extension = 0
        if flags & _WITH_RUNS:
            (runs,) = struct.unpack_from("<H", piece, self._at)
            self._at += 2
        if flags & _WITH_EXTENSION:
            (extension,) = struct.unpack_from("<I", piece, self._at)
            self._at += 4
        text = self._characters(length, wide=bool(flags & _WIDE))
        self._skip(4 * runs + extension)
        return text

    def _characters(self, length: int, *, wide: bool) -> str:
        parts: list[bytes] = []
        while True:
            size = 2 if wide else 1
            taken = self._pieces[self._piece][self._at : self._at + length * size]
            self._at += len(taken)
            length -= len(taken) // size
            # one byte a character is the first half of UTF-16
            parts.append(taken if wide else taken.decode("latin-1").encode("utf-16-le"))
            if length <= 0:
                return b"".join(parts).decode("utf-16-le", "replace")
            # where a text goes on in the next record, that begins with how many bytes a character has there
            self._turn()
            wide = bool(self._pieces[self._piece][0] & _WIDE)
            self._at = 1

    def _skip(self, size: int) -> None:
        while size > (left := len(self._pieces[self._piece]) - self._at):
            size -= left
            self._turn()
        self._at += size

    def _turn(self) -> None:
        self._piece += 1
        self._at = 0
        # an IndexError here is a file that breaks off
        _ = self._pieces[self._piece]
