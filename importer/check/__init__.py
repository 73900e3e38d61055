"""The check: cells are normalised, judged by a pandera schema, and every problem is told at once.

``table`` leads a table through; ``normalise`` and the modules of DIDs decide on single cells, ``schema`` judges them,
``problems`` finds the words.
"""

from importlib import import_module
from threading import Thread

from importer.check.table import CheckedTable, CheckOptions, DidFormat, check_table

__all__ = ["CheckOptions", "CheckedTable", "DidFormat", "check_table", "import_ahead"]


def import_ahead() -> None:
    """Begin to import pandas and pandera in a thread, which takes as long as reading a large file does."""
    Thread(target=import_module, args=("pandera.pandas",), daemon=True).start()
