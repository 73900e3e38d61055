"""What each command does: settings in, stages run, words out, an exit code back."""

import argparse
import os
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from importer import (
    RERUN_RESULTS,
    Checked,
    Folders,
    LiveCheck,
    Recipe,
    RunReport,
    StopKind,
    after_live_check,
    check_file,
    check_live,
    check_results,
    import_checked,
    left_to_undo,
    list_runs,
    named_run,
    recorded_recipe,
    resume,
    rewrite_workbook,
    undo,
    unfinished_run,
)
from importer.characters import printable
from importer.cli.machine import RunLog, checked_object, report_object, runs_object, tell
from importer.cli.progress import Progress
from importer.cli.recipe_flags import recipe_from
from importer.cli.servers import chosen_server, recipe_again, recipe_for, server_from, server_of_run
from importer.cli.show import (
    check_lines,
    counted,
    live_lines,
    next_command,
    parts_lines,
    report_lines,
    runs_lines,
    shown,
    undo_lines,
    wrapped,
)
from importer.errors import ResultsTrouble, SettingsTrouble
from importer.model import ExitCode, Result
from importer.results.causes import causes_of
from importer.server.named import ChosenServer
from importer.server.settings import Server
from importer.workbooks.checked import write_checked
from importer.workbooks.checked_parts import checked_parts
from importer.workbooks.output_file import free_path

_SHOWN_CAUSES: Final = 5

STATE_VARIABLE: Final = "DID_IMPORTER_STATE_DIR"
"""The environment's word for ``--state-dir``."""


def say(lines: Iterable[str]) -> None:
    """Print lines to standard output."""
    for line in lines:
        print(printable(line), flush=True)


def run(flags: argparse.Namespace) -> int:
    """``did-importer run``."""
    chosen = chosen_server(flags)
    recipe = recipe_from(flags, recipe_for(chosen))
    checked = check_file(flags.file, recipe)
    return _show_ask_and_send(checked, recipe, flags, chosen)


def rerun(flags: argparse.Namespace) -> int:
    """``did-importer rerun``."""
    chosen = chosen_server(flags)
    recipe = recipe_from(flags, recipe_again(chosen, recorded_recipe(_folders(flags), flags.file)))
    checked = check_results(flags.file, recipe, _chosen_results(flags.only))
    if not checked.taken_up:
        print("nothing is left to do: no row of this workbook is to be sent again")
        done = all(outcome.result in (Result.SUCCESS, Result.DUPLICATE) for outcome in checked.settled)
        return ExitCode.DONE if done else ExitCode.ROWS_LEFT
    return _show_ask_and_send(checked, recipe, flags, chosen)


def check(flags: argparse.Namespace) -> int:
    """``did-importer check``."""
    chosen = chosen_server(flags)
    recipe = recipe_from(flags, recipe_for(chosen))
    server = server_from(flags, recipe, chosen) if flags.live else None
    checked = check_file(flags.file, recipe)
    say(check_lines(checked))
    live = None
    bad = any(outcome.result is Result.INVALID for outcome in checked.settled)
    if server is not None:
        _warn(server, recipe)
        live = _ask_server(checked, recipe, server, flags)
        say(live_lines(live, checked))
        if live.stop is not None:
            tell(flags, checked_object(checked, live))
            return ExitCode.INTERRUPTED if live.stop.kind is StopKind.INTERRUPTED else ExitCode.STOPPED
        fine = (Result.SUCCESS, Result.DUPLICATE)
        bad = bad or any(outcome.result not in fine for outcome in live.verdicts.values())
    _write_checked(checked)
    tell(flags, checked_object(checked, live))
    return ExitCode.ROWS_LEFT if bad else ExitCode.DONE


def resume_run(flags: argparse.Namespace) -> int:
    """``did-importer resume``."""
    folders = _folders(flags)
    line = unfinished_run(folders, flags.run)
    recipe = recipe_from(flags, Recipe.from_json(line.about.settings))
    server = server_of_run(flags, recipe, line.about.server, line.about.user)
    _warn(server, recipe)
    print(f"resuming {line.about.run_id}: {shown(Path(line.about.file))}", file=sys.stderr)
    with _watching(flags) as watcher:
        report = resume(line, recipe, server, folders, watcher)
    return _end(report, flags)


def undo_run(flags: argparse.Namespace) -> int:
    """``did-importer undo``."""
    folders = _folders(flags)
    line = named_run(folders, flags.run)
    recipe = recipe_from(flags, Recipe.from_json(line.about.settings))
    left = left_to_undo(line, folders)
    say(undo_lines(line, left))
    if not flags.yes and not _somebody_is_there():
        raise SettingsTrouble("undo deletes DIDs, so it asks; where nobody can answer, use --yes")
    server = server_of_run(flags, recipe, line.about.server, line.about.user)
    _warn(server, recipe)
    if not _agreed(f"Delete {counted(len(left.dids))} from {server.url} as {server.user}?", flags):
        return ExitCode.USAGE
    with _watching(flags) as watcher:
        report = undo(line, recipe, server, folders, watcher)
    return _end(report, flags)


