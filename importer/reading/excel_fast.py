"""python-calamine, which reads an .xlsx five times as fast as anything else in Python, where it tells the truth.

It shows an error cell (#REF!) and a formula without a result as a blank cell, does not say what is hidden, and knows
no number formats. It takes memory for every cell between the first and the last, and for as many shared texts as the
workbook claims to have, and ends the whole process where there is not enough. So it is given only sheets whose rows
look as Excel, LibreOffice and the usual libraries write them; others are left to the reader that looks at every cell.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from importer.reading import limits
from importer.reading.cell_text import text_of
from importer.reading.sheet_rows import MergedCells, RowCollector, SheetRows, column_index

if TYPE_CHECKING:
    from importer.reading.excel import ExcelWorkbook

_VALUE: Final = rb"(?:<v>[^<]++</v>|<is><t(?: xml:space=\"preserve\")?>[^<]*+</t></is>)"
_RESULT: Final = rb"<f(?: [^<>]*+)?>(?:[^<]*+</f>)?<v>\s*+[^<]++</v>"
_ROWS: Final = re.compile(
    rb'(?:<row r="([0-9]{1,7})"(?: (?!hidden=)[A-Za-z:.0-9]++="[^"<>]*+")*+(?:/>|>'
    rb'(?:<c r="[A-Z]{1,3}\1"(?: s="[0-9]++"| t="(?:n|s|b|str|inlineStr)")*+(?:/>|>(?:'
    + _VALUE
    + rb"|"
    + _RESULT
    + rb")?+</c>))*+"
    rb"</row>))*+"
)
_ROW: Final = re.compile(rb'<row r="([0-9]+)')
_CELL: Final = re.compile(rb'<c r="([A-Z]+)')
_MERGED: Final = re.compile(rb'<mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')
_COUNT: Final = re.compile(rb"uniqueCount\s*=\s*[\"']([0-9]+)")
_FRAME: Final = ("xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels")
_WORKBOOK, _STRINGS, _SHORTEST_TEXT = "xl/workbook.xml", "xl/sharedstrings.xml", len("<si/>")


class UnusualSheetError(Exception):
    """The sheet is not one that calamine is known to read rightly."""


def read_excel_fast(book: "ExcelWorkbook", name: str) -> SheetRows:
    """Read a sheet by calamine."""
    place = f"{book.path}: sheet '{name}'"
    usual_places = book.part == _WORKBOOK and book.strings_part in ("", _STRINGS)
    as_it_is = all(
        info.filename.lower() == part and (info.file_size <= limits.MOST_PART_BYTES or part not in _FRAME)
        for part, info in book.package.parts.items()
    )
    if not usual_places or not as_it_is or (not book.strings_part and _STRINGS in book.package.parts):
        raise UnusualSheetError
    rows = RowCollector(place)
    for area in _merged_in_usual_sheet(book, book.package.chunks(book.sheets[name], place)):
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


def _merged_in_usual_sheet(book: "ExcelWorkbook", pieces: Iterator[bytes]) -> list[MergedCells]:
    """Look through the XML of a sheet; return its merged areas of several rows."""
    look = _Look(book)
    head, xml = b"", b""
    for piece in pieces:
        xml += piece
        if not head:
            head, rows, xml = xml.partition(b"<sheetData>")
            head, xml = (head, xml) if rows else (b"", head)
        at = xml.rfind(b"<row ") if head else 0
        if at > 0:
            look.at_rows(xml[:at])
            xml = xml[at:]
        if len(xml) > limits.LONGEST_ROW_BYTES:
            raise UnusualSheetError
    last_row, end, tail = xml.partition(b"</sheetData>")
    _, worksheet, behind = head.partition(b"<worksheet")
    odd = b"<!" in head or b"<!" in tail or b" hidden=" in head or b"='" in behind
    merged = _MERGED.findall(tail)
    if not worksheet or not end or odd or len(merged) != tail.count(b"<mergeCell") - tail.count(b"<mergeCells"):
        raise UnusualSheetError
    look.at_rows(last_row)
    if look.last_row * look.columns > max(limits.FEW_CELLS, limits.SPARSE * look.cells):
        raise UnusualSheetError
    return [
        MergedCells(column_index(column.decode()), int(first), int(last))
        for column, first, last in merged
        if int(last) > int(first)
    ]


class _Look:
    """Looks through the rows of a sheet."""

    def __init__(self, book: "ExcelWorkbook") -> None:
        changing = b"|".join(b"%d" % style for style, shape in enumerate(book.formats) if not shape.plain)
        self._changing = re.compile(rb'<c r="[A-Z0-9]+"(?: t="[A-Za-z]+")* s="(?:%s)"' % changing) if changing else None
        self._uncalculated = book.uncalculated
        self._longest = _longest_shared_text(book)
        self._shared = self.last_row = self.columns = self.cells = 0
        self._letters: set[bytes] = set()

    def at_rows(self, xml: bytes) -> None:
        usual = _ROWS.fullmatch(xml)
        if not usual or (self._changing and self._changing.search(xml)) or (self._uncalculated and b"<f" in xml):
            raise UnusualSheetError
        # calamine believes that the last cell stands in the last row
        for number in map(int, _ROW.findall(xml)):
            if not self.last_row < number <= limits.MOST_ROWS:
                raise UnusualSheetError
            self.last_row = number
        columns = _CELL.findall(xml)
        letters = {*columns} - self._letters
        self._letters |= letters
        self.columns = max([self.columns, *(column_index(name.decode()) + 1 for name in letters)])
        self.cells += len(columns)
        self._shared += xml.count(b' t="s"')
        if self.cells > limits.MOST_CELLS or self._shared * self._longest > limits.MOST_COPIED_BYTES:
            raise UnusualSheetError


def _longest_shared_text(book: "ExcelWorkbook") -> int:
    """Return how many bytes the longest text has that the sheets share."""
    longest = said = size = 0
    rest = b""
    for piece in book.package.chunks(book.strings_part, str(book.path)) if book.strings_part else ():
        if not size:
            said = max([0, *(int(count[:12]) for count in _COUNT.findall(piece[:4096]))])
        size += len(piece)
        *texts, rest = (rest + piece).split(b"</si>")
        longest = max([longest, len(rest), *map(len, texts)])
        if longest > limits.LONGEST_ROW_BYTES:
            raise UnusualSheetError
    if said * _SHORTEST_TEXT > size:
        # calamine takes memory for as many as the part claims
        raise UnusualSheetError
    return longest


def _calamine_rows(book: "ExcelWorkbook", name: str) -> Iterator[tuple[int, Sequence[object]]]:
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
