"""The records of an Excel 97-2003 workbook (BIFF8, and BIFF5 before it): what they say of the workbook as a whole.

The layout is Microsoft's published [MS-XLS]: a stream of records, each with its number, its length and up to 8224
bytes; longer ones go on in records of their own. python-calamine reads .xls too, but shows errors as blank cells,
does not say what is hidden, stops at a phone number that is formatted as hours, and ends the whole program when a
damaged file makes it ask for a terabyte.
"""

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from importer.reading.biff_text import SharedTexts, text_of
from importer.reading.workbook_parts import CellFormat, cell_format

BOF: Final = 0x809
EOF: Final = 0x0A
CONTINUE: Final = 0x3C
_FILEPASS, _BOUNDSHEET, _FORMAT, _XF, _SST, _CODEPAGE, _DATEMODE = 0x2F, 0x85, 0x41E, 0xE0, 0xFC, 0x42, 0x22
_BIFF8: Final = 0x600
_CODE_PAGES: Final = {10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252", 1200: "cp1252"}


@dataclass(frozen=True, slots=True)
class BiffSheet:
    """One sheet with cells: its name, and where its records begin in the stream."""

    name: str
    start: int


class BiffWorkbook:
    """What the records say of the workbook as a whole.

    Args:
        stream: the bytes of the stream ``Workbook`` (``Book`` before Excel 97).

    Attributes:
        encrypted: whether it needs a password; nothing else is known then.
        sheets: its sheets that have cells, in their order.
        code_page: the encoding of texts of one byte a character; empty in BIFF8, which needs none.
        from_1904: whether days are counted from 1904.
        formats: for each number that a cell may name as its style, what the number format makes of it.
        texts: the texts that its sheets share.

    Raises:
        struct.error, IndexError: it is damaged.
    """

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.encrypted = False
        self.sheets: list[BiffSheet] = []
        self.code_page = ""
        self.from_1904 = False
        self.texts: list[str] = []
        codes: dict[int, str] = {}
        used: list[int] = []
        shared: SharedTexts | None = None
        for record, body in records(stream, 0):
            if record == CONTINUE and shared:
                shared.add(body)
                continue
            if shared:
                self.texts, shared = shared.texts(), None
            if record == BOF:
                self.code_page = "" if struct.unpack_from("<H", body)[0] == _BIFF8 else "cp1252"
            elif record == _FILEPASS:
                self.encrypted = True
                return
            elif record == _CODEPAGE and self.code_page:
                self.code_page = _codec(struct.unpack_from("<H", body)[0])
            elif record == _DATEMODE:
                self.from_1904 = body[:2] == b"\1\0"
            elif record == _BOUNDSHEET and body[5] == 0:
                name = text_of(body[6:], self.code_page, length_bytes=1)
                self.sheets.append(BiffSheet(name, struct.unpack_from("<I", body)[0]))
            elif record == _FORMAT:
                code = text_of(body[2:], self.code_page, length_bytes=1 if self.code_page else 2)
                codes[struct.unpack_from("<H", body)[0]] = code
            elif record == _XF:
                used.append(struct.unpack_from("<H", body, 2)[0])
            elif record == _SST:
                shared = SharedTexts(body)
        self.formats: tuple[CellFormat, ...] = tuple(cell_format(number, codes.get(number)) for number in used)


def records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each record from a place on, up to the end of the sheet or of what stands before it.

    Args:
        stream: the bytes of the workbook.
        start: where to begin.
    """
    at, depth, last = start, 0, len(stream) - 4
    while at <= last:
        record, length = struct.unpack_from("<HH", stream, at)
        if record == BOF:
            depth += 1
        elif record == EOF:
            depth -= 1
            if depth <= 0:
                return
        # deeper lies what belongs to a chart on the sheet
        if depth <= 1:
            yield record, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _codec(code_page: int) -> str:
    name = _CODE_PAGES.get(code_page, f"cp{code_page}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name
