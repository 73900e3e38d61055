"""Excel 97-2003 workbooks, record by record, and the container in which old Office files are kept."""

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR = 512
_SMALLEST = 4096


def container(streams: dict[str, bytes]) -> bytes:
    """Return a compound file with these streams, each filled up to the size from which it has sectors of its own.

    The first may stand in a folder: ``Folder/Workbook``.
    """
    padded = {name: data.ljust(_SMALLEST, b"\0") for name, data in streams.items()}
    folders = sum("/" in name for name in padded)
    entries = len(padded) + 1 + folders
    directory_sectors = -(-entries // 4)
    table: list[int] = [_FAT, *_chain(1, directory_sectors)]
    starts: dict[str, int] = {}
    body = b""
    for name, data in padded.items():
        sectors = -(-len(data) // _SECTOR)
        starts[name] = len(table)
        table += _chain(len(table), sectors)
        body += data.ljust(sectors * _SECTOR, b"\0")
    assert len(table) <= _SECTOR // 4, "one sector of the table is enough for tests"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, _SMALLEST, _END, 0, _END, 0, 0)[:36]
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    fat = struct.pack(f"<{_SECTOR // 4}I", *table, *[_FREE] * (_SECTOR // 4 - len(table)))
    directory = _entry("Root Entry", 5, _END, 0, child=1)
    for index, (name, data) in enumerate(padded.items(), 1 + folders):
        if "/" in name:
            folder, _, inside = name.partition("/")
            # the folder and what is in it; beside the folder stands the next stream
            directory += _entry(folder, 1, 0, 0, child=2, right=3) + _entry(inside, 2, starts[name], len(data))
            continue
        directory += _entry(name, 2, starts[name], len(data), right=index + 1 if index < len(padded) else _FREE)
    return header + fat + directory.ljust(directory_sectors * _SECTOR, b"\0") + body


def _chain(first: int, length: int) -> list[int]:
    return [*range(first + 1, first + length), _END]


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE, right: int = _FREE) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def record(number: int, body: bytes = b"") -> bytes:
    """Return one record."""
    return struct.pack("<HH", number, len(body)) + body


def label(row: int, column: int, text: str) -> bytes:
    """Return a text cell; row and column count from 0."""
    return record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    """Return a number cell."""
    return record(0x203, struct.pack("<HHHd", row, column, style, value))


def rk(row: int, column: int, value: int, style: int = 0) -> bytes:
    """Return a small whole number in the short form."""
    return record(0x27E, struct.pack("<HHHi", row, column, style, value << 2 | 2))


def error(row: int, column: int, code: int) -> bytes:
    """Return an error cell: 0x17 is #REF!, 0x2A is #N/A."""
    return record(0x205, struct.pack("<HHHBB", row, column, 0, code, 1))


def formula_error(row: int, column: int, code: int) -> bytes:
    """Return a formula whose result is an error."""
    result = struct.pack("<BxBxxxH", 2, code, 0xFFFF)
    return record(0x06, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", 0, 0, 3) + b"\x1c\x17\x00")


def hidden_row(row: int) -> bytes:
    """Return what says that a row is hidden."""
    return record(0x208, struct.pack("<HHHHHHHH", row, 0, 3, 255, 0, 0, 0x20, 0))


def merged(first_row: int, last_row: int, column: int) -> bytes:
    """Return what says that cells of a column are merged."""
    return record(0xE5, struct.pack("<HHHHH", 1, first_row, last_row, column, column))


def workbook(
    *cells: bytes, name: str = "Order", formats: Sequence[str] = (), encrypted: bool = False, more: bytes = b""
) -> bytes:
    """Return the stream of a workbook with one sheet; style 0 is General, style 1 has the first of the formats."""
    beginning = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6))
    if encrypted:
        beginning += record(0x2F, struct.pack("<HHH", 0, 1, 2))
    for index, code in enumerate(formats):
        beginning += record(0x41E, struct.pack("<HHB", 170 + index, len(code), 0) + code.encode("latin-1"))
    for style in (0, *range(170, 170 + len(formats))):
        beginning += record(0xE0, struct.pack("<HHH", 0, style, 0) + bytes(14))
    sheet_record_length = 4 + 8 + len(name)
    start = len(beginning) + sheet_record_length + len(more) + 4
    beginning += record(0x85, struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name.encode("latin-1"))
    beginning += more
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6)) + b"".join(cells) + record(0x0A)
    return beginning + record(0x0A) + sheet


def xls(*cells: bytes, formats: Sequence[str] = ()) -> Callable[[Path], None]:
    """Return a maker of an .xls file with one sheet, called Order."""

    def make(path: Path) -> None:
        path.write_bytes(container({"Workbook": workbook(*cells, formats=formats)}))

    return make
