"""What the check decided about a table as a whole, in sentences for the person."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from importer.checking.did_column import DidColumn
from importer.columns import BY_NAME, COPY_FROM
from importer.headers import HeaderMatch, RangeColumns, header_key
from importer.model import CheckedRow, Table

_SHOWN: Final = 5


def table_facts(
    table: Table,
    match: HeaderMatch,
    ranges: RangeColumns | None,
    dids: DidColumn,
    fills: Mapping[str, str],
    *,
    described: bool,
) -> tuple[str, ...]:
    """Say which header was taken for what, what is never sent, and what was filled in.

    Args:
        table: what was read.
        match: which header was taken for which column.
        ranges: the columns of ranges, if the table has any.
        dids: the DIDs.
        fills: the server's name of a column -> the value where it is blank or missing.
        described: whether blank descriptions are made of the file's columns.
    """
    made = () if not described else ("blank descriptions are made of the file's columns",)
    copies = COPY_FROM.name in match.taken or COPY_FROM.name in fills
    copied = (f"of rows with {COPY_FROM.name} only the DID and the description are used",) if copies else ()
    return (*_headers(table, match, ranges), *_fills(fills), *made, *copied, *_ranges(table, dids))


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
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        named = ", ".join(f"row {number} '{source}'" for number, source in found[:_SHOWN])
        yield (
            f"{COPY_FROM.name} names DIDs of this same file, which are copied only if VICIdial has them already:"
            f" {named}{more}; import those rows first, then rerun"
        )


def _headers(table: Table, match: HeaderMatch, ranges: RangeColumns | None) -> Iterator[str]:
    header = table.header
    for name, index in match.taken.items():
        if BY_NAME[name].function and header_key(header[index]) != header_key(name):
            yield f"'{header[index]}' is taken for {name}"
    yield from match.facts(header)
    known = {*match.taken.values(), *match.passed_over}
    if ranges is not None:
        for place, what in ((ranges.last, "last numbers"), (ranges.quantity, "quantities")):
            if place is not None:
                known.add(place)
                yield f"'{header[place]}' is taken for the {what} of ranges"
    for name, index in match.taken.items():
        if not BY_NAME[name].function:
            yield f"'{header[index]}' is never sent: add_did cannot set the agent"
    unknown = [text for index, text in enumerate(header) if index not in known and text.strip()]
    if unknown:
        yield f"never sent, but kept in the results: {', '.join(unknown)}"


def _fills(fills: Mapping[str, str]) -> Iterator[str]:
    for name, value in fills.items():
        if BY_NAME[name].function:
            yield f"{name} is set to '{value}' where it is blank"
        else:
            yield f"--set {name} has no effect: add_did cannot set the agent"


def _ranges(table: Table, dids: DidColumn) -> Iterator[str]:
    if dids.ranges:
        have = "1 range has" if dids.ranges == 1 else f"{dids.ranges} ranges have"
        yield f"{have} been taken apart: {len(table.rows)} rows of the file have become {len(dids.cells)}"
