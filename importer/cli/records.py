"""``did-importer runs``, and where the records of runs are."""

import argparse
import os
from pathlib import Path
from typing import Final

from importer import Folders, list_runs, named_run, rewrite_workbook
from importer.cli.machine import runs_object, tell
from importer.cli.show_run import runs_lines
from importer.cli.talk import say
from importer.cli.text import parts_lines
from importer.model import ExitCode

STATE_VARIABLE: Final = "DID_IMPORTER_STATE_DIR"
"""The environment's word for ``--state-dir``."""


def runs(flags: argparse.Namespace) -> int:
    """``did-importer runs``."""
    folders = folders_of(flags)
    if flags.run is None:
        lines = list_runs(folders.runs)
        say(runs_lines(lines))
        if not lines:
            print(f"nothing was run yet (no records in {folders.runs})")
        tell(flags, runs_object(lines))
        return ExitCode.DONE
    line = named_run(folders, flags.run)
    say(runs_lines([line]))
    written = rewrite_workbook(line, folders)
    say(parts_lines("results", written))
    tell(flags, runs_object([line], written))
    return ExitCode.DONE


def folders_of(flags: argparse.Namespace) -> Folders:
    """Return where records and results go: by the flags, the environment, or as this system has it."""
    state = flags.state_dir or (Path(named) if (named := os.environ.get(STATE_VARIABLE)) else None)
    if state is None:
        from platformdirs import user_state_path

        state = user_state_path("did-importer", appauthor=False)
    return Folders(state, flags.results)
