"""Runs as a program makes and controls them: stopped from a thread, awaited, begun twice, corrected, forgotten."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from running import REPOSITORY, Desk, Looker, did, flags, server_at

from importer import (
    Correction,
    ExitCode,
    ImportOptions,
    Result,
    RunControl,
    RunReport,
    check_again,
    check_file,
    check_live,
    forget_run,
    import_checked,
    import_file_async,
    read_runs,
    resume,
    undo,
    unfinished_run,
    unfinished_run_of,
    verify_results,
)
from importer.errors import JournalError, SettingsError
from importer.journal import Journal
from importer.sandbox import Sandbox, SandboxOptions
from importer.sending.rate_limiter import RateLimiter
from importer.workflows import run

FAST = ImportOptions(rate=0)


def test_a_run_is_stopped_from_another_thread_and_finished_later(tmp_path: Path) -> None:
    desk, control = Desk(tmp_path), RunControl()
    stopper = threading.Thread(target=control.stop)
    looker = Looker(on_outcome=lambda number: stopper.start() if number == 20 else None)
    with Sandbox(SandboxOptions(latency=(0.005, 0.01))) as sandbox, ThreadPoolExecutor() as threads:
        server = server_at(sandbox.url)
        checked = check_file(str(desk.order(200, plain=True).path), FAST)
        report = threads.submit(import_checked, checked, FAST, server, desk.folders, looker, control=control).result(60)
        stopper.join()
        assert (report.exit_code, report.unfinished) == (ExitCode.INTERRUPTED, True)
        assert 20 <= report.counts[Result.SUCCESS] < 200
        assert all("Ctrl-C" not in sentence for sentence in looker.sentences)
        finished = resume(unfinished_run(desk.folders), FAST, server, desk.folders)
    assert finished.counts == {Result.SUCCESS: 200}
    assert [outcome.row for outcome in finished.outcomes] == list(finished.row_numbers) == list(range(2, 202))
    assert {outcome.row for outcome in looker.outcomes} <= set(range(2, 202))


def test_a_control_that_was_stopped_before_lets_nothing_be_sent(tmp_path: Path) -> None:
    desk, control = Desk(tmp_path), RunControl()
    control.stop()
    control.try_now()
    with Sandbox() as sandbox:
        checked = check_file(desk.order(5).path, FAST)
        live = check_live(checked.planned, FAST, server_at(sandbox.url), control=control)
        report = import_checked(checked, FAST, server_at(sandbox.url), desk.folders, control=control)
        assert sandbox.calls == []
    assert (live.exit_code, report.exit_code) == (ExitCode.INTERRUPTED, ExitCode.INTERRUPTED)


def test_a_server_that_is_away_is_tried_at_once_when_somebody_says_so(tmp_path: Path) -> None:
    desk, control = Desk(tmp_path), RunControl()
    with Sandbox() as sandbox:

        def at(number: int) -> None:
            if number == 3:
                sandbox.pause()

        def said(sentence: str) -> None:
            if "the server is away" in sentence:
                sandbox.resume()
                control.try_now()

        checked = check_file(desk.order(6, plain=True).path, FAST)
        looker = Looker(on_outcome=at, on_status=said)
        report = import_checked(checked, FAST, server_at(sandbox.url), desk.folders, looker, control=control)
    assert report.counts == {Result.SUCCESS: 6}


def test_a_run_is_awaited_while_the_loop_goes_on_and_stopped_in_good_order_where_its_task_is_cancelled(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    path = desk.order(60, plain=True).path

    async def main(sandbox: Sandbox) -> RunReport:
        task = asyncio.create_task(import_file_async(path, server_at(sandbox.url), FAST, desk.folders))
        assert await asyncio.to_thread(sandbox.wait_for_calls, 10, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert desk.newest().about.ended_why == "interrupted"
        return await import_file_async(path, server_at(sandbox.url), FAST, desk.folders, afresh=True)

    with Sandbox(SandboxOptions(latency=(0.01, 0.02))) as sandbox:
        report = asyncio.run(main(sandbox))
    assert report.counts.keys() == {Result.SUCCESS, Result.DUPLICATE}


@pytest.mark.parametrize("host", ["no-such-host.invalid", "127.0.0.1:{closed}"])
def test_a_server_that_cannot_be_reached_is_told_and_leaves_no_run(tmp_path: Path, host: str) -> None:
    desk = Desk(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    server = server_at(f"http://{host.format(closed=closed)}/vicidial/non_agent_api.php")
    checked = check_file(desk.order(5).path, FAST)
    for job in (
        lambda: import_checked(checked, FAST, server, desk.folders),
        lambda: check_live(checked.planned, FAST, server),
    ):
        with pytest.raises(SettingsError, match=r"(does not resolve|is closed).*nothing was sent: "):
            job()
    assert desk.runs() == ()


def test_the_address_of_a_run_that_has_sent_nothing_is_corrected_and_of_no_other(tmp_path: Path) -> None:
    desk, control = Desk(tmp_path), RunControl()
    control.stop()
    with Sandbox() as wrong, Sandbox() as right:
        checked = check_file(desk.order(5, plain=True).path, FAST)
        import_checked(checked, FAST, server_at(wrong.url), desk.folders, control=control)
        report = resume(unfinished_run(desk.folders), FAST, server_at(right.url), desk.folders)
        assert (report.counts, wrong.calls) == ({Result.SUCCESS: 5}, [])
        assert desk.newest().about.server == right.url
    with Sandbox(SandboxOptions(latency=(0.005, 0.01))) as first, Sandbox() as second:
        control = RunControl()
        looker = Looker(on_outcome=lambda _: control.stop())
        checked = check_file(desk.order(50, plain=True).path, FAST)
        import_checked(checked, FAST, server_at(first.url), desk.folders, looker, control=control)
        with pytest.raises(JournalError, match=r"has sent rows to .*cannot be finished"):
            resume(unfinished_run(desk.folders), FAST, server_at(second.url), desk.folders)
        assert second.calls == []


def test_an_unfinished_run_of_a_file_is_found_before_the_file_is_read_and_forgotten_by_name(tmp_path: Path) -> None:
    desk, control = Desk(tmp_path), RunControl()
    control.stop()
    with Sandbox() as sandbox, Sandbox() as another:
        path = desk.order(5).path
        server = server_at(sandbox.url)
        assert unfinished_run_of(path, server, desk.folders) is None
        report = import_checked(check_file(path, FAST), FAST, server, desk.folders, control=control)
        found = unfinished_run_of(str(path), server, desk.folders)
        assert found is not None
        assert found.about.run_id == report.run_id
        assert unfinished_run_of(path, server_at(another.url), desk.folders) is None
    with Journal.reopen(found.path), pytest.raises(JournalError, match="another process works"):
        forget_run(desk.folders, report.run_id)
    forget_run(desk.folders, report.run_id)
    assert desk.runs() == ()
    for name in (report.run_id, "../order", "..", ""):
        with pytest.raises(JournalError, match="there is no run"):
            forget_run(desk.folders, name)


def test_a_damaged_record_is_named_and_everything_else_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        desk.importing(desk.order(5).path, sandbox.url, FAST)
        good = desk.newest().about.run_id
        (desk.folders.runs / "20260101-000000-bad.run").write_bytes(b"\x00" * 9000)
        (sentence,) = read_runs(desk.folders.runs).unreadable
        looker = Looker()
        other = desk.write("other.csv", ("did_pattern", "did_route", "extension"), [(did(70), "EXTEN", "8300")])
        assert desk.importing(other, sandbox.url, FAST, observer=looker).exit_code == ExitCode.DONE
        assert sentence in looker.sentences
        assert desk.did_importer("runs").code == 0
        for command in ("resume", "runs", "undo"):
            ran = desk.did_importer(command, "20260101-000000-bad")
            assert (ran.code, "Traceback" in ran.err, "20260101-000000-bad.run" in ran.err) == (2, False, True), ran
        assert desk.did_importer("undo", good, "--yes", "--rate", "0").code == 0
        assert desk.did_importer("rerun", tmp_path / "order_results.xlsx", *flags(sandbox)).code in (0, 1)
    forget_run(desk.folders, "20260101-000000-bad")
    assert read_runs(desk.folders.runs).unreadable == ()


def test_corrections_are_kept_in_the_record_and_shown_with_the_results(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = desk.write("order.csv", ("did_pattern", "did_route", "extension"), [(did(1), "EXTEN", "")])
    checked = check_again(check_file(path, FAST), FAST, [Correction(0, "extension", "8300")])
    with Sandbox() as sandbox:
        report = import_checked(checked, FAST, server_at(sandbox.url), desk.folders)
    assert report.counts == {Result.SUCCESS: 1}
    with Journal.reopen(desk.newest().path) as journal:
        assert journal.record().corrections == (Correction(0, "extension", "8300", 2, ""),)
    import openpyxl

    book = openpyxl.load_workbook(report.workbook)
    shown = [cell for row in book["Summary"].iter_rows(values_only=True) for cell in row if cell]
    assert "row 2, extension: '' became '8300'" in shown


class CountingLimiter(RateLimiter):
    """Counts the calls that were written under it."""

    written = 0

    async def writing(self) -> None:
        await super().writing()
        self.written += 1


def test_one_limiter_holds_for_the_check_the_run_the_looking_up_and_the_undo_of_a_command(tmp_path: Path) -> None:
    desk, limiter, options = Desk(tmp_path), CountingLimiter(500), ImportOptions(rate=500)
    with Sandbox() as sandbox:
        server = server_at(sandbox.url)
        checked = check_file(desk.order(2, plain=True).path, options)
        check_live(checked.planned, options, server, limiter=limiter)
        report = import_checked(checked, options, server, desk.folders, limiter=limiter)
        verify_results(report.workbook, options, server, desk.folders, limiter=limiter)
        undo(desk.newest(), options, server, desk.folders, limiter=limiter)
        assert limiter.written == len(sandbox.calls) >= 8


@pytest.mark.parametrize("change", [{"rate": 99_999}, {"workers": 0}, {"timeout": 0.0}])
def test_an_option_that_cannot_be_is_named_as_the_parameter_that_it_is(change: dict[str, float]) -> None:
    (name,) = change
    with pytest.raises(SettingsError, match=f"^{name} is .* must be from"):
        ImportOptions(**change)  # type: ignore[arg-type]


def test_options_of_an_older_version_get_defaults_and_those_of_a_newer_one_are_named() -> None:
    values = asdict(ImportOptions(rate=3, fills=(("group", "SALES_IN"),)))
    del values["describe"], values["mapping"]
    assert ImportOptions.from_json(json.dumps(values)) == ImportOptions(rate=3, fills=(("group", "SALES_IN"),))
    with pytest.raises(JournalError, match=r"other options .colour.*finish it with that one"):
        ImportOptions.from_json(json.dumps({**values, "colour": 1}))


def test_of_two_runs_of_one_file_begun_at_one_moment_one_is_told_of_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, said = Desk(tmp_path), list[str]()
    path = desk.order(30, plain=True).path
    both_have_looked = threading.Barrier(2)
    look = run._refuse_if_unfinished

    def look_and_wait(*args: Any) -> None:
        look(*args)
        with suppress(threading.BrokenBarrierError):
            both_have_looked.wait(0.5)  # in vain: the other may look only when this one's record stands

    def begin(sandbox: Sandbox) -> None:
        try:
            import_checked(check_file(path, FAST), FAST, server_at(sandbox.url), desk.folders)
        except JournalError as error:
            said.append(str(error))

    monkeypatch.setattr(run, "_refuse_if_unfinished", look_and_wait)
    with Sandbox(SandboxOptions(latency=(0.1, 0.2))) as sandbox:
        both = [threading.Thread(target=begin, args=(sandbox,)) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join(60)
        asked = [call.did_pattern for call in sandbox.calls if call.function == "add_did"]
    assert len(asked) == len(set(asked)) == 30
    (sentence,) = said
    assert "has an unfinished run" in sentence


BEGIN = """
import sys
from pathlib import Path
from importer import *
from importer.errors import JournalError
path, url, state = sys.argv[1:]
options = ImportOptions(rate=0)
checked = check_file(path, options)
print("ready", flush=True)
sys.stdin.readline()
try:
    import_checked(checked, options, Server(url, "6666", Password("1234")), Folders(Path(state)))
except JournalError as error:
    print(error)
"""


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_of_two_processes_that_begin_at_one_moment_one_is_told_of_the_other_40_times(tmp_path: Path) -> None:
    desk, pipe = Desk(tmp_path), subprocess.PIPE
    with Sandbox(SandboxOptions(latency=(0.1, 0.2))) as sandbox, ExitStack() as ended:
        for number in range(40):
            rows = [(did(number * 30 + row), "EXTEN", "8300") for row in range(30)]
            path = desk.write(f"{number}.csv", ("did_pattern", "did_route", "extension"), rows)
            words = [sys.executable, "-c", BEGIN, str(path), sandbox.url, str(desk.state)]
            both = [
                ended.enter_context(
                    subprocess.Popen(
                        words, cwd=REPOSITORY, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True
                    )
                )
                for _ in range(2)
            ]
            for process in both:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
            for process in both:
                assert process.stdin is not None
                process.stdin.write("\n")
                process.stdin.flush()
            said = sorted(process.communicate(timeout=60)[0] for process in both)
            assert said[0] == "", said
            assert "has an unfinished run" in said[1], said
        asked = [call.did_pattern for call in sandbox.calls if call.function == "add_did"]
    assert len(asked) == len(set(asked)) == 40 * 30
