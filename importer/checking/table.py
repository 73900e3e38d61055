"""The check: every problem of every row at once, and for each row exactly what would be sent."""

from dataclasses import dataclass
from types import MappingProxyType

from importer.checking.clean_columns import Description, clean_columns
from importer.checking.did_choice import choose_columns, holds_phone_numbers, join_parts, short_numbers
from importer.checking.did_column import read_dids
from importer.checking.facts import (
    column_warnings,
    copies_within,
    read_columns,
    refuse_second_column,
    survey,
    table_facts,
)
from importer.checking.options import CheckOptions
from importer.checking.rows import checked_rows
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN
from importer.errors import SettingsError, SheetError
from importer.headers import ColumnReading, HeaderMatch, RangeColumns, range_columns
from importer.model import CheckedRow, Table


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
    rows = checked_rows(table, match, columns, dids, options)
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
