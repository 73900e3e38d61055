"""The list of what was run, and of what in the folder of runs cannot be believed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from importer.errors import JournalError
from importer.journal.folder import SUFFIX
from importer.journal.record import RunAbout, open_record, read_about
from importer.journal.store import entries
from importer.model import Result


@dataclass(frozen=True, slots=True)
class RunLine:
    """One line of the list of runs.

    Attributes:
        path: the file of its record.
        counts: its rows by result; rows without an outcome are ``not sent``.
        undone: how many of the DIDs that it added were deleted by an undo, or were not there any more.
    """

    path: Path
    about: RunAbout
    counts: Mapping[str, int]
    undone: int = 0

    @property
    def started(self) -> datetime:
        """When the run began, in local time with its zone."""
        return datetime.fromisoformat(self.about.started).astimezone()

    @property
    def ended(self) -> datetime | None:
        """When a process's work on it ended last, in local time with its zone; None where none has."""
        return datetime.fromisoformat(self.about.ended).astimezone() if self.about.ended else None

    @property
    def undoes(self) -> str:
        """The run that this one takes back; empty for an import."""
        return self.about.undoes


@dataclass(frozen=True, slots=True)
class Runs:
    """What is in the folder of runs.

    Attributes:
        lines: the runs, newest first.
        unreadable: a sentence for each file that is no record, or none that can be believed: its path, what to do.
    """

    lines: tuple[RunLine, ...]
    unreadable: tuple[str, ...]


def read_runs(folder: Path) -> Runs:
    """Look through the folder of runs; a file that cannot be believed is named, and spoils nothing else."""
    lines: list[RunLine] = []
    unreadable: list[str] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            lines.append(read_line(path))
        except JournalError as error:
            unreadable.append(str(error))
    undone: Counter[str] = Counter()
    for line in lines:
        undone[line.undoes] += line.counts.get(Result.SUCCESS, 0) + line.counts.get(Result.DUPLICATE, 0)
    marked = [replace(line, undone=undone[line.about.run_id]) for line in lines]
    # runs of one second are numbered (order, order-2, ... order-10), so a longer name is a later one
    marked.sort(key=lambda line: (line.started, len(line.path.stem), line.path.stem), reverse=True)
    return Runs(tuple(marked), tuple(unreadable))


def list_runs(folder: Path) -> tuple[RunLine, ...]:
    """List what was run, newest first; ``read_runs`` names the records that cannot be read as well."""
    return read_runs(folder).lines


def read_line(path: Path) -> RunLine:
    """Read the line of one run.

    Raises:
        JournalError: its record cannot be read or believed.
    """
    with open_record(path) as connection:
        about, written = read_about(connection)
        counts: Counter[str] = Counter(values["result"] for _, values in entries(connection, "outcome"))
    if about.run_id != path.stem:
        raise JournalError(f"{path} is a copy of the record {about.run_id}: move it out of that folder")
    if missing := written["rows"] - counts.total():
        counts[Result.NOT_SENT] += missing
    return RunLine(path, about, dict(counts))
