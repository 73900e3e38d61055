"""Finding the sheet Results in a file, and our columns among the input's."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from importer.errors import SheetError
from importer.reading import ReadOptions, SheetRow, SheetRows, read_sheet_rows
from importer.workbooks.results.summary import OUR_HEADERS, RESULTS_SHEET, ROW_HEADER, SUMMARY_SHEET

_HEADER_WITHIN: Final = 50
_MOST_UNPACKED: Final = 6 * 1024**3
"""A whole sheet of ours, of as many cells as are read, unpacks to some 4 GiB; other lists have a lower limit."""
_SEPARATORS: Final = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class ResultsSheet:
    """The sheet Results as it stands in the file.

    Attributes:
        place: file and sheet, as an error names them.
        header: the line of headers.
        lines: the lines below it that are not blank.
        ours: the index of the column ``result``.
        theirs: the indices of the input's columns, and of those that the person added at the right.
        facts: name -> value of the facts in the Summary; nothing where there is none.
    """

    place: str
    header: SheetRow
    lines: tuple[SheetRow, ...]
    ours: int
    theirs: tuple[int, ...]
    facts: Mapping[str, str]


def find_results_sheet(path: Path) -> ResultsSheet:
    """Find the sheet Results, or the text file that it was saved as, and our columns in it.

    Args:
        path: a results workbook, or its sheet Results saved as CSV.

    Raises:
        SheetError: the file cannot be read, or is no such thing.
    """
    options = ReadOptions(max_unpacked_bytes=_MOST_UNPACKED)
    first = read_sheet_rows(path, options=options)
    if not first.sheet:
        return _find_in_text(path, first)
    facts: dict[str, str] = {}
    with suppress(SheetError):
        summary = first if first.sheet == SUMMARY_SHEET else read_sheet_rows(path, SUMMARY_SHEET, options)
        facts = {line.texts[0]: line.texts[1] for line in summary.rows if len(line.texts) > 1}
    try:
        sheet = first if first.sheet == RESULTS_SHEET else read_sheet_rows(path, RESULTS_SHEET, options)
    except SheetError as error:
        raise SheetError(f"{error}; rerun takes an order_results.xlsx of an earlier run") from None
    found = _look_through(sheet.rows, f"{path}: sheet '{sheet.sheet}'", facts)
    if found is None:
        raise _no_results(f"{path}: sheet '{sheet.sheet}'")
    return found


def _find_in_text(path: Path, sheet: SheetRows) -> ResultsSheet:
    found = _look_through(sheet.rows, str(path), {})
    for separator in _SEPARATORS:
        if found is not None:
            return found
        # our own headers tell better than anything else what separates the cells
        with suppress(SheetError):
            again = read_sheet_rows(path, options=ReadOptions(delimiter=separator))
            found = _look_through(again.rows, str(path), {})
    if found is None:
        raise _no_results(str(path))
    return found


def _no_results(place: str) -> SheetError:
    return SheetError(
        f"{place}: is not a results sheet: it has no column '{ROW_HEADER}' first and {', '.join(OUR_HEADERS)} side by"
        " side after it; rerun takes an order_results.xlsx of an earlier run, and a new list is imported with:"
        " did-importer run"
    )


def _look_through(lines: Sequence[SheetRow], place: str, facts: Mapping[str, str]) -> ResultsSheet | None:
    for index, line in enumerate(lines[:_HEADER_WITHIN]):
        names = [text.strip().lower() for text in line.texts]
        if not names or names[0] != ROW_HEADER:
            continue
        for ours in range(len(names) - len(OUR_HEADERS), 0, -1):
            if tuple(names[ours : ours + len(OUR_HEADERS)]) == OUR_HEADERS:
                added = _columns_in_use(lines[index:], ours + len(OUR_HEADERS))
                columns = (*range(1, ours), *added)
                return ResultsSheet(place, line, tuple(lines[index + 1 :]), ours, columns, MappingProxyType({**facts}))
    return None


def _columns_in_use(lines: Sequence[SheetRow], start: int) -> tuple[int, ...]:
    """Return the columns from ``start`` on that hold a text anywhere."""
    used = {column for line in lines for column in range(start, len(line.texts)) if line.texts[column]}
    return tuple(sorted(used))


def text_at(line: SheetRow, column: int) -> str:
    """Return a line's text in a column; lines end with their last filled cell."""
    return line.texts[column] if column < len(line.texts) else ""
