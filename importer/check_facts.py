"""What the check decided about a table as a whole, in sentences for the person."""

from collections.abc import Iterator, Mapping

from importer.columns import BY_NAME
from importer.did_column import DidColumn
from importer.did_range import RangeColumns
from importer.headers import HeaderMatch, header_key
from importer.model import Table


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
    return (*_headers(table, match, ranges), *_fills(fills), *made, *_ranges(table, dids))


def _headers(table: Table, match: HeaderMatch, ranges: RangeColumns | None) -> Iterator[str]:
    header = table.header
    for name, index in match.taken.items():
        if BY_NAME[name].sent and header_key(header[index]) != header_key(name):
            yield f"'{header[index]}' is taken for {name}"
    yield from match.facts(header)
    known = {*match.taken.values(), *match.passed_over}
    if ranges is not None:
        for place, what in ((ranges.last, "last numbers"), (ranges.quantity, "quantities")):
            if place is not None:
                known.add(place)
                yield f"'{header[place]}' is taken for the {what} of ranges"
    for name, index in match.taken.items():
        if not BY_NAME[name].sent:
            yield f"'{header[index]}' is never sent: add_did cannot set the agent"
    unknown = [text for index, text in enumerate(header) if index not in known and text.strip()]
    if unknown:
        yield f"never sent, but kept in the results: {', '.join(unknown)}"


def _fills(fills: Mapping[str, str]) -> Iterator[str]:
    for name, value in fills.items():
        if BY_NAME[name].sent:
            yield f"{name} is set to '{value}' where it is blank"
        else:
            yield f"--set {name} has no effect: add_did cannot set the agent"


def _ranges(table: Table, dids: DidColumn) -> Iterator[str]:
    if dids.ranges:
        have = "1 range has" if dids.ranges == 1 else f"{dids.ranges} ranges have"
        yield f"{have} been taken apart: {len(table.rows)} rows of the file have become {len(dids.cells)}"
