"""The command line: the one place that prints, asks and counts exit codes.

Nothing but the parser is imported before it is known what is asked for: ``--help`` answers at once.
"""

import io
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout
from importlib import import_module
from typing import Final, TextIO

from importer.cli.parser import parse
from importer.errors import ImporterError, UsageError

# those of importer.model.ExitCode, which is not imported for --help
_ROWS_LEFT, _USAGE, _STOPPED, _INTERRUPTED = 1, 2, 3, 130

_FORESEEN_BY_NOBODY: Final = (
    "did-importer failed in a way that nobody foresaw; what was sent is in the record:"
    " did-importer runs lists it, did-importer resume goes on"
)
_COMMANDS: Final = {
    "run": "send.run",
    "rerun": "send.run",
    **{name: f"records.{name}" for name in ("resume", "runs", "forget", "undo", "verify")},
    "completion": "parser.completion",
    **{name: f"prepare.{name}" for name in ("config", "template")},
    **{name: f"serve.{name}" for name in ("web", "sandbox")},
}
"""The function that is a command; where none is named, it is called as the command and its module."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by the words behind ``did-importer`` or those of this process, and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_object = "--json" in words
    object_to = sys.stdout
    try:
        # with --json words go to standard error, so that standard output holds the object alone
        with redirect_stdout(sys.stderr) if as_object else nullcontext():
            return _run(words, object_to)
    except SystemExit as ended:
        return int(ended.code or 0)
    except ImporterError as error:
        from importer.characters import printable

        # one line, whatever a header or the name of a file holds
        sentence = printable(" ".join(str(error).split()))
        code = _USAGE if isinstance(error, UsageError) else _STOPPED
        said = f"did-importer: {sentence}"
    except KeyboardInterrupt:
        code = _INTERRUPTED
        said = sentence = "interrupted; did-importer runs tells of a run that was begun"
    except BrokenPipeError:
        # the reader of our words is gone (``did-importer runs | head``); whether rows are left cannot be told any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _ROWS_LEFT
    except Exception:  # noqa: BLE001  whatever nobody foresaw must not show the password in its traceback
        import traceback

        from importer.settings.password import redact_all

        code, sentence = _STOPPED, _FORESEEN_BY_NOBODY
        said = f"{redact_all(traceback.format_exc())}\n{sentence}"
    print(said, file=sys.stderr)
    if as_object:
        import json

        print(json.dumps({"error": sentence, "exit_code": code}, indent=2), file=object_to, flush=True)
    return code


def _run(words: list[str], object_to: TextIO) -> int:
    flags = parse(words)
    flags.words, flags.object_to = words, object_to
    module, _, function = _COMMANDS.get(flags.command, f"{flags.command}.{flags.command}").partition(".")
    # imported only when it is called for: pandas alone takes half a second
    return int(getattr(import_module(f"importer.cli.{module}"), function)(flags))


def entry_point() -> None:
    """Be the program ``did-importer``."""
    from importer.interrupt import end_at_signals

    end_at_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # what a terminal's or a pipe's character set does not have must not end a run
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main())
