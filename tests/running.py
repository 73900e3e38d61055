"""How tests run the whole line: an order on disk, the command in this process or in its own, results against truth."""

import asyncio
import contextlib
import csv
import io
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from importer.cli import main
from importer.journal import RunLine, RunState, list_runs, outcomes_of
from importer.model import Result, RowOutcome
from importer.sandbox import Fault, Sandbox
from importer.sending.rate_limiter import Clock
from importer.settings.password import Password
from importer.settings.settings import Server
from importer.workbooks.results import PreviousRow, read_results
from importer.workflows.check import check_file
from importer.workflows.options import Folders, ImportOptions
from importer.workflows.run import import_checked
from importer.workflows.send import RunReport

USER = "6666"
PASSWORD = "1234"
REPOSITORY = Path(__file__).resolve().parents[1]

MAY_HAVE_ADDED = "may have added it"
"""What stands in the reason of a row of which nobody can say whether this run or somebody else added its DID."""

HEADER = ("Key", "Phone Number", "did_route", "group", "did_description", "result")
"""The header of a made-up order: the carrier's own names, and a column of its own that is named like one of ours."""


def did(number: int) -> str:
    """Return the DID of that number, from 0 to 79999: all are 555-01xx, which no carrier gives away."""
    return f"1{200 + number // 100}55501{number % 100:02}"


def fast_clock(times: float = 100.0) -> Clock:
    """Make a clock by which everything waits so many times shorter than it says."""
    return Clock(
        now=lambda: time.monotonic() * times,
        sleep=lambda seconds: asyncio.sleep(seconds / times),
        epoch=time.time,
    )


@dataclass(frozen=True, slots=True)
class Order:
    """A file with DIDs, and what VICIdial holds of them before.

    Attributes:
        path: the file.
        rows: its rows.
        dids: the DID that each row asks for; empty where the cell holds none.
        there: the DIDs that VICIdial is to hold from the start.
    """

    path: Path
    rows: tuple[tuple[str, ...], ...]
    dids: tuple[str, ...]
    there: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Looker:
    """A ``Observer`` that remembers what it was shown.

    Attributes:
        on_outcome: called with the number of outcomes so far.
        on_status: called with each sentence.
    """

    on_outcome: Callable[[int], None] = lambda _number: None
    on_status: Callable[[str], None] = lambda _sentence: None
    outcomes: list[RowOutcome] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        self.sentences.append(f"{to_send} to send")

    def outcome(self, outcome: RowOutcome) -> None:
        self.outcomes.append(outcome)
        self.on_outcome(len(self.outcomes))

    def status(self, sentence: str) -> None:
        self.sentences.append(sentence)
        self.on_status(sentence)

    def sending_ends(self) -> None:
        self.sentences.append("ended")


