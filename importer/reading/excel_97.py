"""Excel 97-2003 workbooks (.xls) by xlrd; olefile gives it the workbook alone, and not one that is embedded in it.

xlrd passes over what it does not know. So the records are gone through once for their numbers: a cell that xlrd would
leave out is refused by its place, and a formula that was never calculated is found.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading import limits
from importer.reading.cell_text import CellText, NumberFormat, number_format
from importer.reading.package import DAMAGED
from importer.reading.sheet_rows import MergedCells, RowCollector, SheetRows, column_letters

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Cell, Sheet

_BOF, _EOF, _BOUNDSHEET, _SST, _LABELSST, _FORMULA = 0x809, 0x0A, 0x85, 0xFC, 0xFD, 0x06
_CELLS_OF_EXCEL_2: Final = (0x02, 0x03, 0x04, 0x05)
_CALCULATE_ON_LOAD: Final = 2
_SAVE: Final = "open it in Excel or LibreOffice and save it as .xlsx"
_HIDDEN_REST: Final = 255
_NEVER_CALCULATED: Final[CellText] = ("=(a formula without a result)", CellFlaw.FORMULA_WITHOUT_VALUE)


@dataclass(slots=True)
class Excel97Workbook:
    """An open .xls workbook, and the names of the sheets that have cells, in their order."""

    path: Path
    sheets: tuple[str, ...]
    _book: "Book"
    _records: "_Records"

    def read(self, name: str) -> SheetRows:
        """Read the sheet of that name."""
        place = f"{self.path}: sheet '{name}'"
        index = self.sheets.index(name)
        sheet = self._book.sheet_by_index(index)
        start = self._records.starts[index] if index < len(self._records.starts) else -1
        for row, column in self._records.unknown.get(start, ()):
            raise SheetError(
                f"{place}: cell {column_letters(column)}{row + 1} is written in a way that is not known; {_SAVE}"
            )
        uncalculated = self._records.uncalculated.get(start, set())
        rows = RowCollector(place)
        for row in range(sheet.nrows):
            cells = [self._text(cell, rows) for cell in sheet.row(row)]
            for column in range(len(cells)) if uncalculated else ():
                cells[column] = _NEVER_CALCULATED if (row, column) in uncalculated else cells[column]
            flaws = {column: flaw for column, (_, flaw) in enumerate(cells) if flaw}
            rows.add(row + 1, [text for text, _ in cells], flaws)
        _take_layout(sheet, rows)
        return rows.finish(name)

    def _text(self, cell: "Cell", rows: RowCollector) -> CellText:
        from xlrd import biffh

        if cell.ctype == biffh.XL_CELL_TEXT:
            return str(cell.value), None
        if cell.ctype == biffh.XL_CELL_BOOLEAN:
            return ("TRUE" if cell.value else "FALSE"), None
        if cell.ctype == biffh.XL_CELL_ERROR:
            return biffh.error_text_from_code.get(int(cell.value), "#ERROR"), CellFlaw.ERROR_VALUE
        if cell.ctype not in (biffh.XL_CELL_NUMBER, biffh.XL_CELL_DATE):
            return "", None
        shape = self._format(cell.xf_index)
        text, added = shape.text(float(cell.value), from_1904=bool(self._book.datemode))
        rows.shown_otherwise += added
        return text

    def _format(self, style: int | None) -> NumberFormat:
        styles = self._book.xf_list
        if style is None or style >= len(styles):
            return number_format("General")
        shape = self._book.format_map.get(styles[style].format_key)
        return number_format(shape.format_str if shape else "General")


def open_excel_97(path: Path) -> Excel97Workbook:
    """Open an .xls workbook."""
    if path.stat().st_size > limits.MOST_OLD_BYTES:
        most = limits.MOST_OLD_BYTES / 2**20
        raise SheetError(f"{path}: has more than {most:,.0f} MiB, the most that is read of an .xls; {_SAVE}")
    try:
        stream = bytearray(_workbook_stream(path))
        records = _look_through(stream)
        try:
            book = _opened(bytes(stream))
        except (LookupError, UnicodeDecodeError):
            # a code page that is none
            book = _opened(bytes(stream), "cp1252")
        return Excel97Workbook(path, tuple(book.sheet_names()), book, records)
    except Exception as error:  # noqa: BLE001 - xlrd and olefile end in whatever their slices of a damaged file end in
        locked = "is encrypted with a password; open it in Excel, remove the password and save it as .xlsx"
        raise SheetError(f"{path}: {locked if 'encrypted' in str(error) else DAMAGED}") from None


def _opened(stream: bytes, encoding: str | None = None) -> "Book":
    import xlrd

    return xlrd.open_workbook(
        file_contents=stream, formatting_info=True, ragged_rows=True, logfile=io.StringIO(), encoding_override=encoding
    )


def _workbook_stream(path: Path) -> bytes:
    import olefile

    data = path.read_bytes()
    if not olefile.isOleFile(data=data):
        # the records alone, as old scripts write them
        return data
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        name = "Workbook" if container.exists("Workbook") else "Book"
        return bytes(container.openstream(name).read())


def _take_layout(sheet: "Sheet", rows: RowCollector) -> None:
    rows.hidden_rows.update(row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden)
    # a hidden rest of the sheet reaches to the last column and holds nothing
    hidden = [column for column, info in sheet.colinfo_map.items() if info.hidden]
    rows.hidden_columns.update(hidden if _HIDDEN_REST not in hidden else ())
    for first_row, behind_row, column, _ in sheet.merged_cells:
        if behind_row - first_row > 1:
            rows.merge(MergedCells(column, first_row + 1, behind_row))


@dataclass(slots=True)
class _Records:
    """What the records say that xlrd does not: by where a sheet starts, the row and column of cells."""

    starts: list[int] = field(default_factory=list)
    unknown: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    uncalculated: dict[int, set[tuple[int, int]]] = field(default_factory=dict)


def _look_through(stream: bytearray) -> _Records:
    """Go through the records, and correct the count of shared texts to what the cells need."""
    found, texts, counted = _Records(), 0, -1
    for start, at, record, body in _records(stream):
        if record == _BOUNDSHEET and body[5:6] == b"\0":
            found.starts.append(struct.unpack_from("<I", body)[0])
        elif record == _SST:
            counted = at + 8
        elif record == _LABELSST:
            texts = max(texts, struct.unpack_from("<I", body, 6)[0] + 1)
        elif record in _CELLS_OF_EXCEL_2 and start:
            found.unknown.setdefault(start, []).append(struct.unpack_from("<HH", body))
        elif record == _FORMULA and start and body[6:14] == bytes(8) and body[14] & _CALCULATE_ON_LOAD:
            # written by a program that left the calculating to Excel
            found.uncalculated.setdefault(start, set()).add(struct.unpack_from("<HH", body))
    if counted >= 0 and struct.unpack_from("<I", stream, counted)[0] > texts:
        struct.pack_into("<I", stream, counted, texts)
    return found


def _records(stream: bytearray) -> Iterator[tuple[int, int, int, bytes]]:
    """Yield of each record where its sheet starts, where it starts itself, its number and its content."""
    at = start = depth = 0
    while at <= len(stream) - 4:
        record, length = struct.unpack_from("<HH", stream, at)
        if record == _BOF:
            depth += 1
            start = at if depth == 1 else start
        elif record == _EOF:
            depth -= 1
        # deeper lies what belongs to a chart on the sheet
        if depth == 1:
            yield start, at, record, bytes(stream[at + 4 : at + 4 + length])
        at += 4 + length
