"""The check: cells are normalised, judged by a pandera schema, and every problem is told at once.

``table`` leads a table through; ``normalise`` and the modules of DIDs decide on single cells, ``schema`` judges them,
``problems`` finds the words, and ``imports`` has the libraries ready in time.
"""

from importer.checking.imports import ImportsAhead
from importer.checking.table import CheckedTable, CheckOptions, DidFormat, check_table

__all__ = ["CheckOptions", "CheckedTable", "DidFormat", "ImportsAhead", "check_table"]
