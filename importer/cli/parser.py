"""What may stand on the command line. Imports nothing slow: ``--help`` answers at once."""

import argparse
from pathlib import Path
from typing import Final, TypeAlias

from importer import __version__
from importer.cli.server_flags import (
    add_call_flags,
    add_config_command_flags,
    add_doctor_flags,
    add_password_flags,
    add_server_flags,
)

EPILOG: Final = """\
exit codes:
  0    every row is success or duplicate
  1    finished, but some rows are not; correct them and use rerun
  2    wrong usage, settings or file, or you said no; nothing was sent
  3    stopped before the end: login or user refused, server gone, disk full
  130  interrupted
doctor ends with 0 if DIDs can be added, 2 if a setting is missing or wrong,
and 3 if anything else is broken.

settings from the environment:
  VICIDIAL_URL   the server, such as vici.example.org
  VICIDIAL_USER  the API user
  VICIDIAL_PASS  its password (or --password-file, or typed when asked)
  DID_IMPORTER_STATE_DIR  the folder of the records of runs, as --state-dir
  DID_IMPORTER_CONFIG  the file of servers by name; see did-importer config

a flag beats the environment, and the environment beats the file of servers;
but --server is a flag, so the url and user of the server that it names beat
VICIDIAL_URL and VICIDIAL_USER, and its own password_file or keyring beats
VICIDIAL_PASS. The file's default server loses to the environment.
"""

_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  it has no public name

FORMATS: Final = ("as-is", "e164", "international", "national")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="did-importer",
        description="Import a spreadsheet of DIDs (inbound phone numbers) into VICIdial, and\n"
        "learn what became of every row.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"did-importer {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)

    _add_importing(commands)
    _add_past_runs(commands)
    _add_around(commands)
    return parser


def _add_importing(commands: _Commands) -> None:
    run = _command(commands, "run", "send a file's rows and write the results workbook")
    run.add_argument("file", type=Path, help="the spreadsheet or text file with the DIDs")
    _add_reading(run)
    _add_checking(run)
    add_server_flags(run)
    _add_sending(run)
    _add_results(run)
    _add_state(run)
    _add_new(run)
    _add_yes(run)
    _add_machine(run)

    check = _command(commands, "check", "read and check a file; needs no server, sends nothing")
    check.add_argument("file", type=Path, help="the spreadsheet or text file with the DIDs")
    check.add_argument(
        "--live", action="store_true", help="let the server check every row too; it is asked to add nothing"
    )
    _add_reading(check)
    _add_checking(check)
    add_server_flags(check)
    add_call_flags(check)
    _add_machine(check)

    rerun = _command(commands, "rerun", "send the corrected rows of a results workbook again")
    rerun.add_argument("file", type=Path, help="the results workbook, or its sheet Results saved as CSV")
    rerun.add_argument(
        "--only",
        action="append",
        metavar="RESULT",
        help="take up only rows with this result, such as 'unknown' (may be repeated)",
    )
    _add_checking(rerun)
    add_server_flags(rerun)
    _add_sending(rerun)
    _add_results(rerun)
    _add_state(rerun)
    _add_new(rerun)
    _add_yes(rerun)
    _add_machine(rerun)


def _add_past_runs(commands: _Commands) -> None:
    resume = _command(commands, "resume", "finish a run that was stopped or died")
    resume.add_argument("run", nargs="?", metavar="RUN", help="the run's name (default: the newest unfinished one)")
    add_password_flags(resume)
    _add_sending(resume)
    _add_results(resume)
    _add_state(resume)
    _add_machine(resume)

    runs = _command(commands, "runs", "list what was run, or show one run and write its workbook again")
    runs.add_argument("run", nargs="?", metavar="RUN", help="the run's name, as the list shows it")
    _add_results(runs)
    _add_state(runs)
    _add_machine(runs, log=False)

    undo = _command(commands, "undo", "delete the DIDs that a run added, and no others")
    undo.add_argument("run", metavar="RUN", help="the run's name, as 'did-importer runs' lists it")
    add_password_flags(undo)
    add_call_flags(undo)
    _add_results(undo)
    _add_state(undo)
    _add_yes(undo)
    _add_machine(undo)


