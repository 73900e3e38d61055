"""What a file is, by its first bytes and not by its name, and its sheets, which all kinds give in the same way.

Portals call a CSV ``.xls`` and an HTML table too.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import Final

from importer.errors import SheetError
from importer.reading.package import DAMAGED, Package
from importer.reading.sheet_rows import Book, ReadOptions

_SAVE_AS: Final = "open it in Excel or LibreOffice and save it as .xlsx or .csv"
_COPY_TABLE: Final = "copy its table into Excel or LibreOffice and save that as .xlsx"
_EXPORT: Final = "open it there and export it as Excel or CSV"
_GET_LIST: Final = "get the list itself as .xlsx or .csv"


class _Kind(StrEnum):
    XLSX = "an Excel workbook"
    XLS = "an Excel 97-2003 workbook"
    ODS = "an OpenDocument spreadsheet"
    TEXT = "a text file"


_NAMED_SO: Final = {
    _Kind.XLSX: (".xlsx", ".xlsm", ".xltx", ".xltm"),
    _Kind.XLS: (".xls", ".xlt"),
    _Kind.ODS: (".ods", ".ots"),
    _Kind.TEXT: (".csv", ".tsv", ".tab", ".txt", ".htm", ".html", ""),
}

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# an .xls that is not packed into an OLE file, as old scripts write it
_RECORDS_ALONE: Final = b"\x09\x08"
_SYLK: Final = re.compile(rb"ID;P[^\r\n]*[\r\n]+(?:[BCFOPW]|N[NEU]);[A-Z]|ID;P[^\r\n]*[\r\n]+E[\r\n]")
_LOCK_FILE: Final = re.compile(r"~\$(?P<excel>.+)|\.~lock\.(?P<office>.+)#")
_OLE_DOCUMENTS: Final = {
    "worddocument": "a Word document",
    "powerpoint document": "a presentation",
    "visiodocument": "a Visio drawing",
    "__properties_version1.0": "a mail of Outlook",
}
_IMAGES: Final = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
)
_ARCHIVES: Final = ((b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"Rar!", "RAR"), (b"BZh", "bzip2"))
_NOT_A_LIST: Final = (
    (b"%PDF-", "a PDF document", "get the list as .xlsx or .csv from where the PDF came from"),
    *((start, f"an image ({kind})", _GET_LIST) for start, kind in _IMAGES),
    *((start, f"a {kind} archive", "unpack it and name the file inside") for start, kind in _ARCHIVES),
    (b"{\\rtf", "an RTF document", _COPY_TABLE),
    (b"SQLite format 3\0", "an SQLite database", "export the list from it as .csv"),
    *((start, "a DIF file", _SAVE_AS) for start in (b"TABLE\r\n0,1", b"TABLE\n0,1")),
    (b"BEGIN:VCARD", "a file of contacts (vCard)", "export the numbers as .csv"),
    (b"BEGIN:VCALENDAR", "a calendar", _GET_LIST),
    (b"\x09\x00\x04\x00", "an Excel 2 sheet", _SAVE_AS),
    (b"\x09\x02\x06\x00", "an Excel 3 sheet", _SAVE_AS),
    (b"\x09\x04\x06\x00", "an Excel 4 sheet", _SAVE_AS),
)


def sha256_of(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes.

    Raises:
        SheetError: it cannot be read; the message says why.
    """
    with _opened(path) as stream:
        try:
            return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as trouble:
            raise SheetError(f"{path}: cannot be read ({trouble}); check the disk") from None


@contextmanager
def open_book(path: Path, options: ReadOptions) -> Iterator[Book]:
    """Open a file by its content; the sheets can be read while it is open.

    Args:
        path: the file.
        options: how a text file is read, and the most that is read.

    Raises:
        SheetError: it is not one that can be read; the message names the next step.
    """
    with _opened(path) as stream:
        head = stream.read(4096)
    package = Package(path, options.max_unpacked_bytes) if head.startswith(b"PK") else None
    try:
        kind = _package_kind(path, package) if package else _kind(path, head)
        facts: tuple[str, ...] = ()
        ending = path.suffix.lower()
        if ending not in _NAMED_SO[kind] and any(ending in endings for endings in _NAMED_SO.values()):
            facts += (f"the name ends in {ending}, the content is {kind}",)
        if kind is not _Kind.TEXT and (options.encoding or options.delimiter):
            facts += (f"encoding and separator are for text files; this is {kind}",)
        book = _sheets(path, kind, package, options)
        yield replace(book, facts=(*facts, *book.facts))
    finally:
        if package:
            package.close()


