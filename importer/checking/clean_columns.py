"""All columns of a table after normalising, each different text once, with descriptions made of other columns."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from importer.characters import spaced
from importer.checking.did_column import DidColumn, DidRules, read_source
from importer.checking.did_number import is_error_value
from importer.checking.normalise import BLANK, FLAW_REASONS, Cell, clean_cell
from importer.checking.schema import CleanColumn
from importer.column import Column
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN, USED
from importer.errors import SettingsError
from importer.headers import HeaderMatch, header_key
from importer.model import CellFlaw, Table

_DESCRIPTION: Final = BY_NAME["did_description"]


_NAMED: Final = re.compile(r"\{([^{}]*)\}")
_SPACES: Final = re.compile(r" {2,}")


@dataclass(frozen=True, slots=True)
class Description:
    """A description in the making."""

    words: tuple[str, ...]
    columns: tuple[int, ...]

    @classmethod
    def of(cls, template: str, header: Sequence[str]) -> "Description":
        """Read a template, in which names of columns stand in braces."""
        indexes: dict[str, int] = {}
        for index, text in enumerate(header):
            indexes.setdefault(header_key(text), index)
        words, names = _NAMED.split(template)[::2], _NAMED.split(template)[1::2]
        for name in names:
            if not header_key(name) or header_key(name) not in indexes:
                raise SettingsError(
                    f"--describe names '{{{name}}}', but the columns of the file are: {', '.join(filter(None, header))}"
                )
        return cls(tuple(words), tuple(indexes[header_key(name)] for name in names))

    def text(self, cells: Sequence[str], did: str) -> str:
        """Return the description of one row, as VICIdial keeps it and of a length that it takes.

        What is too long is cut. What is too short gets the word DID and the number's last four digits (of a pattern,
        the last four characters that a description keeps), which is all that is surely true of it.
        """
        parts = [self.words[0]]
        for index, word in zip(self.columns, self.words[1:], strict=True):
            cell = spaced(cells[index])
            parts += ("" if is_error_value(cell.strip()) else cell, word)
        text = _SPACES.sub(" ", _DESCRIPTION.keep("".join(parts))).strip(" ,")
        if not re.search(r"[0-9a-zA-Z]", text):
            return ""
        if len(text) < _DESCRIPTION.shortest:
            last = _DESCRIPTION.keep(did)[-4:]
            text = f"{text} DID {last}" if last else ""
        return text[: _DESCRIPTION.longest].rstrip(" ,")


def clean_columns(
    table: Table,
    match: HeaderMatch,
    dids: DidColumn,
    fills: Mapping[str, str],
    description: Description | None,
    rules: DidRules,
) -> tuple[CleanColumn, ...]:
    """Normalise a table: did_pattern, and every other column that is not blank all over, one cell for each DID.

    In a row that is a copy all but the DIDs and the description is blank.
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
