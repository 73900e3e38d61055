"""Excel 97-2003 workbooks (.xls): python-calamine for the cells, the records themselves for what it hides."""

import struct
from pathlib import Path

from importer.errors import SheetTrouble
from importer.sheet.biff import BiffWorkbook
from importer.sheet.compound_file import CompoundFile
from importer.sheet.kind import open_file
from importer.sheet.quick_cells import CalamineGaveUp, QuickWorkbook
from importer.sheet.rows import ReadSheet, RowCollector
from importer.sheet.unpack import DAMAGED


class LegacyWorkbook:
    """An open .xls workbook.

    Args:
        path: the file.

    Raises:
        SheetTrouble: it is damaged or encrypted.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with open_file(path) as stream:
            container = CompoundFile(stream.read(), str(path))
        name = "Workbook" if "Workbook" in container.names else "Book"
        try:
            self._records = BiffWorkbook(container.stream(name))
        except (struct.error, IndexError):
            raise SheetTrouble(f"{path}: {DAMAGED}") from None
        if self._records.encrypted:
            raise SheetTrouble(
                f"{path}: is encrypted with a password; open it in Excel, remove the password and save it as .xlsx"
            )
        self._quick: QuickWorkbook | None = None

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets that have cells, in their order."""
        return tuple(sheet.name for sheet in self._records.sheets)

    @property
    def facts(self) -> tuple[str, ...]:
        """What there is to say of the workbook as a whole."""
        return ()

    def read(self, name: str) -> ReadSheet:
        """Read the sheet of that name.

        Raises:
            SheetTrouble: it is damaged.
        """
        place = f"{self._path}: sheet '{name}'"
        sheet = next(sheet for sheet in self._records.sheets if sheet.name == name)
        rows = RowCollector(place)
        try:
            self._records.look_through(sheet)
            self._quick = self._quick or QuickWorkbook(self._path)
            merged = self._quick.read(name, rows, sheet.overrides)
        except (struct.error, IndexError):
            raise SheetTrouble(f"{place}: {DAMAGED}") from None
        except CalamineGaveUp as trouble:
            raise SheetTrouble(f"{place}: {trouble.advice}") from None
        return rows.finish(
            name,
            merged=merged,
            hidden_rows=sheet.hidden_rows,
            hidden_columns=sheet.hidden_columns,
            shown_otherwise=sheet.shown_otherwise,
        )

    def close(self) -> None:
        """Let go of the file."""
        if self._quick is not None:
            self._quick.close()
