"""What is written down of a run, and how it is read back."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from importer.journal.store import entries, open_file, reading
from importer.model import Correction, PlannedRow, Result, RowOutcome, Table


class RunState(StrEnum):
    """How far a run came."""

    UNFINISHED = "unfinished"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class RunAbout:
    """What a run is about.

    Attributes:
        run_id: the name by which people call the run.
        started: when it began, ISO 8601 with offset.
        file: the whole path of the input.
        sha256: the SHA-256 of the input.
        sheet: the sheet that was read; empty for a text file.
        server: the address of the Non-Agent API.
        user: the API user.
        version: the importer's version.
        results: the whole path that was chosen for the results workbook; empty to choose one beside the input.
        previous: what this run reruns or takes back, or empty.
        settings: how it is sent, as JSON, for resume; never a password.
        undo: whether it takes back what the run ``previous`` added.
        state: how far it came.
        ended: when it ended, ISO 8601, or empty.
        ended_why: why it was stopped, or empty.
        workbook: the whole path of the results workbook that was written last, or empty; the first of several.
        parts: how many results workbooks were written last.
        receipts: those of all results workbooks that were written, see ``importer.workflows.send``; a blank between.
    """

    run_id: str
    started: str
    file: str
    sha256: str
    sheet: str
    server: str
    user: str
    version: str
    results: str
    previous: str
    settings: str
    undo: bool = False
    state: RunState = RunState.UNFINISHED
    ended: str = ""
    ended_why: str = ""
    workbook: str = ""
    parts: int = 1
    receipts: str = ""

    @property
    def undoes(self) -> str:
        """The run that this one takes back; empty for an import."""
        return self.previous if self.undo else ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """All that is written down of a run.

    Attributes:
        about: what it is about.
        table: the input, with one row for each outcome.
        planned: what was to be sent, with what is known of the calls that were made.
        outcomes: the outcomes so far, by the index of their row.
        corrections: the cells of the table that were corrected after the file was read.
    """

    about: RunAbout
    table: Table
    planned: tuple[PlannedRow, ...]
    outcomes: Mapping[int, RowOutcome]
    corrections: tuple[Correction, ...] = ()

    @property
    def to_send(self) -> tuple[PlannedRow, ...]:
        """The planned rows that have no outcome."""
        return tuple(row for row in self.planned if row.index not in self.outcomes)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a planned row has come.

    Attributes:
        attempts: the calls that were made for it.
        in_flight: a call is made, or about to be.
        unanswered: a call may have been processed without an answer.
        known_absent: how it is known that the DID was not there before the first call, or empty.
    """

    attempts: int = 0
    in_flight: bool = False
    unanswered: bool = False
    known_absent: str = ""


def values_of(item: RunAbout | PlannedRow | Progress | RowOutcome) -> dict[str, object]:
    """Return the fields of an item, as they are written down."""
    return {field.name: getattr(item, field.name) for field in fields(item)}


def head_values(record: RunRecord) -> tuple[object, ...]:
    """Return the entries of the table ``about``: the run, its table but for the rows, the corrections, the counts."""
    table = record.table
    facts = {"header": table.header, "header_row": table.header_row, "blank_rows": table.blank_rows}
    return (
        values_of(record.about),
        {**facts, "facts": table.facts},
        [astuple(one) for one in record.corrections],
        {"rows": len(table.rows), "planned": len(record.planned)},
    )


def read_about(connection: sqlite3.Connection) -> RunAbout:
    """Read what a run is about."""
    for place, values in entries(connection, "about"):
        if place == 0:
            about = RunAbout(**values)
            return replace(about, state=RunState(about.state))
    raise ValueError("what the run is about is not there")


def read_record(connection: sqlite3.Connection) -> RunRecord:
    """Read all that is written down of a run."""
    about = read_about(connection)
    _, facts, corrections, counts = (values for _, values in entries(connection, "about"))
    numbered = [values for _, values in entries(connection, "sheet_row")]
    planned = tuple(_read_planned(connection))
    if (len(numbered), len(planned)) != (counts["rows"], counts["planned"]):
        raise ValueError("rows are missing")
    table = Table(
        path=Path(about.file),
        sha256=about.sha256,
        sheet=about.sheet,
        row_numbers=tuple(number for number, _ in numbered),
        rows=tuple(tuple(cells) for _, cells in numbered),
        **_with_tuples(facts),
    )
    corrected = tuple(Correction(*values) for values in corrections)
    return RunRecord(about, table, planned, read_outcomes(connection), corrected)


def read_progress(connection: sqlite3.Connection) -> dict[int, Progress]:
    """Read how far the planned rows have come, by their index."""
    return {index: Progress(**values) for index, values in entries(connection, "progress")}


def _read_planned(connection: sqlite3.Connection) -> Iterator[PlannedRow]:
    progress = read_progress(connection)
    for index, values in entries(connection, "planned"):
        row = PlannedRow(**_with_tuples(values))
        known = progress.get(index)
        yield (
            row
            if known is None
            else replace(
                row,
                attempts=known.attempts,
                unanswered=row.unanswered or known.unanswered or known.in_flight,
                known_absent=known.known_absent or row.known_absent,
            )
        )


def _with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(value) if isinstance(value, list) else value for value in values)


def read_outcomes(connection: sqlite3.Connection) -> dict[int, RowOutcome]:
    """Read the outcomes so far, by the index of their row."""
    return {
        index: RowOutcome(**{**values, "result": Result(values["result"])})
        for index, values in entries(connection, "outcome")
    }


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
