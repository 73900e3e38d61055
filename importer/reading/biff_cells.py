"""The cells of one sheet of an .xls workbook, record by record."""

import struct
from collections.abc import Callable, Iterator
from typing import Final

from importer.model import CellFlaw
from importer.reading.biff import BiffSheet, BiffWorkbook, records
from importer.reading.biff_text import text_of
from importer.reading.cell_text import TextMemory
from importer.reading.rows import MergedCells, ReadSheet, RowCollector
from importer.reading.shaped_number import ShapedNumbers
from importer.reading.workbook_parts import CellFormat

_STRING: Final = 0x207
_COLUMNS: Final = 256
_PLAIN: Final = CellFormat()
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_CALCULATE_ON_LOAD: Final = 2

Cell = tuple[str, CellFlaw | None]


def read_biff_sheet(workbook: BiffWorkbook, sheet: BiffSheet, place: str) -> ReadSheet:
    """Read a sheet.

    Args:
        workbook: what the records say of the workbook as a whole.
        sheet: the sheet.
        place: file and sheet, as an error names them.

    Raises:
        SheetError: it is too big.
        struct.error, IndexError: it is damaged.
    """
    return _SheetReader(workbook).read(sheet, place)


class _SheetReader:
    def __init__(self, workbook: BiffWorkbook) -> None:
        self._workbook = workbook
        self._numbers = ShapedNumbers(workbook.from_1904)
        self._cells: dict[int, dict[int, Cell]] = {}
        self._merged: list[MergedCells] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns: list[int] = []
        # the cell of the last formula, whose text comes in a record of its own
        self._waiting: tuple[int, int] | None = None
        self._takers: dict[int, Callable[[bytes], None]] = {
            0x203: self._number,
            0x27E: self._short_number,
            0xBD: self._short_numbers,
            0xFD: self._shared_text,
            0x204: self._text,
            0xD6: self._text,
            0x205: self._truth_or_error,
            0x06: self._formula,
            _STRING: self._result_text,
            0x208: self._row,
            0x7D: self._column,
            0xE5: self._merge,
        }

    def read(self, sheet: BiffSheet, place: str) -> ReadSheet:
        for record, body in records(self._workbook.stream, sheet.start):
            taker = self._takers.get(record)
            if taker:
                taker(body)
        rows, memory = RowCollector(place), TextMemory()
        for row in sorted(self._cells):
            cells = self._cells[row]
            width = max(cells) + 1
            texts = tuple(memory[cells[column][0]] if column in cells else "" for column in range(width))
            flaws = {column: flaw for column, (_, flaw) in cells.items() if flaw}
            rows.add(row + 1, texts, flaws or None)
        return rows.finish(
            sheet.name,
            merged=self._merged,
            hidden_rows=self._hidden_rows,
            hidden_columns=self._hidden_columns,
            shown_otherwise=self._numbers.shown_otherwise,
        )

    def _put(self, row: int, column: int, cell: Cell) -> None:
        if column >= _COLUMNS:
            raise IndexError
        self._cells.setdefault(row, {})[column] = cell

    def _shaped(self, number: float, style: int) -> Cell:
        formats = self._workbook.formats
        return self._numbers.text(number, formats[style] if style < len(formats) else _PLAIN)

    def _number(self, body: bytes) -> None:
        row, column, style, number = struct.unpack_from("<HHHd", body)
        self._put(row, column, self._shaped(number, style))

    def _short_number(self, body: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", body)
        self._put(row, column, self._shaped(_unpacked(body[6:10]), style))

    def _short_numbers(self, body: bytes) -> None:
        row, first = struct.unpack_from("<HH", body)
        for column, at in enumerate(range(4, len(body) - 2, 6), first):
            style = struct.unpack_from("<H", body, at)[0]
            self._put(row, column, self._shaped(_unpacked(body[at + 2 : at + 6]), style))

    def _shared_text(self, body: bytes) -> None:
        row, column, _, index = struct.unpack_from("<HHHI", body)
        self._put(row, column, (self._workbook.texts[index], None))

    def _text(self, body: bytes) -> None:
        row, column = struct.unpack_from("<HH", body)
        self._put(row, column, (text_of(body[6:], self._workbook.code_page), None))

    def _truth_or_error(self, body: bytes) -> None:
        row, column = struct.unpack_from("<HH", body)
        self._put(row, column, _error(body[6]) if body[7] else _truth(body[6]))

    def _formula(self, body: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", body)
        if body[12:14] != b"\xff\xff":
            number = struct.unpack_from("<d", body, 6)[0]
            if number == 0 and struct.unpack_from("<H", body, 14)[0] & _CALCULATE_ON_LOAD:
                # written by a program that left the calculating to Excel
                self._put(row, column, ("=(a formula without a result)", CellFlaw.FORMULA_WITHOUT_VALUE))
            else:
                self._put(row, column, self._shaped(number, style))
        elif body[6] == 0:
            self._waiting = (row, column)
        elif body[6] == 1:
            self._put(row, column, _truth(body[8]))
        elif body[6] == 2:
            self._put(row, column, _error(body[8]))

    def _result_text(self, body: bytes) -> None:
        if self._waiting:
            self._put(*self._waiting, (text_of(body, self._workbook.code_page), None))
            self._waiting = None

    def _row(self, body: bytes) -> None:
        if body[12] & 0x20:
            self._hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)

    def _column(self, body: bytes) -> None:
        first, last = struct.unpack_from("<HH", body)
        # a hidden rest of the sheet reaches to the last column and holds nothing
        if body[8] & 1 and last < _COLUMNS - 1:
            self._hidden_columns += range(first, last + 1)

    def _merge(self, body: bytes) -> None:
        (count,) = struct.unpack_from("<H", body)
        for first_row, last_row, column, _ in _quadruples(body, count):
            if last_row > first_row:
                self._merged.append(MergedCells(column, first_row + 1, last_row + 1))


def _quadruples(body: bytes, count: int) -> Iterator[tuple[int, int, int, int]]:
    for at in range(2, 2 + 8 * count, 8):
        yield struct.unpack_from("<HHHH", body, at)


def _truth(value: int) -> Cell:
    return ("TRUE" if value else "FALSE"), None


def _error(code: int) -> Cell:
    return _ERRORS.get(code, "#ERROR"), CellFlaw.ERROR_VALUE


def _unpacked(packed: bytes) -> float:
    """Unpack a number of four bytes: 30 bits of a float or of a whole number, perhaps a hundred times too big."""
    (bits,) = struct.unpack("<i", packed)
    whole: float = bits >> 2
    number = whole if bits & 2 else struct.unpack("<d", struct.pack("<q", (bits & ~3) << 32))[0]
    return float(number / 100 if bits & 1 else number)
