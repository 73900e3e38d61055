"""The orders that are sent: 18 columns, of which add_did takes 15; and the same calls as bare addresses.

``python -m tests.benchmarks.orders ROWS FILE [bad] [shared]`` writes one, as a process of its own.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from importer.columns import COPY_FROM, SENT

USER: Final = "6666"
PASSWORD: Final = "benchPass"
SOURCE: Final = "didimporter"

PARAMETERS: Final = tuple(column for column in SENT if column.name != COPY_FROM.name)[:15]
"""The first 15 parameters of add_did, each with the example of the list of columns where nothing else is said."""

HEADER: Final = (*(column.name for column in PARAMETERS), "Order ID", "City", "State")

BAD_EVERY: Final = 20
"""In an order with bad rows each 20th is one, which makes 5 %."""

_CITIES: Final = ("Tampa", "Miami", "Boston")
_NUMBER_EVERY: Final = 3


def did(row: int) -> str:
    """Return the DID of a row, counted from 0. No such number exists: no exchange begins with 0."""
    return str(12_000_000_001 + row)


def sent_cells(row: int) -> tuple[str, ...]:
    """Return the cells of a good row that are sent."""
    own = {"did_pattern": did(row), "did_description": f"Line number {row + 1}", "did_route": "IN_GROUP"}
    return tuple(own.get(column.name, column.example) for column in PARAMETERS)


def cells(row: int, *, bad: bool = False) -> tuple[str, ...]:
    """Return all cells of a row as text.

    Args:
        row: which one, from 0.
        bad: whether the order has bad rows: each 20th then names a route that is none.
    """
    sent = sent_cells(row)
    if bad and row % BAD_EVERY == 0:
        sent = tuple("Ingroup" if text == "IN_GROUP" else text for text in sent)
    return (*sent, f"PO-{row + 1}", _CITIES[row % len(_CITIES)], "FL")


def address(url: str, row: int) -> str:
    """Return the whole address by which the importer adds a row's DID."""
    pairs = zip((column.name for column in PARAMETERS), sent_cells(row), strict=True)
    login = {"source": SOURCE, "user": USER, "pass": PASSWORD, "function": "add_did"}
    return f"{url}?{urlencode([*login.items(), *pairs])}"


def curl_config(url: str, rows: int) -> Iterator[str]:
    """Return the lines of the file that makes curl ask for every row's address."""
    for row in range(rows):
        yield f'url = "{address(url, row)}"\n'


def write_order(path: Path, rows: int, *, bad: bool = False, shared: bool = False) -> None:
    """Write an order: a .csv, or a workbook in which a third of the DIDs are numbers and all else is text.

    Args:
        path: where.
        rows: how many.
        bad: whether each 20th is bad.
        shared: whether the texts of the workbook stand in a part of their own, each different one once, as Excel
            writes them; else each stands in its cell, as programs write them that hold no table in memory.
    """
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(HEADER)
            lines.writerows(cells(row, bad=bad) for row in range(rows))
        return
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": not shared})
    sheet = book.add_worksheet("DIDs")
    for column, name in enumerate(HEADER):
        sheet.write_string(0, column, name)
    for row in range(rows):
        for column, text in enumerate(cells(row, bad=bad)):
            if column == 0 and row % _NUMBER_EVERY == 0:
                sheet.write_number(row + 1, column, int(text))
            else:
                sheet.write_string(row + 1, column, text)
    book.close()


if __name__ == "__main__":
    write_order(Path(sys.argv[2]), int(sys.argv[1]), bad="bad" in sys.argv[3:], shared="shared" in sys.argv[3:])
