"""The value of a cell -> the text that the importer works with. Nothing is rounded, and nothing is guessed.

A number of up to 15 digits is exact in a spreadsheet, whatever way the cell shows it: 17275550011 that Excel shows
as 1.72756E+10 is read as ``17275550011``. Beyond 15 digits Excel itself has put zeros for what was typed.
"""

import datetime as dt
import math
import re
from decimal import Decimal
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
