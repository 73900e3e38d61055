"""Which column holds the DIDs, by what is in the columns and not by their headers alone."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from importer.characters import plain, trim
from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.headers import HeaderMatch, did_tier, header_key, match_header
from importer.model import Table

SHORTEST_PHONE_NUMBER: Final = 7
"""Digits; a shorter number is an extension, a counter or a part of a number."""

_NO_DIGITS: Final = re.compile(r"[^0-9]+")


def choose_columns(table: Table, mapping: Mapping[str, str]) -> HeaderMatch:
    """Find out what each header means, and which of several columns holds the DIDs.

    A header that says DID, DDI or inbound beats one that says phone; of headers that say the same the column counts
    whose cells are phone numbers, nearly all of them different.

    Args:
        table: what was read.
        mapping: a header -> the server's name of the column that the person says it is.

    Raises:
        SheetError: a column stands twice, or two columns could hold the DIDs and nothing says which.
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
            raise SheetError(_which(table, fitting[0], other))
    chosen = (fitting or rivals)[0]
    taken = {name: chosen if name == DID_PATTERN.name else index for name, index in match.taken.items()}
    passed_over = {**match.passed_over, **dict.fromkeys(could_be, DID_PATTERN.name)}
    del passed_over[chosen]
    return HeaderMatch(MappingProxyType(taken), MappingProxyType(dict(sorted(passed_over.items()))))


def holds_phone_numbers(table: Table, column: int) -> bool:
    """Whether the cells of a column are phone numbers: 7 digits or more each, nearly all of them different."""
    texts = [row[column] for row in table.rows if trim(row[column])]
    digits = [text for text in map(_digits, texts) if len(text) >= SHORTEST_PHONE_NUMBER]
    words = sum(any(character.isalpha() for character in text) for text in texts)
    return bool(texts) and len(digits) * 10 >= len(texts) * 8 > words * 16 and len({*digits}) * 5 >= len(digits) * 3


def first_cell(table: Table, column: int) -> str:
    """Return the first cell of a column that is not blank, short enough to be shown."""
    return next((" ".join(row[column].split())[:40] for row in table.rows if trim(row[column])), "")


def short_numbers(dids: Sequence[str]) -> str:
    """Return the question that is asked where most DIDs are too short to be phone numbers; else nothing."""
    short = [did for did in dids if len(_digits(did)) < SHORTEST_PHONE_NUMBER]
    if len(short) * 2 <= len(dids):
        return ""
    shown = ", ".join(f"'{did}'" for did in short[:3])
    return (
        f"{len(short)} of {len(dids)} DIDs have fewer than {SHORTEST_PHONE_NUMBER} digits, such as {shown}: is this the"
        " column of the DIDs?"
    )


def _digits(text: str) -> str:
    return _NO_DIGITS.sub("", plain(text))


def _same_numbers(table: Table, one: int, other: int) -> bool:
    """Whether two columns hold the same numbers, each in its own form."""
    pairs = ((_digits(row[one]), _digits(row[other])) for row in table.rows)
    return all(left == right or (len(left) > 6 and left[-7:] == right[-7:]) for left, right in pairs)


def _which(table: Table, one: int, other: int) -> str:
    named = " and ".join(f"'{table.header[index]}' ('{first_cell(table, index)}')" for index in (one, other))
    return (
        f"{table.path}: two columns could hold the DIDs: {named}; say which with"
        f' --map "{table.header[one]}={DID_PATTERN.name}" or --map "{table.header[other]}={DID_PATTERN.name}"'
    )
