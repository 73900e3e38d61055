"""The results workbook: what became of every row, written so that it is whole or not there, and read for a rerun."""

from importer.workbooks.results.causes import Cause
from importer.workbooks.results.parts import ResultsPart, ResultsPlace, columns_of, part_spans
from importer.workbooks.results.previous import PreviousResults, read_results
from importer.workbooks.results.rows import PreviousRow
from importer.workbooks.results.summary import RunSummary
from importer.workbooks.results.workbook import write_results

__all__ = [
    "Cause",
    "PreviousResults",
    "PreviousRow",
    "ResultsPart",
    "ResultsPlace",
    "RunSummary",
    "columns_of",
    "part_spans",
    "read_results",
    "write_results",
]
