"""Excel workbooks (.xlsx, .xlsm): python-calamine where it reads rightly, else cell by cell from the XML with lxml.

openpyxl would have to read a workbook twice, once for the formulas and once for their results, takes three times as
long for each, and says nothing of hidden rows and merged cells where it does not hold all of a sheet in memory.
"""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading import limits
from importer.reading.cell_text import CellText, NumberFormat, built_in_format, literal_value, number_format
from importer.reading.package import DAMAGED, Package, local_name
from importer.reading.sheet_rows import MergedCells, RowCollector, SheetRows, column_index

if TYPE_CHECKING:
    from lxml.etree import _Element

_TRUE: Final = ("1", "true", "on")
_MANY: Final = ("hyperlink", "conditionalFormatting", "dataValidation")
_GENERAL: Final = number_format("General")
_REF: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(slots=True)
class ExcelWorkbook:
    """An open Excel workbook: what it says about itself."""

    path: Path
    package: Package
    # xl/workbook.xml in the files of all but few programs
    part: str
    # the name of each sheet that has cells -> the part that holds it
    sheets: dict[str, str] = field(default_factory=dict)
    strings_part: str = ""
    # by the number that a cell names as its style
    formats: tuple[NumberFormat, ...] = ()
    from_1904: bool = False
    # the program that wrote it left the calculating to Excel, and zeros for results
    uncalculated: bool = False
    _strings: list[str] | None = None

    @property
    def strings(self) -> Sequence[str]:
        """The texts that its sheets share."""
        if self._strings is None:
            self._strings = []
            elements = self.package.elements(self.strings_part, str(self.path), ("si",)) if self.strings_part else ()
            self._strings += [_rich_text(element) for event, _, element in elements if event == "end"]
        return self._strings


def open_excel(path: Path, package: Package) -> ExcelWorkbook:
    """Read what an Excel workbook says about itself."""
    main = [target for kind, target in _related(package, "").values() if kind == "officeDocument"]
    book = ExcelWorkbook(path, package, next((part for part in main if part in package.parts), "xl/workbook.xml"))
    related = _related(package, book.part)
    for element in package.small_part(book.part):
        name = local_name(element)
        if name == "sheet":
            key = str(next((value for key, value in element.items() if str(key).endswith("}id")), ""))
            kind, target = related.get(key, ("", ""))
            title = element.get("name", "")
            if kind == "worksheet" and (target not in package.parts or title in book.sheets):
                raise SheetError(f"{path}: {DAMAGED}")
            if kind == "worksheet":
                book.sheets[title] = target
        elif name == "workbookPr":
            book.from_1904 = element.get("date1904") in _TRUE
        elif name == "calcPr":
            book.uncalculated = element.get("fullCalcOnLoad") in _TRUE
    parts = dict(related.values())
    book.strings_part = parts.get("sharedStrings", "")
    book.formats = tuple(_formats(package.small_part(parts.get("styles", ""))))
    return book


def read_excel_sheet(book: ExcelWorkbook, name: str) -> SheetRows:
    """Read a sheet cell by cell."""
    place = f"{book.path}: sheet '{name}'"
    rows = RowCollector(place)
    reader = _SheetReader(book, rows)
    at_end = {"row": reader.row, "col": reader.columns, "mergeCell": reader.merge}
    try:
        for event, local, element in book.package.elements(book.sheets[name], place, (*at_end, *_MANY)):
            if event == "end" and local in at_end:
                at_end[local](element)
    except (ValueError, OverflowError):
        # a row number that is none
        raise SheetError(f"{place}: {DAMAGED}") from None
    return rows.finish(name)


