"""The commands that begin a run: ``run`` and ``rerun``."""

import argparse
from collections.abc import Collection

import importer
from importer import Checked, ImportOptions, RunLine
from importer.cli import terminal
from importer.cli.check import ask_server, check_lines, checked_object, write_checked_table
from importer.cli.options import chosen_server, folders_of, options_from, rate_must_be_meant, server_from
from importer.cli.progress import watching
from importer.cli.records import resume
from importer.cli.show_run import check_undo_list, end
from importer.cli.terminal import counted, print_object, say, warn
from importer.errors import JournalError, SettingsError
from importer.model import ExitCode, Result
from importer.settings.settings import Server


def run(flags: argparse.Namespace) -> int:
    """``did-importer run`` and ``did-importer rerun``: check, show, ask, and send."""
    is_rerun = flags.command == "rerun"
    chosen = chosen_server(flags)
    recorded = importer.recorded_options(folders_of(flags), flags.file) if is_rerun else None
    options = options_from(flags, chosen, recorded)
    check_undo_list(flags)
    if is_rerun:
        checked = importer.check_results(flags.file, options, _chosen_results(flags.only))
        if checked.not_taken:
            rows = terminal.row_list(checked.not_taken)
            warn([f"corrected, but not sent again: {rows}; only results that may be sent again are (see --only)"])
        if not checked.taken_up:
            print("nothing is left to do: no row of this workbook is to be sent again")
            print_object(flags, checked_object(checked))
            done = all(outcome.result in (Result.SUCCESS, Result.DUPLICATE) for outcome in checked.settled)
            return ExitCode.DONE if done else ExitCode.ROWS_LEFT
    else:
        checked = importer.check_file(flags.file, options)
    server = server_from(flags, options, chosen)
    line = None if flags.new else importer.unfinished_run_of(flags.file, server, folders_of(flags))
    if line is not None and _is_to_be_finished(line, flags):
        flags.run = line.about.run_id
        return resume(flags)
    say(check_lines(checked))
    if checked.planned:
        terminal.dids_must_be_meant(checked.checked.question, flags)
    if any(outcome.result is Result.INVALID for outcome in checked.settled):
        write_checked_table(checked)
    return _ask_and_send(checked, options, server, flags)


def _is_to_be_finished(line: RunLine, flags: argparse.Namespace) -> bool:
    """Ask whether an unfinished run is to be finished, or a new one begun."""
    done = sum(count for result, count in line.counts.items() if result != Result.NOT_SENT)
    begun = f"{flags.file.name} has an unfinished run, {line.about.run_id}, with {done} of"
    begun += f" {counted(sum(line.counts.values()))} done"
    if flags.yes or not terminal.somebody_is_there():
        how = f"finish it with 'did-importer resume {line.about.run_id}', or start afresh with --new"
        raise JournalError(f"{begun}: {how}")
    answer = terminal.answer_to(f"{begun}. Finish it, start a new one, or stop?", "finish/new/stop", flags)
    if answer not in ("f", "finish", "n", "new"):
        terminal.refrain()
    flags.new = answer in ("n", "new")
    return not flags.new


def _ask_and_send(checked: Checked, options: ImportOptions, server: Server, flags: argparse.Namespace) -> int:
    if checked.planned:
        terminal.must_be_answerable(flags)
        rate_must_be_meant(server, options, flags)
    limiter = options.rate_limiter()
    if flags.check_first:
        live = ask_server(checked, options, server, flags, limiter)
        if live.stop is not None:
            print("the run was not begun")
            return live.exit_code
        checked = importer.after_live_check(checked, live, options)
    if checked.planned:
        terminal.must_agree(f"Send {counted(len(checked.planned))} to {server.url} as {server.user}?", flags)
    with watching(flags) as observer:
        report = importer.import_checked(
            checked, options, server, folders_of(flags), observer, afresh=bool(flags.new), limiter=limiter
        )
    return end(report, flags)


def _chosen_results(words: Collection[str] | None) -> frozenset[Result]:
    if not words:
        return importer.RERUN_RESULTS
    try:
        return frozenset(Result(word.strip().lower().replace("-", " ").replace("_", " ")) for word in words)
    except ValueError:
        raise SettingsError(f"--only takes one of: {', '.join(Result)}") from None
