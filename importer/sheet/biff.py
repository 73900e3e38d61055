"""The records of an Excel 97-2003 workbook (BIFF) that tell what python-calamine hides.

Error cells, hidden rows and columns, and numbers whose format shows digits that they do not have. The layout is
Microsoft's published [MS-XLS]: a stream of records, each with its number, its length and up to 8224 bytes.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from importer.model import CellFlaw
from importer.sheet.cell_text import number_text
from importer.sheet.number_format import adding_format
from importer.sheet.quick_cells import Override

_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _FORMAT, _XF = 0x809, 0x0A, 0x2F, 0x85, 0x41E, 0xE0
_ROW, _COLINFO, _BOOLERR, _FORMULA, _NUMBER, _RK, _MULRK = 0x208, 0x7D, 0x205, 0x06, 0x203, 0x27E, 0xBD
_BIFF8: Final = 0x600
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


@dataclass(slots=True)
class BiffSheet:
    """What the records of one sheet say.

    Attributes:
        name: its name.
        start: where its records begin in the stream.
        overrides: row number -> index of the column -> text and flaw of a cell that calamine does not tell.
        hidden_rows: the numbers of the rows that are hidden or filtered out.
        hidden_columns: the indexes of the columns that are hidden.
        shown_otherwise: how many numbers are read as their format shows them.
    """

    name: str
    start: int
    overrides: dict[int, dict[int, Override]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[int] = field(default_factory=list)
    shown_otherwise: int = 0


class BiffWorkbook:
    """The records of a workbook.

    Args:
        stream: the bytes of the stream ``Workbook`` (or ``Book``, before Excel 97).

    Attributes:
        encrypted: whether it needs a password; nothing else is known then.
        sheets: its sheets that have cells, in their order.
    """

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self.encrypted = False
        self.sheets: list[BiffSheet] = []
        codes: dict[int, str] = {}
        self._shown: list[Callable[[int], str | None] | None] = []
        format_numbers: list[int] = []
        wide = True
        for record, body in _records(stream, 0):
            if record == _BOF and len(body) >= 2:
                wide = struct.unpack_from("<H", body)[0] == _BIFF8
            elif record == _FILEPASS:
                self.encrypted = True
                return
            elif record == _BOUNDSHEET and len(body) > 7 and body[5] == 0:
                name = _text(body[7:], body[6], wide=wide)
                self.sheets.append(BiffSheet(name, struct.unpack_from("<I", body)[0]))
            elif record == _FORMAT and wide and len(body) > 5:
                number, length = struct.unpack_from("<HH", body)
                codes[number] = _text(body[4:], length, wide=True)
            elif record == _FORMAT and not wide and len(body) > 3:
                codes[struct.unpack_from("<H", body)[0]] = _text(body[3:], body[2], wide=False)
            elif record == _XF and len(body) >= 4:
                format_numbers.append(struct.unpack_from("<H", body, 2)[0])
        self._shown = [adding_format(codes.get(number, "")) for number in format_numbers]

    def look_through(self, sheet: BiffSheet) -> None:
        """Fill in what the records of a sheet say."""
        depth = 0
        any_shown = any(self._shown)
        for record, body in _records(self._stream, sheet.start):
            if record == _BOF:
                depth += 1
            elif record == _EOF:
                depth -= 1
                if depth <= 0:
                    return
            elif depth > 1:
                # a chart that lies on the sheet
                continue
            elif record == _BOOLERR and len(body) >= 8 and body[7]:
                self._error(sheet, body, body[6])
            elif record == _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff":
                if body[6] == 2:
                    self._error(sheet, body, body[8])
            elif record == _ROW and len(body) >= 14 and body[12] & 0x20:
                sheet.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
            elif record == _COLINFO and len(body) >= 10 and body[8] & 1:
                first, last = struct.unpack_from("<HH", body)
                # a hidden rest of the sheet reaches to the last column and holds nothing
                sheet.hidden_columns += range(first, last + 1) if last < 255 else ()
            elif any_shown and record in (_NUMBER, _RK, _MULRK, _FORMULA):
                self._numbers(sheet, record, body)

    @staticmethod
    def _error(sheet: BiffSheet, body: bytes, code: int) -> None:
        row, column = struct.unpack_from("<HH", body)
        sheet.overrides.setdefault(row + 1, {})[column] = (_ERRORS.get(code, "#ERROR"), CellFlaw.ERROR_VALUE)

    def _numbers(self, sheet: BiffSheet, record: int, body: bytes) -> None:
        row, column = struct.unpack_from("<HH", body)
        if record in (_NUMBER, _FORMULA):
            values = [struct.unpack_from("<Hd", body, 4)]
        elif record == _RK:
            values = [(struct.unpack_from("<H", body, 4)[0], _rk(body[6:10]))]
        else:
            values = [
                (struct.unpack_from("<H", body, at)[0], _rk(body[at + 2 : at + 6])) for at in range(4, len(body) - 2, 6)
            ]
        for index, (style, number) in enumerate(values):
            shown = self._shown[style] if style < len(self._shown) else None
            text, flaw = number_text(number)
            if shown is None or flaw or not text.isdecimal():
                continue
            override = shown(int(text))
            if override is not None:
                sheet.overrides.setdefault(row + 1, {})[column + index] = (override, None)
                sheet.shown_otherwise += 1


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    at, end = start, len(stream) - 4
    while at <= end:
        record, length = struct.unpack_from("<HH", stream, at)
        yield record, stream[at + 4 : at + 4 + length]
        if record == _EOF and start == 0:
            # the workbook's own records end here, those of its sheets follow
            return
        at += 4 + length


def _rk(packed: bytes) -> float:
    """Unpack a number of four bytes: 30 bits of a float or of a whole number, perhaps a hundred times too big."""
    (bits,) = struct.unpack("<i", packed)
    number = float(bits >> 2) if bits & 2 else struct.unpack("<d", struct.pack("<q", (bits & ~3) << 32))[0]
    return number / 100 if bits & 1 else number


def _text(body: bytes, length: int, *, wide: bool) -> str:
    """Read a text: in BIFF8 a byte of flags, then one or two bytes a character; before that one byte a character."""
    if not wide:
        return body[:length].decode("cp1252", "replace")
    return (
        body[1 : 1 + 2 * length].decode("utf-16-le", "replace")
        if body[0] & 1
        else body[1 : 1 + length].decode("latin-1")
    )
