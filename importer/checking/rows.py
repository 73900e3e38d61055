"""From judged columns back to rows."""

from collections.abc import Iterable, Sequence
from itertools import count, repeat
from operator import attrgetter
from typing import Final, cast

from importer.characters import trim
from importer.checking.did_column import DidColumn
from importer.checking.normalise import BLANK, Cell
from importer.checking.problems import problem_of
from importer.checking.schema import ROUTE, CleanColumn, Failure, Rule, judge
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN, USED
from importer.headers import HeaderMatch
from importer.model import CellProblem, CheckedRow, Table

_AGENT: Final = BY_NAME["user_id"]
_PLACES: Final = {column.name: place for place, column in enumerate(USED)}
_OF_A_COPY: Final = (DID_PATTERN.name, "did_description", COPY_FROM.name)
_NOTES_OF: Final = attrgetter("notes")
_RULES: Final = {rule: place for place, rule in enumerate(Rule)}


def checked_rows(
    table: Table, match: HeaderMatch, columns: Sequence[CleanColumn], dids: DidColumn, *, any_pattern: bool
) -> tuple[CheckedRow, ...]:
    """Judge the columns and put them together to rows.

    Args:
        table: what was read.
        match: which header was taken for which column.
        columns: did_pattern, and every other column that is not blank all over, in the order of the list.
        dids: the DIDs, which say which row of the table each cell comes from.
        any_pattern: whether a DID may be any pattern.

    Returns:
        One row for each DID, in order.
    """
    origin: Sequence[int] = range(len(table.rows)) if dids.origin is None else dids.origin
    by_name = {clean.column.name: clean for clean in columns}
    routes = by_name[ROUTE.name].cells if ROUTE.name in by_name else None
    failures: dict[int, list[Failure]] = {}
    for failure in judge(columns, any_pattern=any_pattern):
        failures.setdefault(failure.index, []).append(failure)
    notes = _notes(columns)
    for index, note in _agent_notes(table, match, routes or (), origin):
        notes.setdefault(index, []).append(note)
    for index, note in _unused_notes(table, match, by_name.get(COPY_FROM.name), origin):
        notes.setdefault(index, []).append(note)

    def problem(failure: Failure) -> CellProblem:
        clean, index = by_name.get(failure.column.name), failure.index
        return problem_of(
            failure,
            clean.cells[index] if clean else BLANK,
            clean.values[index] if clean else "",
            row=table.row_numbers[origin[index]],
            route=routes[index].text if routes else "",
            any_pattern=any_pattern,
        )

    numbers = table.row_numbers if dids.origin is None else [table.row_numbers[place] for place in origin]
    texts = list(columns[0].texts)
    problems: list[tuple[CellProblem, ...]] = [()] * len(texts)
    for index, broken in failures.items():
        problems[index] = tuple(map(problem, sorted(broken, key=_order)))
        if any(failure.column is DID_PATTERN and failure.rule is not Rule.READABLE for failure in broken):
            texts[index] = ""
    good_notes: list[tuple[str, ...]] = [()] * len(texts)
    for index, said in notes.items():
        if not problems[index]:
            good_notes[index] = tuple(said)
    parameters, earlier = _parameters(columns), _earlier(texts, numbers)
    # one call for all of them, because a large table has hundreds of thousands
    return tuple(map(CheckedRow, count(), numbers, texts, parameters, problems, good_notes, earlier, origin))


def _earlier(dids: Sequence[str], numbers: Sequence[int]) -> Iterable[int | None]:
    """Return for each DID the number of the first row that has it, where that is another row; else None."""
    folded = list(map(str.casefold, dids))
    if len({*folded}) == len(folded):
        return repeat(None)
    first_rows = dict(zip(reversed(folded), reversed(range(len(folded))), strict=True))
    firsts = (first_rows[did] if did else index for index, did in enumerate(folded))
    return [None if first == index else numbers[first] for index, first in enumerate(firsts)]


def _order(failure: Failure) -> tuple[int, int]:
    return _PLACES[failure.column.name], _RULES[failure.rule]


def _parameters(columns: Sequence[CleanColumn]) -> Iterable[tuple[tuple[str, str], ...]]:
    """Return for each row what would be sent of it."""
    filled = [clean for clean in columns if clean.only is None or clean.only.text]
    if not filled:
        return repeat(())
    rows = zip(*map(_column_parameters, filled), strict=True)
    if any("" in clean.texts for clean in filled):
        return (tuple(filter(None, row)) for row in rows)
    # no cell is blank, and none is a None
    return cast("Iterable[tuple[tuple[str, str], ...]]", rows)


def _column_parameters(clean: CleanColumn) -> Iterable[tuple[str, str] | None]:
    """Return a column's parameters, each made once; None for a blank."""
    name = clean.column.name
    if clean.only is not None:
        return repeat((name, clean.only.text), len(clean.texts))
    made: dict[str, tuple[str, str] | None] = dict(
        zip(clean.texts, zip(repeat(name), clean.texts, strict=False), strict=True)
    )
    made[""] = None
    return map(made.__getitem__, clean.texts)


def _notes(columns: Sequence[CleanColumn]) -> dict[int, list[str]]:
    notes: dict[int, list[str]] = {}
    for clean in columns:
        if clean.only is not None and not clean.only.notes:
            continue
        noted = list(map(_NOTES_OF, clean.cells))
        if any(noted):
            for index in filter(noted.__getitem__, range(len(noted))):
                notes.setdefault(index, []).extend(noted[index])
    return notes


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
