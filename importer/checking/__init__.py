"""The check: cells are normalised, judged by a pandera schema, and every problem is told at once.

``table`` leads a table through; ``normalise`` and the modules of DIDs decide on single cells, ``schema`` judges them,
and ``problems`` finds the words.
"""

from importer.checking.did_format import DidFormat
from importer.checking.table import CheckedTable, CheckOptions, check_table

__all__ = ["CheckOptions", "CheckedTable", "DidFormat", "check_table"]
