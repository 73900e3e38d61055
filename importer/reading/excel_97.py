"""Excel 97-2003 workbooks (.xls) by xlrd; olefile gives it the workbook alone, and not one that is embedded in it.

xlrd passes over what it does not know. So the records are gone through once for their numbers: a cell that xlrd would
leave out is refused by its place, and a formula that was never calculated is found.
"""

import io
import struct
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading import limits
from importer.reading.cell_text import CellText, number_format
from importer.reading.package import DAMAGED
from importer.reading.sheet_rows import Book, MergedCells, RowCollector, SheetRows, column_letters

if TYPE_CHECKING:
    import xlrd
    from xlrd.sheet import Cell

_BOF, _EOF, _BOUNDSHEET, _SST, _LABELSST, _FORMULA = 0x809, 0x0A, 0x85, 0xFC, 0xFD, 0x06
_CELLS_OF_EXCEL_2: Final = (0x02, 0x03, 0x04, 0x05)
_CALCULATE_ON_LOAD: Final = 2
_SAVE: Final = "open it in Excel or LibreOffice and save it as .xlsx"
_HIDDEN_REST: Final = 255
_NEVER_CALCULATED: Final[CellText] = ("=(a formula without a result)", CellFlaw.FORMULA_WITHOUT_VALUE)

# (row, column) of the cells of a sheet that xlrd leaves out, or gives a zero for what was never calculated
_Odd = dict[tuple[int, int], str]


def open_excel_97(path: Path) -> Book:
    """Open a workbook."""
    if path.stat().st_size > limits.MOST_OLD_BYTES:
        most = limits.MOST_OLD_BYTES / 2**20
        raise SheetError(f"{path}: has more than {most:,.0f} MiB, the most that is read of an .xls; {_SAVE}")
    try:
        stream = bytearray(_workbook_stream(path))
        odd = _look_through(stream)
        try:
            book = _opened(bytes(stream))
        except (LookupError, UnicodeDecodeError):
            # a code page that is none
            book = _opened(bytes(stream), "cp1252")
        names = tuple(book.sheet_names())
    except Exception as error:  # noqa: BLE001 - xlrd and olefile end in whatever their slices of a damaged file end in
        locked = "is encrypted with a password; open it in Excel, remove the password and save it as .xlsx"
        raise SheetError(f"{path}: {locked if 'encrypted' in str(error) else DAMAGED}") from None

    def read(name: str) -> SheetRows:
        index = names.index(name)
        return _read_sheet(f"{path}: sheet '{name}'", book, index, odd[index] if index < len(odd) else {})

    return Book(names, read)


def _workbook_stream(path: Path) -> bytes:
    import olefile

    data = path.read_bytes()
    if not olefile.isOleFile(data=data):
        # the records alone, as old scripts write them
        return data
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        name = "Workbook" if container.exists("Workbook") else "Book"
        return bytes(container.openstream(name).read())


def _opened(stream: bytes, encoding: str | None = None) -> "xlrd.Book":
    import xlrd

    return xlrd.open_workbook(
        file_contents=stream, formatting_info=True, ragged_rows=True, logfile=io.StringIO(), encoding_override=encoding
    )


def _read_sheet(place: str, book: "xlrd.Book", index: int, odd: _Odd) -> SheetRows:
    for (row, column), what in odd.items():
        if what == "unknown":
            cell = f"{column_letters(column)}{row + 1}"
            raise SheetError(f"{place}: cell {cell} is written in a way that is not known; {_SAVE}")
    sheet = book.sheet_by_index(index)
    rows = RowCollector(place)
    for row in range(sheet.nrows):
        cells = [
            _NEVER_CALCULATED if odd and (row, column) in odd else _text(book, cell, rows)
            for column, cell in enumerate(sheet.row(row))
        ]
        rows.add(row + 1, [text for text, _ in cells], {column: flaw for column, (_, flaw) in enumerate(cells) if flaw})
    rows.hidden_rows.update(row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden)
    # a hidden rest of the sheet reaches to the last column and holds nothing
    hidden = [column for column, info in sheet.colinfo_map.items() if info.hidden]
    rows.hidden_columns.update(hidden if _HIDDEN_REST not in hidden else ())
    for first_row, behind_row, column, _ in sheet.merged_cells:
        if behind_row - first_row > 1:
            rows.merge(MergedCells(column, first_row + 1, behind_row))
    return rows.finish(sheet.name)


def _text(book: "xlrd.Book", cell: "Cell", rows: RowCollector) -> CellText:
    from xlrd import biffh

    if cell.ctype == biffh.XL_CELL_TEXT:
        return str(cell.value), None
    if cell.ctype == biffh.XL_CELL_BOOLEAN:
        return ("TRUE" if cell.value else "FALSE"), None
    if cell.ctype == biffh.XL_CELL_ERROR:
        return biffh.error_text_from_code.get(int(cell.value), "#ERROR"), CellFlaw.ERROR_VALUE
    if cell.ctype not in (biffh.XL_CELL_NUMBER, biffh.XL_CELL_DATE):
        return "", None
    style = cell.xf_index
    known = style is not None and style < len(book.xf_list)
    shape = book.format_map.get(book.xf_list[style or 0].format_key) if known else None
    text, added = number_format(shape.format_str if shape else "General").text(
        float(cell.value), from_1904=bool(book.datemode)
    )
    rows.shown_otherwise += added
    return text


def _look_through(stream: bytearray) -> list[_Odd]:
    """Go through the records for the odd cells of each sheet; correct the count of shared texts to what cells need."""
    starts: list[int] = []
    odd: dict[int, _Odd] = defaultdict(dict)
    texts, counted = 0, -1
    for start, at, record, body in _records(stream):
        if record == _BOUNDSHEET and body[5:6] == b"\0":
            starts.append(struct.unpack_from("<I", body)[0])
        elif record == _SST:
            counted = at + 8
        elif record == _LABELSST:
            texts = max(texts, struct.unpack_from("<I", body, 6)[0] + 1)
        elif record in _CELLS_OF_EXCEL_2 and start:
            odd[start][struct.unpack_from("<HH", body)] = "unknown"
        elif record == _FORMULA and start and body[6:14] == bytes(8) and body[14] & _CALCULATE_ON_LOAD:
            # written by a program that left the calculating to Excel
            odd[start][struct.unpack_from("<HH", body)] = "never calculated"
    if counted >= 0 and struct.unpack_from("<I", stream, counted)[0] > texts:
        struct.pack_into("<I", stream, counted, texts)
    return [odd[start] for start in starts]


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
