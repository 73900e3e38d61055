"""``did-importer check``, and what ``run`` has in common with it. Imports nothing of what sends."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from importer import Checked, ImportOptions, check_file
from importer.cli.objects import checked_object, print_object
from importer.cli.options import options_from
from importer.cli.servers import chosen_server, options_for, rate_is_meant, server_from, warnings_of
from importer.cli.show_check import check_lines, live_lines
from importer.cli.terminal import counted, parts_lines, quoted, say, warn, wrapped
from importer.errors import ResultsError
from importer.model import ExitCode, Result
from importer.settings.settings import Server
from importer.workbooks.checked import write_checked

if TYPE_CHECKING:
    from importer import LiveCheck
    from importer.sending.rate_limiter import RateLimiter

_OF_CHECK_ALONE = ("--live", "--yes", "--json")


def check(flags: argparse.Namespace) -> int:
    """``did-importer check``."""
    chosen = chosen_server(flags)
    options = options_from(flags, options_for(chosen))
    server = server_from(flags, options, chosen) if flags.live else None
    checked = check_file(flags.file, options)
    say(check_lines(checked))
    live = None
    bad = any(outcome.result is Result.INVALID for outcome in checked.settled)
    if server is not None:
        warn(warnings_of(server, options))
        if not rate_is_meant(server, options, flags):
            return ExitCode.USAGE
        live = ask_server(checked, options, server, flags)
        say(live_lines(live, checked))
        if live.stop is not None:
            print_object(flags, checked_object(checked, live))
            return live.exit_code
        fine = (Result.SUCCESS, Result.DUPLICATE)
        bad = bad or any(outcome.result not in fine for outcome in live.verdicts.values())
    written = write_checked_table(checked, live)
    say(_next_lines(checked, written, flags, bad=bad))
    print_object(flags, checked_object(checked, live))
    return ExitCode.ROWS_LEFT if bad else ExitCode.DONE


def ask_server(
    checked: Checked,
    options: ImportOptions,
    server: Server,
    flags: argparse.Namespace,
    limiter: "RateLimiter | None" = None,
) -> "LiveCheck":
    """Let the server itself judge the rows, as ``--live`` and ``--check-first`` ask; it stores nothing."""
    from importer import check_live
    from importer.cli.progress import watching

    with watching(flags) as observer:
        return check_live(checked.planned, options, server, observer, limiter=limiter)


def write_checked_table(checked: Checked, live: "LiveCheck | None" = None) -> tuple[Path, ...]:
    """Write the person's table with every bad cell explained; a folder that cannot be written is no reason to stop."""
    wanted = checked.table.path.with_name(f"{checked.table.path.stem}_checked.xlsx")
    rows, taken = checked.checked.rows, checked.checked.match.taken
    try:
        written = write_checked(wanted, checked.table, rows, taken, verdicts=live.verdicts if live else {})
    except ResultsError as error:
        warn([f"the checked table was not written: {error}"])
        return ()
    say(parts_lines("checked table", written))
    return tuple(written)


def _next_lines(checked: Checked, written: tuple[Path, ...], flags: argparse.Namespace, *, bad: bool) -> list[str]:
    """Name the command that sends what was checked, and how the rest is corrected first."""
    words = [word for word in flags.words[1:] if word not in _OF_CHECK_ALONE]
    run = " ".join(["did-importer run", *map(quoted, words)])
    if not bad:
        return [f"next: {run}"] if checked.planned else []
    lines = []
    if written:
        again = [str(written[0]) if word == str(flags.file) else word for word in words]
        correct = wrapped(f"next: correct the marked cells in {quoted(written[0])}, then:")
        lines += [correct, " ".join(["  did-importer run", *map(quoted, again)])]
    if checked.planned:
        lines += [f"or send the {counted(len(checked.planned), 'good row')} now:", f"  {run}"]
    return lines
