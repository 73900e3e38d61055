"""One list of cells, written as each kind of file by the library that people's programs write it with."""

import csv
import html
import io
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import openpyxl
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

Rows = Sequence[Sequence[str]]


def by_csv(rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode()


def by_openpyxl(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    out, book = io.BytesIO(), openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(out)
    return out.getvalue()


def by_xlsxwriter(rows: Rows, *, unusual: bool = False) -> bytes:
    """Write an .xlsx; an unusual one has an error and a hidden row, so that it is read cell by cell."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                sheet.write_string(at, column, text)
        if unusual:
            sheet.write_formula("D1", "=1/0", value="#DIV/0!")
            sheet.set_row(5, None, None, {"hidden": True})
    return out.getvalue()


def by_xlwt(rows: Rows) -> bytes:
    out, book = io.BytesIO(), xlwt.Workbook()
    sheet = book.add_sheet("Order")
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            sheet.write(at, column, text)
    book.save(out)
    return out.getvalue()


def by_odfpy(rows: Rows) -> bytes:
    out, document, table = io.BytesIO(), OpenDocumentSpreadsheet(), Table(name="Order")
    for row in rows:
        line = TableRow()
        for text in row:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=text))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(out)
    return out.getvalue()


def by_html(rows: Rows) -> bytes:
    lines = "".join("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f"<html><meta charset=utf-8><body><table>{lines}</table></body></html>".encode()


WRITERS: Mapping[str, Callable[[Rows], bytes]] = MappingProxyType(
    {".csv": by_csv, ".xlsx": by_xlsxwriter, ".xls": by_xlwt, ".ods": by_odfpy, ".html": by_html}
)
