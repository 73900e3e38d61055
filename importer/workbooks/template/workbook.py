"""Writing the template: the sheet to fill, instructions, and an example of each route."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importer.columns import ROUTE_NEEDS, USED
from importer.errors import ResultsError
from importer.workbooks.output_file import whole_file
from importer.workbooks.template.column_words import is_required, note
from importer.workbooks.template.instructions import draw_instructions
from importer.workbooks.template.routes import WHAT_ROUTES_DO, example_rows

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

DIDS_SHEET: Final = "DIDs"
INSTRUCTIONS_SHEET: Final = "Instructions"
EXAMPLES_SHEET: Final = "Examples"

_ROWS_TO_FILL: Final = 5000
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The same each time, so that the same template is the same bytes; a workbook's dates have no zone."""


def write_template(path: Path) -> None:
    """Write the blank workbook, or for a name ending in ``.csv`` its header line alone.

    Args:
        path: where it is to be; nothing may be there.

    Raises:
        ResultsError: the name ends otherwise, is taken, or the system refuses to write.
    """
    if path.suffix.lower() == ".csv":
        content = (",".join(column.name for column in USED) + "\r\n").encode()
    elif path.suffix.lower() == ".xlsx":
        content = _workbook()
    else:
        raise ResultsError(f"{path}: the template is a workbook or a text file; choose a name in .xlsx or .csv")
    with whole_file(path) as file:
        file.write(content)


def _workbook() -> bytes:
    import xlsxwriter

    content = BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": "DIDs to import into VICIdial", "comments": "did-importer", "created": _MADE})
    dids = workbook.add_worksheet(DIDS_SHEET)
    instructions = workbook.add_worksheet(INSTRUCTIONS_SHEET)
    examples = workbook.add_worksheet(EXAMPLES_SHEET)
    methods = draw_instructions(workbook, instructions, dids=DIDS_SHEET, examples=EXAMPLES_SHEET)
    _draw_header(workbook, dids)
    _offer_choices(dids, f"='{INSTRUCTIONS_SHEET}'!{methods}")
    _draw_header(workbook, examples)
    _draw_examples(workbook, examples)
    workbook.close()
    return content.getvalue()


def _draw_header(workbook: "Workbook", sheet: "Worksheet") -> None:
    """Write the headers with their notes, and make every cell below them text."""
    look: dict[str, Any] = {"bold": True, "font_color": "#FFFFFF", "valign": "vcenter", "border": 1, "num_format": "@"}
    required = workbook.add_format({**look, "bg_color": "#9C3D00", "underline": 1})
    optional = workbook.add_format({**look, "bg_color": "#1B3A57"})
    # as text, so that +1727..., 0045 and a number of 20 digits stay what was typed
    text = workbook.add_format({"num_format": "@"})
    sheet.set_row(0, 24)
    for place, column in enumerate(USED):
        sheet.set_column(place, place, max(len(column.name), len(column.example), 8) + 4, text)
        sheet.write_string(0, place, column.name, required if is_required(column) else optional)
        said = note(column)
        lines = sum(1 + len(line) // 46 for line in said.splitlines())
        sheet.write_comment(
            0, place, said, {"author": "did-importer", "width": 300, "height": 20 + 17 * lines, "font_size": 9}
        )
    sheet.freeze_panes(1, 1)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _offer_choices(sheet: "Worksheet", methods: str) -> None:
    """Offer lists where there are choices; they only warn, because the check understands more (y, yes, in group)."""
    for place, column in enumerate(USED):
        source = list(column.choices) if column.choices else methods
        if not column.choices and not column.offered:
            continue
        sheet.data_validation(
            1,
            place,
            _ROWS_TO_FILL,
            place,
            {
                "validate": "list",
                "source": source,
                "error_type": "warning",
                "error_title": column.name,
                "error_message": "This is none of the values in the list. Keep it only if you are sure.",
            },
        )


def _draw_examples(workbook: "Workbook", sheet: "Worksheet") -> None:
    text = workbook.add_format({"num_format": "@"})
    about = workbook.add_format({"italic": True, "font_color": "#5B6770"})
    sheet.set_column(len(USED), len(USED), 90)
    sheet.write_string(0, len(USED), "what the row shows", workbook.add_format({"bold": True, "valign": "vcenter"}))
    for number, (route, row) in enumerate(zip(ROUTE_NEEDS, example_rows(), strict=True), start=1):
        for place, value in enumerate(row):
            if value:
                sheet.write_string(number, place, value, text)
        sheet.write_string(number, len(USED), f"{route}: {WHAT_ROUTES_DO[route]}", about)
