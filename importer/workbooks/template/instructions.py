"""Drawing the template's sheet of instructions."""

from typing import TYPE_CHECKING, Any, Final

from importer.columns import BY_NAME, COPY_FROM, ROUTE_NEEDS
from importer.result_words import WORDS
from importer.workbooks.template.routes import WHAT_ROUTES_DO

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_WIDTHS: Final = (26, 72, 72, 4, 28)
_METHODS_COLUMN: Final = 4
_DARK: Final = "#1B3A57"


def draw_instructions(workbook: "Workbook", sheet: "Worksheet", *, dids: str, examples: str) -> str:
    """Draw how to fill, check, import and correct, what the routes need and what the results mean.

    Args:
        workbook: the workbook that the sheet belongs to.
        sheet: an empty sheet.
        dids: the name of the sheet to fill.
        examples: the name of the sheet with examples.

    Returns:
        The cells that hold the call handle methods, such as ``$E$4:$E$28``, for a list to offer.
    """
    page = _Page(workbook, sheet)
    page.title("Importing DIDs into VICIdial")
    page.skip()
    methods = page.methods(BY_NAME["call_handle_method"].offered)
    page.heading("1. Fill in")
    page.line(
        f"One DID a row in the sheet '{dids}', from its second row on. The sheet '{examples}' has a row of each kind."
    )
    page.line("Only the underlined column, did_pattern, is required. Leave blank what you do not need.")
    page.line("Point at a header to read what belongs there. A cell with a list shows an arrow when you click it.")
    page.line("All cells are text, so that +1 and leading zeros stay. When you paste, paste values only.")
    page.line("Further columns of your own do no harm: they are not sent, and come back in the results.")
    page.skip()
    page.heading("2. Check it, as often as you like: needs neither VICIdial nor a password")
    page.command("did-importer check order.xlsx")
    page.skip()
    page.heading("3. Import it")
    page.command("did-importer run order.xlsx")
    page.line("It writes order_results.xlsx beside your file: every row with what became of it in VICIdial.")
    page.skip()
    page.heading("4. Correct and send again")
    page.line("Correct the cells in the sheet 'Results' of order_results.xlsx, in place, and save it. Then:")
    page.command("did-importer rerun order_results.xlsx")
    page.skip()
    page.heading("What each route needs", "fill in too", "what happens to a call")
    for route, needs in ROUTE_NEEDS.items():
        # not the bare word: a sheet with a cell PHONE alone could be taken for one with a column of phone numbers
        needed = " and ".join(needs) or f"{COPY_FROM.name} in place of the route, and did_description if you like"
        page.row(f"route {route}", needed, WHAT_ROUTES_DO[route])
    page.skip()
    page.heading("What the results mean", "it means", "what to do")
    for word in WORDS:
        page.row(word.result.value, word.means, word.next_step, colour=word.colour)
    return methods


class _Page:
    """A sheet that is written from top to bottom.

    Args:
        workbook: the workbook that the sheet belongs to.
        sheet: an empty sheet.
    """

    def __init__(self, workbook: "Workbook", sheet: "Worksheet") -> None:
        self.workbook, self.sheet, self.next = workbook, sheet, 0
        self._plain = self._style(indent=1)
        self._head = self._style(bold=True, font_color="#FFFFFF", bg_color=_DARK, indent=1)
        self._command = self._style(font_name="Courier New", bold=True, font_color="#9C3D00", indent=3)
        self._cell: dict[str, Any] = {"text_wrap": True, "indent": 1, "bottom": 1, "bottom_color": "#D0D5DA"}
        self._wrapped = self._style(**self._cell)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 1)

    def _style(self, **properties: Any) -> "Format":
        return self.workbook.add_format({"valign": "vcenter", **properties})

    def skip(self) -> None:
        """Go to the next row."""
        self.next += 1

    def title(self, text: str) -> None:
        """Write the title of the page."""
        self.sheet.set_row(self.next, 32)
        self.sheet.write_string(self.next, 0, text, self._style(bold=True, font_size=20, font_color=_DARK))
        self.skip()

    def heading(self, *texts: str) -> None:
        """Write the dark bar above a part, with the names of its columns."""
        self.sheet.set_row(self.next, 20)
        for column in range(3):
            self.sheet.write_string(self.next, column, texts[column] if column < len(texts) else "", self._head)
        self.skip()

    def line(self, text: str) -> None:
        """Write one line across the page."""
        self.sheet.write_string(self.next, 0, text, self._plain)
        self.skip()

    def command(self, text: str) -> None:
        """Write a line to be typed."""
        self.sheet.set_row(self.next, 20)
        self.sheet.write_string(self.next, 0, text, self._command)
        self.skip()

    def row(self, name: str, second: str, third: str, colour: str = "") -> None:
        """Write one row of a table; it is as high as its texts need."""
        look = {"bold": True, **self._cell} | ({"bg_color": colour} if colour else {})
        lines = max(-(-len(second) // (_WIDTHS[1] - 6)), -(-len(third) // (_WIDTHS[2] - 6)))
        self.sheet.set_row(self.next, max(18, 15 * lines + 3))
        self.sheet.write_string(self.next, 0, name, self._style(**look))
        self.sheet.write_string(self.next, 1, second, self._wrapped)
        self.sheet.write_string(self.next, 2, third, self._wrapped)
        self.skip()

    def methods(self, methods: tuple[str, ...]) -> str:
        """Write the call handle methods at the right of the page; return the cells that hold them."""
        top = self.next
        self.sheet.write_string(top, _METHODS_COLUMN, "Call handle methods", self._head)
        for row, method in enumerate(methods, start=top + 1):
            self.sheet.write_string(row, _METHODS_COLUMN, method, self._plain)
        letter = chr(ord("A") + _METHODS_COLUMN)
        return f"${letter}${top + 2}:${letter}${top + 1 + len(methods)}"
