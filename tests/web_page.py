"""The page as a program of its own, and a browser that looks at it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ORDER = Path(__file__).parent.parent / "sample_data" / "carrier_order.xlsx"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()


def need_a_browser() -> None:
    """Skip, loudly, where no Chromium is on this machine; fail where DID_IMPORTER_BROWSER=required."""
    if CHROMIUM is None:
        if os.environ.get("DID_IMPORTER_BROWSER") == "required":
            pytest.fail("no Chromium is on this machine, and DID_IMPORTER_BROWSER=required demands it")
        pytest.skip("NOT TESTED IN A BROWSER: no Chromium is on this machine (Debian: apt-get install chromium)")


@dataclass
class RunningPage:
    """The program ``did-importer web --no-browser``."""

    process: "subprocess.Popen[str]"
    address: str
    state: Path

    @property
    def root(self) -> str:
        return self.address.partition("/start")[0]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)


def start_page(state: Path, *flags: str) -> RunningPage:
    command = [sys.executable, "-m", "importer", "web", "--no-browser", "--state-dir", str(state), *flags]
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("VICIDIAL_", "DID_IMP"))}
    environment["DID_IMPORTER_CONFIG"] = str(state.parent / "servers.toml")
    state.parent.mkdir(exist_ok=True)
    (state.parent / "servers.toml").touch()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    address = re.search(r"http://\S+", process.stdout.readline())
    assert address is not None
    return RunningPage(process, address[0], state)


@contextmanager
def running_page(state: Path, *flags: str) -> Iterator[RunningPage]:
    page = start_page(state, *flags)
    try:
        yield page
    finally:
        if page.process.poll() is None:
            page.process.send_signal(signal.SIGINT)
            try:
                page.process.wait(30)
            finally:
                page.process.kill()
        if page.process.stdout is not None:
            page.process.stdout.close()


@contextmanager
def a_browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
