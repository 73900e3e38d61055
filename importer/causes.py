"""Why rows are not in, grouped: forty-one rows with one cause are one line with one fix."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from importer.model import Result, RowOutcome
from importer.results import Cause

MOST_CAUSES: Final = 20
"""So many causes are listed; the sheet Results has them all."""

_FIXES: Final = {
    Result.DUPLICATE: "Nothing to do, if the DID in VICIdial is routed as it should be.",
    Result.PERMISSION_ERROR: "Correct the login or the user's permissions, then: did-importer rerun {workbook}",
    Result.INVALID: "Correct the cells in the sheet Results, save, then: did-importer rerun {workbook}",
    Result.FAILED: "Send these rows again: did-importer rerun {workbook}",
    Result.UNKNOWN: "Look for the DIDs under Inbound > DIDs, or send them again: did-importer rerun {workbook}",
    Result.NOT_SENT: "Finish the run: did-importer resume",
}


def causes_of(outcomes: Iterable[RowOutcome], workbook: str) -> tuple[Cause, ...]:
    """Group the outcomes that are no success by their reason.

    Args:
        outcomes: what became of the rows.
        workbook: the name of the results workbook, for the commands in the fixes.

    Returns:
        The most frequent causes, most frequent first.
    """
    counts: dict[tuple[Result, str], int] = defaultdict(int)
    for outcome in outcomes:
        if outcome.result is not Result.SUCCESS:
            counts[outcome.result, outcome.reason] += 1
    frequent = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_CAUSES]
    return tuple(
        Cause(count, f"{result}: {reason}", _FIXES[result].format(workbook=workbook))
        for (result, reason), count in frequent
    )
