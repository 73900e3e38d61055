"""A sheet for people, written from top to bottom: title, headings, lines, and tables whose texts are wrapped."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from importer.workbooks.cells import TextSheet, cell_text
from importer.workbooks.styles import DARK, HEADER, MUTED, RULED, lines_of, print_setup, style

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

_LINE: Final = 16
_MOST_LINES: Final = 10


class Page:
    """A sheet that is written from top to bottom."""

    def __init__(self, workbook: "Workbook", sheet: TextSheet, widths: Sequence[int], *, landscape: bool) -> None:
        self.workbook, self.sheet, self.next = workbook, sheet, 0
        self._widths = widths
        self.plain = self.style(valign="vcenter")
        self.strong = self.style(bold=True, font_size=13, font_color=DARK, valign="vcenter")
        self.muted = self.style(font_color=MUTED, valign="vcenter")
        self.name = self.style(bold=True, font_color=DARK, indent=1, **RULED)
        self._title = self.style(bold=True, font_size=20, font_color=DARK, valign="vcenter")
        self._head = self.style(**{**HEADER, "border": 0}, bg_color=DARK, indent=1)
        self._command = self.style(font_name="Courier New", bold=True, font_color="#9C3D00", indent=2, valign="vcenter")
        self._wrapped = self.style(text_wrap=True, indent=1, **RULED)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)
        print_setup(sheet, landscape=landscape)

    def style(self, **look: Any) -> "Format":
        """Return a style of the workbook."""
        return style(self.workbook, look)

    def skip(self, rows: int = 1) -> None:
        """Leave rows blank."""
        self.next += rows

    def title(self, text: str) -> None:
        """Write the title of the page."""
        self.line(text, self._title, 30)

    def command(self, text: str) -> None:
        """Write a line to be typed."""
        self.line(text, self._command, 20)

    def line(self, text: str, look: "Format | None" = None, height: int = _LINE) -> None:
        """Write one line across the page."""
        self.sheet.set_row(self.next, height)
        self.sheet.write_string(self.next, 0, cell_text(text), look or self.plain)
        self.skip()

    def heading(self, *texts: str) -> None:
        """Write the dark bar above a part, with the names of its columns."""
        self.sheet.set_row(self.next, 20)
        self._cells(texts, self._head, self._head)
        self.skip()

    def row(self, name: str, *texts: str, name_look: "Format | None" = None) -> None:
        """Write a name and texts that are wrapped in their columns; the row is as high as they need."""
        beside = zip(texts, self._widths[1:], strict=False)
        lines = max((min(lines_of(text, width - 6), _MOST_LINES) for text, width in beside), default=1)
        self.sheet.set_row(self.next, max(20, 14 * lines + 6))
        self._cells((name, *texts), name_look or self.name, self._wrapped)
        self.skip()

    def _cells(self, texts: Sequence[str], first: "Format", rest: "Format") -> None:
        every = (*texts, *[""] * len(self._widths))[: len(self._widths)]
        self.sheet.write_texts(self.next, [cell_text(text) for text in every], [first, *[rest] * (len(every) - 1)])
