"""How far the cells of a sheet reach, from its XML: what must be known before python-calamine is let at it.

calamine asks for memory for every cell between the first and the last: 549 GB for a sheet of 1 KB with a cell in XFD2
and another in A1048576. The look only searches for bytes, and is always some rows ahead of calamine.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from importer.reading.rows import MOST_ROWS

_HEAD_ENDS: Final = b"<sheetData"
_NOT_NEAR: Final = re.compile(rb'<(?:row|c)\b(?! r="[A-Z]?[0-9]{1,5}")')
_NOT_PLACED: Final = re.compile(rb'<(?:row|c)\b(?! r="[A-Z]{0,3}[0-9]{1,7}")')
_FAR_ROW: Final = re.compile(rb'r="[A-Z]*([0-9]{6,})"')
_ANY_ROW: Final = re.compile(rb'r="[A-Z]*([0-9]+)"')
_FAR_COLUMN: Final = re.compile(rb'r="([A-Z]{2,})[0-9]')
_MIDDLE_COLUMN: Final = re.compile(rb'r="[I-Z][0-9]')

_FEW_CELLS: Final = 5_000_000
_SPARSE: Final = 8
_LONGEST_ROW: Final = 1 << 22


class Unplaceable(Exception):
    """The XML is not laid out as Excel and LibreOffice lay it out, and cannot be looked through by searching."""


def whole_rows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut the XML of a sheet where a row begins, so that nothing that is searched for is cut in two.

    Args:
        pieces: the XML, cut anywhere.

    Yields:
        What stands before the rows; then whole rows, many at a time.

    Raises:
        Unplaceable: there are no rows, or one of them is endlessly long.
    """
    rest = b""
    in_rows = False
    for piece in pieces:
        rest += piece
        if not in_rows and (at := rest.find(_HEAD_ENDS)) >= 0:
            yield rest[:at]
            in_rows, rest = True, rest[at:]
        at = rest.rfind(b"<row") if in_rows else -1
        if at > 0:
            yield rest[:at]
            rest = rest[at:]
        elif len(rest) > _LONGEST_ROW:
            raise Unplaceable
    if not in_rows:
        raise Unplaceable
    yield rest


def dense_rows(sheet: Callable[[], Iterable[bytes]]) -> Iterator[bytes]:
    """Cut the XML of a sheet where a row begins, as long as calamine needs memory for hardly more cells than there are.

    Args:
        sheet: gives the XML of the sheet from its beginning.

    Yields:
        What stands before the rows; then whole rows, many at a time, which have been looked at.

    Raises:
        Unplaceable: calamine would need more, or it cannot be told.
    """
    blocks = whole_rows(sheet())
    yield next(blocks)
    reach = _Reach()
    most = _FEW_CELLS
    for xml in blocks:
        if not reach.usual_after(xml):
            raise Unplaceable
        cells = reach.last_row * reach.columns
        if cells > most:
            # cells that are still to come count too, as they do where all of the sheet has been looked at
            most = max(_FEW_CELLS, _SPARSE * sum(map(_values, whole_rows(sheet()))))
            if cells > most:
                raise Unplaceable
        yield xml


def _values(xml: bytes) -> int:
    return xml.count(b"</v></c>") - xml.count(b"<v></v></c>") + xml.count(b"</is></c>")


class _Reach:
    def __init__(self) -> None:
        self._first_rows, self._exact_rows = True, False
        # rows of up to five digits and columns up to H are not searched for
        self.last_row = 99_999
        self.columns = 8

    def usual_after(self, xml: bytes) -> bool:
        """Look at some more rows; say whether all cells so far say where they are, and are on a sheet."""
        placed = True
        if self._exact_rows or _NOT_NEAR.search(xml):
            placed = not _NOT_PLACED.search(xml)
            self._measure(xml)
        if self.columns < 26 and _MIDDLE_COLUMN.search(xml):
            self.columns = 26
        self._first_rows = False
        return placed and self.last_row <= MOST_ROWS

    def _measure(self, xml: bytes) -> None:
        """Find out how far rows reach that are long or far down."""
        for letters in set(_FAR_COLUMN.findall(xml)):
            self.columns = max(self.columns, 26, _column_number(letters))
            # a sheet that is wide from its header on: here it matters how many rows there are
            self._exact_rows = self._exact_rows or self._first_rows
        if self._exact_rows and self._first_rows:
            self.last_row = 0
        rows = (_ANY_ROW if self._exact_rows else _FAR_ROW).findall(xml)
        self.last_row = max(self.last_row, *map(int, rows), 0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
