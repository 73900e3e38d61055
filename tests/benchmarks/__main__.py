"""``python -m tests.benchmarks``: measures each bound of the importer beside what the same costs others."""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from statistics import median

from .child import ChildFailedError, Spent, run_child
from .contestants import WORKERS
from .figures import Line, busiest_second, calls_a_second, in_turns, markdown, middle, moments, ratio
from .orders import PASSWORD, USER, address
from .server import BenchServer, ToolMissingError, running_server

_CLIENT_CORE, _SERVER_CORE = "1", "0"
_START_ROWS = 20
_REPOSITORY = Path(__file__).resolve().parents[2]


class Bench:
    """Everything that is measured; each method is a part and returns lines of the table."""

    def __init__(self, server: BenchServer, folder: Path, rounds: int) -> None:
        self.server = server
        self.folder = folder
        self.rounds = rounds

    @cached_property
    def _environment(self) -> dict[str, str]:
        known = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        server = {"VICIDIAL_URL": self.server.instant, "VICIDIAL_USER": USER, "VICIDIAL_PASS": PASSWORD}
        return {**known, **server, "HOME": str(self.folder), "PYTHONPATH": str(_REPOSITORY)}

    def _child(self, *command: str | Path, fine: tuple[int, ...] = (0,), pin: bool = False) -> Spent:
        pinned = ("taskset", "-c", _CLIENT_CORE) if pin else ()
        return run_child((*pinned, *command), self._environment, self.folder, fine)

    def _module(self, name: str, *words: str | Path, pin: bool = False) -> Spent:
        return self._child(sys.executable, "-m", f"tests.benchmarks.{name}", *words, pin=pin)

    def _order(self, rows: int, *, bad: bool = False) -> Path:
        path = self.folder / f"order_{rows}{'_bad' if bad else ''}.xlsx"
        if not path.exists():
            self._module("orders", str(rows), path, *(["bad"] if bad else []))
        return path

    def _run(self, rows: int, url: str, rate: int = 0) -> tuple[Spent, list[int]]:
        """Run ``did-importer run`` as a person does; also return when its calls began, by the server's log."""
        order, before = self._order(rows), self.server.log.stat().st_size if self.server.log.exists() else 0
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        words = ("run", order, "--yes", "--url", url, "--rate", str(rate), "--workers", str(WORKERS))
        places = ("--state-dir", folder / "state", "--results", folder / "results.xlsx")
        spent = self._child(sys.executable, "-m", "importer", *words, *places, pin=True)
        shutil.rmtree(folder)
        with self.server.log.open(encoding="ascii") as log:
            log.seek(before)
            began = moments(log)
        if len(began) != rows:
            raise ChildFailedError(f"{rows} rows made {len(began)} calls of add_did")
        return spent, began

    def _wrk(self, url: str) -> float:
        command = ("wrk", "-t1", f"-c{WORKERS}", "-d5s", address(url, 0))
        found = re.search(r"^Requests/sec: +([0-9.]+)", self._child(*command, pin=True).out, re.MULTILINE)
        time.sleep(0.1)  # the calls that wrk leaves behind are not to be counted as those of the next run
        if found is None:
            raise ChildFailedError("wrk gave no figure")
        return float(found[1])

    def slow(self) -> list[Line]:
        """Rows a second against a server that answers in 10 ms, and the whole run there."""
        walls: list[float] = []

        def ours() -> float:
            spent, began = self._run(5_000, self.server.slow)
            walls.append(spent.wall)
            return calls_a_second(began)

        sent, limit = in_turns(self.rounds, ours, lambda: self._wrk(self.server.slow))
        share, more = ratio(sent, limit), [wall - 5_000 / speed for wall, speed in zip(walls, limit, strict=True)]
        wrk = f"wrk, 8 connections: {middle(limit, 0)}"
        return [
            Line("rows a second while sending, server of 10 ms", middle(sent, 0), wrk, "95 %", share >= 0.95),
            Line(
                "the whole run of 5,000 rows there, s",
                middle(walls),
                f"wrk's time for as many calls, and {median(more):.2f} s",
                "+ 2.5 s",
                median(more) <= 2.5,
            ),
        ]

    def cpu(self) -> list[Line]:
        """Client CPU a row of a run, start-up not counted, beside a bare loop."""
        rows = 20_000

        def beyond_start(run: Callable[[int], Spent]) -> float:
            small, large = run(_START_ROWS), run(rows)
            return 1000 * (large.cpu - small.cpu) / (rows - _START_ROWS)

        def loop(count: int) -> Spent:
            return self._module("contestants", "loop", self.server.instant, str(count), pin=True)

        ours, theirs = in_turns(
            self.rounds,
            lambda: beyond_start(lambda count: self._run(count, self.server.instant)[0]),
            lambda: beyond_start(loop),
        )
        met = ratio(ours, theirs) <= 2 and median(ours) <= 1.2
        beside = f"bare loop of asyncio and httpx: {middle(theirs)}, ratio {ratio(ours, theirs):.2f}"
        return [Line("client CPU a row, run of 20,000, ms", middle(ours), beside, "twice that, 1.2 ms", met)]

    def rate(self) -> list[Line]:
        """The most calls in any second, and the share of the limit that is used."""
        lines = []
        for limit, rows in ((10, 100), (50, 500), (200, 2_000)):
            began = self._run(rows, self.server.instant, limit)[1]
            most, used = busiest_second(began), calls_a_second(began) / limit
            lines.append(
                Line(
                    f"limit of {limit} a second: most in any second",
                    str(most),
                    f"used: {used:.1%}",
                    "never over, 98 % used",
                    most <= limit and used >= 0.98,
                )
            )
        return lines

    def check(self) -> list[Line]:
        """``check`` of 500 rows beside the imports, and of 100,000 beside reading and writing alone."""
        small, large = self._order(500), self._order(100_000, bad=True)
        checked, peaks = self.folder / "order_100000_bad_checked.xlsx", []

        def checks(order: Path, fine: int) -> float:
            for written in self.folder.glob("*_checked*.xlsx"):
                written.unlink()
            spent = self._child(sys.executable, "-m", "importer", "check", order, fine=(fine,))
            peaks.append(spent.peak_mib)
            return spent.wall

        imports = (sys.executable, "-c", "import pandas, pandera.pandas")
        ours, theirs = in_turns(self.rounds, lambda: checks(small, 0), lambda: self._child(*imports).wall)
        more = median(our - their for our, their in zip(ours, theirs, strict=True))
        peaks.clear()
        whole, read, write = in_turns(
            min(self.rounds, 3),
            lambda: checks(large, 1),
            lambda: self._module("contestants", "load", large).wall,
            lambda: float(self._module("contestants", "copy", checked, self.folder / "copied.xlsx").out),
        )
        rest = median(a - b - c for a, b, c in zip(whole, read, write, strict=True))
        beside = f"calamine {middle(read)}, XlsxWriter {middle(write)}; the rest {rest:.2f} s"
        return [
            Line("check of 500 rows, s", middle(ours), f"imports: {middle(theirs)}", "+ 0.25 s", more <= 0.25),
            Line("check of 100,000 rows x 18, 5 % bad, s", middle(whole), beside, "the sum, + 5 s", rest <= 5),
            Line("its memory, MiB", middle(peaks, 0), "", "600 MiB", median(peaks) <= 600),
        ]

    def results(self) -> list[Line]:
        """The results workbook of 100,000 rows beside XlsxWriter alone with the same cells."""

        def writes(who: str, name: str) -> float:
            words = ("results", who, "100000", self.folder / name)
            return float(self._module("contestants", *words).out)

        ours, theirs = in_turns(
            min(self.rounds, 3),
            lambda: writes("importer", "ours.xlsx"),
            lambda: writes("xlsxwriter", "theirs.xlsx"),
        )
        share = ratio(ours, theirs)
        beside = f"XlsxWriter, constant_memory: {middle(theirs)}, ratio {share:.2f}"
        return [Line("results of 100,000 rows, s", middle(ours), beside, "1.15", share <= 1.15)]

    def help(self) -> list[Line]:
        """``--help``."""
        (ours,) = in_turns(
            20, lambda: 1000 * self._child(Path(sys.executable).with_name("did-importer"), "--help").wall
        )
        return [Line("--help, ms", middle(ours, 0), "", "60 ms", median(ours) <= 60)]

    def memory(self) -> list[Line]:
        """The memory of a run of 100,000 rows."""
        spent = self._run(100_000, self.server.instant)[0]
        return [
            Line("memory of a run of 100,000 rows, MiB", f"{spent.peak_mib:,.0f}", "", "500", spent.peak_mib <= 500)
        ]


