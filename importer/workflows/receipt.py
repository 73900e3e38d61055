"""The receipt of a run: what a results workbook is compared with, to see whether its rows were changed since."""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from importer.model import RowOutcome

_COMPARED: Final = 1_000
"""Characters of a text that count: a cell of a workbook may not hold all of it."""


def receipt_of(rows: Iterable[tuple[int, Sequence[str], RowOutcome]]) -> str:
    """Return the SHA-256 of result rows: for each a line of JSON, with row number, input's cells and outcome.

    White space counts as one blank, and what no cell can hold does not count: a workbook gives back the rest as it
    was. So does what is said behind the reason of cells that were cut.
    """
    digest = sha256()
    for number, cells, outcome in rows:
        reason = outcome.reason.split(" [", 1)[0]
        said = (outcome.result.value, reason, outcome.did_sent, str(outcome.attempts), outcome.answered_at)
        texts = [_canonical(text) for text in (*cells, *said)]
        digest.update(json.dumps([number, *texts]).encode("ascii") + b"\n")
    return digest.hexdigest()


def _canonical(text: str) -> str:
    words = " ".join(text[: 2 * _COMPARED].split())
    return "".join(character for character in words if character.isprintable() and character != "\ufffd")[:_COMPARED]
