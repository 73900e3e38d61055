"""OpenDocument spreadsheets (.ods), read cell by cell with lxml.

python-calamine reads them too, but shows an error and a formula without a result as a blank cell, and does not say
what is hidden or merged. In an .ods a cell carries both its value and the text that is shown, so nothing has to be
worked out from number formats.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading import limits
from importer.reading.cell_text import CellText, literal_value, number_text
from importer.reading.package import DAMAGED, Package, local_name
from importer.reading.sheet_rows import Book, MergedCells, RowCollector, SheetRows

if TYPE_CHECKING:
    from lxml.etree import _Element

_NAMESPACE: Final = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE, _TEXT = (_NAMESPACE % name for name in ("table", "office", "text"))
_OWN_KIND: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_DURATION: Final = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_DECIMALS: Final = re.compile(r"[.,]0+(?=%?$)")
_DECORATED: Final = re.compile(r"[0-9+() -]+")
_ONLY_DIGITS: Final = re.compile(r"[0-9+()., \u00a0\u202f'#%-]+")
_NOT_COUNTED: Final = re.compile(r"[^0-9+]")
_IN_TEXT: Final = frozenset(("p", "h", "span", "a", "s", "tab", "line-break", "list", "list-item", "ruby", "ruby-base"))
_HIDDEN: Final = ("collapse", "filter")
_CELLS: Final = ("table-cell", "covered-table-cell")


def read_opendocument(path: Path, package: Package) -> Book:
    """Read all sheets, in their order."""
    place = str(path)
    if any(local_name(element) == "encryption-data" for element in package.small_part("meta-inf/manifest.xml")):
        raise SheetError(f"{path}: is encrypted with a password; open it and save it without the password")
    sheets: dict[str, SheetRows] = {}
    reader: _TableReader | None = None
    depth = 0
    for event, name, element in package.elements("content.xml", place, ("table", "table-row", "table-column", "style")):
        if event == "start":
            depth += name == "table"
            if name == "table" and depth == 1:
                reader = _TableReader(element.get(_TABLE + "name", ""), place)
        elif depth == 1 and reader:
            # drawings over the sheet, and in its cells, may hold tables of their own
            if name == "table-row":
                reader.row(element)
            elif name == "table-column":
                reader.column(element)
            elif name == "table":
                if reader.name in sheets or len(sheets) == limits.MOST_SHEETS:
                    many = f"has more than {limits.MOST_SHEETS} sheets; copy the list alone into a new file"
                    raise SheetError(f"{path}: {DAMAGED if reader.name in sheets else many}")
                sheets[reader.name] = reader.rows.finish(reader.name)
        depth -= event == "end" and name == "table"
    return Book(tuple(sheets), sheets.__getitem__)


class _TableReader:
    """Takes the elements of one sheet."""

    def __init__(self, name: str, place: str) -> None:
        self.name = name
        self.rows = RowCollector(f"{place}: sheet '{name}'")
        self._number = self._columns_seen = 0

    def row(self, element: "_Element") -> None:
        texts: list[str] = []
        flaws: dict[int, CellFlaw] = {}
        column = 0
        for cell in element:
            if local_name(cell) not in _CELLS:
                continue
            repeats = _whole(cell.get(_TABLE + "number-columns-repeated"))
            text, flaw = self._value(cell)
            if text:
                last = min(column + repeats, limits.MOST_COLUMNS)
                texts += [""] * (column - len(texts)) + [text] * (last - column)
                flaws |= dict.fromkeys(range(column, last), flaw) if flaw else {}
                spanned = _whole(cell.get(_TABLE + "number-rows-spanned"))
                if spanned > 1:
                    self.rows.merge(MergedCells(column, self._number + 1, self._number + spanned))
            column += repeats
        first = self._number + 1
        self._number += _whole(element.get(_TABLE + "number-rows-repeated"))
        for number in range(first, self._number + 1) if texts else ():
            self.rows.bound(number, number, limits.MOST_ROWS, "rows")
            self.rows.add(number, texts, flaws)
            if element.get(_TABLE + "visibility") in _HIDDEN:
                self.rows.hidden_rows.add(number)

    def column(self, element: "_Element") -> None:
        repeats = _whole(element.get(_TABLE + "number-columns-repeated"))
        # a hidden rest of the sheet reaches to the last column and holds nothing
        if element.get(_TABLE + "visibility") in _HIDDEN and self._columns_seen + repeats < limits.MOST_COLUMNS:
            self.rows.hidden_columns.update(range(self._columns_seen, self._columns_seen + repeats))
        self._columns_seen += repeats

    def _value(self, element: "_Element") -> CellText:
        kind, formula = element.get(_OFFICE + "value-type"), element.get(_TABLE + "formula")
        shown = _shown_text(element)
        if element.get(_OWN_KIND) == "error" or (formula and shown.startswith(("#", "Err:"))):
            return shown or "#ERROR", CellFlaw.ERROR_VALUE
        if kind == "string":
            return element.get(_OFFICE + "string-value", shown), None
        if kind in ("float", "percentage", "currency"):
            return self._number_text(element.get(_OFFICE + "value", ""), shown)
        if kind == "boolean":
            return "TRUE" if element.get(_OFFICE + "boolean-value") == "true" else "FALSE", None
        if kind == "date":
            date = element.get(_OFFICE + "date-value", shown)
            return date.removesuffix("T00:00:00").replace("T", " "), CellFlaw.DATE
        if kind == "time":
            time = element.get(_OFFICE + "time-value", "")
            duration = _DURATION.fullmatch(time)
            return ":".join(duration.groups()) if duration else time or shown, CellFlaw.DATE
        if kind is None and formula and not shown:
            # of:=[.A1]+1
            formula = formula[formula.find("=") :]
            literal = literal_value(formula)
            return (formula, CellFlaw.FORMULA_WITHOUT_VALUE) if literal is None else (literal, None)
        return shown, None

    def _number_text(self, value: str, shown: str) -> CellText:
        try:
            text, flaw = number_text(float(value))
        except ValueError:
            return shown, None
        counted = _NOT_COUNTED.sub("", shown)
        without_decimals = _NOT_COUNTED.sub("", _DECIMALS.sub("", shown))
        if flaw or text in (shown, counted, without_decimals) or not text.isdecimal() or not shown:
            return text, flaw
        if counted.endswith(text) and _DECORATED.fullmatch(shown):
            # the format shows zeros or a plus before the number
            self.rows.shown_otherwise += 1
            return shown.strip(), None
        # 1.73E+10 only shortens; other digits than the number's are not to be passed over
        other = without_decimals.endswith(text) or _ONLY_DIGITS.fullmatch(shown)
        return text, CellFlaw.SHOWN_OTHERWISE if other else None


def _shown_text(element: "_Element") -> str:
    """Return the text that a cell shows, without comments, drawings, and how a text is pronounced."""
    if len(element) == 0:
        return ""
    pieces: list[str] = []
    for child in element:
        if local_name(child) in ("p", "h", "list"):
            if pieces:
                pieces.append("\n")
            _take_text(child, pieces)
    return "".join(pieces)


def _take_text(element: "_Element", pieces: list[str]) -> None:
    pieces.append(element.text or "")
    for child in element:
        name = local_name(child)
        if name == "s":
            # a few bytes of XML must not become gigabytes of blanks
            room = limits.LONGEST_CELL + 1 - sum(map(len, pieces))
            pieces.append(" " * min(_whole(child.get(_TEXT + "c")), max(room, 0)))
        elif name in ("tab", "line-break"):
            pieces.append("\t" if name == "tab" else "\n")
        elif name in _IN_TEXT:
            _take_text(child, pieces)
        pieces.append(child.tail or "")


def _whole(text: str | None) -> int:
    """Return how often something is repeated; more digits than any sheet has rows are as good as the most."""
    return max(1, int(text[:9])) if text and text.isdecimal() else 1
