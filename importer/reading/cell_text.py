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
    r'"(?P<literal>[^"]*)"?|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|_(?P<space>.)|\*(?P<fill>.)'
    r"|(?P<general>General|Standard|@)|(?P<place>[0#?])|(?P<comma>,)|(?P<tail>E[+-]|[./])|(?P<end>;)"
    r"|(?P<date>[dmyhsbeg]|AM/PM|A/P)|(?P<plain>[-+() :$!^&'~{}<>=])|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_HOLDS: Final = {"<=": le, ">=": ge, "<>": ne, "<": lt, ">": gt, "=": eq}
_ELAPSED: Final = re.compile(r"h+|m+|s+", re.IGNORECASE)
_NOT_COUNTED: Final = re.compile(r"[^0-9+]")
_BUILT_IN_DATES: Final = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)))
_BUILT_IN: Final = {
    "9": "0%",
    "10": "0.00%",
    "46": "[h]:mm:ss",
    **dict.fromkeys(map(str, _BUILT_IN_DATES), "yyyy-mm-dd"),
}

_OF_DATES: Final = ("date", "plain", "tail", "escaped")

Token = tuple[str, str]


def built_in_format(number: str) -> str:
    """Return the number format that every Excel has under this number, as far as it matters here."""
    return _BUILT_IN.get(number, "General")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A number format, taken apart."""

    sections: tuple[tuple[Token, ...], ...]
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
        if not _may_change(section):
            return (text, None), False
        shown = _shown(section, text)
        if shown is None:
            return (text, CellFlaw.SHOWN_OTHERWISE), False
        if _NOT_COUNTED.sub("", shown) == text:
            return (text, None), False
        return (shown, None), True


@lru_cache(maxsize=4096)
def number_format(code: str) -> NumberFormat:
    """Take a number format apart."""
    tokens = [(str(found.lastgroup), found[str(found.lastgroup)]) for found in _TOKEN.finditer(code)]
    sections: list[tuple[Token, ...]] = []
    section: list[Token] = []
    for token in (*tokens, ("end", ";")):
        if token[0] == "end":
            sections.append(tuple(section))
            section = []
        else:
            section.append(token)
    brackets = [text for kind, text in tokens if kind == "bracket"]
    elapsed = any(_ELAPSED.fullmatch(text) for text in brackets)
    date = any(kind == "date" for kind, _ in tokens) or any(text.upper().startswith("$-F") for text in brackets)
    with_numbers = [part for part in sections if ("general", "@") not in part or len(sections) == 1]
    return NumberFormat(tuple(with_numbers[:3]) or ((),), date and not elapsed, elapsed)


def _section_for(sections: tuple[tuple[Token, ...], ...], number: int) -> tuple[Token, ...]:
    conditions = [next(filter(None, (_CONDITION.fullmatch(text) for _, text in part)), None) for part in sections]
    for part, condition in zip(sections, conditions, strict=True):
        if condition and _HOLDS[condition[1]](number, float(condition[2])):
            return part
    if not conditions[0]:
        # positive;negative;zero
        return sections[2] if number == 0 and len(sections) > 2 else sections[0]
    return next((part for part, condition in zip(sections, conditions, strict=True) if not condition), sections[-1])


def _literal(token: Token) -> str:
    """Return the text that a token shows whatever the number is."""
    kind, text = token
    if kind == "bracket":
        # [$+44-409] is a currency and a country
        return text[1:].rpartition("-")[0] or text[1:].partition("-")[0] if text.startswith("$") else ""
    return text if kind in ("literal", "escaped", "plain") else ""


def _may_change(section: tuple[Token, ...]) -> bool:
    """Whether it can show a digit or a plus that the number does not have, or not show one that it has."""
    places = [text for kind, text in section if kind == "place"]
    return (
        "0" in places[:-1]
        or any(_NOT_COUNTED.sub("", _literal(token)) for token in section)
        or any(kind == "fill" and _NOT_COUNTED.sub("", text) for kind, text in section)
        or any(kind == "other" and (text.isdecimal() or text == "%") for kind, text in section)
        or _scales(section)
    )


def _scales(section: tuple[Token, ...]) -> bool:
    """Whether a comma behind the last place for a digit leaves out thousands."""
    for part in (section, _before_tail(section)):
        kinds = [kind for kind, _ in part if kind in ("place", "comma")]
        if kinds[-1:] == ["comma"] and "place" in kinds:
            return True
    return False


def _before_tail(section: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return what stands before decimals, an exponent or a fraction."""
    return section[: next((at for at, (kind, _) in enumerate(section) if kind == "tail"), len(section))]


def _shown(section: tuple[Token, ...], digits: str) -> str | None:
    """Return what is shown of a whole number; None where that cannot be told, or is not its digits."""
    kinds = {kind for kind, _ in section}
    if "other" in kinds or _scales(section) or any(kind == "fill" and text in "0123456789+" for kind, text in section):
        return None
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
        else:
            shown.append(_literal((kind, text)))
    if "place" not in kinds and "general" not in kinds:
        # a text for every number, or none: what is hidden is read like the rest
        return digits
    text = "".join(reversed(shown)).strip()
    return text if len(whole) == len(section) or _NOT_COUNTED.sub("", text) == digits else None
