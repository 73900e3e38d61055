"""Where our columns stand in the sheets Results and Failed rows, and how they are found again.

``row, result, reason, did_sent`` come first, then the input's columns as they are, then ``attempts, answered_at`` and
``checksum``. Ours are found by where they stand, not by their names alone, so that a carrier's own column ``result`` or
``row`` comes back as it was. Version 0.1.0 wrote ``row``, the input's columns, and all the others behind them; its
workbooks are taken too. Columns that the person added at the right are further columns of the input: that is where one
adds a missing ``group``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Final

SUMMARY_SHEET: Final = "Summary"
RESULTS_SHEET: Final = "Results"
FAILED_SHEET: Final = "Failed rows"

FIRST_HEADERS: Final = ("row", "result", "reason", "did_sent")
LAST_HEADERS: Final = ("attempts", "answered_at")
DESCRIPTION_HEADER: Final = "did_description_sent"
CHECKSUM_HEADER: Final = "checksum"
OLD_HEADERS: Final = (*FIRST_HEADERS[1:], *LAST_HEADERS)

FAILED_MARK, DONE_MARK = "f-", "d-"
"""How the checksum of a row begins: of one that stands in the sheet Failed rows too, and of any other."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of the columns in a sheet of results.

    Attributes:
        ours: the columns result, reason, did_sent, attempts and answered_at; ``row`` is the first.
        theirs: the columns of the input.
        added: the columns that the person added at the right.
        checksum: the column of checksums; None where there is none.
    """

    ours: tuple[int, int, int, int, int]
    theirs: tuple[int, ...]
    added: tuple[int, ...]
    checksum: int | None


def find_layout(header: Sequence[str], used: Sequence[int]) -> Layout | None:
    """Find our columns in a line that may be the header of a sheet of results."""
    names = [text.strip().lower() for text in header]
    if not names or names[0] != FIRST_HEADERS[0]:
        return None
    last = _last_run(names, LAST_HEADERS, len(FIRST_HEADERS))
    old = _last_run(names, OLD_HEADERS, 1)
    checksum = None
    if last is not None:
        after = last + len(LAST_HEADERS)
        end = after + (names[after : after + 1] == [DESCRIPTION_HEADER])
        checksum = end if names[end : end + 1] and names[end].startswith(CHECKSUM_HEADER) else None
    if last is not None and tuple(names[:4]) == FIRST_HEADERS and (old is None or checksum is not None):
        end += checksum is not None
        added = tuple(column for column in used if column >= end)
        return Layout((1, 2, 3, last, last + 1), tuple(range(len(FIRST_HEADERS), last)), added, checksum)
    if old is not None:
        added = tuple(column for column in used if column >= old + len(OLD_HEADERS))
        return Layout((old, old + 1, old + 2, old + 3, old + 4), tuple(range(1, old)), added, None)
    return None


def _last_run(names: Sequence[str], run: tuple[str, ...], first: int) -> int | None:
    places = range(len(names) - len(run), first - 1, -1)
    return next((place for place in places if tuple(names[place : place + len(run)]) == run), None)


def checksum_of(texts: Sequence[str]) -> str:
    """Return what tells later whether a person has changed one of these texts."""
    return blake2s(json.dumps(texts).encode(), digest_size=5).hexdigest()
