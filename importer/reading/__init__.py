"""Spreadsheets and text files as tables of text, whatever a carrier, a portal or a person made of them."""

from importer.reading.book import sha256_of
from importer.reading.sheet_rows import ReadOptions, SheetRow, SheetRows
from importer.reading.table import read_sheet_rows, read_table

__all__ = ["ReadOptions", "SheetRow", "SheetRows", "read_sheet_rows", "read_table", "sha256_of"]
