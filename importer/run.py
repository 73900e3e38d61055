"""The only module that knows the order of the stages: read, check, plan, record, send, results."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from importer import __version__
from importer.check import CheckedTable, check_table, import_ahead
from importer.columns import DID_PATTERN
from importer.errors import JournalTrouble, SettingsTrouble
from importer.journal import (
    Journal,
    RunAbout,
    RunState,
    list_runs,
    make_folder,
    new_path,
)
from importer.live_check import LiveCheck, plan_after
from importer.model import CheckedRow, PlannedRow, Result, RowOutcome, Table
from importer.plan import expanded_table, plan_rows, twice_in_the_file
from importer.recipe import Recipe
from importer.results import PreviousResults, check_writable, free_path, read_results
from importer.sending import RunReport, Unwatched, Watcher, send_and_report
from importer.server.settings import Server
from importer.sheet import read_table
from importer.submit.pace import SYSTEM_CLOCK, Clock

RERUN_RESULTS: Final = frozenset(
    {Result.INVALID, Result.FAILED, Result.UNKNOWN, Result.PERMISSION_ERROR, Result.NOT_SENT}
)
"""What a rerun takes up again."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file after reading, checking and planning; nothing was sent.

    Attributes:
        table: what was read.
        checked: what the check says of each row.
        expanded: the table with a row for each outcome, in their order; differs where ranges were taken apart.
        planned: what would be sent.
        settled: the outcomes that need no call.
        previous: the results workbook that is rerun, or None.
        taken_up: how many of its rows are taken up again.
    """

    table: Table
    checked: CheckedTable
    expanded: Table
    planned: tuple[PlannedRow, ...]
    settled: tuple[RowOutcome, ...]
    previous: PreviousResults | None = None
    taken_up: int = 0


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a run leaves what it writes.

    Attributes:
        state: the folder of the records of runs.
        results: the results workbook, or None to choose one beside the input.
    """

    state: Path
    results: Path | None = None

    @property
    def runs(self) -> Path:
        """The folder of the records themselves."""
        return self.state / "runs"


def check_file(path: Path, recipe: Recipe) -> Checked:
    """Read and check a file. Needs neither server nor credentials, and sends nothing.

    Raises:
        SheetTrouble: the file cannot be read as a list of DIDs.
        SettingsTrouble: an option of the recipe names something that is not there.
    """
    import_ahead()
    table = read_table(path, recipe.read_options())
    checked = check_table(table, recipe.check_options())
    plan = plan_rows(checked.rows)
    return Checked(table, checked, _expanded(table, checked), plan.planned, plan.settled)


def _expanded(table: Table, checked: CheckedTable) -> Table:
    return expanded_table(table, checked.rows, checked.match.taken[DID_PATTERN.name])


def check_results(path: Path, recipe: Recipe, only: Collection[Result] = RERUN_RESULTS) -> Checked:
    """Read a results workbook that a person has corrected, and check the rows that are taken up again.

    Args:
        path: the workbook, or its sheet Results saved as CSV.
        recipe: how to check.
        only: the results whose rows are taken up again.

    Raises:
        SheetTrouble: it is no results workbook.
    """
    previous = read_results(path)
    table = previous.table()
    apart = len(set(table.row_numbers)) < len(table.row_numbers)
    checked = check_table(table, replace(recipe.check_options(), taken_apart=apart))
    before = {place: row.outcome(place) for place, row in enumerate(previous.rows)}
    again = {place for place, outcome in before.items() if outcome.result in only}
    if only == RERUN_RESULTS:
        again |= _twice_no_longer(checked.rows, before)
    checked = _without_expanding(checked, again)
    plan = plan_rows((row for row in checked.rows if row.table_index in again), before)
    untouched = [
        replace(before[row.table_index], index=row.index) for row in checked.rows if row.table_index not in again
    ]
    settled = tuple(sorted((*untouched, *plan.settled), key=lambda outcome: outcome.index))
    return Checked(table, checked, _expanded(table, checked), plan.planned, settled, previous, len(again))


def _twice_no_longer(rows: Iterable[CheckedRow], before: Mapping[int, RowOutcome]) -> set[int]:
    """Find rows that were never sent because an earlier row had their DID, and whose earlier row has it no longer.

    A correction may have taken it away; to leave such a row a duplicate would lose its DID without a word.
    """
    return {
        row.table_index
        for row in rows
        if before[row.table_index].result is Result.DUPLICATE
        and not before[row.table_index].did_sent
        and twice_in_the_file(row) not in before[row.table_index].reason
    }


def _without_expanding(checked: CheckedTable, again: Collection[int]) -> CheckedTable:
    """Keep rows that are left as they were as one row each, although a range in them could be taken apart now."""
    kept: list[CheckedRow] = []
    seen: set[int] = set()
    for row in checked.rows:
        if row.table_index in again or row.table_index not in seen:
            seen.add(row.table_index)
            kept.append(row if row.index == len(kept) else replace(row, index=len(kept)))
    return replace(checked, rows=tuple(kept))


