"""THE table of flags: what each is called, takes and means; and which command has which. Imports nothing slow."""

import argparse
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


# not dataclasses, which take 10 ms to import
class Flag(NamedTuple):
    """A flag or a positional word of the command line."""

    help: str
    metavar: str = ""  # what it takes; empty for one that is on or off
    group: str = ""  # the heading in the help; empty for "options"
    more: Mapping[str, Any] = _NOTHING  # what argparse is told besides


class Command(NamedTuple):
    """A command: a sentence about it, and its flags."""

    what: str
    flags: tuple[str, ...]
    more: Mapping[str, Mapping[str, Any]] = _NOTHING  # where it has a flag otherwise than others


def _path(text: str) -> "Path":
    # 6 ms to import, which --help does without
    from pathlib import Path

    return Path(text)


FORMATS: Final = ("as-is", "e164", "international", "national")
_PATH: Final = {"type": _path}
_REPEATED: Final = {"action": "append"}
# unlike one that is False, None does not beat the file of servers or the record of a run
_SWITCH: Final = {"action": "store_true", "default": None}
_ON: Final = {"action": "store_true"}


def _of_group(group: str, flags: Mapping[str, tuple[Any, ...]]) -> dict[str, Flag]:
    return {name: Flag(what, metavar, group, *more) for name, (metavar, what, *more) in flags.items()}


FLAGS: Final[Mapping[str, Flag]] = {
    "file": Flag("the spreadsheet or text file with the DIDs", "FILE", "", _PATH),
    "run": Flag("the run's name, as 'did-importer runs' lists it", "RUN"),
    "[run]": Flag("the run's name (default: the newest unfinished one)", "RUN", "", {"nargs": "?"}),
    "shell": Flag("the shell", "SHELL", "", {"choices": ("bash", "zsh", "fish")}),
    **_of_group(
        "reading",
        {
            "--sheet": ("NAME", "the sheet to read (default: the one with a DID column)"),
            "--encoding": ("NAME", "of a text file, such as cp1252 (default: detected)"),
            "--delimiter": ("CHAR", "of a text file, such as ';' or 'tab' (default: detected)"),
        },
    ),
    **_of_group(
        "columns and numbers",
        {
            "--map": (
                "HEADER=COLUMN",
                "take a column of the file for one of VICIdial's, such as 'Their number=did_pattern' (may be repeated)",
                _REPEATED,
            ),
            "--mapping": ("FILE", "a TOML file with such pairs under [columns]", _PATH),
            "--set": (
                "COLUMN=VALUE",
                "fill a column where it is blank or missing, such as did_route=IN_GROUP (may be repeated)",
                _REPEATED,
            ),
            "--any-pattern": ("", "send patterns that are no numbers", _SWITCH),
            "--did-format": (
                "FORMAT",
                f"how a DID is written when it is sent: {', '.join(FORMATS)} (default: as-is)",
                {"choices": FORMATS},
            ),
            "--region": ("CC", "of numbers without a country code (default: US)"),
            "--strict-numbers": ("", "numbers impossible in their region are invalid", _SWITCH),
            "--expand-ranges": ("", "make one row of each number of a range", _SWITCH),
            "--allow-no-agent": ("", "send AGENT rows, whose agent the API cannot set", _SWITCH),
            "--describe": ("TEXT", "build blank descriptions, such as '{city} {state} {ratecenter}'"),
        },
    ),
    **_of_group(
        "server",
        {
            "--url": ("URL", "the server; a host alone will do (default: VICIDIAL_URL)"),
            "--user": ("USER", "the API user (default: VICIDIAL_USER)"),
            "--password-file": ("FILE", "a file whose first line is the password, for its owner only", _PATH),
            "--source": ("SOURCE", "what the API log shows as the origin (default: didimporter)"),
            "--server": (
                "NAME",
                "a server of the file of servers, with its settings; beats VICIDIAL_URL and VICIDIAL_USER",
            ),
            "--config": (
                "FILE",
                "the file of servers (default: DID_IMPORTER_CONFIG, or what did-importer config says)",
                _PATH,
            ),
        },
    ),
    **_of_group(
        "sending",
        {
            "--rate": (
                "N",
                "calls a second, look-ups too, never more (default: 20; 0: no limit)",
                {"type": float},
            ),
            "--workers": ("N", "calls in flight at once (default: 4)", {"type": int}),
            "--method": (
                "METHOD",
                "get, or post, which keeps the password out of the access log (default: get)",
                {"choices": ("get", "post")},
            ),
            "--timeout": ("SECONDS", "for one call (default: 30)", {"type": float}),
            "--retries": ("N", "further tries of a call that failed (default: 4)", {"type": int}),
            "--give-up-after": ("SECONDS", "how long the server may stay away (default: 120)", {"type": float}),
            "--ca-file": ("FILE", "the certificates of a private authority (PEM)"),
            "--insecure": ("", "take any certificate (dangerous)", _SWITCH),
        },
    ),
    **_of_group(
        "who added a DID",
        {
            "--on-duplicate": (
                "WHAT",
                "report a DID that is there already, or update it to the row's settings (default: report)",
                {"choices": ("report", "update")},
            ),
            "--probe-first": (
                "",
                "ask whether each DID is there before it is sent, or not (default: where there is a --rate)",
                {"action": argparse.BooleanOptionalAction, "default": None},
            ),
            "--verify": ("", "ask with update_did at the end whether each is there", _SWITCH),
            "--undo-list": ("FILE", "write the DIDs that this run added, one a line, into a new file", _PATH),
        },
    ),
    **_of_group(
        "",
        {
            "--live": ("", "let the server check every row too; it is asked to add nothing", _ON),
            "--only": ("RESULT", "take up only rows with this result, such as 'unknown' (may be repeated)", _REPEATED),
            "--results": ("FILE", "the results workbook (default: beside the input; never overwritten)", _PATH),
            "--state-dir": ("FOLDER", "where the records of runs are kept (default: your state folder)", _PATH),
            "--new": ("", "start afresh although a run on this file is unfinished", _ON),
            "--check-first": ("", "let the server check every row before anything is sent", _ON),
            "--yes": ("", "do not ask; needed where nobody can answer", _ON),
            "--json": ("", "print one JSON object; words go to standard error", _ON),
            "--log": ("FILE", "add a line to this file for all that happens; it must be new or a log of ours", _PATH),
            "--write": ("", "write a first file to fill in; never overwrites one", _ON),
            "--no-browser": ("", "print the address instead of opening a browser", _ON),
            "--install-icon": ("", "write an icon that starts the page, and end", _ON),
            "--remove-icon": ("", "remove it again, and end", _ON),
            "--port": ("PORT", "the port on 127.0.0.1 (default: 8089; 0: a free one)", {"type": int, "default": 8089}),
            "--slow": ("SECONDS", "let every answer take so long (default: 0)", {"type": float, "default": 0.0}),
            "--fail": (
                "KIND=SHARE",
                "let a share of the calls fail, such as error-500=0.1 (may be repeated); 'list' shows the kinds",
                {"action": "append", "default": []},
            ),
            "--folder": (
                "FOLDER",
                "where the results go (default: demo_output)",
                {**_PATH, "default": "demo_output"},
            ),
        },
    ),
}
"""All flags, in the order of the help."""


