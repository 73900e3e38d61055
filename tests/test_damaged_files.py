"""A file that was damaged on its way is read, or refused in one sentence: never a crash, whoever wrote it."""

import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from list_writers import by_csv, by_html, by_odfpy, by_openpyxl, by_xlsxwriter, by_xlwt

ROWS = [["did", "group", "note"], *([f"172755501{at:02}", "SALES_IN", f"note {at} ä"] for at in range(30))]

_READ_ALL = """
import json, sys
from pathlib import Path
from importer.errors import SheetError
from importer.reading import read_table
for name in json.loads(sys.stdin.read()):
    print(name, flush=True)
    try:
        read_table(Path(name))
    except SheetError as error:
        assert len(str(error).splitlines()) == 1, error
"""


_CSV = by_csv(ROWS).decode()
WRITERS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "openpyxl": (".xlsx", lambda: by_openpyxl({"Order": ROWS})),
    "XlsxWriter": (".xlsx", lambda: by_xlsxwriter(ROWS, unusual=True)),
    "xlwt": (".xls", lambda: by_xlwt(ROWS)),
    "odfpy": (".ods", lambda: by_odfpy(ROWS)),
    "a web page": (".html", lambda: by_html(ROWS)),
    "UTF-8": (".csv", lambda: _CSV.encode("utf-8-sig")),
    "UTF-16": (".txt", lambda: _CSV.encode("utf-16")),
    "Latin-1": (".csv", lambda: _CSV.encode("latin-1")),
}


@cache
def whole(writer: str) -> bytes:
    return WRITERS[writer][1]()


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Return bytes to which one to four things have happened."""
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(data) + 1), rng.choice([1, 2, 4, 16, 200])
        match rng.randrange(6):
            case 0:
                data = data[:at] + rng.randbytes(length) + data[at + length :]
            case 1:
                data = data[:at] + data[at + length :]
            case 2:
                data = data[:at] + data[at : at + length] * rng.choice([2, 50]) + data[at + length :]
            case 3:
                data = data[:at] if rng.random() < 0.3 else data
            case 4:
                odd = rng.choice([b"\0", b"\xff" * 8, b"9" * 40, b"<", b"&#0;", b"&x;", b'"', b"\r", b"-1", b"]]>"])
                data = data[:at] + odd + data[at:]
            case _:
                data = (
                    data[:at] + bytes([(data[at] if at < len(data) else 0) ^ (1 << rng.randrange(8))]) + data[at + 1 :]
                )
    return data


def damaged_file(writer: str, seed: int) -> bytes:
    """Damage a file as a whole, or inside one part of its archive, which is then whole by itself."""
    rng, data = random.Random(f"{writer}|{seed}"), whole(writer)
    if data[:2] != b"PK" or rng.random() < 0.3:
        return damaged(data, rng)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        unlucky = rng.choice(old.namelist())
        for name in old.namelist():
            new.writestr(name, damaged(old.read(name), rng) if name == unlucky else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    "count", [30, pytest.param(700, marks=[pytest.mark.soak, pytest.mark.timeout(900)], id="700 of each")]
)
@pytest.mark.parametrize("writer", WRITERS)
def test_a_damaged_file_is_read_or_refused_in_one_sentence(tmp_path: Path, writer: str, count: int) -> None:
    paths = [tmp_path / f"{seed}{WRITERS[writer][0]}" for seed in range(count)]
    for seed, path in enumerate(paths):
        path.write_bytes(damaged_file(writer, seed))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _READ_ALL],
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.returncode == 0, (done.stdout.splitlines()[-1:], done.stderr[-2000:])
    assert len(done.stdout.splitlines()) == count
