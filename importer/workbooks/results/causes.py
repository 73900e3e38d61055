"""Why rows are left, and what was remarked: rows that share a cause are one line with one fix."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from importer.model import PlannedRow, Result, RowOutcome
from importer.result_words import OF_AN_UNDO

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
_SHORTER: Final = (
    # the server's words and what is allowed stay in the sheet Results
    (
        re.compile(r"^[A-Z ,]+: this VICIdial has no such ([a-z -]+); .*\(\w+ '([^']*)'\)"),
        r"\1 \2 is not in this VICIdial",
    ),
    (re.compile(r" \(allowed: (?:[^()]|\([^()]*\))*\)"), ""),
    (re.compile(r"stands in row \d+ already"), "stands in an earlier row already"),
)
_OWN_VALUE: Final = re.compile(r"\b(did_pattern|did_description|copy_from) '((?:[^']|'(?=\w))*)'")
_Kind = TypeVar("_Kind", bound=str)


@dataclass(frozen=True, slots=True)
class Cause:
    """What several rows share: how many, what is wrong with them (or remarked), and what to do about it."""

    count: int
    sentence: str
    fix: str = ""


def causes_of(outcomes: Iterable[RowOutcome], workbook: str, *, undoes: str = "", parts: int = 1) -> tuple[Cause, ...]:
    """Group the outcomes that are no success by their cause.

    Args:
        outcomes: what became of the rows.
        workbook: the name of the results workbook, for the commands in the fixes.
        undoes: the run that was taken back; empty for an import.
        parts: how many results workbooks there are; ``workbook`` is the first.

    Returns:
        All causes, most frequent first. Rows whose reasons differ only in the number or description that is the row's
        own have one cause.
    """
    each = ", and likewise each further part" if parts > 1 else ""
    again = f"did-importer undo {undoes}" if undoes else f"did-importer rerun {workbook}{each}"
    fixes = _FIXES | {Result.DUPLICATE: "Nothing to do."} if undoes else _FIXES
    words = OF_AN_UNDO if undoes else {}
    left = ((outcome.result, outcome.reason) for outcome in outcomes if outcome.result is not Result.SUCCESS)
    return tuple(
        Cause(count, f"{words.get(result, result)}: {said}", _fix(result, said, fixes).format(again=again))
        for result, count, said in _grouped(left)
    )


def remarks_of(planned: Iterable[PlannedRow]) -> tuple[Cause, ...]:
    """Group what the check remarked on rows that are sent, such as what VICIdial stores otherwise, as causes are."""
    remarks = (("", note) for row in planned for note in row.notes)
    return tuple(Cause(count, sentence) for _, count, sentence in _grouped(remarks))


def _grouped(said: Iterable[tuple[_Kind, str]]) -> list[tuple[_Kind, int, str]]:
    """Count what is alike but for the row's own value, the most frequent first, with a sentence for all of them."""
    groups: dict[tuple[_Kind, str], tuple[int, str, bool]] = {}
    for kind, text in said:
        sentence = text
        for pattern, shorter in _SHORTER:
            sentence = pattern.sub(shorter, sentence)
        key = kind, _OWN_VALUE.sub(r"\1 '…'", sentence)
        count, first, alike = groups.get(key, (0, sentence, True))
        groups[key] = count + 1, first, alike and sentence == first
    ordered = sorted(groups.items(), key=lambda item: (-item[1][0], item[0]))
    return [
        (kind, count, first if alike else _OWN_VALUE.sub(r"\1, such as '\2',", first, count=1))
        for (kind, _), (count, first, alike) in ordered
    ]


def _fix(result: Result, sentence: str, fixes: Mapping[Result, str]) -> str:
    for words, create in _CREATE:
        if result is Result.INVALID and sentence.startswith(words):
            return create + ", then: {again}"
    return fixes[result]
