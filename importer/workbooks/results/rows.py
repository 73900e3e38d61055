"""The rows of the sheets Results and Failed rows, written and read: each row of the input, and what became of it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import Final

from importer.columns import COLUMNS, DID_PATTERN
from importer.errors import SheetError
from importer.model import CellFlaw, Result, RowOutcome, Table
from importer.reading import SheetRow
from importer.workbooks.cells import LONGEST_CELL, cell_text, fits, holdable
from importer.workbooks.results.parts import DONE

SUMMARY_SHEET: Final = "Summary"
RESULTS_SHEET: Final = "Results"
FAILED_SHEET: Final = "Failed rows"

FIRST_HEADERS: Final = ("row", "result", "reason", "did_sent")
LAST_HEADERS: Final = ("attempts", "answered_at")
DESCRIPTION_HEADER: Final = "did_description_sent"
CHECKSUM_HEADER: Final = "checksum"
REASON: Final = FIRST_HEADERS.index("reason")

FAILED_MARK, DONE_MARK = "f-", "d-"
"""How the checksum of a row begins: of one that stands in the sheet Failed rows too, and of any other."""

_CUT_REASON: Final = f" [cut here: a cell holds {LONGEST_CELL:,} characters]"
_HEADER_WITHIN: Final = 50
_WORDS: Final = ", ".join(result.value for result in Result)
_NAMED: Final = re.compile(rf"(?:^|[;(] ?)({'|'.join(column.name for column in COLUMNS)})(?= '| is blank)")


def checksum_of(texts: Sequence[str]) -> str:
    """Return what tells later whether a person has changed one of these texts."""
    return blake2s(json.dumps(texts).encode(), digest_size=5).hexdigest()


def columns_named(reason: str, taken: Mapping[str, int]) -> set[int]:
    """Return the columns of the cells that a reason names; one that is not there is said at the DID."""
    did = taken.get(DID_PATTERN.name, -1)
    return {taken.get(name, did) for name in _NAMED.findall(reason)} - {-1}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row of a sheet: its texts, each of which fits into a cell; its result; the notes on cells to correct."""

    texts: tuple[str, ...]
    result: Result
    notes: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class ResultRows:
    """What the rows are made of, see ``write_results``; the outcomes are in the order of the table's rows."""

    table: Table
    outcomes: Sequence[RowOutcome]
    taken: Mapping[str, int]
    descriptions: Mapping[int, str] | None

    def header(self) -> tuple[str, ...]:
        """Return all headers."""
        theirs = tuple(map(cell_text, self.table.header))
        described = (DESCRIPTION_HEADER,) if self.descriptions is not None else ()
        return (*FIRST_HEADERS, *theirs, *LAST_HEADERS, *described, CHECKSUM_HEADER)

    def of(self, places: range) -> Iterator[ResultRow]:
        """Make some of the rows."""
        for place in places:
            outcome = self.outcomes[place]
            cells = tuple(map(cell_text, self.table.rows[place]))
            reason = outcome.reason
            if cells != self.table.rows[place]:
                reason = " ".join((reason, *self._lost(place))).strip()
            word = outcome.result.value
            mark = DONE_MARK if outcome.result in DONE else FAILED_MARK
            texts = (
                str(self.table.row_numbers[place]),
                word,
                cell_text(reason, _CUT_REASON),
                cell_text(outcome.did_sent),
                *cells,
                str(outcome.attempts),
                outcome.answered_at,
                *self._description(place),
                mark + checksum_of((word, *cells)),
            )
            bad = columns_named(outcome.reason, self.taken) if outcome.result is Result.INVALID else ()
            yield ResultRow(texts, outcome.result, {len(FIRST_HEADERS) + column: reason for column in bad})

    def _lost(self, place: int) -> Iterator[str]:
        for name, text in zip(self.table.header, self.table.rows[place], strict=True):
            which = f"'{name}'" if name else "a column without a name"
            if not fits(text):
                yield f"[The cell of {which} is cut here at {LONGEST_CELL:,} characters.]"
            if not holdable(text):
                yield f"[The cell of {which} held a character that is shown as \ufffd.]"

    def _description(self, place: int) -> tuple[str, ...]:
        """The description that was sent, where it differs from the cell."""
        if self.descriptions is None:
            return ()
        sent, column = self.descriptions.get(place, ""), self.taken.get("did_description")
        there = self.table.rows[place][column] if column is not None else ""
        return (cell_text(sent) if sent != there else "",)


@dataclass(frozen=True, slots=True)
class PreviousRow:
    """One row of a results workbook.

    Attributes:
        row: the row's number in the first input.
        cells: the input's cells, with the person's corrections; what follows is of last time, see ``RowOutcome``.
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
    """A sheet of results: the input's headers and those that the person added at the right, and its rows."""

    header: tuple[str, ...]
    rows: tuple[PreviousRow, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    """The places of the columns: the cells, of which ``width`` are the input's, and those of ours that move."""

    cells: tuple[int, ...]
    width: int
    attempts: int
    checksum: int | None


def sheet_of_results(place: str, name: str, rows: Sequence[SheetRow]) -> ResultsSheet | None:
    """Read a sheet of results; None if it is no such thing. ``place`` is what messages call it."""
    for index, line in enumerate(rows[:_HEADER_WITHIN]):
        layout = _layout_of(rows[index:])
        if layout is not None:
            header = tuple(_text(line, column) for column in layout.cells)
            read = tuple(_row_of(place, name, layout, row) for row in rows[index + 1 :])
            return ResultsSheet(header, read)
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
    return _Layout((*range(first, ends[-1]), *sorted(added)), ends[-1] - first, ends[-1], checksum)


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
    return PreviousRow(
        row=_number(f"{where}: '{row}' in the column 'row' is no row number", row),
        cells=cells,
        result=Result(word),
        reason=reason,
        did_sent=did_sent,
        attempts=_number(f"{where}: '{attempts}' in the column 'attempts' is no number", attempts or "0"),
        answered_at=_text(line, layout.attempts + 1),
        corrected=any(cells[layout.width :]) or checksum[2:] != checksum_of((word, *cells[: layout.width])),
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
