"""What the check decided about a table as a whole, in sentences for the person."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from importer.characters import trim
from importer.checking.did_choice import first_cell, holds_phone_numbers
from importer.checking.did_column import DidColumn
from importer.checking.options import CheckOptions, NumberPlan
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN
from importer.errors import SheetError
from importer.headers import (
    LAST_HEADERS,
    QUANTITY_HEADERS,
    ColumnReading,
    HeaderMatch,
    RangeColumns,
    did_tier,
    header_key,
    near_miss,
)
from importer.model import CheckedRow, Table
from importer.reading.sheet_rows import some_of

_SHOWN: Final = 5


def read_columns(
    table: Table,
    match: HeaderMatch,
    ranges: RangeColumns | None,
    parts: Collection[int],
    mapping: Mapping[str, str],
) -> tuple[ColumnReading, ...]:
    """Return what each column of the file was taken for; ``parts`` are those of which the DIDs were put together."""
    names = {index: name for name, index in match.taken.items()}
    by_hand = {header_key(text) for text in mapping}
    tiers = [did_tier(table.header[index]) for index, name in match.passed_over.items() if name == DID_PATTERN.name]
    of_ranges = () if ranges is None else (ranges.last, ranges.quantity)
    readings = []
    for index, header in enumerate(table.header):
        name, near = names.get(index, ""), match.passed_over.get(index, "")
        if name and not BY_NAME[name].function:
            how = "not sent"
        elif name:
            beaten = name == DID_PATTERN.name and any(did_tier(header) > tier for tier in tiers)
            how = "chosen" if header_key(header) in by_hand else "by content" if beaten else "by name"
        elif index in of_ranges or index in parts:
            how, near = "range" if index in of_ranges else "part", ""
        else:
            how, near = ("passed over", near) if near else ("not sent", near_miss(header))
        readings.append(ColumnReading(index, header, name, how, near))
    return tuple(readings)


def table_facts(
    table: Table, columns: Sequence[ColumnReading], dids: DidColumn, options: CheckOptions
) -> tuple[str, ...]:
    """Say which header was taken for what, what is never sent, and what was filled in."""
    facts = [*_headers(columns), *_fills(options.fills)]
    if options.describe is not None:
        facts.append("blank descriptions are made of the file's columns")
    if any(column.column == COPY_FROM.name for column in columns) or COPY_FROM.name in options.fills:
        facts.append(f"of rows with {COPY_FROM.name} only the DID and the description are used")
    if dids.ranges:
        have = "1 range has" if dids.ranges == 1 else f"{dids.ranges} ranges have"
        facts.append(f"{have} been taken apart: {len(table.rows)} rows of the file have become {len(dids.cells)}")
    return tuple(facts)


def refuse_second_column(table: Table, columns: Sequence[ColumnReading]) -> None:
    """Refuse a list with a second column of numbers that nobody named: half of the numbers would not be sent."""
    dids = next((column for column in columns if column.column == DID_PATTERN.name), None)
    if dids is None or dids.how == "chosen":
        return
    for column in columns:
        if column.how != "not sent" or column.header.strip():
            continue
        filled = sum(bool(row[column.index].strip()) for row in table.rows)
        if 2 * filled >= len(table.rows) and holds_phone_numbers(table, column.index):
            raise SheetError(
                f"{table.path}: column {column.index + 1} has no header and holds phone numbers"
                f" ('{first_cell(table, column.index)}') beside those of '{dids.header}'; put all numbers below one"
                f' another, or say with --map "{dids.header}={DID_PATTERN.name}" that only these are sent'
            )


def column_warnings(table: Table, columns: Sequence[ColumnReading]) -> Iterator[str]:
    """Warn of columns that look as if they should be sent, and are not."""
    for column in (column for column in columns if column.how == "not sent"):
        if column.near_miss:
            yield f"'{column.header}' is not sent; did you mean {column.near_miss}?"
        elif not column.header.strip() and holds_phone_numbers(table, column.index):
            shown = first_cell(table, column.index)
            yield f"column {column.index + 1} has no header and holds phone numbers ('{shown}'); it is not sent"
        elif header_key(column.header) in LAST_HEADERS | QUANTITY_HEADERS:
            texts = {trim(row[column.index]) for row in table.rows} - {"", "1"}
            if texts and all(map(str.isdecimal, texts)):
                yield f"'{column.header}' may be of ranges; each row is sent as the one number in its DID cell"


def copies_within(rows: Sequence[CheckedRow]) -> Iterator[str]:
    """Warn of rows that copy a DID which this file is to add: it may not be there yet when they are sent."""
    dids = {row.did.casefold() for row in rows if row.did}
    found = [
        (row.row, source)
        for row in rows
        for name, source in row.parameters[1:]
        if name == COPY_FROM.name and source.casefold() in dids and not row.problems
    ]
    if found:
        named = some_of([f"row {number} '{source}'" for number, source in found], _SHOWN)
        yield (
            f"{COPY_FROM.name} names DIDs of this same file, which are copied only if VICIdial has them already:"
            f" {named}; import those rows first, then rerun"
        )


def _headers(columns: Sequence[ColumnReading]) -> Iterator[str]:
    taken = {column.column: column for column in columns if column.column}
    for name, column in taken.items():
        if BY_NAME[name].function and header_key(column.header) != header_key(name):
            why = ", because its cells are phone numbers" if column.how == "by content" else ""
            yield f"'{column.header}' is taken for {name}{why}"
    for column in columns:
        if column.how == "passed over":
            name = column.near_miss
            yield f"'{taken[name].header}' is taken for {name}; '{column.header}' could be it too and is not sent"
        elif column.how == "range":
            what = "quantities" if header_key(column.header) in QUANTITY_HEADERS else "last numbers"
            yield f"'{column.header}' is taken for the {what} of ranges"
        elif column.how == "part":
            yield f"'{column.header}' is put together with other columns to the DIDs"
        elif column.column and column.how == "not sent":
            yield f"'{column.header}' is never sent: add_did cannot set the agent"
    unsent = (column.header for column in columns if column.how == "not sent" and not column.column)
    if unknown := [text for text in unsent if text.strip()]:
        yield f"never sent, but kept in the results: {', '.join(unknown)}"


def _fills(fills: Mapping[str, str]) -> Iterator[str]:
    for name, value in fills.items():
        no_effect = f"--set {name} has no effect: add_did cannot set the agent"
        yield f"{name} is set to '{value}' where it is blank" if BY_NAME[name].function else no_effect


def survey(dids: Sequence[str], rows: Sequence[int], plan: NumberPlan, *, strict: bool) -> Iterator[str]:
    """Warn of what no DID shows by itself: mixed ways of writing, one number in two ways, numbers that cannot exist.

    A DID that is no number is passed over; ``strict`` means that impossible ones are refused already.
    """
    numbers = [(did, row) for did, row in zip(dids, rows, strict=True) if did.removeprefix("+").isdecimal()]
    counts = Counter(_form(did, plan.country_code) for did, _ in numbers)
    del counts[""]
    if len(counts) > 1:
        listed = ", ".join(f"{count} {form}" for form, count in counts.most_common())
        yield (
            f"the numbers are written in different ways: {listed}; a call finds its DID only if it is written as the"
            " carrier sends it (--did-format writes all of them alike)"
        )
        if pairs := _same_numbers(numbers, plan.country_code):
            more = f" and {len(pairs) - _SHOWN} more pairs" if len(pairs) > _SHOWN else ""
            yield f"probably the same number, written in two ways: {'; '.join(pairs[:_SHOWN])}{more}"
    if strict:
        return
    # numbers of one shape are possible or not together
    shapes = {plan.shape(did): did for did, _ in numbers}
    impossible = {shape for shape, did in shapes.items() if not plan.is_possible(did)}
    found = [f"row {row} '{did}'" for did, row in numbers if plan.shape(did) in impossible] if impossible else []
    if found:
        are = "1 number is" if len(found) == 1 else f"{len(found)} numbers are"
        why = f"not possible in {plan.region} and would be sent all the same (--strict-numbers refuses such)"
        yield f"{are} {why}: {some_of(found, _SHOWN)}"


def _form(did: str, code: str) -> str:
    """Name the way in which a number is written; empty where it cannot be told."""
    if did[0] == "+":
        return "with a leading +"
    if code == "1":
        with_one = "with 11 digits that begin with 1" if len(did) == 11 and did[0] == "1" else ""
        return "with 10 digits" if len(did) == 10 else with_one
    if did[0] == "0":
        return "that begin with 0"
    return f"that begin with {code}" if did.startswith(code) and len(did) >= len(code) + 7 else ""


def _same_numbers(numbers: Sequence[tuple[str, int]], code: str) -> list[str]:
    first: dict[str, tuple[str, int]] = {}
    pairs = []
    for did, row in numbers:
        form = _form(did, code)
        prefix = "0" if form == "that begin with 0" else "" if form in ("", "with 10 digits") else code
        other, other_row = first.setdefault(did.removeprefix("+").removeprefix(prefix), (did, row))
        if other != did:
            pairs.append(f"row {row} '{did}' and row {other_row} '{other}'")
    return pairs
