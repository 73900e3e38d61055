"""The demo ends with 0 where all is as the sample says, with 1 and the rows' names where it is not."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from importer.cli import demo, main
from importer.cli.demo import ExpectedRow, differences, read_expected
from importer.cli.serve import DIDS_THERE
from importer.model import Result
from importer.workbooks.output_file import free_path
from importer.workbooks.results import PreviousRow, read_results

EXPECTED = demo.sample_folder().joinpath(demo.EXPECTED).read_text(encoding="utf-8")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_DEMO_RATE", 0.0)


def with_expectations(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the demo expect something else of the same order."""
    sample = demo.sample_folder()
    folder.mkdir()
    (folder / demo.ORDER).write_bytes(sample.joinpath(demo.ORDER).read_bytes())
    (folder / demo.EXPECTED).write_text(text, encoding="utf-8")
    monkeypatch.setattr(demo, "sample_folder", lambda: folder)


def said_by(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, in one line."""
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("hurried")
def test_the_demo_ends_with_0_and_a_workbook_in_which_every_row_is_as_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--folder", str(tmp_path / "demo")]) == 0
    expected = read_expected(EXPECTED)
    rows = read_results(tmp_path / "demo" / "carrier_order_results.xlsx").rows
    assert [(row.row, row.result, row.did_sent) for row in rows] == [
        (number, wanted.result, wanted.did_sent) for number, wanted in expected.items()
    ]
    said = said_by(capsys)
    success = sum(wanted.result is Result.SUCCESS for wanted in expected.values())
    assert f"as expected: each of the {len(expected)} rows" in said
    assert f"exactly the {success} DIDs that are marked success" in said
    assert str(tmp_path / "demo" / "carrier_order_results.xlsx") in said


@pytest.mark.usefixtures("hurried")
def test_the_demo_can_be_repeated_and_overwrites_nothing(tmp_path: Path) -> None:
    assert main(["demo", "--folder", str(tmp_path)]) == 0
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"}
    assert main(["demo", "--folder", str(tmp_path)]) == 0
    assert {path: path.read_bytes() for path in first} == first
    assert (tmp_path / "carrier_order_2_results.xlsx").is_file()


@pytest.mark.usefixtures("hurried")
def test_the_demo_ends_with_1_and_names_the_row_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = EXPECTED.replace("6,success,8135550101,", "6,failed,8135550101,")
    assert other != EXPECTED
    with_expectations(tmp_path / "sample", other, monkeypatch)
    assert main(["demo", "--folder", str(tmp_path / "demo")]) == 1
    said = said_by(capsys)
    assert "NOT as expected" in said
    assert "row 6: expected failed of 8135550101, but the workbook says success of 8135550101" in said


@pytest.mark.usefixtures("hurried")
def test_the_demo_ends_with_1_where_vicidial_held_a_did_that_nobody_thought_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "DIDS_THERE", (*DIDS_THERE, "8135550101"))
    assert main(["demo", "--folder", str(tmp_path)]) == 1
    assert "row 6: expected success of 8135550101, but the workbook says duplicate of 8135550101" in said_by(capsys)


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


def test_a_name_that_another_demo_takes_first_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def overtaken(wanted: Path) -> Path:
        free = free_path(wanted)
        if not free.exists() and free == wanted:
            wanted.write_text("another demo's")
        return free

    monkeypatch.setattr(demo, "free_path", overtaken)
    monkeypatch.setattr(demo, "check_file", lambda path, options: pytest.fail(str(path.name)))
    with pytest.raises(pytest.fail.Exception, match=r"carrier_order_2\.xlsx"):
        main(["demo", "--folder", str(tmp_path)])
    assert (tmp_path / "carrier_order.xlsx").read_text() == "another demo's"


def row(number: int, result: Result, did_sent: str = "") -> PreviousRow:
    return PreviousRow(number, (), result, "a reason", did_sent, 1, "")


GOOD = ExpectedRow(Result.SUCCESS, "7275550100")
BAD = ExpectedRow(Result.INVALID, "")
AS_EXPECTED = (row(5, Result.SUCCESS, "7275550100"), row(6, Result.INVALID))


def test_nothing_differs_where_workbook_sample_and_vicidial_agree() -> None:
    assert differences({5: GOOD, 6: BAD}, AS_EXPECTED, ["7275550100"]) == ()


@pytest.mark.parametrize(
    ("rows", "stored", "sentence"),
    [
        (AS_EXPECTED[:1], ["7275550100"], "row 6: is missing from the workbook"),
        ((*AS_EXPECTED, AS_EXPECTED[1]), ["7275550100"], "row 6: stands 2 times in the workbook"),
        ((*AS_EXPECTED, row(7, Result.INVALID)), ["7275550100"], "row 7: is in the workbook, but not in the sample"),
        (AS_EXPECTED, [], "row 5: is marked success, but VICIdial does not hold 7275550100"),
        (AS_EXPECTED, ["7275550100", "7275550101"], "VICIdial holds 7275550101, but no row is marked success for it"),
        (
            (AS_EXPECTED[0], row(6, Result.INVALID, "7275550101")),
            ["7275550100"],
            "row 6: expected invalid, not sent, but the workbook says invalid of 7275550101: a reason",
        ),
    ],
)
def test_each_difference_is_named(rows: Sequence[PreviousRow], stored: Sequence[str], sentence: str) -> None:
    assert differences({5: GOOD, 6: BAD}, rows, stored) == (sentence,)
