"""What the ugly Excel workbooks have in common: one good row, in which nothing is ugly."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from messy.messy_file import Became, MessyFile, Row, added, all_added, refused
from messy.xlsx_by_hand import cells, one_sheet

HEADER = ("did", "group")
FIRST_ROW: Row = (2, ("17275550100", "SALES"))
FIRST_ADDED = added(2, "17275550100")


def with_one_row(*more: str, before: str = "", after: str = "", styles_part: str = "") -> Callable[[Path], None]:
    """Return a maker of a workbook with the header, the good row, and more rows."""
    first = (cells(*HEADER), cells(17275550100, "SALES", row=2))
    return one_sheet(*first, *more, before=before, after=after, styles_part=styles_part)


def workbook_read(
    name: str,
    make: Callable[[Path], None],
    header: tuple[str, ...] = HEADER,
    rows: tuple[Row, ...] = (FIRST_ROW,),
    *,
    ending: str = ".xlsx",
    sheet: str = "Order",
    became: tuple[Became, ...] = (),
    **more: Any,
) -> MessyFile:
    """Return a workbook that must be read; without anything else said, as the good row alone."""
    return MessyFile(name, ending, make, header, rows, sheet=sheet, became=became or all_added(rows), **more)


workbook_refused = partial(refused, ending=".xlsx")


def reader_of(ending: str) -> Callable[..., MessyFile]:
    """Return a maker of workbooks with this ending that must be read."""

    def read(
        name: str,
        make: Callable[[Path], None],
        rows: tuple[Row, ...],
        became: tuple[Became, ...] = (),
        header: tuple[str, ...] = HEADER,
        **more: Any,
    ) -> MessyFile:
        return workbook_read(name, make, header, rows, ending=ending, became=became, **more)

    return read
