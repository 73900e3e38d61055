"""Excel workbooks (.xlsx, .xlsm): python-calamine where it reads rightly, cell by cell where it would not."""

import re
import zipfile
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

from importer.reading.quick_cells import CalamineGaveUp, quick_reader
from importer.reading.rows import ReadSheet, RowCollector
from importer.reading.unpack import open_package, part_chunks
from importer.reading.workbook_cells import read_cells
from importer.reading.workbook_parts import WorkbookParts, workbook_parts
from importer.reading.workbook_reach import dense_rows
from importer.reading.workbook_scan import scan_sheet
from importer.reading.workbook_text import shared_strings

_COUNT: Final = re.compile(rb"uniqueCount\s*=\s*[\"']([0-9]+)")
_SHORTEST_STRING: Final = len("<si/>")
_FRAME: Final = frozenset(("_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"))
"""The parts that calamine looks at beside a sheet and the shared texts, in small letters."""
_STRINGS: Final = "xl/sharedStrings.xml"
"""Where calamine looks for the shared texts, whatever the workbook says."""


class ExcelWorkbook:
    """An open Excel workbook.

    Args:
        path: the file.
        max_unpacked_bytes: the most that it may unpack to.
        meanwhile: called when a sheet begins to be read, which leaves the interpreter to others.

    Raises:
        SheetError: it is damaged, or unpacks to more.
    """

    def __init__(self, path: Path, max_unpacked_bytes: int, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._meanwhile = meanwhile
        self._package: Final[zipfile.ZipFile] = open_package(path, max_unpacked_bytes)
        try:
            self._parts: Final[WorkbookParts] = workbook_parts(self._package, path)
        except BaseException:
            self._package.close()
            raise

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets that have cells, in their order."""
        return tuple(sheet.name for sheet in self._parts.sheets)

    @property
    def facts(self) -> tuple[str, ...]:
        """What there is to say of the workbook as a whole."""
        return ()

    def read(self, name: str) -> ReadSheet:
        """Read the sheet of that name.

        Raises:
            SheetError: it is damaged or too big.
        """
        place = f"{self._path}: sheet '{name}'"
        part = next(sheet.part for sheet in self._parts.sheets if sheet.name == name)

        def xml() -> Iterator[bytes]:
            return part_chunks(self._package, part, place)

        # unpacking leaves the interpreter to others, and so does calamine
        self._meanwhile()
        try:
            if self._strings_are_as_many_as_they_say():
                return self._read_quickly(name, place, part, dense_rows(xml))
        except CalamineGaveUp:
            pass
        return read_cells(xml(), place, name, self._parts, self._strings)

    def close(self) -> None:
        """Let go of the file."""
        self._package.close()

    @cached_property
    def _strings(self) -> list[str]:
        part, place = self._parts.strings, str(self._path)
        return shared_strings(part_chunks(self._package, part, place), place) if part else []

    @cached_property
    def _strings_part(self) -> str:
        """The part of shared texts, where the workbook says that it is, or else where it usually is."""
        usual = (name for name in self._package.namelist() if name.lower() == _STRINGS.lower())
        return self._parts.strings or next(usual, "")

    def _strings_are_as_many_as_they_say(self) -> bool:
        """Unpack the shared texts once: calamine takes memory for as many as the part says, before it has seen one."""
        if not self._strings_part:
            return True
        said = size = 0
        for piece in part_chunks(self._package, self._strings_part, str(self._path)):
            if not size:
                said = max([0, *map(int, _COUNT.findall(piece[:4096]))])
            size += len(piece)
        return said * _SHORTEST_STRING <= size

    @cached_property
    def _frame(self) -> dict[str, bytes]:
        """The content of the parts that calamine looks at beside a sheet, by their names."""
        places = {name: name for name in self._package.namelist() if name.lower() in _FRAME}
        if self._strings_part:
            # these have been looked at, and no others
            places[_STRINGS] = self._strings_part
        return {name: b"".join(part_chunks(self._package, part, str(self._path))) for name, part in places.items()}

    def _read_quickly(self, name: str, place: str, part: str, rows_xml: Iterator[bytes]) -> ReadSheet:
        """Let calamine read, and look meanwhile whether it reads rightly.

        Raises:
            CalamineGaveUp: it does not, or gives up itself.
        """
        adding = [number for number, shape in enumerate(self._parts.formats) if shape.adding]
        rows = RowCollector(place)
        with quick_reader(self._frame, name, part, rows) as quick:
            scan = scan_sheet(quick.passing(rows_xml), adding, uncalculated=self._parts.uncalculated)
            if not scan.usual:
                raise CalamineGaveUp
            merged = quick.finish()
        return rows.finish(name, merged=merged, hidden_rows=scan.hidden_rows, hidden_columns=scan.hidden_columns)
