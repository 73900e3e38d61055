"""Writes all of sample_data/: the sample order, what is expected of it, and one list for each carrier.

    python sample_data/make.py [FOLDER]

writes to this folder, or to another. What it writes is the same every time; a test compares it with what is here.
"""

import csv
import io
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from carrier_lists import LISTS, CarrierList
from order_rows import order_rows
from order_words import CARRIER_HEADERS, OPS_HEADERS, Cell, Formula, Number

HEADERS = (*CARRIER_HEADERS, *OPS_HEADERS)
HERE = Path(__file__).resolve().parent

TITLE_LINES = ("Order confirmation PO-48213: local numbers for ten cities", "Prepared for the call centre's operations")
"""Above the header, as carriers put them; one blank row follows them."""

BARE_NUMBERS = 30
ORDER_WIDTHS = {"Telephone Number": 24, "City": 13, "RateCenter": 14, "Label": 34, "DID Route": 16, "In-Group": 16}
USUAL_WIDTH = 12


def write_order(folder: Path) -> None:
    """Write carrier_order.xlsx, and beside it carrier_order_expected.csv: row, result, did_sent and why."""
    workbook = _workbook(folder / "carrier_order.xlsx")
    sheet = workbook.add_worksheet("Numbers")
    formats = _formats(workbook)
    for line, title in enumerate(TITLE_LINES):
        sheet.write_string(line, 0, title, formats["title"])
    header_line = len(TITLE_LINES) + 1
    for column, header in enumerate(HEADERS):
        added = column >= len(CARRIER_HEADERS)
        sheet.write_string(header_line, column, header, formats["added header" if added else "header"])
        sheet.set_column(column, column, ORDER_WIDTHS.get(header, USUAL_WIDTH))
    sheet.freeze_panes(header_line + 1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    expected = [("row", "result", "did_sent", "about")]
    for line, row in enumerate(order_rows(), start=header_line + 1):
        if row is None:
            continue
        for column, header in enumerate(HEADERS):
            style = formats["money"] if header == "Monthly Cost" else None
            _write(sheet, line, column, row.cells.get(header, ""), style, formats)
        expected.append((str(line + 1), row.result, row.did_sent, row.about))
    workbook.close()
    _write_text(folder / "carrier_order_expected.csv", _csv(expected))


def write_bare_numbers(folder: Path) -> None:
    """Write bare_numbers.csv: numbers, one a line, and nothing else."""
    _write_text(folder / "bare_numbers.csv", "".join(f"1407555{100 + number:04d}\n" for number in range(BARE_NUMBERS)))


def write_carrier(folder: Path, carrier: CarrierList) -> None:
    """Write the list of one carrier."""
    path = folder / carrier.file
    lines = ((carrier.header,) if carrier.header else ()) + carrier.rows
    if path.suffix != ".xlsx":
        texts = [[str(cell.value) if isinstance(cell, Number) else str(cell) for cell in line] for line in lines]
        text = _csv(texts, carrier.delimiter, quote_all=carrier.quote_all).replace("\n", carrier.line_end)
        _write_text(path, text, carrier.encoding)
        return
    workbook = _workbook(path)
    sheet = workbook.add_worksheet("Numbers")
    formats = _formats(workbook)
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            _write(sheet, row, column, cell, None, formats)
    sheet.set_column(0, len(lines[0]) - 1, 18)
    workbook.close()


def _workbook(path: Path) -> Any:
    workbook = xlsxwriter.Workbook(str(path))
    workbook.set_properties({"created": datetime(2026, 11, 16, tzinfo=UTC)})
    return workbook


def _formats(workbook: Any) -> dict[str, Any]:
    plain_header = {"bold": True, "bottom": 1}
    return {
        "title": workbook.add_format({"bold": True, "font_size": 13}),
        "header": workbook.add_format({**plain_header, "bg_color": "#D9E2EC"}),
        "added header": workbook.add_format({**plain_header, "bg_color": "#FFF2CC"}),
        "money": workbook.add_format({"num_format": "$0.00"}),
        "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
    }


def _write(sheet: Any, row: int, column: int, cell: Cell, style: Any, formats: dict[str, Any]) -> None:
    """Write a cell as just what it is: a text is never turned into a number or a formula."""
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, style)
    elif isinstance(cell, Number):
        sheet.write_number(row, column, cell.value, style)
    elif isinstance(cell, Formula):
        sheet.write_formula(row, column, cell.text, style, cell.value)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), formats["date"])  # noqa: DTZ001
    elif cell:
        sheet.write_string(row, column, cell, style)


def _csv(rows: Sequence[Sequence[str]], delimiter: str = ",", *, quote_all: bool = False) -> str:
    text = io.StringIO()
    dialect = csv.unix_dialect if quote_all else csv.excel
    csv.writer(text, dialect, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _write_text(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.write_bytes(text.encode(encoding))


def make(folder: Path) -> None:
    """Write everything."""
    carriers = folder / "carriers"
    carriers.mkdir(parents=True, exist_ok=True)
    write_order(folder)
    write_bare_numbers(folder)
    for carrier in LISTS:
        write_carrier(carriers, carrier)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
