"""Begins a run: read, check, plan, record, send, results."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Unpack

from importer import __version__
from importer.errors import JournalError, SettingsError
from importer.journal import (
    Journal,
    RunAbout,
    RunLine,
    RunRecord,
    RunState,
    list_runs,
    make_folder,
    new_path,
    new_run_lock,
    read_runs,
)
from importer.model import Correction, PlannedRow, Result, RowOutcome, Table
from importer.reading import sha256_of
from importer.sending.rate_limiter import RateLimiter
from importer.settings.settings import Server
from importer.workflows.calls import Calling, Calls, Observer, RunControl
from importer.workflows.check import Checked, check_file
from importer.workflows.options import Folders, ImportOptions
from importer.workflows.send import RunReport, check_place, send_and_report


def import_file(
    path: Path | str,
    server: Server,
    options: ImportOptions,
    folders: Folders,
    observer: Observer | None = None,
    *,
    afresh: bool = False,
    **calling: Unpack[Calling],
) -> RunReport:
    """Check a file, send its good rows, and write its results workbook: ``check_file`` and ``import_checked`` in one.

    Raises:
        UsageError: the file, an option or a folder cannot be used; nothing was sent.
        WorkbookWriteError: all is sent and recorded, but the workbook could not be written.
    """
    checked = check_file(path, options)
    if checked.checked.question and checked.planned:
        raise SettingsError(f"{checked.checked.question} Say which it is with mapping, or give any_pattern=True")
    return import_checked(checked, options, server, folders, observer, afresh=afresh, **calling)


async def import_file_async(
    path: Path | str,
    server: Server,
    options: ImportOptions,
    folders: Folders,
    observer: Observer | None = None,
    *,
    afresh: bool = False,
    limiter: RateLimiter | None = None,
) -> RunReport:
    """Do what ``import_file`` does, in a thread, so that the caller's event loop goes on; the observer is called there.

    Where the task is cancelled, the run is stopped in good order before the cancellation goes on: ``resume`` finishes
    it.
    """
    control = RunControl()
    work = asyncio.create_task(
        asyncio.to_thread(
            import_file, path, server, options, folders, observer, afresh=afresh, limiter=limiter, control=control
        )
    )
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        control.stop()
        await asyncio.wait([work])
        raise


def import_checked(
    checked: Checked,
    options: ImportOptions,
    server: Server,
    folders: Folders,
    observer: Observer | None = None,
    *,
    afresh: bool = False,
    **calling: Unpack[Calling],
) -> RunReport:
    """Send what was checked, and write its results workbook.

    Args:
        checked: what ``check_file`` or ``check_results`` gave.
        options: how to send.
        server: where to and as whom.
        folders: where the record and the workbook go.
        observer: looks on; None for nobody.
        afresh: begin a new run although one on the same file is unfinished.
        **calling: see ``Calling``.

    Raises:
        JournalError: a run on the same file is unfinished, or the record cannot be written.
        ResultsError: the workbook cannot be written where it should be; nothing was sent.
        SettingsError: an option cannot be used; nothing was sent.
    """
    if options.undo:
        raise SettingsError("a file cannot be undone; importer.undo takes back what a run has added")
    # a later row of the same DID is decided when the earlier one is
    waiting = {row.index for row in checked.waiting}
    settled = {outcome.index: outcome for outcome in checked.settled if outcome.index not in waiting}
    planned = (*checked.planned, *checked.waiting)
    calls = Calls(options, server, observer, **calling)
    before, previous = checked.previous, ""
    if before is not None:
        previous = f"{before.path.name} ({before.run_id})" if before.run_id else before.path.name
    return start_run(checked.expanded, planned, settled, calls, folders, previous, checked.corrections, afresh=afresh)


def start_run(
    table: Table,
    planned: tuple[PlannedRow, ...],
    settled: Mapping[int, RowOutcome],
    calls: Calls,
    folders: Folders,
    previous: str,
    corrections: tuple[Correction, ...] = (),
    *,
    afresh: bool,
) -> RunReport:
    """Begin the record of a new run, send, and write the results workbook."""
    options, server = calls.options, calls.server
    make_folder(folders.runs)
    place = folders.place_for(table.path)
    check_place(table, place)
    if planned:
        calls.reach()
    # whoever begins a run on the same file at the same moment waits here, and is told of this one
    with new_run_lock(folders.runs):
        if not afresh:
            _refuse_if_unfinished(table, calls, folders)
        started = datetime.now(UTC).astimezone()
        path = new_path(folders.runs, started.strftime("%Y%m%d-%H%M%S"), table.path.stem)
        about = RunAbout(
            run_id=path.stem,
            started=started.isoformat(timespec="seconds"),
            file=str(table.path.resolve()),
            sha256=table.sha256,
            sheet=table.sheet,
            server=server.url,
            user=server.user,
            version=__version__,
            results=str(folders.results.resolve()) if folders.results else "",
            previous=previous,
            settings=options.to_json(),
            undo=options.undo,
        )
        record = RunRecord(about, table, planned, settled, corrections)
        journal = Journal.create(path, record)
    with journal:
        return send_and_report(journal, record, calls, place)


def unfinished_run_of(path: Path | str, server: Server, folders: Folders) -> RunLine | None:
    """Find a run on the same file, server and user that is not finished, as ``import_checked`` would refuse it.

    Nothing is read of the input but its SHA-256.
    """
    return _unfinished(sha256_of(Path(path)), server, list_runs(folders.runs))


def _unfinished(sha256: str, server: Server, lines: tuple[RunLine, ...]) -> RunLine | None:
    wanted = (sha256, server.url, server.user, RunState.UNFINISHED, False)
    for line in lines:
        about = line.about
        if (about.sha256, about.server, about.user, about.state, about.undo) == wanted:
            return line
    return None


def _refuse_if_unfinished(table: Table, calls: Calls, folders: Folders) -> None:
    runs = read_runs(folders.runs)
    for sentence in runs.unreadable:
        # whether it is a run on this file nobody can say any more
        calls.observer.status(sentence)
    line = _unfinished(table.sha256, calls.server, runs.lines)
    if line is not None:
        done = sum(count for result, count in line.counts.items() if result != Result.NOT_SENT)
        raise JournalError(
            f"{table.path.name} has an unfinished run, {line.about.run_id}, with {done} of {sum(line.counts.values())}"
            f" rows done: finish it with 'did-importer resume {line.about.run_id}', or start afresh with --new"
        )
