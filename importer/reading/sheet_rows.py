"""What every reader of this package gives: the rows of one sheet as text, with the numbers that the person sees."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading import limits

_NO_FLAWS: Final[Mapping[int, CellFlaw]] = MappingProxyType({})
_REMEMBERED: Final = 200_000
_IN_LONG_TEXTS: Final = f"characters in texts that are longer than {limits.LONG_TEXT:,}"
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


@dataclass(frozen=True, slots=True)
class Book:
    """An open file of any kind: its sheets (one without a name for a text file), and how the one of a name is read."""

    sheets: tuple[str, ...]
    read: Callable[[str], SheetRows]
    facts: tuple[str, ...] = ()
    # its rows are lines, in which a missing quotation mark makes cells of one
    lines: bool = False


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


def column_index(letters: str) -> int:
    """Return the index of the column that Excel calls so."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


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
    """Takes the rows of a sheet one by one, leaves out the blank ones and keeps the limits."""

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
        self._rows: list[SheetRow] = []
        self._cells = self._characters = self._in_long_texts = 0

    def add(self, number: int, texts: Iterable[str], flaws: Mapping[int, CellFlaw] = _NO_FLAWS) -> bool:
        """Take one row; say whether it is not blank."""
        if texts is not self._last:
            self._last, self._row = texts, tuple(map(self._texts.__getitem__, texts))
        row = self._row
        if not any(row):
            return False
        characters = sum(map(len, row))
        self._cells += len(row)
        self._characters += characters
        if characters > limits.LONG_TEXT:
            self._in_long_texts += sum(len(text) for text in row if len(text) > limits.LONG_TEXT)
            self.bound(number, self._in_long_texts, limits.MOST_IN_LONG_TEXTS, _IN_LONG_TEXTS)
            longest = max(range(len(row)), key=lambda column: len(row[column]))
            if len(row[longest]) > limits.LONGEST_CELL:
                cell = f"{column_letters(longest)}{number}"
                raise SheetError(f"{self._place}: cell {cell} has more than {limits.LONGEST_CELL:,} characters; cut it")
        self._rows.append(SheetRow(number, row, flaws or _NO_FLAWS))
        self.bound(number, len(self._rows), limits.MOST_ROWS, "rows")
        self.bound(number, self._cells, limits.MOST_CELLS, "cells")
        self.bound(number, self._characters, limits.MOST_CHARACTERS, "characters")
        return True

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
        """Return the sheet, with a sentence for each thing that matters; blank rows are told from the row numbers."""
        facts: list[str] = []
        numbers = [row.number for row in self._rows]
        filled = [area for area in self._merged if self._fill(area, numbers)]
        hidden = [number for number in numbers if number in self.hidden_rows]
        widest = max((len(row.texts) for row in self._rows), default=0)
        columns = [
            column_letters(at)
            for at in sorted(self.hidden_columns)
            if at < widest and any(at < len(row.texts) and row.texts[at] for row in self._rows)
        ]
        if filled:
            areas = [":".join(f"{column_letters(area.column)}{row}" for row in area[1:]) for area in filled]
            facts.append(f"merged cells: the value stands for every row that they span ({some_of(areas)})")
        if hidden:
            noun = "hidden or filtered row is" if len(hidden) == 1 else "hidden or filtered rows are"
            facts.append(f"{len(hidden):,} {noun} read like the others ({some_of(hidden)})")
        if columns:
            facts.append(f"hidden columns are read like the others ({some_of(columns)})")
        if added := self.shown_otherwise:
            facts.append(f"numbers read as their number format shows them, with the digits that it adds: {added:,}")
        if not _NULLS.isdisjoint(self._texts):
            facts.append(r"cells that hold \N or NULL, as databases write them, are read as blank")
        if blank_rows is None:
            blank_rows = max(0, numbers[-1] - len(numbers)) if numbers else 0
        return SheetRows(sheet, tuple(self._rows), blank_rows, tuple(facts))

    def _fill(self, area: MergedCells, numbers: Sequence[int]) -> bool:
        """Write the value of a merged area into the rows below its first; say whether there was one to write."""
        column = area.column
        first, last = bisect_left(numbers, area.first_row), bisect_right(numbers, area.last_row)
        top = self._rows[first] if first < last else None
        if top is None or top.number != area.first_row or len(top.texts) <= column or not top.texts[column]:
            return False
        flaw = {column: top.flaws[column]} if column in top.flaws else {}
        found = False
        for index in range(first + 1, last):
            row = self._rows[index]
            texts = [*row.texts, *[""] * (column + 1 - len(row.texts))]
            if not texts[column]:
                texts[column] = top.texts[column]
                self._rows[index] = SheetRow(row.number, tuple(texts), {**row.flaws, **flaw})
                found = True
        return found
