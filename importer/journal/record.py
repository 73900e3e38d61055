"""What is written down of a run, and how it is read back."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from importer.journal.store import Entry, entries, open_file, reading
from importer.model import Correction, PlannedRow, Result, RowOutcome, Table


class RunState(StrEnum):
    """How far a run came."""

    UNFINISHED = "unfinished"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class RunAbout:
    """What a run is about; times are ISO 8601 with offset, files are whole paths, and what is not known is empty."""

    run_id: str
    started: str
    file: str
    sha256: str  # of the file
    sheet: str
    server: str
    user: str
    version: str
    results: str  # what was chosen for the results workbook; empty to choose one beside the input
    previous: str  # what this run reruns or takes back
    settings: str  # how it is sent, as JSON, for resume; never a password
    undo: bool = False  # whether it takes back what the run ``previous`` added
    state: RunState = RunState.UNFINISHED
    ended: str = ""
    ended_why: str = ""
    workbook: str = ""  # the results workbook that was written last, or the first of several
    parts: int = 1  # how many were written last
    receipts: str = ""  # of all results workbooks that were written, see importer.workflows.send; a blank between

    @property
    def undoes(self) -> str:
        """The run that this one takes back; empty for an import."""
        return self.previous if self.undo else ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """All that is written down of a run."""

    about: RunAbout
    table: Table  # the input, with one row for each outcome
    planned: tuple[PlannedRow, ...]  # what was to be sent, with what is known of the calls that were made
    outcomes: Mapping[int, RowOutcome]  # so far, by the index of their row
    corrections: tuple[Correction, ...] = ()  # of cells, after the file was read

    @property
    def to_send(self) -> tuple[PlannedRow, ...]:
        """The planned rows that have no outcome."""
        return tuple(row for row in self.planned if row.index not in self.outcomes)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a planned row has come; what it shares with ``PlannedRow`` means the same."""

    attempts: int = 0
    in_flight: bool = False  # a call is made, or about to be
    unanswered: bool = False
    known_absent: str = ""


def values_of(item: RunAbout | PlannedRow | Progress | RowOutcome) -> dict[str, object]:
    """Return the fields of an item, as they are written down."""
    return {field.name: getattr(item, field.name) for field in fields(item)}


def entries_of(record: RunRecord) -> Iterator[Entry]:
    """Return all that is written down when a run begins."""
    table = record.table
    yield "about", 0, values_of(record.about)
    yield "about", 1, {name: getattr(table, name) for name in ("header", "header_row", "blank_rows", "facts")}
    yield "about", 2, [astuple(one) for one in record.corrections]
    yield "about", 3, {"rows": len(table.rows), "planned": len(record.planned)}
    for place, numbered in enumerate(zip(table.row_numbers, table.rows, strict=True)):
        yield "sheet_row", place, numbered
    for row in record.planned:
        yield "planned", row.index, values_of(row)
    for index, outcome in record.outcomes.items():
        yield "outcome", index, values_of(outcome)


def read_record(connection: sqlite3.Connection) -> RunRecord:
    """Read all that is written down of a run."""
    about, counts = read_about(connection)
    _, facts, corrections, _ = (_frozen(values) for _, values in entries(connection, "about"))
    numbered = [_frozen(values) for _, values in entries(connection, "sheet_row")]
    progress = read_progress(connection)
    planned = tuple(_planned(values, progress.get(index)) for index, values in entries(connection, "planned"))
    if (len(numbered), len(planned)) != (counts["rows"], counts["planned"]):
        raise ValueError("rows are missing")
    table = Table(
        path=Path(about.file),
        sha256=about.sha256,
        sheet=about.sheet,
        row_numbers=tuple(number for number, _ in numbered),
        rows=tuple(cells for _, cells in numbered),
        **facts,
    )
    corrected = tuple(Correction(*values) for values in corrections)
    return RunRecord(about, table, planned, read_outcomes(connection), corrected)


def read_about(connection: sqlite3.Connection) -> tuple[RunAbout, dict[str, int]]:
    """Read what a run is about, and how many rows its table has and its plan."""
    said = dict(entries(connection, "about"))
    about = RunAbout(**said[0])
    return replace(about, state=RunState(about.state)), said[3]


def read_progress(connection: sqlite3.Connection) -> dict[int, Progress]:
    """Read how far the planned rows have come, by their index."""
    return {index: Progress(**values) for index, values in entries(connection, "progress")}


def read_outcomes(connection: sqlite3.Connection) -> dict[int, RowOutcome]:
    """Read the outcomes so far, by the index of their row."""
    return {
        index: RowOutcome(**{**values, "result": Result(values["result"])})
        for index, values in entries(connection, "outcome")
    }


def _planned(values: dict[str, Any], known: Progress | None) -> PlannedRow:
    row = PlannedRow(**_frozen(values))
    if known is None:
        return row
    return replace(
        row,
        attempts=known.attempts,
        unanswered=row.unanswered or known.unanswered or known.in_flight,
        known_absent=known.known_absent or row.known_absent,
    )


def _frozen(value: Any) -> Any:
    """Return what JSON gave, with tuples for its lists."""
    if isinstance(value, dict):
        return {name: _frozen(one) for name, one in value.items()}
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


@contextmanager
def open_record(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a record to read it."""
    with closing(open_file(path)) as connection, reading(path):
        yield connection


def outcomes_of(path: Path) -> tuple[RowOutcome, ...]:
    """Return the outcomes of a run so far, in the order of its rows.

    Raises:
        JournalError: its record cannot be read or believed.
    """
    with open_record(path) as connection:
        return tuple(read_outcomes(connection).values())
