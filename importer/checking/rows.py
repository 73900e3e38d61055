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
    names = tuple(columns)
    rows: list[CheckedRow] = []
    good: dict[str, int] = {}
    for index, cells in enumerate(zip(*columns.values(), strict=True)):
        origin = dids.origin[index]
        number = table.row_numbers[origin]
        parameters = tuple([(name, cell.text) for name, cell in zip(names, cells, strict=True) if cell.text])
        sent = dict(parameters)
        broken = sorted(failures.get(index, ()), key=_order)
        bad_did = any(failure.column is DID_PATTERN and failure.rule is not Rule.READABLE for failure in broken)
        did = "" if bad_did else cells[0].text
        # a row that is not sent is nobody's twin: the next one with its DID is sent
        earlier = good.get(did.casefold()) if did else None
        if earlier is None and did and not broken:
            good[did.casefold()] = number
        problems = [
            problem_of(
                failure,
                cells[names.index(failure.column.name)] if failure.column.name in names else BLANK,
                row=number,
                route=sent.get(ROUTE.name, ""),
                any_pattern=options.any_pattern,
            )
            for failure in broken
        ]
        notes = [] if broken else [note for cell in cells for note in cell.notes]
        if not broken:
            notes += _notes_of_row(table.rows[origin], match, sent)
        rows.append(CheckedRow(index, number, did, parameters, tuple(problems), tuple(notes), earlier, origin))
    return tuple(rows)


def _order(failure: Failure) -> tuple[int, int]:
    return _ORDER[failure.column.name], _ORDER[failure.rule]


def _notes_of_row(cells: Sequence[str], match: HeaderMatch, sent: Mapping[str, str]) -> list[str]:
    """Say of a row whose route is AGENT that the agent is not set, and of a copy which of its cells are not used."""
    notes = []
    if sent.get(ROUTE.name) == "AGENT":
        column = match.taken.get("user_id")
        agent = "" if column is None else cells[column].strip()
        named = f" (user_id '{agent}')" if agent else ""
        where = f"set it under Inbound > DIDs, or name a DID that has it in {COPY_FROM.name}"
        notes.append(f"add_did cannot set the agent{named}; {where}")
    if source := sent.get(COPY_FROM.name):
        unused = [name for name, place in match.taken.items() if name not in _OF_A_COPY and trim(cells[place])]
        if unused:
            why = f"copy_did takes everything but the description from {source}"
            notes.append(f"not used: {', '.join(unused)}, because {why}")
    return notes
