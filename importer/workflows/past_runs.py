"""Runs that were begun: finished, found by name, shown again, forgotten."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

from importer.errors import JournalError, SheetError
from importer.journal import (
    SUFFIX,
    Journal,
    RunAbout,
    RunLine,
    RunRecord,
    RunState,
    forget,
    outcomes_of,
    read_line,
    read_runs,
)
from importer.model import PlannedRow, Result, RowOutcome
from importer.reading import sha256_of
from importer.settings.settings import Server
from importer.workbooks.results import Cause, ResultsPlace, read_results
from importer.workbooks.results.causes import causes_of
from importer.workflows.calls import Calling, Calls, Observer
from importer.workflows.options import Folders, ImportOptions
from importer.workflows.send import RunReport, check_place, in_order, send_and_report, write_workbook


def resume(
    line: RunLine,
    options: ImportOptions,
    server: Server,
    folders: Folders,
    observer: Observer | None = None,
    **calling: Unpack[Calling],
) -> RunReport:
    """Finish a run: rows with an outcome are not sent again, rows never sent are, the others are cleared up.

    It is called as ``import_checked`` is. Where the run has sent nothing, another server corrects its address.

    Raises:
        JournalError: there is nothing left to do, the input has changed, another process works on the run, or the
            server is another one.
    """
    about = line.about
    if about.state is RunState.FINISHED:
        raise JournalError(f"the run {about.run_id} is finished; did-importer runs {about.run_id} shows it")
    if not about.undo:
        _refuse_if_changed(about)
    place = folders.place_for(Path(about.file))
    if about.results and not place.fixed:
        # the name that was chosen for the run, or the next free one: its first workbook may be there
        place = ResultsPlace(Path(about.results), most_rows=folders.sheet_rows)
    # whatever the caller gives: an undo never adds, an import never deletes
    options = options.undoing() if about.undo else replace(options, undo=False)
    calls = Calls(options, server, observer, **calling)
    with Journal.reopen(line.path) as journal:
        record = journal.record()
        check_place(record.table, place)
        sent = any(row.attempts for row in record.planned)
        if (server.url, server.user) != (about.server, about.user):
            if about.undo or sent:
                raise JournalError(
                    f"the run {about.run_id} has sent rows to {about.server} as {about.user}; it cannot be finished"
                    f" at {server.url} as {server.user}"
                )
            about = replace(record.about, server=server.url, user=server.user)
            journal.change(about)
            record = replace(record, about=about)
        if not sent:
            calls.reach()
        return send_and_report(journal, record, calls, place)


def _refuse_if_changed(about: RunAbout) -> None:
    try:
        unchanged = sha256_of(Path(about.file)) == about.sha256
    except SheetError:
        raise JournalError(f"{about.file} is not there any more; put it back to resume the run") from None
    if not unchanged:
        raise JournalError(
            f"{about.file} has changed since the run {about.run_id} began, so the run is not resumed;"
            " put the old file back, or start afresh with: did-importer run --new"
        )


def unfinished_run(folders: Folders, name: str | None = None) -> RunLine:
    """Find the run to resume: that of the name, or the newest unfinished one.

    Raises:
        JournalError: there is none, or it cannot be read or believed.
    """
    if name is not None:
        return named_run(folders, name)
    runs = read_runs(folders.runs)
    for line in runs.lines:
        if line.about.state is RunState.UNFINISHED:
            return line
    raise JournalError(
        "; ".join(("there is no unfinished run; did-importer runs lists what was run", *runs.unreadable))
    )


def named_run(folders: Folders, name: str) -> RunLine:
    """Find a run by its name.

    Raises:
        JournalError: there is none of that name, or it cannot be read or believed.
    """
    path = _path_of(folders, name)
    listed = (line for line in read_runs(folders.runs).lines if line.path == path)
    return next(listed, None) or read_line(path)


def forget_run(folders: Folders, name: str) -> None:
    """Remove the record of a run, also one that cannot be read; its results workbook stays.

    What the run added can then not be taken back by ``undo`` any more, and an unfinished one not be finished.

    Raises:
        JournalError: there is none of that name, or another process works on it.
    """
    forget(_path_of(folders, name))


def _path_of(folders: Folders, name: str) -> Path:
    path = folders.runs / f"{name.removesuffix(SUFFIX)}{SUFFIX}"
    if path.parent != folders.runs or not path.is_file():
        raise JournalError(f"there is no run {name} in {folders.runs}; did-importer runs lists what there is")
    return path


def recorded_options(folders: Folders, results: Path | str) -> ImportOptions | None:
    """Return how the run was made whose results are rerun, if its record is on this machine and can be read.

    Raises:
        SheetError: the file is no results workbook.
        JournalError: it is the workbook of an undo, whose rows are no import.
    """
    run_id = read_results(Path(results)).run_id
    about = next((line.about for line in read_runs(folders.runs).lines if line.about.run_id == run_id), None)
    if about is None:
        return None
    if about.undo:
        raise JournalError(
            f"{results} is the workbook of an undo; what it has left is taken back with:"
            f" did-importer undo {about.previous}"
        )
    return ImportOptions.from_json(about.settings)


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """How a run ended, or how far it came, from its record alone.

    Attributes:
        outcomes: what became of each row, in the order of the input.
        causes: why rows are not in, grouped.
    """

    outcomes: tuple[RowOutcome, ...]
    causes: tuple[Cause, ...]

    @property
    def counts(self) -> Mapping[Result, int]:
        """The rows by result."""
        return Counter(outcome.result for outcome in self.outcomes)

    @property
    def added(self) -> int:
        """How many DIDs it added."""
        return sum(outcome.added and outcome.result is Result.SUCCESS for outcome in self.outcomes)


def recorded_run(line: RunLine) -> RecordedRun:
    """Read what is written down of a run.

    Raises:
        JournalError: another process works on the run, or its record is damaged.
    """
    outcomes = outcomes_so_far(line)
    return RecordedRun(outcomes, causes_of(outcomes, Path(line.about.workbook).name, undoes=line.undoes))


def outcomes_so_far(line: RunLine) -> tuple[RowOutcome, ...]:
    """Read what became of each row; refused while another process works on the run."""
    if line.about.state is RunState.FINISHED:
        # every row has its outcome, and the rest of a long record takes its time to read
        return outcomes_of(line.path)
    with Journal.reopen(line.path) as journal:
        return _as_left(journal.record())


def rewrite_workbook(line: RunLine, folders: Folders) -> tuple[Path, ...]:
    """Write the results workbooks of a run again, from its record alone; return their paths.

    Raises:
        JournalError: another process works on the run.
        ResultsError: it cannot be written there.
    """
    place = folders.place_for(Path(line.about.file))
    place.check()
    with Journal.reopen(line.path) as journal:
        record = journal.record()
        options = ImportOptions.from_json(record.about.settings)
        parts, receipts = write_workbook(record, _as_left(record), options, place)
        journal.change(replace(record.about, receipts=receipts))
    return tuple(part.path for part in parts)


def write_left_over(line: RunLine, path: Path) -> None:
    """Write a results workbook that holds only the rows that are neither success nor duplicate; a rerun takes it.

    Raises:
        JournalError: another process works on the run.
        ResultsError: it cannot be written there.
    """
    with Journal.reopen(line.path) as journal:
        record = journal.record()
    kept = [one for one in _as_left(record) if one.result not in (Result.SUCCESS, Result.DUPLICATE)]
    places = {outcome.index: place for place, outcome in enumerate(kept)}
    table = replace(
        record.table,
        rows=tuple(record.table.rows[index] for index in places),
        row_numbers=tuple(record.table.row_numbers[index] for index in places),
    )
    planned = tuple(replace(row, index=places[row.index]) for row in record.planned if row.index in places)
    outcomes = [replace(outcome, index=place) for place, outcome in enumerate(kept)]
    options = ImportOptions.from_json(record.about.settings)
    write_workbook(replace(record, table=table, planned=planned), outcomes, options, ResultsPlace(path, fixed=True))


def _as_left(record: RunRecord) -> tuple[RowOutcome, ...]:
    """Return the outcomes of a run, and of the rows that have none yet what is known of them."""
    return in_order(record, (_left(row) for row in record.to_send))


def _left(row: PlannedRow) -> RowOutcome:
    if row.unanswered:
        reason = "sent or about to be sent, and no answer is recorded; did-importer resume clears it up"
        return RowOutcome(row.index, Result.UNKNOWN, reason, row.did, row.attempts)
    return RowOutcome(row.index, Result.NOT_SENT, "not sent yet; did-importer resume sends it", attempts=row.attempts)
