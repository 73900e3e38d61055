"""Excel 97-2003 workbooks (.xls)."""

import struct
from pathlib import Path

from importer.errors import SheetError
from importer.reading.biff import BiffWorkbook
from importer.reading.biff_cells import read_biff_sheet
from importer.reading.compound_file import CompoundFile
from importer.reading.kind import open_file
from importer.reading.rows import ReadSheet
from importer.reading.unpack import DAMAGED


class LegacyWorkbook:
    """An open .xls workbook.

    Args:
        path: the file.

    Raises:
        SheetError: it is damaged or encrypted.
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
            raise SheetError(f"{path}: {DAMAGED}") from None
        if self._workbook.encrypted:
            raise SheetError(
                f"{path}: is encrypted with a password; open it in Excel, remove the password and save it as .xlsx"
            )

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets that have cells, in their order."""
        return tuple(sheet.name for sheet in self._workbook.sheets)

    def read(self, name: str) -> ReadSheet:
        """Read the sheet of that name.

        Raises:
            SheetError: it is damaged.
        """
        place = f"{self._path}: sheet '{name}'"
        sheet = next(sheet for sheet in self._workbook.sheets if sheet.name == name)
        try:
            return read_biff_sheet(self._workbook, sheet, place)
        except (struct.error, IndexError):
            raise SheetError(f"{place}: {DAMAGED}") from None

    def close(self) -> None:
        """Do nothing: the file was let go of when it had been read."""
