"""Each carrier's list is read as it comes, and with the flags of its README line every number of it gets in."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from importer.cli import main
from importer.columns import BY_NAME
from importer.model import Result
from importer.sandbox import Sandbox
from importer.workbooks.results import read_results

CARRIERS = Path(__file__).resolve().parents[1] / "sample_data" / "carriers"
LISTS = ("*.csv", "*.xlsx")

README_FLAGS = {
    line[1]: shlex.split(line[2])
    for line in re.finditer(
        r"^\| \[(.+?)\]\(\1\) \|.*\| `(--set .+)` \|$", (CARRIERS / "README.md").read_text("utf-8"), re.M
    )
}
"""The name of a list -> the flags of its line in the README."""


def numbers(form: str, first: int, count: int) -> list[str]:
    return [form.format(line) for line in range(first, first + count)]


EXPECTED = {
    "telnyx.csv": numbers("+1970555{:04}", 100, 12),
    "telnyx_v2.csv": numbers("+1303555{:04}", 100, 10),
    "twilio.csv": numbers("+1617555{:04}", 100, 11),
    "bandwidth.csv": [
        *numbers("205555{:04}", 100, 5),
        *numbers("251555{:04}", 105, 5),
        *numbers("256555{:04}", 110, 5),
    ],
    "flowroute.csv": numbers("1206555{:04}", 100, 9),
    "voipms.csv": [*numbers("514555{:04}", 100, 6), *numbers("418555{:04}", 106, 6)],
    "plivo.csv": numbers("1813555{:04}", 100, 8),
    "didww.xlsx": numbers("442079460{:03}", 100, 10),
    "sinch.csv": numbers("+1512555{:04}", 100, 9),
    "inumbering.csv": numbers("416555{:04}", 100, 10),
    "intelepeer.csv": numbers("480555{:04}", 100, 10),
    "intelepeer_bulk.csv": numbers("480555{:04}", 120, 14),
    "pbx_export.csv": numbers("503555{:04}", 100, 12),
    "pbx_trunks.xlsx": numbers("1702555{:04}", 100, 10),
}


def test_the_readme_has_a_line_for_each_list_and_each_line_two_or_three_settings() -> None:
    lists = {path.name for pattern in LISTS for path in CARRIERS.glob(pattern)}
    # what somebody's own check or run has left there is no list
    lists = {name for name in lists if not re.search(r"_(checked|results)(_\d+)?\.xlsx$", name)}
    assert set(README_FLAGS) == lists == set(EXPECTED)
    for name, flags in README_FLAGS.items():
        assert flags[::2] == ["--set"] * (len(flags) // 2), name
        assert 2 <= len(flags) // 2 <= 3, name


@pytest.mark.parametrize("name", EXPECTED)
def test_a_list_goes_through_the_check_without_a_flag(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["check", str(shutil.copy(CARRIERS / name, tmp_path))])
    said = capsys.readouterr()
    assert code in (0, 1)
    assert said.err == ""
    assert f"{len(EXPECTED[name])} rows" in said.out
    assert "did_pattern '" not in said.out, "every number of it can be read"


@pytest.mark.parametrize("name", EXPECTED)
def test_with_the_flags_of_the_readme_every_number_of_a_list_gets_in(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order = Path(shutil.copy(CARRIERS / name, tmp_path))
    monkeypatch.setenv("VICIDIAL_PASS", "1234")
    with Sandbox() as sandbox:
        server = ("--url", sandbox.url, "--user", "6666", "--rate", "0")
        code = main(["run", str(order), *README_FLAGS[name], *server, "--yes", "--state-dir", str(tmp_path)])
        stored = sandbox.stored()
    assert code == 0, capsys.readouterr()
    rows = read_results(order.with_name(f"{order.stem}_results.xlsx")).rows
    assert [(row.result, row.did_sent) for row in rows] == [(Result.SUCCESS, did) for did in EXPECTED[name]]
    assert sorted(stored) == sorted(EXPECTED[name])
    for setting in README_FLAGS[name][1::2]:
        column, _, value = setting.partition("=")
        kept = {row[BY_NAME[column].stored_as] for row in stored.values()}
        assert kept == {value}, setting
