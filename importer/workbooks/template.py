"""Writing the template: the sheet to fill, instructions, an example of each route, and the lists to choose from."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from importer.column import Column
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN, ROUTE_NEEDS, USED
from importer.errors import ResultsError
from importer.result_words import WORDS
from importer.workbooks.cells import TextSheet, cell_text
from importer.workbooks.output_file import whole_file
from importer.workbooks.styles import DARK, HEADER, MUTED, RULED, RUST, TEXT, Page, add_list, add_sheet, new_workbook

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

WHAT_ROUTES_DO: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EXTEN": "Calls go to an extension of the dialplan.",
        "VOICEMAIL": "Calls go to a mailbox, with its instructions.",
        "VMAIL_NO_INST": "Calls go to a mailbox, without its instructions.",
        "PHONE": "Calls ring one phone on one server.",
        "IN_GROUP": "Calls go to the agents who take that in-group.",
        "CALLMENU": "Calls go to a call menu, which asks the caller to press a key.",
        "AGENT": "Calls go to one agent. The agent cannot be set here: name a DID that has it in copy_from, and it is"
        " copied, or choose it afterwards under Inbound > DIDs.",
    }
)
_RANGES: Final = (("a-zA-Z", "letters"), ("A-Z", "capital letters"), ("0-9", "digits"), (" ", "space"))
_WIDTHS: Final = (26, 72, 72)
_ALWAYS_FILLED: Final = ("did_description", "active", "record_call")
_OF_AN_IN_GROUP: Final = ("call_handle_method", "agent_search_method", "list_id", "phone_code", "campaign_id")
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
            dids = _add_columns(workbook, DIDS_SHEET, folded=len(TO_FILL) - len(_SHOWN))
            _draw_instructions(Page(workbook, add_sheet(workbook, INSTRUCTIONS_SHEET), _WIDTHS))
            _draw_examples(workbook, _add_columns(workbook, EXAMPLES_SHEET, "what the row shows"))
            lists = add_sheet(workbook, LISTS_SHEET)
            lists.hide()
            _offer_choices(dids, lists, names)
    else:
        raise ResultsError(f"{path}: the template is a workbook or a text file; choose a name in .xlsx or .csv")


def _add_columns(workbook: "Workbook", name: str, *further: str, folded: int = 0) -> TextSheet:
    """Add a sheet with the columns to fill and a note on each header; every cell below them is text."""
    header = [*(column.name for column in TO_FILL), *further]
    widths = [*(max(len(column.name), len(column.example), 8) + 4 for column in TO_FILL), *[90] * len(further)]
    sheet = add_list(workbook, name, header, [DARK] * len(header), widths, range(1), 1, folded)
    required = workbook.add_format({**HEADER, "bg_color": RUST, "underline": 1})
    sheet.write_string(0, TO_FILL.index(DID_PATTERN), DID_PATTERN.name, required)
    for place, column in enumerate(TO_FILL):
        sheet.put_note(0, place, note(column))
    return sheet


def _offer_choices(sheet: TextSheet, lists: TextSheet, names: Names | None) -> None:
    """Offer lists where there are choices; they only warn, because the check understands more (y, yes, in group)."""
    own = {"group": names.in_groups, "menu_id": names.call_menus} if names else {}
    listed: list[tuple[str, ...]] = []
    for place, column in enumerate(TO_FILL):
        values = tuple(column.offered or own.get(column.name, ()))
        source: list[str] | str = list(column.choices)
        if values and not source:
            letter = chr(ord("A") + len(listed))
            source = f"='{LISTS_SHEET}'!${letter}$2:${letter}${len(values) + 1}"
            listed.append((column.name, *values))
        if source:
            rule = {
                "validate": "list",
                "source": source,
                "error_type": "warning",
                "error_title": column.name,
                "error_message": "This is none of the values in the list. Keep it only if you are sure.",
            }
            sheet.data_validation(1, place, _ROWS_TO_FILL, place, rule)
    # row by row, because rows are written from top to bottom
    for row, texts in enumerate(zip_longest(*listed, fillvalue="")):
        for column_number, text in enumerate(texts):
            lists.write_string(row, column_number, cell_text(text))


def _draw_examples(workbook: "Workbook", sheet: TextSheet) -> None:
    """Write one good row for each route; that of AGENT is a copy, which has its route from there."""
    text = workbook.add_format(TEXT)
    about = workbook.add_format({**TEXT, "italic": True, "font_color": MUTED})
    for number, (route, needs) in enumerate(ROUTE_NEEDS.items()):
        names = (*_ALWAYS_FILLED, *needs, *(_OF_AN_IN_GROUP if route == "IN_GROUP" else ()))
        filled = {name: BY_NAME[name].example for name in (names if needs else ("did_description", COPY_FROM.name))}
        filled["did_route"] = route if needs else ""
        filled[DID_PATTERN.name] = str(int(DID_PATTERN.example) + number)
        cells = [filled.get(column.name, "") for column in TO_FILL]
        sheet.write_texts(number + 1, [*cells, f"{route}: {WHAT_ROUTES_DO[route]}"], [*[text] * len(cells), about])


def _draw_instructions(page: Page) -> None:
    """Tell how to fill, check, import and correct, what the routes need and what the results mean."""
    page.title("Importing DIDs into VICIdial")
    for heading, *lines in _STEPS:
        page.skip()
        page.heading(heading)
        for line in lines:
            if line.startswith("did-importer "):
                page.command(line)
            else:
                page.line(line)
    page.skip()
    page.heading("What each route needs", "fill in too", "what happens to a call")
    for route, needs in ROUTE_NEEDS.items():
        # not the bare word: a sheet with a cell PHONE alone could be taken for one with a column of phone numbers
        needed = " and ".join(needs) or f"{COPY_FROM.name} in place of the route, and did_description if you like"
        page.row(f"route {route}", needed, WHAT_ROUTES_DO[route])
    page.skip()
    page.heading("What the results mean", "it means", "what to do")
    for word in WORDS:
        look = page.workbook.add_format({**RULED, "bold": True, "indent": 1, "bg_color": word.colour})
        page.row(word.result.value, word.means, word.next_step, name_look=look)


_STEPS: Final = (
    (
        "1. Fill in",
        (
            f"One DID a row in the sheet '{DIDS_SHEET}', from its second row on."
            f" The sheet '{EXAMPLES_SHEET}' has a row of each kind."
        ),
        "Only the underlined column, did_pattern, is required. Leave blank what you do not need.",
        "Point at a header to read what belongs there. A cell with a list shows an arrow when you click it.",
        "Columns that few need are folded at the right: the + above them shows them.",
        "All cells are text, so that +1 and leading zeros stay. When you paste, paste values only.",
        "Further columns of your own do no harm: they are not sent, and come back in the results.",
    ),
    ("2. Check it, as often as you like: needs neither VICIdial nor a password", "did-importer check order.xlsx"),
    (
        "3. Import it",
        "did-importer run order.xlsx",
        "It writes order_results.xlsx beside your file: every row with what became of it in VICIdial.",
    ),
    (
        "4. Correct and send again",
        "Correct the cells in the sheet 'Failed rows' of order_results.xlsx, in place, and save it. Then:",
        "did-importer rerun order_results.xlsx",
    ),
)


def note(column: Column) -> str:
    """Return the note that stands on the column's header in the template."""
    required = column is DID_PATTERN
    lines = [f"{column.name} (required)" if required else column.name, column.help, f"Example: {column.example}"]
    if column.choices:
        lines.append(f"Allowed: {', '.join(column.choices)}")
        if also_understood(column):
            lines.append(f"Also understood: {', '.join(also_understood(column))}")
    elif column.holds_did:
        lines.append(f"Length: {length_in_words(column)}. Spaces, dashes, dots and brackets are taken out.")
        lines.append(f"With --any-pattern all that VICIdial keeps may stand: {kept_in_words(column)}.")
    elif digits_alone(column):
        lines.append(f"Length: {length_in_words(column)} digits")
    else:
        lines.append(f"Length: {length_in_words(column)} characters")
        lines.append(f"VICIdial keeps {kept_in_words(column)} and deletes all else without a word.")
    if column.offered:
        lines.append("The list offers what VICIdial's admin pages offer; another word is possible.")
    if not required and "Blank means" not in column.help:
        lines.append(f"Blank: VICIdial stores {blank_in_words(column)}.")
    return "\n".join(lines)


def length_in_words(column: Column) -> str:
    """Say how long a value may be, such as ``6 to 50``."""
    if column.shortest == column.longest:
        return str(column.longest)
    return f"{column.shortest} to {column.longest}" if column.shortest > 1 else f"up to {column.longest}"


def digits_alone(column: Column) -> bool:
    """Whether nothing but digits makes sense."""
    return column.digits_only or column.kept == "0-9"


def kept_in_words(column: Column) -> str:
    """Say which characters VICIdial keeps, such as ``letters, digits and - _``."""
    rest, words = column.kept, []
    for characters, word in _RANGES:
        if characters in rest:
            rest = rest.replace(characters, "")
            words.append(word)
    return ", ".join(words) + (f" and {' '.join(rest)}" if rest else "")


def blank_in_words(column: Column) -> str:
    """Say what VICIdial stores where the cell is blank."""
    return (column.default or "nothing") if column.stored_as else "the row's own settings"


def also_understood(column: Column) -> tuple[str, ...]:
    """Return what may be written instead of the allowed values, in small letters."""
    return tuple(text.lower() for text in column.spellings if text not in column.choices)