def _sheets(path: Path, kind: _Kind, package: Package | None, options: ReadOptions) -> Book:
    """Open a file of a known kind; only the reader of that is imported."""
    if package and kind is _Kind.XLSX:
        from importer.reading.excel import open_excel

        return open_excel(path, package)
    if package:
        from importer.reading.opendocument import read_opendocument

        return read_opendocument(path, package)
    if kind is _Kind.XLS:
        from importer.reading.excel_97 import open_excel_97

        return open_excel_97(path)
    from importer.reading.text_file import open_text

    with _opened(path) as stream:
        return open_text(path, stream.read(options.max_unpacked_bytes + 1), options)


def _opened(path: Path) -> BufferedReader:
    try:
        if path.is_dir():
            raise SheetError(f"{path}: is a folder; name the spreadsheet in it")
        if path.exists() and not path.is_file():
            raise SheetError(f"{path}: is no ordinary file; name a spreadsheet")
        return path.open("rb")
    except FileNotFoundError:
        raise SheetError(f"{path}: is not there; check the name and the folder") from None
    except PermissionError:
        raise SheetError(
            f"{path}: no permission to read it; check who may read the file, and close it where it is open"
        ) from None
    except (OSError, ValueError) as trouble:
        raise SheetError(f"{path}: cannot be opened ({trouble}); check the name and the disk") from None


def _kind(path: Path, head: bytes) -> _Kind:
    lock = _LOCK_FILE.fullmatch(path.name)
    if lock and not head.startswith(_OLE):
        name = lock["excel"] or lock["office"]
        raise SheetError(
            f"{path}: is no spreadsheet but the lock file that stands beside {name} while it is open; name {name}"
        )
    if not head:
        raise SheetError(f"{path}: is empty (0 bytes); get or save the list again")
    if head.startswith(_OLE):
        return _ole_kind(path)
    if head.startswith(_RECORDS_ALONE):
        return _Kind.XLS
    if _SYLK.match(head):
        raise SheetError(f"{path}: is a SYLK file (.slk), which is not read; {_SAVE_AS}")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginning, what, next_step in _NOT_A_LIST:
        if head.startswith(beginning) or (beginning.isalpha() and start.upper().startswith(beginning)):
            but = "which is not read" if next_step is _SAVE_AS else "not a spreadsheet"
            raise SheetError(f"{path}: is {what}, {but}; {next_step}")
    return _Kind.TEXT


def _ole_kind(path: Path) -> _Kind:
    import olefile

    try:
        with olefile.OleFileIO(path) as container:
            # an object that is embedded has its streams in a folder of its own
            names = {entry[0].lower() for entry in container.listdir() if len(entry) == 1}
    except Exception:  # noqa: BLE001 - olefile ends in whatever a damaged directory ends in, a RecursionError too
        raise SheetError(f"{path}: {DAMAGED}") from None
    if names & {"encryptedpackage", "encryptioninfo"}:
        raise SheetError(
            f"{path}: is encrypted with a password; open it in Excel, remove the password (File > Info > Protect"
            " Workbook > Encrypt with Password) and save it"
        )
    if names & {"workbook", "book"}:
        return _Kind.XLS
    for stream, what in _OLE_DOCUMENTS.items():
        if stream in names:
            raise SheetError(f"{path}: is {what}, not a spreadsheet; {_COPY_TABLE}")
    raise SheetError(f"{path}: is a binary file of another program, not a spreadsheet; {_GET_LIST}")


def _package_kind(path: Path, package: Package) -> _Kind:
    names = package.parts
    mimetype = package.start("mimetype")[:200].decode("ascii", "replace").strip()
    types = package.start("[content_types].xml")
    spreadsheet = mimetype.startswith("application/vnd.oasis.opendocument.spreadsheet")
    content = package.start("content.xml")
    if content and (spreadsheet or (not mimetype and b"opendocument" in content)):
        return _Kind.ODS
    if "encrypted-package" in names:
        raise SheetError(f"{path}: is encrypted with a password; open it, save it without the password")
    if "xl/workbook.xml" in names or b"spreadsheetml.sheet.main" in types or b"ms-excel.sheet.macro" in types:
        return _Kind.XLSX
    if "xl/workbook.bin" in names:
        raise SheetError(f"{path}: is an Excel binary workbook (.xlsb); open it in Excel and save it as .xlsx")
    for what, next_step, found in (
        ("a Word document", _COPY_TABLE, any(name.startswith("word/") for name in names)),
        ("a presentation", _COPY_TABLE, any(name.startswith("ppt/") for name in names)),
        ("an OpenDocument text or drawing", _COPY_TABLE, bool(mimetype)),
        ("a document of Apple's Numbers or Pages", _EXPORT, any(name.endswith(".iwa") for name in names)),
    ):
        if found:
            raise SheetError(f"{path}: is {what}, not a spreadsheet that can be read; {next_step}")
    files = sorted(name for name in names if not name.endswith("/"))
    inside = f" that holds {files[0]}" if files else ""
    raise SheetError(f"{path}: is a zip archive{inside}, not a spreadsheet; unpack it and name the file inside")
