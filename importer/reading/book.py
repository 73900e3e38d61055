"""Open whatever the file is: all kinds give their sheets in the same way, and only the reader of one is imported."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.reading import limits
from importer.reading.decode import decode
from importer.reading.file_kind import FileKind, kind_of, misnamed, open_file
from importer.reading.package import Package
from importer.reading.sheet_rows import ReadOptions, SheetRows

_COMMENTS: Final = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL)
_HTML: Final = re.compile(
    r"<(?:!doctype\s+html|html|head|meta|body|table|div|style|title|center|font|p|br|frameset|form|span|script|link|h[1-6]|thead|tr)\b",
    re.IGNORECASE,
)
_OTHER_TEXTS: Final = (
    (re.compile(r"\s*<(?s:.{0,2000})urn:schemas-microsoft-com:office:spreadsheet"), "an Excel 2003 XML spreadsheet"),
    (re.compile(r"\s*<(?s:.{0,4000})office:document\b"), "a flat OpenDocument spreadsheet"),
    (re.compile(r"\s*<"), "an XML file"),
    (re.compile(r"MIME-Version:|From: <Saved by", re.IGNORECASE), "a web archive (.mht)"),
    (re.compile(r"\s*(?:\[\s*[{\[\]\"]|\{\s*[\"}])"), "a JSON file"),
)


@dataclass(frozen=True, slots=True)
class Book:
    """An open file: its sheets (one without a name for a text file), and how the one of a name is read."""

    sheets: tuple[str, ...]
    read: Callable[[str], SheetRows]
    facts: tuple[str, ...] = ()
    # its rows are lines, in which a missing quotation mark makes cells of one
    lines: bool = False


@contextmanager
def open_book(path: Path, options: ReadOptions) -> Iterator[Book]:
    """Open a file by its content."""
    kind = kind_of(path, options.max_unpacked_bytes)
    facts = tuple(filter(None, [misnamed(path, kind)]))
    if kind is not FileKind.TEXT and (options.encoding or options.delimiter):
        facts += (f"encoding and separator are for text files; this is {kind}",)
    if kind is FileKind.TEXT:
        yield _text_book(path, options, facts)
    elif kind is FileKind.XLS:
        from importer.reading.excel_97 import open_excel_97

        old = open_excel_97(path)
        yield Book(old.sheets, old.read, facts)
    else:
        with closing(Package(path, options.max_unpacked_bytes)) as package:
            yield _ods_book(path, package, facts) if kind is FileKind.ODS else _excel_book(path, package, facts)


def _excel_book(path: Path, package: Package, facts: tuple[str, ...]) -> Book:
    from importer.reading.excel import open_excel, read_excel_sheet
    from importer.reading.excel_fast import UnusualSheetError, read_excel_fast

    book = open_excel(path, package)
    if len(book.sheets) > limits.MOST_SHEETS:
        raise SheetError(
            f"{path}: has more than {limits.MOST_SHEETS} sheets; copy the one with the list into a new file"
        )

    def read(name: str) -> SheetRows:
        with suppress(UnusualSheetError):
            return read_excel_fast(book, name)
        return read_excel_sheet(book, name)

    return Book(tuple(book.sheets), read, facts)


def _ods_book(path: Path, package: Package, facts: tuple[str, ...]) -> Book:
    from importer.reading.opendocument import read_opendocument

    sheets = read_opendocument(path, package)
    return Book(tuple(sheets), sheets.__getitem__, facts)


def _text_book(path: Path, options: ReadOptions, facts: tuple[str, ...]) -> Book:
    from importer.reading.text_file import read_text

    with open_file(path) as stream:
        data = stream.read(options.max_unpacked_bytes + 1)
    if len(data) > options.max_unpacked_bytes:
        most = options.max_unpacked_bytes / 2**20
        raise SheetError(f"{path}: has more than {most:,.0f} MiB, the most that is read; split it into several files")
    decoded = decode(data, str(path), options.encoding)
    start = _COMMENTS.match(decoded.text)
    if _HTML.match(decoded.text, start.end() if start else 0):
        from importer.reading.html_tables import read_html_tables

        tables = read_html_tables(path, decoded)
        said = (*facts, f"an HTML page, encoding {decoded.encoding}", *decoded.facts)
        return Book(tuple(tables), tables.__getitem__, said)
    for pattern, what in _OTHER_TEXTS:
        if pattern.match(decoded.text[:8192]):
            raise SheetError(
                f"{path}: is {what}, which is not read; open it in Excel or LibreOffice and save it as .xlsx, or get"
                " the list as .csv"
            )
    did_headers = [header for header, name in options.mapping.items() if name == DID_PATTERN.name]
    rows, more = read_text(path, decoded, options.delimiter, did_headers)
    return Book(("",), lambda _: rows, (*facts, *more), lines=True)
