"""python-calamine, which reads an .xlsx five times as fast as anything else in Python, where it tells the truth.

It shows an error cell (#REF!) and a formula without a result as a blank cell, does not say what is hidden, and knows
no number formats. It takes memory for every cell between the first and the last, and for as many shared texts as the
workbook claims to have, and ends the whole process where there is not enough. So the XML is searched first, byte by
byte as Excel and LibreOffice write it; whatever is unusual is left to the reader that looks at every cell.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from importer.reading import limits
from importer.reading.cell_text import text_of
from importer.reading.excel import ExcelWorkbook
from importer.reading.sheet_rows import MergedCells, RowCollector, SheetRows, column_index

_WITHOUT_RESULT: Final = re.compile(rb"(?:</f>|<f(?:\s[^>]*)?/>)\s*(?:</c>|<v\s*/>|<v>\s*</v>)")
_CELL: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="[0-9]+"| t="(?:n|s|b|str|inlineStr)")*/?>')
_ANY_CELL: Final = re.compile(rb"<c[\s>/]")
_ANY_ROW: Final = re.compile(rb"<row[\s>/]")
_ROW: Final = re.compile(rb'<row r="[0-9]{1,7}"(?: [A-Za-z:.0-9]+="[^"<>]*")*/?>')
_MERGED: Final = re.compile(rb'<mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')
_SHARED: Final = re.compile(rb' t="s"[^>]*><v>([0-9]{1,9})</v>')
_ODD: Final = (b"<!", b"<?", b" hidden=", b"<row r='")
_COUNT: Final = re.compile(rb"uniqueCount\s*=\s*[\"']([0-9]+)")
_FRAME: Final = ("xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels")
_WORKBOOK, _STRINGS, _SHORTEST_TEXT = "xl/workbook.xml", "xl/sharedstrings.xml", len("<si/>")


class UnusualSheetError(Exception):
    """The sheet is not one that calamine is known to read rightly."""


def read_excel_fast(book: ExcelWorkbook, name: str) -> SheetRows:
    """Read a sheet by calamine."""
    place = f"{book.path}: sheet '{name}'"
    usual_places = book.part == _WORKBOOK and book.strings_part in ("", _STRINGS)
    as_it_is = all(
        info.filename.lower() == part and (info.file_size <= limits.MOST_PART_BYTES or part not in _FRAME)
        for part, info in book.package.parts.items()
    )
    if not usual_places or not as_it_is or (not book.strings_part and _STRINGS in book.package.parts):
        raise UnusualSheetError
    look = _Look(book, _shared_lengths(book))
    for block in _whole_rows(book.package.chunks(book.sheets[name], place)):
        look.at(block)
    sparse = look.last_row * look.columns > max(limits.FEW_CELLS, limits.SPARSE * look.cells)
    if sparse or look.cells > limits.MOST_CELLS or look.copied > limits.MOST_COPIED_BYTES:
        raise UnusualSheetError
    rows = RowCollector(place)
    for area in look.merged:
        rows.merge(area)
    for number, values in _calamine_rows(book, name):
        texts, flaws = [], {}
        for column, value in enumerate(values):
            if type(value) is str:
                texts.append(value)
                continue
            text, flaw = text_of(value)
            texts.append(text)
            if flaw:
                flaws[column] = flaw
        rows.add(number, texts, flaws)
    return rows.finish(name)


class _Look:
    """Looks through the XML of a sheet."""

    def __init__(self, book: ExcelWorkbook, lengths: Sequence[int]) -> None:
        changing = b"|".join(b"%d" % style for style, shape in enumerate(book.formats) if not shape.plain)
        self._changing = re.compile(rb'<c r="[A-Z0-9]+"(?: t="[A-Za-z]+")* s="(?:%s)"' % changing) if changing else None
        self._uncalculated = book.uncalculated
        self._head = True
        self._lengths = lengths
        self._longest = max(lengths, default=0)
        self.last_row = self.columns = self.cells = self.copied = 0
        self._letters: set[bytes] = set()
        self.merged: list[MergedCells] = []

    def at(self, xml: bytes) -> None:
        """Look at some whole rows, or what stands before or behind them."""
        if self._head:
            self._head = False
            _, worksheet, behind = xml.partition(b"<worksheet")
            if not worksheet or b"<!" in xml or b" hidden=" in xml or b"='" in behind:
                raise UnusualSheetError
            return
        cells = _CELL.findall(xml)
        if (
            any(odd in xml for odd in _ODD)
            or len(cells) != len(_ANY_CELL.findall(xml))
            or len(_ROW.findall(xml)) != len(_ANY_ROW.findall(xml))
            or (self._changing and self._changing.search(xml))
        ):
            raise UnusualSheetError
        if (b"<f>" in xml or b"<f " in xml or b"<f/>" in xml) and (self._uncalculated or _WITHOUT_RESULT.search(xml)):
            raise UnusualSheetError
        merged = _MERGED.findall(xml) if b"<mergeCell" in xml else []
        if len(merged) != xml.count(b"<mergeCell") - xml.count(b"<mergeCells"):
            raise UnusualSheetError
        for first_column, first, last in merged:
            if int(last) > int(first):
                self.merged.append(MergedCells(column_index(first_column.decode()), int(first), int(last)))
        if not cells:
            return
        numbers = [int(number) for _, number in cells]
        # calamine believes that the last cell stands in the last row
        if numbers[0] < self.last_row or any(map(int.__gt__, numbers, numbers[1:])) or numbers[-1] > limits.MOST_ROWS:
            raise UnusualSheetError
        letters = {letters for letters, _ in cells} - self._letters
        self._letters |= letters
        self.columns = max([self.columns, *(column_index(name.decode()) + 1 for name in letters)])
        self.last_row = numbers[-1]
        self.cells += len(cells)
        shared = xml.count(b' t="s"')
        if shared * self._longest > limits.MOST_COPIED_BYTES >> 6:
            self.copied += sum(
                self._lengths[int(index)] for index in _SHARED.findall(xml) if int(index) < len(self._lengths)
            )
        else:
            self.copied += shared * self._longest


def _whole_rows(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Cut the XML of a sheet where a row begins: what stands before the rows; then whole rows, many at a time."""
    rest, in_rows = b"", False
    for piece in pieces:
        rest += piece
        if not in_rows and (at := rest.find(b"<sheetData")) >= 0:
            yield rest[:at]
            in_rows, rest = True, rest[at:]
        at = rest.rfind(b"<row") if in_rows else -1
        if at > 0:
            yield rest[:at]
            rest = rest[at:]
        elif len(rest) > limits.LONGEST_ROW_BYTES:
            raise UnusualSheetError
    if not in_rows:
        raise UnusualSheetError
    yield rest


