"""Writing the template: the sheet to fill, instructions, an example of each route, and the lists to choose from."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from importer.column import Column
from importer.columns import BY_NAME, ROUTE_NEEDS, USED
from importer.errors import ResultsError
from importer.workbooks.cells import TextSheet, cell_text
from importer.workbooks.output_file import whole_file
from importer.workbooks.styles import DARK, HEADER, MUTED, add_sheet, new_workbook, print_setup, put_note, style
from importer.workbooks.template.instructions import draw_instructions
from importer.workbooks.template.words import WHAT_ROUTES_DO, example_rows, is_required, note

if TYPE_CHECKING:
    from xlsxwriter import Workbook

DIDS_SHEET: Final = "DIDs"
INSTRUCTIONS_SHEET: Final = "Instructions"
EXAMPLES_SHEET: Final = "Examples"
LISTS_SHEET: Final = "Lists"

_SHOWN: Final = (
    "did_pattern did_description did_route group menu_id extension voicemail_ext phone_extension server_ip active"
).split()
TO_FILL: Final = (*(BY_NAME[name] for name in _SHOWN), *(column for column in USED if column.name not in _SHOWN))
"""The columns in the order in which people fill them; those behind ``active`` are folded."""

_ROWS_TO_FILL: Final = 5000
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The same each time, so that the same template is the same bytes; a workbook's dates have no zone."""


class Names(Protocol):
    """What a server knows of what may stand in cells; a server's own names are of this kind."""

    @property
    def in_groups(self) -> Sequence[str]:
        """The IDs of in-groups, for the column ``group``."""

    @property
    def call_menus(self) -> Sequence[str]:
        """The IDs of call menus, for the column ``menu_id``."""


def write_template(path: Path, names: Names | None = None) -> None:
    """Write the blank workbook, or for a name ending in ``.csv`` its header line alone.

    Args:
        path: where it is to be; nothing may be there.
        names: a server's own in-groups and call menus, to be offered in the cells.

    Raises:
        ResultsError: the name ends otherwise, is taken, or the system refuses to write.
    """
    if path.suffix.lower() == ".csv":
        with whole_file(path) as file:
            file.write((",".join(column.name for column in TO_FILL) + "\r\n").encode())
    elif path.suffix.lower() == ".xlsx":
        with new_workbook(path, "DIDs to import into VICIdial", created=_MADE) as workbook:
            _draw(workbook, names)
    else:
        raise ResultsError(f"{path}: the template is a workbook or a text file; choose a name in .xlsx or .csv")


def _draw(workbook: "Workbook", names: Names | None) -> None:
    dids, instructions, examples, lists = (
        add_sheet(workbook, name) for name in (DIDS_SHEET, INSTRUCTIONS_SHEET, EXAMPLES_SHEET, LISTS_SHEET)
    )
    lists.hide()
    _draw_header(workbook, dids, fold=True)
    _offer_choices(dids, lists, names)
    draw_instructions(workbook, instructions, dids=DIDS_SHEET, examples=EXAMPLES_SHEET)
    _draw_header(workbook, examples, fold=False)
    _draw_examples(workbook, examples)


def _draw_header(workbook: "Workbook", sheet: TextSheet, *, fold: bool) -> None:
    """Write the headers with their notes, and make every cell below them text."""
    required = style(workbook, HEADER, bg_color="#9C3D00", underline=1)
    optional = style(workbook, HEADER, bg_color=DARK)
    # as text, so that +1727..., 0045 and a number of 20 digits stay what was typed
    text = style(workbook, {"num_format": "@"})
    sheet.set_row(0, 24)
    for place, column in enumerate(TO_FILL):
        folded = {"level": 1, "hidden": True} if fold and column.name not in _SHOWN else {}
        sheet.set_column(place, place, max(len(column.name), len(column.example), 8) + 4, text, folded)
        sheet.write_string(0, place, column.name, required if is_required(column) else optional)
        put_note(sheet, 0, place, note(column))
    if fold:
        sheet.set_column(len(TO_FILL), len(TO_FILL), None, None, {"collapsed": True})
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    print_setup(sheet)


def _offer_choices(sheet: TextSheet, lists: TextSheet, names: Names | None) -> None:
    """Offer lists where there are choices; they only warn, because the check understands more (y, yes, in group)."""
    own = {"group": names.in_groups, "menu_id": names.call_menus} if names else {}
    listed: list[tuple[str, ...]] = []
    for column in TO_FILL:
        values = tuple(column.offered or own.get(column.name, ()))
        if column.choices:
            _offer(sheet, column, list(column.choices))
        elif values:
            letter = chr(ord("A") + len(listed))
            _offer(sheet, column, f"='{LISTS_SHEET}'!${letter}$2:${letter}${len(values) + 1}")
            listed.append((column.name, *values))
    # row by row, because rows are written from top to bottom
    for row, texts in enumerate(zip_longest(*listed, fillvalue="")):
        for column_number, text in enumerate(texts):
            lists.write_string(row, column_number, cell_text(text))


def _offer(sheet: TextSheet, column: Column, source: list[str] | str) -> None:
    place = TO_FILL.index(column)
    rule = {
        "validate": "list",
        "source": source,
        "error_type": "warning",
        "error_title": column.name,
        "error_message": "This is none of the values in the list. Keep it only if you are sure.",
    }
    sheet.data_validation(1, place, _ROWS_TO_FILL, place, rule)


def _draw_examples(workbook: "Workbook", sheet: TextSheet) -> None:
    text = style(workbook, {"num_format": "@"})
    about = style(workbook, {"italic": True, "font_color": MUTED})
    sheet.set_column(len(TO_FILL), len(TO_FILL), 90)
    sheet.write_string(0, len(TO_FILL), "what the row shows", style(workbook, {"bold": True, "valign": "vcenter"}))
    for number, (route, row) in enumerate(zip(ROUTE_NEEDS, example_rows(TO_FILL), strict=True), start=1):
        sheet.write_texts(number, (*row, f"{route}: {WHAT_ROUTES_DO[route]}"), [*[text] * len(row), about])
