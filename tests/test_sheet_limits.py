"""What cannot be read is refused in one line, in little memory, and never with a traceback."""

import os
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from messy.make import MESSY_FILES
from messy.messy_file import MessyFile
from messy.workbook_file import with_one_row
from messy.xlsx_by_hand import cells, in_row, one_sheet

from importer.errors import SheetError
from importer.reading import ReadOptions, limits, read_table, sha256_of

_MIB = 1 << 20
_SHEET = b"xl/worksheets/sheet1.xml"
_READ_IN_A_PROCESS = """
import resource, sys
from pathlib import Path
from importer.errors import SheetError
from importer.reading import read_table
try:
    read_table(Path(sys.argv[1]))
except SheetError as trouble:
    print(trouble)
if sys.platform == "linux":
    # the other figure counts the process that started this one
    print(int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) >> 10)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20)
"""


def _with_sheet_of(path: Path, unpacked: int, said: int) -> None:
    """Put a sheet of so many bytes, nearly all of them blanks, into a workbook that says another size of it."""
    with_one_row()(path)
    data = path.read_bytes()
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    mebibyte = packer.compress(b"<worksheet><sheetData>".ljust(_MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    blanks = packer.compress(b" " * _MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = mebibyte + blanks * (unpacked // _MIB - 1) + packer.flush()
    local = data.index(b"PK\x03\x04", data.index(b"xl/_rels/workbook.xml.rels"))
    assert data[local + 30 : local + 30 + len(_SHEET)] == _SHEET
    start = local + 30 + len(_SHEET)
    directory = data.index(b"PK\x01\x02")
    entry = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    sizes = struct.pack("<II", len(bomb), said)
    head = data[:local] + data[local : local + 18] + sizes + data[local + 26 : start]
    entries = data[directory : entry + 20] + sizes + data[entry + 28 : end]
    tail = data[end : end + 16] + struct.pack("<I", len(head) + len(bomb)) + data[end + 20 :]
    path.write_bytes(head + bomb + entries + tail)


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be asked for its peak of memory there")
@pytest.mark.parametrize(
    ("unpacked", "said", "message"),
    [
        (600 * _MIB, 600 * _MIB, "unpacks to 600 MiB, and 512 MiB is the most that is read; split the list"),
        (600 * _MIB, 3000, "is damaged; get it again"),
        (300 * _MIB, 200 * _MIB, "holds more than 8 MiB in a single row, or beside its rows"),
    ],
    ids=["honest", "lying", "half-lying"],
)
def test_a_zip_bomb_is_refused_in_less_than_200_mib(unpacked: int, said: int, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    _with_sheet_of(path, unpacked, said)
    assert path.stat().st_size < 4 * _MIB
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", _READ_IN_A_PROCESS, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    *said_lines, peak = done.stdout.splitlines()
    assert len(said_lines) == 1
    assert message in said_lines[0]
    assert int(peak) < 200
    assert not done.stderr


def test_a_limit_of_ones_own_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    _with_sheet_of(path, 3 * _MIB, 3 * _MIB)
    with pytest.raises(SheetError, match="unpacks to 3 MiB, and 2 MiB is the most"):
        read_table(path, ReadOptions(max_unpacked_bytes=2 * _MIB))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    for call in (read_table, sha256_of):
        with pytest.raises(SheetError, match=r"order\.xlsx: is not there; check the name and the folder"):
            call(path)


def test_a_folder_is_no_spreadsheet(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="is a folder; name the spreadsheet in it"):
        read_table(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders there")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "order.csv")
    with pytest.raises(SheetError, match="is no ordinary file; name a spreadsheet"):
        read_table(tmp_path / "order.csv")


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        (PermissionError(13, "denied"), "no permission to read it; check who may read the file"),
        (OSError(5, "Input/output error"), r"cannot be opened \(.*Input/output error\); check the name and the disk"),
    ],
)
def test_a_file_that_may_not_be_read_is_named(
    trouble: OSError, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise trouble

    path = tmp_path / "order.csv"
    path.write_text("did\n17275550100\n")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SheetError, match=message):
        read_table(path)


def test_a_sheet_with_too_many_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CELLS", 30_000)
    path = tmp_path / "order.xlsx"
    one_sheet(
        cells("did"),
        *(in_row(f'<c r="A{row}"><v>1</v></c><c r="XFD{row}" t="e"><v>#N/A</v></c>', row) for row in (2, 3)),
    )(path)
    with pytest.raises(SheetError, match=r"row 3: the list has more than 30,000 cells; .* delete stray cells"):
        read_table(path)


def test_a_sheet_of_a_results_workbook_is_read_by_its_name_alone(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    with_one_row()(path)
    with pytest.raises(SheetError, match="there is no sheet 'Results'; the sheets are: Order"):
        read_table(path, ReadOptions(sheet="Results"))
    assert read_table(path, ReadOptions(sheet=" order ")).sheet == "Order"


def _damaged(file: MessyFile, folder: Path, luck: random.Random) -> Path:
    path = file.write_to(folder)
    data = bytearray(path.read_bytes())
    for _ in range(luck.choice((1, 2, 5))):
        data[luck.randrange(len(data))] = luck.choice((0, 255, luck.randrange(256)))
    if luck.random() < 0.2:
        del data[luck.randrange(1, len(data)) :]
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods", ".csv"])
def test_a_damaged_file_is_read_or_refused_and_nothing_else(ending: str, tmp_path: Path) -> None:
    luck = random.Random(ending)
    files = [file for file in MESSY_FILES if file.ending == ending and "million" not in file.name and file.sheet]
    files = files or [file for file in MESSY_FILES if file.ending == ending and file.rows]
    for _ in range(150):
        file = luck.choice([file for file in files if "last-row" not in file.name])
        path = _damaged(file, tmp_path, luck)
        message = ""
        try:
            table = read_table(path, file.options)
            assert all(len(row) == len(table.header) for row in table.rows)
        except SheetError as trouble:
            message = str(trouble)
        assert "\n" not in message
        assert not message or message.startswith(str(path))
