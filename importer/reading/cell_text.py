"""The value of a cell -> the text that the importer works with. Nothing is rounded, and nothing is guessed.

A number of up to 15 digits is exact in a spreadsheet, whatever way the cell shows it: 17275550011 that Excel shows
as 1.72756E+10 is read as ``17275550011``. Beyond 15 digits Excel itself has put zeros for what was typed.
"""

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Final

from importer.model import CellFlaw

_EXACT: Final = 1e15
_LITERAL_NUMBER: Final = re.compile(r"=\s*\+?\s*([0-9]{1,15})\s*")
_LITERAL_TEXT: Final = re.compile(r'=\s*\+?\s*"((?:[^"]|"")*)"\s*')

CellText = tuple[str, CellFlaw | None]
"""The text of a cell and why it is not to be trusted, or None."""


def text_of(value: object) -> CellText:
    """Return the text of a cell's value."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE", None
    if isinstance(value, int | float):
        return number_text(float(value))
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return date_text(value), CellFlaw.DATE
    return ("" if value is None else str(value)), None


def number_text(number: float) -> CellText:
    """Return the digits of a number, without exponent and without ``.0``, and TOO_MANY_DIGITS if it has over 15."""
    if -_EXACT < number < _EXACT:
        # Decimal writes 1e-07 out; repr is the shortest text that is this number
        return str(int(number)) if number.is_integer() else format(Decimal(repr(number)), "f"), None
    if not math.isfinite(number):
        return str(number), None
    return str(int(number)), CellFlaw.TOO_MANY_DIGITS


def date_text(value: dt.date | dt.time | dt.timedelta) -> str:
    """Return a date as 2024-05-01, with a time of day behind it if it has one; a duration as hours:minutes:seconds."""
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, dt.datetime):
        return str(value.date()) if value.time() == dt.time() else value.isoformat(" ", "seconds")
    return value.isoformat("seconds") if isinstance(value, dt.time) else value.isoformat()


def serial_date(number: float, *, elapsed: bool, from_1904: bool) -> str | None:
    """Return the date or duration that a number stands for; None where no calendar has it, as for a phone number."""
    from xlrd.xldate import xldate_as_datetime

    try:
        if elapsed:
            return date_text(dt.timedelta(days=number))
        date = xldate_as_datetime(number, 1 if from_1904 else 0) + dt.timedelta(seconds=0.5)
    except (OverflowError, ValueError):
        return None
    date = date.replace(microsecond=0)
    return date_text(date.time() if 0 <= number < 1 else date) if number >= 0 else None


def literal_value(formula: str) -> str | None:
    """Return the value of a formula that is nothing but a text or a whole number; None for any other.

    People and programs write ``="17275550011"`` so that Excel leaves the digits alone, and Excel itself makes
    ``=+17275550011`` of a number that was typed with its plus.
    """
    number = _LITERAL_NUMBER.fullmatch(formula)
    if number:
        return number[1].lstrip("0") or "0"
    text = _LITERAL_TEXT.fullmatch(formula)
    return text[1].replace('""', '"') if text else None


_TOKEN: Final = re.compile(
    r'"(?P<literal>[^"]*)"?|\\(?P<escaped>.)|\[(?P<elapsed>h+|m+|s+)\]|(?P<day>\[\$-F[^\]]*\])'
    # [$+44-409] is a currency and a country
    r"|\[\$(?P<currency>[^\]]*?)(?:-[^-\]]*)?\]|\[(?P<condition>(?:[<>]=|<>|[<>=])\s*-?[0-9]+(?:\.[0-9]+)?)\]"
    r"|(?P<nothing>\[[^\]]*\]|_.)|\*(?P<fill>.)|(?P<general>General|Standard|@)|(?P<place>[0#?])|(?P<comma>,)"
    r"|(?P<tail>E[+-]|[./])|(?P<end>;)|(?P<date>[dmyhsbeg]|AM/PM|A/P)|(?P<plain>[-+() :$!^&'~{}<>=])|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_HOLDS: Final = {"<=": le, ">=": ge, "<>": ne, "<": lt, ">": gt, "=": eq}
_NOT_COUNTED: Final = re.compile(r"[^0-9+]")
_BUILT_IN: Final = {
    "9": "0%",
    "10": "0.00%",
    "46": "[h]:mm:ss",
    **{str(number): "yyyy-mm-dd" for number in (*range(14, 23), *range(27, 37), 45, 47, *range(50, 59))},
}
_SHOWN_AS_THEY_ARE: Final = ("literal", "escaped", "currency", "plain")
_OF_DATES: Final = ("date", "plain", "tail", "escaped")

# what kind of thing a part of a format is, and its text
_Token = tuple[str, str]


def built_in_format(number: str) -> str:
    """Return the number format that every Excel has under this number, as far as it matters here."""
    return _BUILT_IN.get(number, "General")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A number format, taken apart into its sections for numbers."""

    sections: tuple[tuple[_Token, ...], ...]
    date: bool
    elapsed: bool

    @property
    def plain(self) -> bool:
        """Whether any number is certain to be read as its own digits, or as a date."""
        if self.date or self.elapsed:
            # calamine finds dates by rules of its own; about these there is no doubt
            return not self.elapsed and all(kind in _OF_DATES for section in self.sections for kind, _ in section)
        return not any(map(_may_change, self.sections))

    def text(self, number: float, *, from_1904: bool = False) -> tuple[CellText, bool]:
        """Return the text of a number cell, and whether that has digits or a plus which only the format adds."""
        if self.date or self.elapsed:
            date = serial_date(number, elapsed=self.elapsed, from_1904=from_1904)
            if date is not None:
                return (date, CellFlaw.DATE), False
        text, flaw = number_text(number)
        if self.plain or flaw or not text.isdecimal():
            return (text, flaw), False
        section = _section_for(self.sections, int(text))
        shown = _shown(section, text) if _may_change(section) else text
        if shown is None:
            return (text, CellFlaw.SHOWN_OTHERWISE), False
        added = _NOT_COUNTED.sub("", shown) != text
        return (shown if added else text, None), added


