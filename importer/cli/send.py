"""The commands that send: ``run``, ``rerun``, ``resume`` and ``undo``."""

import argparse
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Final

from importer import (
    RERUN_RESULTS,
    Checked,
    ImportOptions,
    RunReport,
    after_live_check,
    check_file,
    check_results,
    import_checked,
    left_to_undo,
    named_run,
    recorded_options,
    resume,
    undo,
    unfinished_run,
)
from importer.cli.check import ask_server, write_checked_table
from importer.cli.long_lived import long_lived
from importer.cli.machine import checked_object, report_object, tell
from importer.cli.option_flags import options_from
from importer.cli.progress import watching
from importer.cli.records import folders_of
from importer.cli.servers import chosen_server, options_again, options_for, server_from, server_of_run
from importer.cli.show_check import check_lines, live_lines
from importer.cli.show_run import next_command, report_lines, undo_lines
from importer.cli.talk import agreed, say, somebody_is_there, warn
from importer.cli.text import counted, shown, wrapped
from importer.errors import ResultsError, SettingsError
from importer.model import ExitCode, Result
from importer.settings.named import ChosenServer
from importer.workbooks.output_file import check_writable, under_free_name, whole_file
from importer.workbooks.results.causes import causes_of

_SHOWN_CAUSES: Final = 5


def run(flags: argparse.Namespace) -> int:
    """``did-importer run``."""
    chosen = chosen_server(flags)
    options = options_from(flags, options_for(chosen))
    with long_lived():
        checked = check_file(flags.file, options)
    return _show_ask_and_send(checked, options, flags, chosen)


def rerun(flags: argparse.Namespace) -> int:
    """``did-importer rerun``."""
    chosen = chosen_server(flags)
    options = options_from(flags, options_again(chosen, recorded_options(folders_of(flags), flags.file)))
    with long_lived():
        checked = check_results(flags.file, options, _chosen_results(flags.only))
    if not checked.taken_up:
        print("nothing is left to do: no row of this workbook is to be sent again")
        done = all(outcome.result in (Result.SUCCESS, Result.DUPLICATE) for outcome in checked.settled)
        return ExitCode.DONE if done else ExitCode.ROWS_LEFT
    return _show_ask_and_send(checked, options, flags, chosen)


def resume_run(flags: argparse.Namespace) -> int:
    """``did-importer resume``."""
    folders = folders_of(flags)
    _refuse_undo_list_that_is_there(flags)
    line = unfinished_run(folders, flags.run)
    options = options_from(flags, ImportOptions.from_json(line.about.settings))
    server = server_of_run(flags, options, line.about.server, line.about.user)
    warn(server, options)
    print(f"resuming {line.about.run_id}: {shown(Path(line.about.file))}", file=sys.stderr)
    with watching(flags) as observer:
        report = resume(line, options, server, folders, observer)
    return _end(report, flags)


def undo_run(flags: argparse.Namespace) -> int:
    """``did-importer undo``."""
    folders = folders_of(flags)
    line = named_run(folders, flags.run)
    options = options_from(flags, ImportOptions.from_json(line.about.settings))
    left = left_to_undo(line, folders)
    say(undo_lines(line, left))
    if not flags.yes and not somebody_is_there():
        raise SettingsError("undo deletes DIDs, so it asks; where nobody can answer, use --yes")
    server = server_of_run(flags, options, line.about.server, line.about.user)
    warn(server, options)
    if not agreed(f"Delete {counted(len(left.dids))} from {server.url} as {server.user}?", flags):
        return ExitCode.USAGE
    with watching(flags) as observer:
        report = undo(line, options, server, folders, observer)
    return _end(report, flags)


def _show_ask_and_send(
    checked: Checked, options: ImportOptions, flags: argparse.Namespace, chosen: ChosenServer | None
) -> int:
    _refuse_undo_list_that_is_there(flags)
    server = server_from(flags, options, chosen)
    say(check_lines(checked))
    warn(server, options)
    if any(outcome.result is Result.INVALID for outcome in checked.settled):
        write_checked_table(checked)
    if flags.check_first:
        live = ask_server(checked, options, server, flags)
        say(live_lines(live, checked))
        if live.stop is not None:
            print("the run was not begun")
            tell(flags, checked_object(checked, live))
            return live.exit_code
        checked = after_live_check(checked, live, options)
    question = f"Send {len(checked.planned)} rows to {server.url} as {server.user}?"
    if checked.planned and not agreed(question, flags):
        return ExitCode.USAGE
    with watching(flags) as observer:
        report = import_checked(checked, options, server, folders_of(flags), observer, afresh=flags.new)
    return _end(report, flags)


def _end(report: RunReport, flags: argparse.Namespace) -> int:
    causes = causes_of(report.outcomes, report.workbook.name, undoes=report.undoes, parts=len(report.parts))
    say(report_lines(report, [(cause.count, cause.sentence) for cause in causes[:_SHOWN_CAUSES]], flags.state_dir))
    if getattr(flags, "undo_list", None) is not None:
        _write_undo_list(flags.undo_list, report)
    tell(flags, report_object(report, causes, next_command(report)))
    return report.exit_code


def _refuse_undo_list_that_is_there(flags: argparse.Namespace) -> None:
    """Say before anything is sent that the list of DIDs added cannot be written; it would overwrite nothing."""
    if getattr(flags, "undo_list", None) is not None:
        check_writable(flags.undo_list, suffix="")


def _write_undo_list(path: Path, report: RunReport) -> None:
    """Write the DIDs that undo would delete; the record has them too, so a full disk loses nothing."""
    dids = [outcome.did_sent for outcome in report.outcomes if outcome.result is Result.SUCCESS and outcome.added]

    def write(free: Path) -> Path:
        with whole_file(free) as file:
            file.write("".join(f"{did}\n" for did in dids).encode("ascii"))
        return free

    try:
        written = under_free_name(path, write)
    except ResultsError as error:
        undo = f"did-importer undo {report.run_id} deletes them all the same"
        print(wrapped(f"the DIDs added were not written: {error}; {undo}"), file=sys.stderr)
    else:
        print(f"added by this run: {shown(written)} ({counted(len(dids))})")


def _chosen_results(words: Collection[str] | None) -> frozenset[Result]:
    if not words:
        return RERUN_RESULTS
    try:
        return frozenset(Result(word.strip().lower().replace("-", " ").replace("_", " ")) for word in words)
    except ValueError:
        raise SettingsError(f"--only takes one of: {', '.join(Result)}") from None
