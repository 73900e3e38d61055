"""The commands that begin a run: ``run`` and ``rerun``."""

import argparse
from collections.abc import Collection

from importer import (
    RERUN_RESULTS,
    Checked,
    ImportOptions,
    after_live_check,
    check_file,
    check_results,
    import_checked,
    recorded_options,
)
from importer.cli.check import ask_server, write_checked_table
from importer.cli.files import check_undo_list, folders_of
from importer.cli.objects import checked_object, print_object
from importer.cli.options import options_from
from importer.cli.progress import watching
from importer.cli.servers import chosen_server, options_again, options_for, rate_is_meant, server_from, warnings_of
from importer.cli.show_check import check_lines, live_lines
from importer.cli.show_run import end
from importer.cli.terminal import agreed, must_be_answerable, say, warn
from importer.cli.text import counted
from importer.errors import SettingsError
from importer.model import ExitCode, Result
from importer.settings.named import ChosenServer


def run(flags: argparse.Namespace) -> int:
    """``did-importer run``."""
    chosen = chosen_server(flags)
    options = options_from(flags, options_for(chosen))
    check_undo_list(flags)
    return _show_ask_and_send(check_file(flags.file, options), options, flags, chosen)


def rerun(flags: argparse.Namespace) -> int:
    """``did-importer rerun``."""
    chosen = chosen_server(flags)
    options = options_from(flags, options_again(chosen, recorded_options(folders_of(flags), flags.file)))
    check_undo_list(flags)
    checked = check_results(flags.file, options, _chosen_results(flags.only))
    if not checked.taken_up:
        print("nothing is left to do: no row of this workbook is to be sent again")
        done = all(outcome.result in (Result.SUCCESS, Result.DUPLICATE) for outcome in checked.settled)
        print_object(flags, checked_object(checked, None))
        return ExitCode.DONE if done else ExitCode.ROWS_LEFT
    return _show_ask_and_send(checked, options, flags, chosen)


def _show_ask_and_send(
    checked: Checked, options: ImportOptions, flags: argparse.Namespace, chosen: ChosenServer | None
) -> int:
    server = server_from(flags, options, chosen)
    say(check_lines(checked))
    warn(warnings_of(server, options))
    if any(outcome.result is Result.INVALID for outcome in checked.settled):
        write_checked_table(checked)
    if checked.planned:
        must_be_answerable(flags)
    question = f"Send {counted(len(checked.planned))} to {server.url} as {server.user}?"
    if flags.check_first:
        if not rate_is_meant(server, options, flags):
            return ExitCode.USAGE
        live = ask_server(checked, options, server, flags)
        say(live_lines(live, checked))
        if live.stop is not None:
            print("the run was not begun")
            print_object(flags, checked_object(checked, live))
            return live.exit_code
        checked = after_live_check(checked, live, options)
    if checked.planned and not agreed(question, flags):
        return ExitCode.USAGE
    if checked.planned and not flags.check_first and not rate_is_meant(server, options, flags):
        return ExitCode.USAGE
    with watching(flags) as observer:
        report = import_checked(checked, options, server, folders_of(flags), observer, afresh=flags.new)
    return end(report, flags)


def _chosen_results(words: Collection[str] | None) -> frozenset[Result]:
    if not words:
        return RERUN_RESULTS
    try:
        return frozenset(Result(word.strip().lower().replace("-", " ").replace("_", " ")) for word in words)
    except ValueError:
        raise SettingsError(f"--only takes one of: {', '.join(Result)}") from None
