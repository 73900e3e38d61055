"""Which rows stand in which results workbook: all in one, unless a sheet has no room for them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.model import Result, RowOutcome
from importer.reading.limits import MOST_CELLS
from importer.workbooks.output_file import EXCEL_ROWS, part_path

DONE: Final = (Result.SUCCESS, Result.DUPLICATE)
"""The results of rows that nobody has to look at again."""


@dataclass(frozen=True, slots=True)
class ResultsPart:
    """One results workbook of a run, and the rows that stand in it.

    Attributes:
        path: the workbook.
        span: the places of its outcomes among all outcomes of the run, in their order.
        first_row: the number of its first row in the file; 0 if it has no row.
        last_row: the number of its last row in the file; 0 if it has no row.
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


def part_spans(row_numbers: Sequence[int], columns: int, most_rows: int = EXCEL_ROWS) -> tuple[range, ...]:
    """Divide the rows of a run among as few workbooks as have room for them.

    Rows of one number, which were one range in the file, stay together where that is possible: ``rerun`` of a part
    tells by them that the part's ranges were taken apart already. No part has more cells than ``rerun`` reads.

    Args:
        row_numbers: for each row the number that it has in the file, in the order of the file.
        columns: how many columns the sheet Results has.
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


def parts_of(
    path: Path, row_numbers: Sequence[int], outcomes: Sequence[RowOutcome], spans: Sequence[range]
) -> tuple[ResultsPart, ...]:
    """Name the workbooks and count the results in each.

    Args:
        path: the first workbook.
        row_numbers: for each row the number that it has in the file.
        outcomes: what became of each row, in the same order.
        spans: what ``part_spans`` returned.
    """
    return tuple(
        ResultsPart(
            part_path(path, number),
            span,
            row_numbers[span[0]] if span else 0,
            row_numbers[span[-1]] if span else 0,
            Counter(outcomes[place].result for place in span),
        )
        for number, span in enumerate(spans, start=1)
    )
