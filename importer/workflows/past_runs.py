"""Runs that were begun: finished, listed, shown again, taken back, forgotten."""

from dataclasses import dataclass, replace
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
    outcomes_of,
    read_line,
    read_runs,
)
from importer.model import PlannedRow, Result, RowOutcome, Table
from importer.reading import sha256_of
from importer.sending.rate_limiter import SYSTEM_CLOCK, Clock, RateLimiter
from importer.settings.settings import Server
from importer.workbooks.results import ResultsPlace, read_results
from importer.workflows.calls import Calls
from importer.workflows.control import RunControl
from importer.workflows.observer import Observer
from importer.workflows.options import ImportOptions
from importer.workflows.run import Folders, start_run
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
        outcomes = in_order(record, tuple(_as_left(row) for row in record.to_send))
        how = about.ended_why or ("finished" if about.state is RunState.FINISHED else "the process ended in mid-run")
        options = ImportOptions.from_json(about.settings)
        parts, receipts = write_workbook(record, outcomes, options, about.ended, how, place)
        journal.change(receipts=f"{about.receipts} {' '.join(receipts)}".strip())
    return tuple(part.path for part in parts)


def _as_left(row: PlannedRow) -> RowOutcome:
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


def added_by(line: RunLine) -> tuple[str, ...]:
    """Return the DIDs that a run added, as its record shows them, in the order of its rows.

    Raises:
        JournalError: another process works on the run.
    """
    with Journal.reopen(line.path) as journal:
        outcomes = journal.outcomes()
    return tuple(one.did_sent for one in outcomes.values() if one.result is Result.SUCCESS and one.added)


@dataclass(frozen=True, slots=True)
class LeftToUndo:
    """What an undo of a run would delete.

    Attributes:
        dids: the DIDs that the run added, in the order of its rows.
        taken_back: how many more were deleted by an earlier undo of this run.
        added_again: for each of the others that a later run added too, and that stay for that reason, the DID and the
            name of that run.
    """

    dids: tuple[str, ...]
    taken_back: int = 0
    added_again: tuple[tuple[str, str], ...] = ()


def left_to_undo(line: RunLine, folders: Folders) -> LeftToUndo:
    """Find out which DIDs an undo of a run would delete.

    Args:
        line: the run.
        folders: where the records are. A DID that was taken back and then added by another run is that run's.

    Raises:
        JournalError: the run added nothing, all of it is taken back, or another process works on the run.
    """
    about = line.about
    added = added_by(line)
    if not added:
        raise JournalError(f"the run {about.run_id} added no DID, so there is nothing to undo")
    gone: set[str] = set()
    again: dict[str, str] = {}
    for other in list_runs(folders.runs):
        if other.about.run_id == about.run_id:
            break
        if other.about.server != about.server:
            continue
        for outcome in outcomes_of(other.path):
            did = outcome.did_sent.casefold()
            if outcome.result is Result.SUCCESS and other.undoes == about.run_id:
                gone.add(did)
            elif outcome.result is Result.SUCCESS and outcome.added:
                again[did] = other.about.run_id
    left = tuple(did for did in added if did.casefold() not in gone | again.keys())
    if not left:
        raise JournalError(f"what the run {about.run_id} added was taken back already; there is nothing to undo")
    others = tuple((did, again[did.casefold()]) for did in added if did.casefold() in again)
    return LeftToUndo(left, len(added) - len(left) - len(others), others)


def undo(
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
    """Delete the DIDs that a run added, and no others; a run of its own, with its own record and workbook.

    Args:
        line: the run that is taken back.
        options: how to send.
        server: the server and user of that run.
        folders: where record and workbook go.
        observer: looks on; None for nobody.
        clock: where time comes from.
        limiter: ``options.rate_limiter()``, where other calls keep to the same limit.
        control: stops it from another thread.

    Raises:
        JournalError: the run added nothing, all of it is taken back, or another process works on it.
    """
    dids = left_to_undo(line, folders).dids
    about = line.about
    table = Table(
        path=Path(about.file).with_name(f"{Path(about.file).stem}_undo.xlsx"),
        sha256=about.sha256,
        sheet="",
        header=("did_pattern",),
        row_numbers=tuple(range(2, len(dids) + 2)),
        rows=tuple((did,) for did in dids),
    )
    planned = tuple(PlannedRow(index, did, (("did_pattern", did),)) for index, did in enumerate(dids))
    undoing = replace(options, undo=True, verify=False, probe_first=False)
    calls = Calls.of(undoing, server, observer, clock, limiter, control)
    return start_run(table, planned, {}, calls, folders, previous=about.run_id, afresh=True)
