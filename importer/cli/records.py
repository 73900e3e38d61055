"""The commands for runs that are recorded: ``runs``, ``resume``, ``undo`` and ``forget``."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from importer import (
    ImportOptions,
    VerifyReport,
    forget_run,
    left_to_undo,
    list_runs,
    named_run,
    read_runs,
    rewrite_workbook,
    unfinished_run,
    verify_results,
)
from importer import resume as resume_run
from importer import undo as undo_run
from importer.cli.files import check_undo_list, folders_of
from importer.cli.objects import print_object, runs_object, verified_object
from importer.cli.options import options_from
from importer.cli.progress import watching
from importer.cli.servers import chosen_server, options_for, rate_is_meant, server_from, server_of_run, warnings_of
from importer.cli.show_run import end, runs_lines, undo_lines
from importer.cli.terminal import agreed, counted, parts_lines, say, shown, warn, wrapped
from importer.model import ExitCode

_MOST_GONE: Final = 5


def verify(flags: argparse.Namespace) -> int:
    """``did-importer verify``."""
    chosen = chosen_server(flags)
    options = options_from(flags, options_for(chosen))
    server = server_from(flags, options, chosen)
    warn(warnings_of(server, options))
    if not rate_is_meant(server, options, flags):
        return ExitCode.USAGE
    with watching(flags) as observer:
        report = verify_results(flags.file, options, server, folders_of(flags), observer)
    say(_lines(report))
    print_object(flags, verified_object(report))
    return report.exit_code


def _lines(report: VerifyReport) -> Iterator[str]:
    if report.stop is not None:
        yield wrapped(f"stopped: {report.stop.why}")
    if report.changed:
        yield wrapped("warning: the rows of this workbook are not those that were written after the run")
    yield f"  {report.there:>7}  still there"
    for outcomes, words in ((report.gone, "gone"), (report.unknown, "not known")):
        if outcomes:
            yield f"  {len(outcomes):>7}  {words}"
        for outcome in outcomes[:_MOST_GONE]:
            yield wrapped(f"  row {outcome.row}: {outcome.did_sent}: {outcome.reason}", "    ")
        if len(outcomes) > _MOST_GONE:
            yield f"  and {counted(len(outcomes) - _MOST_GONE, 'more row')}, see Results"
    yield from parts_lines("results", [part.path for part in report.parts])


def runs(flags: argparse.Namespace) -> int:
    """``did-importer runs``."""
    folders = folders_of(flags)
    if flags.run is None:
        found = read_runs(folders.runs)
        say(runs_lines(found.lines))
        warn(found.unreadable)
        if not found.lines:
            print(f"nothing was run yet (no records in {folders.runs})")
        print_object(flags, runs_object(found.lines, found.unreadable))
        return ExitCode.DONE
    line = named_run(folders, flags.run)
    say(runs_lines([line]))
    written = rewrite_workbook(line, folders)
    say(parts_lines("results", written))
    print_object(flags, runs_object([line], written=written))
    return ExitCode.DONE


def forget(flags: argparse.Namespace) -> int:
    """``did-importer forget``."""
    folders = folders_of(flags)
    # a record that cannot be read can be forgotten too
    say(runs_lines(line for line in list_runs(folders.runs) if line.about.run_id == flags.run))
    if not agreed(f"Remove the record {flags.run}? It can then be neither finished nor undone.", flags, "was removed"):
        return ExitCode.USAGE
    forget_run(folders, flags.run)
    print(f"forgotten: {flags.run}")
    print_object(flags, {"forgotten": flags.run})
    return ExitCode.DONE


def resume(flags: argparse.Namespace) -> int:
    """``did-importer resume``."""
    folders = folders_of(flags)
    check_undo_list(flags)
    line = unfinished_run(folders, flags.run)
    options = options_from(flags, ImportOptions.from_json(line.about.settings))
    server = server_of_run(flags, options, line.about.server, line.about.user)
    warn(warnings_of(server, options))
    if flags.rate is not None and not rate_is_meant(server, options, flags):
        return ExitCode.USAGE
    print(f"resuming {line.about.run_id}: {shown(Path(line.about.file))}", file=sys.stderr)
    with watching(flags) as observer:
        report = resume_run(line, options, server, folders, observer)
    return end(report, flags)


def undo(flags: argparse.Namespace) -> int:
    """``did-importer undo``."""
    folders = folders_of(flags)
    line = named_run(folders, flags.run)
    options = options_from(flags, ImportOptions.from_json(line.about.settings))
    left = left_to_undo(line, folders)
    say(undo_lines(line, left))
    question = f"Delete {counted(len(left.dids), 'DID')} from {line.about.server} as {line.about.user}?"
    if not agreed(question, flags, "was deleted"):
        return ExitCode.USAGE
    server = server_of_run(flags, options, line.about.server, line.about.user)
    warn(warnings_of(server, options))
    if not rate_is_meant(server, options, flags):
        return ExitCode.USAGE
    with watching(flags) as observer:
        report = undo_run(line, options, server, folders, observer)
    return end(report, flags)
