"""The command line: the one place that prints, asks and counts exit codes.

Nothing but the parser is imported before it is known what is asked for: ``--help`` answers at once.
"""

import io
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout
from importlib import import_module
from typing import Final

from importer.cli.parser import build_parser, parse
from importer.errors import ImporterError, UsageError

# those of importer.model.ExitCode, which is not imported for --help
_ROWS_LEFT, _USAGE, _STOPPED, _INTERRUPTED = 1, 2, 3, 130

_HOMES: Final = {
    "run": "send",
    "rerun": "send",
    "resume": "records",
    "runs": "records",
    "forget": "records",
    "undo": "records",
    "verify": "records",
}
"""The module in which a command is a function of its name; where none is named, it is called as the command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words behind ``did-importer``; None for those of this process.

    Returns:
        The exit code, one of ``importer.model.ExitCode``.
    """
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

        code = _STOPPED
        sentence = (
            "did-importer failed in a way that nobody foresaw; what was sent is in the record:"
            " did-importer runs lists it, did-importer resume goes on"
        )
        said = f"{redact_all(traceback.format_exc())}\n{sentence}"
    print(said, file=sys.stderr)
    if as_object:
        import json

        print(json.dumps({"error": sentence, "exit_code": code}, indent=2), file=object_to, flush=True)
    return code


def _run(words: list[str], object_to: object) -> int:
    completes = "_ARGCOMPLETE" in os.environ
    parser = build_parser(None if completes else words[0] if words else "")
    if completes:
        # the shell asks what may follow; argcomplete answers and ends the process
        from importer.cli.completion import complete

        complete(parser)
    flags = parse(parser, words)
    flags.words, flags.object_to = words, object_to
    # imported only when it is called for: pandas alone takes half a second
    module = import_module(f"importer.cli.{_HOMES.get(flags.command, flags.command)}")
    return int(getattr(module, flags.command)(flags))


def entry_point() -> None:
    """Be the program ``did-importer``."""
    from importer.interrupt import end_at_signals

    end_at_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # what a terminal's or a pipe's character set does not have must not end a run
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main())
