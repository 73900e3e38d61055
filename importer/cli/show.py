"""The words of the terminal: what a check found, and how a run ended. Pure text, at most 80 columns where it can."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from importer import Checked, LeftToUndo, LiveCheck, RunLine, RunReport, StopKind
from importer.characters import printable
from importer.check.problems import group_problems
from importer.model import Result

WIDTH: Final = 80
_FIRST_ROWS: Final = 3
_MOST_GROUPS: Final = 8
_MOST_ROW_NUMBERS: Final = 8


def wrapped(text: str, indent: str = "  ") -> str:
    """Return a paragraph within 80 columns, its first line at the left; long words such as paths stay whole."""
    plain = printable(text)
    return textwrap.fill(plain, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def row_list(rows: Sequence[int]) -> str:
    """Name rows shortly: ``rows 2-5, 9 and 12 more``."""
    spans: list[str] = []
    start = previous = None
    shown = 0
    ordered = sorted(set(rows))
    for position, row in enumerate(ordered):
        if previous is not None and row == previous + 1:
            previous = row
            continue
        if start is not None and previous is not None:
            spans.append(_span(start, previous))
            if len(spans) == _MOST_ROW_NUMBERS:
                shown = position
                break
        start = previous = row
    else:
        if start is not None and previous is not None:
            spans.append(_span(start, previous))
        shown = len(ordered)
    more = len(ordered) - shown
    word = "row" if len(ordered) == 1 else "rows"
    return f"{word} {', '.join(spans)}" + (f" and {more} more" if more else "")


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def check_lines(checked: Checked) -> Iterator[str]:
    """Say what was read, which column was taken for what, what is wrong, and what would be sent."""
    table, result = checked.table, checked.checked
    sheet = f", sheet '{table.sheet}'" if table.sheet else ""
    header = f"header in row {table.header_row}" if table.header_row else "no header"
    yield wrapped(f"{table.path.name}{sheet}: {len(table.rows)} rows, {header}, {table.blank_rows} blank rows skipped")
    for fact in (*table.facts, *result.facts):
        yield wrapped(f"  {fact}", "    ")
    for sentence in result.warnings:
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
        yield f"  and {len(groups) - _MOST_GROUPS} more kinds of problem; the workbook has them all"


def live_lines(live: LiveCheck, checked: Checked) -> Iterator[str]:
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
        yield wrapped(f"  {len(rows)} {'row' if len(rows) == 1 else 'rows'}: {reason} ({row_list(rows)})", "    ")
    if live.stop is not None:
        yield wrapped(f"stopped: {live.stop.why}")


def report_lines(report: RunReport, causes: Sequence[tuple[int, str]], state_dir: Path | None = None) -> Iterator[str]:
    """Say how a run ended: the counts, the causes, the workbook and the next command.

    Args:
        report: how it ended.
        causes: why rows are not in: how many, and the sentence.
        state_dir: the folder of records that was chosen by flag; the next command names it too.
    """
    if report.stop is not None:
        yield wrapped(f"stopped: {report.stop.why}")
    width = max((len(result) for result in report.counts), default=0)
    for result in Result:
        if report.counts.get(result):
            yield f"  {result:<{width}}  {report.counts[result]:>7}"
    for count, sentence in causes:
        yield wrapped(f"  {count} {'row' if count == 1 else 'rows'}: {sentence}", "    ")
    yield from parts_lines("results", [part.path for part in report.parts])
    following = next_command(report)
    if following:
        yield f"next: {following}" + (f" --state-dir {quoted(state_dir)}" if state_dir else "")
    others = _to_correct(report)[1:]
    if others:
        yield f"and likewise: {', '.join(map(quoted, others))}"


def parts_lines(what: str, written: Sequence[Path]) -> Iterator[str]:
    """Name what was written, a line for each workbook."""
    for number, path in enumerate(written, start=1):
        part = f", part {number} of {len(written)}" if len(written) > 1 else ""
        yield f"{what}{part}: {shown(path)}"


def undo_lines(line: RunLine, left: LeftToUndo) -> Iterator[str]:
    """Say what an undo would delete, and what it would not although the run had added it."""
    about = line.about
    count = len(left.dids) + left.taken_back + len(left.added_again)
    yield wrapped(f"the run {about.run_id} of {about.started} added {counted(count)} to {about.server}")
    if left.taken_back:
        yield f"  taken back already: {counted(left.taken_back)}"
    if left.added_again:
        runs = ", ".join(sorted({run for _, run in left.added_again}))
        yield wrapped(f"  not deleted, because a later run added them too: {counted(len(left.added_again))} ({runs})")


def counted(count: int) -> str:
    """Say how many DIDs."""
    return "1 DID" if count == 1 else f"{count} DIDs"


def next_command(report: RunReport) -> str:
    """Name the command that takes the person further; empty where nothing is left to do."""
    if _resumable(report):
        return f"did-importer resume {report.run_id}"
    if not any(part.left for part in report.parts):
        return ""
    if report.undoes:
        return f"did-importer undo {report.undoes}"
    return f"correct the cells in the sheet Results, then: did-importer rerun {quoted(_to_correct(report)[0])}"


def _resumable(report: RunReport) -> bool:
    return report.unfinished and not (report.stop and report.stop.kind is StopKind.USER_REFUSED)


def _to_correct(report: RunReport) -> list[Path]:
    """Return the workbooks that are to be corrected and rerun."""
    if report.undoes or _resumable(report):
        return []
    return [part.path for part in report.parts if part.left]


def shown(path: Path) -> str:
    """Return a path as the person sees it from the folder they are in; elsewhere the whole path."""
    with suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)


def quoted(path: Path) -> str:
    """Return a path as one writes it on a command line."""
    text = shown(path)
    return f'"{text}"' if any(character in text for character in " ()&';") else text


def runs_lines(runs: Iterable[RunLine]) -> Iterator[str]:
    """List runs: name and state, then file, server, user and counts."""
    for run in runs:
        about = run.about
        state = f"{about.state} ({about.ended_why})" if about.ended_why not in ("", "finished") else about.state
        yield wrapped(f"{about.run_id}  {state}", "    ")
        words = ", ".join(f"{result} {run.counts[result]}" for result in Result if run.counts.get(result))
        yield wrapped(
            f"  {about.started}  {shown(Path(about.file))} to {about.server} as {about.user}: {words or 'no rows'}",
            "    ",
        )
