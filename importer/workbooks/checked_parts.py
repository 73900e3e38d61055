"""On which row of which workbook each row of a checked table stands."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from importer.model import Table
from importer.workbooks.output_file import EXCEL_ROWS


def checked_parts(table: Table, most_rows: int = EXCEL_ROWS) -> tuple[tuple[int, Table], ...]:
    """Divide a table among workbooks, each with as many rows as fit into its sheet.

    Args:
        table: the input.
        most_rows: how many rows a sheet has, header included.

    Returns:
        For each workbook the place of its first row in the table, and its rows as a table.
    """
    sheet_rows, count = sheet_rows_of(table), len(table.rows)
    if not count or sheet_rows[-1] <= most_rows:
        return ((0, table),)
    if count < most_rows:
        # the lines of a text file have higher numbers than a sheet, because some are blank
        return ((0, replace(table, header_row=0)),)
    keep = bisect_right(sheet_rows, most_rows)
    starts = [*([0] if keep else []), *range(keep, count, most_rows - 1)]
    return tuple(
        (
            start,
            replace(
                table,
                rows=table.rows[start:end],
                row_numbers=table.row_numbers[start:end],
                flaws={},
                header_row=0 if start or not keep else table.header_row,
            ),
        )
        for start, end in pairwise((*starts, count))
    )


def sheet_rows_of(table: Table) -> Sequence[int]:
    """Return the rows of the sheet on which the table's rows stand: their own, where that is possible."""
    theirs = table.row_numbers
    keep = table.header_row > 0 and all(one < following for one, following in pairwise((table.header_row, *theirs)))
    return theirs if keep else range(2, len(theirs) + 2)
