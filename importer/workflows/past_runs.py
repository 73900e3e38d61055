"""Runs that were begun: finished, listed, shown again, taken back."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from importer.errors import JournalError, SheetError
from importer.journal import SUFFIX, Journal, RunAbout, RunLine, RunState, list_runs, successes_of
from importer.model import PlannedRow, Result, RowOutcome, Table
from importer.reading import sha256_of
from importer.sending.rate_limiter import SYSTEM_CLOCK, Clock
from importer.settings.settings import Server
from importer.workbooks.results import ResultsPlace, read_results
from importer.workflows.options import ImportOptions
from importer.workflows.run import Folders, start_run
from importer.workflows.send import Observer, RunReport, send_and_report, write_workbook


def resume(
    line: RunLine,
    options: ImportOptions,
    server: Server,
    folders: Folders,
    observer: Observer,
    *,
    clock: Clock = SYSTEM_CLOCK,
) -> RunReport:
    """Finish a run: rows with an outcome are not sent again, rows never sent are, the others are cleared up.

    Raises:
        JournalError: there is nothing left to do, the input has changed, or another process works on the run.
    """
    about = line.about
    if about.state is RunState.FINISHED:
        raise JournalError(f"the run {about.run_id} is finished; did-importer runs {about.run_id} shows it")
    input_path = Path(about.file)
    # whatever the caller gives: an undo never adds, an import never deletes
    options = replace(options, undo=_is_undo(about))
    if not options.undo:
        _refuse_if_changed(input_path, about)
    place = folders.place_for(input_path)
    if about.results and not place.fixed:
        # the name that was chosen for the run, or the next free one: its first workbook may be there
        place = ResultsPlace(Path(about.results), most_rows=folders.sheet_rows)
    place.check(max(1, -(-sum(line.counts.values()) // (place.most_rows - 1))))
    with Journal.reopen(line.path) as journal:
        return send_and_report(journal, journal.record(), options, server, observer, place, clock)


def _is_undo(about: RunAbout) -> bool:
    # read so that the records of other versions, whose recipes have other fields, tell it too
    return bool(json.loads(about.settings).get("undo"))


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


def unfinished_run(folders: Folders, name: str | None) -> RunLine:
    """Find the run to resume.

    Args:
        folders: where the records are.
        name: the run's name, or None for the newest unfinished one.

    Raises:
        JournalError: there is none.
    """
    if name is not None:
        return named_run(folders, name)
    for line in list_runs(folders.runs):
        if line.about.state is RunState.UNFINISHED:
            return line
    raise JournalError("there is no unfinished run; did-importer runs lists what was run")


def named_run(folders: Folders, name: str) -> RunLine:
    """Find a run by its name.

    Raises:
        JournalError: there is none of that name.
    """
    for line in list_runs(folders.runs):
        if line.about.run_id == name.removesuffix(SUFFIX):
            return line
    raise JournalError(f"there is no run {name} in {folders.runs}; did-importer runs lists what there is")


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
    left = tuple(_as_left(row) for row in record.to_send)
    outcomes = tuple(sorted((*record.outcomes.values(), *left), key=lambda outcome: outcome.index))
    how = about.ended_why or ("finished" if about.state is RunState.FINISHED else "the process ended in mid-run")
    parts = write_workbook(record, outcomes, ImportOptions.from_json(about.settings), about.ended, how, place)
    return tuple(part.path for part in parts)


def _as_left(row: PlannedRow) -> RowOutcome:
    if row.unanswered:
        reason = "sent or about to be sent, and no answer is recorded; did-importer resume clears it up"
        return RowOutcome(row.index, Result.UNKNOWN, reason, row.did, row.attempts)
    return RowOutcome(row.index, Result.NOT_SENT, "not sent yet; did-importer resume sends it", attempts=row.attempts)


def recorded_options(folders: Folders, results: Path) -> ImportOptions | None:
    """Return how the run was made whose results are rerun, if its record is on this machine.

    Raises:
        SheetError: the file is no results workbook.
        JournalError: it is the workbook of an undo, whose rows are no import.
    """
    run_id = read_results(results).run_id
    for line in list_runs(folders.runs):
        if run_id and line.about.run_id == run_id:
            if _is_undo(line.about):
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
    return tuple(
        outcomes[index].did_sent
        for index in sorted(outcomes)
        if outcomes[index].result is Result.SUCCESS and outcomes[index].added
    )


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
        undoes = _is_undo(other.about)
        for did, is_added in successes_of(other.path):
            if undoes and other.about.previous == about.run_id:
                gone.add(did.casefold())
            elif is_added:
                again[did.casefold()] = other.about.run_id
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
    observer: Observer,
    *,
    clock: Clock = SYSTEM_CLOCK,
) -> RunReport:
    """Delete the DIDs that a run added, and no others; a run of its own, with its own record and workbook.

    Args:
        line: the run that is taken back.
        options: how to send.
        server: the server and user of that run.
        folders: where record and workbook go.
        observer: looks on.
        clock: where time comes from.

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
    return start_run(table, planned, (), undoing, server, folders, observer, previous=about.run_id, clock=clock)
