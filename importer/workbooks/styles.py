"""How all our workbooks are opened and look: lists with a header, and pages for people."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from importer.model import Result
from importer.result_words import BY_RESULT
from importer.workbooks.cells import TextSheet, cell_text, lines_of
from importer.workbooks.output_file import whole_file

if TYPE_CHECKING:
    from xlsxwriter.format import Format

DARK: Final = "#1B3A57"
MUTED: Final = "#5B6770"
THIN: Final = "#D0D5DA"
RUST: Final = "#9C3D00"

_Look = Mapping[str, Any]
TEXT: Final[_Look] = MappingProxyType({"num_format": "@", "valign": "top"})
"""Every cell is text, so that what a person types in a correction (+1727..., 0045) stays what was typed."""
BAD: Final[_Look] = MappingProxyType(
    {**TEXT, "bg_color": BY_RESULT[Result.INVALID].colour, "bold": True, "border": 1, "border_color": RUST}
)
"""A cell that is to be corrected."""
RULED: Final[_Look] = MappingProxyType({"valign": "vcenter", "bottom": 1, "bottom_color": THIN})

HEADER: Final[_Look] = MappingProxyType(
    {"bold": True, "font_color": "#FFFFFF", "valign": "vcenter", "num_format": "@", "border": 1, "border_color": THIN}
)
_WIDEST: Final = 42
_FILTER_ARROW: Final = 4
_PAGE_WIDTH: Final = 185
SAMPLED_ROWS: Final = 1000


@contextmanager
def new_workbook(path: Path, title: str, subject: str = "", *, created: datetime | None = None) -> Iterator[Workbook]:
    """Open a workbook that is written when the block ends; it is whole or not there, and replaces nothing.

    Its rows are kept on the disk while they are written, so each sheet is drawn from top to bottom.
    """
    with whole_file(path) as file, tempfile.TemporaryDirectory(prefix="did-importer-") as rows:
        target = _Target(file)
        workbook = Workbook(target, {"constant_memory": True, "tmpdir": rows})
        workbook.use_zip64()
        workbook.set_properties(
            {"title": title, "subject": cell_text(subject), "comments": "did-importer", "created": created}
        )
        try:
            yield workbook
            workbook.close()
        except FileCreateError as error:
            raise error.args[0] from None
        finally:
            target.given_up = True
            for sheet in workbook.worksheets():
                sheet.close_rows()


class _Target:
    """A file that takes no more once it is given up: XlsxWriter leaves its zip file to be closed by chance."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.given_up = file, False

    def __getattr__(self, name: str) -> Any:
        return (lambda *_: 0) if self.given_up else getattr(self.file, name)


def add_sheet(workbook: Workbook, name: str, *, landscape: bool = True) -> TextSheet:
    """Add a sheet for texts that prints one page wide, with its name and the page's number below."""
    sheet: TextSheet = workbook.add_worksheet(name, worksheet_class=TextSheet)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&F, &A&RPage &P of &N")
    return sheet


def add_list(
    workbook: Workbook,
    name: str,
    header: Sequence[str],
    colours: Sequence[str],
    widths: Sequence[int],
    rows: range,
    frozen_columns: int = 0,
    folded_columns: int = 0,
) -> TextSheet:
    """Add a sheet of rows for people to filter, correct and print; the header stands on the first of its rows."""
    sheet = add_sheet(workbook, name)
    top, last = rows[0], rows[-1]
    text = workbook.add_format(TEXT)
    for column, width in enumerate(widths):
        folded = {"level": 1, "hidden": True} if column >= len(widths) - folded_columns else {}
        sheet.set_column(column, column, width, text, folded)
    if folded_columns:
        sheet.set_column(len(widths), len(widths), None, None, {"collapsed": True})
    looks = {colour: workbook.add_format({**HEADER, "bg_color": colour}) for colour in colours}
    sheet.set_row(top, 21)
    sheet.write_texts(top, [cell_text(text) for text in header], [looks[colour] for colour in colours])
    sheet.freeze_panes(top + 1, frozen_columns)
    sheet.repeat_rows(top)
    if last > top:
        sheet.autofilter(top, 0, last, len(widths) - 1)
        if frozen_columns:
            fitting = sum(total <= _PAGE_WIDTH for total in accumulate(widths))
            sheet.print_area(top, 0, last, max(frozen_columns, fitting - 1))
    return sheet


def widths_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide each column is, so that the longest line seen in some of its rows fits, within reason."""
    some = rows[:: len(rows) // SAMPLED_ROWS + 1]
    return [
        max(6, min(max([_longest_line(name) + _FILTER_ARROW, *(_longest_line(row[at]) + 2 for row in some)]), _WIDEST))
        for at, name in enumerate(header)
    ]


def _longest_line(text: str) -> int:
    return max(map(len, text[:1000].splitlines()), default=0)


class Page:
    """A sheet for people, written from top to bottom: title, headings, lines, and rows whose texts are wrapped."""

    def __init__(self, workbook: Workbook, sheet: TextSheet, widths: Sequence[int]) -> None:
        self.workbook, self.sheet, self.next = workbook, sheet, 0
        self._widths = widths
        self.plain = workbook.add_format({"valign": "vcenter"})
        self.strong = self._text(bold=True, font_size=13)
        self.muted = self._text(font_color=MUTED)
        self.name = self._text(bold=True, indent=1, **RULED)
        self._title = self._text(bold=True, font_size=20)
        self._head = workbook.add_format({**HEADER, "border": 0, "bg_color": DARK, "indent": 1})
        self._command = self._text(font_name="Courier New", bold=True, font_color=RUST, indent=2)
        self._wrapped = workbook.add_format({**RULED, "text_wrap": True, "indent": 1})
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)

    def _text(self, **look: Any) -> "Format":
        return self.workbook.add_format({"font_color": DARK, "valign": "vcenter", **look})

    def skip(self, rows: int = 1) -> None:
        """Leave rows blank."""
        self.next += rows

    def title(self, text: str) -> None:
        """Write the title of the page."""
        self.line(text, self._title, 30)

    def command(self, text: str) -> None:
        """Write a line to be typed."""
        self.line(text, self._command, 20)

    def line(self, text: str, look: "Format | None" = None, height: int = 16) -> None:
        """Write one line across the page."""
        self.sheet.set_row(self.next, height)
        self.sheet.write_string(self.next, 0, cell_text(text), look or self.plain)
        self.skip()

    def heading(self, *texts: str) -> None:
        """Write the dark bar above a part, with the names of its columns."""
        self.sheet.set_row(self.next, 20)
        self._cells(texts, self._head, self._head)

    def row(self, name: str, *texts: str, name_look: "Format | None" = None) -> None:
        """Write a name and texts that are wrapped in their columns; the row is as high as they need."""
        beside = zip(texts, self._widths[1:], strict=False)
        lines = max((min(lines_of(text, width - 6), 10) for text, width in beside), default=1)
        self.sheet.set_row(self.next, max(20, 14 * lines + 6))
        self._cells((name, *texts), name_look or self.name, self._wrapped)

    def _cells(self, texts: Sequence[str], first: "Format", rest: "Format") -> None:
        every = (*texts, *[""] * len(self._widths))[: len(self._widths)]
        self.sheet.write_texts(self.next, [cell_text(text) for text in every], [first, *[rest] * (len(every) - 1)])
        self.skip()
