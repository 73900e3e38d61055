"""Where the records of runs are, and the files that a person names for the log and for the list of what was added."""

import argparse
import os
import re
import stat
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from importer import Folders
from importer.cli.terminal import counted, shown, warn
from importer.errors import ResultsError, SettingsError
from importer.model import Result, RowOutcome
from importer.workbooks.output_file import check_writable, under_free_name, whole_file

STATE_VARIABLE: Final = "DID_IMPORTER_STATE_DIR"
"""The environment's word for ``--state-dir``."""

_LINE_OF_OURS: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:[+-]\d\d:\d\d|Z) ")
_NO_LINKS: Final = getattr(os, "O_NOFOLLOW", 0)


def folders_of(flags: argparse.Namespace) -> Folders:
    """Return where records and results go: by the flags, the environment, or as this system has it."""
    named = os.environ.get(STATE_VARIABLE)
    state = getattr(flags, "state_dir", None) or (Path(named) if named else None)
    if state is None:
        from platformdirs import user_state_path

        state = user_state_path("did-importer", appauthor=False)
    return Folders(state, getattr(flags, "results", None))


class RunLog:
    """A log file: a line for every outcome and everything else that happens, with its time. Never the password."""

    def __init__(self, path: Path) -> None:
        try:
            self._file: TextIO = os.fdopen(
                os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _NO_LINKS, 0o600), "a+", encoding="utf-8"
            )
        except OSError as error:
            why = "it is a link" if path.is_symlink() else error.strerror
            raise SettingsError(f"--log {path} cannot be written ({why}); choose another file") from None
        with suppress(UnicodeDecodeError, OSError):
            regular = stat.S_ISREG(os.fstat(self._file.fileno()).st_mode)
            if regular and (os.fstat(self._file.fileno()).st_size == 0 or self._begins_as_a_log()):
                return
        self._file.close()
        raise SettingsError(f"--log {path} is there already and is no log of did-importer; choose another file")

    def _begins_as_a_log(self) -> bool:
        self._file.seek(0)
        return bool(_LINE_OF_OURS.match(self._file.readline(100)))

    def line(self, sentence: str) -> None:
        """Write a line; on disk for whoever follows the file."""
        moment = datetime.now(UTC).astimezone().isoformat(timespec="milliseconds")
        self._file.write(f"{moment} {' '.join(sentence.split())}\n")
        self._file.flush()

    def outcome(self, outcome: RowOutcome) -> None:
        """Write what became of a row."""
        calls = counted(outcome.attempts, "call")
        self.line(f"{outcome.did_sent}: {outcome.result}, {calls}, {outcome.reason}")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def check_undo_list(flags: argparse.Namespace) -> None:
    """Refuse, before anything is sent, a name for the list of what was added that cannot be used."""
    if flags.undo_list is not None:
        check_writable(flags.undo_list, suffix="")


def write_undo_list(wanted: Path, run_id: str, outcomes: Sequence[RowOutcome]) -> None:
    """Write the DIDs that undo would delete; the record has them too, so a full disk loses nothing."""
    dids = [outcome.did_sent for outcome in outcomes if outcome.result is Result.SUCCESS and outcome.added]

    def write(free: Path) -> Path:
        with whole_file(free) as file:
            file.write("".join(f"{did}\n" for did in dids).encode("ascii"))
        return free

    try:
        written = under_free_name(wanted, write)
    except ResultsError as error:
        warn([f"the DIDs added were not written: {error}; did-importer undo {run_id} deletes them all the same"])
    else:
        print(f"added by this run: {shown(written)} ({counted(len(dids), 'DID')})")
