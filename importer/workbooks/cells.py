"""Texts as the cells of a workbook hold them: whole, or cut where a cell ends, and always as text.

XlsxWriter writes each text in its cell (an inline string, ECMA-376 part 1, 18.3.1.53), so that no reader takes it for
a number, a date, a formula or a link.
"""

import math
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from xlsxwriter.format import Format

LONGEST_CELL: Final = 32_767
"""How many UTF-16 units a cell holds in Excel."""
MOST_NOTES: Final = 10_000
"""How many notes on cells a sheet gets; Excel and LibreOffice become slow with more."""

_LINE_HEIGHT: Final = 15
_MOST_LINES: Final = 6
_NOTE_LINE: Final = 46
_NO_NOTES: Final[Mapping[int, str]] = MappingProxyType({})
_UNHOLDABLE: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_SPELLED: Final = re.compile(r"[\x00-\x08\x0b-\x1f]|_(?=x[0-9a-fA-F]{4}_)")


class TextSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types of its own
    """A sheet of XlsxWriter that writes every text so that it comes back as it was; its rows come from the top down."""

    notes_left = MOST_NOTES

    def write_texts(
        self,
        row: int,
        texts: Sequence[str],
        looks: "Sequence[Format]",
        lines: int = 1,
        notes: Mapping[int, str] = _NO_NOTES,
    ) -> None:
        """Write a row from the first column on, each text with its look, as high as so many lines; and notes on it."""
        if lines > 1:
            # LibreOffice does not work it out; a very long text would make its row fill the screen
            self.set_row(row, _LINE_HEIGHT * min(lines, _MOST_LINES))
        write_string, write_blank = self.write_string, self.write_blank
        for column, (text, look) in enumerate(zip(texts, looks, strict=True)):
            if text:
                write_string(row, column, text, look)
            else:
                write_blank(row, column, None, look)
        for column, text in notes.items():
            if self.notes_left:
                self.notes_left -= 1
                self.put_note(row, column, text)

    def put_note(self, row: int, column: int, text: str) -> None:
        """Put a note on a cell, as high as its text needs."""
        height = 12 + 17 * min(lines_of(text, _NOTE_LINE), 20)
        look = {"author": "did-importer", "font_size": 9, "width": 300, "height": height}
        self.write_comment(row, column, cell_text(text, " ..."), look)

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


def lines_of(text: str, width: int) -> int:
    """Say how many lines of so many characters a text takes where it is wrapped."""
    return sum(max(1, math.ceil(len(line) / width)) for line in text.split("\n"))


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
