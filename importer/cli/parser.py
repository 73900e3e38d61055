"""The parser of the command line, made of the table of flags; and completion. Imports nothing slow."""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final, NoReturn

from importer import __version__
from importer.cli.flags import COMMANDS, FLAGS, OTHERWISE_IN
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

_STARTUP_FILES: Final = {
    "bash": ('eval "$(did-importer completion bash)"', "~/.bashrc"),
    "zsh": ('eval "$(did-importer completion zsh)"', "~/.zshrc"),
    "fish": ("did-importer completion fish | source", "~/.config/fish/config.fish"),
}


class _Parser(argparse.ArgumentParser):
    """argparse, but that a wrong word is told as every other error, with the word that was meant."""

    def error(self, message: str) -> NoReturn:
        chosen = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        meant = _did_you_mean(chosen[1], re.findall(r"[\w-]+", chosen[2])) if chosen else ";"
        if chosen and message.startswith("argument COMMAND"):
            message = f"there is no command '{chosen[1]}'"
        raise UsageError(f"{message}{meant} see {self.prog} --help")


def _did_you_mean(word: str, words: Iterable[str]) -> str:
    """The end of a clause: a question with the word that is nearest, or a semicolon where none is near."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(words), n=1)
    return f"; did you mean {close[0]}?" if close else ";"


def _columns() -> int:
    """The width of the terminal, as shutil tells it; that one takes 5 ms to import."""
    try:
        if columns := int(os.environ.get("COLUMNS", "") or 0):
            return columns
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
            told = {**about.told, **OTHERWISE_IN.get((name, flag), {})}
            groups[about.group].add_argument(flag.strip("[]"), **told)
    return parser


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Parse the command line, or answer the shell that asks what may follow."""
    if "_ARGCOMPLETE" in os.environ:
        _complete(build_parser())
    flags, rest = build_parser(words[0] if words else "").parse_known_args(words)
    if rest:
        word = rest[0].partition("=")[0]
        known = [flag for flag in COMMANDS[flags.command].flags if flag.startswith("--")]
        meant, place = _did_you_mean(word, known), f"did-importer {flags.command} --help"
        raise UsageError(f"{flags.command} does not know '{word}'{meant} see {place}")
    return flags


def completion(flags: argparse.Namespace) -> int:
    """``did-importer completion``."""
    from argcomplete.shell_integration import shellcode

    line, file = _STARTUP_FILES[flags.shell]
    print(f"# to switch completion on, now and in every new shell, add this line to {file}:\n#   {line}\n")
    print(shellcode(["did-importer"], shell=flags.shell))
    return 0


def _complete(parser: argparse.ArgumentParser) -> None:
    import argcomplete

    completers = {"run": _runs, "server": _servers, "set": _fills, "map": _mapping}
    # argparse has no public list of what it was told
    (commands,) = (action.choices for action in parser._actions if isinstance(action.choices, dict))  # noqa: SLF001
    for action in (action for command in commands.values() for action in command._actions):  # noqa: SLF001
        if action.dest in completers:
            action.completer = completers[action.dest]
    argcomplete.autocomplete(parser)


def _runs(parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
    from importer import list_runs
    from importer.cli.options import folders_of

    return [line.about.run_id for line in list_runs(folders_of(parsed_args).runs)]


def _servers(parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
    from importer.cli.options import servers_of

    return [server.name for server in servers_of(parsed_args).servers]


def _fills(prefix: str, **_: Any) -> Iterable[str]:
    from importer.columns import USED

    name, equals, _value = prefix.partition("=")
    values = next((column.choices or column.offered for column in USED if column.name == name), ())
    return [f"{name}={value}" for value in values] if equals else [f"{column.name}=" for column in USED]


def _mapping(prefix: str, **_: Any) -> Iterable[str]:
    from importer.columns import USED

    header, equals, _name = prefix.rpartition("=")
    return [f"{header}={column.name}" for column in USED] if equals else []
