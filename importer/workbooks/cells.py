"""Texts as the cells of a workbook hold them: whole, or cut where a cell ends, and always as text.

XlsxWriter writes each text in its cell (an inline string, ECMA-376 part 1, 18.3.1.53), so that no reader takes it for
a number, a date, a formula or a link.
"""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from xlsxwriter.format import Format

LONGEST_CELL: Final = 32_767
"""How many UTF-16 units a cell holds in Excel."""

_UNHOLDABLE: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_SPELLED: Final = re.compile(r"[\x00-\x08\x0b-\x1f]|_(?=x[0-9a-fA-F]{4}_)")


class TextSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types of its own
    """A sheet of XlsxWriter that writes every text so that it comes back as it was."""

    def write_texts(self, row: int, texts: Sequence[str], styles: "Sequence[Format]") -> None:
        """Write a row of texts from the first column on, each with its style; rows come from top to bottom."""
        write_string, write_blank = self.write_string, self.write_blank
        for column, (text, style) in enumerate(zip(texts, styles, strict=True)):
            if text:
                write_string(row, column, text, style)
            else:
                write_blank(row, column, None, style)

    def close_rows(self) -> None:
        """Close the file that holds the rows, where the workbook is given up."""
        self._opt_close()

    @staticmethod
    def _escape_control_characters(data: str) -> str:
        # XlsxWriter 3.3 spells _x005F_x0041_ so that it comes back changed (18.4.12)
        return spelled(data) if isinstance(data, str) else data

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        # XlsxWriter takes a text from <r> to </r> for markup
        self._xml_inline_string(string, preserve=False, attributes=attributes)


def spelled(text: str) -> str:
    """Spell what XML cannot hold as ``_xHHHH_``, and the underscore of what looks so."""
    return _SPELLED.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def fits(text: str) -> bool:
    """Whether a cell holds the whole of ``text``, the spellings of its special characters counted."""
    return len(text) * 7 <= LONGEST_CELL or sum(map(_units, spelled(text))) <= LONGEST_CELL


def cut_to_fit(text: str, ending: str = "") -> str:
    """Return ``text`` if a cell holds it, else as much of it as leaves room for ``ending``, and ``ending``."""
    if fits(text):
        return text
    room = LONGEST_CELL - len(ending)
    sizes = accumulate(7 if _SPELLED.match(text, at) else _units(text[at]) for at in range(min(len(text), room + 1)))
    return text[: sum(size <= room for size in sizes)] + ending


def holdable(text: str) -> bool:
    """Whether a workbook can hold every character of ``text``: no halves of a surrogate pair, no non-characters."""
    return text.isascii() or not _UNHOLDABLE.search(text)


def cell_text(text: str, ending: str = "") -> str:
    """Return ``text`` as a cell takes it: cut to fit, and what no workbook can hold as U+FFFD."""
    if len(text) * 7 > LONGEST_CELL:
        text = cut_to_fit(text, ending)
    return text if holdable(text) else _UNHOLDABLE.sub("\ufffd", text)


def _units(character: str) -> int:
    return 2 if character > "\uffff" else 1
