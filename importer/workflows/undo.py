"""Taking back what a run has added, and nothing else."""

from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from importer.errors import JournalError
from importer.journal import RunLine, list_runs, outcomes_of
from importer.model import PlannedRow, Result, Table
from importer.settings.settings import Server
from importer.workflows.calls import Calling, Calls, Observer
from importer.workflows.options import Folders, ImportOptions
from importer.workflows.past_runs import outcomes_so_far
from importer.workflows.run import start_run
from importer.workflows.send import RunReport


def added_by(line: RunLine) -> tuple[str, ...]:
    """Return the DIDs that a run added, as its record shows them, in the order of its rows.

    Raises:
        JournalError: another process works on the run.
    """
    return tuple(one.did_sent for one in outcomes_so_far(line) if one.result is Result.SUCCESS and one.added)


@dataclass(frozen=True, slots=True)
class LeftToUndo:
    """What an undo of a run would delete.

    Attributes:
        dids: the DIDs that the run added, in the order of its rows.
        taken_back: how many more were deleted by an earlier undo of this run, or were not there any more.
        added_again: for each of the others that a later run added too, and that stay for that reason, the DID and the
            name of that run.
    """

    dids: tuple[str, ...]
    taken_back: int = 0
    added_again: tuple[tuple[str, str], ...] = ()


def left_to_undo(line: RunLine, folders: Folders) -> LeftToUndo:
    """Find out which DIDs an undo of a run would delete; one that a later run added again is that run's.

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
            if outcome.result in (Result.SUCCESS, Result.DUPLICATE) and other.undoes == about.run_id:
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
    **calling: Unpack[Calling],
) -> RunReport:
    """Delete the DIDs that a run added, and no others; a run of its own, with its own record and workbook.

    It is called as ``import_checked`` is, with the server and user of the run that is taken back.

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
    calls = Calls(options.undoing(), server, observer, **calling)
    return start_run(table, planned, {}, calls, folders, previous=about.run_id, afresh=True)
