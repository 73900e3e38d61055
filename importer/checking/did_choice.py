"""Which column holds the DIDs, by what is in the columns; and numbers whose parts stand in columns of their own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from importer.characters import digits_of, trim
from importer.checking.options import CheckOptions, DidFormat, NumberPlan
from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.headers import HeaderMatch, RangeColumns, did_tier, header_key, match_header
from importer.model import Table

SHORTEST_PHONE_NUMBER: Final = 7
"""Digits; a shorter number is an extension, a counter or a part of a number."""

_COUNTRY: Final = frozenset("countrycode cc dialcode dialingcode diallingcode callingcode isdcode isd".split())
_AREA: Final = frozenset("npa areacode".split())
_EXCHANGE: Final = frozenset("nxx exchange".split())
_LINE: Final = frozenset("line linenumber xxxx station subscriber".split())
_NATIONAL: Final = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")


def choose_columns(table: Table, mapping: Mapping[str, str]) -> HeaderMatch:
    """Find out what each header means, and which of several columns holds the DIDs.

    A header that says DID, DDI or inbound beats one that says phone; of headers that say the same the column counts
    whose cells are phone numbers, nearly all of them different. A SheetError says that nothing tells which it is.
    """
    match = match_header(table.header, mapping)
    others = [index for index, name in match.passed_over.items() if name == DID_PATTERN.name]
    by_hand = {header_key(header) for header, name in mapping.items() if name == DID_PATTERN.name}
    if not others or header_key(table.header[match.taken[DID_PATTERN.name]]) in by_hand:
        return match
    could_be = sorted((match.taken[DID_PATTERN.name], *others), key=lambda index: did_tier(table.header[index]))
    filled = [index for index in could_be if any(trim(row[index]) for row in table.rows)] or could_be
    surest = did_tier(table.header[filled[0]])[0]
    rivals = [index for index in filled if did_tier(table.header[index])[0] == surest]
    fitting = [index for index in rivals if holds_phone_numbers(table, index)]
    for other in fitting[1:]:
        if surest and not _same_numbers(table, fitting[0], other):
            headers = [table.header[index] for index in (fitting[0], other)]
            cells = [first_cell(table, index) for index in (fitting[0], other)]
            named = " and ".join(f"'{header}' ('{cell}')" for header, cell in zip(headers, cells, strict=True))
            flags = " or ".join(f'--map "{header}={DID_PATTERN.name}"' for header in headers)
            raise SheetError(f"{table.path}: two columns could hold the DIDs: {named}; say which with {flags}")
    chosen = (fitting or rivals)[0]
    taken = {name: chosen if name == DID_PATTERN.name else index for name, index in match.taken.items()}
    passed_over = {**match.passed_over, **dict.fromkeys(could_be, DID_PATTERN.name)}
    del passed_over[chosen]
    return HeaderMatch(MappingProxyType(taken), MappingProxyType(dict(sorted(passed_over.items()))))


def holds_phone_numbers(table: Table, column: int) -> bool:
    """Whether the cells of a column are phone numbers: 7 digits or more each, nearly all of them different."""
    texts = [row[column] for row in table.rows if trim(row[column])]
    digits = [text for text in map(digits_of, texts) if len(text) >= SHORTEST_PHONE_NUMBER]
    words = sum(any(character.isalpha() for character in text) for text in texts)
    return bool(texts) and len(digits) * 10 >= len(texts) * 8 > words * 16 and len({*digits}) * 5 >= len(digits) * 3


def first_cell(table: Table, column: int) -> str:
    """Return the first cell of a column that is not blank, short enough to be shown."""
    return next((" ".join(row[column].split())[:40] for row in table.rows if trim(row[column])), "")


def short_numbers(dids: Sequence[str]) -> str:
    """Return the question that is asked where most DIDs are too short to be phone numbers; else nothing."""
    short = [did for did in dids if len(digits_of(did)) < SHORTEST_PHONE_NUMBER]
    if len(short) * 2 <= len(dids):
        return ""
    shown = ", ".join(f"'{did}'" for did in short[:3])
    return (
        f"{len(short)} of {len(dids)} DIDs have fewer than {SHORTEST_PHONE_NUMBER} digits, such as {shown}: is this the"
        " column of the DIDs?"
    )


def _same_numbers(table: Table, one: int, other: int) -> bool:
    """Whether two columns hold the same numbers, each in its own form."""
    pairs = ((digits_of(row[one]), digits_of(row[other])) for row in table.rows)
    return all(left == right or (len(left) > 6 and left[-7:] == right[-7:]) for left, right in pairs)


def join_parts(
    table: Table, match: HeaderMatch, ranges: RangeColumns | None, options: CheckOptions
) -> tuple[Table, tuple[int, ...]]:
    """Put numbers together of country code, area code, exchange and line, where they stand in columns of their own."""
    did, keys = match.taken[DID_PATTERN.name], [header_key(text) for text in table.header]
    free = [index for index in range(len(keys)) if index not in match.taken.values()]

    def column(names: frozenset[str]) -> int | None:
        return next((index for index in free if keys[index] in names), None)

    country, area, exchange, line = map(column, (_COUNTRY, _AREA, _EXCHANGE, _LINE))
    if ranges is not None or options.any_pattern:
        return table, ()
    sizes = [len(digits_of(row[did])) for row in table.rows if trim(row[did])]
    if area is not None and sum(size < 10 for size in sizes) * 2 > len(sizes):
        parts = tuple(index for index in (area, exchange, line) if index is not None)
        return _with(table, did, [_area_and_line(table, row, did, parts) for row in table.rows]), parts
    if country is not None and options.did_format is not DidFormat.AS_IS:
        return _with(table, did, [_with_country(table, row, did, country) for row in table.rows]), (country,)
    return table, ()


def _area_and_line(table: Table, row: Sequence[str], did: int, parts: Sequence[int]) -> str:
    """Return area code, exchange and line of one row as one number, which must end as the DID's cell does."""
    if not trim(row[did]):
        return ""
    own, digits = digits_of(row[did]), "".join(digits_of(row[index]) for index in parts)
    whole = own if len(own) >= 10 else digits if len(parts) == 3 else digits[:3] + own
    if not (_NATIONAL.fullmatch(whole) and whole.endswith(own) and whole.startswith(digits_of(row[parts[0]]))):
        raise _uncertain(table, (*parts, did))
    return row[did] if whole == own else whole


