"""Writes the manual page and the blocks of README.md and docs/*.md that the program itself makes; a test compares them.

Run ``python tests/readme_blocks.py`` from the top of the repository to write them anew.
"""

import argparse
import ast
import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import openpyxl

from importer.cli import main
from importer.cli.parser import EPILOG, build_parser
from importer.column import Column
from importer.columns import COLUMNS, DID_PATTERN
from importer.reading import limits
from importer.result_words import WORDS
from importer.sandbox import Sandbox
from importer.workbooks.template import (
    also_understood,
    blank_in_words,
    digits_alone,
    kept_in_words,
    length_in_words,
)

TOP: Final = Path(__file__).parent.parent
README: Final = TOP / "README.md"
PAGES: Final = (README, *sorted((TOP / "docs").glob("**/*.md")))
"""The Markdown files in which blocks stand between ``<!-- begin: NAME -->`` and ``<!-- end: NAME -->``."""

MAN_PAGE: Final = TOP / "docs" / "did-importer.1"

SHOWN_PORT: Final = "8089"
_BLOCK: Final = re.compile(r"(<!-- begin: (?P<name>[a-z ]+) -->\n)(?P<body>.*?)(<!-- end: (?P=name) -->)", re.DOTALL)

BARE: Final = "bare_numbers.csv --set did_route=IN_GROUP --set group=SALES_IN"

JSON: Final = ("did-importer run first_order.csv --yes --new --json", "did-importer undo no-such-run --json")

PYTHON: Final = """\
from pathlib import Path

from importer import Folders, ImportOptions, Server, Password, check_file, import_file

options = ImportOptions(fills=(("did_route", "IN_GROUP"), ("group", "SALES_IN")), rate=50)
checked = check_file(Path("bare_numbers.csv"), options)
print(len(checked.planned), "rows would be sent")

server = Server(url, "6666", Password("1234"))
report = import_file(Path("bare_numbers.csv"), server, options, Folders(state=Path("records")))
print(report.exit_code.name, {result.value: count for result, count in report.counts.items()})
for outcome in report.outcomes[:2]:
    print(outcome.did_sent, outcome.result, outcome.reason)
"""


@dataclass
class Practice:
    """A folder with the sample files, a practice VICIdial, and what a person types there."""

    folder: Path
    url: str
    ran: list[str] = field(default_factory=list)

    def type(self, command: str) -> str:
        """Run one command and return what a terminal shows of it: the command, then standard output."""
        self.ran.append(command)
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            main(command.split()[1:])
        return f"$ {command}\n{self.plain(out.getvalue())}"

    def plain(self, text: str) -> str:
        """Return a text without what differs from day to day and from machine to machine."""
        text = text.replace(str(self.folder), "/home/you/lists")
        text = re.sub(r"\bport \d+ of", f"port {SHOWN_PORT} of", text)
        text = re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{SHOWN_PORT}", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)", "2026-11-23T10:15:00+00:00", text)
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Z+-][\w+-]*", "2026-11-23 10:15:00 UTC", text)
        return re.sub(r"\b\d{8}-\d{6}-", "20261123-101500-", text)


@contextlib.contextmanager
def practice() -> Iterator[Practice]:
    """Be in a folder with the sample files, with the settings of a practice VICIdial in the environment."""
    before = dict(os.environ)
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as name, Sandbox() as sandbox:
        folder = Path(name)
        for file in ("bare_numbers.csv", "first_order.csv"):
            shutil.copy(TOP / "sample_data" / file, folder)
        (folder / "servers.toml").touch()
        os.environ |= {
            "VICIDIAL_URL": sandbox.url,
            "VICIDIAL_USER": "6666",
            "VICIDIAL_PASS": "1234",
            "DID_IMPORTER_STATE_DIR": str(folder / "state"),
            "DID_IMPORTER_CONFIG": str(folder / "servers.toml"),
            "COLUMNS": "80",
        }
        os.chdir(folder)
        try:
            yield Practice(folder, sandbox.url)
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ |= before