_PARTS = ("slow", "cpu", "rate", "check", "results", "help", "memory")


def main() -> int:
    """Measure what is asked for: 0 when every bound is met, 1 when one is not, 2 where something needed is missing."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the importer beside others.")
    parser.add_argument("--only", metavar="PARTS", default=",".join(_PARTS), help=f"some of {','.join(_PARTS)}")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contestant (default: 5)")
    flags = parser.parse_args()
    build = _REPOSITORY / "build"
    build.mkdir(exist_ok=True)
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=build) as name:
        folder = Path(name)
        (folder / "nginx").mkdir()
        try:
            with running_server(folder / "nginx", _SERVER_CORE) as server:
                bench = Bench(server, folder, flags.rounds)
                for part in flags.only.split(","):
                    print(f"measuring {part}", file=sys.stderr, flush=True)
                    lines += getattr(bench, part)()
        except (ToolMissingError, ChildFailedError) as error:
            print(f"bench: {error}", file=sys.stderr)
            return 2
    packages = ", ".join(f"{name} {version(name)}" for name in ("httpx", "pandas", "pandera", "XlsxWriter"))
    print(f"{datetime.now(UTC).date()}, Python {sys.version.split()[0]}, {packages}; medians (least..most)\n")
    print(markdown(lines))
    return 0 if all(line.met for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
