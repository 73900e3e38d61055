"""The password is written nowhere: not in workbook, record, output, logs or tracebacks, whatever others do with it."""

import html
import json
import logging
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from running import Desk, Hostile, Looker, assert_results_are_true, did, flags

from importer.model import ExitCode, Result
from importer.sandbox import Sandbox, SandboxOptions
from importer.workbooks.results import read_results
from importer.workflows.options import ImportOptions

SECRET = "Qx7&ss+w%o'r<dé9"
KEPT = "Qx7ssword9"
HEADER = ("did_pattern", "did_route", "group")

Answering = Callable[[dict[str, str], str], tuple[int, Mapping[str, str], str | bytes]]


def forms() -> dict[str, str]:
    """Return the password in every form in which it may be written, in small letters."""
    found = {"as it is": SECRET, "kept": KEPT}
    for charset in ("utf-8", "latin-1"):
        found[f"{charset} quoted"] = quote(SECRET, safe="", encoding=charset)
        found[f"{charset} quoted twice"] = quote(quote(SECRET, safe="", encoding=charset), safe="")
        found[f"{charset} form"] = quote_plus(SECRET, encoding=charset)
        found[f"{charset} form, quotes left"] = quote_plus(SECRET, safe="'", encoding=charset)
    found["html"] = html.escape(SECRET)
    found["html, php"] = html.escape(SECRET).replace("&#x27;", "&#039;")
    found["html, quotes left"] = html.escape(SECRET, quote=False)
    found["json"] = json.dumps(SECRET)[1:-1]
    found["repr of bytes"] = repr(SECRET.encode())[2:-1]
    found["xml of a workbook"] = SECRET.replace("&", "&amp;").replace("<", "&lt;")
    found["after the odd signs"] = "o'r<d"
    return {name: form.lower() for name, form in found.items()}


FORMS = forms()


def hits(data: bytes | str) -> list[str]:
    """Return the forms of the password that stand in a text or a file's bytes."""
    if isinstance(data, str):
        readings = [data.lower()]
    else:
        # without its zeros UTF-16 reads as Latin-1, wherever it begins
        readings = [
            text.decode(charset, "replace").lower()
            for text in (data, data.replace(b"\0", b""))
            for charset in ("utf-8", "latin-1")
        ]
    return [name for name, form in FORMS.items() if any(form in reading for reading in readings)]


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of every file, and those of every part of every workbook."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as book:
                    yield from ((f"{path}!{name}", book.read(name)) for name in book.namelist())


def assert_nothing_leaked(folder: Path, *texts: str) -> None:
    found = {name: hits(data) for name, data in everything_in(folder) if hits(data)}
    found |= {f"text {number}": hits(text) for number, text in enumerate(texts) if hits(text)}
    assert found == {}


