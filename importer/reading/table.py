"""A file -> the table that the rest of the program works with."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.model import CellFlaw, Table
from importer.reading.book import open_book
from importer.reading.header_row import FoundHeader, cell, matched
from importer.reading.kind import sha256_of
from importer.reading.rows import ReadOptions, ReadSheet, SheetRow, SheetRows, column_letters, some_of
from importer.reading.sheet_choice import choose_sheet, place_of, sheet_named

_DEFAULTS: Final = ReadOptions()
_NONE: Final[Mapping[int, CellFlaw]] = MappingProxyType({})


def read_table(path: Path, options: ReadOptions = _DEFAULTS, meanwhile: Callable[[], None] = lambda: None) -> Table:
    """Read a spreadsheet or text file as a table of text.

    Args:
        path: the file: .xlsx, .xlsm, .xls, .ods, or text or HTML, whatever its name ends in.
        options: what the person decided.
        meanwhile: called where reading leaves a processor idle, so that what is needed next can be made ready; not
            called where it does not.

    Returns:
        The table, every row of it as long as its header, with what was found while reading.

    Raises:
        SheetError: it cannot be read as a list of DIDs; the message names file, place and next step.
    """
    sha256 = sha256_of(path)
    with open_book(path, options, meanwhile) as (book, facts):
        chosen = choose_sheet(path, book, options)
    sheet, found = chosen.rows, chosen.header
    place = place_of(path, sheet.sheet)
    first = found.index + 1
    data = sheet.rows[first:]
    if not data:
        raise SheetError(f"{place}: row {found.number}: there are no rows below the header; fill in at least one")
    texts = _header_texts(sheet, found)
    width = len(texts)
    beyond = {column for row in data if any(row[width:]) for column, text in enumerate(row[width:], width) if text}
    extra = sorted(beyond)
    header = (*texts, *[""] * len(extra))
    matched(header, options.mapping, f"{place}: row {found.number}" if found.number else place)
    columns = {column: index for index, column in enumerate((*range(width), *extra))}
    return Table(
        path=path,
        sha256=sha256,
        sheet=sheet.sheet,
        header=header,
        row_numbers=sheet.numbers[first:],
        rows=tuple(_cells(data, tuple(columns))),
        flaws=MappingProxyType(
            {
                (row - first, columns[column]): flaw
                for (row, column), flaw in sheet.flaws.items()
                if row >= first and column in columns
            }
        ),
        header_row=found.number,
        blank_rows=sheet.blank_rows,
        facts=(*facts, *chosen.facts, *_header_facts(sheet, found), *_extra_facts(sheet, first, extra), *sheet.facts),
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
    with open_book(path, options) as (book, facts):
        if not book.sheets:
            raise SheetError(f"{path}: has no sheet with cells; get or save the list again")
        read = book.read(book.sheets[0] if sheet is None else sheet_named(path, book, sheet))
    flaws: dict[int, dict[int, CellFlaw]] = {}
    for (row, column), flaw in read.flaws.items():
        flaws.setdefault(row, {})[column] = flaw
    lines = enumerate(zip(read.numbers, read.rows, strict=True))
    rows = tuple(SheetRow(number, texts, flaws.get(index, _NONE)) for index, (number, texts) in lines)
    return SheetRows(read.sheet, rows, read.blank_rows, (*facts, *read.facts))


def _header_texts(sheet: ReadSheet, found: FoundHeader) -> tuple[str, ...]:
    """Return the header up to its last filled cell; for a bare column a header with the server's name over it."""
    if found.index < 0:
        return (*[""] * found.did_column, DID_PATTERN.name)
    texts = sheet.rows[found.index]
    last = max(index for index, text in enumerate(texts) if text)
    return texts[: last + 1]


def _cells(rows: Iterable[tuple[str, ...]], columns: tuple[int, ...]) -> Iterable[tuple[str, ...]]:
    """Yield of each row the cells of these columns, as many as there are columns."""
    width = len(columns)
    in_order = columns[-1] == width - 1
    for texts in rows:
        if not in_order:
            yield tuple(cell(texts, column) for column in columns)
        elif len(texts) == width:
            yield texts
        else:
            # what is cut off is blank in every row
            yield (*texts, *[""] * (width - len(texts)))[:width]


def _header_facts(sheet: ReadSheet, found: FoundHeader) -> tuple[str, ...]:
    if found.index < 0:
        letters = column_letters(found.did_column)
        return (f"there is no header: column {letters} holds nothing but phone numbers and is taken for did_pattern",)
    if found.index == 0:
        return ()
    first = next(text for text in sheet.rows[0] if text)
    lines = f"{found.index} title rows" if found.index > 1 else "a title row"
    return (f"the header is row {found.number}; {lines} above it, not read: '{' '.join(first.split())[:60]}'",)


def _extra_facts(sheet: ReadSheet, first: int, extra: Sequence[int]) -> tuple[str, ...]:
    if not extra:
        return ()
    rows = [
        number
        for number, texts in zip(sheet.numbers[first:], sheet.rows[first:], strict=True)
        if any(cell(texts, column) for column in extra)
    ]
    return (f"rows with cells to the right of the last header, kept without a name: {some_of(rows)}",)
