"""What others take for a part of the importer's job: curl, wrk, bare loops, calamine, and Python itself."""

import re
import shutil
import sys
from typing import Final

from .ground import SMALL_ROWS, Ground
from .nginx import PACKAGES, NginxTrouble, Way
from .orders import address
from .sent import Sent
from .stopwatch import ChildFailed, Spent

WORKERS: Final = 8

_LOAD: Final = """\
import sys
from python_calamine import CalamineWorkbook
CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python(skip_empty_area=False)
"""


def need_tools() -> None:
    """Make sure that curl and wrk are there.

    Raises:
        NginxTrouble: one is missing.
    """
    missing = [tool for tool in ("curl", "wrk") if shutil.which(tool) is None]
    if missing:
        raise NginxTrouble(f"{' and '.join(missing)} cannot be found; on Debian: apt-get install {PACKAGES}")


def curl(ground: Ground, rows: int, way: Way) -> Sent:
    """Let curl ask for the address of every row, 8 at once, from a config file; the answers go nowhere."""
    small, large = (
        ground.child(
            *("curl", "--silent", "--parallel", "--parallel-max", str(WORKERS)),
            *("--config", ground.curl_config(way, count)),
            calls=count,
        )
        for count in (SMALL_ROWS, rows)
    )
    return Sent.beyond_start(large, small, rows, SMALL_ROWS)


def bare(ground: Ground, kind: str, rows: int, way: Way) -> Sent:
    """Let a loop of a few lines ask for the address of every row; see ``bare_loop``."""
    url = ground.nginx.url(way)
    small, large = (ground.module("bare_loop", kind, url, str(count), calls=count) for count in (SMALL_ROWS, rows))
    return Sent.beyond_start(large, small, rows, SMALL_ROWS)


def wrk(ground: Ground, way: Way) -> Sent:
    """Let wrk ask for one address again and again, 8 connections at once: as fast as the server allows."""
    seconds = 5 if ground.divisor == 1 else 1
    command = ("wrk", "-t1", f"-c{WORKERS}", f"-d{seconds}s", address(ground.nginx.url(way), 0))
    spent = ground.child(*command, keep_output=True)
    return wrk_said(spent.out, spent.cpu)


def wrk_said(text: str, cpu: float) -> Sent:
    """Read wrk's own words.

    Args:
        text: what it printed.
        cpu: the processor time that it took, in seconds.

    Raises:
        ChildFailed: they hold no figures, or the server did not answer every call with success.
    """
    speed = re.search(r"^Requests/sec: +([0-9.]+)", text, re.MULTILINE)
    requests = re.search(r"^ *([0-9]+) requests in ", text, re.MULTILINE)
    if speed is None or requests is None or re.search("Non-2xx|Socket errors", text):
        raise ChildFailed(f"wrk met trouble: {text.strip()[-300:]}")
    return Sent(1000 * cpu / int(requests[1]), float(speed[1]))


def calamine(ground: Ground, rows: int, *, shared: bool = False) -> Spent:
    """Load an order with python-calamine in a process of its own, and do nothing with it."""
    return ground.child(sys.executable, "-c", _LOAD, ground.order(rows, bad=True, shared=shared))


def pandas_import(ground: Ground) -> Spent:
    """Import pandas and pandera in a process of its own, and do nothing with them."""
    return ground.child(sys.executable, "-c", "import pandas, pandera.pandas")


def python_alone(ground: Ground) -> Spent:
    """Start Python and end it."""
    return ground.child(sys.executable, "-c", "pass")
