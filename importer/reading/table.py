"""A file -> the table that the rest of the program works with: the sheet that is the list, its header, its rows."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from importer.columns import DID_PATTERN
from importer.errors import NoSuchSheetError, SheetError
from importer.headers import match_header
from importer.model import CellFlaw, Table
from importer.reading.book import open_book, sha256_of
from importer.reading.header_row import (
    FoundHeader,
    cell,
    find_bare_column,
    find_header,
    find_range_header,
    looks_like_number,
)
from importer.reading.sheet_rows import Book, ReadOptions, SheetRows, column_letters, some_of

_DEFAULTS: Final = ReadOptions()
# those of our own workbooks that hold no order, though some of them have DIDs in them
_OWN_SHEETS: Final = ("Instructions", "Examples", "Lists", "Failed rows")
_ROWS_SHOWN: Final = 10


def read_table(path: Path, options: ReadOptions = _DEFAULTS) -> Table:
    """Read a spreadsheet or text file as a table of text.

    Args:
        path: the file: .xlsx, .xlsm, .xls, .ods, or text or HTML, whatever its name ends in.
        options: what the person decided.

    Returns:
        The table, every row of it as long as its header, with what was found while reading.

    Raises:
        SheetError: it cannot be read as a list of DIDs; the message names file, place and next step.
    """
    sha256 = sha256_of(path)
    with open_book(path, options) as book:
        found = _choose(path, book, options)
    sheet, data = found.sheet, found.below
    place = f"{_place(path, sheet.sheet)}: row {found.number}" if found.number else _place(path, sheet.sheet)
    if not data:
        raise SheetError(f"{place}: there are no rows below the header; fill in at least one")
    texts = _header_texts(found)
    width = len(texts)
    extra = sorted({column for row in data for column, text in enumerate(row.texts[width:], width) if text})
    header = (*texts, *[""] * len(extra))
    try:
        match_header(header, options.mapping)
    except SheetError as trouble:
        raise SheetError(f"{place}: {' '.join(str(trouble).split())}") from None
    columns = (*range(width), *extra)
    index_of = {column: index for index, column in enumerate(columns)}
    flaws = {
        (index, index_of[column]): flaw
        for index, row in enumerate(data)
        for column, flaw in row.flaws.items()
        if column in index_of
    }
    if book.lines and found.number:
        # a separator within a cell has moved the cells behind it
        most = len(sheet.rows[found.index].texts)
        flaws |= {
            (index, found.did_column): CellFlaw.MORE_CELLS for index, row in enumerate(data) if any(row.texts[most:])
        }
    others = [name for name in book.sheets if name != sheet.sheet]
    facts = [*book.facts, f"sheet '{sheet.sheet}' is read; not read: {some_of(others)}"] if others else [*book.facts]
    facts += _header_facts(found)
    if extra:
        rows = [row.number for row in data if any(cell(row.texts, column) for column in extra)]
        facts.append(f"rows with cells to the right of the last header, kept without a name: {some_of(rows)}")
    return Table(
        path=path,
        sha256=sha256,
        sheet=sheet.sheet,
        header=header,
        row_numbers=tuple(row.number for row in data),
        # a row that needs no change is kept as it is, which saves memory
        rows=tuple(
            row.texts if not extra and len(row.texts) == width else tuple(cell(row.texts, column) for column in columns)
            for row in data
        ),
        flaws=MappingProxyType(flaws),
        header_row=found.number,
        blank_rows=sheet.blank_rows,
        facts=(*facts, *sheet.facts),
    )


def read_sheet_rows(path: Path, sheet: str | None = None, options: ReadOptions = _DEFAULTS) -> SheetRows:
    """Read every row of one sheet that is not blank, whatever it holds, for a file whose layout is known.

    Args:
        path: the file.
        sheet: the name of the sheet; None for the first, and for a text file.
        options: encoding and separator of a text file, and the most that is read.

    Raises:
        SheetError: the file cannot be read, or has no sheet of that name.
    """
    with open_book(path, options) as book:
        if not book.sheets:
            raise SheetError(f"{path}: has no sheet with cells; get or save the list again")
        read = book.read(book.sheets[0] if sheet is None else _sheet_named(path, book, sheet))
    return replace(read, facts=(*book.facts, *read.facts))


def _place(path: Path, sheet: str) -> str:
    return f"{path}: sheet '{sheet}'" if sheet else str(path)


def _sheet_named(path: Path, book: Book, wanted: str) -> str:
    """Return the name of a sheet as the file spells it."""
    if wanted in book.sheets:
        return wanted
    near = [name for name in book.sheets if name and name.strip().casefold() == wanted.strip().casefold()]
    if len(near) == 1:
        return near[0]
    if not any(book.sheets):
        raise NoSuchSheetError(f"{path}: there is no sheet '{wanted}': the file has no sheets; leave out --sheet")
    raise NoSuchSheetError(f"{path}: there is no sheet '{wanted}'; the sheets are: {some_of(book.sheets)}")


def _choose(path: Path, book: Book, options: ReadOptions) -> FoundHeader:
    """Find the header of the sheet that was asked for, or of the only one that is likely to be the list."""
    if options.sheet is not None:
        names = [_sheet_named(path, book, options.sheet)]
    else:
        names = [name for name in book.sheets if name not in _OWN_SHEETS] or list(book.sheets)
    headers: list[FoundHeader] = []
    ranges: list[FoundHeader] = []
    bare: list[FoundHeader] = []
    without: list[SheetRows] = []
    for name in names:
        sheet = book.read(name)
        if found := find_header(sheet, options.mapping):
            headers.append(found)
        elif found := find_range_header(sheet):
            ranges.append(found)
        elif found := find_bare_column(sheet):
            bare.append(found)
        elif sheet.rows:
            without.append(sheet)
    # the server's own header tells the list from others; so do, where none or several have it, numbers below
    exact = [found for found in headers if found.did_text == DID_PATTERN.name]
    numbers = [
        found for found in headers if any(looks_like_number(cell(row.texts, found.did_column)) for row in found.below)
    ]
    fitting = next((likelier for likelier in (exact, numbers) if len(likelier) == 1), headers) or ranges or bare
    if not fitting:
        raise _no_list(path, without, names)
    if len(fitting) > 1:
        several = some_of([found.sheet.sheet for found in fitting])
        raise SheetError(f"{path}: several sheets have a DID column: {several}; say which with --sheet")
    return fitting[0]


def _no_list(path: Path, without: Sequence[SheetRows], names: Sequence[str]) -> SheetError:
    if not without:
        place = _place(path, names[0]) if len(names) == 1 else str(path)
        return SheetError(f"{place}: is empty: no cell of it is filled; get or save the list again")
    first = without[0]
    if any(map(looks_like_number, first.rows[0].texts)):
        return SheetError(
            f"{_place(path, first.sheet)}: row {first.rows[0].number}: there is no header, and it is not certain which"
            f" column holds the DIDs; write a row of headers above, with {DID_PATTERN.name} over the DIDs"
        )
    seen: list[str] = []
    for sheet in without[:5]:
        texts = some_of([text for text in _likely_header(sheet) if text], 30)
        seen.append(f"sheet '{sheet.sheet}': {texts}" if sheet.sheet else texts)
    header = _likely_header(first)
    counts = [sum(looks_like_number(cell(row.texts, column)) for row in first.rows) for column in range(len(header))]
    likely = header[counts.index(max(counts))] if any(counts) else ""
    likely = likely or next(filter(None, header))
    return SheetError(
        f"{path}: there is no DID column; the columns are: {'; '.join(seen)}; rename the one that holds the numbers to"
        f' {DID_PATTERN.name}, or say which it is with --map "{likely}={DID_PATTERN.name}"'
    )


def _likely_header(sheet: SheetRows) -> list[str]:
    """Return the fullest of the first rows, each cell short and on one line."""
    fullest = max((row.texts for row in sheet.rows[:_ROWS_SHOWN]), key=lambda texts: sum(map(bool, texts)))
    return [" ".join(text.split())[:40] for text in fullest]


def _header_texts(found: FoundHeader) -> tuple[str, ...]:
    """Return the header up to its last filled cell; for a bare column a header with the server's name over it."""
    if found.index < 0:
        return (*[""] * found.did_column, DID_PATTERN.name)
    texts = found.sheet.rows[found.index].texts
    last = max(index for index, text in enumerate(texts) if text)
    return texts[: last + 1]


def _header_facts(found: FoundHeader) -> tuple[str, ...]:
    if found.index < 0:
        letters = column_letters(found.did_column)
        return (f"there is no header: column {letters} holds nothing but phone numbers and is taken for did_pattern",)
    if found.index == 0:
        return ()
    first = next(text for text in found.sheet.rows[0].texts if text)
    lines = f"{found.index} title rows" if found.index > 1 else "a title row"
    return (f"the header is row {found.number}; {lines} above it, not read: '{' '.join(first.split())[:60]}'",)
