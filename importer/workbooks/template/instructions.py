"""Drawing the template's sheet of instructions."""

from typing import TYPE_CHECKING, Final

from importer.columns import COPY_FROM, ROUTE_NEEDS
from importer.result_words import WORDS
from importer.workbooks.cells import TextSheet
from importer.workbooks.page import Page
from importer.workbooks.styles import RULED
from importer.workbooks.template.words import WHAT_ROUTES_DO

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_WIDTHS: Final = (26, 72, 72)


def draw_instructions(workbook: "Workbook", sheet: TextSheet, *, dids: str, examples: str) -> None:
    """Draw how to fill, check, import and correct, what the routes need and what the results mean."""
    page = Page(workbook, sheet, _WIDTHS, landscape=True)
    page.title("Importing DIDs into VICIdial")
    page.skip()
    page.heading("1. Fill in")
    page.line(
        f"One DID a row in the sheet '{dids}', from its second row on. The sheet '{examples}' has a row of each kind."
    )
    page.line("Only the underlined column, did_pattern, is required. Leave blank what you do not need.")
    page.line("Point at a header to read what belongs there. A cell with a list shows an arrow when you click it.")
    page.line("Columns that few need are folded at the right: the + above them shows them.")
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
    page.line("Correct the cells in the sheet 'Failed rows' of order_results.xlsx, in place, and save it. Then:")
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
        look = page.style(bold=True, indent=1, bg_color=word.colour, **RULED)
        page.row(word.result.value, word.means, word.next_step, name_look=look)