def _group(name: str) -> tuple[str, ...]:
    return tuple(flag for flag, about in FLAGS.items() if about.group == name)


_READING, _CHECKING, _SERVER = _group("reading"), _group("columns and numbers"), _group("server")
_CALLS, _SENDING = _group("sending"), (*_group("sending"), *_group("who added a DID"))
_PASSWORD: Final = ("--password-file", "--config")
_RECORDED: Final = ("--results", "--state-dir")
_BEGIN: Final = (*_RECORDED, "--new", "--check-first", "--yes", "--json", "--log")

COMMANDS: Final[Mapping[str, Command]] = {
    "run": Command(
        "send a file's rows and write the results workbook",
        ("file", *_READING, *_CHECKING, *_SERVER, *_SENDING, *_BEGIN),
    ),
    "check": Command(
        "read and check a file; needs no server, sends nothing",
        ("file", *_READING, *_CHECKING, *_SERVER, *_CALLS, "--live", "--yes", "--json", "--log"),
    ),
    "rerun": Command(
        "send the corrected rows of a results workbook again",
        ("file", *_CHECKING, *_SERVER, *_SENDING, "--only", *_BEGIN),
        {"file": {"help": "the results workbook, or its sheet Results saved as CSV"}},
    ),
    "resume": Command(
        "finish a run that was stopped or died",
        ("[run]", *_SERVER, *_SENDING, *_RECORDED, "--yes", "--json", "--log"),
        {
            "--url": {"help": "another address of the server, where the run has sent nothing yet"},
            "--user": {"help": "another API user, where the run has sent nothing yet"},
        },
    ),
    "runs": Command(
        "list what was run, or show one run and write its workbook again",
        ("[run]", *_RECORDED, "--json"),
        {"[run]": {"help": "the run's name, as the list shows it"}},
    ),
    "verify": Command(
        "look whether each success of a results workbook is still there; changes nothing on the server",
        ("file", *_SERVER, *_CALLS, *_RECORDED, "--yes", "--json", "--log"),
        {"file": {"help": "the results workbook, or its sheet Results saved as CSV"}},
    ),
    "forget": Command(
        "remove the record of a run; its results workbook stays, but it can be neither finished nor undone any more",
        ("run", "--state-dir", "--yes", "--json"),
    ),
    "undo": Command(
        "delete the DIDs that a run added, and no others",
        ("run", *_PASSWORD, *_CALLS, *_RECORDED, "--yes", "--json", "--log"),
    ),
    "doctor": Command(
        "find out why the server cannot be used, and what to do; changes nothing",
        (*_SERVER, "--method", "--timeout", "--ca-file", "--insecure", "--json"),
        {"--timeout": {"help": "for each step (default: 30)"}},
    ),
    "config": Command("say where the file of servers by name is, and show it", ("--config", "--write")),
    "template": Command(
        "write the blank workbook to fill; with --server or --url it offers the server's own in-groups and call menus",
        ("file", *_SERVER, "--method", "--timeout", "--ca-file", "--insecure"),
        {"file": {"nargs": "?", "default": "did_template.xlsx", "help": "default: did_template.xlsx; or a .csv"}},
    ),
    "completion": Command(
        "print the script that completes commands and flags in your shell, and how to switch it on", ("shell",)
    ),
    "web": Command(
        "open the page in your browser: everything above, for people without a terminal",
        ("--port", "--no-browser", "--config", "--state-dir", "--install-icon", "--remove-icon"),
        {"--port": {"help": "the port on 127.0.0.1 (default: a free one)", "default": 0}},
    ),
    "sandbox": Command("a VICIdial to practise on, on this machine only", ("--port", "--slow", "--fail")),
    "demo": Command("import the sample order into the sandbox and show the results", ("--folder",)),
}
"""All commands, in the order of the help."""
