"""THE table of flags: what each is called, takes and means; and which command has which. Imports nothing slow."""

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


# not dataclasses, which take 10 ms to import
class Flag(NamedTuple):
    """A flag or a positional word: the heading in the help ("" for "options"), and what argparse is told."""

    group: str
    told: Mapping[str, Any]


class Command(NamedTuple):
    """A command: a sentence about it, and its flags."""

    what: str
    flags: tuple[str, ...]


FORMATS: Final = ("as-is", "e164", "international", "national")

_TABLE: Final = f"""\
[reading]
--sheet NAME: the sheet to read (default: the one with a DID column)
--encoding NAME: of a text file, such as cp1252 (default: detected)
--delimiter CHAR: of a text file, such as ';' or 'tab' (default: detected)
[columns and numbers]
--map HEADER=COLUMN: take a column of the file for one of VICIdial's, such as 'Their number=did_pattern'
    (may be repeated)
--mapping FILE: a TOML file with such pairs under [columns]
--set COLUMN=VALUE: fill a column where it is blank or missing, such as did_route=IN_GROUP (may be repeated)
--any-pattern: send patterns that are no numbers
--did-format FORMAT: how a DID is written when it is sent: {", ".join(FORMATS)} (default: as-is)
--region CC: of numbers without a country code (default: US)
--strict-numbers: numbers impossible in their region are invalid
--expand-ranges: make one row of each number of a range
--allow-no-agent: send AGENT rows, whose agent the API cannot set
--describe TEXT: build blank descriptions, such as '{{city}} {{state}} {{ratecenter}}'
[server]
--url URL: the server; a host alone will do (default: VICIDIAL_URL)
--user USER: the API user (default: VICIDIAL_USER)
--password-file FILE: a file whose first line is the password, for its owner only
--source SOURCE: what the API log shows as the origin (default: didimporter)
--server NAME: a server of the file of servers, with its settings; beats VICIDIAL_URL and VICIDIAL_USER
--config FILE: the file of servers (default: DID_IMPORTER_CONFIG, or what did-importer config says)
[sending]
--rate N: calls a second, look-ups too, never more (default: 20; 0: no limit)
--workers N: calls in flight at once (default: 4)
--method METHOD: get, or post, which keeps the password out of the access log (default: get)
--timeout SECONDS: for one call (default: 30)
--retries N: further tries of a call that failed (default: 4)
--give-up-after SECONDS: how long the server may stay away (default: 120)
--ca-file FILE: the certificates of a private authority (PEM)
--insecure: take any certificate (dangerous)
[who added a DID]
--on-duplicate WHAT: report a DID that is there already, or update it to the row's settings (default: report)
--probe-first: ask whether each DID is there before it is sent, or not (default: where there is a --rate)
--verify: ask with update_did at the end whether each is there
--undo-list FILE: write the DIDs that this run added, one a line, into a new file
[]
file FILE: the spreadsheet or text file with the DIDs
run RUN: the run's name, as 'did-importer runs' lists it
[run] RUN: the run's name (default: the newest unfinished one)
shell SHELL: the shell
--live: let the server check every row too; it is asked to add nothing
--only RESULT: take up only rows with this result, such as 'unknown' (may be repeated)
--results FILE: the results workbook (default: beside the input; never overwritten)
--state-dir FOLDER: where the records of runs are kept (default: your state folder)
--new: start afresh although a run on this file is unfinished
--check-first: let the server check every row before anything is sent
--yes: do not ask; needed where nobody can answer
--json: print one JSON object; words go to standard error
--log FILE: add a line to this file for all that happens; it must be new or a log of ours
--write: write a first file to fill in; never overwrites one
--no-browser: print the address instead of opening a browser
--install-icon: write an icon that starts the page, and end
--remove-icon: remove it again, and end
--port PORT: the port on 127.0.0.1 (default: 8089; 0: a free one)
--slow SECONDS: let every answer take so long (default: 0)
--fail KIND=SHARE: let a share of the calls fail, such as error-500=0.1 (may be repeated); 'list' shows the kinds
--folder FOLDER: where the results go (default: demo_output)
"""


def _path(text: str) -> "Path":
    # 6 ms to import, which --help does without
    from pathlib import Path

    return Path(text)


_BY_VALUE: Final[Mapping[str, Mapping[str, Any]]] = {
    # unlike one that is False, None does not beat the file of servers or the record of a run
    "": {"action": "store_true", "default": None},
    **{value: {"type": _path} for value in ("FILE", "FOLDER")},
    **{value: {"type": int} for value in ("N", "PORT")},
    **{value: {"action": "append"} for value in ("HEADER=COLUMN", "COLUMN=VALUE", "RESULT", "KIND=SHARE")},
    "SECONDS": {"type": float},
}
"""How a value is read, by what the help calls it."""

