"""A small or strange file takes at most 400 MB and 20 seconds of a processor, read or refused in one sentence."""

import os
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from messy import ods_by_hand as ods
from messy.workbook_file import with_one_row
from messy.xlsx_by_hand import cells, in_row, one_sheet, sheet, strings, workbook

_MIB = 1 << 20
_CHECK = """
import sys, time
from pathlib import Path
from importer.errors import SheetError
from importer.reading import read_table
try:
    print(len(read_table(Path(sys.argv[1])).rows), "rows")
except SheetError as error:
    print(error)
print(int(time.process_time()))
print(int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) >> 10)
"""

_DID = in_row('<c r="A1" t="s"><v>0</v></c>', 1)
_LONG = "7" * 32_000


def _shared(*texts: str) -> str:
    return strings(*(f"<t>{text}</t>" for text in texts))


def _one_text_in_many_cells(path: Path) -> None:
    rows = (in_row(f'<c r="A{row}" t="s"><v>1</v></c>', row) for row in range(2, 100_002))
    workbook({"Order": sheet(_DID, *rows)}, strings_part=_shared("did", _LONG))(path)


def _long_dids(path: Path) -> None:
    rows = (in_row(f'<c r="A{row}" t="s"><v>{row}</v></c>', row) for row in range(2, 5_002))
    texts = _shared("did", "", *(f"{row:05}{_LONG[5:]}" for row in range(5_000)))
    workbook({"Order": sheet(_DID, *rows)}, strings_part=texts)(path)


def _with_part(path: Path, part: str, start: bytes, filler: bytes, times: int, end: bytes) -> None:
    """Put one part, larger than any memory, into a workbook."""
    one_sheet(cells("did"), cells("17275550100", row=2))(path)
    with zipfile.ZipFile(path) as usual:
        parts = {name: usual.read(name) for name in usual.namelist() if name != part}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open(part, "w") as stream:
            stream.write(start)
            for _ in range(times):
                stream.write(filler)
            stream.write(end)


_SHEET = "xl/worksheets/sheet1.xml"
_HEAD, _, _TAIL = sheet(cells("did"), cells("X", row=2)).encode().partition(b"X")
_BEFORE_ROWS, _, _ROWS = (_HEAD + b"X" + _TAIL).partition(b"<sheetData>")


