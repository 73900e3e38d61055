"""What the sheet Summary says of a run, apart from its counts, and the words that stand before each fact."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

RUN_ID: Final = "Run"
SERVER: Final = "Server"
USER: Final = "VICIdial user"
FILE: Final = "File"
SHA256: Final = "SHA-256 of the file"
ROWS_SHA256: Final = "SHA-256 of the rows"
PREVIOUS_RUN: Final = "Rerun of"


@dataclass(frozen=True, slots=True)
class Cause:
    """What several rows share: how many, what is wrong with them (or remarked), and what to do about it."""

    count: int
    sentence: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The facts of a run; its counts are counted from the outcomes. It never holds the password.

    Attributes:
        server: the URL of the server, without credentials.
        user: the VICIdial user.
        file: the name of the input file.
        sha256: the hexadecimal SHA-256 of the input file.
        sheet: the name of the sheet; empty for a text file.
        started: when the run began, ISO 8601 with offset.
        ended: when it ended, the same.
        version: the version of this program.
        ended_how: ``finished``, ``stopped: why`` or ``interrupted``.
        run_id: the name of the run in the record of runs.
        previous_run: the workbook that was rerun; empty for a first run.
        settings: name and value of each setting that shaped the run (rate, workers, method, source ...).
        causes: why rows are not in, the most frequent first.
        remarks: what VICIdial stores otherwise than it was written, the most frequent first.
        receipts: the SHA-256 of the rows of each workbook of the run, see ``importer.workflows.receipt``; a workbook
            shows its own.
        part: which workbook of how many this is, such as ``2 of 3``; empty where there is one.
    """

    server: str
    user: str
    file: str
    sha256: str
    sheet: str
    started: str
    ended: str
    version: str
    ended_how: str
    run_id: str
    previous_run: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    causes: tuple[Cause, ...] = ()
    remarks: tuple[Cause, ...] = ()
    part: str = ""
    receipts: tuple[str, ...] = ()

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Return name and value of each fact in the order in which the Summary shows them, blank ones left out."""
        facts = (
            (SERVER, self.server),
            (USER, self.user),
            (FILE, self.file),
            ("Sheet", self.sheet),
            (SHA256, self.sha256),
            (ROWS_SHA256, " ".join(self.receipts)),
            ("Started", local_time(self.started)),
            ("Ended", local_time(self.ended)),
            ("How it ended", self.ended_how),
            (RUN_ID, self.run_id),
            ("Part", self.part),
            (PREVIOUS_RUN, self.previous_run),
            ("Made by", f"did-importer {self.version}"),
            *self.settings,
        )
        return tuple((name, value) for name, value in facts if value)


def local_time(moment: str) -> str:
    """Return a moment in local time with its zone, such as ``2026-11-23 03:03:04 +01:00 (CET)``."""
    try:
        local = datetime.fromisoformat(moment).astimezone()
    except ValueError:
        return moment
    text = local.isoformat(sep=" ", timespec="seconds")
    return f"{text[:19]} {text[19:]} ({local:%Z})"
