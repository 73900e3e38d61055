"""The command line: the one place that prints, asks and counts exit codes."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence

from importer.cli.parser import build_parser
from importer.errors import ImporterError, UsageTrouble
from importer.interrupt import end_at_signals
from importer.model import ExitCode
from importer.secret import redact_all


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words behind ``did-importer``; None for those of this process.

    Returns:
        The exit code, one of ``ExitCode``.
    """
    try:
        flags = build_parser().parse_args(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    try:
        return int(_command(flags.command)(flags))
    except ImporterError as error:
        print(f"did-importer: {error}", file=sys.stderr)
        return ExitCode.USAGE if isinstance(error, UsageTrouble) else ExitCode.STOPPED
    except KeyboardInterrupt:
        print("interrupted; did-importer runs tells of a run that was begun", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # the reader of our output is gone (``did-importer runs | head``); nothing more can be said to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception:  # noqa: BLE001  whatever nobody foresaw must not show the password in its traceback
        print(redact_all(traceback.format_exc()), file=sys.stderr)
        print(
            "did-importer failed in a way that nobody foresaw; what was sent is in the record:"
            " did-importer runs lists it, did-importer resume goes on",
            file=sys.stderr,
        )
        return ExitCode.STOPPED


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    """Import a command only when it is called for: pandas alone takes half a second."""
    if name in ("sandbox", "demo"):
        from importer.cli import practice

        return {"sandbox": practice.sandbox, "demo": practice.demo}[name]
    if name == "doctor":
        from importer.cli.doctor import doctor

        return doctor
    if name == "config":
        from importer.cli.config import config

        return config
    from importer.cli import commands

    return {
        "run": commands.run,
        "check": commands.check,
        "rerun": commands.rerun,
        "resume": commands.resume_run,
        "runs": commands.runs,
        "undo": commands.undo_run,
        "template": commands.template,
    }[name]


def entry_point() -> None:
    """Be the program ``did-importer``."""
    end_at_signals()
    sys.exit(main())
