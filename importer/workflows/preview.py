"""What stands in a file that the check cannot take as it is: its sheets, and what is most likely their header."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.errors import SheetError
from importer.reading.book import open_book
from importer.workflows.options import ImportOptions

_ROWS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """One sheet.

    Attributes:
        name: its name; empty for a text file.
        count: how many of its rows are not blank, the header included.
        header: the fullest of its first rows.
        rows: the first rows below it.
    """

    name: str
    count: int
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class FilePreview:
    """The sheets of a file that have anything in them, in their order."""

    sheets: tuple[SheetPreview, ...]


def preview_file(path: Path, options: ImportOptions | None = None) -> FilePreview:
    """Look into a file, for a person who is to say which sheet and which column it is.

    Args:
        path: the file.
        options: the sheet that was chosen, and how a text file is read.

    Raises:
        SheetError: nothing can be read in it, or all of it is blank.
    """
    chosen = (options or ImportOptions()).read_options()
    with open_book(path, chosen) as book:
        names = [name for name in book.sheets if chosen.sheet in (None, name)]
        found = tuple(_preview(name, tuple(row.texts for row in book.read(name).rows)) for name in names)
    sheets = tuple(sheet for sheet in found if sheet.count)
    if not sheets:
        raise SheetError(f"{path}: is empty: no cell of it is filled; get or save the list again")
    return FilePreview(sheets)


def _preview(name: str, rows: tuple[tuple[str, ...], ...]) -> SheetPreview:
    if not rows:
        return SheetPreview(name, 0, (), ())
    first = rows[:_ROWS_SHOWN]
    place = max(range(len(first)), key=lambda index: (sum(map(bool, first[index])), -index))
    return SheetPreview(name, len(rows), first[place], first[place + 1 :])
