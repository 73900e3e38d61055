"""The value of a cell -> the text that the importer works with. Nothing is rounded, and nothing is guessed.

A number of up to 15 digits is exact in a spreadsheet, whatever way the cell shows it: 17275550011 that Excel shows
as 1.72756E+10 is read as ``17275550011``. Beyond 15 digits Excel itself has put zeros for what was typed.
"""

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Final

from importer.model import CellFlaw

_REMEMBERED: Final = 200_000
"""How many values are remembered at once."""

_ORDINARY: Final = frozenset((str, float))
_EXACT: Final = 1e15
_MIDNIGHT: Final = dt.time()
_LITERAL_NUMBER: Final = re.compile(r"=\s*\+?\s*([0-9]{1,15})\s*")
_LITERAL_TEXT: Final = re.compile(r'=\s*\+?\s*"((?:[^"]|"")*)"\s*')


class _NeedsALook(Exception):
    """A value whose text alone does not say everything."""


class TextMemory(dict[object, str]):
    """Value -> text; equal values give one text object, which is what saves memory.

    The dictionary is the fast way: a row of texts and ordinary numbers is turned by one ``map`` over it.
    """

    def __missing__(self, value: object) -> str:
        if type(value) is str:
            # a cell that is all white space is blank
            text = "" if value.isspace() else value
        else:
            text, flaw = text_of(value)
            if flaw is not None:
                raise _NeedsALook
        if len(self) >= _REMEMBERED:
            # what comes often is soon known again
            self.clear()
        self[value] = text
        return text

    def row(self, values: Sequence[object]) -> tuple[tuple[str, ...], dict[int, CellFlaw] | None]:
        """Return the texts of a row's values, and the flaws by column if there are any."""
        # booleans are left out: as keys, True and 1.0 are the same
        if _ORDINARY.issuperset(map(type, values)):
            try:
                return tuple(map(self.__getitem__, values)), None
            except _NeedsALook:
                pass
        texts: list[str] = []
        flaws: dict[int, CellFlaw] = {}
        for column, value in enumerate(values):
            if type(value) is str:
                text = self[value]
            else:
                text, flaw = text_of(value)
                if flaw is not None:
                    flaws[column] = flaw
            texts.append(text)
        return tuple(texts), flaws or None

    def rows(
        self, table: Sequence[Sequence[object]]
    ) -> tuple[list[tuple[str, ...]], Mapping[int, Mapping[int, CellFlaw]]]:
        """Return the texts of many rows of one length, and by the place of a row the flaws in it by column."""
        values = list(chain.from_iterable(table))
        if _ORDINARY.issuperset(map(type, values)):
            texts = map(self.__getitem__, values)
            try:
                return list(zip(*[texts] * len(table[0]), strict=True)), {}
            except _NeedsALook:
                pass
        rows, flaws = [], {}
        for place, line in enumerate(table):
            row, flawed = self.row(line)
            rows.append(row)
            if flawed:
                flaws[place] = flawed
        return rows, flaws


def text_of(value: object) -> tuple[str, CellFlaw | None]:
    """Return the text of a cell's value and why it is not to be trusted, or None.

    Args:
        value: a text, number, boolean, date, time or duration, as a reader of workbooks gives it.
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE", None
    if isinstance(value, int | float):
        return number_text(float(value))
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return date_text(value), CellFlaw.DATE
    return ("" if value is None else str(value)), None


def number_text(number: float) -> tuple[str, CellFlaw | None]:
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
        return str(value.date()) if value.time() == _MIDNIGHT else value.isoformat(" ", "seconds")
    return value.isoformat("seconds") if isinstance(value, dt.time) else value.isoformat()


def literal_value(formula: str) -> str | None:
    """Return the value of a formula that is nothing but a text or a whole number; None for any other.

    People and programs write ``="17275550011"`` so that Excel leaves the digits alone, and Excel itself makes
    ``=+17275550011`` of a number that was typed with its plus.

    Args:
        formula: with its equals sign.
    """
    number = _LITERAL_NUMBER.fullmatch(formula)
    if number:
        return number[1].lstrip("0") or "0"
    text = _LITERAL_TEXT.fullmatch(formula)
    return text[1].replace('""', '"') if text else None
