"""Checked rows, and what is known already, become what is to be sent and what is settled without sending."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from importer.model import CheckedRow, PlannedRow, Result, RowOutcome, Table

_NOTHING_KNOWN: Final[Mapping[int, RowOutcome]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does with each checked row.

    Attributes:
        planned: the rows that are sent, in their order; no two have the same DID.
        settled: the outcomes that need no call.
        waiting: the good rows among the settled whose DID an earlier row has, each to be sent if the row ``after``
            which it comes is refused by the server.
    """

    planned: tuple[PlannedRow, ...]
    settled: tuple[RowOutcome, ...]
    waiting: tuple[PlannedRow, ...] = ()


def plan_rows(rows: Iterable[CheckedRow], known: Mapping[int, RowOutcome] = _NOTHING_KNOWN) -> Plan:
    """Decide for each row whether it is sent."""
    planned: list[PlannedRow] = []
    settled: list[RowOutcome] = []
    waiting: list[PlannedRow] = []
    latest: dict[str, int] = {}
    for row in rows:
        after = None if row.problems else latest.get(row.did.casefold())
        if not row.problems:
            latest[row.did.casefold()] = row.index
        if row.problems or row.duplicate_of is not None:
            settled.append(_without_sending(row))
            if after is not None:
                waiting.append(PlannedRow(row.index, row.did, row.parameters, row.notes, after=after))
            continue
        before = known.get(row.table_index) if known else None
        maybe_there = (
            before is not None and before.result is Result.UNKNOWN and before.did_sent.lower() == row.did.lower()
        )
        planned.append(PlannedRow(row.index, row.did, row.parameters, row.notes, 0, maybe_there))
    return Plan(tuple(planned), tuple(settled), tuple(waiting))


def twice_in_the_file(row: CheckedRow) -> str:
    """Say that an earlier row of the file has the same DID, and which."""
    return f"the same DID stands in row {row.duplicate_of} already"


def _without_sending(row: CheckedRow) -> RowOutcome:
    problems = "; ".join(problem.sentence() for problem in row.problems)
    if row.duplicate_of is None:
        return RowOutcome(row.index, Result.INVALID, problems)
    reason = twice_in_the_file(row)
    return RowOutcome(row.index, Result.DUPLICATE, f"{reason}; {problems}" if problems else reason)


def expanded_table(table: Table, rows: Sequence[CheckedRow], did_column: int) -> Table:
    """Return the table in which every checked row has a row of its own, as the record and the results show it."""
    if all(row.table_index == place for place, row in enumerate(rows)) and len(rows) == len(table.rows):
        return table
    numbers = Counter(row.table_index for row in rows)
    cells: list[tuple[str, ...]] = []
    for row in rows:
        source = table.rows[row.table_index]
        if numbers[row.table_index] > 1:
            source = (*source[:did_column], row.did, *source[did_column + 1 :])
        cells.append(source)
    return replace(table, rows=tuple(cells), row_numbers=tuple(row.row for row in rows), flaws={})
