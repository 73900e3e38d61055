"""``did-importer check``, its words, and what ``run`` has in common with it. Imports nothing of what sends."""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importer import Checked, ImportOptions, check_file
from importer.checking.problems import group_problems
from importer.cli.options import chosen_server, options_from, rate_must_be_meant, server_from
from importer.cli.terminal import counted, parts_lines, print_object, quoted, row_list, say, warn, wrapped
from importer.errors import ResultsError
from importer.model import ExitCode, Result
from importer.settings.settings import Server
from importer.workbooks.checked import write_checked

if TYPE_CHECKING:
    from importer import LiveCheck
    from importer.sending.rate_limiter import RateLimiter

_OF_CHECK_ALONE: Final = ("--live", "--yes", "--json")
_FINE: Final = (Result.SUCCESS, Result.DUPLICATE)
_FIRST_ROWS: Final = 3
_MOST_GROUPS: Final = 8
_LIVE_WORDS: Final = {
    Result.SUCCESS: "would be added",
    Result.DUPLICATE: "are there already",
    Result.INVALID: "would be refused",
}


def check(flags: argparse.Namespace) -> int:
    """``did-importer check``."""
    chosen = chosen_server(flags)
    options = options_from(flags, chosen)
    server = server_from(flags, options, chosen) if flags.live else None
    checked = check_file(flags.file, options)
    say(check_lines(checked))
    live = None
    bad = any(outcome.result is Result.INVALID for outcome in checked.settled)
    if server is not None:
        rate_must_be_meant(server, options, flags)
        live = ask_server(checked, options, server, flags)
        if live.stop is not None:
            return live.exit_code
        bad = bad or any(outcome.result not in _FINE for outcome in live.verdicts.values())
    say(_next_lines(checked, write_checked_table(checked, live), flags, bad=bad))
    print_object(flags, checked_object(checked, live))
    return ExitCode.ROWS_LEFT if bad else ExitCode.DONE


def ask_server(
    checked: Checked,
    options: ImportOptions,
    server: Server,
    flags: argparse.Namespace,
    limiter: "RateLimiter | None" = None,
) -> "LiveCheck":
    """Let the server itself judge the rows, which stores nothing, and say what it would do with them."""
    from importer import check_live
    from importer.cli.progress import watching

    with watching(flags) as observer:
        live = check_live(checked.planned, options, server, observer, limiter=limiter)
    say(_live_lines(live, checked))
    if live.stop is not None:
        print_object(flags, checked_object(checked, live))
    return live


def write_checked_table(checked: Checked, live: "LiveCheck | None" = None) -> Path | None:
    """Write the person's table with every bad cell explained; a folder that cannot be written is no reason to stop."""
    wanted = checked.table.path.with_name(f"{checked.table.path.stem}_checked.xlsx")
    rows, taken = checked.checked.rows, checked.checked.match.taken
    try:
        written = write_checked(wanted, checked.table, rows, taken, verdicts=live.verdicts if live else {})
    except ResultsError as error:
        warn([f"the checked table was not written: {error}"])
        return None
    say(parts_lines("checked table", [written]))
    return written


def _next_lines(checked: Checked, written: Path | None, flags: argparse.Namespace, *, bad: bool) -> Iterator[str]:
    """Name the command that sends what was checked, and how the rest is corrected first."""
    words = [word for word in flags.words[1:] if word not in _OF_CHECK_ALONE]
    run = " ".join(["did-importer run", *map(quoted, words)])
    if bad and written is not None:
        again = [str(written) if word == str(flags.file) else word for word in words]
        yield wrapped(f"next: correct the marked cells in {quoted(written)}, then:")
        yield " ".join(["  did-importer run", *map(quoted, again)])
    if bad and checked.planned:
        yield f"or send the {counted(len(checked.planned), 'good row')} now:"
        yield f"  {run}"
    elif checked.planned:
        yield f"next: {run}"


