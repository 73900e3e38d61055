"""From judged columns back to rows."""

from collections.abc import Iterable, Sequence
from typing import Final

from importer.characters import trim
from importer.checking.did_column import DidColumn
from importer.checking.normalise import BLANK, Cell
from importer.checking.problems import problem_of
from importer.checking.schema import ROUTE, CleanColumn, Failure, Rule, judge
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN, USED
from importer.headers import HeaderMatch
from importer.model import CellProblem, CheckedRow, Table

_AGENT: Final = BY_NAME["user_id"]
_ORDER: Final = {name: place for place, name in enumerate((*(column.name for column in USED), *Rule))}
_OF_A_COPY: Final = (DID_PATTERN.name, "did_description", COPY_FROM.name)


def checked_rows(
    table: Table,
    match: HeaderMatch,
    columns: Sequence[CleanColumn],
    dids: DidColumn,
    *,
    any_pattern: bool,
    allow_no_agent: bool,
) -> tuple[CheckedRow, ...]:
    """Judge the columns and put them together to rows."""
    by_name = {clean.column.name: clean for clean in columns}
    routes = by_name[ROUTE.name].cells if ROUTE.name in by_name else ()
    failures: dict[int, list[Failure]] = {}
    for failure in judge(columns, any_pattern=any_pattern, allow_no_agent=allow_no_agent):
        failures.setdefault(failure.index, []).append(failure)
    notes: dict[int, list[str]] = {}
    for clean in columns:
        for index, cell in enumerate(clean.cells):
            if cell.notes:
                notes.setdefault(index, []).extend(cell.notes)
    for index, note in (
        *_agent_notes(table, match, routes, dids.origin),
        *_unused_notes(table, match, by_name.get(COPY_FROM.name), dids.origin),
    ):
        notes.setdefault(index, []).append(note)

    def problem(failure: Failure) -> CellProblem:
        clean, index = by_name.get(failure.column.name), failure.index
        return problem_of(
            failure,
            clean.cells[index] if clean else BLANK,
            clean.values[index] if clean else "",
            row=table.row_numbers[dids.origin[index]],
            route=routes[index].text if routes else "",
            any_pattern=any_pattern,
        )

    rows: list[CheckedRow] = []
    good: dict[str, int] = {}
    for index, (cell, parameters) in enumerate(zip(columns[0].cells, _parameters(columns), strict=True)):
        broken = sorted(failures.get(index, ()), key=_order)
        bad_did = any(failure.column is DID_PATTERN and failure.rule is not Rule.READABLE for failure in broken)
        did, number = "" if bad_did else cell.text, table.row_numbers[dids.origin[index]]
        # a row that is not sent is nobody's twin: the next one with its DID is sent
        earlier = good.get(did.casefold()) if did else None
        if earlier is None and did and not broken:
            good[did.casefold()] = number
        rows.append(
            CheckedRow(
                index,
                number,
                did,
                parameters,
                tuple(map(problem, broken)),
                () if broken else tuple(notes.get(index, ())),
                earlier,
                dids.origin[index],
            )
        )
    return tuple(rows)


def _parameters(columns: Sequence[CleanColumn]) -> Iterable[tuple[tuple[str, str], ...]]:
    """Return for each row what would be sent of it."""
    pairs = ([(clean.column.name, cell.text) if cell.text else None for cell in clean.cells] for clean in columns)
    return (tuple(filter(None, row)) for row in zip(*pairs, strict=True))


def _order(failure: Failure) -> tuple[int, int]:
    return _ORDER[failure.column.name], _ORDER[failure.rule]


def _agent_notes(
    table: Table, match: HeaderMatch, routes: Sequence[Cell], origin: Sequence[int]
) -> Iterable[tuple[int, str]]:
    """Yield for each row whose route is AGENT that the agent is not set."""
    column = match.taken.get(_AGENT.name)
    for index, cell in enumerate(routes):
        if cell.text == "AGENT":
            agent = "" if column is None else table.rows[origin[index]][column].strip()
            named = f" (user_id '{agent}')" if agent else ""
            where = f"set it under Inbound > DIDs, or name a DID that has it in {COPY_FROM.name}"
            yield index, f"add_did cannot set the agent{named}; {where}"


def _unused_notes(
    table: Table, match: HeaderMatch, sources: CleanColumn | None, origin: Sequence[int]
) -> Iterable[tuple[int, str]]:
    """Yield for each row that is a copy which of its cells are not used."""
    others = [(name, place) for name, place in match.taken.items() if name not in _OF_A_COPY]
    for index, cell in enumerate(() if sources is None else sources.cells):
        if cell.text:
            given = [name for name, place in others if trim(table.rows[origin[index]][place])]
            if given:
                why = f"copy_did takes everything but the description from {cell.text}"
                yield index, f"not used: {', '.join(given)}, because {why}"
