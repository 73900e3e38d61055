"""What an ugly file is: how it is made, what must be read from it, and what must become of each of its rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from importer.model import CellFlaw, Result
from importer.reading import ReadOptions

Row = tuple[int, tuple[str, ...]]
"""A row number and the texts of the row."""

IN_GROUPS = ("SALES_IN", "SUPPORT_TEAM", "SALES", "SUPPORT", "S", "S2")
"""The in-groups of the VICIdial that the files are imported into."""


@dataclass(frozen=True, slots=True)
class Became:
    """What must become of one row when the file is imported.

    Attributes:
        row: the row number.
        result: the word of the results.
        did: the DID that must be sent; empty where the row must not be sent.
        reason: what the reason must say, among other things.
    """

    row: int
    result: Result
    did: str = ""
    reason: str = ""


def added(row: int, did: str, reason: str = "") -> Became:
    """Return the outcome of a row whose DID must be in VICIdial afterwards."""
    return Became(row, Result.SUCCESS, did, reason)


def invalid(row: int, reason: str) -> Became:
    """Return the outcome of a row that must not be sent."""
    return Became(row, Result.INVALID, reason=reason)


def turned_down(row: int, did: str, reason: str) -> Became:
    """Return the outcome of a row that must be sent, and that VICIdial does not take."""
    return Became(row, Result.INVALID, did, reason)


def twice(row: int, earlier: int) -> Became:
    """Return the outcome of a row whose DID stands in an earlier row already."""
    return Became(row, Result.DUPLICATE, reason=f"the same DID stands in row {earlier} already")


def there(row: int, did: str) -> Became:
    """Return the outcome of a row whose DID is in VICIdial before."""
    return Became(row, Result.DUPLICATE, did, "DID ALREADY EXISTS")


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
        became: what must become of each row, in the order of the results; several for a range that is taken apart.
        flags: what the person says on the command line beside the options.
        said: what ``check`` must say, each a part of its words.
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
    became: tuple[Became, ...] = ()
    flags: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    def write_to(self, folder: Path) -> Path:
        """Make the file in a folder and return its path."""
        path = folder / f"{self.name}{self.ending}"
        self.make(path)
        return path

    def words(self) -> tuple[str, ...]:
        """Return all that the person says about the file, as words of a command line."""
        options = self.options
        named = (("--sheet", options.sheet), ("--encoding", options.encoding), ("--delimiter", options.delimiter))
        words = [word for flag, value in named if value is not None for word in (flag, value)]
        for header, column in options.mapping.items():
            words += ["--map", f"{header}={column}"]
        return (*words, *self.flags)


def bytes_of(content: str | bytes) -> Callable[[Path], None]:
    """Return a maker of a file with these bytes, or with this text in UTF-8."""
    data = content.encode() if isinstance(content, str) else content

    def make(path: Path) -> None:
        path.write_bytes(data)

    return make


def text_read(
    name: str,
    content: str | bytes,
    header: tuple[str, ...],
    rows: tuple[Row, ...],
    *,
    ending: str = ".csv",
    became: tuple[Became, ...] = (),
    **more: Any,
) -> MessyFile:
    """Return a text file that must be read."""
    return MessyFile(name, ending, bytes_of(content), header, rows, became=became or all_added(rows), **more)


def all_added(rows: tuple[Row, ...]) -> tuple[Became, ...]:
    """Return what becomes of rows whose first cells are DIDs that get in as they are."""
    return tuple(added(number, cells[0]) for number, cells in rows)


def refused(
    name: str, make: Callable[[Path], None] | str | bytes, error: str, *, ending: str = ".csv", **more: Any
) -> MessyFile:
    """Return a file that must be refused with a message in which this regular expression is found."""
    maker = bytes_of(make) if isinstance(make, str | bytes) else make
    return MessyFile(name, ending, maker, error=error, **more)
