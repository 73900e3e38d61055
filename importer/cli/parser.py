"""The parser of the command line, made of the table of flags. Imports nothing slow: ``--help`` answers at once."""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final, NoReturn

from importer import __version__
from importer.cli.flags import COMMANDS, FLAGS
from importer.errors import UsageError

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
  NO_COLOR       if it is set, nothing is coloured

a flag beats the environment, and the environment beats the file of servers;
but --server is a flag, so the url and user of the server that it names beat
VICIDIAL_URL and VICIDIAL_USER, and its own password_file or keyring beats
VICIDIAL_PASS. The file's default server loses to the environment.
"""


class _Parser(argparse.ArgumentParser):
    """argparse, but that a wrong word is told as every other error, with the word that was meant."""

    def error(self, message: str) -> NoReturn:
        """End with the message, the nearest word and the place of the help."""
        chosen = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        meant = did_you_mean(chosen[1], re.findall(r"[\w-]+", chosen[2])) if chosen else ";"
        if chosen and message.startswith("argument COMMAND"):
            message = f"there is no command '{chosen[1]}'"
        raise UsageError(f"{message}{meant} see {self.prog} --help")


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return a question with the word that is nearest, as the end of a clause; a semicolon where none is near."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(words), n=1)
    return f"; did you mean {close[0]}?" if close else ";"


def _columns() -> int:
    """The width of the terminal, as argparse's own way tells it; that one takes 5 ms to import."""
    try:
        return int(os.environ.get("COLUMNS", "")) or 80
    except ValueError:
        pass
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 80
    except (OSError, ValueError):
        return 80


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the command line; with ``only`` no other command has its flags, which saves 10 ms."""
    width = _columns() - 2
    parser = _Parser(
        prog="did-importer",
        description="Import a spreadsheet of DIDs (inbound phone numbers) into VICIdial, and\n"
        "learn what became of every row.",
        epilog=EPILOG,
        formatter_class=partial(argparse.RawDescriptionHelpFormatter, width=width),
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"did-importer {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        added = commands.add_parser(
            name,
            help=command.what,
            description=command.what[0].upper() + command.what[1:] + ".",
            allow_abbrev=False,
            formatter_class=partial(argparse.HelpFormatter, width=width),
        )
        if only not in (None, name):
            continue
        groups: dict[str, Any] = {"": added}
        for flag in command.flags:
            about = FLAGS[flag]
            if about.group not in groups:
                groups[about.group] = added.add_argument_group(about.group)
            more: dict[str, Any] = {"help": about.help, **about.more, **command.more.get(flag, {})}
            if about.metavar:
                more["metavar"] = about.metavar
            groups[about.group].add_argument(flag.strip("[]"), **more)
    return parser


def parse(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line.

    Raises:
        UsageError: it cannot be parsed.
        SystemExit: help or version was asked for, and is printed.
    """
    flags, rest = parser.parse_known_args(arguments)
    if rest:
        word = rest[0].partition("=")[0]
        known = [flag for flag in COMMANDS[flags.command].flags if flag.startswith("--")]
        meant, place = did_you_mean(word, known), f"did-importer {flags.command} --help"
        raise UsageError(f"{flags.command} does not know '{word}'{meant} see {place}")
    return flags
