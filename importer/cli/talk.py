"""Speaks to the person and asks them: the one place where the command line prints sentences and waits for an answer."""

import argparse
import sys
from collections.abc import Iterable

from importer import ImportOptions
from importer.characters import printable
from importer.cli.text import wrapped
from importer.settings.settings import Server


def say(lines: Iterable[str]) -> None:
    """Print lines to standard output."""
    for line in lines:
        print(printable(line), flush=True)


def warn(server: Server, options: ImportOptions) -> None:
    """Warn, on standard error, of what makes the way to the server unsafe."""
    warnings = list(server.warnings)
    if options.insecure:
        warnings.append("--insecure: the server's certificate is not checked, so anybody in between can read all")
    for sentence in warnings:
        print(wrapped(f"warning: {sentence}"), file=sys.stderr)


def agreed(question: str, flags: argparse.Namespace) -> bool:
    """Ask whether to go on, where somebody is there to answer."""
    if flags.yes or not somebody_is_there():
        return True
    try:
        answer = input(f"{question} [y/N] ").strip().lower()
    except EOFError:
        answer = ""
    if answer in ("y", "yes"):
        return True
    print("nothing was sent")
    return False


def somebody_is_there() -> bool:
    """Whether a person is at the terminal to answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
