"""Whatever breaks between us and VICIdial: no wrong success, no wrong failed, no lost row, results in order."""

import asyncio
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from raw_server import CERTIFICATE, behind_tls
from running import (
    MAY_HAVE_ADDED,
    PASSWORD,
    USER,
    Desk,
    Looker,
    Order,
    assert_each_row_once_in_order,
    assert_results_are_true,
    fast_clock,
    flags,
)

from importer.model import ExitCode, Result
from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions
from importer.sandbox.faults import OF_A_WHOLE_SERVER
from importer.sending.rate_limiter import SYSTEM_CLOCK, Clock
from importer.settings.password import Password
from importer.settings.settings import Server
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.client import NonAgentApi
from importer.vicidial.transport import Transport
from importer.workbooks.results import PreviousRow, read_results
from importer.workflows.options import ImportOptions
from importer.workflows.send import RunReport

SHORT_AND_LONG = [40, pytest.param(500, marks=pytest.mark.soak)]

SUCCESS = "success"
MAYBE = "may have been added"
UNKNOWN = "unknown"
FAILED = "failed"

# what becomes of a row whose first call, or first two, break so
AFTER_A_FAULT = {
    Fault.ERROR_500: {SUCCESS},
    Fault.BUSY_503: {SUCCESS},
    Fault.BUSY_429: {SUCCESS},
    Fault.CUT_BEFORE: {SUCCESS},
    Fault.HTML: {SUCCESS},
    Fault.MYSQL_DOWN: {SUCCESS},
    Fault.ERROR_500_AFTER: {MAYBE},
    Fault.CUT_AFTER: {MAYBE},
    Fault.HALF_BODY: {MAYBE},
    Fault.HTML_AFTER: {MAYBE},
    # on a busy machine a call that does not hang may last longer than the short timeout of the test, too
    Fault.HANG: {SUCCESS, MAYBE},
    Fault.HANG_AFTER: {MAYBE},
    Fault.WRONG_NUMBER: {MAYBE},
    Fault.LOST_INSERT: {UNKNOWN},
    Fault.PHP_WARNINGS: {SUCCESS},
    Fault.BROKEN_TABLE: {SUCCESS},
}

# what becomes of a row all of whose calls break so
WHEN_NOTHING_ELSE_COMES = {
    Fault.ERROR_500: {FAILED},
    Fault.BUSY_503: {FAILED},
    Fault.BUSY_429: {FAILED},
    Fault.CUT_BEFORE: {UNKNOWN},
    Fault.HTML: {FAILED},
    Fault.MYSQL_DOWN: {FAILED},
    Fault.ERROR_500_AFTER: {MAYBE},
    Fault.CUT_AFTER: {MAYBE},
    Fault.HALF_BODY: {MAYBE},
    Fault.HTML_AFTER: {MAYBE},
    Fault.HANG: {UNKNOWN},
    Fault.HANG_AFTER: {MAYBE},
}

EVERY_FAULT = [fault for fault in Fault if fault not in OF_A_WHOLE_SERVER]


def recipe_against(faults: Sequence[Fault], *, probe_first: bool = False) -> ImportOptions:
    hangs = {Fault.HANG, Fault.HANG_AFTER} & set(faults)
    return ImportOptions(
        rate=0,
        workers=16 if hangs else 6,
        timeout=1.0 if hangs else 30.0,
        give_up_after=50_000,
        verify=Fault.LOST_INSERT in faults,
        probe_first=probe_first,
    )


def kinds(order: Order, lines: Sequence[PreviousRow]) -> set[str]:
    """Say what became of the rows that VICIdial did not hold before and that were sent."""
    return {
        MAYBE if MAY_HAVE_ADDED in line.reason else line.result.value
        for asked, line in zip(order.dids, lines, strict=True)
        if line.attempts and asked not in order.there
    }


def import_and_check(
    desk: Desk, order: Order, sandbox: Sandbox, options: ImportOptions, url: str = ""
) -> tuple[RunReport, list[PreviousRow]]:
    report = desk.importing(order.path, url or sandbox.url, options)
    lines = list(read_results(report.workbook).rows)
    assert_each_row_once_in_order(order, lines)
    assert_results_are_true(order, lines, sandbox.stored())
    return report, lines


