"""A number and the number format of its cell -> what the cell says: a date, the number, or what is shown of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from importer.model import CellFlaw
from importer.reading.cell_text import date_text, number_text
from importer.reading.workbook_parts import CellFormat

if TYPE_CHECKING:
    import datetime as dt


@dataclass(slots=True)
class ShapedNumbers:
    """Turns the numbers of one workbook into texts.

    Attributes:
        from_1904: whether days are counted from 1904, as Excel for the Mac once did.
        shown_otherwise: how many numbers were given as their format shows them, with digits or a plus that it adds.
    """

    from_1904: bool = False
    shown_otherwise: int = 0

    def text(self, number: float, shape: CellFormat) -> tuple[str, CellFlaw | None]:
        """Return the text of a number cell and its flaw."""
        if shape.date or shape.elapsed:
            date = _date_of(number, self.from_1904, elapsed=shape.elapsed)
            if date is not None:
                return date_text(date), CellFlaw.DATE
        text, flaw = number_text(number)
        shown = shape.adding(int(text)) if shape.adding and not flaw and text.isdecimal() else None
        if shown is None:
            return text, flaw
        self.shown_otherwise += 1
        return shown, None


def _date_of(number: float, from_1904: bool, *, elapsed: bool) -> "dt.date | dt.time | dt.timedelta | None":
    """Return the date that a number stands for; None where no calendar has it, as for a phone number."""
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    epoch = MAC_EPOCH if from_1904 else WINDOWS_EPOCH
    try:
        date: dt.date | dt.time | dt.timedelta | None = from_excel(number, epoch, timedelta=elapsed)
    except (OverflowError, ValueError):
        return None
    return date
