"""What every reader of this package gives: the rows of one sheet as text, with the numbers that the person sees."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Final

from importer.errors import SheetError
from importer.model import CellFlaw

MOST_ROWS: Final = 1_048_576
"""The rows of an Excel sheet; a longer list is refused, as a text file too."""

MOST_COLUMNS: Final = 16_384
"""The columns of an Excel sheet."""

MOST_CELLS: Final = 50_000_000
"""Cells that are held at once: all rows with 47 columns. More comes from stray cells far to the right."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the person decides about reading, where the file alone does not.

    Attributes:
        sheet: the name of the sheet; None to choose the one with a DID column.
        encoding: the encoding of a text file; None to find it out.
        delimiter: what separates the cells of a text file; None to find it out.
        mapping: a header -> the server's name of the column that the person says it is.
        max_unpacked_bytes: the most that a workbook may unpack to, and the most that a text file may have.
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    mapping: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    max_unpacked_bytes: int = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that is not blank, header and title lines included.

    Attributes:
        number: the number that the person sees beside it; in a text file the line on which it begins.
        texts: its cells from the first column on, as long as the row is; a blank cell is ``""``.
        flaws: index of a cell -> why its text is not to be trusted.
    """

    number: int
    texts: tuple[str, ...]
    flaws: Mapping[int, CellFlaw] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class SheetRows:
    """One sheet, row by row.

    Attributes:
        sheet: its name; empty for a text file.
        rows: the rows that are not blank, in their order.
        blank_rows: how many blank rows stand before the last of them.
        facts: what was found while reading, each one sentence for the person.
    """

    sheet: str
    rows: tuple[SheetRow, ...]
    blank_rows: int = 0
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """Everything that stands in one sheet, in the shape that takes least time and memory.

    Attributes:
        sheet: the sheet's name; empty for a text file.
        numbers: for each row that is not blank, the number that the person sees beside it; in a text file the line
            on which it begins.
        rows: for each of them its cells from the first column on, as long as the row is; a blank cell is ``""``.
        flaws: ``(index of the row, index of the column)`` -> why that cell's text is not to be trusted.
        blank_rows: how many blank rows stand before the last of them.
        facts: what was found while reading, each one sentence for the person.
    """

    sheet: str
    numbers: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    flaws: Mapping[tuple[int, int], CellFlaw]
    blank_rows: int = 0
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MergedCells:
    """A merged area that spans several rows: its first column and its first and last row number."""

    column: int
    first_row: int
    last_row: int

    def __str__(self) -> str:
        letters = column_letters(self.column)
        return f"{letters}{self.first_row}:{letters}{self.last_row}"


@cache
def column_letters(index: int) -> str:
    """Return what Excel calls the column with this index: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class RowCollector:
    """Takes the rows of a sheet one by one, leaves out the blank ones and keeps the limits.

    Args:
        place: file and sheet, as an error names them.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._numbers: list[int] = []
        self._rows: list[tuple[str, ...]] = []
        self._flaws: dict[tuple[int, int], CellFlaw] = {}
        self._cells = 0

    def add(self, number: int, texts: tuple[str, ...], flaws: Mapping[int, CellFlaw] | None = None) -> None:
        """Take one row, blank or not.

        Args:
            number: its row number.
            texts: its cells.
            flaws: index of a cell -> why its text is not to be trusted.

        Raises:
            SheetError: the sheet has more rows or cells than can be read.
        """
        if not any(texts):
            return
        self._cells += len(texts)
        if len(self._rows) >= MOST_ROWS or self._cells > MOST_CELLS:
            raise too_long(self._place, number, cells=self._cells > MOST_CELLS)
        if flaws:
            self._flaws |= {(len(self._rows), column): flaw for column, flaw in flaws.items()}
        self._numbers.append(number)
        self._rows.append(texts)

    def add_all(self, first: int, rows: Sequence[tuple[str, ...]], flaws: Mapping[int, Mapping[int, CellFlaw]]) -> None:
        """Take rows that follow each other, the first of them with this number; flaws by their place among them.

        Raises:
            SheetError: the sheet has more rows or cells than can be read.
        """
        cells = sum(map(len, rows))
        some_blank = not all(map(any, rows))
        if flaws or some_blank or len(self._rows) + len(rows) > MOST_ROWS or self._cells + cells > MOST_CELLS:
            for place, texts in enumerate(rows):
                self.add(first + place, texts, flaws.get(place))
            return
        self._cells += cells
        self._numbers += range(first, first + len(rows))
        self._rows += rows

    def finish(
        self,
        sheet: str,
        *,
        merged: Iterable[MergedCells] = (),
        hidden_rows: Iterable[int] = (),
        hidden_columns: Iterable[int] = (),
        shown_otherwise: int = 0,
        blank_rows: int | None = None,
    ) -> ReadSheet:
        """Close the sheet.

        Args:
            sheet: its name.
            merged: merged areas that span rows; their value stands for each of the rows.
            hidden_rows: the numbers of rows that are hidden or filtered out.
            hidden_columns: the indexes of columns that are hidden.
            shown_otherwise: how many numbers were read as their number format shows them.
            blank_rows: how many rows were blank; None to tell from the row numbers.

        Returns:
            The sheet, with a sentence for each of these that matters.
        """
        facts: list[str] = []
        filled = [str(area) for area in merged if self._fill(area)]
        if filled:
            facts.append(f"merged cells: the value stands for every row that they span ({some_of(filled)})")
        hidden = sorted(set(self._numbers).intersection(hidden_rows)) if hidden_rows else []
        if hidden:
            noun = "hidden or filtered row is" if len(hidden) == 1 else "hidden or filtered rows are"
            facts.append(f"{len(hidden):,} {noun} read like the others ({some_of(hidden)})")
        columns = [at for at in hidden_columns if any(at < len(texts) and texts[at] for texts in self._rows)]
        if columns:
            letters = some_of([column_letters(column) for column in columns])
            facts.append(f"hidden columns are read like the others ({letters})")
        if shown_otherwise:
            facts.append(
                f"numbers read as their number format shows them, with the digits that it adds: {shown_otherwise:,}"
            )
        if blank_rows is None:
            blank_rows = max(0, self._numbers[-1] - len(self._rows)) if self._rows else 0
        flaws = MappingProxyType(self._flaws)
        return ReadSheet(sheet, tuple(self._numbers), tuple(self._rows), flaws, blank_rows, tuple(facts))

    def _fill(self, area: MergedCells) -> bool:
        """Write the value of a merged area into the rows below its first; say whether there was one to write."""
        first = bisect_left(self._numbers, area.first_row)
        last = bisect_right(self._numbers, area.last_row)
        if first >= last or self._numbers[first] != area.first_row:
            return False
        top, column = self._rows[first], area.column
        text = top[column] if column < len(top) else ""
        found = False
        for index in range(first + 1, last) if text else ():
            texts = [*self._rows[index], *[""] * (column + 1 - len(self._rows[index]))]
            if not texts[column]:
                texts[column] = text
                self._rows[index] = tuple(texts)
                if (first, column) in self._flaws:
                    self._flaws[index, column] = self._flaws[first, column]
                found = True
        return found


def too_long(place: str, number: int, *, cells: bool = False) -> SheetError:
    """Return the trouble of a list with more rows, or more cells, than can be read."""
    what = f"{MOST_CELLS:,} cells" if cells else f"{MOST_ROWS:,} rows"
    return SheetError(
        f"{place}: row {number}: the list has more than {what}; split it into several files, and delete stray cells far"
        " to the right or below"
    )


def some_of(names: Sequence[object], most: int = 8) -> str:
    """Return the first of many names or numbers, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(str, names[:most])) + more
