"""Open whatever the file is: all kinds give their sheets in the same way."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.reading.decode import decode
from importer.reading.file_kind import FileKind, kind_of, misnamed, open_file
from importer.reading.package import Package
from importer.reading.sheet_rows import Book, ReadOptions

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


@contextmanager
def open_book(path: Path, options: ReadOptions) -> Iterator[Book]:
    """Open a file by its content; only the reader of its kind is imported."""
    kind = kind_of(path, options.max_unpacked_bytes)
    facts = tuple(filter(None, [misnamed(path, kind)]))
    if kind is not FileKind.TEXT and (options.encoding or options.delimiter):
        facts += (f"encoding and separator are for text files; this is {kind}",)
    with ExitStack() as stack:
        if kind is FileKind.TEXT:
            book = _text_book(path, options)
        elif kind is FileKind.XLS:
            from importer.reading.excel_97 import open_excel_97

            book = open_excel_97(path)
        else:
            package = stack.enter_context(closing(Package(path, options.max_unpacked_bytes)))
            if kind is FileKind.XLSX:
                from importer.reading.excel import open_excel

                book = open_excel(path, package)
            else:
                from importer.reading.opendocument import read_opendocument

                book = read_opendocument(path, package)
        yield replace(book, facts=(*facts, *book.facts))


def _text_book(path: Path, options: ReadOptions) -> Book:
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

        return read_html_tables(path, decoded)
    for pattern, what in _OTHER_TEXTS:
        if pattern.match(decoded.text[:8192]):
            raise SheetError(
                f"{path}: is {what}, which is not read; open it in Excel or LibreOffice and save it as .xlsx, or get"
                " the list as .csv"
            )
    did_headers = [header for header, name in options.mapping.items() if name == DID_PATTERN.name]
    return read_text(path, decoded, options.delimiter, did_headers)
