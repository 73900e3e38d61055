"""What scripts read: one object on standard output, a log file, completion."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from importer.cli import main
from importer.sandbox import Sandbox, SandboxOptions

ORDER = """did_pattern,did_route,group
17275550131,IN_GROUP,SALES_IN
17275550132,IN_GROUP,NOPE
17275550133,Ingroup,SALES_IN
17275550134,IN_GROUP,SALES_IN
"""


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {"VICIDIAL_USER": "6666", "VICIDIAL_PASS": "1234"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DID_IMPORTER_STATE_DIR", str(tmp_path / "state"))
    path = tmp_path / "order.csv"
    path.write_text(ORDER, encoding="utf-8")
    return path


def test_run_prints_one_object_and_no_other_word(order: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Sandbox(SandboxOptions(starting_dids=("17275550134",))) as sandbox:
        code = main(["run", str(order), "--url", sandbox.url, "--rate", "0", "--yes", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == told["exit_code"] == 1
    assert told["counts"] == {"success": 1, "invalid": 2, "duplicate": 1}
    assert [row["row"] for row in told["rows"]] == [2, 3, 4, 5]
    assert [row["result"] for row in told["rows"]] == ["success", "invalid", "invalid", "duplicate"]
    assert told["next"].startswith("correct the cells")
    assert Path(told["workbook"]).exists()


def test_check_prints_one_object_with_what_the_server_says(order: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Sandbox() as sandbox:
        code = main(["check", str(order), "--live", "--url", sandbox.url, "--rate", "0", "--json"])
        assert sandbox.stored() == {}
    told = json.loads(capsys.readouterr().out)
    assert code == 1
    assert (told["rows"], told["good"], told["invalid"]) == (4, 3, 1)
    assert [(row["row"], row["would_be"]) for row in told["live"]] == [(2, "success"), (3, "invalid"), (5, "success")]
    assert told["problems"][0]["rows"] == [4]


def test_runs_prints_one_object(order: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Sandbox() as sandbox:
        main(["run", str(order), "--url", sandbox.url, "--rate", "0", "--yes"])
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["runs"]
    assert told["state"] == "finished"
    assert told["counts"] == {"success": 2, "invalid": 2}


def test_the_log_has_a_line_for_every_outcome_and_no_password(order: Path, tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    with Sandbox() as sandbox:
        main(["run", str(order), "--url", sandbox.url, "--rate", "0", "--yes", "--log", str(log)])
    lines = log.read_text(encoding="utf-8").splitlines()
    assert sum("17275550131: success, 1 call, added" in line for line in lines) == 1
    assert sum("17275550132: invalid" in line for line in lines) == 1
    assert "sending begins: 3 rows, 1 row with an outcome already" in lines[0]
    assert "|1234" not in log.read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written_is_told_before_anything_is_sent(
    order: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Sandbox() as sandbox:
        code = main(["run", str(order), "--url", sandbox.url, "--yes", "--log", str(tmp_path)])
        assert not sandbox.calls
    assert code == 2
    assert "--log" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "did-importer" in capsys.readouterr().out


def test_the_shell_is_told_which_commands_there_are(tmp_path: Path) -> None:
    answers = tmp_path / "answers"
    environment = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answers),
        "_ARGCOMPLETE_IFS": "\n",
        "COMP_LINE": "did-importer re",
        "COMP_POINT": "15",
        "PATH": "",
    }
    program = "from importer.cli import main; main()"
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, cwd=Path(__file__).parent.parent)
    assert {word.strip() for word in answers.read_text(encoding="utf-8").split("\n")} == {"rerun", "resume"}
