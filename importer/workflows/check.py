"""The stages before anything is sent: read, check, plan. They need neither server nor credentials."""

import re
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.checking import CheckedTable, check_table
from importer.columns import DID_PATTERN
from importer.errors import ResultsGivenError, SheetError, UsageError
from importer.model import CheckedRow, Correction, PlannedRow, Result, RowOutcome, Table
from importer.reading import read_table
from importer.workflows.options import ImportOptions
from importer.workflows.plan import expanded_table, plan_rows, twice_in_the_file

if TYPE_CHECKING:
    # the check of a list needs neither, and each drags much behind it
    from importer.workbooks.results import PreviousResults

RERUN_RESULTS: Final = frozenset(
    {Result.INVALID, Result.FAILED, Result.UNKNOWN, Result.PERMISSION_ERROR, Result.NOT_SENT}
)
"""What a rerun takes up again."""

_EARLIER_ROW: Final = re.compile(r"the same DID stands in row ([0-9]+) already")
_ELSEWHERE: Final = (
    "that row is not in this workbook; if it no longer has this DID, write 'not sent' into the column result and rerun"
)


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
        again: the places in ``table.rows`` of the rows that are taken up again; None where all are.
        only: the results whose rows are taken up again.
        corrections: the cells of the table that were corrected since it was read.
        waiting: the good rows among the settled whose DID an earlier row has: each is sent if that one does not go.
    """

    table: Table
    checked: CheckedTable
    expanded: Table
    planned: tuple[PlannedRow, ...]
    settled: tuple[RowOutcome, ...]
    previous: "PreviousResults | None" = None
    taken_up: int = 0
    again: frozenset[int] | None = None
    only: frozenset[Result] = RERUN_RESULTS
    corrections: tuple[Correction, ...] = ()
    waiting: tuple[PlannedRow, ...] = ()

    @property
    def not_taken(self) -> tuple[int, ...]:
        """The numbers of the rows that were corrected in the results workbook and are not sent again all the same.

        They are in VICIdial already, mostly; nothing where the workbook does not tell what was corrected.
        """
        if self.previous is None or self.again is None or not self.previous.receipt:
            return ()
        rows = enumerate(self.previous.rows)
        return tuple(row.row for place, row in rows if row.corrected and place not in self.again)


def check_file(path: Path | str, options: ImportOptions) -> Checked:
    """Read and check a file. Needs neither server nor credentials, and sends nothing.

    Raises:
        SheetError: the file cannot be read as a list of DIDs.
        SettingsError: an option of the options names something that is not there.
    """
    path = Path(path)
    try:
        table = read_table(path, options.read_options())
    except SheetError:
        _refuse_results(path)
        raise
    if {"result", "reason", "did_sent", "answered_at"} <= {*table.header}:
        _refuse_results(path)
    return _check_table(table, options)


def _refuse_results(path: Path) -> None:
    """Refuse a results workbook: its rows were sent before, and ``rerun`` knows which."""
    from importer.workbooks.results import read_results

    try:
        read_results(path)
    except UsageError:
        return
    raise ResultsGivenError(
        f"{path}: is a results workbook; to send its corrected rows again, use did-importer rerun {path}"
    )


def _check_table(table: Table, options: ImportOptions) -> Checked:
    checked = check_table(table, options.check_options())
    plan = plan_rows(checked.rows)
    return Checked(table, checked, _expanded(table, checked), plan.planned, plan.settled, waiting=plan.waiting)


def check_again(first: Checked, options: ImportOptions, corrections: Iterable[Correction]) -> Checked:
    """Check a table again with some cells corrected, without reading the file again.

    Args:
        first: what ``check_file`` or ``check_results`` gave, without corrections.
        options: how to check.
        corrections: the cells; a later one of a cell beats an earlier one.

    Raises:
        SheetError: there is no column of DIDs, or one column stands twice.
        SettingsError: an option names something that is not there.
    """
    table, done = _corrected(first, corrections)
    if first.previous is None:
        return replace(_check_table(table, options), corrections=done)
    return replace(_check_previous(first.previous, table, options, first.only), corrections=done)


def _corrected(first: Checked, corrections: Iterable[Correction]) -> tuple[Table, tuple[Correction, ...]]:
    table, header = first.table, list(first.table.header)
    rows, flaws = list(table.rows), dict(table.flaws)
    places = dict(first.checked.match.taken)
    done: dict[tuple[int, str], Correction] = {}
    for asked in corrections:
        if asked.column not in places:
            places[asked.column] = len(header)
            header.append(asked.column)
        place, cells = places[asked.column], rows[asked.index]
        cells += ("",) * (len(header) - len(cells))
        was = table.rows[asked.index][place] if place < len(table.header) else ""
        rows[asked.index] = (*cells[:place], asked.now, *cells[place + 1 :])
        flaws.pop((asked.index, place), None)
        done[asked.index, asked.column] = replace(asked, row=table.row_numbers[asked.index], was=was)
    filled = tuple(cells + ("",) * (len(header) - len(cells)) for cells in rows)
    changed = tuple(one for one in done.values() if one.now != one.was)
    return replace(table, header=tuple(header), rows=filled, flaws=flaws), changed


def _expanded(table: Table, checked: CheckedTable) -> Table:
    return expanded_table(table, checked.rows, checked.match.taken[DID_PATTERN.name])


def check_results(path: Path | str, options: ImportOptions, only: Collection[Result] = RERUN_RESULTS) -> Checked:
    """Read a results workbook that a person has corrected, and check the rows that are taken up again.

    Args:
        path: the workbook, or its sheet Results saved as CSV.
        options: how to check.
        only: the results whose rows are taken up again.

    Raises:
        SheetError: it is no results workbook.
    """
    from importer.workbooks.results import read_results

    previous = read_results(Path(path))
    return _check_previous(previous, previous.table(), options, frozenset(only))


def _check_previous(
    previous: "PreviousResults", table: Table, options: ImportOptions, only: frozenset[Result]
) -> Checked:
    apart = len(set(table.row_numbers)) < len(table.row_numbers)
    checked = check_table(table, replace(options.check_options(), taken_apart=apart))
    before = {place: row.outcome(place) for place, row in enumerate(previous.rows)}
    here = frozenset(table.row_numbers)
    left_out = {place for place, row in enumerate(previous.rows) if row.left_out}
    again = {place for place, outcome in before.items() if outcome.result in only and place not in left_out}
    if only == RERUN_RESULTS:
        again |= _twice_no_longer(checked.rows, before, None if options.on_duplicate != "update" else here)
    checked = _without_expanding(checked, again)
    plan = plan_rows((row for row in checked.rows if row.table_index in again), before)
    untouched = [
        replace(_left_alone(before[row.table_index], here), index=row.index)
        for row in checked.rows
        if row.table_index not in again
    ]
    settled = tuple(sorted((*untouched, *plan.settled), key=lambda outcome: outcome.index))
    expanded = _expanded(table, checked)
    return Checked(
        table,
        checked,
        expanded,
        plan.planned,
        settled,
        previous,
        len(again),
        again=frozenset(again),
        only=only,
        waiting=plan.waiting,
    )


def _twice_no_longer(
    rows: Iterable[CheckedRow], before: Mapping[int, RowOutcome], here: Container[int] | None
) -> set[int]:
    """Find rows that were never sent because an earlier row had their DID, and whose earlier row has it no longer.

    A correction may have taken it away; to leave such a row a duplicate would lose its DID without a word.
    """
    return {
        row.table_index
        for row in rows
        if before[row.table_index].result is Result.DUPLICATE
        and not before[row.table_index].did_sent
        and twice_in_the_file(row) not in before[row.table_index].reason
        and not (here is not None and _waits_for_another(before[row.table_index], here))
    }


def _waits_for_another(outcome: RowOutcome, here: Container[int]) -> bool:
    """Whether a row was not sent for the sake of an earlier one that is not in the workbook."""
    if outcome.result is not Result.DUPLICATE or outcome.did_sent:
        return False
    earlier = _EARLIER_ROW.search(outcome.reason)
    return earlier is not None and int(earlier[1]) not in here


def _left_alone(outcome: RowOutcome, here: Container[int]) -> RowOutcome:
    """Say of a row that is left alone for the sake of one in another workbook how it is sent all the same."""
    if not _waits_for_another(outcome, here) or _ELSEWHERE in outcome.reason:
        return outcome
    return replace(outcome, reason=f"{outcome.reason}; {_ELSEWHERE}")


def _without_expanding(checked: CheckedTable, again: Collection[int]) -> CheckedTable:
    """Keep rows that are left as they were as one row each, although a range in them could be taken apart now."""
    kept: list[CheckedRow] = []
    seen: set[int] = set()
    for row in checked.rows:
        if row.table_index in again or row.table_index not in seen:
            seen.add(row.table_index)
            kept.append(row if row.index == len(kept) else replace(row, index=len(kept)))
    return replace(checked, rows=tuple(kept))
