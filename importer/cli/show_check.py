"""The words of a check: what was read, what is wrong, what would be sent, and what the server says of it."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from importer import Checked
from importer.checking.problems import group_problems
from importer.cli.terminal import counted, row_list, wrapped
from importer.model import Result

if TYPE_CHECKING:
    from importer import LiveCheck

_FIRST_ROWS: Final = 3
_MOST_GROUPS: Final = 8


def check_lines(checked: Checked) -> Iterator[str]:
    """Say what was read, which column was taken for what, what is wrong, and what would be sent."""
    table, result = checked.table, checked.checked
    sheet = f", sheet '{table.sheet}'" if table.sheet else ""
    blank = f", {counted(table.blank_rows, 'blank row')} skipped" if table.blank_rows else ""
    header = f"header in row {table.header_row}" if table.header_row else "no header"
    yield wrapped(f"{table.path.name}{sheet}: {counted(len(table.rows))}, {header}{blank}")
    for fact in (*table.facts, *result.facts):
        yield wrapped(f"  {fact}", "    ")
    for sentence in (*result.warnings, *filter(None, [result.question])):
        yield wrapped(f"  warning: {sentence}", "    ")
    own = [table.header[index] for name, index in result.match.taken.items() if name == table.header[index]]
    if own:
        yield wrapped(f"  taken as they are: {', '.join(own)}", "    ")
    if checked.planned:
        yield "the first of what is sent:"
        yield from _first_rows(checked)
    yield from _problem_lines(checked)
    bad = sum(outcome.result is Result.INVALID for outcome in checked.settled)
    twice = sum(outcome.result is Result.DUPLICATE for outcome in checked.settled)
    noted = sum(bool(row.notes) for row in checked.planned)
    counts = [f"{len(checked.planned)} good", f"{bad} invalid", f"{twice} duplicate in the file"]
    if noted:
        counts[0] += f" ({noted} of them with a remark)"
    yield wrapped(", ".join(counts))


def _first_rows(checked: Checked) -> Iterator[str]:
    table, result = checked.table, checked.checked
    did_column = result.match.taken.get("did_pattern")
    rows = {row.index: row for row in result.rows}
    for planned in checked.planned[:_FIRST_ROWS]:
        row = rows[planned.index]
        typed = table.rows[row.table_index][did_column] if did_column is not None else ""
        rest = ", ".join(f"{name}={value}" for name, value in planned.parameters if name != "did_pattern")
        yield wrapped(f"  row {row.row}: {typed} -> {planned.did}" + (f" ({rest})" if rest else ""), "    ")


def _problem_lines(checked: Checked) -> Iterator[str]:
    groups = group_problems(checked.checked.rows)
    if groups:
        yield "problems, and the rows that have them:"
    for group in groups[:_MOST_GROUPS]:
        yield wrapped(f"  {group.sentence} ({row_list(group.rows)})", "    ")
    if len(groups) > _MOST_GROUPS:
        more = counted(len(groups) - _MOST_GROUPS, "more kind")
        yield f"  and {more} of problem; the checked table has them all"


def live_lines(live: "LiveCheck", checked: Checked) -> Iterator[str]:
    """Say what the server itself would do with the rows."""
    numbers = {row.index: row.row for row in checked.checked.rows}
    counts = Counter(outcome.result for outcome in live.verdicts.values())
    words = {
        Result.SUCCESS: "would be added",
        Result.DUPLICATE: "are there already",
        Result.INVALID: "would be refused",
    }
    if live.stop is None:
        yield "the server was asked about every row, and has added nothing:"
    else:
        yield "the check was stopped before its end; what it has learned:"
    for result in Result:
        if counts[result]:
            yield f"  {counts[result]:>7}  {words.get(result, result.value)}"
    groups: dict[str, list[int]] = {}
    for index, outcome in live.verdicts.items():
        if outcome.result not in (Result.SUCCESS, Result.DUPLICATE):
            groups.setdefault(outcome.reason, []).append(numbers[index])
    for reason, rows in sorted(groups.items(), key=lambda item: -len(item[1]))[:_MOST_GROUPS]:
        yield wrapped(f"  {counted(len(rows))}: {reason} ({row_list(rows)})", "    ")
    if live.stop is not None:
        yield wrapped(f"stopped: {live.stop.why}")
