"""Runs that were begun: finished, listed, shown again, taken back."""

from dataclasses import replace
from pathlib import Path

from importer.errors import JournalTrouble, SheetTrouble
from importer.journal import SUFFIX, Journal, RunAbout, RunLine, RunState, list_runs
from importer.model import PlannedRow, Result, RowOutcome, Table
from importer.output_file import free_path
from importer.pace import SYSTEM_CLOCK, Clock
from importer.recipe import Recipe
from importer.results import read_results
from importer.run import Folders, start_run, workbook_chooser
from importer.sending import RunReport, Watcher, send_and_report, write_workbook
from importer.settings import Server
from importer.sheet import sha256_of


def resume(
    line: RunLine,
    recipe: Recipe,
    server: Server,
    folders: Folders,
    watcher: Watcher,
    *,
    clock: Clock = SYSTEM_CLOCK,
) -> RunReport:
    """Finish a run: rows with an outcome are not sent again, rows never sent are, the others are cleared up.

    Raises:
        JournalTrouble: there is nothing left to do, the input has changed, or another process works on the run.
    """
    about = line.about
    if about.state is RunState.FINISHED:
        raise JournalTrouble(f"the run {about.run_id} is finished; did-importer runs {about.run_id} shows it")
    input_path = Path(about.file)
    if not recipe.undo:
        _refuse_if_changed(input_path, about)
    chosen = folders.results or (free_path(Path(about.results)) if about.results else None)
    choose = workbook_chooser(input_path, chosen, rows=0)
    with Journal.reopen(line.path) as journal:
        return send_and_report(journal, recipe, server, watcher, choose, clock)


def _refuse_if_changed(input_path: Path, about: RunAbout) -> None:
    try:
        unchanged = sha256_of(input_path) == about.sha256
    except SheetTrouble:
        raise JournalTrouble(f"{input_path} is not there any more; put it back to resume the run") from None
    if not unchanged:
        raise JournalTrouble(
            f"{input_path} has changed since the run {about.run_id} began, so the run is not resumed;"
            " put the old file back, or start afresh with: did-importer run --new"
        )


def unfinished_run(folders: Folders, name: str | None) -> RunLine:
    """Find the run to resume.

    Args:
        folders: where the records are.
        name: the run's name, or None for the newest unfinished one.

    Raises:
        JournalTrouble: there is none.
    """
    if name is not None:
        return named_run(folders, name)
    for line in list_runs(folders.runs):
        if line.about.state is RunState.UNFINISHED:
            return line
    raise JournalTrouble("there is no unfinished run; did-importer runs lists what was run")


def named_run(folders: Folders, name: str) -> RunLine:
    """Find a run by its name.

    Raises:
        JournalTrouble: there is none of that name.
    """
    for line in list_runs(folders.runs):
        if line.about.run_id == name.removesuffix(SUFFIX):
            return line
    raise JournalTrouble(f"there is no run {name} in {folders.runs}; did-importer runs lists what there is")


def rewrite_workbook(line: RunLine, folders: Folders) -> Path:
    """Write the results workbook of a run again, from its record alone.

    Raises:
        JournalTrouble: another process works on the run.
        ResultsTrouble: it cannot be written there.
    """
    with Journal.reopen(line.path) as journal:
        record = journal.record()
    about = record.about
    left = tuple(_as_left(row) for row in record.to_send)
    outcomes = tuple(sorted((*record.outcomes.values(), *left), key=lambda outcome: outcome.index))
    choose = workbook_chooser(Path(about.file), folders.results, rows=0)
    how = about.ended_why or ("finished" if about.state is RunState.FINISHED else "the process ended in mid-run")
    return write_workbook(record, outcomes, Recipe.from_json(about.settings), about.ended, how, choose())


def _as_left(row: PlannedRow) -> RowOutcome:
    if row.unanswered:
        reason = "sent, and no answer is recorded; did-importer resume clears it up"
        return RowOutcome(row.index, Result.UNKNOWN, reason, row.did, row.attempts)
    return RowOutcome(row.index, Result.NOT_SENT, "not sent yet; did-importer resume sends it", attempts=row.attempts)


def recorded_recipe(folders: Folders, results: Path) -> Recipe | None:
    """Return how the run was made whose results are rerun, if its record is on this machine.

    Raises:
        SheetTrouble: the file is no results workbook.
    """
    run_id = read_results(results).run_id
    for line in list_runs(folders.runs):
        if run_id and line.about.run_id == run_id:
            return Recipe.from_json(line.about.settings)
    return None


def added_by(line: RunLine) -> tuple[str, ...]:
    """Return the DIDs that a run added, as its record shows them, in the order of its rows.

    Raises:
        JournalTrouble: another process works on the run.
    """
    with Journal.reopen(line.path) as journal:
        outcomes = journal.record().outcomes
    return tuple(
        outcomes[index].did_sent
        for index in sorted(outcomes)
        if outcomes[index].result is Result.SUCCESS and outcomes[index].added
    )


def undo(
    line: RunLine, recipe: Recipe, server: Server, folders: Folders, watcher: Watcher, *, clock: Clock = SYSTEM_CLOCK
) -> RunReport:
    """Delete the DIDs that a run added, and no others; a run of its own, with its own record and workbook.

    Args:
        line: the run that is taken back.
        recipe: how to send.
        server: the server and user of that run.
        folders: where record and workbook go.
        watcher: looks on.
        clock: where time comes from.

    Raises:
        JournalTrouble: the run added nothing, or another process works on it.
    """
    dids = added_by(line)
    if not dids:
        raise JournalTrouble(f"the run {line.about.run_id} added no DID, so there is nothing to undo")
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
    undoing = replace(recipe, undo=True, verify=False, probe_first=False)
    return start_run(table, planned, (), undoing, server, folders, watcher, previous=about.run_id, clock=clock)
