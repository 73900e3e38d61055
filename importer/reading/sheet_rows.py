"""What every reader of this package gives: the rows of one sheet as text, with the numbers that the person sees."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading import limits

_NO_FLAWS: Final[Mapping[int, CellFlaw]] = MappingProxyType({})
_REMEMBERED: Final = 200_000
_NULLS: Final = frozenset(("\\N", "NULL"))
"""What databases write for a cell without a value."""


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
    max_unpacked_bytes: int = limits.MOST_BYTES


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
    flaws: Mapping[int, CellFlaw] = field(default_factory=lambda: _NO_FLAWS)


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


class MergedCells(NamedTuple):
    """A merged area: the index of its first column, its first and its last row number."""

    column: int
    first_row: int
    last_row: int


def column_letters(index: int) -> str:
    """Return what Excel calls the column with this index: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def some_of(names: Sequence[object], most: int = 8) -> str:
    """Return the first of many names or numbers, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(str, names[:most])) + more


class _Texts(dict[str, str]):
    """Text of a cell -> the one object for all equal texts, which saves memory; blank where it says nothing."""

    def __missing__(self, text: str) -> str:
        kept = "" if text.isspace() or text in _NULLS else text
        if len(self) >= _REMEMBERED:
            self.clear()
        self[text] = kept
        return kept


class RowCollector:
    """Takes the rows of a sheet one by one, leaves out the blank ones and keeps the limits.

    Args:
        place: file and sheet, as an error names them.
    """

    def __init__(self, place: str) -> None:
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.shown_otherwise = 0
        self._place = place
        self._merged: list[MergedCells] = []
        self._merged_rows = 0
        self._texts = _Texts()
        # an .ods may repeat a row a million times
        self._last: Iterable[str] = ()
        self._row: tuple[str, ...] = ()
        self._numbers: list[int] = []
        self._rows: list[tuple[str, ...]] = []
        self._flaws: dict[int, Mapping[int, CellFlaw]] = {}
        self._cells = self._characters = self._in_long_texts = 0

    def add(self, number: int, texts: Iterable[str], flaws: Mapping[int, CellFlaw] = _NO_FLAWS) -> None:
        """Take one row, blank or not.

        Args:
            number: its row number.
            texts: its cells.
            flaws: index of a cell -> why its text is not to be trusted.

        Raises:
            SheetError: the sheet has more than can be read.
        """
        if texts is not self._last:
            self._last, self._row = texts, tuple(map(self._texts.__getitem__, texts))
        row = self._row
        if not any(row):
            return
        characters = sum(map(len, row))
        self._cells += len(row)
        self._characters += characters
        if characters > limits.LONG_TEXT:
            self._in_long_texts += sum(len(text) for text in row if len(text) > limits.LONG_TEXT)
            longest = max(range(len(row)), key=lambda column: len(row[column]))
            if len(row[longest]) > limits.LONGEST_CELL:
                cell = f"{column_letters(longest)}{number}"
                raise SheetError(f"{self._place}: cell {cell} has more than {limits.LONGEST_CELL:,} characters; cut it")
        long_texts = f"characters in texts that are longer than {limits.LONG_TEXT:,}"
        self.bound(number, len(self._rows) + 1, limits.MOST_ROWS, "rows")
        self.bound(number, self._cells, limits.MOST_CELLS, "cells")
        self.bound(number, self._characters, limits.MOST_CHARACTERS, "characters")
        self.bound(number, self._in_long_texts, limits.MOST_IN_LONG_TEXTS, long_texts)
        if flaws:
            self._flaws[len(self._rows)] = flaws
        self._numbers.append(number)
        self._rows.append(row)

    def merge(self, area: MergedCells) -> None:
        """Take a merged area that spans several rows; its value stands for each of them."""
        self._merged.append(area)
        self._merged_rows += area.last_row - area.first_row
        if self._merged_rows > limits.MOST_MERGED_ROWS:
            most = f"{limits.MOST_MERGED_ROWS:,}"
            raise SheetError(f"{self._place}: its merged cells span more than {most} rows in all; undo the merging")

    def bound(self, number: int, found: int, most: int, what: str) -> None:
        """Refuse the sheet where more was found than can be read, up to the row of this number."""
        if found > most:
            raise SheetError(
                f"{self._place}: row {number}: the list has more than {most:,} {what}; split it into several files, and"
                " delete stray cells far to the right or below"
            )

    def finish(self, sheet: str, blank_rows: int | None = None) -> SheetRows:
        """Close the sheet.

        Args:
            sheet: its name.
            blank_rows: how many rows were blank; None to tell from the row numbers.

        Returns:
            The sheet, with a sentence for each thing that matters.
        """
        facts: list[str] = []
        filled = [
            f"{letters}{area.first_row}:{letters}{area.last_row}"
            for area in self._merged
            if self._fill(area) and (letters := column_letters(area.column))
        ]
        if filled:
            facts.append(f"merged cells: the value stands for every row that they span ({some_of(filled)})")
        hidden = [number for number in self._numbers if number in self.hidden_rows]
        if hidden:
            noun = "hidden or filtered row is" if len(hidden) == 1 else "hidden or filtered rows are"
            facts.append(f"{len(hidden):,} {noun} read like the others ({some_of(hidden)})")
        columns = [
            at for at in sorted(self.hidden_columns) if any(at < len(texts) and texts[at] for texts in self._rows)
        ]
        if columns:
            letters = some_of([column_letters(column) for column in columns])
            facts.append(f"hidden columns are read like the others ({letters})")
        if self.shown_otherwise:
            facts.append(
                "numbers read as their number format shows them, with the digits that it adds:"
                f" {self.shown_otherwise:,}"
            )
        if not _NULLS.isdisjoint(self._texts):
            facts.append(r"cells that hold \N or NULL, as databases write them, are read as blank")
        if blank_rows is None:
            blank_rows = max(0, self._numbers[-1] - len(self._rows)) if self._rows else 0
        rows = tuple(
            SheetRow(number, texts, self._flaws.get(index, _NO_FLAWS))
            for index, (number, texts) in enumerate(zip(self._numbers, self._rows, strict=True))
        )
        return SheetRows(sheet, rows, blank_rows, tuple(facts))

    def _fill(self, area: MergedCells) -> bool:
        """Write the value of a merged area into the rows below its first; say whether there was one to write."""
        first = bisect_left(self._numbers, area.first_row)
        last = bisect_right(self._numbers, area.last_row)
        if first >= last or self._numbers[first] != area.first_row or len(self._rows[first]) <= area.column:
            return False
        text, found = self._rows[first][area.column], False
        flaw = self._flaws.get(first, _NO_FLAWS).get(area.column)
        for index in range(first + 1, last) if text else ():
            texts = [*self._rows[index], *[""] * (area.column + 1 - len(self._rows[index]))]
            if not texts[area.column]:
                texts[area.column] = text
                self._rows[index] = tuple(texts)
                if flaw:
                    self._flaws[index] = {**self._flaws.get(index, _NO_FLAWS), area.column: flaw}
                found = True
        return found
