"""The orders that are sent: 18 columns, of which add_did takes 15; and the same calls as bare addresses."""

import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from importer.columns import COPY_FROM, SENT

USER: Final = "6666"
PASSWORD: Final = "benchPass"

PARAMETERS: Final = tuple(column for column in SENT if column.name != COPY_FROM.name)[:15]
HEADER: Final = (*(column.name for column in PARAMETERS), "Order ID", "City", "State")
BAD_EVERY: Final = 20
"""In an order with bad rows each 20th is one, which makes 5 %."""


def did(row: int) -> str:
    """Return the DID of a row, counted from 0. No such number exists: no exchange begins with 0."""
    return str(12_000_000_001 + row)


def sent_cells(row: int) -> tuple[str, ...]:
    """Return the cells of a good row that are sent."""
    own = {"did_pattern": did(row), "did_description": f"Line number {row + 1}", "did_route": "IN_GROUP"}
    return tuple(own.get(column.name, column.example) for column in PARAMETERS)


def cells(row: int, *, bad: bool = False) -> tuple[str, ...]:
    """Return all cells of a row; with ``bad`` each 20th row names a route that is none."""
    sent = sent_cells(row)
    if bad and row % BAD_EVERY == 0:
        sent = tuple("Ingroup" if text == "IN_GROUP" else text for text in sent)
    return (*sent, f"PO-{row + 1}", ("Tampa", "Miami", "Boston")[row % 3], "FL")


def address(url: str, row: int) -> str:
    """Return the whole address by which the importer adds a row's DID."""
    pairs = zip((column.name for column in PARAMETERS), sent_cells(row), strict=True)
    login = {"source": "didimporter", "user": USER, "pass": PASSWORD, "function": "add_did"}
    return f"{url}?{urlencode([*login.items(), *pairs])}"


def write_order(path: Path, rows: int, *, bad: bool = False) -> None:
    """Write an order as Excel does: texts shared, a third of the DIDs as numbers."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("DIDs")
    sheet.write_row(0, 0, HEADER)
    for row in range(rows):
        for column, text in enumerate(cells(row, bad=bad)):
            if column == 0 and row % 3 == 0:
                sheet.write_number(row + 1, column, int(text))
            else:
                sheet.write_string(row + 1, column, text)
    book.close()


if __name__ == "__main__":
    write_order(Path(sys.argv[2]), int(sys.argv[1]), bad="bad" in sys.argv[3:])