class _SheetReader:
    """Takes the elements of a sheet."""

    def __init__(self, book: ExcelWorkbook, rows: RowCollector) -> None:
        self._book = book
        self._rows = rows
        self._number = 0

    def row(self, element: "_Element") -> None:
        self._number = int(element.get("r", self._number + 1))
        if element.get("hidden") in _TRUE:
            self._rows.hidden_rows.add(self._number)
        texts: list[str] = []
        flaws: dict[int, CellFlaw] = {}
        column = -1
        for cell in element:
            ref = cell.get("r")
            column, number = _place(ref) if ref else (column + 1, self._number)
            text, flaw = self._value(cell) if len(cell) else ("", None)
            if not text:
                continue
            if number != self._number or column >= limits.MOST_COLUMNS:
                raise ValueError(ref)
            texts += [""] * (column + 1 - len(texts))
            texts[column] = text
            if flaw:
                flaws[column] = flaw
        if texts:
            self._rows.bound(self._number, self._number, limits.MOST_ROWS, "rows")
            self._rows.add(self._number, texts, flaws)

    def columns(self, element: "_Element") -> None:
        first, last = int(element.get("min", 1)), int(element.get("max", 1))
        # a hidden rest of the sheet reaches to the last column and holds nothing
        if element.get("hidden") in _TRUE and last < limits.MOST_COLUMNS:
            self._rows.hidden_columns.update(range(first - 1, last))

    def merge(self, element: "_Element") -> None:
        ends = [_place(ref) for ref in element.get("ref", "").split(":")]
        if len(ends) == 2 and ends[0][1] < ends[1][1]:
            self._rows.merge(MergedCells(*ends[0], ends[1][1]))

    def _value(self, element: "_Element") -> CellText:
        value, formula, has_value = "", None, False
        for child in element:
            name = local_name(child)
            if name == "v":
                value, has_value = child.text or "", True
            elif name == "is":
                value = _rich_text(child)
            elif name == "f":
                formula = child.text or "(a formula that other cells share)"
        kind = element.get("t", "n")
        if kind == "e":
            return value or "#ERROR", CellFlaw.ERROR_VALUE
        if formula is not None:
            untrue = self._book.uncalculated and kind == "n" and value.strip() == "0"
            if untrue or (not value and not (kind == "str" and has_value)):
                literal = literal_value(f"={formula}")
                return (f"={formula}", CellFlaw.FORMULA_WITHOUT_VALUE) if literal is None else (literal, None)
        if kind == "s":
            index, strings = int(value or -1), self._book.strings
            return (strings[index], None) if 0 <= index < len(strings) else ("#ERROR", CellFlaw.ERROR_VALUE)
        if kind == "b":
            return "TRUE" if value.strip() in _TRUE else "FALSE", None
        if kind == "d":
            return value.strip().removesuffix("T00:00:00").replace("T", " "), CellFlaw.DATE
        if kind in ("str", "inlineStr") or not value:
            return unescaped(value), None
        style = int(element.get("s", 0))
        shape = self._book.formats[style] if style < len(self._book.formats) else _GENERAL
        text, added = shape.text(float(value), from_1904=self._book.from_1904)
        self._rows.shown_otherwise += added
        return text


def unescaped(text: str) -> str:
    """Return a text of a workbook with ``_x000D_`` and the like turned into the characters that they stand for."""
    if "_x" not in text:
        return text
    turned = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    # halves of a pair are put together; a half alone is no character and stays as it was written
    try:
        return turned.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return text


def _rich_text(element: "_Element") -> str:
    """Return the text of its pieces, without how a Japanese text is pronounced."""
    pieces = (piece.text or "" for piece in element.iter("{*}t") if local_name(piece.getparent()) != "rPh")
    return unescaped("".join(pieces))


def _place(ref: str) -> tuple[int, int]:
    """Return the index of the column and the row number of a reference such as B7."""
    match = _REF.fullmatch(ref)
    if match is None:
        raise ValueError(ref)
    return column_index(match[1]), int(match[2])


def _related(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return the parts that a part names: key -> what it is, and its name."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}
    for element in package.small_part(f"{folder}/_rels/{name}.rels".lstrip("/")):
        if element.get("TargetMode") != "External" and local_name(element) == "Relationship":
            target = posixpath.join(f"/{folder}", element.get("Target", "").replace("\\", "/"))
            kind = posixpath.basename(element.get("Type", ""))
            found[element.get("Id", "")] = kind, posixpath.normpath(target).lstrip("/").lower()
    return found


def _formats(styles: Sequence["_Element"]) -> list[NumberFormat]:
    codes = {
        element.get("numFmtId"): element.get("formatCode", "") for element in styles if local_name(element) == "numFmt"
    }
    used = [
        element.get("numFmtId", "0")
        for element in styles
        if local_name(element) == "xf" and local_name(element.getparent()) == "cellXfs"
    ]
    return [
        number_format(codes[number] if number in codes else built_in_format(int(number) if number.isdecimal() else 0))
        for number in used
    ]
