"""All rows of one sheet as text, the seam between ``previous`` and the reading of files."""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from importer.errors import SheetTrouble
from importer.model import CellFlaw


@dataclass(frozen=True, slots=True)
class SheetText:
    """A sheet as text.

    Attributes:
        path: the file.
        sha256: the hexadecimal SHA-256 of its bytes.
        lines: for each row that is not blank its number in the sheet and its texts.
        flaws: ``(place among the lines, index of the column)`` -> why that cell's text is not to be trusted.
    """

    path: Path
    sha256: str
    lines: tuple[tuple[int, tuple[str, ...]], ...]
    flaws: Mapping[tuple[int, int], CellFlaw]

    def facts(self, sheet: str) -> tuple[tuple[str, str], ...]:
        """Return the first two texts of every line of another sheet; nothing where there is none."""
        import python_calamine

        try:
            book = python_calamine.CalamineWorkbook.from_path(str(self.path))
        except python_calamine.CalamineError:
            return ()
        if sheet not in book.sheet_names:
            return ()
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        return tuple((str(row[0]), str(row[1])) for row in rows if len(row) > 1)


def read_sheet_text(path: Path, sheet: str) -> SheetText:
    """Temporary."""
    import python_calamine

    data = path.read_bytes()
    if data[:2] == b"PK":
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        if sheet not in book.sheet_names:
            raise SheetTrouble(f"{path}: has no sheet {sheet}")
        rows = [
            tuple(str(int(c)) if isinstance(c, float) else str(c) for c in row)
            for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        ]
    else:
        rows = [tuple(row) for row in csv.reader(data.decode("utf-8-sig").splitlines())]
    return SheetText(path, hashlib.sha256(data).hexdigest(), tuple(enumerate(rows, 1)), {})
