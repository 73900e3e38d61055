"""What the tests of the workbooks share: tables, outcomes and a plain way to look into an .xlsx."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from hypothesis import strategies as st

from importer.model import Result, RowOutcome, Table
from importer.workbooks.results import Cause, RunSummary

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

NASTY = (
    "+17275550100",
    "=cmd|'/c calc'!A1",
    "@sum",
    "-1",
    "\tstarts with a tab",
    '=HYPERLINK("http://example.com","x")',
    "http://example.com/",
    "internal:Summary!A1",
    "mailto:someone@example.com",
    "{=1+1}",
    "'17275550100",
    "0017275550100",
    "1.72756E+10",
    "NA",
    "#REF!",
    "TRUE",
    "_x0041_",
    "_x005F_x0041_",
    "_x005F_",
    "x_x000D_",
    "<r>gone?</r>",
    "<r><t>rich</t></r>",
    'a cell with t="e" in it',
    "&amp;",
    "a\x01b\x08\x0b\x1f",
    "\x00",
    "line\nfeed",
    "carriage\rreturn",
    "both\r\n",
    " spaces around ",
    "\u00a0no-break\u00a0",
    "\u200b\u202e\ufeff",
    "日本語 😀",
    "%s %d %%",
    "\\n",
    "]]>",
    "\x7f\x85\u2028",
)

_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")


def _blank_as_read(text: str) -> str:
    # the reader takes white space alone for a blank cell, so no table holds it
    return "" if text.isspace() else text


TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(_CHARACTERS, max_size=12),
    st.text(st.sampled_from("_x0041FD&<>\"'\n\r\t =+-@\x00\x1f"), max_size=16),
).map(_blank_as_read)
"""Texts of every kind that a table can hold."""

SUMMARY = RunSummary(
    server="https://vicidial.example.com/vicidial/non_agent_api.php",
    user="6666",
    file="order.xlsx",
    sha256="ab" * 32,
    sheet="Sheet1",
    started="2026-11-23T02:03:04+00:00",
    ended="2026-11-23T02:04:05+00:00",
    version="0.1.0",
    ended_how="finished",
    run_id="20261123-020304-a1b2",
    settings=(("Rate", "10 calls a second"), ("Workers", "4")),
    causes=(Cause(2, "in-group SALES_WEST is not in this VICIdial", "Create it under Inbound > In-Groups."),),
)


def table_of(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] | None = None) -> Table:
    """A table as the reader would hand it on."""
    return Table(
        path=Path("order.xlsx"),
        sha256="ab" * 32,
        sheet="Sheet1",
        header=tuple(header),
        row_numbers=tuple(numbers) if numbers is not None else tuple(range(2, len(rows) + 2)),
        rows=tuple(tuple(row) for row in rows),
    )


def outcomes_for(count: int, result: Result = Result.SUCCESS) -> tuple[RowOutcome, ...]:
    """One outcome of one kind for each of ``count`` rows."""
    return tuple(
        RowOutcome(index, result, f"reason {index}", f"1727555{index:04d}", 1, "2026-11-23T02:03:04+00:00")
        for index in range(count)
    )


def sheet_root(path: Path, place: int) -> ET.Element:
    """The XML of a sheet by its place, from 1."""
    with zipfile.ZipFile(path) as archive:
        return ET.fromstring(archive.read(f"xl/worksheets/sheet{place}.xml"))


def by_calamine(path: Path, sheet: str) -> list[list[str]]:
    """The sheet as python-calamine reads it."""
    import python_calamine

    rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet)
    return [[str(value) for value in row] for row in rows.to_python(skip_empty_area=False)]


def by_openpyxl(path: Path, sheet: str) -> list[list[str]]:
    """The sheet as openpyxl reads it, with the spelling undone that openpyxl leaves as it is."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    rows = [["" if value is None else unspelled(str(value)) for value in row] for row in book[sheet].values]
    book.close()
    return rows


def unspelled(text: str) -> str:
    """Undo ``_xHHHH_`` (ECMA-376 part 1, 22.9.2.19), from left to right."""
    return re.sub("_x([0-9a-fA-F]{4})_", lambda match: chr(int(match.group(1), 16)), text)
