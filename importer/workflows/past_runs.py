"""Runs that were begun: finished, listed, shown again, taken back, forgotten."""

from dataclasses import replace
from pathlib import Path

from importer.errors import JournalError, SheetError
from importer.journal import (
    SUFFIX,
    Journal,
    RunAbout,
    RunLine,
    RunState,
    forget,
    list_runs,
    read_line,
    read_runs,
)
from importer.model import PlannedRow, Result, RowOutcome
from importer.reading import sha256_of
from importer.sending.rate_limiter import SYSTEM_CLOCK, Clock, RateLimiter
from importer.settings.settings import Server
from importer.workbooks.results import ResultsPlace, read_results
from importer.workflows.calls import Calls
from importer.workflows.control import Observer, RunControl
from importer.workflows.options import Folders, ImportOptions
from importer.workflows.send import RunReport, in_order, send_and_report, write_workbook


def resume(
    line: RunLine,
    options: ImportOptions,
    server: Server,
    folders: Folders,
    observer: Observer | None = None,
    *,
    clock: Clock = SYSTEM_CLOCK,
    limiter: RateLimiter | None = None,
    control: RunControl | None = None,
) -> RunReport:
    """Finish a run: rows with an outcome are not sent again, rows never sent are, the others are cleared up.

    Args:
        line: the run.
        options: how to send.
        server: the server and user of the run; another only if the run has sent nothing, which corrects its address.
        folders: where the workbook goes.
        observer: looks on; None for nobody.
        clock: where time comes from.
        limiter: ``options.rate_limiter()``, where other calls keep to the same limit.
        control: stops it from another thread.

    Raises:
        JournalError: there is nothing left to do, the input has changed, another process works on the run, or the
            server is another one.
    """
    about = line.about
    if about.state is RunState.FINISHED:
        raise JournalError(f"the run {about.run_id} is finished; did-importer runs {about.run_id} shows it")
    input_path = Path(about.file)
    # whatever the caller gives: an undo never adds, an import never deletes
    options = replace(options, undo=about.undo)
    if not options.undo:
        _refuse_if_changed(input_path, about)
    place = folders.place_for(input_path)
    if about.results and not place.fixed:
        # the name that was chosen for the run, or the next free one: its first workbook may be there
        place = ResultsPlace(Path(about.results), most_rows=folders.sheet_rows)
    place.check(max(1, -(-sum(line.counts.values()) // (place.most_rows - 1))))
    calls = Calls.of(options, server, observer, clock, limiter, control)
    with Journal.reopen(line.path) as journal:
        record = journal.record()
        if (server.url, server.user) != (about.server, about.user):
            if about.undo or any(row.attempts for row in record.planned):
                raise JournalError(
                    f"the run {about.run_id} has sent rows to {about.server} as {about.user}; it cannot be finished"
                    f" at {server.url} as {server.user}"
                )
            record = replace(record, about=journal.change(server=server.url, user=server.user))
        if not any(row.attempts for row in record.planned):
            calls.reach()
        return send_and_report(journal, record, calls, place)


def _refuse_if_changed(input_path: Path, about: RunAbout) -> None:
    try:
        unchanged = sha256_of(input_path) == about.sha256
    except SheetError:
        raise JournalError(f"{input_path} is not there any more; put it back to resume the run") from None
    if not unchanged:
        raise JournalError(
            f"{input_path} has changed since the run {about.run_id} began, so the run is not resumed;"
            " put the old file back, or start afresh with: did-importer run --new"
        )


def unfinished_run(folders: Folders, name: str | None = None) -> RunLine:
    """Find the run to resume.

    Args:
        folders: where the records are.
        name: the run's name, or None for the newest unfinished one.

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
    for line in list_runs(folders.runs):
        if line.path == path:
            return line
    return read_line(path)


def _path_of(folders: Folders, name: str) -> Path:
    path = folders.runs / f"{name.removesuffix(SUFFIX)}{SUFFIX}"
    if path.parent != folders.runs or not path.is_file():
        raise JournalError(f"there is no run {name} in {folders.runs}; did-importer runs lists what there is")
    return path


def forget_run(folders: Folders, name: str) -> None:
    """Remove the record of a run, also one that cannot be read; its results workbook stays.

    What the run added can then not be taken back by ``undo`` any more, and an unfinished one not be finished.

    Raises:
        JournalError: there is none of that name, or another process works on it.
    """
    forget(_path_of(folders, name))


def rewrite_workbook(line: RunLine, folders: Folders) -> tuple[Path, ...]:
    """Write the results workbook of a run again, from its record alone.

    Returns:
        What was written: one workbook, unless a sheet has no room for all rows.

    Raises:
        JournalError: another process works on the run.
        ResultsError: it cannot be written there.
    """
    place = folders.place_for(Path(line.about.file))
    place.check()
    with Journal.reopen(line.path) as journal:
        record = journal.record()
        about = record.about
        outcomes = in_order(record, tuple(as_left(row) for row in record.to_send))
        how = about.ended_why or ("finished" if about.state is RunState.FINISHED else "the process ended in mid-run")
        options = ImportOptions.from_json(about.settings)
        parts, receipts = write_workbook(record, outcomes, options, about.ended, how, place)
        journal.change(receipts=f"{about.receipts} {' '.join(receipts)}".strip())
    return tuple(part.path for part in parts)


def as_left(row: PlannedRow) -> RowOutcome:
    """Say of a row that has no outcome yet what is known of it."""
    if row.unanswered:
        reason = "sent or about to be sent, and no answer is recorded; did-importer resume clears it up"
        return RowOutcome(row.index, Result.UNKNOWN, reason, row.did, row.attempts)
    return RowOutcome(row.index, Result.NOT_SENT, "not sent yet; did-importer resume sends it", attempts=row.attempts)


def recorded_options(folders: Folders, results: Path | str) -> ImportOptions | None:
    """Return how the run was made whose results are rerun, if its record is on this machine and can be read.

    Raises:
        SheetError: the file is no results workbook.
        JournalError: it is the workbook of an undo, whose rows are no import.
    """
    run_id = read_results(Path(results)).run_id
    for line in list_runs(folders.runs):
        if run_id and line.about.run_id == run_id:
            if line.about.undo:
                raise JournalError(
                    f"{results} is the workbook of an undo; what it has left is taken back with:"
                    f" did-importer undo {line.about.previous}"
                )
            return ImportOptions.from_json(line.about.settings)
    return None
