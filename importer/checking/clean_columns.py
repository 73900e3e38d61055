"""All columns of a table after normalising, each different text once, with descriptions made of other columns."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from importer.characters import spaced
from importer.checking.did_column import DidColumn, read_source
from importer.checking.did_number import is_error_value
from importer.checking.normalise import BLANK, FLAW_REASONS, Cell, clean_cell
from importer.checking.options import CheckOptions
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
    """A description in the making: words, and the indexes of the columns between them."""

    pieces: tuple[str | int, ...]

    @classmethod
    def of(cls, template: str, header: Sequence[str]) -> "Description":
        """Read a template, in which names of columns stand in braces."""
        keys = [header_key(text) for text in header]
        pieces: list[str | int] = []
        for place, word in enumerate(_NAMED.split(template)):
            is_name, key = place % 2 == 1, header_key(word)
            if is_name and (not key or key not in keys):
                raise SettingsError(
                    f"--describe names '{{{word}}}', but the columns of the file are: {', '.join(filter(None, header))}"
                )
            pieces.append(keys.index(key) if is_name else word)
        return cls(tuple(pieces))

    def text(self, cells: Sequence[str], did: str) -> str:
        """Return the description of one row, as VICIdial keeps it and of a length that it takes.

        What is too long is cut. What is too short gets the word DID and the number's last four digits (of a pattern,
        the last four characters that a description keeps), which is all that is surely true of it.
        """
        words = [piece if isinstance(piece, str) else spaced(cells[piece]) for piece in self.pieces]
        typed = "".join("" if is_error_value(word.strip()) else word for word in words)
        text = _SPACES.sub(" ", _DESCRIPTION.keep(typed)).strip(" ,")
        if not re.search(r"[0-9a-zA-Z]", text):
            return ""
        if len(text) < _DESCRIPTION.shortest:
            last = _DESCRIPTION.keep(did)[-4:]
            text = f"{text} DID {last}" if last else ""
        return text[: _DESCRIPTION.longest].rstrip(" ,")


def clean_columns(
    table: Table, match: HeaderMatch, dids: DidColumn, description: Description | None, options: CheckOptions
) -> dict[str, Sequence[Cell]]:
    """Normalise a table: did_pattern, and every other column that is not blank all over, one cell for each DID.

    In a row that is a copy all but the DIDs and the description is blank.
    """

    def clean(column: Column, text: str) -> Cell:
        cell = read_source(text, options) if column is COPY_FROM else clean_cell(column, text)
        return Cell(cell.text, cell.trouble, cell.notes, text)

    def cells_of(column: Column) -> list[Cell]:
        index, fill = match.taken.get(column.name), options.fills.get(column.name, "")
        make = description.text if column is _DESCRIPTION and description is not None else None
        if index is None and not fill and make is None:
            return []
        cells = [BLANK] * len(dids.cells)
        if index is not None:
            texts = [table.rows[origin][index] for origin in dids.origin]
            cleaned = {text: clean(column, text) for text in {*texts}}
            cells = [cleaned[text] for text in texts]
            for place, flaw in _flaws(table, index, dids, dates=not column.free_text).items():
                cells[place] = Cell("", FLAW_REASONS[flaw], value=texts[place])
        if make is not None:
            made = (make(table.rows[origin], did.text) for origin, did in zip(dids.origin, dids.cells, strict=True))
            cells = [Cell(text) if cell.blank and text else cell for cell, text in zip(cells, made, strict=True)]
        if fill:
            filled = clean(column, fill)
            cells = [filled if cell.blank else cell for cell in cells]
        return cells

    sources = cells_of(COPY_FROM)
    copied = {place for place, cell in enumerate(sources) if not cell.blank}
    columns: dict[str, Sequence[Cell]] = {DID_PATTERN.name: dids.cells}
    for column in USED:
        if column is DID_PATTERN:
            continue
        cells = sources if column is COPY_FROM else cells_of(column)
        if copied and column not in (_DESCRIPTION, COPY_FROM):
            cells = [BLANK if place in copied else cell for place, cell in enumerate(cells)]
        if any(not cell.blank for cell in cells):
            columns[column.name] = cells
    return columns


def _flaws(table: Table, column: int, dids: DidColumn, *, dates: bool) -> Mapping[int, CellFlaw]:
    flaws = {
        row: flaw
        for (row, flawed), flaw in table.flaws.items()
        # a date in prose is what somebody typed; a spreadsheet has made one of the extension 8-30
        if flawed == column and (dates or flaw is not CellFlaw.DATE)
    }
    return {place: flaws[origin] for place, origin in enumerate(dids.origin) if origin in flaws} if flaws else {}