def _shared_lengths(book: ExcelWorkbook) -> list[int]:
    """Return how many bytes each of the texts has that the sheets share."""
    lengths: list[int] = []
    said = size = 0
    rest = b""
    for piece in book.package.chunks(book.strings_part, str(book.path)) if book.strings_part else ():
        said = said if size else max([0, *(int(count[:12]) for count in _COUNT.findall(piece[:4096]))])
        size += len(piece)
        *texts, rest = (rest + piece).split(b"</si>")
        lengths += map(len, texts)
        if max([len(rest), *lengths[-len(texts) :]]) > limits.LONGEST_ROW_BYTES:
            raise UnusualSheetError
    if said * _SHORTEST_TEXT > size:
        # calamine takes memory for as many as the part claims
        raise UnusualSheetError
    return lengths


def _calamine_rows(book: ExcelWorkbook, name: str) -> Iterator[tuple[int, Sequence[object]]]:
    """Yield the rows with their numbers."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        cells = CalamineWorkbook.from_path(book.path).get_sheet_by_name(name)
        values: Sequence[Sequence[object]] = cells.to_python()
    except (CalamineError, OverflowError, ValueError, OSError):
        # such as a phone number in a cell that is formatted as hours, for which Python has no duration
        raise UnusualSheetError from None
    except BaseException as trouble:
        # a panic in Rust, on a damaged file, is no Exception, and its class cannot be imported
        if type(trouble).__name__ != "PanicException":
            raise
        raise UnusualSheetError from None
    if cells.start is None:
        return
    row, column = cells.start
    # blank columns before the first cell are not given
    missing: list[object] = [""] * column
    for number, line in enumerate(values, row + 1):
        yield number, [*missing, *line] if missing else line
