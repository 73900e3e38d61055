"""What is wrong is told in one line that names the place and the next step; exit code 2, nothing sent, no traceback."""

import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from messy.make import MESSY_FILES
from running import PASSWORD, USER, Desk, Hostile, Ran, did, flags

from importer.model import Result
from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions
from importer.settings.password import Password
from importer.settings.settings import Server

HEADER = ("did_pattern", "did_route", "group")
(NO_DID_COLUMN,) = (file for file in MESSY_FILES if file.name == "no-did-column-on-any-sheet")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


def order_of(desk: Desk, rows: int = 3) -> Path:
    return desk.write("order.csv", HEADER, [(did(number), "IN_GROUP", "SALES_IN") for number in range(rows)])


def assert_told_in_one_line(ran: Ran, *words: str) -> None:
    assert ran.code == 2, ran
    assert ran.err.startswith("did-importer: ")
    assert ran.err.count("\n") == 1
    for word in words:
        assert word in ran.err


def make_a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda path: None, ("is not there", "check the name"), id="not there"),
        pytest.param(make_a_folder, ("is a folder", "name the spreadsheet in it"), id="a folder"),
        pytest.param(lambda path: path.write_bytes(b""), ("is empty",), id="empty"),
    ],
)
def test_the_trouble_of_a_file_is_named(
    tmp_path: Path, sandbox: Sandbox, make: Callable[[Path], object], words: tuple[str, ...]
) -> None:
    desk = Desk(tmp_path)
    path = tmp_path / "the order.csv"
    make(path)
    calls = len(sandbox.calls)
    assert_told_in_one_line(desk.did_importer("run", path, *flags(sandbox)), str(path), *words)
    assert_told_in_one_line(desk.did_importer("check", path), str(path), *words)
    assert_told_in_one_line(desk.did_importer("rerun", path, *flags(sandbox)), str(path))
    assert len(sandbox.calls) == calls


