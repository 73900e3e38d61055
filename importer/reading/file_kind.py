"""What a file is, by its first bytes and not by its name: portals call a CSV ``.xls`` and an HTML table too."""

import hashlib
import re
from contextlib import closing
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import Final

from importer.errors import SheetError
from importer.reading.package import DAMAGED, Package

_SAVE_AS: Final = "open it in Excel or LibreOffice and save it as .xlsx or .csv"
_COPY_TABLE: Final = "copy its table into Excel or LibreOffice and save that as .xlsx"
_EXPORT: Final = "open it there and export it as Excel or CSV"
_GET_LIST: Final = "get the list itself as .xlsx or .csv"


class FileKind(StrEnum):
    """The kinds of file that can be read."""

    XLSX = "an Excel workbook"
    XLS = "an Excel 97-2003 workbook"
    ODS = "an OpenDocument spreadsheet"
    TEXT = "a text file"


_NAMED_SO: Final = {
    FileKind.XLSX: (".xlsx", ".xlsm", ".xltx", ".xltm"),
    FileKind.XLS: (".xls", ".xlt"),
    FileKind.ODS: (".ods", ".ots"),
    FileKind.TEXT: (".csv", ".tsv", ".tab", ".txt", ".htm", ".html", ""),
}

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RECORDS_ALONE: Final = b"\x09\x08"
"""How an .xls begins that is not packed into an OLE file, as old scripts write it."""

_SYLK: Final = re.compile(rb"ID;P[^\r\n]*[\r\n]+(?:[BCFOPW]|N[NEU]);[A-Z]|ID;P[^\r\n]*[\r\n]+E[\r\n]")
_LOCK_FILE: Final = re.compile(r"~\$(?P<excel>.+)|\.~lock\.(?P<office>.+)#")
_OLE_DOCUMENTS: Final = {
    "worddocument": "a Word document",
    "powerpoint document": "a presentation",
    "visiodocument": "a Visio drawing",
    "__properties_version1.0": "a mail of Outlook",
}
_NOT_A_LIST: Final = (
    (b"%PDF-", "a PDF document", "get the list as .xlsx or .csv from where the PDF came from"),
    (b"\x89PNG", "an image (PNG)", _GET_LIST),
    (b"\xff\xd8\xff", "an image (JPEG)", _GET_LIST),
    (b"GIF8", "an image (GIF)", _GET_LIST),
    (b"II*\0", "an image (TIFF)", _GET_LIST),
    (b"MM\0*", "an image (TIFF)", _GET_LIST),
    (b"\x1f\x8b", "a gzip archive", "unpack it and name the file inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it and name the file inside"),
    (b"Rar!", "a RAR archive", "unpack it and name the file inside"),
    (b"BZh", "a bzip2 archive", "unpack it and name the file inside"),
    (b"{\\rtf", "an RTF document", _COPY_TABLE),
    (b"SQLite format 3\0", "an SQLite database", "export the list from it as .csv"),
    (b"TABLE\r\n0,1", "a DIF file", _SAVE_AS),
    (b"TABLE\n0,1", "a DIF file", _SAVE_AS),
    (b"BEGIN:VCARD", "a file of contacts (vCard)", "export the numbers as .csv"),
    (b"BEGIN:VCALENDAR", "a calendar", _GET_LIST),
    (b"\x09\x00\x04\x00", "an Excel 2 sheet", _SAVE_AS),
    (b"\x09\x02\x06\x00", "an Excel 3 sheet", _SAVE_AS),
    (b"\x09\x04\x06\x00", "an Excel 4 sheet", _SAVE_AS),
)


def open_file(path: Path) -> BufferedReader:
    """Open the input for reading."""
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


def sha256_of(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes."""
    with open_file(path) as stream:
        try:
            return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as trouble:
            raise SheetError(f"{path}: cannot be read ({trouble}); check the disk") from None


def kind_of(path: Path, max_unpacked_bytes: int) -> FileKind:
    """Find out by its content what a file is."""
    with open_file(path) as stream:
        head = stream.read(4096)
    lock = _LOCK_FILE.fullmatch(path.name)
    if lock and not head.startswith((b"PK", _OLE)):
        name = lock["excel"] or lock["office"]
        raise SheetError(
            f"{path}: is no spreadsheet but the lock file that stands beside {name} while it is open; name {name}"
        )
    if not head:
        raise SheetError(f"{path}: is empty (0 bytes); get or save the list again")
    if head.startswith(_OLE):
        return _ole_kind(path)
    if head.startswith(_RECORDS_ALONE):
        return FileKind.XLS
    if head.startswith(b"PK"):
        return _package_kind(path, max_unpacked_bytes)
    if _SYLK.match(head):
        raise SheetError(f"{path}: is a SYLK file (.slk), which is not read; {_SAVE_AS}")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginning, what, next_step in _NOT_A_LIST:
        if head.startswith(beginning) or (beginning.isalpha() and start.upper().startswith(beginning)):
            but = "which is not read" if next_step is _SAVE_AS else "not a spreadsheet"
            raise SheetError(f"{path}: is {what}, {but}; {next_step}")
    return FileKind.TEXT


def misnamed(path: Path, kind: FileKind) -> str:
    """Return a sentence for the person where the name's ending promises something else; else an empty text."""
    ending = path.suffix.lower()
    known = any(ending in endings for endings in _NAMED_SO.values())
    return f"the name ends in {ending}, the content is {kind}" if known and ending not in _NAMED_SO[kind] else ""


def _ole_kind(path: Path) -> FileKind:
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
        return FileKind.XLS
    for stream, what in _OLE_DOCUMENTS.items():
        if stream in names:
            raise SheetError(f"{path}: is {what}, not a spreadsheet; {_COPY_TABLE}")
    raise SheetError(f"{path}: is a binary file of another program, not a spreadsheet; {_GET_LIST}")


def _package_kind(path: Path, max_unpacked_bytes: int) -> FileKind:
    with closing(Package(path, max_unpacked_bytes)) as package:
        names = set(package.parts)
        mimetype = package.start("mimetype")[:200].decode("ascii", "replace").strip()
        content = package.start("content.xml")
        types = package.start("[content_types].xml")
    spreadsheet = mimetype.startswith("application/vnd.oasis.opendocument.spreadsheet")
    if "content.xml" in names and (spreadsheet or (not mimetype and b"opendocument" in content)):
        return FileKind.ODS
    if "encrypted-package" in names:
        raise SheetError(f"{path}: is encrypted with a password; open it, save it without the password")
    if "xl/workbook.xml" in names or b"spreadsheetml.sheet.main" in types or b"ms-excel.sheet.macro" in types:
        return FileKind.XLSX
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
