"""Reading a sheet of results again: Results, Failed rows, or either of them saved as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from importer.errors import SheetError
from importer.model import CellFlaw, Result, RowOutcome
from importer.reading import SheetRow
from importer.workbooks.results.rows import CHECKSUM_HEADER, Layout, checksum_of, find_layout

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

    def outcome(self, index: int) -> RowOutcome:
        """Return what became of the row last time, for the place that it has in a new table."""
        return RowOutcome(index, self.result, self.reason, self.did_sent, self.attempts, self.answered_at)


@dataclass(frozen=True, slots=True)
class ResultsLine:
    """One line of a sheet: its row, its checksum, and why cells (by their place) are not to be trusted."""

    row: PreviousRow
    checksum: str
    flaws: Mapping[int, CellFlaw]
    sheet: str


@dataclass(frozen=True, slots=True)
class ResultsSheet:
    """A sheet of results.

    Attributes:
        header: the headers of the input, and those that the person added at the right.
        width: how many of them are the input's.
        header_corrected: whether one of the input's was changed; True where that cannot be known.
        lines: the lines that are not blank.
    """

    header: tuple[str, ...]
    width: int
    header_corrected: bool
    lines: tuple[ResultsLine, ...]


def sheet_of_results(place: str, name: str, rows: Sequence[SheetRow]) -> ResultsSheet | None:
    """Read a sheet of results; None if it is no such thing."""
    used = sorted({column for row in rows for column, text in enumerate(row.texts) if text})
    for index, line in enumerate(rows[:_HEADER_WITHIN]):
        layout = find_layout(line.texts, used)
        if layout is not None:
            header = tuple(_text(line, column) for column in (*layout.theirs, *layout.added))
            known = _text(line, layout.checksum).removeprefix(CHECKSUM_HEADER).strip()
            changed = known != checksum_of(header[: len(layout.theirs)])
            lines = tuple(_line_of(place, name, layout, row) for row in rows[index + 1 :])
            return ResultsSheet(header, len(layout.theirs), changed, lines)
    return None


def _line_of(place: str, name: str, layout: Layout, line: SheetRow) -> ResultsLine:
    result, reason, did_sent, attempts, answered_at = (_text(line, column) for column in layout.ours)
    where = f"{place}: row {line.number}"
    row = _text(line, 0).strip()
    if not (row.isascii() and row.isdigit()):
        raise SheetError(f"{where}: '{row}' in the column 'row' is no row number; put back what stood there")
    word = " ".join(result.lower().split())
    if word not in set(Result):
        raise SheetError(
            f"{where}: '{result}' in the column 'result' is none of its words (allowed: {_WORDS});"
            f" put back what stood there, or write '{Result.NOT_SENT.value}' to have the row sent"
        )
    calls = attempts.strip() or "0"
    if not (calls.isascii() and calls.isdigit()):
        raise SheetError(f"{where}: '{attempts}' in the column 'attempts' is no number; put back what stood there")
    columns = (*layout.theirs, *layout.added)
    cells = tuple(_text(line, column) for column in columns)
    checksum = _text(line, layout.checksum)
    width = len(layout.theirs)
    corrected = any(cells[width:]) or checksum[2:] != checksum_of((word, *cells[:width]))
    previous = PreviousRow(int(row), cells, Result(word), reason, did_sent, int(calls), answered_at, corrected)
    flaws = {at: line.flaws[column] for at, column in enumerate(columns) if column in line.flaws}
    return ResultsLine(previous, checksum, flaws, name)


def _text(line: SheetRow, column: int | None) -> str:
    """Return a line's text in a column; lines end with their last filled cell."""
    return line.texts[column] if column is not None and column < len(line.texts) else ""
