"""Numbers whose parts stand in columns of their own: put together where that is certain, else refused."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from importer.characters import plain, trim
from importer.checking.did_column import DidRules
from importer.checking.did_format import DidFormat, NumberPlan
from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.headers import HeaderMatch, RangeColumns, header_key
from importer.model import Table

_COUNTRY: Final = frozenset("countrycode cc dialcode dialingcode diallingcode callingcode isdcode isd".split())
_AREA: Final = frozenset("npa areacode".split())
_EXCHANGE: Final = frozenset("nxx exchange".split())
_LINE: Final = frozenset("line linenumber xxxx station subscriber".split())
_NO_DIGITS: Final = re.compile(r"[^0-9]+")
_NATIONAL: Final = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")


def join_parts(
    table: Table, match: HeaderMatch, ranges: RangeColumns | None, rules: DidRules
) -> tuple[Table, tuple[int, ...]]:
    """Put numbers together of country code, area code, exchange and line, where they stand in columns of their own.

    Args:
        table: what was read.
        match: which header was taken for which column.
        ranges: the columns of ranges, if the table has any; such numbers are left as they are.
        rules: how the DIDs are read and written.

    Returns:
        The table with whole numbers in its DID cells, and the indexes of the columns that they came from.

    Raises:
        SheetError: the numbers are in parts, and it is not certain how they belong together.
    """
    did, keys = match.taken[DID_PATTERN.name], [header_key(text) for text in table.header]
    free = [index for index in range(len(keys)) if index not in match.taken.values()]

    def column(names: frozenset[str]) -> int | None:
        return next((index for index in free if keys[index] in names), None)

    country, area, exchange, line = map(column, (_COUNTRY, _AREA, _EXCHANGE, _LINE))
    if ranges is not None or rules.any_pattern:
        return table, ()
    sizes = [len(_digits(row[did])) for row in table.rows if trim(row[did])]
    if area is not None and sum(size < 10 for size in sizes) * 2 > len(sizes):
        parts = tuple(index for index in (area, exchange, line) if index is not None)
        return _with(table, did, [_area_and_line(table, row, did, parts) for row in table.rows]), parts
    if country is not None and rules.form is not DidFormat.AS_IS:
        return _with(table, did, [_with_country(table, row, did, country) for row in table.rows]), (country,)
    return table, ()


def _area_and_line(table: Table, row: Sequence[str], did: int, parts: Sequence[int]) -> str:
    """Return area code, exchange and line of one row as one number, which must end as the DID's cell does."""
    if not trim(row[did]):
        return ""
    own, digits = _digits(row[did]), "".join(_digits(row[index]) for index in parts)
    whole = own if len(own) >= 10 else digits if len(parts) == 3 else digits[:3] + own
    if not (_NATIONAL.fullmatch(whole) and whole.endswith(own) and whole.startswith(_digits(row[parts[0]]))):
        raise _uncertain(table, (*parts, did))
    return row[did] if whole == own else whole


def _with_country(table: Table, row: Sequence[str], did: int, country: int) -> str:
    text, code = trim(row[did]), _digits(row[country])
    if not text or text.startswith("+") or not code:
        return row[did]
    from phonenumbers import region_code_for_country_code

    region = region_code_for_country_code(int(code)) if len(code) <= 3 else "ZZ"
    if region in ("ZZ", "001"):
        raise _uncertain(table, (country, did))
    number = NumberPlan.of_region(region).written(_NO_DIGITS.sub("", plain(text)), DidFormat.E164)
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


def _digits(text: str) -> str:
    return _NO_DIGITS.sub("", plain(text))
