"""What the sample order's rows are made of: kinds of cells, ways to write a number, and special rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

CARRIER_HEADERS = (
    "Order ID",
    "Telephone Number",
    "City",
    "State",
    "RateCenter",
    "LATA",
    "Tier",
    "Status",
    "Monthly Cost",
    "Activation Date",
)
"""What the carrier's list holds."""

OPS_HEADERS = (
    "Label",
    "DID Route",
    "In-Group",
    "Call Menu",
    "Extension",
    "Voicemail Ext",
    "Phone Extension",
    "Server IP",
    "Agent ID",
    "Active",
    "Record Call",
    "Agent Search Method",
    "List ID",
    "Campaign ID",
)
"""What the ops person has added."""


@dataclass(frozen=True)
class Number:
    """A real number cell."""

    value: float


@dataclass(frozen=True)
class Formula:
    """A formula, with the value that the spreadsheet program has stored beside it (an error such as #REF! too)."""

    text: str
    value: str | int


Cell = str | bool | date | Number | Formula


@dataclass(frozen=True)
class Spelling:
    """A way to write a number.

    Attributes:
        text: the cell, with ``{npa}`` and ``{line}`` where the area code and the last four digits stand.
        did: the did_pattern that the importer must make of it.
        as_number: whether the cell is a real number.
    """

    text: str
    did: str = "{npa}555{line}"
    as_number: bool = False

    def write(self, npa: str, line: str) -> tuple[Cell, str]:
        """Return the cell and the did_pattern."""
        text = self.text.format(npa=npa, line=line)
        return (Number(int(text)) if self.as_number else text), self.did.format(npa=npa, line=line)


@dataclass(frozen=True)
class FormulaSpelling(Spelling):
    """A number that a formula gives; ``text`` is the formula without its ``=``.

    Attributes:
        value: what stands beside the formula as its result; empty for the did_pattern as a number.
    """

    value: str = ""

    def write(self, npa: str, line: str) -> tuple[Cell, str]:
        """Return the cell and the did_pattern."""
        did = self.did.format(npa=npa, line=line)
        return Formula(f"={self.text.format(npa=npa, line=int(line))}", self.value or int(did)), did


@dataclass(frozen=True)
class DateSpelling(Spelling):
    """A number of which a spreadsheet program has made a date."""

    def write(self, npa: str, line: str) -> tuple[Cell, str]:  # noqa: ARG002  the same for every number
        """Return the cell and the did_pattern."""
        return date(2026, 5, 15), ""


@dataclass(frozen=True)
class Special:
    """A row in which something is out of the ordinary.

    Attributes:
        about: what it is.
        result: what the results workbook must say.
        fields: header -> cell, where it is not as usual; ``{city}`` stands for the city.
        spelling: how the number is written.
        sent: whether a call is made for it.
        npa: the area code, where it is not the city's.
        line: the last four digits, where they matter.
    """

    about: str
    result: str
    fields: Mapping[str, Cell] = field(default_factory=dict)
    spelling: Spelling = Spelling("({npa}) 555-{line}")
    sent: bool = True
    npa: str = ""
    line: str = ""