def test_a_file_that_the_system_does_not_let_us_read_is_told(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    path = order_of(desk)
    opened = Path.open

    def refused(self: Path, *args: str, **kwargs: str) -> object:
        if self == path:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(self, *args, **kwargs)  # type: ignore[call-overload]  # whatever it was called with

    monkeypatch.setattr(Path, "open", refused)
    assert_told_in_one_line(desk.did_importer("run", path, *flags(sandbox)), str(path), "no permission to read it")


_MEASURED = """
import re, sys
from importer.cli import main
code = main(sys.argv[1:])
# not ru_maxrss, which begins with what the parent process had
print("peak", int(re.search(r"VmHWM:\\s+([0-9]+) kB", open("/proc/self/status").read())[1]) // 1024, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only /proc tells the peak of a process")
def test_a_zip_bomb_is_refused_in_little_memory(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = tmp_path / "bomb.xlsx"
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": "<workbook><sheets><sheet name='A' sheetId='1' r:id='rId1'/></sheets></workbook>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, text)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(540):
                sheet.write(b" " * 1024 * 1024)
    ended = subprocess.run(
        [sys.executable, "-c", _MEASURED, *desk.arguments("check", path)],
        env=desk.environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    trouble, peak = ended.stderr.splitlines()
    assert ended.returncode == 2
    assert trouble.startswith(f"did-importer: {path}: ")
    assert int(peak.split()[1]) < 200


@pytest.mark.parametrize("times", [4, pytest.param(700, marks=[pytest.mark.soak, pytest.mark.timeout(2400)])])
def test_a_refused_workbook_ends_with_2_however_often_two_are_checked_at_once(tmp_path: Path, times: int) -> None:
    desk, path = Desk(tmp_path), NO_DID_COLUMN.write_to(tmp_path)
    assert path.suffix == ".xlsx"

    def ended(_: int) -> int:
        return desk.start("check", path).wait()

    with ThreadPoolExecutor(2) as two:
        assert Counter(two.map(ended, range(times))) == {2: times}


@pytest.mark.soak
def test_a_list_with_more_rows_than_a_sheet_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path)
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("did_pattern\n")
        file.writelines(f"{number}\n" for number in range(17_270_000_000, 17_270_000_000 + 1_048_576))
    ran = desk.did_importer("run", path, *flags(sandbox))
    assert_told_in_one_line(ran, str(path), "1,048,576 rows", "split")
    assert sandbox.stored() == {}


def put_a_file(path: Path) -> None:
    path.write_text("mine", encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        pytest.param("out.xlsx", put_a_file, ("out.xlsx: is there already and is never overwritten",), id="there"),
        pytest.param("out.xlsx", make_a_folder, ("out.xlsx: is there already",), id="a folder of that name"),
        pytest.param("no/out.xlsx", lambda path: None, ("there is no folder", "create it"), id="no folder"),
        pytest.param("out.csv", lambda path: None, ("choose a name that ends in .xlsx",), id="no workbook"),
        pytest.param("order.csv/out.xlsx", lambda path: None, ("there is no folder",), id="below a file"),
        pytest.param("x" * 300 + ".xlsx", lambda path: None, ("choose another",), id="too long"),
    ],
)
def test_results_that_cannot_be_written_are_told_before_the_first_call(
    tmp_path: Path, sandbox: Sandbox, name: str, make: Callable[[Path], object], words: tuple[str, ...]
) -> None:
    desk = Desk(tmp_path)
    order = order_of(desk)
    make(tmp_path / name)
    calls = len(sandbox.calls)
    ran = desk.did_importer("run", order, *flags(sandbox, "--results", tmp_path / name))
    assert_told_in_one_line(ran, *words)
    assert len(sandbox.calls) == calls
    assert desk.runs() == ()
    assert make is not put_a_file or (tmp_path / name).read_text(encoding="utf-8") == "mine"


def test_records_that_cannot_be_written_are_told_before_the_first_call(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path)
    order = order_of(desk)
    desk.state.write_text("in the way", encoding="utf-8")
    calls = len(sandbox.calls)
    assert_told_in_one_line(desk.did_importer("run", order, *flags(sandbox)), str(desk.state), "--state-dir")
    assert len(sandbox.calls) == calls


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--url", ""), ("the address of the server is empty", "vici.example.org")),
        (("--user", ""), ("no user was given", "VICIDIAL_USER")),
        (("--password-file", "nowhere.txt"), ("nowhere.txt is not there",)),
        (("--rate", "-1"), ("--rate is -1; it must be from 0",)),
        (("--workers", "0"), ("--workers is 0; it must be from 1",)),
        (("--timeout", "nan"), ("--timeout is nan; it must be from",)),
        (("--set", "did_pattern=1"), ("--set did_pattern would give every row the same number",)),
        (("--set", "nothing=1"), ("there is no column 'nothing'", "did_route")),
        (("--map", "City=nothing"), ("there is no column 'nothing'",)),
        (("--region", "XX"), ("XX",)),
        (("--sheet", "Second"), ("there is no sheet 'Second'",)),
        (("--encoding", "klingon"), ("'klingon' is no encoding",)),
    ],
    ids=lambda value: " ".join(value) if value[0].startswith("--") else "",
)
def test_settings_that_cannot_be_used_are_told_in_one_line_and_nothing_is_sent(
    tmp_path: Path, sandbox: Sandbox, more: tuple[str, ...], words: tuple[str, ...]
) -> None:
    desk = Desk(tmp_path)
    order = order_of(desk)
    calls = len(sandbox.calls)
    assert_told_in_one_line(desk.did_importer("run", order, *flags(sandbox, *more)), *words)
    assert len(sandbox.calls) == calls
    assert desk.runs() == ()


def test_a_password_that_is_missing_is_told(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path, password="")
    ran = desk.did_importer("run", order_of(desk), *flags(sandbox))
    assert_told_in_one_line(ran, "no password was given", "VICIDIAL_PASS", "--password-file")


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://vici.example/vicidial/non_agent_api.php", "https://vici.example/vicidial/non_agent_api.php"),
        ("//vici.example/api", "http://vici.example/api"),
    ],
)
def test_a_redirect_to_another_host_is_not_followed_and_named(tmp_path: Path, location: str, named: str) -> None:
    desk = Desk(tmp_path)
    faults = FaultPlan(shares={Fault.REDIRECT: 1.0}, redirect_to=location)
    with Sandbox(SandboxOptions(faults=faults)) as redirecting:
        ran = desk.did_importer("run", order_of(desk), *flags(redirecting))
        assert len(redirecting.calls) == 1
    assert ran.code == 3
    said = " ".join(ran.out.split())
    assert f"the server redirects to {named}, and the password is not sent there" in said
    assert "--url" in said
    assert {line.result for line in desk.results()} == {Result.NOT_SENT}


def test_a_redirect_on_the_same_host_is_followed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    def moved(params: dict[str, str], path: str) -> tuple[int, dict[str, str], str]:
        if path.startswith("/vicidial/"):
            return 301, {"Location": path.replace("/vicidial/", "/moved/")}, ""
        return 200, {}, f"SUCCESS: add_did DID HAS BEEN ADDED - {params['user']}|{params['did_pattern']}\n"

    with Hostile(moved) as server:
        ran = desk.did_importer("run", order_of(desk), "--url", server.url, "--user", USER, "--rate", "0", "--yes")
    assert ran.code == 0, ran
    assert [line.result for line in desk.results()] == [Result.SUCCESS] * 3


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://vici.example/vicidial/non_agent_api.php", True),
        ("http://203.0.113.5/vicidial/non_agent_api.php", True),
        ("https://vici.example/vicidial/non_agent_api.php", False),
        ("http://127.0.0.1:8089/vicidial/non_agent_api.php", False),
        ("http://localhost/vicidial/non_agent_api.php", False),
        ("http://[::1]/vicidial/non_agent_api.php", False),
    ],
)
def test_plain_http_to_another_machine_is_warned_about(url: str, warned: bool) -> None:
    warnings = Server(url, USER, Password(PASSWORD)).warnings
    assert bool(warnings) is warned
    assert all("in the clear" in sentence and "https://" in sentence for sentence in warnings)


def test_the_command_warns_before_it_sends_in_the_clear_or_to_any_certificate(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    to = ("--url", "http://vici.example", "--user", USER, "--yes", "--insecure", "--give-up-after", "0")
    # the name does not resolve in tests, so nothing is sent
    ran = desk.did_importer("run", order_of(desk), *to)
    warnings = " ".join(ran.err.split())
    assert ran.code == 2
    assert "warning: the password travels to vici.example in the clear" in warnings
    assert "warning: --insecure: the server's certificate is not checked" in warnings
