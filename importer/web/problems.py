"""From a check to what the page Review shows: counts, groups of equal problems, cells to correct. Pure decisions."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from importer import Checked, CheckedRow, Result, RowOutcome
from importer.checking.problems import group_problems
from importer.model import PlannedRow

A_PAGE: Final = 50
"""So many rows are shown on a page."""

FILTERS: Final = (
    ("correct", "to correct"),
    ("ready", "ready"),
    ("twice", "twice in the file"),
    ("remarks", "with a remark"),
    ("there", "in VICIdial already"),
)

_SUGGESTED: Final = re.compile(r"did you mean ([^\s?]+)\?")
_NAMED_CELL: Final = re.compile(r"\((\w+) '([^']*)'\)")

Verdicts = Mapping[tuple[tuple[str, str], ...], RowOutcome]
"""What the server said of a row, by what would be sent."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that can be corrected.

    Attributes:
        column: the server's name of its column.
        value: what stands there.
        problem: what is wrong; empty where nothing is.
        suggestion: what was most likely meant; empty where nobody knows.
    """

    column: str
    value: str
    problem: str = ""
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with something to do, or to know.

    Attributes:
        index: its place in the table.
        number: the row number that the person sees in Excel.
        typed: the number as it stands in the file.
        sent: the number as it would be sent; empty where it would not be.
        cells: what can be corrected.
        notes: what the person should know.
    """

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
    """What there is to do.

    Attributes:
        groups: for each filter its rows, grouped.
        same: the values that one correction puts right in all rows.
    """

    groups: Mapping[str, tuple[Group, ...]]
    same: tuple[SameValue, ...]

    def count(self, name: str) -> int:
        """Return how many rows a filter has."""
        return sum(len(group.rows) for group in self.groups[name])

    def page(self, name: str, page: int) -> tuple[Group, ...]:
        """Return a page of a filter's rows, still in their groups; pages count from 1."""
        first, last = (page - 1) * A_PAGE, page * A_PAGE
        shown, place = [], 0
        for group in self.groups[name]:
            rows = group.rows[max(0, first - place) : max(0, last - place)]
            if rows:
                shown.append(Group(group.title, rows))
            place += len(group.rows)
        return tuple(shown)


def review_of(checked: Checked, verdicts: Verdicts) -> Review:
    """Sort the rows of a check into what there is to do."""
    table, match = checked.table, checked.checked.match.taken
    rows = [row for row in checked.checked.rows if checked.again is None or row.table_index in checked.again]
    planned = {row.index: row for row in checked.planned}
    refused = {index: verdicts[row.parameters] for index, row in planned.items() if row.parameters in verdicts}

    def text(row: CheckedRow, column: str) -> str:
        return table.rows[row.table_index][match[column]] if column in match else ""

    def shown(row: CheckedRow, cells: Iterable[Cell] = (), notes: Sequence[str] = ()) -> Row:
        sent = row.did if row.index in planned else ""
        return Row(row.table_index, row.row, text(row, "did_pattern"), sent, tuple(cells), tuple(notes))

    by_number: dict[int, list[CheckedRow]] = {}
    for row in rows:
        if row.problems:
            by_number.setdefault(row.row, []).append(row)
    correct: list[Group] = []
    seen: set[int] = set()
    for group in group_problems(row for row in rows if row.problems):
        found = [row for number in group.rows for row in by_number[number] if row.index not in seen]
        seen.update(row.index for row in found)
        if found:
            correct.append(Group(group.sentence, tuple(shown(row, _bad_cells(row, text), row.notes) for row in found)))
    by_verdict: dict[str, list[Row]] = {}
    there = []
    for row in rows:
        verdict = refused.get(row.index)
        if verdict is not None and verdict.result is Result.DUPLICATE:
            there.append(shown(row, notes=(verdict.reason,)))
        elif verdict is not None and verdict.result is not Result.SUCCESS:
            column, value = _NAMED_CELL.search(verdict.reason), ""
            name = column[1] if column and column[1] in match else "did_pattern"
            value = text(row, name)
            cell = Cell(name, value, verdict.reason, _suggestion(verdict.reason))
            by_verdict.setdefault(verdict.reason, []).append(shown(row, [cell]))
    correct += [Group(f"The server would refuse: {reason}", tuple(found)) for reason, found in by_verdict.items()]
    bad = {row.index for group in correct for row in group.rows}
    ready = [row for row in rows if row.index in planned and row.table_index not in bad and row.index not in refused]
    ready += [row for row in rows if row.index in refused and refused[row.index].result is Result.SUCCESS]
    ready.sort(key=lambda row: row.index)
    twice = [row for row in rows if row.index not in planned and not row.problems]
    did = "did_pattern"
    groups = {
        "correct": tuple(correct),
        "ready": (Group("", tuple(shown(row) for row in ready)),),
        "twice": (
            Group(
                "",
                tuple(
                    shown(row, [Cell(did, text(row, did))], (f"the same number stands in row {row.duplicate_of}",))
                    for row in twice
                ),
            ),
        ),
        "remarks": (Group("", tuple(shown(row, notes=row.notes) for row in ready if row.notes)),),
        "there": (Group("", tuple(there)),),
    }
    return Review(groups, _same_values(correct))


def _bad_cells(row: CheckedRow, text: Callable[[CheckedRow, str], str]) -> Iterable[Cell]:
    for problem in row.problems:
        yield Cell(problem.column, text(row, problem.column), problem.sentence(), _suggestion(problem.problem))


def _suggestion(sentence: str) -> str:
    found = _SUGGESTED.search(sentence)
    return found[1] if found else ""


def _same_values(groups: Iterable[Group]) -> tuple[SameValue, ...]:
    cells = [cell for group in groups for row in group.rows for cell in row.cells if cell.column != "did_pattern"]
    counts = Counter((cell.column, cell.value) for cell in cells)
    suggestions = {(cell.column, cell.value): cell.suggestion for cell in cells if cell.suggestion}
    return tuple(
        SameValue(*key, count, suggestions.get(key, ""))
        for key, count in counts.most_common()
        if count > 1 or key in suggestions
    )


def asked_about(planned: Iterable[PlannedRow], verdicts: Verdicts) -> tuple[PlannedRow, ...]:
    """Return the rows of which the server has said nothing yet."""
    return tuple(row for row in planned if row.parameters not in verdicts)
