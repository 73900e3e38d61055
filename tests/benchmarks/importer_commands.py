"""The importer as a person starts it, each time on fresh ground."""

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from .call_log import calls_a_second, moments
from .ground import SMALL_ROWS, Ground
from .nginx import Way
from .sent import Sent
from .stopwatch import Spent

WORKERS: Final = 8

_FINISHED_WITH_ROWS_LEFT: Final = 1


def program() -> tuple[str, ...]:
    """Return the words that start did-importer: the installed program, or the module where it is not installed."""
    installed = Path(sys.executable).with_name("did-importer")
    return (str(installed),) if installed.exists() else (sys.executable, "-m", "importer")


def run_order(
    ground: Ground, rows: int, way: Way, *, rate: int = 0, workers: int = WORKERS, refused: bool = False
) -> Spent:
    """Run ``did-importer run`` on an order of good rows; record and results are removed afterwards.

    Args:
        ground: where.
        rows: how many rows.
        way: how the server answers.
        rate: calls a second; 0 for no limit.
        workers: calls in flight at once.
        refused: the server refuses a share of the calls, so there are more calls than rows and rows may be left.
    """
    order = ground.order(rows)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=ground.folder))
    try:
        words: list[str | Path] = [*program(), "run", order, "--yes", "--url", ground.nginx.url(way)]
        words += ["--rate", str(rate), "--workers", str(workers)]
        words += ["--state-dir", folder / "state", "--results", folder / "results.xlsx"]
        fine = (0, _FINISHED_WITH_ROWS_LEFT) if refused else (0,)
        return ground.child(*words, fine=fine, calls=None if refused else rows)
    finally:
        shutil.rmtree(folder)


def run_beyond_start(ground: Ground, rows: int, way: Way) -> Sent:
    """Run an order of 20 rows and one of many, and say what each row more took, and how fast the many were sent.

    Args:
        ground: where.
        rows: how many rows.
        way: how the server answers; one of those that are logged.
    """
    small = run_order(ground, SMALL_ROWS, way)
    large, began = logged_run(ground, rows, way)
    return replace(Sent.beyond_start(large, small, rows, SMALL_ROWS), while_sending=calls_a_second(began))


def logged_run(ground: Ground, rows: int, way: Way, *, rate: int = 0) -> tuple[Spent, tuple[int, ...]]:
    """Run an order against a server that is logged.

    Returns:
        What the run took, and when its calls began, in milliseconds.
    """
    before = ground.nginx.log.stat().st_size
    spent = run_order(ground, rows, way, rate=rate)
    with ground.nginx.log.open("rb") as log:
        log.seek(before)
        return spent, moments(log.read().decode("ascii").splitlines())


def check_order(ground: Ground, rows: int, *, bad: bool = False, shared: bool = False) -> Spent:
    """Run ``did-importer check``; the checked workbook is written, and removed afterwards."""
    order = ground.order(rows, bad=bad, shared=shared)
    try:
        return ground.child(*program(), "check", order, fine=(_FINISHED_WITH_ROWS_LEFT,) if bad else (0,))
    finally:
        for written in ground.folder.glob("*_checked*.xlsx"):
            written.unlink()


def help_alone(ground: Ground) -> Spent:
    """Run ``did-importer --help``."""
    return ground.child(*program(), "--help")