@pytest.mark.parametrize(
    ("rows", "tls"),
    [
        pytest.param(40, False, id="40 rows"),
        pytest.param(500, False, id="500 rows", marks=pytest.mark.soak),
        pytest.param(500, True, id="500 rows over TLS", marks=pytest.mark.soak),
    ],
)
@pytest.mark.parametrize("fault", AFTER_A_FAULT)
def test_a_fault_at_first_costs_no_row_and_makes_no_result_wrong(
    tmp_path: Path, fault: Fault, rows: int, tls: bool
) -> None:
    desk = Desk(tmp_path)
    order = desk.order(rows)

    def first_calls(asked: str, nth: int) -> Fault | None:
        return fault if asked and nth <= 1 + int(asked[-1]) % 2 else None

    faults = FaultPlan(chosen=first_calls, retry_after="2")
    options = replace(recipe_against([fault]), ca_file=str(CERTIFICATE) if tls else "")
    with (
        Sandbox(SandboxOptions(starting_dids=order.there, faults=faults)) as sandbox,
        behind_tls(sandbox.url) if tls else nullcontext(sandbox.url) as url,
    ):
        report, lines = import_and_check(desk, order, sandbox, options, url)
    assert kinds(order, lines) == AFTER_A_FAULT[fault] or (fault is Fault.HANG and kinds(order, lines) == {SUCCESS})
    assert report.stop is None
    assert report.exit_code == ExitCode.ROWS_LEFT


@pytest.mark.parametrize("rows", [8, pytest.param(300, marks=pytest.mark.soak)])
@pytest.mark.parametrize("fault", WHEN_NOTHING_ELSE_COMES)
def test_a_fault_without_an_end_is_never_guessed_at(tmp_path: Path, fault: Fault, rows: int) -> None:
    desk = Desk(tmp_path)
    order = desk.order(rows)
    faults = FaultPlan(chosen=lambda asked, nth: fault if asked else None)
    with Sandbox(SandboxOptions(starting_dids=order.there, faults=faults)) as sandbox:
        _, lines = import_and_check(desk, order, sandbox, recipe_against([fault]))
    assert kinds(order, lines) == WHEN_NOTHING_ELSE_COMES[fault]


@pytest.mark.parametrize("rows", SHORT_AND_LONG)
@pytest.mark.parametrize("fault", [Fault.ERROR_500_AFTER, Fault.CUT_AFTER, Fault.HALF_BODY, Fault.HTML_AFTER])
def test_where_it_was_known_before_that_a_did_was_not_there_an_answer_that_is_lost_is_a_success(
    tmp_path: Path, fault: Fault, rows: int
) -> None:
    desk = Desk(tmp_path)
    order = desk.order(rows)
    faults = FaultPlan(chosen=lambda asked, nth: fault if asked and nth == 1 else None)
    with Sandbox(SandboxOptions(starting_dids=order.there, faults=faults)) as sandbox:
        _, lines = import_and_check(desk, order, sandbox, recipe_against([fault], probe_first=True))
    added = [line for line in lines if line.result is Result.SUCCESS]
    assert kinds(order, lines) == {SUCCESS}
    assert all("update_did said at 20" in line.reason for line in added)


@pytest.mark.parametrize("rows", SHORT_AND_LONG)
@pytest.mark.parametrize("functions", [("add_did",), ("add_did", "update_did")], ids="+".join)
def test_with_all_faults_mixed_no_result_is_wrong(tmp_path: Path, rows: int, functions: tuple[str, ...]) -> None:
    desk = Desk(tmp_path)
    order = desk.order(rows)
    shares: dict[Fault, float] = dict.fromkeys(EVERY_FAULT, 0.04)
    if "update_did" in functions:
        # a look-up that is answered with SUCCESS is beyond what these two do
        shares |= {Fault.LOST_INSERT: 0.0, Fault.WRONG_NUMBER: 0.0}
    faults = FaultPlan(shares=shares, functions=frozenset(functions))
    options = SandboxOptions(starting_dids=order.there, faults=faults, latency=(0.0, 0.01), seed=rows)
    with Sandbox(options) as sandbox:
        report, lines = import_and_check(desk, order, sandbox, recipe_against(EVERY_FAULT))
        befallen = Counter(call.fault for call in sandbox.calls if call.fault)
    assert report.stop is None
    assert len(befallen) >= 8
    assert SUCCESS in kinds(order, lines)


