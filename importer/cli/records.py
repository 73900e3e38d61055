"""The commands for runs that are recorded: ``runs``, ``resume``, ``undo``, ``verify`` and ``forget``."""

import argparse
import sys
from pathlib import Path

import importer
from importer.cli.options import (
    chosen_server,
    folders_of,
    options_from,
    rate_must_be_meant,
    server_from,
    server_of_run,
)
from importer.cli.progress import watching
from importer.cli.show_run import (
    check_undo_list,
    end,
    runs_lines,
    runs_object,
    undo_lines,
    verified_lines,
    verified_object,
)
from importer.cli.terminal import counted, must_agree, parts_lines, print_object, say, shown, warn
from importer.model import ExitCode


def verify(flags: argparse.Namespace) -> int:
    """``did-importer verify``."""
    chosen = chosen_server(flags)
    options = options_from(flags, chosen)
    server = server_from(flags, options, chosen)
    rate_must_be_meant(server, options, flags)
    with watching(flags) as observer:
        report = importer.verify_results(flags.file, options, server, folders_of(flags), observer)
    say(verified_lines(report))
    print_object(flags, verified_object(report))
    return report.exit_code


def runs(flags: argparse.Namespace) -> int:
    """``did-importer runs``."""
    folders = folders_of(flags)
    if flags.run is None:
        found = importer.read_runs(folders.runs)
        say(runs_lines(found.lines))
        warn(found.unreadable)
        if not found.lines:
            print(f"nothing was run yet (no records in {folders.runs})")
        print_object(flags, runs_object(found.lines, found.unreadable))
    else:
        line = importer.named_run(folders, flags.run)
        say(runs_lines([line]))
        written = importer.rewrite_workbook(line, folders)
        say(parts_lines("results", written))
        print_object(flags, runs_object([line], written=written))
    return ExitCode.DONE


def forget(flags: argparse.Namespace) -> int:
    """``did-importer forget``."""
    folders = folders_of(flags)
    # a record that cannot be read can be forgotten too
    say(runs_lines(line for line in importer.list_runs(folders.runs) if line.about.run_id == flags.run))
    question = f"Remove the record {flags.run}? It can then be neither finished nor undone."
    must_agree(question, flags, "was removed")
    importer.forget_run(folders, flags.run)
    print(f"forgotten: {flags.run}")
    print_object(flags, {"forgotten": flags.run})
    return ExitCode.DONE


def resume(flags: argparse.Namespace) -> int:
    """``did-importer resume``."""
    folders = folders_of(flags)
    check_undo_list(flags)
    line = importer.unfinished_run(folders, flags.run)
    options = options_from(flags, recorded=importer.ImportOptions.from_json(line.about.settings))
    server = server_of_run(flags, options, line.about.server, line.about.user)
    if flags.rate is not None:
        rate_must_be_meant(server, options, flags)
    print(f"resuming {line.about.run_id}: {shown(Path(line.about.file))}", file=sys.stderr)
    with watching(flags) as observer:
        report = importer.resume(line, options, server, folders, observer)
    return end(report, flags)


def undo(flags: argparse.Namespace) -> int:
    """``did-importer undo``."""
    folders = folders_of(flags)
    line = importer.named_run(folders, flags.run)
    options = options_from(flags, recorded=importer.ImportOptions.from_json(line.about.settings))
    left = importer.left_to_undo(line, folders)
    say(undo_lines(line, left))
    question = f"Delete {counted(len(left.dids), 'DID')} from {line.about.server} as {line.about.user}?"
    must_agree(question, flags, "was deleted")
    server = server_of_run(flags, options, line.about.server, line.about.user)
    rate_must_be_meant(server, options, flags)
    with watching(flags) as observer:
        report = importer.undo(line, options, server, folders, observer)
    return end(report, flags)
