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
OLD_HEADERS: Final = (*FIRST_HEADERS[1:], *LAST_HEADERS)

FAILED_MARK, DONE_MARK = "f-", "d-"
"""How the checksum of a row begins: of one that stands in the sheet Failed rows too, and of any other."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of the columns in a sheet of results.

    Attributes:
        ours: the columns result, reason, did_sent, attempts and answered_at; ``row`` is the first.
        theirs: the columns of the input.
        added: the columns that the person added at the right.
        checksum: the column of checksums; None where there is none.
    """

    ours: tuple[int, int, int, int, int]
    theirs: tuple[int, ...]
    added: tuple[int, ...]
    checksum: int | None


def find_layout(header: Sequence[str], used: Sequence[int]) -> Layout | None:
    """Find our columns in a line that may be the header of a sheet of results."""
    names = [text.strip().lower() for text in header]
    if not names or names[0] != FIRST_HEADERS[0]:
        return None
    last = _last_run(names, LAST_HEADERS, len(FIRST_HEADERS))
    old = _last_run(names, OLD_HEADERS, 1)
    checksum = None
    if last is not None:
        after = last + len(LAST_HEADERS)
        end = after + (names[after : after + 1] == [DESCRIPTION_HEADER])
        checksum = end if names[end : end + 1] and names[end].startswith(CHECKSUM_HEADER) else None
    if last is not None and tuple(names[:4]) == FIRST_HEADERS and (old is None or checksum is not None):
        end += checksum is not None
        added = tuple(column for column in used if column >= end)
        return Layout((1, 2, 3, last, last + 1), tuple(range(len(FIRST_HEADERS), last)), added, checksum)
    if old is not None:
        added = tuple(column for column in used if column >= old + len(OLD_HEADERS))
        return Layout((old, old + 1, old + 2, old + 3, old + 4), tuple(range(1, old)), added, None)
    return None


def _last_run(names: Sequence[str], run: tuple[str, ...], first: int) -> int | None:
    places = range(len(names) - len(run), first - 1, -1)
    return next((place for place in places if tuple(names[place : place + len(run)]) == run), None)


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
