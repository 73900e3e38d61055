"""The commands that begin a run: ``run`` and ``rerun``."""

import argparse
from collections.abc import Collection

from importer import (
    RERUN_RESULTS,
    Checked,
    ImportOptions,
    RunLine,
    after_live_check,
    check_file,
    check_results,
    import_checked,
    recorded_options,
    unfinished_run_of,
)
from importer.cli import terminal
from importer.cli.check import ask_server, write_checked_table
from importer.cli.files import check_undo_list, folders_of
from importer.cli.objects import checked_object, print_object
from importer.cli.options import options_from
from importer.cli.progress import watching
from importer.cli.records import resume
from importer.cli.servers import chosen_server, options_again, options_for, rate_is_meant, server_from, warnings_of
from importer.cli.show_check import check_lines, live_lines
from importer.cli.show_run import end
from importer.cli.terminal import agreed, answer_to, counted, dids_are_meant, must_be_answerable, row_list, say, warn
from importer.errors import JournalError, SettingsError
from importer.model import ExitCode, Result
from importer.settings.named import ChosenServer
from importer.settings.settings import Server


def run(flags: argparse.Namespace) -> int:
    """``did-importer run``."""
    chosen = chosen_server(flags)
    return _begin(flags, options_from(flags, options_for(chosen)), chosen)


def rerun(flags: argparse.Namespace) -> int:
    """``did-importer rerun``."""
    chosen = chosen_server(flags)
    recorded = recorded_options(folders_of(flags), flags.file)
    return _begin(flags, options_from(flags, options_again(chosen, recorded)), chosen)


def _begin(flags: argparse.Namespace, options: ImportOptions, chosen: ChosenServer | None) -> int:
    """Settle what an unfinished run on the file is about, check, show, ask, and send."""
    check_undo_list(flags)
    if flags.command == "run":
        checked = check_file(flags.file, options)
    else:
        checked = check_results(flags.file, options, _chosen_results(flags.only))
        if checked.not_taken:
            rows = row_list(checked.not_taken)
            warn([f"corrected, but not sent again: {rows}; only results that may be sent again are (see --only)"])
        if not checked.taken_up:
            print("nothing is left to do: no row of this workbook is to be sent again")
            print_object(flags, checked_object(checked, None))
            done = all(outcome.result in (Result.SUCCESS, Result.DUPLICATE) for outcome in checked.settled)
            return ExitCode.DONE if done else ExitCode.ROWS_LEFT
    server = server_from(flags, options, chosen)
    line = None if flags.new else unfinished_run_of(flags.file, server, folders_of(flags))
    if line is not None:
        instead = _finish_or_new(line, flags)
        if instead is not None:
            return instead
    say(check_lines(checked))
    if checked.planned and not dids_are_meant(checked.checked.question, flags):
        return ExitCode.USAGE
    warn(warnings_of(server, options))
    if any(outcome.result is Result.INVALID for outcome in checked.settled):
        write_checked_table(checked)
    return _ask_and_send(checked, options, server, flags)


def _finish_or_new(line: RunLine, flags: argparse.Namespace) -> int | None:
    """Ask whether an unfinished run is to be finished; return the exit code, or None to go on with a new one."""
    done = sum(count for result, count in line.counts.items() if result != Result.NOT_SENT)
    begun = f"{flags.file.name} has an unfinished run, {line.about.run_id}, with {done} of"
    begun += f" {counted(sum(line.counts.values()))} done"
    if flags.yes or not terminal.somebody_is_there():
        how = f"finish it with 'did-importer resume {line.about.run_id}', or start afresh with --new"
        raise JournalError(f"{begun}: {how}")
    answer = answer_to(f"{begun}. Finish it, start a new one, or stop?", "finish/new/stop", flags)
    if answer in ("f", "finish"):
        flags.run = line.about.run_id
        return resume(flags)
    if answer not in ("n", "new"):
        print("nothing was sent")
        return ExitCode.USAGE
    flags.new = True
    return None


def _ask_and_send(checked: Checked, options: ImportOptions, server: Server, flags: argparse.Namespace) -> int:
    if checked.planned:
        must_be_answerable(flags)
        if not rate_is_meant(server, options, flags):
            return ExitCode.USAGE
    limiter = options.rate_limiter()
    if flags.check_first:
        live = ask_server(checked, options, server, flags, limiter)
        say(live_lines(live, checked))
        if live.stop is not None:
            print("the run was not begun")
            print_object(flags, checked_object(checked, live))
            return live.exit_code
        checked = after_live_check(checked, live, options)
    question = f"Send {counted(len(checked.planned))} to {server.url} as {server.user}?"
    if checked.planned and not agreed(question, flags):
        return ExitCode.USAGE
    folders = folders_of(flags)
    with watching(flags) as observer:
        report = import_checked(checked, options, server, folders, observer, afresh=flags.new, limiter=limiter)
    return end(report, flags)


def _chosen_results(words: Collection[str] | None) -> frozenset[Result]:
    if not words:
        return RERUN_RESULTS
    try:
        return frozenset(Result(word.strip().lower().replace("-", " ").replace("_", " ")) for word in words)
    except ValueError:
        raise SettingsError(f"--only takes one of: {', '.join(Result)}") from None
