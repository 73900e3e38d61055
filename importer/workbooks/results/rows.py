"""The rows of the sheets Results and Failed rows: every row of the input once, in its order, with what became of it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Final

from importer.columns import COLUMNS, DID_PATTERN
from importer.model import Result, RowOutcome, Table
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
        return (*FIRST_HEADERS, *theirs, *LAST_HEADERS, *described, f"{CHECKSUM_HEADER} {checksum_of(theirs)}")

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
