"""From the text of a cell to the text that is sent: exactly what VICIdial will store of it.

VICIdial deletes silently what it does not keep. The same is deleted here first, so that what is checked, shown and
sent is what will be stored, on servers with the system setting use_non_latin too.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, NamedTuple

from importer.characters import plain, spaced, trim
from importer.checking.did_number import is_error_value, is_shortened, unwrapped
from importer.checking.number_shapes import DidTrouble
from importer.column import Column
from importer.model import CellFlaw

FLAW_REASONS: Final = MappingProxyType(
    {
        CellFlaw.ERROR_VALUE: DidTrouble.ERROR_VALUE.value,
        CellFlaw.FORMULA_WITHOUT_VALUE: "is a formula that was never calculated; open the file in a spreadsheet"
        " program, save it there, and try again",
        CellFlaw.TOO_MANY_DIGITS: "is a number of more than 15 digits, of which a spreadsheet keeps only the first 15;"
        " format the column as text and type it again",
        CellFlaw.DATE: "is a date: a spreadsheet has made one of what was typed; format the column as text and type it"
        " again",
        CellFlaw.SHOWN_OTHERWISE: "is a number that its number format shows with other digits; format the column as"
        " text and type it as it should be",
        CellFlaw.MORE_CELLS: "stands in a line that has more cells than the header, so that cells may have moved; put"
        ' a cell that holds a separator in quotation marks (")',
    }
)
"""Why a cell with this flaw cannot be sent, as the end of a sentence that begins with column and value."""

NOTHING_LEFT: Final = "has no character that VICIdial keeps"

_GAP: Final = re.compile(r"[-\s]+")
_DECIMAL: Final = re.compile(r"[0-9]+\.0+")


class Cell(NamedTuple):
    """A cell after normalising. A tuple with names, because a large table has a million of them."""

    text: str  # what is sent
    trouble: str = ""  # why the cell cannot be read, as the end of a sentence that begins with column and value
    notes: tuple[str, ...] = ()  # what the person should know although the cell is good
    value: str = ""  # what stands in the file, or was set

    @property
    def blank(self) -> bool:
        """Whether nothing stands there."""
        return not (self.text or self.trouble or self.notes)


BLANK: Final = Cell("")


def clean_cell(column: Column, raw: str) -> Cell:
    """Normalise the cell of any column but did_pattern; lengths and choices are judged by the schema."""
    text = trim(raw)
    if not text:
        return BLANK
    if is_error_value(text):
        return Cell("", FLAW_REASONS[CellFlaw.ERROR_VALUE])
    if column.free_text:
        return _clean_prose(column, text)
    text = unwrapped(text)
    if not text:
        return BLANK
    if column.choices:
        return _clean_choice(column, text)
    return _clean_word(column, text)


def _clean_prose(column: Column, text: str) -> Cell:
    typed = spaced(text)
    kept = column.keep(typed).strip(" ")
    if not kept:
        return Cell("", notes=(f"nothing is stored as {column.name}: VICIdial keeps none of its characters",))
    return Cell(kept, notes=_stored(column, typed, kept))


def _clean_choice(column: Column, text: str) -> Cell:
    """Read what people write for a choice: ``in group`` for IN_GROUP, ``yes`` for Y."""
    asked = plain(text).upper()
    if column.keep("_"):
        asked = _GAP.sub("_", asked)
    asked = column.spellings.get(asked, asked)
    kept = column.keep(asked)
    kept = column.spellings.get(kept, kept)
    return Cell(kept, notes=_stored(column, asked, kept)) if kept else Cell("", NOTHING_LEFT)


def _clean_word(column: Column, text: str) -> Cell:
    typed = spaced(text)
    if column.keep(typed).upper() in column.offered:
        typed = typed.upper()
    kept = column.keep(typed).strip(" ")
    # deletions make 83000 of 8300.0, and 83E3 of 8.3E+3
    if is_shortened(typed):
        return Cell("", DidTrouble.SCIENTIFIC.value)
    if _DECIMAL.fullmatch(typed) or _DECIMAL.fullmatch(kept):
        return Cell("", DidTrouble.DECIMAL.value)
    if not kept:
        return Cell("", NOTHING_LEFT)
    if column.digits_only and kept.isdecimal():
        kept = kept.lstrip("0") or "0"
    notes = _stored(column, typed, kept)
    if column.offered and kept not in column.offered:
        meant = did_you_mean(closest(kept, {method: method for method in column.offered}))
        notes += (f"{column.name} '{kept}' is none that VICIdial's admin pages offer{meant}",)
    return Cell(kept, notes=notes)


def _stored(column: Column, typed: str, kept: str) -> tuple[str, ...]:
    return () if kept == typed else (f"{column.name} is stored as '{kept}'",)


def closest(text: str, meanings: Mapping[str, str]) -> str:
    """Return what the spelling that is closest to ``text`` means; empty if none is close."""
    close = get_close_matches(text.upper(), meanings, n=1)
    return meanings[close[0]] if close else ""


def did_you_mean(suggestion: str) -> str:
    """Put a suggestion into words; empty if there is none."""
    return f"; did you mean {suggestion}?" if suggestion else ""
