"""Where the header is: below title lines, or nowhere at all above a bare column of numbers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.headers import column_named, header_key, match_header, range_columns
from importer.reading.sheet_rows import SheetRow, SheetRows

# blank rows not counted
_MOST_TITLE_ROWS: Final = 50
_DECORATION: Final = re.compile(
    r"[\s.()+\-='\"\u00ad\u200b-\u200f\u2010-\u2015\u2212\u202a-\u202e\u2060-\u2069\ufeff]+"
)
_DATE: Final = re.compile(r"[0-9]{4}([-./])[0-9]{1,2}\1[0-9]{1,2}(?:[ T].*)?|[0-9]{1,2}([-./])[0-9]{1,2}\2[0-9]{4}")
_FEWEST_DIGITS: Final = 7


@dataclass(frozen=True, slots=True)
class FoundHeader:
    """The header of a sheet: -1 is the index of none. Below ``did_column`` stand DIDs, or first numbers of ranges."""

    sheet: SheetRows
    index: int
    did_column: int

    @property
    def number(self) -> int:
        """The number of its row; 0 where there is none."""
        return self.sheet.rows[self.index].number if self.index >= 0 else 0

    @property
    def below(self) -> tuple[SheetRow, ...]:
        """The rows below it."""
        return self.sheet.rows[self.index + 1 :]

    @property
    def did_text(self) -> str:
        """What stands over the DIDs."""
        return cell(self.sheet.rows[self.index].texts, self.did_column)


def is_did_header(text: str) -> bool:
    """Whether a cell is the header of a DID column."""
    return column_named(text) is DID_PATTERN


def looks_like_number(text: str) -> bool:
    """Whether a cell can be nothing but a phone number: 7 digits or more, however they are decorated."""
    if not text or _DATE.fullmatch(text.strip()):
        return False
    digits = _DECORATION.sub("", text.lower().removeprefix("tel:"))
    return len(digits) >= _FEWEST_DIGITS and digits.isdecimal()


def cell(texts: Sequence[str], column: int) -> str:
    """Return a cell of a row that may be shorter."""
    return texts[column] if column < len(texts) else ""


def find_header(sheet: SheetRows, mapping: Mapping[str, str]) -> FoundHeader | None:
    """Find the first row with a DID column, or one that fits better and follows before the first number.

    Under the title "DID list" stands the real header, and under the first of two merged header rows the second.
    """
    by_hand = {header_key(text) for text, name in mapping.items() if name == DID_PATTERN.name}
    found: FoundHeader | None = None
    best: _Candidate | None = None
    for index, row in enumerate(sheet.rows[: _MOST_TITLE_ROWS + 1]):
        if best and looks_like_number(cell(row.texts, best.did_column)):
            break
        candidate = _candidate(row.texts, by_hand)
        if candidate and (best is None or candidate.replaces(best)):
            best, found = candidate, FoundHeader(sheet, index, candidate.did_column)
    return found


def find_range_header(sheet: SheetRows) -> FoundHeader | None:
    """Find the header of a list of ranges, which has first numbers beside last numbers or quantities.

    It counts only if a phone number stands below it: "From" and "To" stand above other things too.
    """
    found: FoundHeader | None = None
    for index, row in enumerate(sheet.rows[: _MOST_TITLE_ROWS + 1]):
        if found and looks_like_number(cell(row.texts, found.did_column)):
            return found
        ranges = range_columns(row.texts)
        if ranges and not any(map(looks_like_number, row.texts)):
            found = FoundHeader(sheet, index, ranges.first)
    return None


def find_bare_column(sheet: SheetRows) -> FoundHeader | None:
    """Find the one column in which every cell that is not blank is a phone number; None if there is not exactly one."""
    filled: set[int] = set()
    other: set[int] = set()
    for row in sheet.rows:
        for column, text in enumerate(row.texts):
            if text and column not in other:
                fits = column not in row.flaws and looks_like_number(text)
                (filled if fits else other).add(column)
    bare = filled - other
    return FoundHeader(sheet, -1, bare.pop()) if len(bare) == 1 else None


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


def _candidate(texts: Sequence[str], by_hand: set[str]) -> _Candidate | None:
    chosen = [index for index, text in enumerate(texts) if text and header_key(text) in by_hand]
    dids = chosen or [index for index, text in enumerate(texts) if text and is_did_header(text)]
    # a row with a phone number is no header, though its column "type" may say "toll free"
    if not dids or any(map(looks_like_number, texts)):
        return None
    did, known = dids[0], len(dids)
    try:
        taken = match_header(texts).taken
        did, known = did if chosen else taken[DID_PATTERN.name], len(taken)
    except SheetError:
        # two columns of one name are an error of the header row, so this is one
        pass
    return _Candidate(texts[did], did, bool(chosen), sum(map(bool, texts)), known)