def consoles() -> Mapping[str, str]:
    """Run the commands of the walk from nothing to a finished import, in their order."""
    with practice() as at:
        steps: dict[str, Callable[[], str]] = {
            "console doctor": lambda: at.type("did-importer doctor"),
            "console check": lambda: at.type(f"did-importer check {BARE}"),
            "console run": lambda: at.type(f"did-importer run {BARE} --yes"),
            "console order": lambda: _order(at),
            "console runs": lambda: at.type("did-importer runs"),
            "console undo": lambda: _undo(at),
            "json": lambda: "".join(map(at.type, JSON)),
        }
        return {name: f"```console\n{step()}```\n" for name, step in steps.items()}


def _order(at: Practice) -> str:
    first = at.type("did-importer run first_order.csv --yes")
    workbook = openpyxl.load_workbook(at.folder / "first_order_results.xlsx")
    sheet = workbook["Results"]
    header = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        cells = dict(zip(header, row, strict=True))
        if cells["did_route"].value == "Ingroup":
            cells["did_route"].value = "IN_GROUP"
        if cells["In-Group"].value == "SALES_WEST":
            cells["In-Group"].value = "SALES_IN"
    workbook.save(at.folder / "first_order_results.xlsx")
    return first + at.type("did-importer rerun first_order_results.xlsx --yes")


def _undo(at: Practice) -> str:
    (run,) = [path.stem for path in (at.folder / "state" / "runs").glob("*-bare-numbers.run")]
    shown = at.type(f"did-importer undo {run} --yes")
    return at.plain(shown)


def python_block() -> str:
    """Run the example for Python and show what it prints."""
    with practice() as at:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(PYTHON, "README.md", "exec"), {"url": at.url})
        return f"```python\n{PYTHON}```\n\nprints\n\n```text\n{at.plain(out.getvalue())}```\n"


def demo_block() -> str:
    """Run the demo and show its last lines."""
    with practice() as at:
        shown = at.type("did-importer demo --folder demo_output")
        lines = shown.splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith("  success"))
        return "```console\n$ make demo\n...\n" + "\n".join(lines[first:]) + "\n```\n"


def _commands() -> Iterator[tuple[str, str, list[tuple[list[str], str]]]]:
    """Give each command's name, what it is for, and its flags: how each is written, and what it means."""
    (commands,) = [action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction)]
    for name, command in commands.choices.items():
        flags = []
        for action in command._actions:
            if isinstance(action, argparse._HelpAction):
                continue
            values = action.metavar or ("|".join(action.choices) if action.choices else action.dest.upper())
            takes = f" {values}" if action.nargs != 0 else ""
            written = [f"{flag}{takes}" for flag in action.option_strings]
            flags.append((written or [str(action.metavar or action.dest)], str(action.help)))
        yield name, str(command.description), flags


def columns_block() -> str:
    """Tell all columns, one line a column."""
    lines = ["| Column | What it is | Allowed | Blank means | Also known as |", "|---|---|---|---|---|"]
    for column in COLUMNS:
        required = column is DID_PATTERN
        name = f"`{column.name}`{' (required)' if required else ''}"
        own = re.sub("[^a-z0-9]", "", column.name)
        aliases = " ".join(f"`{alias}`" for alias in column.aliases if alias != own)
        blank = "" if required else blank_in_words(column) if column.function else "never sent"
        lines.append(f"| {name} | {column.help} | {_allowed(column)} | {blank} | {aliases} |")
    return "\n".join(lines) + "\n"


def _allowed(column: Column) -> str:
    if column.choices:
        also = also_understood(column)
        return ", ".join(column.choices) + (f" (also {', '.join(also)})" if also else "")
    if not column.function:
        return "anything"
    if digits_alone(column):
        return f"{length_in_words(column)} digits"
    # a bare | would end the cell
    kept = kept_in_words(column).replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")
    if column.holds_did:
        return f"{length_in_words(column)} digits with an optional leading +; with `--any-pattern` {kept}"
    return f"{length_in_words(column)} characters: {kept}"


