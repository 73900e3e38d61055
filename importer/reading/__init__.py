"""Spreadsheets and text files as tables of text, whatever a carrier, a portal or a person made of them."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from importer.reading.sheet_rows import ReadOptions, SheetRow, SheetRows

if TYPE_CHECKING:
    from importer.reading.file_kind import sha256_of
    from importer.reading.table import read_sheet_rows, read_table

__all__ = ["ReadOptions", "SheetRow", "SheetRows", "read_sheet_rows", "read_table", "sha256_of"]

_LATER: Final = {
    "read_sheet_rows": "importer.reading.table",
    "read_table": "importer.reading.table",
    "sha256_of": "importer.reading.file_kind",
}
"""What is imported when it is first asked for: ``--help`` needs the options, and none of the readers."""


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
