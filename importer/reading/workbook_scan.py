"""A quick look through a sheet's XML for what python-calamine would hide.

calamine shows an error cell (#REF!) and a formula without a result as a blank cell, does not say which rows are
hidden, and knows no number formats. The look only searches for bytes, and is made while calamine reads, which leaves
the interpreter free: whatever is unusual sends the sheet to the slower reader, which looks at every cell.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from importer.reading.workbook_reach import Unplaceable, whole_rows

_WITHOUT_RESULT: Final = re.compile(rb"(?:</f>|<f(?:\s[^>]*)?/>)\s*(?:</c>|<v\s*/>|<v>\s*</v>)")
_HIDDEN_ROW: Final = re.compile(rb'<row\s[^>]*\bhidden="(?:1|true)"[^>]*>')
_ROW_NUMBER: Final = re.compile(rb'\sr="([0-9]+)"')
_HIDDEN_COLUMNS: Final = re.compile(rb'<col\s([^>]*\shidden="(?:1|true)"[^>]*)>')
_ATTRIBUTE: Final = re.compile(rb'(min|max)="([0-9]+)"')


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
    blocks = whole_rows(pieces)
    try:
        usual = look.head(next(blocks)) and all(map(look.rows, blocks))
    except Unplaceable:
        return _UNUSUAL
    return ScanResult(True, frozenset(look.hidden), look.hidden_columns) if usual else _UNUSUAL


class _Look:
    def __init__(self, adding_styles: Sequence[int], uncalculated: bool) -> None:
        numbers = b"|".join(b"%d" % style for style in adding_styles)
        self._adding = re.compile(rb'\ss="(?:%s)"' % numbers) if numbers else None
        self._uncalculated = uncalculated
        self._formulas = False
        self.hidden: list[int] = []
        self.hidden_columns: tuple[int, ...] = ()

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
        return True
