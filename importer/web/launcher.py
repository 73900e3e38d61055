"""An icon that starts the page: a .desktop entry on Linux, a .command file on macOS, a .cmd file on Windows."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from importer.errors import SettingsError

_DESKTOP: Final = """\
[Desktop Entry]
Type=Application
Name=DID importer
Comment=Import phone numbers into VICIdial
Exec={command}
Terminal=true
Categories=Office;
"""


def icon_path(
    system: str = sys.platform, environment: Mapping[str, str] = os.environ, home: Path | None = None
) -> Path:
    """Say where the icon is, or would be.

    Args:
        system: as ``sys.platform``.
        environment: where XDG_DATA_HOME and APPDATA are looked up.
        home: the person's folder.
    """
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


def install_icon(path: Path, text: str) -> None:
    """Write the icon; one that is there is written anew.

    Raises:
        SettingsError: it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        path.chmod(0o755)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror})") from None


def remove_icon(path: Path) -> bool:
    """Remove the icon; False if there is none.

    Raises:
        SettingsError: it cannot be removed.
    """
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise SettingsError(f"{path} cannot be removed ({error.strerror})") from None
    return True
