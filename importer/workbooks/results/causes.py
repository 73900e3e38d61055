"""What the sheet Summary says of a run, apart from its counts: the facts, and why rows are left."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from importer.model import PlannedRow, Result, RowOutcome
from importer.result_words import OF_AN_UNDO

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
        receipts: the SHA-256 of the rows of each workbook of the run, see ``importer.workflows.send``; a workbook
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


_FIXES: Final = {
    Result.DUPLICATE: "Nothing to do, if the DID in VICIdial is routed as it should be.",
    Result.PERMISSION_ERROR: "Correct the login or the user's permissions, then: {again}",
    Result.INVALID: "Correct the cells in the sheet Failed rows, save, then: {again}",
    Result.FAILED: "Send these rows again: {again}",
    Result.UNKNOWN: "Look for the DIDs under Inbound > DIDs, or send them again: {again}",
    Result.NOT_SENT: "Finish the run: did-importer resume",
}
_CREATE: Final = (
    ("in-group ", "Create it under Inbound > In-Groups, or correct the cells"),
    ("call menu ", "Create it under Inbound > Call Menus, or correct the cells"),
    ("server ", "Take the address from Admin > Servers, correct the cells"),
)

_ALLOWED: Final = re.compile(r" \(allowed: (?:[^()]|\([^()]*\))*\)")
_EARLIER_ROW: Final = re.compile(r"stands in row \d+ already")
_OWN_VALUE: Final = re.compile(r"\b(did_pattern|did_description|copy_from) '(?:[^']|'(?=\w))*'")
_NO_SUCH: Final = re.compile(r"^[A-Z ,]+: this VICIdial has no such ([a-z -]+); .*\(\w+ '([^']*)'\)")


_Kind = TypeVar("_Kind", bound=str)


@dataclass(slots=True)
class _Group:
    count: int = 0
    example: str = ""
    differ: bool = False


def causes_of(outcomes: Iterable[RowOutcome], workbook: str, *, undoes: str = "", parts: int = 1) -> tuple[Cause, ...]:
    """Group the outcomes that are no success by their cause.

    Args:
        outcomes: what became of the rows.
        workbook: the name of the results workbook, for the commands in the fixes.
        undoes: the run that was taken back; empty for an import.
        parts: how many results workbooks there are; ``workbook`` is the first.

    Returns:
        All causes, most frequent first. Rows whose reasons differ only in the number or description that is the row's
        own have one cause; the server's words and what is allowed stay in the sheet Results.
    """
    each = ", and likewise each further part" if parts > 1 else ""
    again = f"did-importer undo {undoes}" if undoes else f"did-importer rerun {workbook}{each}"
    words = OF_AN_UNDO if undoes else {}
    left = ((outcome.result, outcome.reason) for outcome in outcomes if outcome.result is not Result.SUCCESS)
    return tuple(
        Cause(
            group.count,
            f"{words.get(result, result)}: {_shown(group)}",
            _fix(result, group.example, again, undo=bool(undoes)),
        )
        for result, group in _grouped(left)
    )


def remarks_of(planned: Iterable[PlannedRow]) -> tuple[Cause, ...]:
    """Group what the check remarked on rows that are sent, such as what VICIdial stores otherwise, as causes are."""
    remarks = (("", note) for row in planned for note in row.notes)
    return tuple(Cause(group.count, _shown(group)) for _, group in _grouped(remarks))


def _grouped(said: Iterable[tuple[_Kind, str]]) -> list[tuple[_Kind, _Group]]:
    groups: dict[tuple[_Kind, str], _Group] = defaultdict(_Group)
    for kind, text in said:
        sentence = _shortened(text)
        group = groups[kind, _OWN_VALUE.sub(r"\1 '…'", sentence)]
        group.count += 1
        group.differ = group.differ or bool(group.example and group.example != sentence)
        group.example = group.example or sentence
    ordered = sorted(groups.items(), key=lambda item: (-item[1].count, item[0]))
    return [(kind, group) for (kind, _), group in ordered]


def _shortened(reason: str) -> str:
    named = _NO_SUCH.sub(r"\1 \2 is not in this VICIdial", reason)
    return _EARLIER_ROW.sub("stands in an earlier row already", _ALLOWED.sub("", named))


def _shown(group: _Group) -> str:
    if not group.differ:
        return group.example
    return _OWN_VALUE.sub(lambda value: value[0].replace(" '", ", such as '", 1) + ",", group.example, count=1)


def _fix(result: Result, sentence: str, again: str, *, undo: bool) -> str:
    if undo and result is Result.DUPLICATE:
        return "Nothing to do."
    for words, create in _CREATE:
        if result is Result.INVALID and sentence.startswith(words):
            return f"{create}, then: {again}"
    return _FIXES[result].format(again=again)
