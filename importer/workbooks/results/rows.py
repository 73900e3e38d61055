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

FAILED_MARK, DONE_MARK = "f-", "d-"
"""How the checksum of a row begins: of one that stands in the sheet Failed rows too, and of any other."""


def checksum_of(texts: Sequence[str]) -> str:
    """Return what tells later whether a person has changed one of these texts."""
    return blake2s(json.dumps(texts).encode(), digest_size=5).hexdigest()


REASON: Final = FIRST_HEADERS.index("reason")
_CUT_REASON: Final = f" [cut here: a cell holds {LONGEST_CELL:,} characters]"
_NAMED: Final = re.compile(rf"(?:^|[;(] ?)({'|'.join(column.name for column in COLUMNS)})(?= '| is blank)")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One line of a sheet: its texts, each of which fits into a cell; its result; and the columns to correct."""

    texts: tuple[str, ...]
    result: Result
    bad: frozenset[int]


@dataclass(frozen=True, slots=True)
class ResultRows:
    """What the lines are made of.

    Attributes:
        table: the input, with one row for each outcome.
        outcomes: what became of each row, in its order.
        taken: the server's name of a column -> the index of the header that was taken for it.
        descriptions: where descriptions were made, those that were sent by the index of their row; else None.
    """

    table: Table
    outcomes: Sequence[RowOutcome]
    taken: Mapping[str, int]
    descriptions: Mapping[int, str] | None

    def header(self) -> tuple[str, ...]:
        """Return all headers."""
        theirs = tuple(map(cell_text, self.table.header))
        described = (DESCRIPTION_HEADER,) if self.descriptions is not None else ()
        return (*FIRST_HEADERS, *theirs, *LAST_HEADERS, *described, f"{CHECKSUM_HEADER} {checksum_of(theirs)}")

    def lines(self, places: range) -> Iterator[ResultRow]:
        """Make the lines of the sheet Results for some rows."""
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
            bad = columns_named(outcome.reason, self.taken) if outcome.result is Result.INVALID else frozenset()
            yield ResultRow(texts, outcome.result, frozenset(len(FIRST_HEADERS) + column for column in bad))

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


def columns_named(reason: str, taken: Mapping[str, int]) -> frozenset[int]:
    """Return the columns of the cells that a reason names; one that is not there is said at the DID."""
    did = taken.get(DID_PATTERN.name)
    found = {taken.get(name, did) for name in _NAMED.findall(reason)}
    return frozenset(column for column in found if column is not None)


def in_order(table: Table, outcomes: Sequence[RowOutcome]) -> Sequence[RowOutcome]:
    """Bring the outcomes into the order of the table.

    Raises:
        ValueError: a row would be lost or stand twice. It is a mistake of the caller's, never the person's.
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.index)
    if [outcome.index for outcome in ordered] != list(range(len(table.rows))):
        raise ValueError(f"{len(table.rows)} rows need an outcome each, once; there are {len(ordered)} outcomes")
    return ordered
