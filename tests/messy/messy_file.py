"""What an ugly file is: how it is made, and what must be read from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from importer.model import CellFlaw
from importer.sheet import ReadOptions

Row = tuple[int, tuple[str, ...]]
"""A row number and the texts of the row."""


@dataclass(frozen=True, slots=True)
class MessyFile:
    """One file with one trouble.

    Attributes:
        name: the trouble in words with hyphens; the name of the file without its ending.
        ending: the ending of its name.
        make: writes the file.
        header: the header that must be read; empty where the file cannot be read.
        rows: the rows that must be read, with their numbers.
        flaws: ``(row number, index of the column)`` -> the flaw that must be found.
        error: where the file cannot be read, a regular expression for the message.
        options: what the person says about the file.
        facts: what must be said about it, each a part of one of the sentences.
        sheet: the sheet that must be chosen.
        header_row: the row number of the header; 0 for none.
        blank_rows: how many blank rows must be counted.
    """

    name: str
    ending: str
    make: Callable[[Path], None]
    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    flaws: Mapping[tuple[int, int], CellFlaw] = field(default_factory=lambda: MappingProxyType({}))
    error: str = ""
    options: ReadOptions = field(default_factory=ReadOptions)
    facts: tuple[str, ...] = ()
    sheet: str = ""
    header_row: int = 1
    blank_rows: int = 0

    def write_to(self, folder: Path) -> Path:
        """Make the file in a folder and return its path."""
        path = folder / f"{self.name}{self.ending}"
        self.make(path)
        return path


def bytes_of(content: str | bytes) -> Callable[[Path], None]:
    """Return a maker of a file with these bytes, or with this text in UTF-8."""
    data = content.encode() if isinstance(content, str) else content

    def make(path: Path) -> None:
        path.write_bytes(data)

    return make


def readable(
    name: str,
    ending: str,
    make: Callable[[Path], None],
    header: tuple[str, ...],
    rows: tuple[Row, ...],
    *,
    flaws: Mapping[tuple[int, int], CellFlaw] = MappingProxyType({}),
    options: ReadOptions | None = None,
    facts: tuple[str, ...] = (),
    sheet: str = "",
    header_row: int = 1,
    blank_rows: int = 0,
) -> MessyFile:
    """Return a file that must be read."""
    return MessyFile(
        name,
        ending,
        make,
        header,
        rows,
        flaws,
        options=options or ReadOptions(),
        facts=facts,
        sheet=sheet,
        header_row=header_row,
        blank_rows=blank_rows,
    )


def text_read(
    name: str,
    content: str | bytes,
    header: tuple[str, ...],
    rows: tuple[Row, ...],
    *,
    ending: str = ".csv",
    options: ReadOptions | None = None,
    facts: tuple[str, ...] = (),
    sheet: str = "",
    header_row: int = 1,
    blank_rows: int = 0,
) -> MessyFile:
    """Return a text file that must be read."""
    return readable(
        name,
        ending,
        bytes_of(content),
        header,
        rows,
        options=options,
        facts=facts,
        sheet=sheet,
        header_row=header_row,
        blank_rows=blank_rows,
    )


def refused(
    name: str,
    make: Callable[[Path], None] | str | bytes,
    error: str,
    *,
    ending: str = ".csv",
    options: ReadOptions | None = None,
) -> MessyFile:
    """Return a file that must be refused with a message in which this regular expression is found."""
    maker = bytes_of(make) if isinstance(make, str | bytes) else make
    return MessyFile(name, ending, maker, error=error, options=options or ReadOptions())
