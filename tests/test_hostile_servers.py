"""A server that answers without an end costs a run neither memory nor its results."""

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from running import USER, Desk

from importer.model import Result
from importer.workbooks.results import read_results

MOST_MIB = 250
_MEASURED = """
import json, re, sys
from pathlib import Path
from importer.cli import main
for words in json.loads(sys.argv[1]):
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    code = main(words)
    peak = int(re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]) >> 10
    print("ended with", code, "peak", peak, file=sys.stderr)
"""
_OK = b"HTTP/1.1 200 OK\r\n"
_GZIP_OF_GZIP = bytes.fromhex("1f8b0800000000000003") + b"\xec\xc1\x01\x01" * 64

# what the server says first, and what it then repeats for as long as anybody reads
HOSTILE: dict[str, tuple[bytes, bytes]] = {
    "a head of one endless line": (_OK + b"X: ", b"x" * 65_536),
    "endless lines of a head": (_OK, b"X-Header: y\r\n" * 5_000),
    "endless interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2_600),
    "an endless body": (_OK + b"\r\n", b"SUCCESS: add_did " * 4_000),
    "a body of a length that nobody has": (_OK + b"Content-Length: 99999999999999\r\n\r\n", b"x" * 65_536),
    "endless chunks": (_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "a chunk with an endless extension": (_OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 65_536),
    "endless trailers": (_OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 10_000),
    "gzip of gzip": (_OK + b"Content-Encoding: gzip, gzip\r\n\r\n" + _GZIP_OF_GZIP, b"\0" * 65_536),
    "an endless page of an error": (b"HTTP/1.1 500 Error\r\n\r\n", b"<br />" * 10_000),
    "an endless redirect": (b"HTTP/1.1 302 Found\r\nLocation: /", b"a" * 65_536),
}


@contextmanager
def flooding(first: bytes, rest: bytes) -> Iterator[str]:
    """Run a server that answers every request so, until the client has had enough; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(first)
            # 3 GiB are as good as no end
            for _ in range((3 << 30) // len(rest)):
                connection.sendall(rest)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/vicidial/non_agent_api.php"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only /proc tells the peak of a process")
def test_a_run_against_a_server_without_an_end_stays_small_and_says_what_it_knows(tmp_path: Path) -> None:
    desk, runs = Desk(tmp_path), []
    order = desk.order(6, plain=True)
    how = ("--user", USER, "--yes", "--new", "--rate", "0", "--timeout", "20", "--retries", "0", "--give-up-after", "0")
    with ExitStack() as servers:
        for number, (first, rest) in enumerate(HOSTILE.values()):
            url = servers.enter_context(flooding(first, rest))
            results = ("--results", tmp_path / f"{number}.xlsx")
            runs.append(desk.arguments("run", order.path, "--url", url, *how, *results))
        ended = subprocess.run(
            [sys.executable, "-c", _MEASURED, json.dumps(runs)],
            env=desk.environment(),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
    assert "Traceback" not in ended.stderr
    found = re.findall(r"^ended with (\d+) peak (\d+)$", ended.stderr, re.MULTILINE)
    assert {name: (code in "13", int(peak) < MOST_MIB) for name, (code, peak) in zip(HOSTILE, found, strict=True)} == (
        dict.fromkeys(HOSTILE, (True, True))
    ), found
    for number in range(len(HOSTILE)):
        lines = read_results(tmp_path / f"{number}.xlsx").rows
        assert [line.result in {Result.UNKNOWN, Result.FAILED, Result.NOT_SENT} for line in lines] == [True] * 6