@pytest.mark.parametrize(
    ("rows", "seconds", "clock"),
    [
        pytest.param(100, 0.5, fast_clock(), id="short"),
        pytest.param(2_000, 20.0, SYSTEM_CLOCK, id="20 s", marks=pytest.mark.soak),
    ],
)
def test_a_server_that_goes_away_in_mid_run_and_comes_back_costs_no_row(
    tmp_path: Path, rows: int, seconds: float, clock: Clock
) -> None:
    desk = Desk(tmp_path)
    order = desk.order(rows)
    # by the fast clock it is away for minutes
    options = ImportOptions(rate=0, give_up_after=50_000 if clock is not SYSTEM_CLOCK else 120)
    with Sandbox(SandboxOptions(starting_dids=order.there, latency=(0.001, 0.004))) as sandbox:
        back = threading.Timer(seconds, sandbox.resume)

        def go_away(outcomes: int) -> None:
            if outcomes == rows // 2:
                sandbox.pause()
                back.start()

        looker = Looker(on_outcome=go_away)
        report = desk.importing(order.path, sandbox.url, options, clock=clock, observer=looker)
        back.join()
        lines = read_results(report.workbook).rows
        assert_each_row_once_in_order(order, lines)
        assert_results_are_true(order, lines, sandbox.stored())
    assert report.stop is None
    assert kinds(order, lines) <= {SUCCESS, MAYBE}
    # of the calls that were cut off nobody knows what became; there are no more than workers
    assert sum(MAY_HAVE_ADDED in line.reason for line in lines) <= options.workers
    assert "the server answers again; the run goes on" in looker.sentences


