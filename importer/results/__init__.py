"""The results workbook: what became of every row, written so that it is whole or not there, and read for a rerun."""

from importer.results.previous import PreviousResults, PreviousRow, read_results
from importer.results.summary import Cause, RunSummary
from importer.results.workbook import write_results
from importer.workbooks.output_file import check_writable, free_path

__all__ = [
    "Cause",
    "PreviousResults",
    "PreviousRow",
    "RunSummary",
    "check_writable",
    "free_path",
    "read_results",
    "write_results",
]
