"""The check: every problem of every row at once, and for each row exactly what would be sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from importer.checking.clean_columns import Description, clean_columns
from importer.checking.did_choice import choose_columns, holds_phone_numbers, join_parts, short_numbers
from importer.checking.did_column import DidRules, read_dids
from importer.checking.did_format import DidFormat, NumberPlan
from importer.checking.facts import (
    column_warnings,
    copies_within,
    read_columns,
    refuse_second_column,
    survey,
    table_facts,
)
from importer.checking.rows import checked_rows
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN
from importer.errors import SettingsError, SheetError
from importer.headers import ColumnReading, HeaderMatch, RangeColumns, range_columns
from importer.model import CheckedRow, Table

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What the person wants of the check.

    Attributes:
        fills: the server's name of a column -> the value where it is blank or missing.
        any_pattern: let a DID be any pattern that VICIdial keeps.
        mapping: a header -> the server's name of the column that the person says it is.
        did_format: how the DIDs are to be written.
        region: the two letters of the region whose numbers they are.
        strict_numbers: refuse numbers that are not possible there.
        expand_ranges: make one row of each number of a range.
        describe: a template of descriptions, such as ``{city} {state} {ratecenter}``; None for none.
        taken_apart: the ranges of this table have been taken apart already: its columns of last numbers and
            quantities mean nothing any more.
        allow_no_agent: take rows with the route AGENT, whose agent add_did cannot set.
    """

    fills: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    any_pattern: bool = False
    mapping: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    did_format: DidFormat = DidFormat.AS_IS
    region: str = "US"
    strict_numbers: bool = False
    expand_ranges: bool = False
    describe: str | None = None
    taken_apart: bool = False
    allow_no_agent: bool = False


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
    rules = DidRules(
        any_pattern=options.any_pattern,
        form=options.did_format,
        plan=NumberPlan.of_region(options.region),
        strict=options.strict_numbers,
        expand=options.expand_ranges,
    )
    match, ranges = _match(table, options.mapping)
    if options.taken_apart:
        ranges = None
    table, parts = join_parts(table, match, ranges, rules)
    description = None if options.describe is None else Description.of(options.describe, table.header)
    dids = read_dids(table, match.taken[DID_PATTERN.name], ranges, rules)
    columns = clean_columns(table, match, dids, options.fills, description, rules)
    rows = checked_rows(
        table, match, columns, dids, any_pattern=rules.any_pattern, allow_no_agent=options.allow_no_agent
    )
    readings = read_columns(table, match, ranges, parts, options.mapping)
    refuse_second_column(table, readings)
    facts = table_facts(table, readings, dids, options.fills, described=description is not None)
    question = "" if rules.any_pattern else short_numbers([row.did for row in rows if row.did])
    warnings = (
        *column_warnings(table, readings),
        *survey([row.did for row in rows], [row.row for row in rows], rules.plan, strict=rules.strict),
        *(copies_within(rows) if any(clean.column is COPY_FROM for clean in columns) else ()),
    )
    return CheckedTable(rows, match, facts, warnings, readings, question)


def _refuse_odd_options(options: CheckOptions) -> None:
    for option, names in (("--set", tuple(options.fills)), ("--map", tuple(options.mapping.values()))):
        for name in names:
            # a header that is mapped to nothing is not sent
            if name not in BY_NAME and not (option == "--map" and not name):
                columns = ", ".join(BY_NAME)
                raise SettingsError(f"{option} names '{name}', which is no column; the columns are: {columns}")
    if DID_PATTERN.name in options.fills:
        raise SettingsError("--set cannot set did_pattern: every row needs a DID of its own")


def _match(table: Table, mapping: Mapping[str, str]) -> tuple[HeaderMatch, RangeColumns | None]:
    match = choose_columns(table, mapping)
    ranges = range_columns(table.header, match.taken.get(DID_PATTERN.name))
    if match.has_did:
        return match, ranges
    if ranges is None:
        named = [text for index, text in enumerate(table.header) if text and holds_phone_numbers(table, index)]
        raise SheetError(
            f"{table.path}: no column holds the DIDs; the columns are: {', '.join(filter(None, table.header))};"
            f' rename one to did_pattern, or give --map "{(*named, "Their header")[0]}=did_pattern"'
        )
    taken = {DID_PATTERN.name: ranges.first, **match.taken}
    return HeaderMatch(MappingProxyType(taken), match.passed_over), ranges