@lru_cache(maxsize=4096)
def number_format(code: str) -> NumberFormat:
    """Take a number format apart."""
    sections: list[list[_Token]] = [[]]
    for found in _TOKEN.finditer(code):
        kind = str(found.lastgroup)
        if kind == "end":
            sections.append([])
        else:
            sections[-1].append((kind, found[kind]))
    kinds = {kind for section in sections for kind, _ in section}
    elapsed = "elapsed" in kinds
    # the section for texts has an @
    numbers = [tuple(section) for section in sections if ("general", "@") not in section or len(sections) == 1]
    return NumberFormat(tuple(numbers[:3]) or ((),), not elapsed and not kinds.isdisjoint(("date", "day")), elapsed)


def _section_for(sections: tuple[tuple[_Token, ...], ...], number: int) -> tuple[_Token, ...]:
    conditions = [next((text for kind, text in part if kind == "condition"), "") for part in sections]
    for part, condition in zip(sections, conditions, strict=True):
        sign = condition[:2] if condition[:2] in _HOLDS else condition[:1]
        if condition and _HOLDS[sign](number, float(condition.removeprefix(sign))):
            return part
    if not conditions[0]:
        # positive;negative;zero
        return sections[2] if number == 0 and len(sections) > 2 else sections[0]
    return next((part for part, condition in zip(sections, conditions, strict=True) if not condition), sections[-1])


def _may_change(section: tuple[_Token, ...]) -> bool:
    """Whether it can show a digit or a plus that the number does not have, or not show one that it has."""
    places = [text for kind, text in section if kind == "place"]
    fixed = "".join(text for kind, text in section if kind in (*_SHOWN_AS_THEY_ARE, "fill"))
    return (
        "0" in places[:-1]
        or _NOT_COUNTED.sub("", fixed) != ""
        or any(kind == "other" and (text.isdecimal() or text == "%") for kind, text in section)
        or _scales(section)
    )


def _scales(section: tuple[_Token, ...]) -> bool:
    """Whether a comma behind the last place for a digit leaves out thousands."""
    for part in (section, _before_tail(section)):
        kinds = [kind for kind, _ in part if kind in ("place", "comma")]
        if kinds[-1:] == ["comma"] and "place" in kinds:
            return True
    return False


def _before_tail(section: tuple[_Token, ...]) -> tuple[_Token, ...]:
    """Return what stands before decimals, an exponent or a fraction."""
    return section[: next((at for at, (kind, _) in enumerate(section) if kind == "tail"), len(section))]


def _shown(section: tuple[_Token, ...], digits: str) -> str | None:
    """Return what is shown of a whole number; None where that cannot be told, or is not its digits."""
    kinds = {kind for kind, _ in section}
    if "other" in kinds or _scales(section) or any(kind == "fill" and text in "0123456789+" for kind, text in section):
        return None
    if kinds.isdisjoint(("place", "general")):
        # a text for every number, or none: what is hidden is read like the rest
        return digits
    left = digits.lstrip("0")
    whole = _before_tail(section)
    places = [text for kind, text in whole if kind == "place"]
    first_zero, place = (places.index("0") if "0" in places else len(places)), len(places)
    shown: list[str] = []
    for kind, text in reversed(whole):
        if kind == "general":
            shown.append(digits)
        elif kind == "place":
            place -= 1
            taken = left if place == 0 else left[-1:]
            left = left[: len(left) - len(taken)]
            if not taken and text != "0" and place > first_zero:
                # a 7 in 0###: Excel and LibreOffice do not agree
                return None
            shown.append(taken or ("0" if text == "0" else ""))
        elif kind in _SHOWN_AS_THEY_ARE:
            shown.append(text)
    text = "".join(reversed(shown)).strip()
    return text if len(whole) == len(section) or _NOT_COUNTED.sub("", text) == digits else None
