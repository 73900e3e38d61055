"""The practice VICIdial as a command: what it prints can be copied and works, and wrong flags are told in one line."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from importer.cli import demo, main
from importer.cli import serve as command
from importer.cli.demo import differences, read_expected
from importer.cli.serve import faults_from
from importer.sandbox import Fault
from importer.workbooks.results import read_results


@pytest.fixture
def running() -> Iterator["subprocess.Popen[str]"]:
    """``did-importer sandbox`` on a free port, ended whatever happens."""
    command = [sys.executable, "-m", "importer", "sandbox", "--port", "0", "--fail", "busy-503=0"]
    here = Path(__file__).resolve().parents[1]
    # without a group of its own, Windows would end the tests by the signal too
    group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=here, creationflags=group) as process:
        yield process
        process.kill()


def settings_in(text: str) -> dict[str, str]:
    return dict(re.findall(r"^ +export ([A-Z_]+)=(\S+)$", text, re.M))


def first_words(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("0% of the calls"):
            break
    return "".join(lines)


def test_the_settings_it_prints_import_the_sample_order_as_expected_and_ctrl_c_ends_it_well(
    running: "subprocess.Popen[str]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = first_words(running)
    settings = settings_in(words)
    assert set(settings) == {"VICIDIAL_URL", "VICIDIAL_USER", "VICIDIAL_PASS"}
    for name, value in settings.items():
        assert f"    set {name}={value}\n" in words
        assert f'    $env:{name} = "{value}"\n' in words
        monkeypatch.setenv(name, value)
    assert all(known in words for known in ("SALES_IN", "main_ivr", "10.10.10.15", "7275550190", "forgets everything"))
    sample = demo.sample_folder()
    order = tmp_path / demo.ORDER
    order.write_bytes(sample.joinpath(demo.ORDER).read_bytes())
    assert main(["run", str(order), "--rate", "0", "--yes", "--state-dir", str(tmp_path)]) == 1
    expected = read_expected(sample.joinpath(demo.EXPECTED).read_text(encoding="utf-8"))
    rows = read_results(tmp_path / "carrier_order_results.xlsx").rows
    assert differences(expected, rows, [row.did_sent for row in rows if row.result == "success"]) == ()
    running.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
    rest, _ = running.communicate(timeout=30)
    if os.name != "nt":
        assert "forgotten everything" in rest
        assert running.returncode == 0


def test_a_port_that_is_taken_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["sandbox", "--port", str(port)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"did-importer: --port {port}: nothing can listen there on 127.0.0.1 (")
    assert error.endswith("; choose another port, or 0 for a free one\n")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--fail", "sometimes=0.1"), "there is no kind 'sometimes'; --fail list shows all kinds"),
        (("--fail", "eror-500=0.1"), "there is no kind 'eror-500'; did you mean error-500?"),
        (("--fail", "hang"), "--fail hang needs the share of the calls behind a '='"),
        (("--fail", "hang=often"), "'often' is no share of the calls"),
        (("--fail", "hang=1.5"), "'1.5' is no share of the calls"),
        (("--fail", "hang=-0.1"), "'-0.1' is no share of the calls"),
        (("--fail", "hang=nan"), "'nan' is no share of the calls"),
        (("--fail", "hang=0.6", "--fail", "html=0.6"), "come to 1.2"),
        (("--fail", "hang=0.1", "--fail", "hang=0.2"), "--fail hang is given twice"),
        (("--slow", "-1"), "--slow -1 must be from 0 to 3600 seconds"),
        (("--slow", "nan"), "--slow nan must be from 0 to 3600 seconds"),
        (("--port", "65536"), "--port 65536 must be from 0 (a free one) to 65535"),
        (("--port", "-1"), "--port -1 must be from 0 (a free one) to 65535"),
    ],
)
def test_a_flag_that_cannot_be_used_is_told_in_one_line(
    flags: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sandbox", *flags]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_list_shows_every_kind_of_failure_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sandbox", "--fail", "list"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for fault in Fault:
        assert f" {fault} {fault.meaning}" in said


def test_each_kind_of_failure_gets_its_share() -> None:
    plan = faults_from(["error-500=0.25", " HANG-after = 0.5"])
    assert plan.shares == {Fault.ERROR_500: 0.25, Fault.HANG_AFTER: 0.5}


def test_a_slow_and_failing_server_says_so_when_it_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def serve_nobody(options: object, port: int, ready: object) -> None:
        assert callable(ready)
        ready(f"http://127.0.0.1:{port}/vicidial/non_agent_api.php")

    monkeypatch.setattr(command, "serve_sandbox", serve_nobody)
    assert main(["sandbox", "--slow", "1.5", "--fail", "cut-after=0.05", "--port", "8090"]) == 0
    said = capsys.readouterr().out
    assert "every answer takes 1.5 seconds" in said
    assert "5% of the calls fail as cut-after: the connection is cut" in said