def order_of(desk: Desk, rows: int) -> Path:
    return desk.write("order.csv", HEADER, [(did(number), "IN_GROUP", "SALES_IN") for number in range(rows)])


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" + SECRET.encode("utf-16-le"))
    (tmp_path / "b").write_text(f"https://host/?pass={quote_plus(SECRET).upper()}", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "c.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("part.xml", f"|6666|{KEPT}|BAD|" * 20)
    found = {name for name, data in everything_in(tmp_path) if hits(data)}
    assert found == {str(tmp_path / "a"), str(tmp_path / "b"), f"{tmp_path / 'c.xlsx'}!part.xml"}


HTML = {"Content-Type": "text/html"}
LATIN = {"Content-Type": "text/plain; charset=iso-8859-1"}

ECHOES: dict[str, tuple[int, dict[str, str], str]] = {
    "login refused, as VICIdial says it": (200, {}, "ERROR: Login incorrect, please try again: |6666|{kept}|BAD|\n"),
    "login refused, as it was sent": (200, {}, "ERROR: Login incorrect, please try again: |6666|{sent}|BAD|\n"),
    "a sentence that nobody knows": (200, {}, "ERROR: pass {sent} or {form} or {kept}: |6666|{kept}|{path}\n"),
    "a sentence that nobody knows, in Latin-1": (200, LATIN, "ERROR: what is {sent}?\n"),
    "a page with the address": (200, HTML, "<html><body>You asked for {html_path}</body></html>"),
    "a page with the password": (200, HTML, "<html><body>You asked for {html}</body></html>"),
    "a failure with the address": (500, HTML, "<html><body>You asked for {path}</body></html>"),
    "a failure with the address decoded": (502, HTML, "<html><body>You asked for {html}</body></html>"),
    "not found, with the address": (404, HTML, "<html><body>You asked for {path}</body></html>"),
    "a redirect to another host": (302, {"Location": "https://vici.example{path}"}, ""),
    "a redirect with a login in it": (302, {"Location": "https://6666:{quoted}@vici.example/api.php"}, ""),
    "a redirect with a folder": (301, {"Location": "https://vici.example/{quoted_all}/{kept}/api.php"}, ""),
    "a redirect to itself": (302, {"Location": "/{kept}{path}"}, ""),
    "a redirect to a host that is the password": (302, {"Location": "http://{kept}.example/"}, ""),
    "a user who may not": (200, {}, "ERROR: add_did USER DOES NOT HAVE PERMISSION TO ADD DIDS: |{kept}|{sent}\n"),
    "a value that is refused": (200, {}, "ERROR: add_did ACTIVE MUST BE Y OR N, THIS IS AN OPTIONAL FIELD: |{kept}|\n"),
    "a success for the password": (200, {}, "SUCCESS: add_did DID HAS BEEN ADDED - 6666|{kept}\n"),
    "a database that is down": (200, {}, "MySQL connect ERROR: {sent}\n"),
    "busy, with the password for a time": (503, {"Retry-After": "{kept}"}, "{kept}"),
    "half a body": (200, {"Content-Length": "4000", "Connection": "close"}, "{path}"),
    "an answer without an end": (200, {}, "{path} {kept}" * 1000),
    "an answer that is not what it says": (200, {"Content-Encoding": "gzip"}, "{path}"),
}


def repeating(echo: str) -> Answering:
    """Return what answers with an echo of the password."""
    status, headers, body = ECHOES[echo]

    def answer(params: dict[str, str], path: str) -> tuple[int, Mapping[str, str], str | bytes]:
        sent = params["pass"]
        words = {
            "sent": sent,
            "kept": KEPT,
            "form": quote_plus(sent),
            "quoted": quote(sent),
            "quoted_all": quote(sent, safe=""),
            "html": html.escape(sent),
            "html_path": html.escape(path),
            "path": path,
        }
        text = body.format(**words)
        filled = {name: value.format(**words) for name, value in headers.items()}
        return status, filled, text.encode("latin-1") if headers is LATIN else text

    return answer


@pytest.mark.parametrize(
    ("echo", "method"),
    [
        *((echo, "GET") for echo in ECHOES),
        ("login refused, as VICIdial says it", "POST"),
        ("a sentence that nobody knows", "POST"),
        ("a page with the password", "POST"),
        ("a redirect with a login in it", "POST"),
    ],
)
def test_whatever_the_server_repeats_the_password_is_written_nowhere(
    tmp_path: Path, echo: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk = Desk(tmp_path, password=SECRET)
    looker = Looker()
    with Hostile(repeating(echo)) as server:
        options = ImportOptions(rate=0, method=method, retries=1, give_up_after=20)
        report = desk.importing(order_of(desk, 3), server.url, options, observer=looker)
    assert {params["pass"] for params in server.calls} == {SECRET}
    reasons = [line.reason for line in read_results(report.workbook).rows]
    assert_nothing_leaked(tmp_path, caplog.text, repr(report), str(looker.sentences), str(reasons))


@pytest.mark.parametrize("echo", ["login refused, as VICIdial says it", "a redirect to another host"])
def test_the_command_says_nothing_of_the_password_either(tmp_path: Path, echo: str) -> None:
    desk = Desk(tmp_path, password=SECRET)
    with Hostile(repeating(echo)) as server:
        order = order_of(desk, 3)
        ran = desk.did_importer("run", order, "--url", server.url, "--user", "6666", "--yes", "--rate", "0")
        listed = desk.did_importer("runs")
        shown = desk.did_importer("runs", desk.newest().about.run_id)
    assert ran.code == 3
    assert_nothing_leaked(tmp_path, *(text for one in (ran, listed, shown) for text in (one.out, one.err)))


_CRASHING = """
import logging, sys
from httpx import AsyncHTTPTransport
logging.basicConfig(level=logging.DEBUG, force=True)
sent, calls = AsyncHTTPTransport.handle_async_request, 0
async def crash(self, request):
    global calls
    calls += 1
    if calls < {crash_at}:
        return await sent(self, request)
    address = str(request.url) + "?" + request.extensions["target"].decode()
    try:
        raise ValueError(repr(request.url.raw) + address + {secret!r})
    except ValueError as error:
        raise {kind}("nobody foresaw " + address) from error
AsyncHTTPTransport.handle_async_request = crash
from importer.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("kind", "crash_at"), [("RuntimeError", 8), ("OSError", 8)])
def test_a_crash_with_the_address_in_its_text_shows_no_password(tmp_path: Path, kind: str, crash_at: int) -> None:
    desk = Desk(tmp_path, password=SECRET)
    order = order_of(desk, 30)
    with Sandbox() as sandbox:
        sandbox.change_user("6666", password=KEPT)
        ended = subprocess.run(
            [
                *(sys.executable, "-X", "dev", "-c", _CRASHING.format(kind=kind, crash_at=crash_at, secret=SECRET)),
                *desk.arguments("run", order, *flags(sandbox, "--give-up-after", "1")),
            ],
            env=desk.environment(),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == ExitCode.STOPPED, ended
        if kind == "RuntimeError":
            assert "nobody foresaw http://127.0.0.1" in ended.stderr
            assert "Traceback" in ended.stderr
        assert_nothing_leaked(tmp_path, ended.stdout, ended.stderr)
        # the record is intact: another process finishes the run
        assert desk.did_importer("resume", "--rate", "0").code == 0
        stored = sandbox.stored()
    assert set(stored) == {did(number) for number in range(30)}


@pytest.mark.parametrize("from_file", [False, True], ids=["environment", "password file"])
def test_the_list_of_processes_and_what_a_killed_process_leaves_do_not_have_it(tmp_path: Path, from_file: bool) -> None:
    desk = Desk(tmp_path / "desk", password="not the one" if from_file else SECRET)
    desk.folder.mkdir()
    order = order_of(desk, 200)
    more: tuple[object, ...] = ()
    if from_file:
        file = tmp_path / "password"
        file.write_text(f"{SECRET}\n", encoding="utf-8")
        file.chmod(0o600)
        more = ("--password-file", file)
    with Sandbox(SandboxOptions(latency=(0.002, 0.004))) as sandbox:
        sandbox.change_user("6666", password=KEPT)
        process = desk.start("run", order, *flags(sandbox, *more))
        assert sandbox.wait_for_calls(30, 30)
        if sys.platform.startswith("linux"):
            assert hits(Path(f"/proc/{process.pid}/cmdline").read_bytes()) == []
            assert not from_file or hits(Path(f"/proc/{process.pid}/environ").read_bytes()) == []
        process.kill()
        process.wait()
    assert list(desk.folder.rglob("*.run-wal")), "the process ended before it was killed"
    assert_nothing_leaked(desk.folder)


def test_with_the_password_1234_every_number_still_reads_as_it_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path, password="1234")
    dids = ["18001234567", "12345551234", "1234", "+12341234123", "99991234"]
    path = desk.write(
        "order.csv", (*HEADER, "Note 1234"), [(one, "IN_GROUP", "SALES_IN", f"1234 {one}") for one in dids]
    )
    with Sandbox(SandboxOptions(starting_dids=("99991234",))) as sandbox:
        ran = desk.did_importer("run", path, *flags(sandbox))
        stored = sandbox.stored()
    lines = desk.results()
    assert ran.code == 0
    assert [line.did_sent for line in lines] == dids
    assert [line.cells[0] for line in lines] == dids
    assert [line.cells[3] for line in lines] == [f"1234 {one}" for one in dids]
    assert "row 2: 18001234567 -> 18001234567" in ran.out
    assert set(stored) == set(dids[:4])
    assert b"18001234567" in desk.newest().path.read_bytes()
    written = "".join(data.decode("latin-1") for _, data in everything_in(tmp_path))
    assert "[password]" not in written + ran.out + ran.err


def test_with_the_password_1234_a_number_in_an_answer_that_is_not_understood_still_reads_as_it_is(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path, password="1234")
    path = desk.write("order.csv", HEADER, [("18001234567", "IN_GROUP", "SALES_IN")])

    def strange(params: dict[str, str], _path: str) -> tuple[int, Mapping[str, str], str | bytes]:
        return 200, {}, f"NEWS: of {params['did_pattern']} by |{params['user']}|{params['pass']}|\n"

    with Hostile(strange) as server:
        report = desk.importing(path, server.url, ImportOptions(rate=0, retries=0))
    (line,) = read_results(report.workbook).rows
    assert line.result is Result.UNKNOWN
    assert "NEWS: of 18001234567 by |6666|[password]" in line.reason


def test_a_wrong_password_costs_one_login(tmp_path: Path) -> None:
    desk = Desk(tmp_path, password="wrong-one")
    order = desk.order(60)
    with Sandbox() as sandbox:
        ran = desk.did_importer("run", order.path, *flags(sandbox, "--workers", "16"))
        assert sandbox.user("6666").failed_logins == 1
        assert len(sandbox.calls) == 1
        assert sandbox.stored() == {}
    assert ran.code == 3
    lines = desk.results()
    assert_results_are_true(order, lines, ())
    refused = [line for line in lines if line.result is Result.PERMISSION_ERROR]
    assert [line.attempts for line in refused] == [1] + [0] * (len(refused) - 1)
    assert all("Login incorrect" in line.reason for line in refused)
    assert {line.result for line in lines} == {Result.PERMISSION_ERROR, Result.INVALID}
    assert "wrong-one" not in ran.out + ran.err + str(lines)


@pytest.mark.parametrize("trouble", ["password changed", "account locked", "address not allowed"])
def test_a_login_that_is_refused_in_mid_run_costs_no_more_logins_than_workers(tmp_path: Path, trouble: str) -> None:
    desk = Desk(tmp_path)
    order = desk.order(200)
    with Sandbox(SandboxOptions(starting_dids=order.there, latency=(0.0, 0.01))) as sandbox:
        refused_from: list[int] = []

        def at_outcome(number: int) -> None:
            if number != 50:
                return
            match trouble:
                case "password changed":
                    sandbox.change_user("6666", password="another")
                case "account locked":
                    sandbox.change_user("6666", failed_logins=10, last_login=time.time())
                case _:
                    sandbox.change_user("6666", allowed_ips=("203.0.113.5",))
            refused_from.append(len(sandbox.calls))

        looker = Looker(on_outcome=at_outcome)
        report = desk.importing(order.path, sandbox.url, ImportOptions(rate=0, workers=4), observer=looker)
        calls = len(sandbox.calls)
        assert calls - refused_from[0] <= 4
        assert sandbox.user("6666").failed_logins <= (10 if trouble == "account locked" else 4)
        stored = sandbox.stored()
    assert report.exit_code == ExitCode.STOPPED
    lines = read_results(report.workbook).rows
    assert_results_are_true(order, lines, stored)
    refused = [line for line in lines if line.result is Result.PERMISSION_ERROR]
    assert 1 <= sum(line.attempts > 0 for line in refused) <= 4
    assert sum(line.attempts == 0 for line in refused) > 100
