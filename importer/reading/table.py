"""A file -> the table that the rest of the program works with."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.model import CellFlaw, Table
from importer.reading.book import open_book
from importer.reading.file_kind import sha256_of
from importer.reading.header_row import FoundHeader, cell, matched
from importer.reading.sheet_choice import choose_sheet, place_of, sheet_named
from importer.reading.sheet_rows import ReadOptions, SheetRow, SheetRows, column_letters, some_of

_DEFAULTS: Final = ReadOptions()


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
        chosen = choose_sheet(path, book, options)
    sheet, found = chosen.rows, chosen.header
    place = place_of(path, sheet.sheet)
    data = sheet.rows[found.index + 1 :]
    if not data:
        raise SheetError(f"{place}: row {found.number}: there are no rows below the header; fill in at least one")
    texts = _header_texts(sheet, found)
    width = len(texts)
    extra = sorted({column for row in data for column, text in enumerate(row.texts[width:], width) if text})
    header = (*texts, *[""] * len(extra))
    matched(header, options.mapping, f"{place}: row {found.number}" if found.number else place)
    columns = {column: index for index, column in enumerate((*range(width), *extra))}
    flaws = {
        (index, columns[column]): flaw
        for index, row in enumerate(data)
        for column, flaw in row.flaws.items()
        if column in columns
    }
    if book.lines and found.number:
        # a separator within a cell has moved the cells behind it
        most = len(sheet.rows[found.index].texts)
        flaws |= {
            (index, found.did_column): CellFlaw.MORE_CELLS for index, row in enumerate(data) if any(row.texts[most:])
        }
    return Table(
        path=path,
        sha256=sha256,
        sheet=sheet.sheet,
        header=header,
        row_numbers=tuple(row.number for row in data),
        rows=tuple(_cells(row.texts, tuple(columns)) for row in data),
        flaws=MappingProxyType(flaws),
        header_row=found.number,
        blank_rows=sheet.blank_rows,
        facts=(
            *book.facts,
            *chosen.facts,
            *_header_facts(sheet, found),
            *_extra_facts(data, extra),
            *sheet.facts,
        ),
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
        read = book.read(book.sheets[0] if sheet is None else sheet_named(path, book, sheet))
    return replace(read, facts=(*book.facts, *read.facts))


def _header_texts(sheet: SheetRows, found: FoundHeader) -> tuple[str, ...]:
    """Return the header up to its last filled cell; for a bare column a header with the server's name over it."""
    if found.index < 0:
        return (*[""] * found.did_column, DID_PATTERN.name)
    texts = sheet.rows[found.index].texts
    last = max(index for index, text in enumerate(texts) if text)
    return texts[: last + 1]


def _cells(texts: tuple[str, ...], columns: tuple[int, ...]) -> tuple[str, ...]:
    """Return of a row the cells of these columns, as many as there are columns."""
    if len(texts) == len(columns) == columns[-1] + 1:
        return texts
    return tuple(cell(texts, column) for column in columns)


def _header_facts(sheet: SheetRows, found: FoundHeader) -> tuple[str, ...]:
    if found.index < 0:
        letters = column_letters(found.did_column)
        return (f"there is no header: column {letters} holds nothing but phone numbers and is taken for did_pattern",)
    if found.index == 0:
        return ()
    first = next(text for text in sheet.rows[0].texts if text)
    lines = f"{found.index} title rows" if found.index > 1 else "a title row"
    return (f"the header is row {found.number}; {lines} above it, not read: '{' '.join(first.split())[:60]}'",)


def _extra_facts(data: Sequence[SheetRow], extra: Sequence[int]) -> tuple[str, ...]:
    rows = [row.number for row in data if any(cell(row.texts, column) for column in extra)]
    return (f"rows with cells to the right of the last header, kept without a name: {some_of(rows)}",) if rows else ()
