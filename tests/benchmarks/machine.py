"""The head of the tables: when, on how many cores, with which versions. No name and no path of the machine."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

_PACKAGES: Final = (
    "httpx httptools httpcore h11 httpx-aiohttp aiohttp uvloop pandas pandera XlsxWriter python-calamine".split()
)


def facts(nginx: str, folder: Path) -> tuple[tuple[str, str], ...]:
    """Return name and value of each fact.

    Args:
        nginx: nginx's program.
        folder: where records are written.
    """
    if sys.platform == "win32":
        raise OSError("the benchmark runs on Linux")
    tools = {"nginx": [nginx, "-v"], "wrk": ["wrk", "-v"], "curl": ["curl", "--version"]}
    packages = [f"{name} {found}" for name in _PACKAGES if (found := _package_version(name))]
    return (
        ("date", datetime.now(UTC).date().isoformat()),
        ("cores", str(len(os.sched_getaffinity(0)))),
        ("system", f"{platform.system()} {platform.machine()}, records on {file_system(folder)}"),
        ("Python", f"{platform.python_version()}; {', '.join(packages)}"),
        ("beside", ", ".join(f"{name} {tool_version(_said_by(command))}" for name, command in tools.items())),
    )


def tool_version(text: str) -> str:
    """Return the first thing in a program's own words that looks like its version."""
    found = re.search(r"[0-9]+(?:\.[0-9]+)+", text)
    return found[0] if found else "of unknown version"


def file_system(folder: Path, mounts: str | None = None) -> str:
    """Return the kind of file system that a folder is on, such as ext4.

    Args:
        folder: the folder.
        mounts: the kernel's table of what is mounted; None to ask it.
    """
    table = Path("/proc/self/mounts").read_text(encoding="utf-8") if mounts is None else mounts
    kinds = {Path(line.split()[1]): line.split()[2] for line in table.splitlines()}
    for place in (folder, *folder.parents):
        if place in kinds:
            return kinds[place]
    return "an unknown file system"


def _said_by(command: Sequence[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout


def _package_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
