"""Where the results of a run go: which rows into which workbook, and under which names."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar

from importer.model import Result, RowOutcome, Table
from importer.reading.limits import MOST_CELLS
from importer.workbooks.output_file import EXCEL_ROWS, check_writable, free_path, part_path, under_free_name

DONE: Final = (Result.SUCCESS, Result.DUPLICATE)
"""The results of rows that nobody has to look at again."""
OUR_COLUMNS: Final = 8
"""How many columns a sheet of results has beside the input's, at most."""

_OF_A_PART: Final = re.compile(r"(.*_results(?:_\d+)?_part\d+)(?:_\d+)?")
_OF_A_RERUN: Final = re.compile(r"_results(_\d+)?$")
_Written = TypeVar("_Written")


@dataclass(frozen=True, slots=True)
class ResultsPart:
    """One results workbook of a run, and the rows that stand in it.

    Attributes:
        span: the places of its outcomes among all outcomes of the run, in their order.
        first_row: the number of its first row in the file, 0 if it has none; so is ``last_row`` of its last.
        counts: its rows by result.
    """

    path: Path
    span: range
    first_row: int
    last_row: int
    counts: Mapping[Result, int]

    @property
    def left(self) -> int:
        """How many of its rows are neither success nor duplicate."""
        return len(self.span) - sum(self.counts.get(result, 0) for result in DONE)


@dataclass(frozen=True, slots=True)
class ResultsPlace:
    """Where the results workbooks of a run go.

    Attributes:
        wanted: the name of the first workbook.
        fixed: True if a run is not begun where that name is taken.
        most_rows: how many rows a sheet has, header included; what is more goes into further workbooks.
    """

    wanted: Path
    fixed: bool = False
    most_rows: int = EXCEL_ROWS

    @classmethod
    def beside(cls, input_path: Path, most_rows: int = EXCEL_ROWS) -> Self:
        """Return the place beside an input: ``order_results.xlsx`` for ``order.csv``, and for a rerun of it too.

        What a rerun of ``order_results_part2.xlsx`` leaves is ``order_results_part2_2.xlsx``.
        """
        of_a_part = _OF_A_PART.fullmatch(input_path.stem)
        stem = of_a_part[1] if of_a_part else f"{_OF_A_RERUN.sub('', input_path.stem)}_results"
        return cls(input_path.with_name(f"{stem}.xlsx").resolve(), most_rows=most_rows)

    def check(self, parts: int = 1, columns: int = 0) -> None:
        """Find out before the first call whether all workbooks can be written, of so many columns (0: not known).

        Raises:
            ResultsError: one of them cannot be written.
        """
        path = self.wanted if self.fixed else free_path(self.wanted, parts)
        for number in range(1, parts + 1):
            check_writable(part_path(path, number), columns=columns)

    def write(self, write: Callable[[Path], _Written], parts: int = 1) -> _Written:
        """Write at the end of a run: under the wanted name, or the next free one if it was taken meanwhile."""
        return under_free_name(self.wanted, write, parts)


def part_spans(row_numbers: Sequence[int], columns: int, most_rows: int = EXCEL_ROWS) -> tuple[range, ...]:
    """Divide the rows of a run among as few workbooks as have room for them.

    Rows of one number, which were one range in the file, stay together where that is possible: ``rerun`` of a part
    tells by them that the part's ranges were taken apart already. No part has more cells than ``rerun`` reads.

    Args:
        row_numbers: for each row the number that it has in the file, in the order of the file.
        columns: how many columns the sheet Results has, see ``columns_of``.
        most_rows: how many rows a sheet has, header included; at least 2.

    Returns:
        For each workbook the places of its rows; one that is empty where there are no rows.
    """
    count = len(row_numbers)
    room = max(1, min(most_rows, MOST_CELLS // columns) - 1)
    spans = []
    start = 0
    while count - start > room:
        end = start + room
        while end > start and row_numbers[end] == row_numbers[end - 1]:
            end -= 1
        end = end if end > start else start + room
        spans.append(range(start, end))
        start = end
    return (*spans, range(start, count))


def columns_of(table: Table) -> int:
    """Return how many columns the sheet Results of a table has at most."""
    return len(table.header) + OUR_COLUMNS


def parts_of(path: Path, table: Table, outcomes: Sequence[RowOutcome], most_rows: int) -> tuple[ResultsPart, ...]:
    """Name the workbooks, of which ``path`` is the first, and count the results in each."""
    numbers = table.row_numbers
    spans = part_spans(numbers, columns_of(table), most_rows)
    return tuple(
        ResultsPart(
            part_path(path, number),
            span,
            numbers[span[0]] if span else 0,
            numbers[span[-1]] if span else 0,
            Counter(outcomes[place].result for place in span),
        )
        for number, span in enumerate(spans, start=1)
    )
