"""Which header means which column.

Headers match without regard to case, spaces or punctuation, by name and never by position; a mark such as ``*`` or
``(required)`` behind one does not count. If two could be the same column, the more exact one wins (the server's own
name first, then the aliases in their order); the other is passed over and never sent. Of the columns that could hold
the DIDs ``importer.checking.did_choice`` chooses by what is in them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from types import MappingProxyType
from typing import Final

from importer.column import Column
from importer.columns import BY_NAME, COLUMNS, DID_PATTERN
from importer.errors import SheetError

FIRST_HEADERS: Final = frozenset(
    "firstnumber firstdid firsttn startnumber startdid starttn startingnumber numberstart didstart start beginnumber"
    " rangestart rangebegin rangefrom from fromnumber numberfrom didfrom firstphonenumber".split()
)
LAST_HEADERS: Final = frozenset(
    "lastnumber lastdid lasttn endnumber enddid endtn endingnumber numberend didend end rangeend rangeto to tonumber"
    " numberto didto lastphonenumber".split()
)
QUANTITY_HEADERS: Final = frozenset(
    "quantity qty count numbercount didcount numberofdids numberofnumbers blocksize rangesize size".split()
)

_UNSURE: Final = frozenset("end to count size".split())
"""Those that mean a range beside first numbers alone; beside other DIDs they may be of something else."""

_MARK: Final = re.compile(
    r"[(\[] *(?:required|optional|mandatory|must|e\.?164|us|usa|uk|ca|y/?n|yes/no|text|digits|(?:max\.? *)?[0-9]+"
    r"(?: *(?:-|to) *[0-9]+)?(?: *(?:digits|chars?|characters))?) *[)\]] *$",
    re.IGNORECASE,
)
_NOT_IN_A_KEY: Final = re.compile(r"[^a-z0-9]")
_ERRORS: Final = frozenset("#value! #ref! #name? #num! #null! #n/a #div/0! #spill! #calc!".split())


def header_key(text: str) -> str:
    """Return what is compared of a header: lower case, a-z and 0-9 only; all of it where that leaves nothing."""
    if text.strip().lower() in _ERRORS:
        # an error of the spreadsheet is never the header "value"
        return text.strip().lower()
    # a header in Cyrillic has no a-z, and must not be the same as every blank one when it is mapped by hand
    return _NOT_IN_A_KEY.sub("", text.lower()) or " ".join(text.lower().split())


def _key(text: str) -> str:
    """The key of a header without the mark behind it, unless the whole of it is a name."""
    whole = header_key(text)
    return whole if whole in _RANKS else header_key(_MARK.sub("", text)) or whole


_RANKS: Final[Mapping[str, tuple[str, int]]] = {
    header_key(name): (column.name, rank)
    for column in COLUMNS
    for rank, name in enumerate((column.name, *column.aliases))
}


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """What the headers of one sheet mean."""

    taken: Mapping[str, int]  # the server's name of a column -> the index of the header that was taken for it
    passed_over: Mapping[int, str]  # index of a header -> the column that it could have been, but for a more exact one

    @property
    def has_did(self) -> bool:
        """Whether a column of DIDs was found."""
        return DID_PATTERN.name in self.taken


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """What one column of the file was taken for."""

    index: int  # its place in the header
    header: str  # as it stands in the file
    column: str  # the server's name of the column; empty where it is not sent
    # "by name", "by content", "chosen" by hand, "passed over", "range" for the ends or sizes of ranges, "part" of a
    # number, "not sent"
    how: str
    near_miss: str = ""  # the column that it nearly is, or for one that is passed over could have been


def column_named(text: str) -> Column | None:
    """Return the column that a header, or a name in an option, means; None if it means none."""
    found = _RANKS.get(_key(text))
    return BY_NAME[found[0]] if found else None


def did_tier(text: str) -> tuple[int, int]:
    """Say how surely the header of a DID column means DIDs: 0 the server's own name, 1 a DID, 2 a phone number."""
    key = _key(text)
    rank = _RANKS[key][1] if key in _RANKS else 0
    inbound = any(word in key for word in ("did", "ddi", "inbound", "dnis"))
    return (0 if rank == 0 else 1 if inbound else 2), rank


def near_miss(text: str) -> str:
    """Return the name of the column whose header ``text`` nearly is, such as did_route for Ruote; else nothing."""
    key = _key(text)
    if len(key) < 4 or key in _RANKS or not key.isascii():
        return ""
    for close in get_close_matches(key, _RANKS, n=3, cutoff=0.8):
        if abs(len(key) - len(close)) > 2:
            continue
        # a letter more, less or another, or two changed about; of a long word two
        likeness = SequenceMatcher(None, key, close).ratio()
        if likeness >= 0.86 or sorted(key) == sorted(close) or len(key) < 8:
            return _RANKS[close][0]
    return ""


def match_header(header: Sequence[str], chosen: Mapping[str, str] = MappingProxyType({})) -> HeaderMatch:
    """Find out what each header means.

    Args:
        header: the header cells as they stand in the file.
        chosen: a header -> the server's name of the column that the person says it is; empty for none of them.

    Returns:
        The columns that were taken and the headers that were passed over.

    Raises:
        SheetError: a column stands twice with equally exact headers, or a chosen header is not there.
    """
    by_hand = {header_key(text): name for text, name in chosen.items()}
    whole = [header_key(text) for text in header]
    keys = [key if key in by_hand else _key(text) for key, text in zip(whole, header, strict=True)]
    for text in chosen:
        if not header_key(text) or header_key(text) not in whole:
            raise SheetError(f"there is no column '{text}' to map; the columns are: {', '.join(filter(None, header))}")
    # for each column the headers that could be it, as (how exact, where it stands): the smallest is taken
    could_be: dict[str, list[tuple[int, int]]] = {}
    for index, key in enumerate(keys):
        if key in by_hand:
            if by_hand[key]:
                could_be.setdefault(by_hand[key], []).append((-1, index))
        elif key in _RANKS:
            name, rank = _RANKS[key]
            could_be.setdefault(name, []).append((rank, index))
    taken: dict[str, int] = {}
    passed_over: dict[int, str] = {}
    for name, found in could_be.items():
        (rank, index), *others = sorted(found)
        if others and others[0][0] == rank:
            again = others[0][1]
            raise SheetError(
                f"the column {name} stands twice: '{header[index]}' (column {index + 1}) and '{header[again]}'"
                f" (column {again + 1}); rename or delete one of them"
            )
        taken[name] = index
        passed_over.update((other, name) for _, other in others)
    return HeaderMatch(MappingProxyType(taken), MappingProxyType(dict(sorted(passed_over.items()))))


@dataclass(frozen=True, slots=True)
class RangeColumns:
    """Where a sheet keeps its ranges."""

    first: int
    last: int | None
    quantity: int | None


def range_columns(header: Sequence[str], did_column: int | None = None) -> RangeColumns | None:
    """Find the columns of ranges: first numbers, which a DID column may hold, beside last numbers or quantities."""
    keys = [header_key(text) for text in header]

    def index_of(names: frozenset[str]) -> int | None:
        return next((index for index, key in enumerate(keys) if key in names), None)

    first, last, quantity = index_of(FIRST_HEADERS), index_of(LAST_HEADERS), index_of(QUANTITY_HEADERS)
    if did_column is not None:
        first = did_column
        if keys[did_column] not in FIRST_HEADERS:
            last, quantity = index_of(LAST_HEADERS - _UNSURE), index_of(QUANTITY_HEADERS - _UNSURE)
    if first is None or (last is None and quantity is None):
        return None
    return RangeColumns(first, last, quantity)
