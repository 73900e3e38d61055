"""What is written down of a run, and how it is read back."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from importer.errors import JournalError
from importer.journal.store import SUFFIX, open_file
from importer.model import PlannedRow, Result, RowOutcome, Table


class RunState(StrEnum):
    """How far a run came."""

    UNFINISHED = "unfinished"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class RunAbout:
    """What a run is about.

    Attributes:
        run_id: the name by which people call the run.
        started: when it began, ISO 8601.
        file: the whole path of the input.
        sha256: the SHA-256 of the input.
        sheet: the sheet that was read; empty for a text file.
        server: the address of the Non-Agent API.
        user: the API user.
        version: the importer's version.
        results: the whole path that was chosen for the results workbook; empty to choose one beside the input.
        previous: what this run reruns, or empty.
        settings: how it is sent, as JSON, for resume; never a password.
        state: how far it came.
        ended: when it ended, ISO 8601, or empty.
        ended_why: why it was stopped, or empty.
        workbook: the whole path of the results workbook that was written last, or empty; the first of several.
        parts: how many results workbooks were written last.
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
    state: RunState = RunState.UNFINISHED
    ended: str = ""
    ended_why: str = ""
    workbook: str = ""
    parts: int = 1


@dataclass(frozen=True, slots=True)
class RunRecord:
    """All that is written down of a run.

    Attributes:
        about: what it is about.
        table: the input, with one row for each outcome.
        planned: what was to be sent, with what is known of the calls that were made.
        outcomes: the outcomes so far, by the index of their row.
    """

    about: RunAbout
    table: Table
    planned: tuple[PlannedRow, ...]
    outcomes: Mapping[int, RowOutcome]

    @property
    def to_send(self) -> tuple[PlannedRow, ...]:
        """The planned rows that have no outcome."""
        return tuple(row for row in self.planned if row.index not in self.outcomes)


def outcome_values(outcome: RowOutcome) -> tuple[object, ...]:
    """Return the columns of the table of outcomes."""
    return (
        outcome.index,
        outcome.result.value,
        outcome.reason,
        outcome.did_sent,
        outcome.attempts,
        outcome.answered_at,
        outcome.added,
    )


def read_about(connection: sqlite3.Connection) -> RunAbout:
    """Read what a run is about."""
    # runs whose results were one workbook did not always say so
    values = {"parts": "1", **dict(connection.execute("SELECT name, value FROM about"))}
    chosen = {field.name: values[field.name] for field in fields(RunAbout)}
    return RunAbout(**{**chosen, "state": RunState(chosen["state"]), "parts": int(chosen["parts"])})


def read_counts(connection: sqlite3.Connection) -> Mapping[str, int]:
    """Count the rows of a run by result; rows without an outcome count as ``not sent``."""
    counts: dict[str, int] = dict(connection.execute("SELECT result, count(*) FROM outcome GROUP BY result"))
    (rows,) = connection.execute("SELECT count(*) FROM sheet_row").fetchone()
    missing = rows - sum(counts.values())
    if missing:
        counts[Result.NOT_SENT] = counts.get(Result.NOT_SENT, 0) + missing
    return counts


def read_record(connection: sqlite3.Connection) -> RunRecord:
    """Read all that is written down of a run; equal texts are one object, as they were in the table that was read."""
    about = read_about(connection)
    table_facts = json.loads(connection.execute("SELECT value FROM about WHERE name = 'table'").fetchone()[0])
    known: dict[str, str] = {}
    numbers: list[int] = []
    rows: list[tuple[str, ...]] = []
    for number, cells in connection.execute("SELECT row_number, cells FROM sheet_row ORDER BY idx"):
        numbers.append(number)
        rows.append(tuple([known.setdefault(text, text) for text in json.loads(cells)]))
    table = Table(
        path=Path(about.file),
        sha256=about.sha256,
        sheet=about.sheet,
        header=tuple(table_facts["header"]),
        row_numbers=tuple(numbers),
        rows=tuple(rows),
        header_row=table_facts["header_row"],
        blank_rows=table_facts["blank_rows"],
        facts=tuple(table_facts["facts"]),
    )
    return RunRecord(about, table, _read_planned(connection), read_outcomes(connection))


def _read_planned(connection: sqlite3.Connection) -> tuple[PlannedRow, ...]:
    found = connection.execute(
        "SELECT planned.idx, did, parameters, notes, coalesce(attempts, 0),"
        " unanswered_before OR coalesce(in_flight OR unanswered, 0), known_absent"
        " FROM planned LEFT JOIN progress ON progress.idx = planned.idx ORDER BY planned.idx"
    )
    known: dict[tuple[str, str], tuple[str, str]] = {}
    planned = []
    for index, did, parameters, notes, attempts, unanswered, known_absent in found:
        pairs = [(name, value) for name, value in json.loads(parameters)]
        planned.append(
            PlannedRow(
                index,
                did,
                tuple([known.setdefault(pair, pair) for pair in pairs]),
                tuple(json.loads(notes)),
                attempts,
                bool(unanswered),
                known_absent,
            )
        )
    return tuple(planned)


def read_outcomes(connection: sqlite3.Connection) -> dict[int, RowOutcome]:
    """Read the outcomes so far, by the index of their row."""
    found = connection.execute("SELECT idx, result, reason, did_sent, attempts, answered_at, added FROM outcome")
    known: dict[str, str] = {}
    return {
        index: RowOutcome(
            index,
            Result(result),
            known.setdefault(reason, reason),
            did_sent,
            attempts,
            known.setdefault(answered_at, answered_at),
            bool(added),
        )
        for index, result, reason, did_sent, attempts, answered_at, added in found
    }


def successes_of(path: Path) -> tuple[tuple[str, bool], ...]:
    """Return for each success of a run its DID, and whether the run added it; in the order of its rows.

    Raises:
        JournalError: it is not there, or cannot be read.
    """
    connection = open_file(path)
    try:
        found = connection.execute(
            "SELECT did_sent, added FROM outcome WHERE result = ? ORDER BY idx", (Result.SUCCESS.value,)
        )
        return tuple((did, bool(added)) for did, added in found)
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class RunLine:
    """One line of the list of runs."""

    path: Path
    about: RunAbout
    counts: Mapping[str, int]


def list_runs(folder: Path) -> tuple[RunLine, ...]:
    """List what was run, newest first; records that cannot be read are left out."""
    lines: list[RunLine] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            connection = open_file(path)
        except JournalError:
            continue
        try:
            lines.append(RunLine(path, read_about(connection), read_counts(connection)))
        finally:
            connection.close()
    return tuple(sorted(lines, key=_when_begun, reverse=True))


def _when_begun(line: RunLine) -> tuple[datetime, int, str]:
    # runs of one second are numbered (order, order-2, ... order-10), so a longer name is a later one
    return datetime.fromisoformat(line.about.started), len(line.path.stem), line.path.stem
