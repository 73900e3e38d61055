"""All columns of a table after normalising, each different text once."""

from collections.abc import Mapping, Sequence
from typing import Final

from importer.checking.describe import Description
from importer.checking.did_column import DidColumn, DidRules, read_source
from importer.checking.normalise import BLANK, FLAW_REASONS, Cell, clean_cell
from importer.checking.schema import CleanColumn
from importer.column import Column
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN, USED
from importer.headers import HeaderMatch
from importer.model import CellFlaw, Table

_DESCRIPTION: Final = BY_NAME["did_description"]


def clean_columns(
    table: Table,
    match: HeaderMatch,
    dids: DidColumn,
    fills: Mapping[str, str],
    description: Description | None,
    rules: DidRules,
) -> tuple[CleanColumn, ...]:
    """Normalise a table.

    Args:
        table: what was read.
        match: which header was taken for which column.
        dids: the DIDs, which say how many rows there are to check.
        fills: the server's name of a column -> the value where it is blank or missing.
        description: how blank descriptions are made; None where they are not.
        rules: how the DIDs to copy are read and written.

    Returns:
        did_pattern, and every other column that is not blank all over, in the order of ``importer.columns``; each
        has one cell for each DID. In a row that is a copy all but the DIDs and the description is blank.
    """
    size = len(dids.cells)
    sources = _sources(table, match, dids, fills.get(COPY_FROM.name, ""), rules)
    copied = {index for index, cell in enumerate(sources.cells) if cell is not BLANK}
    cleaned = []
    for column in USED:
        if column is COPY_FROM:
            cleaned += [sources] if copied else []
            continue
        index = match.taken.get(column.name)
        described = column is _DESCRIPTION and description is not None
        if index is None and not described and not fills.get(column.name):
            continue
        values: Sequence[str] = [""] * size if index is None else _values(table, index, dids)
        if column is DID_PATTERN:
            cleaned.append(CleanColumn(column, dids.cells, values))
            continue
        cells = (
            [BLANK] * size
            if index is None
            else _cells(column, values, _flaws(table, index, dids, dates=not column.free_text))
        )
        if column is _DESCRIPTION and description is not None:
            values, cells = _described(table, dids, description, values, cells)
        if fill := fills.get(column.name, ""):
            values, cells = _filled(fill, clean_cell(column, fill), values, cells)
        if copied and column is not _DESCRIPTION:
            cells = [BLANK if index in copied else cell for index, cell in enumerate(cells)]
        if any(cell is not BLANK for cell in cells):
            cleaned.append(CleanColumn(column, cells, values))
    return tuple(cleaned)


def _sources(table: Table, match: HeaderMatch, dids: DidColumn, fill: str, rules: DidRules) -> CleanColumn:
    index = match.taken.get(COPY_FROM.name)
    values: Sequence[str] = [""] * len(dids.cells) if index is None else _values(table, index, dids)
    read = {text: read_source(text, rules) for text in {*values}}
    cells: Sequence[Cell] = [read[text] for text in values]
    if index is not None:
        cells = _with_flaws(cells, _flaws(table, index, dids, dates=True))
    if fill:
        values, cells = _filled(fill, read_source(fill, rules), values, cells)
    return CleanColumn(COPY_FROM, cells, values)


def _filled(fill: str, filled: Cell, values: Sequence[str], cells: Sequence[Cell]) -> tuple[list[str], list[Cell]]:
    """Put a value where the cells are blank."""
    new = [fill if cell is BLANK else value for cell, value in zip(cells, values, strict=True)]
    return new, [filled if cell is BLANK else cell for cell in cells]


def _values(table: Table, index: int, dids: DidColumn) -> list[str]:
    return [table.rows[origin][index] for origin in dids.origin]


def _flaws(table: Table, column: int, dids: DidColumn, *, dates: bool) -> Mapping[int, CellFlaw]:
    flaws = {
        row: flaw
        for (row, flawed), flaw in table.flaws.items()
        # a date in prose is what somebody typed; a spreadsheet has made one of the extension 8-30
        if flawed == column and (dates or flaw is not CellFlaw.DATE)
    }
    return {index: flaws[origin] for index, origin in enumerate(dids.origin) if origin in flaws} if flaws else {}


def _cells(column: Column, values: Sequence[str], flaws: Mapping[int, CellFlaw]) -> list[Cell]:
    cleaned = {text: clean_cell(column, text) for text in {*values}}
    return _with_flaws([cleaned[text] for text in values], flaws)


def _with_flaws(cells: Sequence[Cell], flaws: Mapping[int, CellFlaw]) -> list[Cell]:
    judged = list(cells)
    for index, flaw in flaws.items():
        judged[index] = Cell("", FLAW_REASONS[flaw])
    return judged


def _described(
    table: Table, dids: DidColumn, description: Description, values: Sequence[str], cells: Sequence[Cell]
) -> tuple[list[str], list[Cell]]:
    """Fill blank descriptions with made ones."""
    made_values, made_cells = list(values), list(cells)
    for index, cell in enumerate(cells):
        if cell is BLANK and (text := description.text(table.rows[dids.origin[index]], dids.cells[index].text)):
            made_values[index], made_cells[index] = text, Cell(text)
    return made_values, made_cells