def _with_country(table: Table, row: Sequence[str], did: int, country: int) -> str:
    text, code = trim(row[did]), digits_of(row[country])
    if not text or text.startswith("+") or not code:
        return row[did]
    from phonenumbers import region_code_for_country_code

    region = region_code_for_country_code(int(code)) if len(code) <= 3 else "ZZ"
    if region in ("ZZ", "001"):
        raise _uncertain(table, (country, did))
    number = NumberPlan.of_region(region).written(digits_of(text), DidFormat.E164)
    if number.trouble is not None:
        # the cell is judged as it stands, with the country code that its neighbour gives it
        return f"+{code} {text}"
    return number.text if number.text.startswith(f"+{code}") else f"+{code} {text}"


def _with(table: Table, did: int, numbers: Sequence[str]) -> Table:
    rows = (
        (*row[:did], number, *row[did + 1 :]) if number != row[did] else row
        for row, number in zip(table.rows, numbers, strict=True)
    )
    return replace(table, rows=tuple(rows))


def _uncertain(table: Table, columns: Sequence[int]) -> SheetError:
    named = ", ".join(f"'{table.header[index]}'" for index in columns)
    return SheetError(
        f"{table.path}: the numbers stand in parts in the columns {named}, and not every row's parts make one number;"
        f" put them together in one column {DID_PATTERN.name}"
    )
