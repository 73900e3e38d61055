"""The check: every problem of every row at once, and for each row exactly what would be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from importer.characters import trim
from importer.checking.clean_columns import Description, clean_columns
from importer.checking.did_choice import choose_columns, holds_phone_numbers, join_parts, short_numbers
from importer.checking.did_column import DidColumn, read_dids
from importer.checking.facts import (
    column_warnings,
    copies_within,
    read_columns,
    refuse_second_column,
    survey,
    table_facts,
)
from importer.checking.normalise import BLANK, Cell
from importer.checking.options import CheckOptions
from importer.checking.problems import problem_of
from importer.checking.schema import ROUTE, Failure, Rule, judge
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN, USED
from importer.errors import SettingsError, SheetError
from importer.headers import ColumnReading, HeaderMatch, RangeColumns, range_columns
from importer.model import CheckedRow, Table

_ORDER: Final = {name: place for place, name in enumerate((*(column.name for column in USED), *Rule))}
_OF_A_COPY: Final = (DID_PATTERN.name, "did_description", COPY_FROM.name)


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """A table after the check.

    Attributes:
        rows: the checked rows, in the table's order.
        match: which header was taken for which column; for a table of ranges, did_pattern is the first numbers'.
        facts: what was decided, each one sentence for the person.
        warnings: what the person should look at twice before anything is sent.
        columns: what each column of the file was taken for.
        question: what the person must answer before anything is sent, which ``any_pattern`` answers; else empty.
    """

    rows: tuple[CheckedRow, ...]
    match: HeaderMatch
    facts: tuple[str, ...]
    warnings: tuple[str, ...]
    columns: tuple[ColumnReading, ...] = ()
    question: str = ""


def check_table(table: Table, options: CheckOptions) -> CheckedTable:
    """Check a table.

    Args:
        table: what was read.
        options: what the person wants.

    Returns:
        One checked row for each row of the table, or with ``expand_ranges`` for each number of it.

    Raises:
        SheetError: there is no column of DIDs, or one column stands twice.
        SettingsError: an option names a column or a region that there is not.
    """
    _refuse_odd_options(options)
    match, ranges = _match(table, options)
    table, parts = join_parts(table, match, ranges, options)
    description = None if options.describe is None else Description.of(options.describe, table.header)
    dids = read_dids(table, match.taken[DID_PATTERN.name], ranges, options)
    columns = clean_columns(table, match, dids, description, options)
    rows = _checked_rows(table, match, columns, dids, options)
    readings = read_columns(table, match, ranges, parts, options.mapping)
    refuse_second_column(table, readings)
    warnings = (
        *column_warnings(table, readings),
        *survey([row.did for row in rows], [row.row for row in rows], options.plan, strict=options.strict_numbers),
        *(copies_within(rows) if COPY_FROM.name in columns else ()),
    )
    question = "" if options.any_pattern else short_numbers([row.did for row in rows if row.did])
    return CheckedTable(rows, match, table_facts(table, readings, dids, options), warnings, readings, question)


def _refuse_odd_options(options: CheckOptions) -> None:
    # a header that is mapped to nothing is not sent
    named = [("--set", name) for name in options.fills] + [("--map", name) for name in options.mapping.values() if name]
    for option, name in named:
        if name not in BY_NAME:
            columns = ", ".join(BY_NAME)
            raise SettingsError(f"{option} names '{name}', which is no column; the columns are: {columns}")
    if DID_PATTERN.name in options.fills:
        raise SettingsError("--set cannot set did_pattern: every row needs a DID of its own")
    _ = options.plan


def _match(table: Table, options: CheckOptions) -> tuple[HeaderMatch, RangeColumns | None]:
    match = choose_columns(table, options.mapping)
    ranges = range_columns(table.header, match.taken.get(DID_PATTERN.name))
    if not match.has_did:
        if ranges is None:
            named = [text for index, text in enumerate(table.header) if text and holds_phone_numbers(table, index)]
            raise SheetError(
                f"{table.path}: no column holds the DIDs; the columns are: {', '.join(filter(None, table.header))};"
                f' rename one to did_pattern, or give --map "{(*named, "Their header")[0]}=did_pattern"'
            )
        taken = {DID_PATTERN.name: ranges.first, **match.taken}
        match = HeaderMatch(MappingProxyType(taken), match.passed_over)
    return match, None if options.taken_apart else ranges


def _checked_rows(
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
