"""Excel 97-2003 workbooks (.xls)."""

import struct
from pathlib import Path

from importer.errors import SheetTrouble
from importer.sheet.biff import BiffWorkbook
from importer.sheet.biff_cells import read_biff_sheet
from importer.sheet.compound_file import CompoundFile
from importer.sheet.kind import open_file
from importer.sheet.rows import ReadSheet
from importer.sheet.unpack import DAMAGED


class LegacyWorkbook:
    """An open .xls workbook.

    Args:
        path: the file.

    Raises:
        SheetTrouble: it is damaged or encrypted.
    """

    facts: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        self._path = path
        with open_file(path) as stream:
            container = CompoundFile(stream.read(), str(path))
        name = "Workbook" if "Workbook" in container.names else "Book"
        try:
            self._workbook = BiffWorkbook(container.stream(name))
        except (struct.error, IndexError):
            raise SheetTrouble(f"{path}: {DAMAGED}") from None
        if self._workbook.encrypted:
            raise SheetTrouble(
                f"{path}: is encrypted with a password; open it in Excel, remove the password and save it as .xlsx"
            )

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets that have cells, in their order."""
        return tuple(sheet.name for sheet in self._workbook.sheets)

    def read(self, name: str) -> ReadSheet:
        """Read the sheet of that name.

        Raises:
            SheetTrouble: it is damaged.
        """
        place = f"{self._path}: sheet '{name}'"
        sheet = next(sheet for sheet in self._workbook.sheets if sheet.name == name)
        try:
            return read_biff_sheet(self._workbook, sheet, place)
        except (struct.error, IndexError):
            raise SheetTrouble(f"{place}: {DAMAGED}") from None

    def close(self) -> None:
        """Do nothing: the file was let go of when it had been read."""
