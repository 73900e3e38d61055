"""Open whatever the file is: all kinds give their sheets in the same way, and only the reader of one is imported."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.reading.decode import Decoded, decode
from importer.reading.kind import FileKind, kind_of, misnamed, open_file
from importer.reading.rows import ReadOptions, ReadSheet

_COMMENTS: Final = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_HTML: Final = re.compile(
    r"<(?:!doctype\s+html|html|head|meta|body|table|div|style|title|center|font|p|br)\b", re.IGNORECASE
)
_OTHER_TEXTS: Final = (
    (re.compile(r"(?s).{0,2000}urn:schemas-microsoft-com:office:spreadsheet"), "an Excel 2003 XML spreadsheet"),
    (re.compile(r"(?s).{0,4000}office:document\b.{0,4000}"), "a flat OpenDocument spreadsheet"),
)
_WEB_ARCHIVE: Final = re.compile(r"MIME-Version:|From: <Saved by", re.IGNORECASE)
_JSON: Final = re.compile(r"\s*(?:\[\s*[{\[\]\"]|\{\s*[\"}])")


class Book(Protocol):
    """A file that is open for reading: sheets with names, each read when it is asked for."""

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets, in their order; one without a name for a text file."""

    @property
    def facts(self) -> tuple[str, ...]:
        """What there is to say of the file as a whole."""

    def read(self, name: str) -> ReadSheet:
        """Read one of the sheets."""

    def close(self) -> None:
        """Let go of the file."""


@contextmanager
def open_book(
    path: Path, options: ReadOptions, meanwhile: Callable[[], None] = lambda: None
) -> Iterator[tuple[Book, tuple[str, ...]]]:
    """Open a file by its content.

    Args:
        path: the file.
        options: encoding, separator and the most that is read.
        meanwhile: called where reading leaves a processor idle.

    Yields:
        The open file and what there is to say about it.

    Raises:
        SheetError: it cannot be read.
    """
    kind = kind_of(path, options.max_unpacked_bytes)
    facts = tuple(filter(None, [misnamed(path, kind)]))
    book: Book
    if kind is FileKind.TEXT:
        book = _text_book(path, options)
    elif kind is FileKind.XLS:
        from importer.reading.legacy_workbook import LegacyWorkbook

        book = LegacyWorkbook(path)
    elif kind is FileKind.ODS:
        from importer.reading.opendocument import OpenDocument

        book = OpenDocument(path, options.max_unpacked_bytes)
    else:
        from importer.reading.workbook import ExcelWorkbook

        book = ExcelWorkbook(path, options.max_unpacked_bytes, meanwhile)
    if kind is not FileKind.TEXT and (options.encoding or options.delimiter):
        facts += (f"encoding and separator are for text files; this is {kind}",)
    try:
        yield book, (*facts, *book.facts)
    finally:
        book.close()


def _text_book(path: Path, options: ReadOptions) -> Book:
    with open_file(path) as stream:
        data = stream.read(options.max_unpacked_bytes + 1)
    if len(data) > options.max_unpacked_bytes:
        most = options.max_unpacked_bytes / 2**20
        raise SheetError(f"{path}: has more than {most:,.0f} MiB, the most that is read; split it into several files")
    decoded = decode(data, str(path), options.encoding)
    start = _COMMENTS.match(decoded.text)
    if _HTML.match(decoded.text, start.end() if start else 0):
        from importer.reading.html_table import HtmlTables

        return HtmlTables(path, decoded)
    _refuse_other_texts(path, decoded)
    from importer.reading.text_file import TextTable

    did_headers = [header for header, name in options.mapping.items() if name == DID_PATTERN.name]
    return TextTable(path, decoded, options.delimiter, did_headers)


def _refuse_other_texts(path: Path, decoded: Decoded) -> None:
    head = decoded.text[:8192]
    what = ""
    if head.lstrip().startswith("<"):
        known = (name for pattern, name in _OTHER_TEXTS if pattern.match(head))
        what = next(known, "an XML file")
    elif _WEB_ARCHIVE.match(head):
        what = "a web archive (.mht)"
    elif _JSON.match(head):
        what = "a JSON file"
    if what:
        raise SheetError(
            f"{path}: is {what}, which is not read; open it in Excel or LibreOffice and save it as .xlsx, or get the"
            " list as .csv"
        )
