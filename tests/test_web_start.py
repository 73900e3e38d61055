"""How the page is started and ended: soon, in little memory, by an icon too, and with Ctrl-C in good order."""

import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from web_page import running_page, start_page

from importer.web.server import icon_path, icon_text


def test_the_first_page_comes_soon_and_takes_little_memory(tmp_path: Path) -> None:
    seconds = []
    for number in range(3):
        begin = time.monotonic()
        with running_page(tmp_path / str(number) / "state") as page:
            with urllib.request.urlopen(page.address) as answer:
                assert b"/connect" in answer.read() or answer.status == 200
            seconds.append(time.monotonic() - begin)
            if sys.platform == "linux":
                status = Path(f"/proc/{page.process.pid}/status").read_text(encoding="ascii")
                peak = re.search(r"VmHWM:\s+(\d+) kB", status)
                assert peak is not None
                assert int(peak[1]) < 80 * 1024
    # a second on a machine of one's own; the tests share theirs
    assert min(seconds) < 4, seconds


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
        command = [
            sys.executable,
            "-m",
            "importer",
            "web",
            "--no-browser",
            "--port",
            port,
            "--state-dir",
            str(tmp_path),
        ]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
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
def test_an_icon_is_written_and_removed(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
    icon = tmp_path / "applications" / "did-importer.desktop"
    for flag, there in (("--install-icon", True), ("--install-icon", True), ("--remove-icon", False)):
        command = [sys.executable, "-m", "importer", "web", flag]
        ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        assert str(icon) in ended.stdout
        assert icon.exists() is there
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