def _filled(start: bytes, filler: bytes, end: bytes, mib: int = 120) -> Callable[[Path], None]:
    mebibyte = filler * (_MIB // len(filler))
    return lambda path: _with_part(path, _SHEET, start, mebibyte, mib, end)


def with_sheet_of(path: Path, unpacked: int, said: int) -> None:
    """Put a sheet of so many bytes, nearly all of them blanks, into a workbook that says another size of it."""
    with_one_row()(path)
    data = path.read_bytes()
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    mebibyte = packer.compress(b"<worksheet><sheetData>".ljust(_MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    blanks = packer.compress(b" " * _MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = mebibyte + blanks * (unpacked // _MIB - 1) + packer.flush()
    local = data.index(b"PK\x03\x04", data.index(b"xl/_rels/workbook.xml.rels"))
    assert data[local + 30 : local + 30 + len(_SHEET.encode())] == _SHEET.encode()
    start = local + 30 + len(_SHEET.encode())
    directory = data.index(b"PK\x01\x02")
    entry = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    sizes = struct.pack("<II", len(bomb), said)
    head = data[:local] + data[local : local + 18] + sizes + data[local + 26 : start]
    entries = data[directory : entry + 20] + sizes + data[entry + 28 : end]
    tail = data[end : end + 16] + struct.pack("<I", len(head) + len(bomb)) + data[end + 20 :]
    path.write_bytes(head + bomb + entries + tail)


def _many_sheets(path: Path) -> None:
    one = sheet(cells("did"), cells("17275550100", row=2))
    workbook({f"Sheet {number}": one for number in range(20_000)})(path)


def _merged(refs: Iterable[str]) -> Callable[[Path], None]:
    areas = "".join(f'<mergeCell ref="{ref}"/>' for ref in refs)
    rows = [cells("17275550100", row=row) for row in range(2, 2_000)]
    return one_sheet(cells("did"), *rows, after=f"<mergeCells>{areas}</mergeCells>")


def _text(content: Iterable[bytes]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with path.open("wb") as stream:
            stream.writelines(content)

    return make


def _spaces() -> str:
    spaces = '<text:s text:c="5000"/>' * 200
    return f'<table:table-cell office:value-type="string"><text:p>{spaces}</text:p></table:table-cell>'


def _ods(*rows: str) -> Callable[[Path], None]:
    first = ods.row(ods.text("did")) + ods.row(ods.text("17275550100"))
    return ods.document({"Order": first + "".join(rows)})


def _digits() -> str:
    return "9" * 5_000


def _notes(rows: int, size: int) -> Iterator[bytes]:
    yield b"did,note\n"
    for row in range(rows):
        yield b"1727555%04d,%s\n" % (row, b"n" * size)


BOMBS: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "one shared text in 100,000 cells": (".xlsx", _one_text_in_many_cells, "characters in texts that are longer than"),
    "a cell of 120 MB": (".xlsx", _filled(_HEAD, b"7", _TAIL), "holds more than 8 MiB in a single row"),
    "a comment of 120 MB": (
        ".xlsx",
        _filled(_BEFORE_ROWS + b"<!-- ", b"comment ", b" --><sheetData>" + _ROWS),
        "holds more than 8 MiB in a single row",
    ),
    "a comment full of tags": (
        ".xlsx",
        _filled(_BEFORE_ROWS + b"<!-- ", b"<a></a>", b" --><sheetData>" + _ROWS),
        "holds more than 8 MiB in a single row",
    ),
    "120 MB of elements behind the rows": (
        ".xlsx",
        _filled(_HEAD + b"1" + _TAIL.replace(b"</worksheet>", b"<x>"), b"<y/>", b"</x></worksheet>"),
        "holds more than 8 MiB in a single row",
    ),
    "one row of 120 MB": (
        ".xlsx",
        _filled(_HEAD + b"1</t></is></c>", b"<c/>", b"</row></sheetData></worksheet>"),
        "holds more than 8 MiB in a single row",
    ),
    "nested a million deep": (".xlsx", _filled(_HEAD, b"<t>", _TAIL, 4), "10 MB|is damaged"),
    "a sheet of 600 MiB": (
        ".xlsx",
        lambda path: with_sheet_of(path, 600 * _MIB, 600 * _MIB),
        "unpacks to 600 MiB, and 512 MiB is the most that is read; split the list",
    ),
    "a sheet of 600 MiB that says 3,000 bytes": (
        ".xlsx",
        lambda path: with_sheet_of(path, 600 * _MIB, 3000),
        "is damaged; get it again",
    ),
    "a sheet of 300 MiB that says 200": (
        ".xlsx",
        lambda path: with_sheet_of(path, 300 * _MIB, 200 * _MIB),
        "holds more than 8 MiB in a single row, or beside its rows",
    ),
    "20,000 sheets": (".xlsx", _many_sheets, "has more than 255 sheets"),
    "20,000 merged areas of a million rows": (
        ".xlsx",
        _merged(f"A2:A{1_048_576 - row}" for row in range(20_000)),
        "its merged cells span more than",
    ),
    "20,000 merged areas of two rows": (
        ".xlsx",
        _merged(f"B{row}:B{row + 1}" for row in range(2, 20_002)),
        "1998 rows",
    ),
    "5,000 DIDs of 32,000 characters": (
        ".xlsx",
        _long_dids,
        "characters in texts that are longer than",
    ),
    "a row number of 5,000 digits": (
        ".xlsx",
        one_sheet(cells("did"), f'<row r="{_digits()}"><c r="A{_digits()}"><v>1</v></c></row>'),
        "is damaged",
    ),
    "a count of shared texts that lies": (
        ".xlsx",
        workbook(
            {"Order": sheet(_DID, cells("17275550100", row=2))},
            strings_part=_shared("did").replace("<sst ", f'<sst uniqueCount="{_digits()}" '),
        ),
        "1 rows",
    ),
    "styles of 80 MB": (
        ".xlsx",
        lambda path: _with_part(path, "xl/styles.xml", b"<styleSheet><cellXfs>", b"<xf/>" * 200_000, 80, b""),
        "is damaged|more than 8 MiB|1 rows",
    ),
    "two stray cells": (
        ".xlsx",
        one_sheet(cells("did"), '<row r="2"><c r="XFD2"><v>1</v></c></row><row r="1048576"><c r="A1048576"/></row>'),
        "1 rows",
    ),
    "spaces repeated 5,000 x 200": (".ods", _ods(ods.row(_spaces()) * 200), "1 rows"),
    "spanning cells": (
        ".ods",
        _ods(*[ods.row(ods.text("1", ' table:number-rows-spanned="1048576"') * 16)] * 200),
        "merged cells span more than",
    ),
    "a repeat count of 5,000 digits": (
        ".ods",
        _ods(ods.row(ods.text("1"), attributes=f' table:number-rows-repeated="{_digits()}"')),
        "has more than 1,048,576 rows",
    ),
    "a repeated cell in repeated rows": (
        ".ods",
        _ods(
            ods.row(
                ods.text("1", ' table:number-columns-repeated="16384"'),
                attributes=' table:number-rows-repeated="900000"',
            )
        ),
        "has more than 30,000,000 cells",
    ),
    "200,000 beginnings of comments": (
        ".html",
        _text([b"<table><tr><td>did<tr><td>17275550100</table>", b"<!--" * 200_000]),
        "rows|no web page|without a table",
    ),
    "300,000 links that are not closed": (
        ".html",
        _text([b"<table><tr><td>did<tr><td>17275550100", b"<a " * 300_000, b"</table>"]),
        "rows",
    ),
    "300,000 nested tables": (".html", _text([b"<table><tr><td>" * 300_000]), "tables|without a table|no web page"),
    "ten million attributes": (".html", _text([b"<table><tr><td ", b"a=1 " * 10_000_000, b">"]), "is too large"),
    "ten million attributes without a value": (
        ".html",
        _text([b"<table><tr><td ", b"a " * 10_000_000, b">"]),
        "is too large",
    ),
    "attributes of many cells": (
        ".html",
        _text([b"<table>", b"<tr><td a b c d e f g h i j>1" * 900_000]),
        "is too large",
    ),
    "as many attributes as are read": (
        ".html",
        _text([b"<table><tr><td>did", b"<tr><td a=1 b=2>7</td>" * 210_000]),
        "210000 rows",
    ),
    "a line of 50 MB of commas": (".csv", _text([b"did,x\n", b"," * 50_000_000]), "line 2 has more than 1,000,000"),
    "a line of 100 MB": (".csv", _text([b"did\n", b"7" * 100_000_000]), "line 2 has more than 1,000,000"),
    "100 MB of blank lines": (".csv", _text([b"did\n17275550100\n", b"\n" * 100_000_000]), "has more than 4,000,000"),
    "a quoted cell of 100 MB": (
        ".csv",
        _text([b'did,x\n1,"', b"17275550100\n" * 8_000_000]),
        "more than 4,000,000 lines|quotation mark",
    ),
    "2,000 notes of 32,000 characters": (".csv", _text(_notes(2_000, 32_000)), "characters in texts that are longer"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
@pytest.mark.parametrize(("ending", "make", "said"), BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_harmless(ending: str, make: Callable[[Path], None], said: str, tmp_path: Path) -> None:
    path = tmp_path / f"order{ending}"
    make(path)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    words = [sys.executable, "-c", _CHECK, str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    *sentences, seconds, peak = done.stdout.splitlines()
    assert (len(sentences), done.stderr) == (1, "")
    assert re.search(said, sentences[0])
    assert (int(seconds) < 20, int(peak) < 400) == (True, True), (seconds, peak)