def test_a_server_that_does_not_come_back_stops_the_run_which_resume_finishes(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(60)
    with Sandbox(SandboxOptions(starting_dids=order.there)) as sandbox:
        looker = Looker(on_outcome=lambda outcomes: sandbox.pause() if outcomes == 20 else None)
        options = ImportOptions(rate=0, give_up_after=2)
        report = desk.importing(order.path, sandbox.url, options, observer=looker)
        assert report.exit_code == ExitCode.STOPPED
        assert report.unfinished
        assert desk.unfinished()
        lines = read_results(report.workbook).rows
        assert_each_row_once_in_order(order, lines)
        assert_results_are_true(order, lines, sandbox.stored())
        left = [line for line in lines if line.result is Result.NOT_SENT]
        # no more rows than were in hand when the server went had an outcome after it
        assert len(left) >= 51 - 20 - 2 * options.workers
        assert all("the server was away for 2 s" in line.reason for line in left)
        assert not any(line.result is Result.FAILED for line in lines)
        sandbox.resume()
        before = len(sandbox.calls)
        ran = desk.did_importer("resume")
        assert ran.code == 1, ran
        again = {call.did_pattern for call in sandbox.calls[before:]}
        stored = sandbox.stored()
    assert again == {
        asked for asked, line in zip(order.dids, lines, strict=True) if line.result in (Result.NOT_SENT, Result.UNKNOWN)
    }
    finished = desk.results()
    assert_each_row_once_in_order(order, finished)
    assert_results_are_true(order, finished, stored)
    assert kinds(order, finished) <= {SUCCESS, MAYBE}


@pytest.mark.parametrize("rows", [60, pytest.param(500, marks=pytest.mark.soak)])
@pytest.mark.parametrize("fault", sorted(OF_A_WHOLE_SERVER - {Fault.PHP_WARNINGS}))
def test_a_server_that_is_set_up_wrong_in_mid_run_stops_it_and_resume_finishes_when_it_is_right_again(
    tmp_path: Path, fault: Fault, rows: int
) -> None:
    desk, wrong = Desk(tmp_path), threading.Event()
    order = desk.order(rows, plain=True)
    faults = FaultPlan(
        chosen=lambda asked, nth: fault if wrong.is_set() else None, functions=frozenset({"add_did", "update_did"})
    )
    with Sandbox(SandboxOptions(starting_dids=order.there, faults=faults)) as sandbox:
        looker = Looker(on_outcome=lambda outcomes: wrong.set() if outcomes == rows // 3 else None)
        options = ImportOptions(rate=0, give_up_after=20)
        report = desk.importing(order.path, sandbox.url, options, observer=looker)
        stopped = read_results(report.workbook).rows
        assert_each_row_once_in_order(order, stopped)
        assert_results_are_true(order, stopped, sandbox.stored())
        assert report.exit_code == ExitCode.STOPPED
        assert any(line.result is Result.NOT_SENT for line in stopped)
        wrong.clear()
        code = desk.did_importer("resume", "--rate", "0").code
        stored = sandbox.stored()
    lines = desk.results()
    assert_each_row_once_in_order(order, lines)
    assert_results_are_true(order, lines, stored)
    # what was surely not done is rerun's, not resume's
    refused = [line.row for line in stopped if line.result is Result.FAILED]
    assert code == (1 if refused else 0)
    assert [line.row for line in lines if line.result is not Result.SUCCESS] == refused


def test_the_command_ends_with_3_when_the_server_is_away_for_too_long(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(20)
    with Sandbox(SandboxOptions(latency=(0.1, 0.1))) as sandbox:

        def go_away() -> None:
            sandbox.wait_for_calls(3, 30)
            sandbox.pause()

        away = threading.Thread(target=go_away)
        away.start()
        ran = desk.did_importer("run", order.path, *flags(sandbox, "--give-up-after", "1"))
        away.join()
        assert ran.code == 3
        assert "stopped: the server was away for 1 s (" in " ".join(ran.out.split())
        assert f"next: did-importer resume {desk.newest().about.run_id}" in ran.out
        sandbox.resume()
        assert desk.did_importer("resume").code == 1
        stored = sandbox.stored()
    lines = desk.results()
    assert_each_row_once_in_order(order, lines)
    assert_results_are_true(order, lines, stored)
    assert kinds(order, lines) == {SUCCESS}


def test_a_run_that_is_stopped_while_it_looks_its_successes_up_does_so_when_it_is_resumed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(20, plain=True)
    lost = order.dids[7]
    faults = FaultPlan(chosen=lambda asked, nth: Fault.LOST_INSERT if asked == lost else None)
    with Sandbox(SandboxOptions(faults=faults)) as sandbox:
        looker = Looker(on_outcome=lambda outcomes: sandbox.pause() if outcomes == len(order.rows) else None)
        options = ImportOptions(rate=0, verify=True, give_up_after=2)
        report = desk.importing(order.path, sandbox.url, options, observer=looker)
        assert report.exit_code == ExitCode.STOPPED
        assert report.unfinished
        sandbox.resume()
        assert desk.did_importer("resume").code == 1
        stored = sandbox.stored()
    assert lost not in stored
    lines = desk.results()
    assert_results_are_true(order, lines, stored)
    assert [line.result for line in lines if line.did_sent == lost] == [Result.UNKNOWN]
    assert sum(line.result is Result.SUCCESS for line in lines) == 19


def test_a_line_is_good_again_whenever_a_call_on_it_was_given_up() -> None:
    hasty = Transport(timeout=0.02)

    async def after_hasty_calls(url: str) -> list[Answer]:
        lines = [NonAgentApi(Server(url, USER, Password(PASSWORD)), hasty, hasty.ssl_context()) for _ in range(8)]

        async def use(line: NonAgentApi) -> Answer:
            for _ in range(60):
                await line.call("update_did", {"did_pattern": "default"})
            line._transport = Transport(timeout=30)
            return await line.call("update_did", {"did_pattern": "default"})

        answers = await asyncio.gather(*(use(line) for line in lines))
        for line in lines:
            await line.close()
        return list(answers)

    # half of the calls are given up, at every point that a call can have come to
    with Sandbox(SandboxOptions(latency=(0.0, 0.04))) as sandbox:
        answers = asyncio.run(after_hasty_calls(sandbox.url))
    assert [answer.delivery for answer in answers] == [Delivery.ANSWERED] * 8
