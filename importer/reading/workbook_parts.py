"""What an Excel workbook says about itself: the names of its sheets, where they are, and the formats of their cells."""

import posixpath
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.errors import SheetError
from importer.reading.number_format import adding_format
from importer.reading.unpack import DAMAGED, part_chunks
from importer.reading.xml_events import Attributes, elements

_TRUE: Final = ("1", "true", "on")
_BUILT_IN_DATES: Final = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Numbers of formats that every Excel has and no file spells out, those of dates and times."""

_BUILT_IN_ELAPSED: Final = 46


@dataclass(frozen=True, slots=True)
class CellFormat:
    """What a cell's number format makes of a number: a date, a duration, or digits that the number has not."""

    date: bool = False
    elapsed: bool = False
    adding: Callable[[int], str | None] | None = None


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet with cells: its name, the part of the archive that holds it, and whether it is hidden."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class WorkbookParts:
    """What a workbook says about itself.

    Attributes:
        sheets: the sheets that have cells, in their order.
        strings: the part that holds the texts of all sheets; empty if there is none.
        formats: for each number that a cell may name as its style, what the number format makes of it.
        from_1904: whether days are counted from 1904, as Excel for the Mac once did.
        uncalculated: whether the program that wrote it left the calculating to Excel, and so zeros for results.
    """

    sheets: tuple[SheetPart, ...]
    strings: str
    formats: tuple[CellFormat, ...]
    from_1904: bool
    uncalculated: bool


def workbook_parts(package: zipfile.ZipFile, path: Path) -> WorkbookParts:
    """Read what a workbook says about itself.

    Args:
        package: the open workbook.
        path: the file, as an error names it.

    Raises:
        SheetError: it is damaged.
    """
    place = str(path)
    # names in the archive count without regard to case
    by_name = {name.lower(): name for name in package.namelist()}

    def read(name: str) -> list[tuple[str, Attributes]]:
        return elements(part_chunks(package, by_name.get(name, name), place), place)

    targets: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for name, attributes in read("xl/_rels/workbook.xml.rels"):
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
            key = attributes.get("Id", "")
            targets[key] = by_name.get(target.lower(), "")
            kinds[key] = posixpath.basename(attributes.get("Type", ""))
    sheets: list[SheetPart] = []
    from_1904 = uncalculated = False
    for name, attributes in read("xl/workbook.xml"):
        if name == "sheet":
            key = next((value for attribute, value in attributes.items() if attribute.endswith(":id")), "")
            if kinds.get(key) == "worksheet":
                hidden = attributes.get("state", "visible") != "visible"
                sheets.append(SheetPart(attributes.get("name", ""), targets[key], hidden))
        elif name == "workbookPr":
            from_1904 = attributes.get("date1904") in _TRUE
        elif name == "calcPr":
            uncalculated = attributes.get("fullCalcOnLoad") in _TRUE
    if not all(sheet.part for sheet in sheets):
        raise SheetError(f"{place}: {DAMAGED}")
    part = {kind: targets[key] for key, kind in kinds.items()}
    styles = part.get("styles", "")
    formats = _formats(read(styles)) if styles else ()
    return WorkbookParts(tuple(sheets), part.get("sharedStrings", ""), formats, from_1904, uncalculated)


def _formats(styles: list[tuple[str, Attributes]]) -> tuple[CellFormat, ...]:
    codes: dict[int, str] = {}
    found: list[CellFormat] = []
    in_cell_formats = False
    for name, attributes in styles:
        if name == "numFmt":
            codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            in_cell_formats = name == "cellXfs"
        elif name == "xf" and in_cell_formats:
            number = _whole(attributes.get("numFmtId"))
            found.append(cell_format(number, codes.get(number)))
    return tuple(found)


def cell_format(number: int, code: str | None) -> CellFormat:
    """Return what a number format makes of a number.

    Args:
        number: the format's number in the workbook.
        code: the format as the workbook spells it out; None where it does not.
    """
    if code is None:
        return CellFormat(number in _BUILT_IN_DATES, number == _BUILT_IN_ELAPSED)
    adding = adding_format(code)
    if adding or not set(code.lower()).intersection("dmyhs"):
        return CellFormat(adding=adding)
    # openpyxl is slow to import, and few workbooks bring date formats of their own
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format

    return CellFormat(is_date_format(code), is_timedelta_format(code))


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else -1
