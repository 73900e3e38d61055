"""Text files of cells (.csv, .tsv, .txt): one row after the other, each with the line on which it begins."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from importer.errors import SheetError
from importer.reading.cell_text import TextMemory
from importer.reading.decode import Decoded
from importer.reading.delimiter import delimiter_named, find_delimiter, name_of
from importer.reading.header_row import looks_like_number
from importer.reading.rows import ReadSheet, RowCollector

_SAMPLE_LINES: Final = 200
_LONGEST_CELL: Final = 131_072


class TextTable:
    """A text file as a workbook of one sheet without a name.

    Args:
        path: the file.
        decoded: its text.
        delimiter: what separates the cells, by hand; None to find it out.
        did_headers: the headers that the person has said to be the DID column.

    Raises:
        SheetError: the separator that was asked for is none.
    """

    sheets = ("",)

    def __init__(self, path: Path, decoded: Decoded, delimiter: str | None, did_headers: Sequence[str]) -> None:
        self._path = path
        # DOS programs end a text with Ctrl-Z
        self._text = decoded.text.removesuffix("\x1a")
        self._skipped_lines = 0
        self._delimiter = delimiter_named(delimiter, str(path)) if delimiter else ""
        said = self._take_separator_line()
        if not self._delimiter:
            sample = list(islice(_lines(self._text), _SAMPLE_LINES))
            self._delimiter = said or find_delimiter(sample, did_headers)
        separator = f"separator {name_of(self._delimiter)}" if self._delimiter in self._text else "one column"
        self.facts = (f"encoding {decoded.encoding}, {separator}", *decoded.facts)

    def read(self, name: str) -> ReadSheet:
        """Read the file.

        Args:
            name: the name of its only sheet, which is empty.

        Raises:
            SheetError: a quotation mark is not closed, or the file has too many rows.
        """
        rows, memory = RowCollector(str(self._path)), TextMemory()
        blank = blank_before = 0
        for line, cells in records(self._text, self._delimiter, str(self._path), self._skipped_lines):
            texts = tuple(map(memory.__getitem__, cells))
            if any(texts):
                rows.add(line, texts)
                blank_before = blank
            else:
                blank += 1
        return rows.finish(name, blank_rows=blank_before)

    def close(self) -> None:
        """Do nothing: the file was let go of when it had been read."""

    def _take_separator_line(self) -> str:
        """Take off the first line if it is one such as ``sep=;``, by which Excel is told the separator."""
        first = next(_lines(self._text), "")
        said = first.strip("\r\n").strip('"')
        if said[:4].lower() != "sep=" or len(said) != 5:
            return ""
        self._text = self._text[len(first) :]
        self._skipped_lines = 1
        return said[4]


def records(text: str, delimiter: str, place: str, lines_before: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Yield every record of a text with the number of the line on which it begins.

    Inside a line quotation marks are taken as Excel takes them. Over several lines they must be right, because a
    stray one would make one cell of many rows.

    Args:
        text: the whole text, with its line ends as they are: CR, LF or CRLF.
        delimiter: the character between two cells.
        place: the file, as an error names it.
        lines_before: lines that stand above the text.

    Raises:
        SheetError: a quotation mark is not closed.
    """
    taken: list[str] = []
    cut_short = False

    def lines() -> Iterator[str]:
        nonlocal cut_short
        for line in _lines(text):
            taken.append(line)
            yield line
        # a reader that asks for one line more in the middle of a record misses the end of a quoted cell
        cut_short = bool(taken)

    number = lines_before + 1
    reader = csv.reader(lines(), delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _unclosed(place, number) from None
        if cut_short or (len(taken) > 1 and not _well_quoted(taken, delimiter, cells)):
            raise _unclosed(place, number)
        yield number, cells
        number += len(taken)
        taken.clear()


def _lines(text: str) -> Iterator[str]:
    # only CR, LF and CRLF end a line here; str.splitlines knows six more
    return iter(io.StringIO(text, newline=""))


def _well_quoted(lines: Sequence[str], delimiter: str, cells: Sequence[str]) -> bool:
    """Say whether several lines are one record: by the rules, and because none of them is a record of its own."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    # a cell that has swallowed a row holds what stood between the row's cells
    swallowed = len(cells) > 1 and any(delimiter in cell for cell in cells if "\n" in cell or "\r" in cell)
    for line in lines[1:] if swallowed else ():
        alone = next(csv.reader([line], delimiter=delimiter), [])
        if len(alone) == len(cells) and any(map(looks_like_number, alone)):
            return False
    return True


def _unclosed(place: str, line: int) -> SheetError:
    return SheetError(
        f'{place}: line {line}: a quotation mark (") opens a cell here and does not close it rightly, or the cell is'
        f" longer than {_LONGEST_CELL:,} characters; close it, or delete the mark"
    )
