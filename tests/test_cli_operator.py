"""The way of an operator: asked before anything is sent, told what to do next, in lines that fit."""

import argparse
import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import openpyxl
import pytest
from running import REPOSITORY, Desk, did, flags

from importer.cli import main, terminal
from importer.cli.options import rate_must_be_meant
from importer.sandbox import Sandbox, SandboxOptions
from importer.settings.password import Password
from importer.settings.settings import Server
from importer.workflows.options import ImportOptions

HEADER = ("did_pattern", "did_route", "group")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


def order_of(desk: Desk, *numbers: int, bad: int = 0) -> Path:
    rows = [(did(number), "IN_GROUP", "SALES_IN") for number in numbers]
    return desk.write("order.csv", HEADER, [*rows, *[(did(900 + n), "NOWHERE", "") for n in range(bad)]])


def unasked(sandbox: Sandbox) -> tuple[object, ...]:
    return tuple(word for word in flags(sandbox) if word != "--yes")


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("more", [(), ("--check-first",), ("--json",)])
def test_where_nobody_can_answer_nothing_is_sent_without_yes(
    tmp_path: Path, sandbox: Sandbox, more: tuple[str, ...]
) -> None:
    desk = Desk(tmp_path)
    calls = len(sandbox.calls)
    ran = desk.did_importer("run", order_of(desk, 0), *unasked(sandbox), *more)
    assert (ran.code, len(sandbox.calls)) == (2, calls)
    assert "nobody can answer here: add --yes" in ran.err
    assert desk.runs() == ()


def test_a_file_of_which_nothing_would_be_sent_needs_no_answer(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path)
    assert desk.did_importer("run", order_of(desk, bad=1), *unasked(sandbox)).code == 1


