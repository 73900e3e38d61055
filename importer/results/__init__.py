"""The results workbook: what became of every row, written so that it is whole or not there, and read for a rerun."""

from importer.results.parts import ResultsPart, part_spans
from importer.results.place import ResultsPlace
from importer.results.previous import PreviousResults, PreviousRow, read_results
from importer.results.summary import Cause, RunSummary
from importer.results.workbook import columns_of, write_results
from importer.workbooks.output_file import check_writable, free_path

__all__ = [
    "Cause",
    "PreviousResults",
    "PreviousRow",
    "ResultsPart",
    "ResultsPlace",
    "RunSummary",
    "check_writable",
    "columns_of",
    "free_path",
    "part_spans",
    "read_results",
    "write_results",
]