def runs(flags: argparse.Namespace) -> int:
    """``did-importer runs``."""
    folders = _folders(flags)
    if flags.run is None:
        lines = list_runs(folders.runs)
        say(runs_lines(lines))
        if not lines:
            print(f"nothing was run yet (no records in {folders.runs})")
        tell(flags, runs_object(lines))
        return ExitCode.DONE
    line = named_run(folders, flags.run)
    say(runs_lines([line]))
    written = rewrite_workbook(line, folders)
    say(parts_lines("results", written))
    tell(flags, runs_object([line], written))
    return ExitCode.DONE


def template(flags: argparse.Namespace) -> int:
    """``did-importer template``."""
    from importer.template import write_template

    write_template(flags.file)
    print(f"written: {flags.file}")
    return ExitCode.DONE


def _show_ask_and_send(checked: Checked, recipe: Recipe, flags: argparse.Namespace, chosen: ChosenServer | None) -> int:
    server = server_from(flags, recipe, chosen)
    say(check_lines(checked))
    _warn(server, recipe)
    if any(outcome.result is Result.INVALID for outcome in checked.settled):
        _write_checked(checked)
    if flags.check_first:
        live = _ask_server(checked, recipe, server, flags)
        say(live_lines(live, checked))
        if live.stop is not None:
            print("the run was not begun")
            tell(flags, checked_object(checked, live))
            return ExitCode.INTERRUPTED if live.stop.kind is StopKind.INTERRUPTED else ExitCode.STOPPED
        checked = after_live_check(checked, live, recipe)
    question = f"Send {len(checked.planned)} rows to {server.url} as {server.user}?"
    if checked.planned and not _agreed(question, flags):
        return ExitCode.USAGE
    with _watching(flags) as watcher:
        report = import_checked(checked, recipe, server, _folders(flags), watcher, afresh=flags.new)
    return _end(report, flags)


def _ask_server(checked: Checked, recipe: Recipe, server: Server, flags: argparse.Namespace) -> LiveCheck:
    with _watching(flags) as watcher:
        return check_live(checked.planned, recipe, server, watcher)


def _agreed(question: str, flags: argparse.Namespace) -> bool:
    """Ask whether to go on, where somebody is there to answer."""
    if flags.yes or not _somebody_is_there():
        return True
    try:
        answer = input(f"{question} [y/N] ").strip().lower()
    except EOFError:
        answer = ""
    if answer in ("y", "yes"):
        return True
    print("nothing was sent")
    return False


def _end(report: RunReport, flags: argparse.Namespace) -> int:
    causes = causes_of(report.outcomes, report.workbook.name, undoes=report.undoes, parts=len(report.parts))
    say(report_lines(report, [(cause.count, cause.sentence) for cause in causes[:_SHOWN_CAUSES]], flags.state_dir))
    if getattr(flags, "undo_list", None) is not None:
        _write_undo_list(flags.undo_list, report)
    tell(flags, report_object(report, causes, next_command(report)))
    return report.exit_code


def _write_undo_list(path: Path, report: RunReport) -> None:
    """Write the DIDs that undo would delete; the record has them too, so a full disk loses nothing."""
    dids = [outcome.did_sent for outcome in report.outcomes if outcome.result is Result.SUCCESS and outcome.added]
    try:
        path.write_text("".join(f"{did}\n" for did in dids), encoding="ascii")
    except OSError as error:
        undo = f"did-importer undo {report.run_id} deletes them all the same"
        print(wrapped(f"the DIDs added were not written to {path} ({error.strerror}); {undo}"), file=sys.stderr)
    else:
        print(f"added by this run: {shown(path)} ({counted(len(dids))})")


@contextmanager
def _watching(flags: argparse.Namespace) -> Iterator[Progress]:
    """Look on while calls are made, with a log file if one is asked for."""
    log = None if flags.log is None else RunLog(flags.log)
    try:
        yield Progress(log=log)
    finally:
        if log is not None:
            log.close()


def _write_checked(checked: Checked) -> None:
    """Write the person's table with every bad cell explained; a folder that cannot be written is no reason to stop."""
    source = checked.table.path
    path = free_path(source.with_name(f"{source.stem}_checked.xlsx"), len(checked_parts(checked.table)))
    try:
        written = write_checked(path, checked.table, checked.checked.rows, checked.checked.match.taken)
    except ResultsTrouble as error:
        print(wrapped(f"the checked table was not written: {error}"), file=sys.stderr)
    else:
        say(parts_lines("checked table", written))


def _warn(server: Server, recipe: Recipe) -> None:
    warnings = list(server.warnings)
    if recipe.insecure:
        warnings.append("--insecure: the server's certificate is not checked, so anybody in between can read all")
    for sentence in warnings:
        print(wrapped(f"warning: {sentence}"), file=sys.stderr)


def _folders(flags: argparse.Namespace) -> Folders:
    state = flags.state_dir or (Path(named) if (named := os.environ.get(STATE_VARIABLE)) else None)
    if state is None:
        from platformdirs import user_state_path

        state = user_state_path("did-importer", appauthor=False)
    return Folders(state, flags.results)


def _chosen_results(words: Collection[str] | None) -> frozenset[Result]:
    if not words:
        return RERUN_RESULTS
    try:
        return frozenset(Result(word.strip().lower().replace("-", " ").replace("_", " ")) for word in words)
    except ValueError:
        raise SettingsTrouble(f"--only takes one of: {', '.join(Result)}") from None


def _somebody_is_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
