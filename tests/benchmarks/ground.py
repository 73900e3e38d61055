"""Where all contestants run: one folder, one environment, one nginx, and the orders that are made once."""

import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .figures import tell
from .nginx import Nginx, Way, find_nginx
from .orders import PASSWORD, USER, curl_config
from .stopwatch import ChildFailed, Spent, run_child

REPOSITORY: Final = Path(__file__).resolve().parents[2]
SMALL_ROWS: Final = 20
"""Rows of the run that shows what start-up takes."""

_MOST_IN_A_WORKBOOK: Final = 500_000
_LONGEST_SECONDS: Final = 4 * 3600.0
_FEWEST_ROWS: Final = 2 * SMALL_ROWS


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground on which contestants meet.

    Attributes:
        folder: where they work; on the disk, because the record of a run has to reach it.
        nginx: the servers.
        rounds: how many turns each has.
        divisor: all numbers of rows are divided by it; 1 unless the benchmark itself is tried out.
    """

    folder: Path
    nginx: Nginx
    rounds: int
    divisor: int = 1

    def rows(self, number: int) -> int:
        """Return how many rows stand for ``number``."""
        return max(number // self.divisor, _FEWEST_ROWS)

    def child(
        self, *command: str | Path, fine: Collection[int] = (0,), keep_output: bool = False, calls: int | None = None
    ) -> Spent:
        """Run a contestant.

        Args:
            command: the program and its words.
            fine: the exit codes that mean that it did its job.
            keep_output: hand back what it prints.
            calls: how many calls it has to make; None where nobody counts.

        Raises:
            ChildFailed: it did not do its job.
        """
        before = self.nginx.served()
        spent = run_child(
            command, environment=_environment(self), folder=self.folder, fine=fine, keep_output=keep_output
        )
        # asking for the number is a request too
        made = self.nginx.served() - before - 1
        if calls is not None and made != calls:
            raise ChildFailed(f"{' '.join(map(str, command[:4]))} made {made} calls instead of {calls}")
        return spent

    def module(self, name: str, *words: str | Path, keep_output: bool = False, calls: int | None = None) -> Spent:
        """Run a module of this folder as a process of its own."""
        command: Sequence[str | Path] = (sys.executable, "-m", f"{__package__}.{name}", *words)
        return self.child(*command, keep_output=keep_output, calls=calls)

    def order(self, rows: int, *, bad: bool = False, shared: bool = False) -> Path:
        """Return the order with so many rows; it is written when it is first asked for. See ``orders.write_order``."""
        # an .xlsx of a million such rows unpacks to more than the importer reads
        ending = "csv" if rows > _MOST_IN_A_WORKBOOK else "xlsx"
        ways = [name for name, wanted in (("bad", bad), ("shared", shared)) if wanted]
        path = self.folder / f"{'_'.join(['order', str(rows), *ways])}.{ending}"
        if not path.exists():
            tell(f"writing an order of {rows:,} rows")
            self.module("orders", str(rows), path, *ways)
        return path

    def curl_config(self, way: Way, rows: int) -> Path:
        """Return the file that makes curl call for as many rows; it is written when it is first asked for."""
        path = self.folder / f"curl_{way.name}_{rows}.txt"
        if not path.exists():
            with path.open("w", encoding="ascii") as file:
                file.writelines(curl_config(self.nginx.url(way), rows))
        return path


def _environment(ground: Ground) -> dict[str, str]:
    """Return the environment of every child: nobody's proxies, servers or settings."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(ground.folder),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).parents[len(__package__.split("."))]),
        "VICIDIAL_URL": ground.nginx.url(Way.FAST),
        "VICIDIAL_USER": USER,
        "VICIDIAL_PASS": PASSWORD,
    }


@contextmanager
def prepared(rounds: int, divisor: int) -> Iterator[Ground]:
    """Make a folder and start nginx; at the end both are gone.

    Raises:
        NginxTrouble: nginx or its module is missing, or does not start.
    """
    tools = find_nginx()
    build = REPOSITORY / "build"
    build.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=build))
    try:
        prefix = folder / "nginx"
        prefix.mkdir()
        with Nginx(tools, prefix) as nginx:
            yield Ground(folder, nginx, rounds, divisor)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            # it stays where somebody else has something in it
            build.rmdir()
