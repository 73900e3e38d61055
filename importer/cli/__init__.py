"""The command line: the one place that prints, asks and counts exit codes.

Nothing but the parser is imported before it is known what is asked for: ``--help`` answers at once.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext, redirect_stdout

from importer.cli.parser import build_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words behind ``did-importer``; None for those of this process.

    Returns:
        The exit code, one of ``importer.model.ExitCode``.
    """
    try:
        flags = _parsed(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    from importer.errors import ImporterError, UsageError
    from importer.model import ExitCode

    # with --json words go to standard error, so that standard output holds the object alone
    flags.object_to = sys.stdout
    aside = (
        redirect_stdout(sys.stderr) if getattr(flags, "json", False) and flags.command != "doctor" else nullcontext()
    )
    try:
        with aside:
            return int(_command(flags.command)(flags))
    except ImporterError as error:
        from importer.characters import printable

        # one line, whatever a header or the name of a file holds
        print(f"did-importer: {printable(' '.join(str(error).split()))}", file=sys.stderr)
        return ExitCode.USAGE if isinstance(error, UsageError) else ExitCode.STOPPED
    except KeyboardInterrupt:
        print("interrupted; did-importer runs tells of a run that was begun", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # the reader of our words is gone (``did-importer runs | head``); whether rows are left cannot be told any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.ROWS_LEFT
    except Exception:  # noqa: BLE001  whatever nobody foresaw must not show the password in its traceback
        import traceback

        from importer.settings.password import redact_all

        print(redact_all(traceback.format_exc()), file=sys.stderr)
        print(
            "did-importer failed in a way that nobody foresaw; what was sent is in the record:"
            " did-importer runs lists it, did-importer resume goes on",
            file=sys.stderr,
        )
        return ExitCode.STOPPED


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = build_parser()
    if "_ARGCOMPLETE" in os.environ:
        # the shell asks what may follow; argcomplete answers and ends the process
        import argcomplete

        argcomplete.autocomplete(parser)
    return parser.parse_args(arguments)


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
    if name in ("completion", "template"):
        return {"completion": _completion, "template": _template}[name]
    if name == "check":
        from importer.cli.check import check

        return check
    if name == "runs":
        from importer.cli.records import runs

        return runs
    from importer.cli import send

    return {"run": send.run, "rerun": send.rerun, "resume": send.resume_run, "undo": send.undo_run}[name]


def _template(flags: argparse.Namespace) -> int:
    """``did-importer template``."""
    from importer.workbooks.template import write_template

    write_template(flags.file)
    print(f"written: {flags.file}")
    return 0


def _completion(flags: argparse.Namespace) -> int:
    """``did-importer completion``."""
    from argcomplete.shell_integration import shellcode

    print(shellcode(["did-importer"], shell=flags.shell))
    return 0


def entry_point() -> None:
    """Be the program ``did-importer``."""
    import gc

    from importer.interrupt import end_at_signals

    # outcomes live to the end as well
    gc.set_threshold(100_000, 50, 50)
    # a thread that packs what others write waits for its turn 5 ms, unless told otherwise, and packs 1 ms
    sys.setswitchinterval(0.0005)
    end_at_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # what a terminal's or a pipe's character set does not have must not end a run
            stream.reconfigure(errors="backslashreplace")
    code = main()
    # at its end Python would look through everything once more
    gc.freeze()
    sys.exit(code)
