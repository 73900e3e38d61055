"""From judged columns back to rows."""

from collections.abc import Mapping, Sequence
from typing import Final

from importer.characters import trim
from importer.checking.did_column import DidColumn
from importer.checking.normalise import BLANK, Cell
from importer.checking.options import CheckOptions
from importer.checking.problems import problem_of
from importer.checking.schema import ROUTE, Failure, Rule, judge
from importer.columns import COPY_FROM, DID_PATTERN, USED
from importer.headers import HeaderMatch
from importer.model import CheckedRow, Table

_ORDER: Final = {name: place for place, name in enumerate((*(column.name for column in USED), *Rule))}
_OF_A_COPY: Final = (DID_PATTERN.name, "did_description", COPY_FROM.name)


def checked_rows(
    table: Table, match: HeaderMatch, columns: Mapping[str, Sequence[Cell]], dids: DidColumn, options: CheckOptions
) -> tuple[CheckedRow, ...]:
    """Judge the columns and put them together to rows."""
    failures: dict[int, list[Failure]] = {}
    for failure in judge(columns, options):
        failures.setdefault(failure.index, []).append(failure)
    places = {name: place for place, name in enumerate(columns)}
    routes = columns.get(ROUTE.name) or [BLANK] * len(dids.cells)
    sources = columns.get(COPY_FROM.name) or [BLANK] * len(dids.cells)
    rows: list[CheckedRow] = []
    good: dict[str, int] = {}
    for index, cells in enumerate(zip(*columns.values(), strict=True)):
        origin = dids.origin[index]
        number = table.row_numbers[origin]
        parameters = tuple([(name, cell.text) for name, cell in zip(places, cells, strict=True) if cell.text])
        broken = sorted(failures.get(index, ()), key=_order)
        bad_did = any(failure.column is DID_PATTERN and failure.rule is not Rule.READABLE for failure in broken)
        did = "" if bad_did else cells[0].text
        # a row that is not sent is nobody's twin: the next one with its DID is sent
        earlier = good.get(did.casefold()) if did else None
        if earlier is None and did and not broken:
            good[did.casefold()] = number
        problems = []
        for failure in broken:
            place = places.get(failure.column.name)
            cell = BLANK if place is None else cells[place]
            route = routes[index].text
            problems.append(problem_of(failure, cell, row=number, route=route, any_pattern=options.any_pattern))
        notes = [] if broken else [note for cell in cells if cell.notes for note in cell.notes]
        if not broken and routes[index].text == "AGENT":
            notes.append(_agent_note(table.rows[origin], match))
        if not broken and sources[index].text:
            notes += _unused_notes(table.rows[origin], match, sources[index].text)
        rows.append(CheckedRow(index, number, did, parameters, tuple(problems), tuple(notes), earlier, origin))
    return tuple(rows)


def _order(failure: Failure) -> tuple[int, int]:
    return _ORDER[failure.column.name], _ORDER[failure.rule]


def _agent_note(cells: Sequence[str], match: HeaderMatch) -> str:
    column = match.taken.get("user_id")
    agent = "" if column is None else cells[column].strip()
    named = f" (user_id '{agent}')" if agent else ""
    where = f"set it under Inbound > DIDs, or name a DID that has it in {COPY_FROM.name}"
    return f"add_did cannot set the agent{named}; {where}"


def _unused_notes(cells: Sequence[str], match: HeaderMatch, source: str) -> list[str]:
    """Say of a row that is a copy which of its cells are not used."""
    unused = [name for name, place in match.taken.items() if name not in _OF_A_COPY and trim(cells[place])]
    why = f"copy_did takes everything but the description from {source}"
    return [f"not used: {', '.join(unused)}, because {why}"] if unused else []
