"""The check: cells are normalised, judged by a pandera schema, and every problem is told at once.

``table`` leads a table through; ``normalise`` and the modules of DIDs decide on single cells, ``schema`` judges them,
``problems`` finds the words.
"""

from importlib import import_module
from threading import Thread

from importer.check.schema import warm_up
from importer.check.table import CheckedTable, CheckOptions, DidFormat, check_table

__all__ = ["CheckOptions", "CheckedTable", "DidFormat", "check_table", "import_ahead"]


def import_ahead() -> None:
    """Begin to import what a check needs in a thread, and to build the schema; a large file is read meanwhile."""
    Thread(target=_make_ready, daemon=True).start()


def _make_ready() -> None:
    warm_up()
    for name in ("phonenumbers", "xlsxwriter"):
        import_module(name)
