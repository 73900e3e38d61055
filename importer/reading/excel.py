"""Excel workbooks (.xlsx, .xlsm): python-calamine where it reads rightly, else cell by cell from the XML with lxml.

openpyxl would have to read a workbook twice, once for the formulas and once for their results, takes three times as
long for each, and says nothing of hidden rows and merged cells where it does not hold all of a sheet in memory.
"""

import posixpath
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading import limits
from importer.reading.cell_text import CellText, NumberFormat, built_in_format, literal_value, number_format
from importer.reading.excel_fast import UnusualSheetError, read_excel_fast
from importer.reading.package import DAMAGED, Package, local_name
from importer.reading.sheet_rows import Book, MergedCells, RowCollector, SheetRows, column_index

if TYPE_CHECKING:
    from lxml.etree import _Element

_TRUE: Final = ("1", "true", "on")
_MANY: Final = ("hyperlink", "conditionalFormatting", "dataValidation")
_REF: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class ExcelWorkbook:
    """An open Excel workbook: what it says about itself."""

    path: Path
    package: Package
    # xl/workbook.xml in the files of all but few programs
    part: str
    # the name of each sheet that has cells -> the part that holds it
    sheets: dict[str, str]
    strings_part: str
    # by the number that a cell names as its style
    formats: tuple[NumberFormat, ...]
    from_1904: bool
    # the program that wrote it left the calculating to Excel, and zeros for results
    uncalculated: bool

    @cached_property
    def strings(self) -> list[str]:
        """The texts that its sheets share."""
        elements = self.package.elements(self.strings_part, str(self.path), ("si",)) if self.strings_part else ()
        return [_rich_text(element) for event, _, element in elements if event == "end"]

    def read(self, name: str) -> SheetRows:
        """Read one sheet."""
        with suppress(UnusualSheetError):
            return read_excel_fast(self, name)
        return read_excel_sheet(self, name)


def open_excel(path: Path, package: Package) -> Book:
    """Open a workbook."""
    main = [target for kind, target in _related(package, "").values() if kind == "officeDocument"]
    part = next((target for target in main if target in package.parts), "xl/workbook.xml")
    related = _related(package, part)
    elements = package.small_part(part)
    sheets: dict[str, str] = {}
    for element in elements:
        key = next((str(value) for key, value in element.items() if str(key).endswith("}id")), "")
        kind, target = related.get(key, ("", ""))
        if local_name(element) == "sheet" and kind == "worksheet":
            title = element.get("name", "")
            if target not in package.parts or title in sheets:
                raise SheetError(f"{path}: {DAMAGED}")
            sheets[title] = target
    if len(sheets) > limits.MOST_SHEETS:
        raise SheetError(
            f"{path}: has more than {limits.MOST_SHEETS} sheets; copy the one with the list into a new file"
        )
    settings = {
        (local_name(element), str(key)): value in _TRUE for element in elements for key, value in element.items()
    }
    parts = dict(related.values())
    book = ExcelWorkbook(
        path,
        package,
        part,
        sheets,
        strings_part=parts.get("sharedStrings", ""),
        formats=_formats(package, parts.get("styles", "")),
        from_1904=settings.get(("workbookPr", "date1904"), False),
        uncalculated=settings.get(("calcPr", "fullCalcOnLoad"), False),
    )
    return Book(tuple(sheets), book.read)


def read_excel_sheet(book: ExcelWorkbook, name: str) -> SheetRows:
    """Read a sheet cell by cell."""
    place = f"{book.path}: sheet '{name}'"
    rows = RowCollector(place)
    number = 0
    try:
        for event, kind, element in book.package.elements(
            book.sheets[name], place, ("row", "col", "mergeCell", *_MANY)
        ):
            if event == "end" and kind == "row":
                number = int(element.get("r", number + 1))
                _take_row(book, rows, element, number)
            elif event == "end" and kind == "col":
                first, last = int(element.get("min", 1)), int(element.get("max", 1))
                # a hidden rest of the sheet reaches to the last column and holds nothing
                if element.get("hidden") in _TRUE and last < limits.MOST_COLUMNS:
                    rows.hidden_columns.update(range(first - 1, last))
            elif event == "end" and kind == "mergeCell":
                ends = [_place(ref) for ref in element.get("ref", "").split(":")]
                if len(ends) == 2 and ends[0][1] < ends[1][1]:
                    rows.merge(MergedCells(*ends[0], ends[1][1]))
    except (ValueError, OverflowError):
        # a row number that is none
        raise SheetError(f"{place}: {DAMAGED}") from None
    return rows.finish(name)


def _take_row(book: ExcelWorkbook, rows: RowCollector, element: "_Element", row: int) -> None:
    if element.get("hidden") in _TRUE:
        rows.hidden_rows.add(row)
    texts: list[str] = []
    flaws: dict[int, CellFlaw] = {}
    column = -1
    for cell in element:
        ref = cell.get("r")
        column, number = _place(ref) if ref else (column + 1, row)
        text, flaw = _value(book, rows, cell) if len(cell) else ("", None)
        if not text:
            continue
        if number != row or column >= limits.MOST_COLUMNS:
            raise ValueError(ref)
        texts += [""] * (column + 1 - len(texts))
        texts[column] = text
        if flaw:
            flaws[column] = flaw
    if texts:
        rows.bound(row, row, limits.MOST_ROWS, "rows")
        rows.add(row, texts, flaws)


def _value(book: ExcelWorkbook, rows: RowCollector, element: "_Element") -> CellText:
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
        untrue = book.uncalculated and kind == "n" and value.strip() == "0"
        if untrue or (not value and not (kind == "str" and has_value)):
            literal = literal_value(f"={formula}")
            return (f"={formula}", CellFlaw.FORMULA_WITHOUT_VALUE) if literal is None else (literal, None)
    if kind == "s":
        index = int(value or -1)
        return (book.strings[index], None) if 0 <= index < len(book.strings) else ("#ERROR", CellFlaw.ERROR_VALUE)
    if kind == "b":
        return "TRUE" if value.strip() in _TRUE else "FALSE", None
    if kind == "d":
        return value.strip().removesuffix("T00:00:00").replace("T", " "), CellFlaw.DATE
    if kind in ("str", "inlineStr") or not value:
        return unescaped(value), None
    style = int(element.get("s", 0))
    shape = book.formats[style] if style < len(book.formats) else number_format("General")
    text, added = shape.text(float(value), from_1904=book.from_1904)
    rows.shown_otherwise += added
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


def _formats(package: Package, part: str) -> tuple[NumberFormat, ...]:
    styles = package.small_part(part)
    codes = {
        element.get("numFmtId"): element.get("formatCode", "") for element in styles if local_name(element) == "numFmt"
    }
    used = [
        element.get("numFmtId", "0")
        for element in styles
        if local_name(element) == "xf" and local_name(element.getparent()) == "cellXfs"
    ]
    return tuple(number_format(codes.get(number, built_in_format(number))) for number in used)