def flags_block() -> str:
    """Tell every command and every flag, as the parser has them."""
    parts: list[str] = []
    for name, what_for, flags in _commands():
        parts.append(f"### did-importer {name}\n\n{what_for}\n\n| flag | meaning |\n|---|---|")
        for written, means in flags:
            words = ", ".join(f"`{flag}`" for flag in written)
            parts.append(f"| {words.replace('|', chr(92) + '|')} | {means} |")
        parts.append("")
    return "\n".join(parts)


def man_page() -> str:
    """Tell the same as a manual page."""
    lines = [
        *('.TH DID\\-IMPORTER 1 "" did\\-importer', ".SH NAME"),
        r"did\-importer \- import DIDs from a spreadsheet into VICIdial, and learn what became of every row",
        *(".SH SYNOPSIS", r".B did\-importer", ".I COMMAND", r"[flags]", ".SH COMMANDS"),
    ]
    for name, what_for, flags in _commands():
        lines += [f".SS did\\-importer {name}", _roff(what_for)]
        for written, means in flags:
            lines += [".TP", f"\\fB{_roff(', '.join(written))}\\fR", _roff(means)]
    for section in EPILOG.strip().split("\n\n"):
        title, colon, rest = section.partition(":\n")
        if colon:
            lines += [f".SH {title.upper()}", ".nf", _roff(rest), ".fi"]
        else:
            lines += [".PP", _roff(section)]
    return "\n".join(lines) + "\n"


def _roff(text: str) -> str:
    return re.sub(r"^(?=[.'])", r"\\&", text.replace("\\", r"\e").replace("-", r"\-"), flags=re.MULTILINE)


def _of_epilog(title: str) -> list[str]:
    after = EPILOG.split(f"{title}:\n", 1)[1]
    return [line.strip() for line in after.split("\n\n", 1)[0].splitlines()]


def exit_codes_block() -> str:
    """Tell the exit codes as ``--help`` does."""
    return "```text\n" + "\n".join(_of_epilog("exit codes")) + "\n```\n"


def settings_block() -> str:
    """Tell the settings from the environment as ``--help`` does."""
    return "```text\n" + "\n".join(_of_epilog("settings from the environment")) + "\n```\n"


def results_block() -> str:
    """Tell the words of the results."""
    lines = [f"| {word.result} | {word.means} | {word.next_step} |" for word in WORDS]
    return "\n".join(["| result | means | what to do |", "|---|---|---|", *lines]) + "\n"


def limits_block() -> str:
    """Tell the bounds of what is read, with the sentence that stands below each in the code."""
    source = ast.parse(Path(limits.__file__).read_text(encoding="utf-8")).body
    lines = ["| at most | of what |", "|---|---|"]
    for bound, words in pairwise(source):
        if isinstance(bound, ast.AnnAssign) and isinstance(words, ast.Expr) and isinstance(bound.target, ast.Name):
            said = " ".join(ast.literal_eval(words.value).replace("``", "`").split())
            lines.append(f"| {getattr(limits, bound.target.id):,} | {said} |")
    return "\n".join(lines) + "\n"


def blocks() -> Mapping[str, str]:
    """Make every block anew."""
    return {
        "demo": demo_block(),
        **consoles(),
        "columns": columns_block(),
        "results": results_block(),
        "exit codes": exit_codes_block(),
        "settings": settings_block(),
        "flags": flags_block(),
        "python": python_block(),
        "limits": limits_block(),
    }


def blocks_in(text: str) -> Mapping[str, str]:
    """Return the blocks that stand in a page."""
    return {found["name"]: found["body"] for found in _BLOCK.finditer(text)}


def written(text: str, made: Mapping[str, str]) -> str:
    """Return a page with its blocks made anew."""
    return _BLOCK.sub(lambda found: f"{found[1]}{made[found['name']]}{found[4]}", text)


if __name__ == "__main__":
    made = blocks()
    for page in PAGES:
        page.write_text(written(page.read_text(encoding="utf-8"), made), encoding="utf-8")
        sys.stdout.write(f"{page.relative_to(TOP)} is written\n")
    MAN_PAGE.write_text(man_page(), encoding="utf-8")
