"""Where the header is: below title lines, or nowhere at all above a bare column of numbers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.headers import HeaderMatch, column_named, header_key, match_header, range_columns
from importer.reading.sheet_rows import SheetRows

MOST_TITLE_ROWS: Final = 50
"""How many rows may stand above the header, blank ones not counted."""

_DECORATION: Final = re.compile(
    r"[\s.()+\-='\"\u00ad\u200b-\u200f\u2010-\u2015\u2212\u202a-\u202e\u2060-\u2069\ufeff]+"
)
_DATE: Final = re.compile(r"[0-9]{4}([-./])[0-9]{1,2}\1[0-9]{1,2}(?:[ T].*)?|[0-9]{1,2}([-./])[0-9]{1,2}\2[0-9]{4}")
_FEWEST_DIGITS: Final = 7


@dataclass(frozen=True, slots=True)
class FoundHeader:
    """The header of a sheet; where there is none its index is -1 and its number 0.

    Below ``did_column`` stand the DIDs, or the first numbers of ranges.
    """

    index: int
    number: int
    did_column: int


def is_did_header(text: str) -> bool:
    """Whether a cell is the header of a DID column."""
    return column_named(text) is DID_PATTERN


def looks_like_number(text: str) -> bool:
    """Return whether a cell can be nothing but a phone number: 7 digits or more, however they are decorated."""
    if not text or _DATE.fullmatch(text.strip()):
        return False
    digits = _DECORATION.sub("", text.lower().removeprefix("tel:"))
    return len(digits) >= _FEWEST_DIGITS and digits.isdecimal()


def find_header(sheet: SheetRows, mapping: Mapping[str, str]) -> FoundHeader | None:
    """Find the header of a sheet.

    It is the first row with a DID column, unless a row that fits better follows before the first number: under the
    title "DID list" stands the real header, and under the first of two header rows that are merged the second.
    """
    found: FoundHeader | None = None
    best: _Candidate | None = None
    for index, row in enumerate(sheet.rows[: MOST_TITLE_ROWS + 1]):
        texts = row.texts
        if best and looks_like_number(cell(texts, best.did_column)):
            break
        candidate = _candidate(texts, mapping)
        if candidate and (best is None or candidate.replaces(best)):
            best, found = candidate, FoundHeader(index, row.number, candidate.did_column)
    return found


def find_range_header(sheet: SheetRows) -> FoundHeader | None:
    """Find the header of a list of ranges, which has first numbers beside last numbers or quantities.

    It counts only if a phone number stands below it: "From" and "To" stand above other things too.
    """
    found: FoundHeader | None = None
    for index, row in enumerate(sheet.rows[: MOST_TITLE_ROWS + 1]):
        texts = row.texts
        if found and looks_like_number(cell(texts, found.did_column)):
            return found
        ranges = range_columns(texts)
        if ranges and not any(map(looks_like_number, texts)):
            found = FoundHeader(index, row.number, ranges.first)
    return None


def find_bare_column(sheet: SheetRows) -> FoundHeader | None:
    """Find the one column in which every cell that is not blank is a phone number; None if there is not exactly one."""
    # most columns of most sheets are out after the first row
    columns = list(range(max((len(row.texts) for row in sheet.rows), default=0)))
    filled: set[int] = set()
    for row in sheet.rows:
        for column in tuple(columns):
            text = cell(row.texts, column)
            if text and (column in row.flaws or not looks_like_number(text)):
                columns.remove(column)
            elif text:
                filled.add(column)
    bare = [column for column in columns if column in filled]
    return FoundHeader(-1, 0, bare[0]) if len(bare) == 1 else None


def cell(texts: Sequence[str], column: int) -> str:
    """Return a cell of a row that may be shorter."""
    return texts[column] if column < len(texts) else ""


def matched(header: Sequence[str], mapping: Mapping[str, str], place: str) -> HeaderMatch:
    """Find out what each header means."""
    try:
        return match_header(header, mapping)
    except SheetError as trouble:
        raise SheetError(f"{place}: {' '.join(str(trouble).split())}") from None


@dataclass(frozen=True, slots=True)
class _Candidate:
    did_text: str
    did_column: int
    by_hand: bool
    filled: int
    known: int

    def replaces(self, earlier: "_Candidate") -> bool:
        if self.by_hand != earlier.by_hand:
            return self.by_hand
        if self.did_column == earlier.did_column and self.did_text == earlier.did_text:
            return True
        # a cell alone in its row is a title, if a row like a header follows
        return self.known > earlier.known or earlier.filled == 1


def _candidate(texts: Sequence[str], mapping: Mapping[str, str]) -> _Candidate | None:
    by_hand = {header_key(text) for text, name in mapping.items() if name == DID_PATTERN.name}
    chosen = [index for index, text in enumerate(texts) if text and header_key(text) in by_hand]
    dids = chosen or [index for index, text in enumerate(texts) if text and is_did_header(text)]
    # a row with a phone number is no header, though its column "type" may say "toll free"
    if not dids or any(map(looks_like_number, texts)):
        return None
    did, filled = dids[0], sum(map(bool, texts))
    try:
        match = match_header(texts)
    except SheetError:
        # two columns of one name are an error of the header row, so this is one
        return _Candidate(texts[did], did, bool(chosen), filled, len(dids))
    did = did if chosen else match.taken[DID_PATTERN.name]
    return _Candidate(texts[did], did, bool(chosen), filled, len(match.taken))