def import_file(
    path: Path,
    server: Server,
    recipe: Recipe,
    folders: Folders,
    watcher: Watcher | None = None,
    *,
    afresh: bool = False,
) -> RunReport:
    """Check a file, send its good rows, and write its results workbook: the whole line in one call.

    Args:
        path: the spreadsheet or text file.
        server: where to and as whom.
        recipe: how to read, check and send.
        folders: where the record and the workbook go.
        watcher: looks on; None for nobody.
        afresh: begin a new run although one on the same file is unfinished.

    Raises:
        UsageTrouble: the file, an option or a folder cannot be used; nothing was sent.
        WorkbookFailed: all is sent and recorded, but the workbook could not be written.
    """
    checked = check_file(path, recipe)
    return import_checked(checked, recipe, server, folders, watcher or Unwatched(), afresh=afresh)


def after_live_check(checked: Checked, live: LiveCheck, recipe: Recipe) -> Checked:
    """Take over what the server itself said of the rows: what would be refused, or is there already, is not sent."""
    plan = plan_after(live, checked.planned, update=recipe.on_duplicate == "update")
    settled = tuple(sorted((*checked.settled, *plan.settled), key=lambda outcome: outcome.index))
    return replace(checked, planned=plan.planned, settled=settled)


def import_checked(
    checked: Checked,
    recipe: Recipe,
    server: Server,
    folders: Folders,
    watcher: Watcher,
    *,
    afresh: bool = False,
    clock: Clock = SYSTEM_CLOCK,
) -> RunReport:
    """Send what was checked, and write its results workbook.

    Args:
        checked: what ``check_file`` or ``check_results`` gave.
        recipe: how to send.
        server: where to and as whom.
        folders: where the record and the workbook go.
        watcher: looks on.
        afresh: begin a new run although one on the same file is unfinished.
        clock: where time comes from.

    Raises:
        JournalTrouble: a run on the same file is unfinished, or the record cannot be written.
        ResultsTrouble: the workbook cannot be written where it should be; nothing was sent.
        SettingsTrouble: an option cannot be used; nothing was sent.
    """
    if recipe.undo:
        raise SettingsTrouble("a file cannot be undone; importer.undo takes back what a run has added")
    make_folder(folders.runs)
    if not afresh:
        _refuse_if_unfinished(checked.table, server, folders)
    previous = _previous_name(checked.previous)
    return start_run(
        checked.expanded,
        checked.planned,
        checked.settled,
        recipe,
        server,
        folders,
        watcher,
        previous=previous,
        clock=clock,
    )


def start_run(
    table: Table,
    planned: Sequence[PlannedRow],
    settled: Sequence[RowOutcome],
    recipe: Recipe,
    server: Server,
    folders: Folders,
    watcher: Watcher,
    *,
    previous: str,
    clock: Clock,
) -> RunReport:
    """Begin the record of a new run, send, and write the results workbook.

    Args:
        table: the input, with one row for each outcome.
        planned: what is sent.
        settled: the outcomes that need no call.
        recipe: how to send.
        server: where to and as whom.
        folders: where record and workbook go.
        watcher: looks on.
        previous: the workbook or run that this one follows; empty for none.
        clock: where time comes from.

    Raises:
        UsageTrouble: the record or the workbook cannot be written, or an option cannot be used; nothing was sent.
    """
    make_folder(folders.runs)
    recipe.transport().ssl_context()
    choose = workbook_chooser(table.path, folders.results, rows=len(table.rows))
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
        settings=recipe.to_json(),
    )
    with Journal.create(path, about, table, planned, settled) as journal:
        return send_and_report(journal, recipe, server, watcher, choose, clock)


def _refuse_if_unfinished(table: Table, server: Server, folders: Folders) -> None:
    for line in list_runs(folders.runs):
        about = line.about
        same = (about.sha256, about.server, about.user) == (table.sha256, server.url, server.user)
        if same and about.state is RunState.UNFINISHED:
            done = sum(count for result, count in line.counts.items() if result != Result.NOT_SENT)
            raise JournalTrouble(
                f"{table.path.name} has an unfinished run, {about.run_id}, with {done} of {sum(line.counts.values())}"
                f" rows done: finish it with 'did-importer resume {about.run_id}', or start afresh with --new"
            )


def workbook_chooser(input_path: Path, chosen: Path | None, *, rows: int) -> Callable[[], Path]:
    """Make sure before the first call that a workbook can be written, and return what names it after the last."""
    if chosen is not None:
        check_writable(chosen)
        return lambda: chosen
    stem = re.sub(r"_results(_\d+)?$", "", input_path.stem)
    wanted = input_path.with_name(f"{stem}_results.xlsx").resolve()
    check_writable(free_path(wanted), rows=rows + 1)
    return lambda: free_path(wanted)


def _previous_name(previous: PreviousResults | None) -> str:
    if previous is None:
        return ""
    return f"{previous.path.name} ({previous.run_id})" if previous.run_id else previous.path.name
