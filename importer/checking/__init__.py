"""The check: cells are normalised, judged by a pandera schema, and every problem is told at once."""

from importer.checking.options import CheckOptions, DidFormat
from importer.checking.table import CheckedTable, check_table

__all__ = ["CheckOptions", "CheckedTable", "DidFormat", "check_table"]
