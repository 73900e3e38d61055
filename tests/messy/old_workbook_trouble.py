"""Ugly Excel 97-2003 workbooks (.xls)."""

import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

from importer.model import CellFlaw
from messy import xls_by_hand as xls
from messy.messy_file import added, invalid, refused
from messy.workbook_file import FIRST_ADDED, FIRST_ROW, HEADER, reader_of

_ERROR = "is an error of the spreadsheet"
_read = reader_of(".xls")
_refused = partial(refused, ending=".xls")


def _xls(*cells: bytes, formats: tuple[str, ...] = (), header: tuple[str, str] = HEADER) -> Callable[[Path], None]:
    names = (xls.label(0, 0, header[0]), xls.label(0, 1, header[1]))
    return xls.xls(*names, xls.number(1, 0, 17275550100), xls.label(1, 1, "SALES"), *cells, formats=formats)


FILES = (
    _read(
        "old-workbook",
        _xls(xls.rk(2, 0, 7275550), xls.label(4, 1, "Größe")),
        (FIRST_ROW, (3, ("7275550", "")), (5, ("", "Größe"))),
        (FIRST_ADDED, added(3, "7275550"), invalid(5, "did_pattern is blank and has to hold the number")),
        blank_rows=1,
    ),
    _read(
        "old-workbook-with-errors",
        _xls(xls.error(2, 0, 0x17), xls.formula_error(3, 1, 0x2A), xls.number(4, 0, 1727555010012345678)),
        (FIRST_ROW, (3, ("#REF!", "")), (4, ("", "#N/A")), (5, ("1727555010012345600", ""))),
        (
            FIRST_ADDED,
            invalid(3, f"did_pattern '#REF!' {_ERROR}"),
            invalid(4, f"group '#N/A' {_ERROR}"),
            invalid(5, "is a number of more than 15 digits"),
        ),
        flaws={
            (3, 0): CellFlaw.ERROR_VALUE,
            (4, 1): CellFlaw.ERROR_VALUE,
            (5, 0): CellFlaw.TOO_MANY_DIGITS,
        },
    ),
    _read(
        "old-workbook-with-hidden-and-merged-cells",
        _xls(xls.hidden_row(2), xls.number(2, 0, 17275550101), xls.number(3, 0, 17275550102), xls.merged(1, 3, 1)),
        (FIRST_ROW, (3, ("17275550101", "SALES")), (4, ("17275550102", "SALES"))),
        facts=("1 hidden or filtered row is read like the others (3)", "every row that they span (B2:B4)"),
    ),
    _read(
        "old-workbook-with-a-format-that-adds-zeros",
        _xls(
            xls.number(2, 0, 272555010, 1), xls.rk(3, 0, 7275550, 1), xls.number(4, 0, 1.5, 1), formats=("0000000000",)
        ),
        (FIRST_ROW, (3, ("0272555010", "")), (4, ("0007275550", "")), (5, ("1.5", ""))),
        (FIRST_ADDED, added(3, "0272555010"), added(4, "0007275550"), invalid(5, "did_pattern '1.5' has decimals")),
        facts=("with the digits that it adds: 2",),
    ),
    _refused(
        "old-workbook-with-a-password",
        xls.container({"Workbook": xls.workbook(encrypted=True)}),
        "is encrypted with a password; open it in Excel",
    ),
    _read(
        "old-workbook-with-a-number-formatted-as-hours",
        _xls(
            xls.number(2, 0, 17275550101, 1),
            xls.number(2, 1, 26.5 / 24, 1),
            formats=("[h]:mm",),
            header=("did", "hours"),
        ),
        (FIRST_ROW, (3, ("17275550101", "26:30:00"))),
        header=("did", "hours"),
        flaws={(3, 1): CellFlaw.DATE},
    ),
    _refused(
        "old-workbook-cut-short",
        xls.container({"Workbook": xls.workbook(xls.label(0, 0, "did"))})[:900],
        "is damaged; get it again",
    ),
    _refused("old-word-document", xls.container({"WordDocument": b"x"}), "is a Word document, not a spreadsheet"),
    _refused("installer-named-xls", xls.container({"Binary.x": b"x"}), "is a binary file of another program"),
    _refused("excel-4-sheet", struct.pack("<HH6x", 0x409, 6), "is an Excel 4 sheet"),
)