class Person:
    """Somebody at a terminal, who gives these answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)
        monkeypatch.setattr(terminal, "somebody_is_there", lambda: True)
        monkeypatch.setattr("builtins.input", self._ask)

    def _ask(self, question: str) -> str:
        self.asked.append(one_line(question))
        if not self._answers:
            raise EOFError
        return self._answers.pop(0)


def stopped_run(desk: Desk, box: Sandbox, path: Path) -> str:
    """Begin a run that the server refuses, and let the server be good again."""
    box.change_user("6666", password="another")
    assert desk.did_importer("run", path, *flags(box)).code == 3
    box.change_user("6666", password="1234")
    return desk.newest().about.run_id


@pytest.mark.parametrize(
    ("answer", "code", "runs", "stored"), [("finish", 0, 1, 12), ("n", 0, 2, 12), ("", 2, 1, 0), ("stop", 2, 1, 0)]
)
def test_an_unfinished_run_on_the_file_is_asked_about_before_anything_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, runs: int, stored: int
) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as box:
        path = order_of(desk, *range(12))
        name = stopped_run(desk, box, path)
        told = desk.did_importer("run", path, *flags(box))
        assert (told.code, told.out) == (2, "")
        assert f"did-importer resume {name}" in told.err
        person = Person(monkeypatch, answer, "y")
        ran = desk.did_importer("run", path, *unasked(box))
        assert (ran.code, len(box.stored()), len(desk.runs())) == (code, stored, runs), ran
        assert person.asked[0].startswith(f"order.csv has an unfinished run, {name}, with ")
        assert person.asked[0].endswith("Finish it, start a new one, or stop? [finish/new/stop]")
        assert ("the first of what is sent" in ran.out) == (answer == "n")


def test_a_run_that_has_made_calls_is_not_finished_at_another_address(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as first, Sandbox() as other:
        name = stopped_run(desk, first, order_of(desk, 1, 2))
        ran = desk.did_importer("resume", name, "--url", other.url, "--rate", "0")
        assert (ran.code, other.calls) == (2, [])
        assert f"it cannot be finished at {other.url}" in ran.err
        assert desk.did_importer("resume", name, "--url", first.url, "--rate", "0").code == 0
        assert set(first.stored()) == {did(1), did(2)}


@pytest.mark.parametrize("also_one_to_send", [True, False])
def test_a_rerun_names_the_corrections_that_it_does_not_take(tmp_path: Path, also_one_to_send: bool) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as box:
        desk.did_importer("run", order_of(desk, 1, 2, bad=int(also_one_to_send)), *flags(box))
        workbook = Path(desk.newest().about.workbook)
        book = openpyxl.load_workbook(workbook)
        for row in book["Results"].iter_rows():
            for cell in row:
                if cell.value == did(2) and row[1].value == "success" and cell.column > 4:
                    cell.value = did(3)
        book.save(workbook)
        ran = desk.did_importer("rerun", workbook, *flags(box))
        assert "corrected, but not sent again: row 3;" in one_line(ran.err), ran
        assert did(3) not in box.stored()


def test_verify_says_which_successes_are_gone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as box:
        desk.did_importer("run", order_of(desk, 1, 2, 3), *flags(box))
        workbook = Path(desk.newest().about.workbook)
        fine = desk.did_importer("verify", workbook, *flags(box))
        assert (fine.code, "3  still there" in fine.out) == (0, True)
        box.delete_did(did(2))
        ran = desk.did_importer("verify", workbook, *flags(box, "--json"))
    told = json.loads(ran.out)
    assert (ran.code, told["there"], told["changed"]) == (1, 2, False)
    assert [(row["row"], row["did_sent"]) for row in told["gone"]] == [(3, did(2))]
    assert f"row 3: {did(2)}: it was added" in one_line(ran.err)


@pytest.mark.parametrize(("answer", "gone"), [("y", True), ("n", False)])
def test_forget_removes_a_record_when_the_person_says_so(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, answer: str, gone: bool
) -> None:
    desk = Desk(tmp_path)
    desk.did_importer("run", order_of(desk, 100 + gone), *flags(sandbox))
    name, workbook = desk.newest().about.run_id, Path(desk.newest().about.workbook)
    assert "add --yes" in desk.did_importer("forget", name).err
    person = Person(monkeypatch, answer)
    ran = desk.did_importer("forget", name)
    assert (ran.code, len(desk.runs())) == ((0, 0) if gone else (2, 1))
    assert person.asked == [f"Remove the record {name}? It can then be neither finished nor undone. [y/N]"]
    assert workbook.exists()
    assert name in ran.out


def test_runs_shows_local_time_what_is_undone_and_what_an_undo_was(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    desk = Desk(tmp_path)
    desk.did_importer("run", order_of(desk, 110, 111), *flags(sandbox))
    name = desk.newest().about.run_id
    undo = desk.did_importer("undo", name, "--yes", "--rate", "0")
    assert undo.code == 0
    assert re.search(r"^  deleted +2$", undo.out, re.MULTILINE)
    assert "success" not in undo.out
    said = one_line(desk.did_importer("runs").out)
    assert f"{name} finished, undone" in said
    assert f"finished, undo of {name}" in said
    assert "deleted 2" in said
    assert re.search(r"\d\d:\d\d:\d\d E[SD]T ", said)
    monkeypatch.delenv("TZ")
    time.tzset()


def test_a_record_that_cannot_be_read_is_named_beside_the_others(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path)
    desk.did_importer("run", order_of(desk, 112), *flags(sandbox))
    (desk.folders.runs / "20260101-101500-foreign.run").write_text("no record")
    ran = desk.did_importer("runs")
    assert ran.code == 0
    assert desk.newest().about.run_id in ran.out
    assert "20260101-101500-foreign.run" in one_line(ran.err)
    told = json.loads(desk.did_importer("runs", "--json").out)
    assert len(told["runs"]) == len(told["unreadable"]) == 1


@pytest.mark.parametrize(("answers", "code"), [(("y",), 0), (("n",), 2), ((), 2)])
def test_a_person_is_asked_once_with_the_count_the_server_and_the_user(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, answers: tuple[str, ...], code: int
) -> None:
    desk, person = Desk(tmp_path), Person(monkeypatch, *answers)
    number = 10 if code else 11
    ran = desk.did_importer("run", order_of(desk, number), *unasked(sandbox))
    assert (ran.code, did(number) in sandbox.stored()) == (code, code == 0)
    assert person.asked == [f"Send 1 row to {sandbox.url} as 6666? [y/N]"]


@pytest.mark.parametrize(
    ("url", "rate", "asked"),
    [
        ("https://vici.example.org/api.php", 100, False),
        ("https://vici.example.org/api.php", 100.5, True),
        ("https://vici.example.org/api.php", 0, True),
        ("http://127.0.0.1:8089/api.php", 0, False),
        ("http://[::1]/api.php", 5000, False),
    ],
)
def test_many_calls_a_second_are_asked_about_where_the_server_is_another_machine(
    monkeypatch: pytest.MonkeyPatch, url: str, rate: float, asked: bool
) -> None:
    person = Person(monkeypatch, "n")
    server = Server(url, "6666", Password("1234"))
    with pytest.raises(SystemExit, match="2") if asked else nullcontext():
        rate_must_be_meant(server, ImportOptions(rate=rate), argparse.Namespace(yes=False, command="run"))
    assert len(person.asked) == asked
    rate_must_be_meant(server, ImportOptions(rate=rate), argparse.Namespace(yes=True, command="run"))


def test_a_check_ends_with_the_command_that_sends_the_file(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path)
    path = order_of(desk, 20)
    more = ("--set", "did_description=Sales (west)", "--url", sandbox.url, "--rate", "0", "--user", "6666")
    ran = desk.did_importer("check", path, "--live", *more)
    assert ran.code == 0, ran
    last = ran.out.splitlines()[-1]
    assert last.startswith(f"next: did-importer run {path} --set ")
    assert '"did_description=Sales (west)"' in last
    assert "--live" not in last


def test_a_check_says_first_what_is_to_be_corrected(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    ran = desk.did_importer("check", order_of(desk, 0, bad=1))
    assert ran.code == 1
    said = one_line(ran.out)
    corrected = tmp_path / "order_checked.xlsx"
    assert f"next: correct the marked cells in {corrected}, then: did-importer run {corrected}" in said
    assert said.endswith(f"or send the 1 good row now: did-importer run {tmp_path / 'order.csv'}")
    assert "good row" not in desk.did_importer("check", order_of(desk, bad=1)).out


def test_a_corrected_checked_table_can_be_run(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path)
    desk.did_importer("check", order_of(desk, 30, bad=1))
    path = tmp_path / "order_checked.xlsx"
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == "NOWHERE":
                    cell.value, cell.offset(0, 1).value = "IN_GROUP", "SALES_IN"
    book.save(path)
    assert desk.did_importer("run", path, *flags(sandbox)).code == 0
    assert {did(30), did(900)} <= sandbox.stored().keys()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("rnu", "order.csv"), "there is no command 'rnu'; did you mean run?"),
        (("run", "order.csv", "--rat", "5"), "run does not know '--rat'; did you mean --rate?"),
        (("run", "order.csv", "more.csv"), "run does not know 'more.csv'"),
        (("run", "order.csv", "--method", "pots"), "did you mean post?"),
        (("run",), "FILE"),
        ((), "COMMAND"),
    ],
)
def test_a_wrong_word_is_told_in_one_line_with_the_word_that_was_meant(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert main(words) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.startswith("did-importer: ")
    assert error.count("\n") == 1
    assert "--help" in error


@pytest.mark.parametrize(
    "words",
    [
        ("run", "nowhere.csv", "--url", "vici.example.org", "--user", "6666"),
        ("check", "nowhere.csv"),
        ("rnu",),
        ("runs", "20000101-000000-none"),
        ("resume",),
    ],
)
def test_an_error_is_an_object_too_where_objects_are_asked_for(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = Desk(tmp_path).did_importer(*words, "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["exit_code"]) == (2, 2)
    assert f"did-importer: {told['error']}" in ran.err


def test_what_nobody_foresaw_is_an_object_without_a_traceback_in_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importer.read_runs", lambda _: 1 / 0)
    ran = Desk(tmp_path).did_importer("runs", "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["exit_code"]) == (3, 3)
    assert "nobody foresaw" in told["error"]
    assert "Traceback" not in told["error"]
    assert "ZeroDivisionError" in ran.err


@pytest.mark.parametrize("columns", [40, 72, 100])
def test_lines_fit_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    desk = Desk(tmp_path)
    rows = [(did(n), "NOWHERE", "") for n in range(3)]
    monkeypatch.chdir(tmp_path)
    desk.write("order.csv", HEADER, rows)
    lines = desk.did_importer("check", "order.csv").out.splitlines()
    longest = max(len(line) for line in lines if "did-importer" not in line)
    assert columns - 15 < longest <= columns


def test_one_is_one_row(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert "1 row," in desk.did_importer("check", order_of(desk, 1)).out
    assert "2 rows," in desk.did_importer("check", order_of(desk, 1, 2)).out


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pseudo terminals of this kind")
def test_a_person_at_a_terminal_answers_there_and_gets_colours(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path)
    parent, child = pty.openpty()
    running = subprocess.Popen(
        [
            *(sys.executable, "-m", "importer"),
            *desk.arguments("run", order_of(desk, 40, bad=1), *unasked(sandbox)),
        ],
        env={**desk.environment(), "TERM": "xterm", "NO_COLOR": ""},
        stdin=child,
        stdout=child,
        stderr=child,
    )
    os.close(child)
    shown = ""
    with running, suppress(OSError):  # the end of a terminal is an error
        while "[y/N]" not in shown:
            shown += os.read(parent, 65536).decode()
        os.write(parent, b"y\n")
        while more := os.read(parent, 65536).decode():
            shown += more
    os.close(parent)
    assert did(40) in sandbox.stored()
    assert "\x1b[32msuccess\x1b[0m" in shown
    assert "\x1b[1;31minvalid\x1b[0m" in shown


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_terminal_gets_colours_unless_no_color_is_set(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    desk = Desk(tmp_path)
    for name, value in {**desk.variables(), "TERM": "xterm", "WT_SESSION": "1"}.items():
        monkeypatch.setenv(name, value)
    words = [command, *map(str, ("--url", sandbox.url, "--user", "6666"))]
    if command == "run":
        words += desk.arguments(str(order_of(desk, 41, bad=1)), "--rate", "0", "--yes")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    main(words)
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    main(words)
    assert "\x1b[" not in capsys.readouterr().out


def test_the_first_five_causes_are_shown_and_the_rest_counted(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path)
    rows = [(did(70 + n), "IN_GROUP", f"NO_GROUP_{n}") for n in range(9)]
    ran = desk.did_importer("run", desk.write("order.csv", HEADER, rows), *flags(sandbox))
    assert ran.code == 1
    assert "\x1b" not in ran.out
    causes = re.findall(r"^  \d+ rows?: ", ran.out, re.MULTILINE)
    more = re.findall(r"^  and (\d+) more, see Summary$", ran.out, re.MULTILINE)
    assert len(causes) <= 5
    assert bool(more) == (len(causes) == 5)


@pytest.mark.parametrize("what", ["order", "link", "folder"])
def test_a_log_that_is_not_ours_stays_as_it_is(tmp_path: Path, sandbox: Sandbox, what: str) -> None:
    desk = Desk(tmp_path)
    path = order_of(desk, 80)
    before, calls = path.read_bytes(), len(sandbox.calls)
    log = path if what == "order" else tmp_path / what
    if what == "link":
        log.symlink_to(tmp_path / "elsewhere.log")
    elif what == "folder":
        log.mkdir()
    ran = desk.did_importer("run", path, *flags(sandbox, "--log", log))
    assert (ran.code, len(sandbox.calls), path.read_bytes()) == (2, calls, before)
    assert f"--log {log}" in ran.err
    assert not (tmp_path / "elsewhere.log").exists()


def test_a_log_has_a_line_for_every_outcome_and_no_password_and_is_added_to(tmp_path: Path, sandbox: Sandbox) -> None:
    desk, log = Desk(tmp_path), tmp_path / "all.log"
    desk.did_importer("run", order_of(desk, 81, bad=1), *flags(sandbox, "--log", log))
    desk.did_importer("run", order_of(desk, 82), *flags(sandbox, "--log", log))
    text = log.read_text(encoding="utf-8")
    assert "sending begins: 1 row, 1 row with an outcome already" in text.splitlines()[0]
    assert text.count(f"{did(81)}: success, 1 call, added") == text.count(f"{did(82)}: success, 1 call, added") == 1
    assert text.index(did(81)) < text.index(did(82))
    assert "|1234" not in text


def test_the_template_offers_the_names_of_the_server_that_is_named(tmp_path: Path) -> None:
    options = SandboxOptions(in_groups=("NIGHT_IN", "DAY_IN"), call_menus=("night_ivr",))
    with Sandbox(options) as box:
        ran = Desk(tmp_path).did_importer_plain("template", tmp_path / "t.xlsx", "--url", box.url, "--user", "6666")
        assert ran.code == 0, ran
        assert "with 2 in-groups and 1 call menu to choose from" in ran.out
        cells = {cell.value for sheet in openpyxl.load_workbook(tmp_path / "t.xlsx") for row in sheet for cell in row}
        assert {"NIGHT_IN", "DAY_IN", "night_ivr"} <= cells
        refused = Desk(tmp_path, password="pw1234").did_importer_plain(
            "template", tmp_path / "u.xlsx", "--url", box.url, "--user", "opsadd"
        )
        assert refused.code == 0
        assert "does not tell all its names" in one_line(refused.err)
        assert box.stored() == {}
        taken = Desk(tmp_path).did_importer_plain("template", tmp_path / "t.xlsx", "--url", box.url, "--user", "6666")
        assert (taken.code, "already" in taken.err) == (2, True)


def test_the_shell_is_offered_commands_and_names_of_columns_runs_and_servers(tmp_path: Path, sandbox: Sandbox) -> None:
    desk = Desk(tmp_path)
    desk.did_importer("run", order_of(desk, 90), *flags(sandbox))
    (tmp_path / "servers.toml").write_text('[servers.east]\nurl = "vici.example.org"\nuser = "ops"\n')
    answers = tmp_path / "answers"
    for line, offered in {
        "re": {"rerun", "resume"},
        "run x.csv --set did_ro": {"did_route="},
        "undo 2": {desk.newest().about.run_id},
        "doctor --server e": {"east"},
        "run x.csv --map Number=did_p": {"did_pattern"},
    }.items():
        environment = {
            **desk.environment(),
            "_ARGCOMPLETE": "1",
            "_ARGCOMPLETE_STDOUT_FILENAME": str(answers),
            "_ARGCOMPLETE_IFS": "\n",
            "_ARGCOMPLETE_COMP_WORDBREAKS": " \t\n\"'><=;|&(:",
            "COMP_LINE": f"did-importer {line}",
            "COMP_POINT": str(len(f"did-importer {line}")),
            "DID_IMPORTER_STATE_DIR": str(desk.state),
            "DID_IMPORTER_CONFIG": str(tmp_path / "servers.toml"),
        }
        program = "from importer.cli import main; main()"
        subprocess.run([sys.executable, "-c", program], env=environment, check=True, cwd=REPOSITORY)
        assert {word.strip() for word in answers.read_text(encoding="utf-8").split("\n")} == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_says_how_it_is_switched_on(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    first, second, *script = capsys.readouterr().out.splitlines()
    assert first.startswith("# to switch completion on")
    assert f"did-importer completion {shell}" in second
    assert any("did-importer" in line for line in script)


def test_scripts_get_one_object_on_standard_output_and_no_other_word(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [(did(1), "IN_GROUP", "SALES_IN"), (did(2), "IN_GROUP", "NOPE"), (did(3), "Ingroup", "SALES_IN")]
    order = desk.write("order.csv", HEADER, [*rows, (did(4), "IN_GROUP", "SALES_IN")])
    with Sandbox(SandboxOptions(starting_dids=(did(4),))) as box:
        words = ("--url", box.url, "--user", "6666", "--rate", "0", "--json")
        check = desk.did_importer("check", order, "--live", *words)
        assert box.stored() == {}
        run = desk.did_importer("run", order, "--yes", *words)
    found = json.loads(check.out)
    assert (check.code, found["rows"], found["good"], found["invalid"]) == (1, 4, 3, 1)
    assert [(row["row"], row["would_be"]) for row in found["live"]] == [
        (2, "success"),
        (3, "invalid"),
        (5, "duplicate"),
    ]
    assert found["problems"][0]["rows"] == [4]
    told = json.loads(run.out)
    assert run.code == told["exit_code"] == 1
    assert told["counts"] == {"success": 1, "invalid": 2, "duplicate": 1}
    became = [(row["row"], row["result"]) for row in told["rows"]]
    assert became == [(2, "success"), (3, "invalid"), (4, "invalid"), (5, "duplicate")]
    assert told["next"].startswith("correct the cells")
    assert Path(told["workbook"]).exists()
    (listed,) = json.loads(desk.did_importer("runs", "--json").out)["runs"]
    assert (listed["state"], listed["counts"]) == ("finished", told["counts"])
