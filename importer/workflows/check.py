"""The stages before anything is sent: read, check, plan. They need neither server nor credentials."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from importer.checking import CheckedTable, check_table
from importer.columns import DID_PATTERN
from importer.errors import ResultsGivenError, SheetError, UsageError
from importer.model import Correction, PlannedRow, Result, RowOutcome, Table
from importer.reading import read_table
from importer.reading.book import open_book
from importer.workbooks.results import PreviousResults, read_results
from importer.workflows.options import ImportOptions
from importer.workflows.plan import (
    expanded_table,
    left_alone,
    plan_rows,
    twice_no_longer,
    waits_for_another,
    without_expanding,
)

RERUN_RESULTS: Final = frozenset(
    {Result.INVALID, Result.FAILED, Result.UNKNOWN, Result.PERMISSION_ERROR, Result.NOT_SENT}
)
"""What a rerun takes up again."""

_PREVIEW_ROWS: Final = 10


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
    previous: PreviousResults | None = None
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
    previous = read_results(Path(path))
    return _check_previous(previous, previous.table(), options, frozenset(only))


def _check_previous(
    previous: PreviousResults, table: Table, options: ImportOptions, only: frozenset[Result]
) -> Checked:
    here = frozenset(table.row_numbers)
    apart = len(here) < len(table.row_numbers)
    checked = check_table(table, replace(options.check_options(), taken_apart=apart))
    before = {place: row.outcome(place) for place, row in enumerate(previous.rows)}
    again = {place for place, row in enumerate(previous.rows) if before[place].result in only and not row.left_out}
    if only == RERUN_RESULTS:
        free = twice_no_longer(checked.rows, before)
        if options.on_duplicate == "update":
            # the row in the other workbook may still have this DID, and its settings would be lost
            free = {place for place in free if not waits_for_another(before[place], here)}
        again |= free
    checked = replace(checked, rows=without_expanding(checked.rows, again))
    plan = plan_rows((row for row in checked.rows if row.table_index in again), before)
    untouched = [
        replace(left_alone(before[row.table_index], here), index=row.index)
        for row in checked.rows
        if row.table_index not in again
    ]
    return Checked(
        table,
        checked,
        _expanded(table, checked),
        plan.planned,
        tuple(sorted((*untouched, *plan.settled), key=lambda outcome: outcome.index)),
        previous,
        taken_up=len(again),
        again=frozenset(again),
        only=only,
        waiting=plan.waiting,
    )


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


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """One sheet of a file that the check cannot take as it is, and what is most likely its header.

    Attributes:
        name: its name; empty for a text file.
        count: how many of its rows are not blank, the header included.
        header: the fullest of its first rows.
        rows: the first rows below it.
    """

    name: str
    count: int
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class FilePreview:
    """The sheets of a file that have anything in them, in their order."""

    sheets: tuple[SheetPreview, ...]


def preview_file(path: Path, options: ImportOptions | None = None) -> FilePreview:
    """Look into a file, for a person who is to say which sheet and which column it is.

    Args:
        path: the file.
        options: the sheet that was chosen, and how a text file is read.

    Raises:
        SheetError: nothing can be read in it, or all of it is blank.
    """
    chosen = (options or ImportOptions()).read_options()
    with open_book(path, chosen) as book:
        names = [name for name in book.sheets if chosen.sheet in (None, name)]
        texts = {name: tuple(row.texts for row in book.read(name).rows) for name in names}
    sheets = tuple(_preview(name, rows) for name, rows in texts.items() if rows)
    if not sheets:
        raise SheetError(f"{path}: is empty: no cell of it is filled; get or save the list again")
    return FilePreview(sheets)


def _preview(name: str, rows: tuple[tuple[str, ...], ...]) -> SheetPreview:
    first = rows[:_PREVIEW_ROWS]
    fullest = max(first, key=lambda texts: sum(map(bool, texts)))
    return SheetPreview(name, len(rows), fullest, first[first.index(fullest) + 1 :])
