"""All columns of a table after normalising, each different text once."""

from collections.abc import Mapping, Sequence
from typing import Final

from importer.columns import BY_NAME, DID_PATTERN, SENT, Column
from importer.describe import Description
from importer.did_column import DidColumn
from importer.headers import HeaderMatch
from importer.model import CellFlaw, Table
from importer.normalise import BLANK, FLAW_REASONS, Cell, clean_cell
from importer.schema import CleanColumn

_DESCRIPTION: Final = BY_NAME["did_description"]


def clean_columns(
    table: Table, match: HeaderMatch, dids: DidColumn, fills: Mapping[str, str], description: Description | None
) -> tuple[CleanColumn, ...]:
    """Normalise a table.

    Args:
        table: what was read.
        match: which header was taken for which column.
        dids: the DIDs, which say how many rows there are to check.
        fills: the server's name of a column -> the value where it is blank or missing.
        description: how blank descriptions are made; None where they are not.

    Returns:
        did_pattern, and every other column that is not blank all over, in the order of ``importer.columns``; each
        has one cell for each DID.
    """
    size = len(dids.cells)
    cleaned = []
    for column in SENT:
        index = match.taken.get(column.name)
        values: Sequence[str] = [""] * size if index is None else _values(table, index, dids)
        if column is DID_PATTERN:
            cleaned.append(CleanColumn(column, dids.cells, values))
            continue
        cells = [BLANK] * size if index is None else _cells(column, values, _flaws(table, index, dids))
        if column is _DESCRIPTION and description is not None:
            values, cells = _described(table, dids, description, values, cells)
        if fill := fills.get(column.name, ""):
            filled = clean_cell(column, fill)
            values = [fill if cell is BLANK else value for cell, value in zip(cells, values, strict=True)]
            cells = [filled if cell is BLANK else cell for cell in cells]
        if any(cell is not BLANK for cell in cells):
            cleaned.append(CleanColumn(column, cells, values))
    return tuple(cleaned)


def _values(table: Table, index: int, dids: DidColumn) -> list[str]:
    if dids.origin is None:
        return [row[index] for row in table.rows]
    return [table.rows[origin][index] for origin in dids.origin]


def _flaws(table: Table, column: int, dids: DidColumn) -> Mapping[int, CellFlaw]:
    flaws = {
        row: flaw
        for (row, flawed), flaw in table.flaws.items()
        # a date in another column than the DID's is what somebody typed, or what the carrier says
        if flawed == column and flaw is not CellFlaw.DATE
    }
    if dids.origin is None or not flaws:
        return flaws
    return {index: flaws[origin] for index, origin in enumerate(dids.origin) if origin in flaws}


class _Cleaned(dict[str, Cell]):
    """The cells of one column by their texts."""

    def __init__(self, column: Column) -> None:
        self._column = column

    def __missing__(self, text: str) -> Cell:
        cell = self[text] = clean_cell(self._column, text)
        return cell


def _cells(column: Column, values: Sequence[str], flaws: Mapping[int, CellFlaw]) -> list[Cell]:
    cleaned = _Cleaned(column)
    cells = [cleaned[value] for value in values]
    for index, flaw in flaws.items():
        cells[index] = Cell("", FLAW_REASONS[flaw])
    return cells


def _described(
    table: Table, dids: DidColumn, description: Description, values: Sequence[str], cells: Sequence[Cell]
) -> tuple[list[str], list[Cell]]:
    """Fill blank descriptions with made ones."""
    origin = range(len(table.rows)) if dids.origin is None else dids.origin
    made_values, made_cells = list(values), list(cells)
    for index, cell in enumerate(cells):
        if cell is BLANK and (text := description.text(table.rows[origin[index]], dids.cells[index].text)):
            made_values[index], made_cells[index] = text, Cell(text)
    return made_values, made_cells
