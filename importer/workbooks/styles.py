"""How all our workbooks look, and how they are opened, printed and closed."""

import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from importer.model import Result
from importer.result_words import BY_RESULT
from importer.workbooks.cells import TextSheet, cell_text
from importer.workbooks.output_file import whole_file

if TYPE_CHECKING:
    from xlsxwriter.format import Format

MOST_NOTES: Final = 10_000
"""How many notes on cells a sheet gets; Excel and LibreOffice become slow with more."""

DARK: Final = "#1B3A57"
MUTED: Final = "#5B6770"
THIN: Final = "#D0D5DA"
LINE_HEIGHT: Final = 15
WIDEST: Final = 42

_Look = Mapping[str, Any]
TEXT: Final[_Look] = MappingProxyType({"num_format": "@", "valign": "top"})
"""Every cell is text, so that what a person types in a correction (+1727..., 0045) stays what was typed."""

HEADER: Final[_Look] = MappingProxyType(
    {"bold": True, "font_color": "#FFFFFF", "valign": "vcenter", "num_format": "@", "border": 1, "border_color": THIN}
)
BAD: Final[_Look] = MappingProxyType(
    {**TEXT, "bg_color": BY_RESULT[Result.INVALID].colour, "bold": True, "border": 1, "border_color": "#9C3D00"}
)
"""A cell that is to be corrected."""

RULED: Final[_Look] = MappingProxyType({"valign": "vcenter", "bottom": 1, "bottom_color": THIN})

_NOTE_LINE: Final = 46
_PAGE_WIDTH: Final = 185
SAMPLED_ROWS: Final = 1000
_FILTER_ARROW: Final = 4


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


def add_sheet(workbook: Workbook, name: str) -> TextSheet:
    """Add a sheet for texts."""
    sheet: TextSheet = workbook.add_worksheet(name, worksheet_class=TextSheet)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    return sheet


def style(workbook: Workbook, look: _Look, **more: Any) -> "Format":
    """Return a style of the workbook."""
    return workbook.add_format({**look, **more})


def widths_of(header: Sequence[str], rows: Sequence[Sequence[str]], widest: int = WIDEST) -> list[int]:
    """Return how wide each column is, so that the longest line seen in some of its rows fits, within reason."""
    some = rows[:: len(rows) // SAMPLED_ROWS + 1]
    return [
        max(6, min(max([_longest_line(name) + _FILTER_ARROW, *(_longest_line(row[at]) + 2 for row in some)]), widest))
        for at, name in enumerate(header)
    ]


def set_widths(sheet: TextSheet, widths: Iterable[int], text: "Format") -> None:
    """Set the width of each column, and its style for cells that are filled in later."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width, text)


def head_and_print(sheet: TextSheet, widths: Sequence[int], rows: range, frozen_columns: int) -> None:
    """Freeze the header, let it be filtered, and print it on every page with the columns that fit it."""
    header, last = rows[0], rows[-1]
    printed, total = 0, 0
    for width in widths:
        total += width
        if printed > frozen_columns and total > _PAGE_WIDTH:
            break
        printed += 1
    sheet.freeze_panes(header + 1, frozen_columns)
    sheet.autofilter(header, 0, last, len(widths) - 1)
    if frozen_columns:
        sheet.print_area(header, 0, last, printed - 1)
    sheet.repeat_rows(header)
    print_setup(sheet)


def print_setup(sheet: TextSheet, *, landscape: bool = True) -> None:
    """Let a sheet print one page wide, with its name and the page's number below."""
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&F, &A&RPage &P of &N")


def put_note(sheet: TextSheet, row: int, column: int, text: str) -> None:
    """Put a note on a cell, as high as its text needs."""
    lines = min(lines_of(text, _NOTE_LINE), 20)
    size = {"width": 300, "height": 12 + 17 * lines}
    sheet.write_comment(row, column, cell_text(text, " ..."), {"author": "did-importer", "font_size": 9, **size})


def lines_of(text: str, width: int) -> int:
    """Say how many lines of so many characters a text takes where it is wrapped."""
    return sum(max(1, math.ceil(len(line) / width)) for line in text.split("\n"))


def _longest_line(text: str) -> int:
    return max(map(len, text[:1000].splitlines()), default=0)
