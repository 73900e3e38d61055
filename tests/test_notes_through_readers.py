"""Notes, list numbers, brackets and second numbers around phone numbers, through every kind of file that is read."""

import csv
import html
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from importer import ImportOptions, UsageError, check_file

SPELLINGS = ("72755501{:02}", "727-555-01{:02}", "(727) 555-01{:02}", "+172755501{:02}", "+44 20 7946 01{:02}")
NOTES = ("1)", "2.", "(3)", "4 -", "[5]", "#6", "x7", "8 lines", "9", "10", "*", "2026", "ea", "Tampa 2", "7275550199")
GAPS = (" ", "  ", ", ", "/", " (", " - ", ";", ": ", "\u00a0")

CELLS = st.lists(
    st.tuples(st.sampled_from(SPELLINGS), st.sampled_from(NOTES), st.sampled_from(GAPS), st.integers(0, 2)),
    min_size=1,
    max_size=6,
)


def as_csv(path: Path, cells: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["did"], *([cell] for cell in cells)])


def as_xlsx(path: Path, cells: list[str]) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, cell in enumerate(["did", *cells]):
            sheet.write_string(row, 0, cell)


def as_xls(path: Path, cells: list[str]) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Order")
    for row, cell in enumerate(["did", *cells]):
        sheet.write(row, 0, cell)
    book.save(str(path))


def as_ods(path: Path, cells: list[str]) -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Order")
    for cell in ["did", *cells]:
        row, field = TableRow(), TableCell(valuetype="string")
        field.addElement(P(text=cell))
        row.addElement(field)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(path))


def as_html(path: Path, cells: list[str]) -> None:
    rows = "".join(f"<tr><td>{html.escape(cell)}</td></tr>" for cell in ["did", *cells])
    path.write_text(f"<html><meta charset=utf-8><body><table>{rows}</table></body></html>", encoding="utf-8")


WRITERS: Mapping[str, Callable[[Path, list[str]], None]] = MappingProxyType(
    {".csv": as_csv, ".xlsx": as_xlsx, ".xls": as_xls, ".ods": as_ods, ".html": as_html}
)


@pytest.mark.parametrize("ending", WRITERS)
def test_what_is_sent_is_one_whole_number_that_stood_in_the_cell_or_nothing(
    ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sent: list[str] = []

    @settings(max_examples=25)
    @given(CELLS)
    def each(parts: list[tuple[str, str, str, int]]) -> None:
        numbers = [spelling.format(row + 10) for row, (spelling, *_) in enumerate(parts)]
        cells = [
            (number, f"{note}{gap}{number}", f"{number}{gap}{note}")[where]
            for number, (_, note, gap, where) in zip(numbers, parts, strict=True)
        ]
        path = tmp_path_factory.mktemp("notes") / f"order{ending}"
        WRITERS[ending](path, cells)
        try:
            checked = check_file(path, ImportOptions(fills=(("did_route", "EXTEN"), ("extension", "8300"))))
        except UsageError:
            # a list that is refused as a whole sends nothing
            return
        for row in checked.planned:
            whole = "".join(sign for sign in numbers[row.index] if sign in "+0123456789")
            assert row.did == whole, (cells[row.index], row.did)
        sent.extend(row.did for row in checked.planned)

    each()
    assert sent
