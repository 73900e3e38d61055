"""Checked rows, and what is known already, become what is to be sent and what is settled without sending."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from importer.model import CheckedRow, PlannedRow, Result, RowOutcome, Table

_EARLIER_ROW: Final = re.compile(r"the same DID stands in row ([0-9]+) already")
_ELSEWHERE: Final = (
    "that row is not in this workbook; if it no longer has this DID, write 'not sent' into the column result and rerun"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does with each checked row."""

    planned: tuple[PlannedRow, ...]  # what is sent, in the order of the rows; no two have the same DID
    settled: tuple[RowOutcome, ...]  # what needs no call
    # the good rows among the settled whose DID an earlier row has: each is sent if the one ``after`` which it comes
    # is refused by the server
    waiting: tuple[PlannedRow, ...] = ()


def plan_rows(rows: Iterable[CheckedRow], known: Mapping[int, RowOutcome] | None = None) -> Plan:
    """Decide for each row whether it is sent; ``known`` are outcomes of an earlier run, by place in the table."""
    planned: list[PlannedRow] = []
    settled: list[RowOutcome] = []
    waiting: list[PlannedRow] = []
    latest: dict[str, int] = {}
    for row in rows:
        to_send = PlannedRow(row.index, row.did, row.parameters, row.notes)
        did = row.did.casefold()
        if row.problems or row.duplicate_of is not None:
            settled.append(_without_sending(row))
            if not row.problems and did in latest:
                waiting.append(replace(to_send, after=latest[did]))
        else:
            before = known.get(row.table_index) if known else None
            asked = before is not None and before.result is Result.UNKNOWN and before.did_sent.casefold() == did
            planned.append(replace(to_send, unanswered=asked))
        if not row.problems:
            latest[did] = row.index
    return Plan(tuple(planned), tuple(settled), tuple(waiting))


def _without_sending(row: CheckedRow) -> RowOutcome:
    problems = "; ".join(problem.sentence() for problem in row.problems)
    if row.duplicate_of is None:
        return RowOutcome(row.index, Result.INVALID, problems)
    reason = _twice_in_the_file(row)
    return RowOutcome(row.index, Result.DUPLICATE, f"{reason}; {problems}" if problems else reason)


def _twice_in_the_file(row: CheckedRow) -> str:
    return f"the same DID stands in row {row.duplicate_of} already"


def twice_no_longer(rows: Iterable[CheckedRow], before: Mapping[int, RowOutcome]) -> set[int]:
    """Find rows that were never sent because an earlier row had their DID, and whose earlier row has it no longer.

    A correction may have taken it away; to leave such a row a duplicate would lose its DID without a word.
    """
    return {
        row.table_index
        for row in rows
        if _never_sent(before[row.table_index]) and _twice_in_the_file(row) not in before[row.table_index].reason
    }


def waits_for_another(outcome: RowOutcome, here: Collection[int]) -> bool:
    """Whether a row was not sent for the sake of an earlier one that is not among the rows of these numbers."""
    earlier = _EARLIER_ROW.search(outcome.reason)
    return earlier is not None and _never_sent(outcome) and int(earlier[1]) not in here


def _never_sent(outcome: RowOutcome) -> bool:
    return outcome.result is Result.DUPLICATE and not outcome.did_sent


def left_alone(outcome: RowOutcome, here: Collection[int]) -> RowOutcome:
    """Say of a row that is left alone for the sake of one in another workbook how it is sent all the same."""
    if not waits_for_another(outcome, here) or _ELSEWHERE in outcome.reason:
        return outcome
    return replace(outcome, reason=f"{outcome.reason}; {_ELSEWHERE}")


def without_expanding(rows: Iterable[CheckedRow], again: Collection[int]) -> tuple[CheckedRow, ...]:
    """Keep rows that are left as they were as one row each, although a range in them could be taken apart now."""
    kept: list[CheckedRow] = []
    seen: set[int] = set()
    for row in rows:
        if row.table_index in again or row.table_index not in seen:
            seen.add(row.table_index)
            kept.append(replace(row, index=len(kept)))
    return tuple(kept)


def expanded_table(table: Table, rows: Sequence[CheckedRow], did_column: int) -> Table:
    """Return the table in which every checked row has a row of its own, as the record and the results show it."""
    if [row.table_index for row in rows] == list(range(len(table.rows))):
        return table
    numbers = Counter(row.table_index for row in rows)
    cells: list[tuple[str, ...]] = []
    for row in rows:
        source = table.rows[row.table_index]
        if numbers[row.table_index] > 1:
            source = (*source[:did_column], row.did, *source[did_column + 1 :])
        cells.append(source)
    return replace(table, rows=tuple(cells), row_numbers=tuple(row.row for row in rows), flaws={})
