"""The rows of the sample order, and what must become of each: written down here by hand, not asked of the importer.

Ten cities of 22 ordinary numbers each, as a wholesale carrier lists them, with the columns that an ops person has added
at the right. Between them stands a few of every kind of trouble. All numbers are 555-0100 to 555-0199, which belong
to nobody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from order_troubles import SPECIALS
from order_words import Cell, Number, Special, Spelling


@dataclass(frozen=True)
class Place:
    """A city, and how its numbers are written in the list.

    Attributes:
        spellings: taken in turn for the ordinary rows.
    """

    city: str
    state: str
    ratecenter: str
    lata: str
    npa: str
    spellings: tuple[Spelling, ...]


@dataclass(frozen=True)
class OrderRow:
    """One row of the order.

    Attributes:
        cells: the header -> what stands in the cell.
        result: what the results workbook must say.
        did_sent: the did_pattern that must be sent; empty where none is.
        about: what is special about the row; empty for an ordinary one.
    """

    cells: Mapping[str, Cell] = field(default_factory=dict)
    result: str = "success"
    did_sent: str = ""
    about: str = ""


BRACKETS = Spelling("({npa}) 555-{line}")
DASHES = Spelling("{npa}-555-{line}")
DOTS = Spelling("{npa}.555.{line}")
BARE = Spelling("{npa}555{line}")
NUMBER = Spelling("{npa}555{line}", as_number=True)
PLUS = Spelling("+1{npa}555{line}", "+1{npa}555{line}")
PLUS_SPACED = Spelling("+1 {npa} 555 {line}", "+1{npa}555{line}")
ELEVEN = Spelling("1{npa}555{line}", "1{npa}555{line}", as_number=True)
NO_BREAK = Spelling("{npa}\u00a0555\u00a0{line}")
SPACES_AROUND = Spelling(" {npa}555{line}  ")
EN_DASHES = Spelling("{npa}\u2013555\u2013{line}")

PLACES = (
    Place("Tampa", "FL", "TAMPA CEN", "952", "813", (BRACKETS,)),
    Place("Clearwater", "FL", "CLEARWATER", "952", "727", (BRACKETS, BRACKETS, DASHES)),
    Place("New York", "NY", "NWYRCYZN01", "132", "212", (NUMBER,)),
    Place("Miami", "FL", "MIAMI", "460", "305", (PLUS,)),
    Place("Atlanta", "GA", "ATLANTA", "438", "404", (BARE, NUMBER)),
    Place("Chicago", "IL", "CHICAGOZ01", "358", "312", (DOTS,)),
    Place("Houston", "TX", "HOUSTON", "560", "713", (ELEVEN,)),
    Place("Phoenix", "AZ", "PHOENIX", "666", "602", (DASHES, EN_DASHES)),
    Place("Seattle", "WA", "SEATTLE", "674", "206", (NO_BREAK, SPACES_AROUND, BARE)),
    Place("Boston", "MA", "BOSTON", "128", "617", (PLUS_SPACED, PLUS)),
)

IN_SALES: Mapping[str, Cell] = {"DID Route": "IN_GROUP", "In-Group": "SALES_IN"}
IN_SUPPORT: Mapping[str, Cell] = {"DID Route": "IN_GROUP", "In-Group": "SUPPORT_TEAM", "Record Call": "Y"}
MENU: Mapping[str, Cell] = {"DID Route": "CALLMENU", "Call Menu": "main_ivr"}
EXTENSION: Mapping[str, Cell] = {"DID Route": "EXTEN", "Extension": Number(8300)}
MAILBOX: Mapping[str, Cell] = {"DID Route": "VOICEMAIL", "Voicemail Ext": Number(8500)}
SILENT_MAILBOX: Mapping[str, Cell] = {"DID Route": "VMAIL_NO_INST", "Voicemail Ext": "8501"}
PHONE: Mapping[str, Cell] = {"DID Route": "PHONE", "Phone Extension": "cc101", "Server IP": "10.10.10.15"}

ROUTES = (*[IN_SALES] * 9, *[IN_SUPPORT] * 5, *[MENU] * 3, *[EXTENSION] * 2, MAILBOX, SILENT_MAILBOX, PHONE)
"""What the ops person has put beside the 22 ordinary numbers of each city."""

FIRST_LINE, FIRST_SPECIAL_LINE = 100, 150
SPECIAL_AFTER = 3
"""One special row stands behind every so many ordinary ones."""

BLANK_ROW_BEHIND = ("New York", "Chicago", "Seattle")


def order_rows() -> Iterator[OrderRow | None]:
    """Yield the rows of the order from the first one under the header; None for a blank one."""
    serial = count(1)
    for index, place in enumerate(PLACES):
        specials = iter(SPECIALS[index :: len(PLACES)])
        lines = count(FIRST_SPECIAL_LINE)
        for number, route in enumerate(ROUTES):
            yield _ordinary(place, number, route, next(serial))
            if number % SPECIAL_AFTER == SPECIAL_AFTER - 1 and (special := next(specials, None)):
                yield _special(place, special, f"{next(lines):04d}", next(serial))
        for special in specials:
            yield _special(place, special, f"{next(lines):04d}", next(serial))
        if place.city in BLANK_ROW_BEHIND:
            yield None


def _carrier_cells(place: Place, serial: int, number: Cell) -> dict[str, Cell]:
    return {
        "Order ID": f"PO-48213-{serial:03d}",
        "Telephone Number": number,
        "City": place.city,
        "State": place.state,
        "RateCenter": place.ratecenter,
        "LATA": place.lata,
        "Tier": f"Tier {serial % 3 + 1}",
        "Status": "Pending" if serial % 40 == 0 else "Provisioned",
        "Monthly Cost": Number(0.85 if serial % 3 else 1.1),
        "Activation Date": date(2026, 11, 16 + serial % 5),
    }


def _ordinary(place: Place, number: int, route: Mapping[str, Cell], serial: int) -> OrderRow:
    spelling = place.spellings[number % len(place.spellings)]
    cell, did = spelling.write(place.npa, f"{FIRST_LINE + number:04d}")
    use = "support" if route.get("In-Group") == "SUPPORT_TEAM" else "sales"
    label = f"{place.city} {use} line {number + 1}"
    return OrderRow({**_carrier_cells(place, serial, cell), "Label": label, **route}, "success", did)


def _special(place: Place, special: Special, line: str, serial: int) -> OrderRow:
    cell, did = special.spelling.write(special.npa or place.npa, special.line or line)
    usual: dict[str, Cell] = {"Label": f"{place.city} overflow {line}", **IN_SALES}
    # the label of a special row may name its city
    fields = {
        header: value.format(city=place.city) if type(value) is str else value
        for header, value in special.fields.items()
    }
    cells = {**_carrier_cells(place, serial, cell), **usual, **fields}
    return OrderRow(cells, special.result, did if special.sent else "", special.about)
