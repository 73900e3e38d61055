"""Speaks to the person and asks them: the one place where the command line prints sentences and waits for an answer."""

import argparse
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from importer.characters import printable
from importer.errors import SettingsError
from importer.model import ExitCode

_NARROWEST, _WIDEST = 40, 120
_MOST_SPANS: Final = 8

_COLOURS: Final = {
    **dict.fromkeys(("success", "ok"), "\x1b[32m"),
    **dict.fromkeys(("duplicate", "not sent", "warning"), "\x1b[33m"),
    **dict.fromkeys(("permission error", "invalid", "failed", "unknown", "stopped", "BROKEN"), "\x1b[1;31m"),
}
_PLAIN: Final = "\x1b[0m"
_FIRST_WORD: Final = re.compile(f"^( *)({'|'.join(_COLOURS)})(?=[ :]|$)")


def wrapped(text: str, indent: str = "  ") -> str:
    """Return a paragraph that fits the terminal, its first line at the left; long words such as paths stay whole."""
    width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    plain = printable(text)
    return textwrap.fill(plain, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def counted(count: int, noun: str = "row") -> str:
    """Return a count with its noun: ``1 row``, ``2 rows``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def row_list(rows: Iterable[int]) -> str:
    """Name rows shortly: ``rows 2-5, 9 and 12 more``."""
    spans: list[list[int]] = []
    for row in sorted(set(rows)):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    words = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans[:_MOST_SPANS])
    more = sum(last - first + 1 for first, last in spans[_MOST_SPANS:])
    one = len(spans) == 1 and spans[0][0] == spans[0][1]
    return f"{'row' if one else 'rows'} {words}" + (f" and {more} more" if more else "")


def parts_lines(what: str, written: Sequence[Path]) -> Iterator[str]:
    """Name what was written, a line for each workbook."""
    for number, path in enumerate(written, start=1):
        part = f", part {number} of {len(written)}" if len(written) > 1 else ""
        yield f"{what}{part}: {shown(path)}"


def shown(path: Path) -> str:
    """Return a path as the person sees it from the folder they are in; elsewhere the whole path."""
    with suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)


def quoted(path: Path | str) -> str:
    """Return a path, or another word, as one writes it on a command line."""
    text = shown(path) if isinstance(path, Path) else path
    return f'"{text}"' if any(character in text for character in " ()&';{}*?|<>") else text


def say(lines: Iterable[str]) -> None:
    """Print lines to standard output; a result, a level or a warning at the start of one is coloured."""
    # no-color.org; and the old Windows console shows the codes themselves
    can = sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and (os.name != "nt" or "WT_SESSION" in os.environ)
    colour = can and not os.environ.get("NO_COLOR")
    for line in lines:
        plain = printable(line)
        if colour:
            plain = _FIRST_WORD.sub(lambda found: f"{found[1]}{_COLOURS[found[2]]}{found[2]}{_PLAIN}", plain)
        print(plain, flush=True)


def warn(sentences: Iterable[str]) -> None:
    """Print warnings to standard error."""
    for sentence in sentences:
        print(wrapped(f"warning: {sentence}"), file=sys.stderr)


def print_object(flags: argparse.Namespace, facts: Mapping[str, Any]) -> None:
    """Print what scripts read with ``--json``, where it is asked for: one object instead of words."""
    if getattr(flags, "json", None):
        print(json.dumps(facts, indent=2), file=flags.object_to, flush=True)


def must_agree(question: str, flags: argparse.Namespace, done: str = "was sent") -> None:
    """Ask whether to go on; ``--yes`` answers before it is asked. The command ends where the answer is no."""
    if not flags.yes and answer_to(question, "y/N", flags) not in ("y", "yes"):
        refrain(done)


def dids_must_be_meant(question: str, flags: argparse.Namespace) -> None:
    """Ask what the check was not sure of, if there is such a question; ``--yes`` does not answer it."""
    if question and not somebody_is_there():
        raise SettingsError(f'{question} Say which it is with --map "Their header=did_pattern", or give --any-pattern')
    if question and answer_to(question, "y/N", flags) not in ("y", "yes"):
        refrain()


def refrain(done: str = "was sent") -> NoReturn:
    """End the command because the person said no."""
    print(f"nothing {done}")
    raise SystemExit(ExitCode.USAGE)


def answer_to(question: str, choices: str, flags: argparse.Namespace) -> str:
    """Ask, and return what was typed, in small letters; empty where nothing was."""
    must_be_answerable(flags)
    try:
        return input(wrapped(f"{question} [{choices}]") + " ").strip().lower()
    except EOFError:
        return ""


def must_be_answerable(flags: argparse.Namespace) -> None:
    """Refuse to go on where a question would come that nobody can answer."""
    if not (flags.yes or somebody_is_there()):
        raise SettingsError(
            f"{flags.command} asks before it goes on, and nobody can answer here: add --yes to go on without a question"
        )


def somebody_is_there() -> bool:
    """Whether a person is at the terminal to answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
