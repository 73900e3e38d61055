"""Starts the page and ends it: a free port of this machine, a browser that opens, Ctrl-C, an icon on the desktop."""

import json
import os
import secrets
import shlex
import shutil
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from importer.errors import SettingsError
from importer.interrupt import INTERRUPTED, stopped_by_signals
from importer.web.guard import START, Doors
from importer.web.visit import DOWNLOADS

LOOPBACK: Final = "127.0.0.1"
"""The only address that the page listens on."""

_DESKTOP: Final = """\
[Desktop Entry]
Type=Application
Name=DID importer
Comment=Import phone numbers into VICIdial
Exec={command}
Terminal=true
Categories=Office;
"""


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How the page is started.

    Attributes:
        state: the folder of the records of runs.
        port: where it listens; 0 for a free port.
        browser: whether a browser is opened; else the address is told.
        config: the file of servers by name, or None for the usual one.
    """

    state: Path
    port: int = 0
    browser: bool = True
    config: Path | None = None

    @property
    def folder(self) -> Path:
        """Where its uploads and what it remembers are kept, for its owner alone."""
        return self.state / "web"


def serve(options: WebOptions, say: Callable[[str], None]) -> int:
    """Show the page until Ctrl-C, then stop in good order: runs stop as ``did-importer run`` stops.

    Where a browser is to be opened and the page is open already, it opens that one, and ends.

    Args:
        options: how it is started.
        say: tells the person at the terminal a sentence.

    Returns:
        The exit code.

    Raises:
        SettingsError: the port is taken, or the folder cannot be written.
    """
    try:
        options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        options.folder.chmod(0o700)
    except OSError as error:
        raise SettingsError(f"{options.folder} cannot be used ({error.strerror}); choose with --state-dir") from None
    running = FileLock(options.folder / "running.lock")
    alone = options.browser and not options.port
    try:
        running.acquire(blocking=False)
    except Timeout:
        if alone and _open_the_running_one(options.folder, say):
            return 0
    else:
        for left in options.folder.glob(f"{DOWNLOADS}*"):
            shutil.rmtree(left, ignore_errors=True)
    try:
        return _serve(options, say)
    finally:
        running.release()


def _serve(options: WebOptions, say: Callable[[str], None]) -> int:
    import uvicorn

    from importer.web.app import application

    listening = _listening(options.port)
    port, key = listening.getsockname()[1], secrets.token_urlsafe(32)
    doors = Doors(port, key)
    app, state = application(doors, options)
    # websockets and a stream that stays open would hold up the end
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, ws="none", lifespan="off", proxy_headers=False,
        timeout_graceful_shutdown=2,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="web", daemon=True)
    with stopped_by_signals(lambda: None) as interrupts:
        thread.start()
        if options.browser:
            _write_private(options.folder / "running.json", json.dumps({"port": port, "key": key}))
            _open_browser(options.folder, port, doors, say)
        else:
            say(f"open this address once, in a browser on this machine: {_address(port, doors)}")
        say("Ctrl-C ends it")
        while thread.is_alive() and not interrupts.seen:
            thread.join(0.2)
        if state.jobs.busy():
            say("stopping: calls in flight are waited for; press Ctrl-C again to leave at once")
            state.jobs.stop_all()
        server.should_exit = True
        thread.join()
        state.close()
    return INTERRUPTED if state.jobs.interrupted else 0


def _listening(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
        # a browser that comes before the server is ready waits
        bound.listen(128)
    except (OSError, OverflowError):
        bound.close()
        raise SettingsError(f"--port {port}: nothing can listen there on {LOOPBACK}; choose another port") from None
    return bound


def _address(port: int, doors: Doors) -> str:
    return f"http://{LOOPBACK}:{port}{START}?token={doors.new_token()}"


def _open_browser(folder: Path, port: int, doors: Doors, say: Callable[[str], None]) -> None:
    """Open a file of ours that leads to the page: every user of the machine can read a browser's arguments."""
    address = _address(port, doors)
    page = folder / "open.html"
    _write_private(
        page,
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={escape(address)}">'
        f'<title>DID importer</title><p><a href="{escape(address)}">Open the importer</a></p>',
    )
    if webbrowser.open(page.as_uri()):
        say(f"the page opens in your browser; it is at http://{LOOPBACK}:{port}")
    else:
        say(f"no browser was found; open this address once, in a browser on this machine: {address}")


def _open_the_running_one(folder: Path, say: Callable[[str], None]) -> bool:
    with suppress(OSError, ValueError, KeyError, TypeError):
        running = json.loads((folder / "running.json").read_text(encoding="utf-8"))
        port, key = int(running["port"]), str(running["key"])
        socket.create_connection((LOOPBACK, port), 2).close()
        _open_browser(folder, port, Doors(port, key), say)
        return True
    return False


def _write_private(path: Path, text: str) -> None:
    """Write a file that no other user of the machine can read, in one step."""
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123  a descriptor has no Path
        file.write(text)
    temporary.replace(path)


def icon_path(
    system: str = sys.platform, environment: Mapping[str, str] = os.environ, home: Path | None = None
) -> Path:
    """Say where the icon is, or would be."""
    home = home or Path.home()
    if system == "win32":
        programs = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
        return programs / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "DID importer.cmd"
    if system == "darwin":
        return home / "Applications" / "DID importer.command"
    return Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "applications" / "did-importer.desktop"


def icon_text(system: str = sys.platform, python: str = sys.executable) -> str:
    """Return what the icon holds: it starts this program with this Python."""
    if system == "win32":
        return f'@echo off\r\n"{python.replace("%", "%%")}" -m importer web\r\nif errorlevel 1 pause\r\n'
    if system == "darwin":
        return f"#!/bin/sh\nexec {shlex.quote(python)} -m importer web\n"
    # quoted as the Desktop Entry Specification has it
    quoted = python.replace("\\", "\\\\\\\\").replace('"', '\\\\"').replace("`", "\\\\`").replace("$", "\\\\$")
    return _DESKTOP.format(command=f'"{quoted.replace("%", "%%")}" -m importer web')


def install_icon(path: Path) -> None:
    """Write the icon; one that is there is written anew."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(icon_text(), encoding="utf-8", newline="")
        path.chmod(0o755)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror})") from None


def remove_icon(path: Path) -> bool:
    """Remove the icon; False if there is none."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise SettingsError(f"{path} cannot be removed ({error.strerror})") from None
    return True