@dataclass(frozen=True, slots=True)
class Desk:
    """A person's desk: a folder with files, a folder of records, a user and a password."""

    folder: Path
    password: str = PASSWORD

    @property
    def state(self) -> Path:
        """The folder given as --state-dir."""
        return self.folder / "state"

    @property
    def folders(self) -> Folders:
        """The same, for those who call ``importer.workflows.run`` themselves."""
        return Folders(self.state)

    def write(self, name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
        """Write a CSV file."""
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    def order(self, count: int, *, plain: bool = False) -> Order:
        """Write an order of so many rows; unless it is plain, some are invalid, in the file twice, or there already."""
        rows: list[tuple[str, ...]] = []
        dids: list[str] = []
        there: list[str] = []
        for number in range(count):
            asked = did(number)
            cell, route = asked, "IN_GROUP"
            if not plain and number % 20 == 7:
                asked, cell = "", f"no number {number}"
            elif not plain and number % 20 == 13:
                route = "NOWHERE"
            elif not plain and number % 20 == 17:
                asked = cell = did(number - 1)
            elif not plain and number % 20 == 4:
                there.append(asked)
            rows.append((f"k{number}", cell, route, "SALES_IN", f"row number {number}", f"their word {number}"))
            dids.append(asked)
        return Order(self.write("order.csv", HEADER, rows), tuple(rows), tuple(dids), tuple(there))

    def environment(self) -> dict[str, str]:
        """Return the environment of a command on this desk."""
        return {**os.environ, **self.variables(), "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"}

    def variables(self) -> dict[str, str]:
        """Return the password, and the server that it belongs to once there is a run."""
        lines = list_runs(self.folders.runs) if self.state.exists() else ()
        url = next((line.about.server for line in lines), "")
        return {"VICIDIAL_PASS": self.password, **({"VICIDIAL_URL": url} if url else {})}

    def arguments(self, *arguments: object) -> list[str]:
        """Return the words of a command, with the folder of records for the commands that have one."""
        words = [str(argument) for argument in arguments]
        return words if words[0] in {"check", "doctor"} else [*words, "--state-dir", str(self.state)]

    def did_importer(self, *arguments: object) -> Ran:
        """Run a command in this process, with the folder of records if it has one."""
        return self.did_importer_plain(*self.arguments(*arguments))

    def did_importer_plain(self, *arguments: object) -> Ran:
        """Run a command in this process with these words alone."""
        out, err = io.StringIO(), io.StringIO()
        with (
            patch.dict(os.environ, self.variables()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main([str(argument) for argument in arguments])
        return Ran(code, out.getvalue(), err.getvalue())

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        """Start a command in a process of its own; what it says goes to ``said.out`` and ``said.err``."""
        with (self.folder / "said.out").open("a") as out, (self.folder / "said.err").open("a") as err:
            return subprocess.Popen(
                [sys.executable, "-m", "importer", *self.arguments(*arguments)],
                env=self.environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                text=True,
            )

    def said(self) -> str:
        """Return all that processes said."""
        texts = [(self.folder / f"said.{end}").read_text(encoding="utf-8") for end in ("out", "err")]
        return "\n".join(texts)

    def importing(
        self,
        path: Path,
        url: str,
        options: ImportOptions,
        *,
        clock: Clock | None = None,
        observer: Looker | None = None,
        afresh: bool = False,
    ) -> RunReport:
        """Check a file and import it, in this process, by a clock of one's own."""
        server = Server(url, USER, Password(self.password))
        return import_checked(
            check_file(path, options),
            options,
            server,
            self.folders,
            observer or Looker(),
            clock=clock or fast_clock(),
            afresh=afresh,
        )

    def runs(self) -> tuple[RunLine, ...]:
        """Return the records of runs, newest first."""
        return list_runs(self.folders.runs)

    def newest(self) -> RunLine:
        """Return the newest record of a run."""
        return self.runs()[0]

    def unfinished(self) -> bool:
        """Say whether there is a run to resume."""
        return any(line.about.state is RunState.UNFINISHED for line in self.runs())

    def results(self) -> list[PreviousRow]:
        """Return the rows of the newest run's results workbook."""
        return list(read_results(self.workbook()).rows)

    def workbook(self) -> Path:
        """Return the newest run's results workbook."""
        return Path(self.newest().about.workbook)

    def recorded(self) -> dict[str, Result]:
        """Return the DIDs with an outcome in the newest record, from a copy, as a dead process has left it."""
        # by time and not by name: an undo may begin in the second in which its run began
        files = sorted(self.folders.runs.glob("*.run"), key=lambda file: file.stat().st_mtime_ns)
        if not files:
            return {}
        with contextlib.ExitStack() as stack:
            copy = self.folder / "copy"
            copy.mkdir()
            stack.callback(shutil.rmtree, copy)
            for file in self.folders.runs.glob(f"{files[-1].name}*"):
                shutil.copy(file, copy)
            if (copy / files[-1].name).stat().st_size == 0:
                # it died before its record was whole
                return {}
            return {one.did_sent: one.result for one in outcomes_of(copy / files[-1].name) if one.did_sent}


def server_at(url: str) -> Server:
    """Return the server at an address, as the user of these tests."""
    return Server(url, USER, Password(PASSWORD))


def dying(outcomes: int) -> Looker:
    """Return an observer at which the process dies after so many outcomes, with "the process dies here"."""

    def die(so_far: int) -> None:
        if so_far == outcomes:
            raise RuntimeError("the process dies here")

    return Looker(on_outcome=die)


def recipe_against(*faults: Fault, **given: Any) -> ImportOptions:
    """Return options for a server that has these faults for a while and is not given up."""
    hangs = {Fault.HANG, Fault.HANG_AFTER} & set(faults)
    return ImportOptions(rate=0, give_up_after=50_000, timeout=1.0 if hangs else 30.0, workers=16, **given)


def flags(sandbox: Sandbox, *more: object) -> tuple[object, ...]:
    """Return the flags with which a command sends to the sandbox as fast as it can."""
    return ("--url", sandbox.url, "--user", USER, "--rate", "0", "--yes", *more)


def correct(workbook: Path, cells: Mapping[tuple[int, str], str]) -> None:
    """Write into cells of the sheet Results, each named by the number in the column ``row`` and its header."""
    import openpyxl

    book = openpyxl.load_workbook(workbook)
    sheet = book["Results"]
    header = [cell.value for cell in sheet[1]]
    rows = {str(line[0].value): line for line in sheet.iter_rows(min_row=2)}
    for (row, name), text in cells.items():
        rows[str(row)][header.index(name)].value = text
    book.save(workbook)


def assert_each_row_once_in_order(order: Order, lines: Sequence[PreviousRow]) -> None:
    """Fail unless the results hold every row of the order exactly once, in its order, with its cells."""
    expected = [(number, row) for number, row in enumerate(order.rows, start=2)]
    assert [(line.row, line.cells) for line in lines] == expected


def assert_results_are_true(order: Order, lines: Sequence[PreviousRow], stored: Iterable[str]) -> None:
    """Fail unless every result says what VICIdial holds.

    Args:
        order: what was imported.
        lines: its results.
        stored: the DIDs that VICIdial holds and did not hold before.
    """
    there = set(stored)
    maybe: set[str] = set()
    for asked, line in zip(order.dids, lines, strict=True):
        may_have = MAY_HAVE_ADDED in line.reason
        match line.result:
            case Result.SUCCESS:
                assert line.did_sent == asked, line
                assert asked in there, f"wrong success: {line}"
                maybe.add(asked)
            case Result.DUPLICATE if may_have:
                # one that was there before may be in flight like any other: nobody can tell then
                assert asked in there or asked in order.there, f"not there at all: {line}"
                maybe.add(asked)
            case Result.DUPLICATE if "stands in row" in line.reason:
                assert order.dids.count(asked) > 1, line
            case Result.DUPLICATE:
                assert asked in order.there, f"added by this run without a word of it: {line}"
            case Result.UNKNOWN:
                maybe.add(asked)
            case Result.FAILED | Result.INVALID | Result.NOT_SENT | Result.PERMISSION_ERROR:
                assert asked not in there, f"{line.result}, but it is there: {line}"
    assert there <= maybe, f"there, and no result says so: {there - maybe}"


def claimed(lines: Iterable[PreviousRow]) -> set[str]:
    """Return the DIDs that this run has added, or may have added, as its results say."""
    return {line.did_sent for line in lines if line.result is Result.SUCCESS or MAY_HAVE_ADDED in line.reason}


class Hostile:
    """A web server on loopback that answers as a test wants; use it with ``with``.

    Args:
        answer: gets the parameters of a call, and its whole path with query; gives status, headers and body. A body
            of bytes is sent as it is.
    """

    def __init__(self, answer: Callable[[dict[str, str], str], tuple[int, Mapping[str, str], str | bytes]]) -> None:
        self.calls: list[dict[str, str]] = []
        calls = self.calls

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.answer(urlsplit(self.path).query)

            def do_POST(self) -> None:
                self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def answer(self, encoded: str) -> None:
                params = dict(parse_qsl(encoded, keep_blank_values=True))
                calls.append(params)
                status, headers, text = answer(params, self.path)
                body = text if isinstance(text, bytes) else text.encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The full address of what stands for the API."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/vicidial/non_agent_api.php"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
