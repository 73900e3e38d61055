"""The sample data is what its script makes, and looks like what a carrier sends."""

import csv
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from importer.cli import main
from importer.model import Result
from importer.sandbox import PRACTICE_DIDS, Sandbox

SAMPLES = Path(__file__).resolve().parents[1] / "sample_data"
NUMBER_COLUMN = "B"


def make(folder: Path) -> Path:
    subprocess.run([sys.executable, str(SAMPLES / "make.py"), str(folder)], check=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("made"))


def files_of(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def cells_of(path: Path) -> list[tuple[str, Any, str, str]]:
    """Place, value, type and number format of every cell, which another version of a library writes alike."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    cells = [
        (f"{sheet.title}!{cell.coordinate}", cell.value, str(cell.data_type), str(cell.number_format))
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
    ]
    book.close()
    return cells


def content_of(path: Path) -> object:
    # git may have turned line ends into those of the system
    return cells_of(path) if path.suffix == ".xlsx" else path.read_bytes().replace(b"\r\n", b"\n")


def expected_rows() -> list[dict[str, str]]:
    with (SAMPLES / "carrier_order_expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_script_makes_the_same_bytes_every_time(made: Path, tmp_path: Path) -> None:
    again = make(tmp_path)
    assert files_of(made) == files_of(again)
    assert len(files_of(made)) >= 15
    for name in files_of(made):
        assert (made / name).read_bytes() == (again / name).read_bytes(), name


def test_what_stands_in_the_repository_is_what_the_script_makes(made: Path) -> None:
    for name in files_of(made):
        assert content_of(SAMPLES / name) == content_of(made / name), f"{name}: run python sample_data/make.py"


def test_the_order_looks_like_a_carriers(made: Path) -> None:
    cells = {place.partition("!")[2]: (value, kind) for place, value, kind, _ in cells_of(made / "carrier_order.xlsx")}
    rows = [row["row"] for row in expected_rows()]
    numbers = [cells[f"{NUMBER_COLUMN}{row}"] for row in rows]
    kinds = {kind for _, kind in numbers}
    texts = [str(value) for value, kind in numbers if kind == "s"]
    assert len(rows) >= 250
    assert kinds >= {"n", "s", "f", "d"}
    assert any(isinstance(value, int) for value, _ in numbers)
    assert any(isinstance(value, datetime) for value, _ in numbers)
    for shape in (r"\(\d{3}\) 555-\d{4}", r"\d{10}", r"\+1\d{10}", r"\d{3}\.555\.\d{4}", r"\d{3}\xa0555\xa0\d{4}"):
        assert any(re.fullmatch(shape, text) for text in texts), shape
    header = [value for place, (value, _) in cells.items() if re.fullmatch(r"[A-Z]+4", place)]
    assert {"Order ID", "Telephone Number", "RateCenter", "LATA", "Tier", "Status", "In-Group", "Label"} <= set(header)


def test_the_expectations_name_each_row_of_the_order_once_and_no_other(made: Path) -> None:
    filled = {
        int(re.sub("[^0-9]", "", place.partition("!")[2]))
        for place, value, _, _ in cells_of(made / "carrier_order.xlsx")
        if value is not None
    }
    title_and_header = {1, 2, 4}
    rows = [int(row["row"]) for row in expected_rows()]
    assert rows == sorted(filled - title_and_header)
    assert max(rows) - min(rows) + 1 > len(rows), "blank rows stand between the others"


def test_a_few_rows_of_every_kind_of_trouble_are_expected() -> None:
    rows = expected_rows()
    results = [Result(row["result"]) for row in rows]
    assert results.count(Result.SUCCESS) > len(rows) * 0.8
    assert results.count(Result.DUPLICATE) >= 6
    assert results.count(Result.INVALID) >= 30
    refused_by_the_server = [row for row in rows if row["result"] == "invalid" and row["did_sent"]]
    assert len(refused_by_the_server) >= 4
    already_there = [row["did_sent"] for row in rows if row["result"] == "duplicate" and row["did_sent"]]
    assert set(already_there) == set(PRACTICE_DIDS)
    assert all(row["about"] for row in rows if row["result"] != "success")


def test_the_numbers_that_are_sent_belong_to_nobody() -> None:
    for row in expected_rows():
        assert re.fullmatch(r"(\+?1)?[2-9]\d\d55501\d\d|", row["did_sent"]), row


def test_a_bare_list_of_numbers_with_two_settings_is_a_whole_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = shutil.copy(SAMPLES / "bare_numbers.csv", tmp_path)
    monkeypatch.setenv("VICIDIAL_PASS", "1234")
    with Sandbox() as sandbox:
        server = ("--url", sandbox.url, "--user", "6666", "--rate", "0")
        route = ("--set", "did_route=IN_GROUP", "--set", "group=SALES_IN")
        code = main(["run", str(numbers), *route, *server, "--yes", "--state-dir", str(tmp_path)])
        stored = sandbox.stored()
    assert code == 0, capsys.readouterr()
    assert sorted(stored) == [f"1407555{line:04d}" for line in range(100, 130)]
    assert {(row["did_route"], row["group_id"]) for row in stored.values()} == {("IN_GROUP", "SALES_IN")}
