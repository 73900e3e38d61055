"""``did-importer check``, and what ``run`` has in common with it. Imports nothing of what sends."""

import argparse
import sys
from typing import TYPE_CHECKING

from importer import Checked, ImportOptions, check_file
from importer.cli.long_lived import long_lived
from importer.cli.machine import checked_object, tell
from importer.cli.option_flags import options_from
from importer.cli.servers import chosen_server, options_for, server_from
from importer.cli.show_check import check_lines, live_lines
from importer.cli.talk import say, warn
from importer.cli.text import parts_lines, wrapped
from importer.errors import ResultsError
from importer.model import ExitCode, Result
from importer.settings.settings import Server
from importer.workbooks.checked import write_checked

if TYPE_CHECKING:
    from importer import LiveCheck


def check(flags: argparse.Namespace) -> int:
    """``did-importer check``."""
    chosen = chosen_server(flags)
    options = options_from(flags, options_for(chosen))
    server = server_from(flags, options, chosen) if flags.live else None
    with long_lived():
        checked = check_file(flags.file, options)
    say(check_lines(checked))
    live = None
    bad = any(outcome.result is Result.INVALID for outcome in checked.settled)
    if server is not None:
        warn(server, options)
        live = ask_server(checked, options, server, flags)
        say(live_lines(live, checked))
        if live.stop is not None:
            tell(flags, checked_object(checked, live))
            return live.exit_code
        fine = (Result.SUCCESS, Result.DUPLICATE)
        bad = bad or any(outcome.result not in fine for outcome in live.verdicts.values())
    write_checked_table(checked, live)
    tell(flags, checked_object(checked, live))
    return ExitCode.ROWS_LEFT if bad else ExitCode.DONE


def ask_server(checked: Checked, options: ImportOptions, server: Server, flags: argparse.Namespace) -> "LiveCheck":
    """Let the server itself judge the rows, as ``--live`` and ``--check-first`` ask; it stores nothing."""
    from importer import check_live
    from importer.cli.progress import watching

    with watching(flags) as observer:
        return check_live(checked.planned, options, server, observer)


def write_checked_table(checked: Checked, live: "LiveCheck | None" = None) -> None:
    """Write the person's table with every bad cell explained; a folder that cannot be written is no reason to stop."""
    wanted = checked.table.path.with_name(f"{checked.table.path.stem}_checked.xlsx")
    rows, taken = checked.checked.rows, checked.checked.match.taken
    try:
        written = write_checked(wanted, checked.table, rows, taken, verdicts=live.verdicts if live else {})
    except ResultsError as error:
        print(wrapped(f"the checked table was not written: {error}"), file=sys.stderr)
    else:
        say(parts_lines("checked table", written))