_OTHERWISE: Final[Mapping[str, Mapping[str, Any]]] = {
    "[run]": {"nargs": "?"},
    "shell": {"choices": ("bash", "zsh", "fish")},
    "--did-format": {"choices": FORMATS},
    "--rate": {"type": float},
    "--method": {"choices": ("get", "post")},
    "--ca-file": {"type": str},
    "--on-duplicate": {"choices": ("report", "update")},
    "--probe-first": {"action": argparse.BooleanOptionalAction},
    "--port": {"default": 8089},
    "--slow": {"default": 0.0},
    "--folder": {"default": "demo_output"},
}


def _flags() -> Iterator[tuple[str, Flag]]:
    group = ""
    for line in _TABLE.replace("\n    ", " ").splitlines():
        words, _, help_text = line.partition(": ")
        name, _, value = words.partition(" ")
        if help_text:
            told = {"help": help_text, **_BY_VALUE.get(value, {}), **_OTHERWISE.get(name, {})}
            yield name, Flag(group, {**told, "metavar": value} if value else told)
        else:
            group = line.strip("[]")


FLAGS: Final[Mapping[str, Flag]] = dict(_flags())
"""All flags, in the order of the help."""


def _group(name: str) -> tuple[str, ...]:
    return tuple(flag for flag, about in FLAGS.items() if about.group == name)


_CHECKING, _SERVER, _CALLS = _group("columns and numbers"), _group("server"), _group("sending")
_FILE: Final = ("file", *_group("reading"), *_CHECKING, *_SERVER)
_SENDING: Final = (*_CALLS, *_group("who added a DID"))
_RECORDED: Final = ("--results", "--state-dir")
_TALK: Final = ("--yes", "--json", "--log")
_BEGIN: Final = (*_RECORDED, "--new", "--check-first", *_TALK)
_ONE_CALL: Final = ("--method", "--timeout", "--ca-file", "--insecure")

COMMANDS: Final[Mapping[str, Command]] = {
    "run": Command("send a file's rows and write the results workbook", (*_FILE, *_SENDING, *_BEGIN)),
    "check": Command("read and check a file; needs no server, sends nothing", (*_FILE, *_CALLS, "--live", *_TALK)),
    "rerun": Command(
        "send the corrected rows of a results workbook again",
        ("file", *_CHECKING, *_SERVER, *_SENDING, "--only", *_BEGIN),
    ),
    "resume": Command("finish a run that was stopped or died", ("[run]", *_SERVER, *_SENDING, *_RECORDED, *_TALK)),
    "runs": Command("list what was run, or show one run and write its workbook again", ("[run]", *_RECORDED, "--json")),
    "verify": Command(
        "look whether each success of a results workbook is still there; changes nothing on the server",
        ("file", *_SERVER, *_CALLS, *_RECORDED, *_TALK),
    ),
    "forget": Command(
        "remove the record of a run; its results workbook stays, but it can be neither finished nor undone any more",
        ("run", "--state-dir", "--yes", "--json"),
    ),
    "undo": Command(
        "delete the DIDs that a run added, and no others",
        ("run", "--password-file", "--config", *_CALLS, *_RECORDED, *_TALK),
    ),
    "doctor": Command(
        "find out why the server cannot be used, and what to do; changes nothing", (*_SERVER, *_ONE_CALL, "--json")
    ),
    "config": Command("say where the file of servers by name is, and show it", ("--config", "--write")),
    "template": Command(
        "write the blank workbook to fill; with --server or --url it offers the server's own in-groups and call menus",
        ("file", *_SERVER, *_ONE_CALL),
    ),
    "completion": Command(
        "print the script that completes commands and flags in your shell, and how to switch it on", ("shell",)
    ),
    "web": Command(
        "open the page in your browser: everything above, for people without a terminal",
        ("--port", "--no-browser", "--config", "--state-dir", "--install-icon", "--remove-icon"),
    ),
    "sandbox": Command("a VICIdial to practise on, on this machine only", ("--port", "--slow", "--fail")),
    "demo": Command("import the sample order into the sandbox and show the results", ("--folder",)),
}
"""All commands, in the order of the help."""

_RESULTS: Final = {"help": "the results workbook, or its sheet Results saved as CSV"}

OTHERWISE_IN: Final[Mapping[tuple[str, str], Mapping[str, Any]]] = {
    ("rerun", "file"): _RESULTS,
    ("verify", "file"): _RESULTS,
    ("resume", "--url"): {"help": "another address of the server, where the run has sent nothing yet"},
    ("resume", "--user"): {"help": "another API user, where the run has sent nothing yet"},
    ("runs", "[run]"): {"help": "the run's name, as the list shows it"},
    ("doctor", "--timeout"): {"help": "for each step (default: 30)"},
    ("template", "file"): {
        "nargs": "?",
        "default": "did_template.xlsx",
        "help": "default: did_template.xlsx; or a .csv",
    },
    ("web", "--port"): {"help": "the port on 127.0.0.1 (default: a free one)", "default": 0},
}
"""A command and a flag that it has otherwise than others."""
