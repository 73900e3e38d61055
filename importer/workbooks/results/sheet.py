"""Reading one sheet of results again: Results, Failed rows, or either of them saved as CSV."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from importer.errors import SheetError
from importer.model import CellFlaw, Result, RowOutcome
from importer.reading import SheetRow
from importer.workbooks.results.rows import (
    CHECKSUM_HEADER,
    DESCRIPTION_HEADER,
    FIRST_HEADERS,
    LAST_HEADERS,
    checksum_of,
)

_HEADER_WITHIN: Final = 50
_WORDS: Final = ", ".join(result.value for result in Result)


@dataclass(frozen=True, slots=True)
class PreviousRow:
    """One row of a results workbook.

    Attributes:
        row: the row's number in the first input.
        cells: the input's cells, with the person's corrections.
        result: what became of it last time.
        reason: why, last time.
        did_sent: the did_pattern that was sent last time; empty if none was.
        attempts: how many calls were made for it last time.
        answered_at: when the answer came, ISO 8601; empty if none came.
        corrected: whether a cell or the result was changed since; True where that cannot be known.
        left_out: whether the person deleted it in one of the two sheets that had it: it is not sent.
        sheet: the sheet that it was read from.
        checksum: what stood in its column ``checksum``.
        flaws: the index of a cell -> why its text is not to be trusted.
    """

    row: int
    cells: tuple[str, ...]
    result: Result
    reason: str
    did_sent: str
    attempts: int
    answered_at: str
    corrected: bool = False
    left_out: bool = False
    sheet: str = field(default="", compare=False)
    checksum: str = field(default="", compare=False)
    flaws: Mapping[int, CellFlaw] = field(default_factory=dict, compare=False)

    def outcome(self, index: int) -> RowOutcome:
        """Return what became of the row last time, for the place that it has in a new table."""
        return RowOutcome(index, self.result, self.reason, self.did_sent, self.attempts, self.answered_at)


@dataclass(frozen=True, slots=True)
class ResultsSheet:
    """A sheet of results: the input's headers, ``width`` of them, and those that the person added at the right."""

    header: tuple[str, ...]
    width: int
    header_corrected: bool
    rows: tuple[PreviousRow, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    """The places of the columns that do not always stand at the same: of the cells, of attempts and the checksum."""

    cells: tuple[int, ...]
    attempts: int
    checksum: int | None


def sheet_of_results(place: str, name: str, rows: Sequence[SheetRow]) -> ResultsSheet | None:
    """Read a sheet of results; None if it is no such thing. ``place`` is what messages call it."""
    for index, line in enumerate(rows[:_HEADER_WITHIN]):
        layout = _layout_of(rows[index:])
        if layout is not None:
            width = layout.attempts - len(FIRST_HEADERS)
            header = tuple(_text(line, column) for column in layout.cells)
            known = _text(line, layout.checksum).removeprefix(CHECKSUM_HEADER).strip()
            read = tuple(_row_of(place, name, layout, row) for row in rows[index + 1 :])
            return ResultsSheet(header, width, known != checksum_of(header[:width]), read)
    return None


def _layout_of(rows: Sequence[SheetRow]) -> _Layout | None:
    """Find our columns, if the first of these rows is the header of a sheet of results."""
    names = [text.strip().lower() for text in rows[0].texts]
    first = len(FIRST_HEADERS)
    # the last such pair is ours: the input may be a sheet of results itself
    ends = [at for at in range(first, len(names)) if tuple(names[at : at + 2]) == LAST_HEADERS]
    if tuple(names[:first]) != FIRST_HEADERS or not ends:
        return None
    end = ends[-1] + len(LAST_HEADERS)
    end += names[end : end + 1] == [DESCRIPTION_HEADER]
    checksum = end if end < len(names) and names[end].startswith(CHECKSUM_HEADER) else None
    end += checksum is not None
    added = {at for row in rows for at, text in enumerate(row.texts[end:], end) if text}
    return _Layout((*range(first, ends[-1]), *sorted(added)), ends[-1], checksum)


def _row_of(place: str, name: str, layout: _Layout, line: SheetRow) -> PreviousRow:
    where = f"{place}: row {line.number}"
    row, result, reason, did_sent = (_text(line, column) for column in range(len(FIRST_HEADERS)))
    attempts = _text(line, layout.attempts)
    word = " ".join(result.lower().split())
    if word not in set(Result):
        raise SheetError(
            f"{where}: '{result}' in the column 'result' is none of its words (allowed: {_WORDS});"
            f" put back what stood there, or write '{Result.NOT_SENT.value}' to have the row sent"
        )
    cells = tuple(_text(line, column) for column in layout.cells)
    checksum = _text(line, layout.checksum)
    width = layout.attempts - len(FIRST_HEADERS)
    return PreviousRow(
        row=_number(f"{where}: '{row}' in the column 'row' is no row number", row),
        cells=cells,
        result=Result(word),
        reason=reason,
        did_sent=did_sent,
        attempts=_number(f"{where}: '{attempts}' in the column 'attempts' is no number", attempts or "0"),
        answered_at=_text(line, layout.attempts + 1),
        corrected=any(cells[width:]) or checksum[2:] != checksum_of((word, *cells[:width])),
        sheet=name,
        checksum=checksum,
        flaws={at: line.flaws[column] for at, column in enumerate(layout.cells) if column in line.flaws},
    )


def _number(refusal: str, text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text.strip()):
        raise SheetError(f"{refusal}; put back what stood there")
    return int(text)


def _text(line: SheetRow, column: int | None) -> str:
    """Return a line's text in a column; lines end with their last filled cell."""
    return line.texts[column] if column is not None and column < len(line.texts) else ""
