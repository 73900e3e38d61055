"""Which sheet of a workbook is the list: the one that was asked for, or the only one with a DID column."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.reading.book import Book
from importer.reading.header_row import (
    FoundHeader,
    cell,
    find_bare_column,
    find_header,
    find_range_header,
    looks_like_number,
)
from importer.reading.sheet_rows import ReadOptions, SheetRows, some_of

OWN_SHEETS: Final = ("Instructions", "Examples", "Lists", "Failed rows")
"""The sheets of our own workbooks that hold no order, though some of them have DIDs in them."""

_ROWS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class ChosenSheet:
    """The sheet that is the list, its header, and what there is to say about the choice."""

    rows: SheetRows
    header: FoundHeader
    facts: tuple[str, ...]


def place_of(path: Path, sheet: str) -> str:
    """Return file and sheet as an error names them."""
    return f"{path}: sheet '{sheet}'" if sheet else str(path)


def sheet_named(path: Path, book: Book, wanted: str) -> str:
    """Return the name of a sheet as the file spells it."""
    if wanted in book.sheets:
        return wanted
    near = [name for name in book.sheets if name and name.strip().casefold() == wanted.strip().casefold()]
    if len(near) == 1:
        return near[0]
    if not any(book.sheets):
        raise SheetError(f"{path}: there is no sheet '{wanted}': the file has no sheets; leave out --sheet")
    raise SheetError(f"{path}: there is no sheet '{wanted}'; the sheets are: {some_of(book.sheets)}")


def choose_sheet(path: Path, book: Book, options: ReadOptions) -> ChosenSheet:
    """Choose the sheet and find its header."""
    if options.sheet is not None:
        names = [sheet_named(path, book, options.sheet)]
    else:
        names = [name for name in book.sheets if name not in OWN_SHEETS] or list(book.sheets)
    with_header: list[tuple[SheetRows, FoundHeader]] = []
    with_ranges: list[tuple[SheetRows, FoundHeader]] = []
    bare: list[tuple[SheetRows, FoundHeader]] = []
    without: list[SheetRows] = []
    for name in names:
        sheet = book.read(name)
        found = find_header(sheet, options.mapping)
        if found:
            with_header.append((sheet, found))
        elif ranges := find_range_header(sheet):
            with_ranges.append((sheet, ranges))
        elif column := find_bare_column(sheet):
            bare.append((sheet, column))
        elif sheet.rows:
            without.append(sheet)
    fitting = _likelier(with_header) or with_ranges or bare
    if len(fitting) > 1:
        several = some_of([sheet.sheet for sheet, _ in fitting])
        raise SheetError(f"{path}: several sheets have a DID column: {several}; say which with --sheet")
    if not fitting:
        raise _no_list(path, without, names)
    sheet, header = fitting[0]
    others = [name for name in book.sheets if name != sheet.sheet]
    facts = (f"sheet '{sheet.sheet}' is read; not read: {some_of(others)}",) if others else ()
    return ChosenSheet(sheet, header, facts)


def _likelier(found: Sequence[tuple[SheetRows, FoundHeader]]) -> list[tuple[SheetRows, FoundHeader]]:
    """Return the one sheet with the server's own header or, if none has it, with phone numbers below; else all."""
    exact = [one for one in found if cell(one[0].rows[one[1].index].texts, one[1].did_column) == DID_PATTERN.name]
    numbers = [
        (sheet, header)
        for sheet, header in found
        if any(looks_like_number(cell(row.texts, header.did_column)) for row in sheet.rows[header.index + 1 :])
    ]
    return next((likelier for likelier in (exact, numbers) if len(likelier) == 1), list(found))


def _no_list(path: Path, without: Sequence[SheetRows], names: Sequence[str]) -> SheetError:
    if not without:
        place = place_of(path, names[0]) if len(names) == 1 else str(path)
        return SheetError(f"{place}: is empty: no cell of it is filled; get or save the list again")
    if any(map(looks_like_number, without[0].rows[0].texts)):
        place = f"{place_of(path, without[0].sheet)}: row {without[0].rows[0].number}"
        return SheetError(
            f"{place}: there is no header, and it is not certain which column holds the DIDs; write a row of headers"
            f" above, with {DID_PATTERN.name} over the DIDs"
        )
    columns = [(sheet.sheet, _columns(sheet)) for sheet in without]
    seen = "; ".join(
        f"sheet '{name}': {some_of(texts, 30)}" if name else some_of(texts, 30) for name, texts in columns[:5]
    )
    likely = _over_numbers(without[0]) or columns[0][1][0]
    return SheetError(
        f"{path}: there is no DID column; the columns are: {seen}; rename the one that holds the numbers to"
        f' {DID_PATTERN.name}, or say which it is with --map "{likely}={DID_PATTERN.name}"'
    )


def _over_numbers(sheet: SheetRows) -> str:
    """Return the header of the column with the most phone numbers; empty where none has any."""
    texts = [row.texts for row in sheet.rows]
    header = max(texts[:_ROWS_SHOWN], key=lambda cells: sum(map(bool, cells)))
    counts = [sum(looks_like_number(cell(cells, column)) for cells in texts) for column in range(len(header))]
    return " ".join(header[counts.index(max(counts))].split())[:40] if any(counts) else ""


def _columns(sheet: SheetRows) -> list[str]:
    """Return what is most likely the header, each name short and on one line: the fullest of the first rows."""
    likely = max((row.texts for row in sheet.rows[:_ROWS_SHOWN]), key=lambda texts: sum(map(bool, texts)))
    return [" ".join(text.split())[:40] for text in likely if text]
