"""The demo ends with 0 where all is as the sample says, with 1 and the rows' names where it is not."""

import re
from pathlib import Path

import pytest

from importer.cli import demo, main
from importer.model import Result
from importer.sandbox import PRACTICE_DIDS
from importer.workbooks.results import PreviousRow, read_results


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_DEMO_RATE", 0.0)


def said_by(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, in one line."""
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("hurried")
def test_the_demo_ends_with_0_and_a_workbook_that_is_as_expected_and_when_repeated_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--folder", str(tmp_path)]) == 0
    expected = demo.read_expected(demo.sample_folder().joinpath(demo.EXPECTED).read_text(encoding="utf-8"))
    rows = read_results(tmp_path / "carrier_order_results.xlsx").rows
    assert {row.row: f"{row.result} {row.did_sent}".strip() for row in rows} == expected
    said = said_by(capsys)
    success = sum(words.startswith("success") for words in expected.values())
    assert f"as expected: each of the {len(expected)} rows" in said
    assert f"exactly the {success} DIDs that are marked success" in said
    assert str(tmp_path / "carrier_order_results.xlsx") in said
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"}
    assert main(["demo", "--folder", str(tmp_path)]) == 0
    assert {path: path.read_bytes() for path in first} == first
    assert (tmp_path / "carrier_order_2_results.xlsx").is_file()


@pytest.mark.usefixtures("hurried")
def test_the_demo_ends_with_1_and_names_the_row_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "PRACTICE_DIDS", (*PRACTICE_DIDS, "8135550101"))
    assert main(["demo", "--folder", str(tmp_path)]) == 1
    said = said_by(capsys)
    assert "NOT as expected" in said
    assert "row 6: expected success 8135550101, but the workbook says duplicate 8135550101" in said


@pytest.mark.usefixtures("hurried")
def test_the_demo_ends_with_3_where_the_run_was_stopped_and_offers_no_resume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "PRACTICE_PASSWORD", "wrong")
    assert main(["demo", "--folder", str(tmp_path)]) == 3
    said = said_by(capsys)
    assert "demo: stopped before the end; start it again: did-importer demo" in said
    assert "did-importer resume" not in said


def test_a_folder_that_is_a_file_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "demo").write_text("in the way")
    assert main(["demo", "--folder", str(tmp_path / "demo")]) == 2
    error = capsys.readouterr().err
    assert re.fullmatch(r"did-importer: --folder .*demo: nothing can be written there .*\n", error)


@pytest.mark.parametrize(
    ("rows", "stored", "sentences"),
    [
        ("5 success A, 6 invalid", "A", ()),
        ("5 success A", "A", ("row 6: expected invalid, but the workbook says nothing",)),
        (
            "5 success A, 6 invalid, 6 invalid",
            "A",
            ("row 6: expected invalid, but the workbook says invalid and invalid",),
        ),
        (
            "5 success A, 6 invalid, 7 failed B",
            "A",
            ("row 7: expected nothing, but the workbook says failed B",),
        ),
        ("5 success A, 6 invalid", "", ("VICIdial does not hold A, whose row is marked success",)),
        ("5 success A, 6 invalid", "AB", ("VICIdial holds B, but no row is marked success for it",)),
    ],
)
def test_each_difference_is_named(rows: str, stored: str, sentences: tuple[str, ...]) -> None:
    found = []
    for text in rows.split(", "):
        number, result, did = (*text.split(), "")[:3]
        found.append(PreviousRow(int(number), (), Result(result), "a reason", did, 1, ""))
    assert demo.differences({5: "success A", 6: "invalid"}, found, stored) == sentences
