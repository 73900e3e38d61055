"""From a check to what the page Review shows: counts, groups of equal problems, cells to correct. Pure decisions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import importer
from importer.columns import DID_PATTERN
from importer.model import CheckedRow, PlannedRow, Result, RowOutcome
from importer.web.visit import Verdicts

A_PAGE: Final = 50
"""So many rows are shown on a page."""

FILTERS: Final = (
    ("correct", "to correct"),
    ("ready", "ready"),
    ("twice", "twice in the file"),
    ("remarks", "with a remark"),
    ("there", "in VICIdial already"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that can be corrected; ``suggestion`` is what was most likely meant, or empty."""

    column: str
    value: str
    problem: str = ""
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with something to do, or to know; ``number`` is the one that the person sees in Excel."""

    index: int
    number: int
    typed: str
    sent: str
    cells: tuple[Cell, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Rows with one problem, or with one kind of remark."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class SameValue:
    """A bad value that stands in a column more than once, or whose correction is known."""

    column: str
    value: str
    count: int
    suggestion: str


@dataclass(frozen=True, slots=True)
class Review:
    """What there is to do: for each filter its rows, grouped, and the values that one correction puts right."""

    groups: Mapping[str, tuple[Group, ...]]
    same: tuple[SameValue, ...]

    def count(self, name: str) -> int:
        return sum(len(group.rows) for group in self.groups[name])

    def page(self, name: str, page: int) -> tuple[Group, ...]:
        """Return a page of a filter's rows, still in their groups; pages count from 1."""
        first, last = (page - 1) * A_PAGE, page * A_PAGE
        shown, place = [], 0
        for group in self.groups[name]:
            if rows := group.rows[max(0, first - place) : max(0, last - place)]:
                shown.append(Group(group.title, rows))
            place += len(group.rows)
        return tuple(shown)


def review_of(checked: importer.Checked, verdicts: Verdicts, names: importer.ServerNames | None = None) -> Review:
    """Sort the rows of a check into what there is to do."""
    from importer.checking.problems import group_problems

    table, match, did = checked.table, checked.checked.match.taken, DID_PATTERN.name
    planned = {row.index: row for row in checked.planned}

    def text(row: CheckedRow, column: str) -> str:
        return table.rows[row.table_index][match[column]] if column in match else ""

    def shown(row: CheckedRow, cells: Iterable[Cell] = (), notes: Sequence[str] = ()) -> Row:
        sent = row.did if row.index in planned else ""
        return Row(row.table_index, row.row, text(row, did), sent, tuple(cells), tuple(notes))

    def refused_cell(row: CheckedRow, verdict: RowOutcome) -> Cell:
        column = verdict.column if verdict.column in match else did
        value = text(row, column)
        return Cell(column, value, verdict.reason, names.closest(column, value) if names else "")

    bad: dict[int, list[Row]] = defaultdict(list)
    refused: dict[str, list[Row]] = defaultdict(list)
    twice, there, good = [], [], []
    rows = [row for row in checked.checked.rows if checked.again is None or row.table_index in checked.again]
    for row in rows:
        if row.problems:
            cells = [Cell(one.column, text(row, one.column), one.sentence(), one.suggestion) for one in row.problems]
            bad[row.row].append(shown(row, cells, row.notes))
        elif row.index not in planned:
            note = f"the same number stands in row {row.duplicate_of}"
            twice.append(shown(row, [Cell(did, text(row, did))], [note]))
        else:
            verdict = verdicts.get(planned[row.index].parameters)
            if verdict is None or verdict.result is Result.SUCCESS:
                good.append(row)
            elif verdict.result is Result.DUPLICATE:
                there.append(shown(row, notes=(verdict.reason,)))
            else:
                refused[verdict.reason].append(shown(row, [refused_cell(row, verdict)]))
    correct = []
    for group in group_problems(row for row in rows if row.problems):
        # a row with two problems is shown with the first
        found = [row for number in group.rows for row in bad.pop(number, ())]
        correct += [Group(group.sentence, tuple(found))] if found else []
    correct += [Group(f"The server would refuse: {reason}", tuple(found)) for reason, found in refused.items()]
    in_question = {row.index for group in correct for row in group.rows}
    # of a range that was taken apart no number goes before the row is right
    ready = [row for row in good if row.table_index not in in_question]
    groups = {
        "correct": tuple(correct),
        "ready": (Group("", tuple(map(shown, ready))),),
        "twice": (Group("", tuple(twice)),),
        "remarks": (Group("", tuple(shown(row, notes=row.notes) for row in ready if row.notes)),),
        "there": (Group("", tuple(there)),),
    }
    return Review(groups, _same_values(correct))


def _same_values(groups: Iterable[Group]) -> tuple[SameValue, ...]:
    bad = [cell for group in groups for row in group.rows for cell in row.cells]
    cells = [cell for cell in bad if cell.column != DID_PATTERN.name]
    counts = Counter((cell.column, cell.value) for cell in cells)
    suggestions = {(cell.column, cell.value): cell.suggestion for cell in cells if cell.suggestion}
    return tuple(
        SameValue(*key, count, suggestions.get(key, ""))
        for key, count in counts.most_common()
        if count > 1 or key in suggestions
    )


def asked_about(planned: Iterable[PlannedRow], verdicts: Verdicts) -> tuple[PlannedRow, ...]:
    """Return the rows of which the server has said nothing yet, or that the user may not send: that can be mended."""
    said = {what for what, verdict in verdicts.items() if verdict.result is not Result.PERMISSION_ERROR}
    return tuple(row for row in planned if row.parameters not in said)
