"""A quick look through a sheet's XML for what python-calamine would hide, and for what would make it fall over.

calamine shows an error cell (#REF!) and a formula without a result as a blank cell, does not say which rows are
hidden, knows no number formats, and asks for memory for every cell between the first and the last: 549 GB for a
sheet of 1 KB with a cell in XFD2 and another in A1048576. The look costs a quarter of calamine's own time. It only
searches for bytes: whatever is unusual sends the sheet to the slower reader, which looks at every cell.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from importer.sheet.rows import MOST_ROWS

_HEAD_ENDS: Final = b"<sheetData"
_WITHOUT_RESULT: Final = re.compile(rb"(?:</f>|<f(?:\s[^>]*)?/>)\s*(?:</c>|<v\s*/>|<v>\s*</v>)")
_HIDDEN_ROW: Final = re.compile(rb'<row\s[^>]*\bhidden="(?:1|true)"[^>]*>')
_ROW_NUMBER: Final = re.compile(rb'\sr="([0-9]+)"')
_NOT_NEAR: Final = re.compile(rb'<(?:row|c)\b(?! r="[A-Z]?[0-9]{1,5}")')
_NOT_PLACED: Final = re.compile(rb'<(?:row|c)\b(?! r="[A-Z]{0,3}[0-9]{1,7}")')
_FAR_ROW: Final = re.compile(rb'r="[A-Z]*([0-9]{6,})"')
_ANY_ROW: Final = re.compile(rb'r="[A-Z]*([0-9]+)"')
_FAR_COLUMN: Final = re.compile(rb'r="([A-Z]{2,})[0-9]')
_MIDDLE_COLUMN: Final = re.compile(rb'r="[I-Z][0-9]')
_HIDDEN_COLUMNS: Final = re.compile(rb'<col\s([^>]*\shidden="(?:1|true)"[^>]*)>')
_ATTRIBUTE: Final = re.compile(rb'(min|max)="([0-9]+)"')

_FEW_CELLS: Final = 5_000_000
_SPARSE: Final = 8
_LONGEST_ROW: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What the look found.

    Attributes:
        usual: whether calamine reads the sheet rightly.
        hidden_rows: the numbers of the rows that are hidden or filtered out; complete only where ``usual``.
        hidden_columns: the indexes of the columns that are hidden.
    """

    usual: bool
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[int, ...] = ()


_UNUSUAL: Final = ScanResult(usual=False)


def scan_sheet(pieces: Iterable[bytes], adding_styles: Sequence[int], *, uncalculated: bool) -> ScanResult:
    """Look through the XML of a sheet.

    Args:
        pieces: its bytes.
        adding_styles: the numbers of the styles whose number format shows digits that the number does not have.
        uncalculated: whether the results of formulas are not to be trusted.

    Returns:
        What was found; the look ends at the first unusual thing.
    """
    look = _Look(adding_styles, uncalculated)
    rest = b""
    in_rows = False
    for piece in pieces:
        rest += piece
        if not in_rows:
            at = rest.find(_HEAD_ENDS)
            if at < 0:
                if len(rest) > _LONGEST_ROW:
                    return _UNUSUAL
                continue
            if not look.head(rest[:at]):
                return _UNUSUAL
            in_rows, rest = True, rest[at:]
        # whole rows only, so that nothing that is searched for is cut in two
        at = rest.rfind(b"<row")
        if at > 0:
            if not look.rows(rest[:at]):
                return _UNUSUAL
            rest = rest[at:]
        elif len(rest) > _LONGEST_ROW:
            return _UNUSUAL
    if not in_rows or not look.rows(rest) or look.sparse:
        return _UNUSUAL
    return ScanResult(True, frozenset(look.hidden), look.hidden_columns)


class _Look:
    def __init__(self, adding_styles: Sequence[int], uncalculated: bool) -> None:
        numbers = b"|".join(b"%d" % style for style in adding_styles)
        self._adding = re.compile(rb'\ss="(?:%s)"' % numbers) if numbers else None
        self._uncalculated = uncalculated
        self.hidden: list[int] = []
        self.hidden_columns: tuple[int, ...] = ()
        self._formulas = self._inline = self._exact_rows = False
        self._first_rows = self._placed = True
        # rows of up to five digits and columns up to H are not searched for
        self._last_row = 99_999
        self._columns = 8
        self._values = 0

    def head(self, xml: bytes) -> bool:
        """Look at what stands before the rows; say whether it is usual."""
        columns: list[int] = []
        for match in _HIDDEN_COLUMNS.finditer(xml):
            ends = {name: int(number) for name, number in _ATTRIBUTE.findall(match[1])}
            first, last = ends.get(b"min", 1), ends.get(b"max", 1)
            # a hidden rest of the sheet reaches to the last column and holds nothing
            columns += range(first - 1, last) if last < 16_384 else ()
        self.hidden_columns = tuple(columns)
        # a prefix (<x:worksheet>), another encoding, an entity: nothing that Excel or LibreOffice writes
        return b"<worksheet" in xml and b"<!" not in xml and b"='" not in xml.partition(b"<worksheet")[2]

    def rows(self, xml: bytes) -> bool:
        """Look at some whole rows; say whether they are usual."""
        if b't="e"' in xml or (self._adding and self._adding.search(xml)):
            return False
        # the first formula of those that share one has this end, the others come later
        self._formulas = self._formulas or b"</f>" in xml
        if self._formulas and (self._uncalculated or _WITHOUT_RESULT.search(xml)):
            return False
        if b"hidden=" in xml:
            self.hidden += [int(number[1]) for tag in _HIDDEN_ROW.findall(xml) if (number := _ROW_NUMBER.search(tag))]
        self._values += xml.count(b"</v></c>") - (xml.count(b"<v></v></c>") if self._formulas else 0)
        self._inline = self._inline or b"</is>" in xml[:4096]
        self._values += xml.count(b"</is></c>") if self._inline else 0
        if self._exact_rows or _NOT_NEAR.search(xml):
            self._measure(xml)
        if self._columns < 26 and _MIDDLE_COLUMN.search(xml):
            self._columns = 26
        self._first_rows = False
        return self._last_row <= MOST_ROWS and self._placed

    def _measure(self, xml: bytes) -> None:
        """Find out how far rows reach that are long or far down."""
        self._placed = not _NOT_PLACED.search(xml)
        for letters in set(_FAR_COLUMN.findall(xml)):
            self._columns = max(self._columns, 26, _column_number(letters))
            # a sheet that is wide from its header on: here it matters how many rows there are
            self._exact_rows = self._exact_rows or self._first_rows
        if self._exact_rows and self._first_rows:
            self._last_row = 0
        rows = (_ANY_ROW if self._exact_rows else _FAR_ROW).findall(xml)
        self._last_row = max(self._last_row, *map(int, rows), 0)

    @property
    def sparse(self) -> bool:
        """Whether calamine would need memory for far more cells than the sheet has."""
        cells = self._last_row * self._columns
        return cells > _FEW_CELLS and cells > _SPARSE * self._values


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