def check_lines(checked: Checked) -> Iterator[str]:
    """Say what was read, which column was taken for what, what is wrong, and what would be sent."""
    table, result = checked.table, checked.checked
    sheet = f", sheet '{table.sheet}'" if table.sheet else ""
    blank = f", {counted(table.blank_rows, 'blank row')} skipped" if table.blank_rows else ""
    header = f"header in row {table.header_row}" if table.header_row else "no header"
    yield wrapped(f"{table.path.name}{sheet}: {counted(len(table.rows))}, {header}{blank}")
    for fact in (*table.facts, *result.facts):
        yield wrapped(f"  {fact}", "    ")
    for sentence in filter(None, (*result.warnings, result.question)):
        yield wrapped(f"  warning: {sentence}", "    ")
    own = [table.header[index] for name, index in result.match.taken.items() if name == table.header[index]]
    if own:
        yield wrapped(f"  taken as they are: {', '.join(own)}", "    ")
    if checked.planned:
        yield "the first of what is sent:"
        yield from _first_rows(checked)
    groups = group_problems(result.rows)
    if groups:
        yield "problems, and the rows that have them:"
    for group in groups[:_MOST_GROUPS]:
        yield wrapped(f"  {group.sentence} ({row_list(group.rows)})", "    ")
    if len(groups) > _MOST_GROUPS:
        more = counted(len(groups) - _MOST_GROUPS, "more kind")
        yield f"  and {more} of problem; the checked table has them all"
    settled = Counter(outcome.result for outcome in checked.settled)
    noted = sum(bool(row.notes) for row in checked.planned)
    good = f"{len(checked.planned)} good" + (f" ({noted} of them with a remark)" if noted else "")
    yield wrapped(f"{good}, {settled[Result.INVALID]} invalid, {settled[Result.DUPLICATE]} duplicate in the file")


def _first_rows(checked: Checked) -> Iterator[str]:
    table, result = checked.table, checked.checked
    did_column = result.match.taken.get("did_pattern")
    rows = {row.index: row for row in result.rows}
    for planned in checked.planned[:_FIRST_ROWS]:
        row = rows[planned.index]
        typed = table.rows[row.table_index][did_column] if did_column is not None else ""
        rest = ", ".join(f"{name}={value}" for name, value in planned.parameters if name != "did_pattern")
        yield wrapped(f"  row {row.row}: {typed} -> {planned.did}" + (f" ({rest})" if rest else ""), "    ")


def _live_lines(live: "LiveCheck", checked: Checked) -> Iterator[str]:
    numbers = {row.index: row.row for row in checked.checked.rows}
    counts = Counter(outcome.result for outcome in live.verdicts.values())
    if live.stop is None:
        yield "the server was asked about every row, and has added nothing:"
    else:
        yield "the check was stopped before its end; what it has learned:"
    for result in Result:
        if counts[result]:
            yield f"  {counts[result]:>7}  {_LIVE_WORDS.get(result, result.value)}"
    groups: dict[str, list[int]] = {}
    for index, outcome in live.verdicts.items():
        if outcome.result not in _FINE:
            groups.setdefault(outcome.reason, []).append(numbers[index])
    for reason, rows in sorted(groups.items(), key=lambda item: -len(item[1]))[:_MOST_GROUPS]:
        yield wrapped(f"  {counted(len(rows))}: {reason} ({row_list(rows)})", "    ")
    if live.stop is not None:
        yield wrapped(f"stopped: {live.stop.why}")


def checked_object(checked: Checked, live: "LiveCheck | None" = None) -> dict[str, Any]:
    """Tell a check as one object: counts, problems by kind, warnings, and what the server said if it was asked."""
    settled = Counter(outcome.result for outcome in checked.settled)
    told: dict[str, Any] = {
        "file": str(checked.table.path),
        "sheet": checked.table.sheet,
        "rows": len(checked.checked.rows),
        "good": len(checked.planned),
        "invalid": settled[Result.INVALID],
        "duplicate": settled[Result.DUPLICATE],
        "warnings": list(checked.checked.warnings),
        "problems": [
            {"sentence": group.sentence, "rows": list(group.rows)} for group in group_problems(checked.checked.rows)
        ],
    }
    if live is not None:
        numbers = {row.index: row.row for row in checked.checked.rows}
        told["live"] = [
            {"row": numbers[index], "did": outcome.did_sent, "would_be": outcome.result.value, "reason": outcome.reason}
            for index, outcome in sorted(live.verdicts.items())
        ]
        told["stopped"] = live.stop.why if live.stop else None
    return told
