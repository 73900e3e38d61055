"""Checked rows, and what is known already, become what is to be sent and what is settled without sending."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from importer.model import CheckedRow, PlannedRow, Result, RowOutcome

_NOTHING_KNOWN: Final[Mapping[int, RowOutcome]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does with each checked row.

    Attributes:
        planned: the rows that are sent, in their order; no two have the same DID.
        settled: the outcomes that need no call.
    """

    planned: tuple[PlannedRow, ...]
    settled: tuple[RowOutcome, ...]


def plan_rows(rows: Iterable[CheckedRow], known: Mapping[int, RowOutcome] = _NOTHING_KNOWN) -> Plan:
    """Decide for each row whether it is sent.

    Args:
        rows: the rows after the check.
        known: outcomes of an earlier run, by the index of their row. A row that is known and done is left as it
            was; one that was ``unknown`` with the same DID may have been added by that run's call.

    Returns:
        The plan; every row is in it exactly once.
    """
    planned: list[PlannedRow] = []
    settled: list[RowOutcome] = []
    for row in rows:
        before = known.get(row.index)
        outcome = _without_sending(row)
        if outcome is not None:
            settled.append(outcome)
            continue
        maybe_there = (
            before is not None and before.result is Result.UNKNOWN and before.did_sent.lower() == row.did.lower()
        )
        planned.append(PlannedRow(row.index, row.did, row.parameters, row.notes, unanswered=maybe_there))
    return Plan(tuple(planned), tuple(settled))


def _without_sending(row: CheckedRow) -> RowOutcome | None:
    problems = "; ".join(problem.sentence() for problem in row.problems)
    if row.duplicate_of is not None:
        reason = f"the same DID stands in row {row.duplicate_of} already"
        return RowOutcome(row.index, Result.DUPLICATE, f"{reason}; {problems}" if problems else reason)
    if problems:
        return RowOutcome(row.index, Result.INVALID, problems)
    return None
