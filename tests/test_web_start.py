"""How the page is started and ended: soon, in little memory, by an icon too, and with Ctrl-C in good order."""

import os
import re
import signal
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from web_page import running_page, start_page

from importer.cli import main
from importer.web.server import icon_path, icon_text


@pytest.mark.skipif(sys.platform != "linux", reason="where Linux says what a process has used")
def test_the_first_page_comes_soon_and_takes_little_memory(tmp_path: Path) -> None:
    with running_page(tmp_path / "state") as page:
        with urllib.request.urlopen(page.address) as answer:
            cookie = answer.headers["set-cookie"].partition(";")[0]
        asked = urllib.request.Request(f"{page.root}/connect", headers={"Cookie": cookie, "Sec-Fetch-Site": "none"})
        with urllib.request.urlopen(asked) as answer:
            assert b"Where is your VICIdial?" in answer.read()
        process = Path("/proc") / str(page.process.pid)
        peak = re.search(r"VmHWM:\s+(\d+) kB", (process / "status").read_text(encoding="ascii"))
        used = process.joinpath("stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    assert peak is not None
    assert int(peak[1]) < 80 * 1024
    # a second on a machine of one's own; of what it takes where others work too, its own part tells the same
    assert sum(map(int, used)) / os.sysconf("SC_CLK_TCK") < 1.5


def test_ctrl_c_ends_it_and_the_address_works_no_more(tmp_path: Path) -> None:
    page = start_page(tmp_path / "state")
    page.process.send_signal(signal.SIGINT)
    assert page.process.wait(20) == 0
    assert page.process.stdout is not None
    page.process.stdout.close()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(page.address)


def test_a_browser_is_given_a_file_of_ours_and_no_token(tmp_path: Path) -> None:
    opener = tmp_path / "opener"
    opener.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/given\n', encoding="utf-8")
    opener.chmod(0o755)
    environment = {**os.environ, "BROWSER": str(opener), "DID_IMPORTER_STATE_DIR": str(tmp_path / "state")}
    command = [sys.executable, "-m", "importer", "web"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as first:
        assert first.stdout is not None
        said = first.stdout.readline()
        again = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        first.send_signal(signal.SIGINT)
        assert first.wait(20) == 0
    given = (tmp_path / "given").read_text(encoding="utf-8").split()
    page = tmp_path / "state" / "web" / "open.html"
    # the second command opens the page that is there, and ends
    assert given == [page.as_uri()] * 2
    assert "token" not in said + again.stdout
    assert re.search(r"http://127.0.0.1:\d+", said)[0] in again.stdout  # type: ignore[index]  # it is there
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "/start?token=" in page.read_text(encoding="utf-8")


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    with running_page(tmp_path / "state") as page:
        port = page.root.rpartition(":")[2]
        command = [sys.executable, "-m", "importer", "web", "--no-browser", "--port", port]
        environment = {**os.environ, "DID_IMPORTER_STATE_DIR": str(tmp_path)}
        ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 2
    assert f"--port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("system", "place", "words"),
    [
        ("linux", ".local/share/applications/did-importer.desktop", 'Exec="/opt/my python/bin/python" -m importer web'),
        ("darwin", "Applications/DID importer.command", "exec '/opt/my python/bin/python' -m importer web"),
        ("win32", "Start Menu/Programs/DID importer.cmd", '"/opt/my python/bin/python" -m importer web'),
    ],
)
def test_each_system_has_an_icon_of_its_kind(tmp_path: Path, system: str, place: str, words: str) -> None:
    assert icon_path(system, {}, tmp_path).as_posix().endswith(place)
    assert words in icon_text(system, "/opt/my python/bin/python")


@pytest.mark.skipif(sys.platform != "linux", reason="where Linux keeps its icons")
def test_an_icon_is_written_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    icon = tmp_path / "applications" / "did-importer.desktop"
    for flag, there in (("install", True), ("install", True), ("remove", False), ("remove", False)):
        assert main(["web", f"--{flag}-icon"]) == 0
        assert str(icon) in capsys.readouterr().out
        assert icon.exists() is there