def _add_around(commands: _Commands) -> None:
    doctor = _command(commands, "doctor", "find out why the server cannot be used, and what to do; changes nothing")
    add_doctor_flags(doctor)

    config = _command(commands, "config", "say where the file of servers by name is, and show it")
    add_config_command_flags(config)

    template = _command(commands, "template", "write the blank workbook to fill")
    template.add_argument(
        "file", nargs="?", type=Path, default=Path("did_template.xlsx"), help="default: did_template.xlsx; or a .csv"
    )

    completion = _command(commands, "completion", "print the script that completes commands and flags in your shell")
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))

    sandbox = _command(commands, "sandbox", "a VICIdial to practise on, on this machine only")
    sandbox.add_argument("--port", type=int, default=8089, help="the port on 127.0.0.1 (default: 8089; 0: a free one)")
    sandbox.add_argument(
        "--slow", type=float, default=0.0, metavar="SECONDS", help="let every answer take so long (default: 0)"
    )
    sandbox.add_argument(
        "--fail",
        action="append",
        default=[],
        metavar="KIND=SHARE",
        help="let a share of the calls fail, such as error-500=0.1 (may be repeated); 'list' shows the kinds",
    )

    demo = _command(commands, "demo", "import the sample order into the sandbox and show the results")
    demo.add_argument(
        "--folder", type=Path, default=Path("demo_output"), help="where the results go (default: demo_output)"
    )


def _command(commands: _Commands, name: str, what: str) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".", allow_abbrev=False)


def _add_reading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reading")
    group.add_argument("--sheet", metavar="NAME", help="the sheet to read (default: the one with a DID column)")
    group.add_argument("--encoding", metavar="NAME", help="of a text file, such as cp1252 (default: detected)")
    group.add_argument("--delimiter", metavar="CHAR", help="of a text file, such as ';' or 'tab' (default: detected)")


def _add_checking(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("columns and numbers")
    group.add_argument(
        "--map",
        action="append",
        metavar="HEADER=COLUMN",
        help="take a column of the file for one of VICIdial's, such as 'Their number=did_pattern' (may be repeated)",
    )
    group.add_argument("--mapping", type=Path, metavar="FILE", help="a TOML file with such pairs under [columns]")
    group.add_argument(
        "--set",
        action="append",
        metavar="COLUMN=VALUE",
        help="fill a column where it is blank or missing, such as did_route=IN_GROUP (may be repeated)",
    )
    group.add_argument("--any-pattern", action="store_true", default=None, help="send patterns that are no numbers")
    group.add_argument("--did-format", choices=FORMATS, help="how a DID is written when it is sent (default: as-is)")
    group.add_argument("--region", metavar="CC", help="of numbers without a country code (default: US)")
    group.add_argument(
        "--strict-numbers", action="store_true", default=None, help="numbers impossible in their region are invalid"
    )
    group.add_argument(
        "--expand-ranges", action="store_true", default=None, help="make one row of each number of a range"
    )
    group.add_argument(
        "--describe", metavar="TEXT", help="build blank descriptions, such as '{city} {state} {ratecenter}'"
    )


def _add_sending(parser: argparse.ArgumentParser) -> None:
    add_call_flags(parser)
    group = parser.add_argument_group("who added a DID")
    group.add_argument(
        "--on-duplicate",
        choices=("report", "update"),
        help="update gives a DID that is there already the row's settings (default: report)",
    )
    group.add_argument(
        "--probe-first",
        action="store_true",
        default=None,
        help="ask with update_did whether each DID is there before it is sent",
    )
    group.add_argument(
        "--verify", action="store_true", default=None, help="ask with update_did at the end whether each is there"
    )
    group.add_argument("--undo-list", type=Path, metavar="FILE", help="write the DIDs that this run added, one a line")


def _add_results(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--results",
        type=Path,
        metavar="FILE",
        help="the results workbook (default: beside the input; never overwritten)",
    )


def _add_state(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--state-dir",
        type=Path,
        metavar="FOLDER",
        help="where the records of runs are kept (default: your state folder)",
    )


def _add_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--new", action="store_true", help="start afresh although a run on this file is unfinished")
    parser.add_argument(
        "--check-first", action="store_true", help="let the server check every row before anything is sent"
    )


def _add_machine(parser: argparse.ArgumentParser, *, log: bool = True) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object; words go to standard error")
    if log:
        parser.add_argument("--log", type=Path, metavar="FILE", help="add a line to this file for all that happens")


def _add_yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask before sending")
