"""``check --live`` and ``run --check-first``: the server checks every row, stores nothing, and is believed rightly."""

import contextlib
import io
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from running import MAY_HAVE_ADDED, Desk, Hostile, Ran, did, fast_clock, flags, recipe_against, server_at

from importer.cli import main
from importer.columns import USED
from importer.model import PlannedRow, Result, RowOutcome
from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions
from importer.sandbox.store import User
from importer.sending.operations import IMPOSSIBLE_PHONE_CODE
from importer.sending.stop import StopKind
from importer.settings.password import Password
from importer.settings.settings import Server
from importer.workbooks.results import PreviousRow
from importer.workflows.check import check_file
from importer.workflows.live_check import LiveCheck, after_live_check, check_live, plan_after
from importer.workflows.options import ImportOptions
from importer.workflows.run import import_checked

HEADER = tuple(column.name for column in USED)
MODEL, NOWHERE = "18005550199", "18005550100"
FAST = ImportOptions(rate=0, workers=8)
OPS = User("ops", "pw1234")


def cells(number: int, **given: str) -> tuple[str, ...]:
    given["did_pattern"] = did(number)
    return tuple(given.get(name, "") for name in HEADER)


def good(number: int) -> tuple[str, ...]:
    return cells(number, did_route="IN_GROUP", group="SALES_IN", did_description=f"line {number:04d}")


def random_row(rng: random.Random, number: int) -> tuple[str, ...]:
    """Make a row of any kind: good, with a target that is not there, a copy, or one that our own check refuses."""
    kinds: tuple[Callable[[], dict[str, str]], ...] = (
        lambda: {"did_route": "IN_GROUP", "group": rng.choice(["SALES_IN", "support_team", "NOPE", "NOPE2"])},
        lambda: {"did_route": "CALLMENU", "menu_id": rng.choice(["main_ivr", "MAIN_IVR", "no_ivr"])},
        lambda: {
            "did_route": "PHONE",
            "phone_extension": "cc101",
            "server_ip": rng.choice(["10.10.10.15", "10.10.10.99"]),
        },
        lambda: {"did_route": "EXTEN", "extension": "8300", "list_id": rng.choice(["998", "00998", "12345678901"])},
        lambda: {"did_route": "VOICEMAIL", "voicemail_ext": "8500", "phone_code": rng.choice(["", "44"])},
        lambda: {"did_route": "AGENT", "call_handle_method": "CIDLOOKUP", "campaign_id": "TESTCAMP"},
        lambda: {"did_route": rng.choice(["NOWHERE", "IN_GROUP", "PHONE"])},
        lambda: {"copy_from": rng.choice([MODEL, MODEL, NOWHERE]), "did_route": rng.choice(["", "AGENT"])},
    )
    return cells(number, did_description=rng.choice(["", f"line {number:04d}"]), **rng.choice(kinds)())


def live(path: Path, url: str, options: ImportOptions = FAST, user: User | None = None) -> LiveCheck:
    """Check the rows of a file with the server, and make sure that each of them has a verdict."""
    planned = check_file(path, options).planned
    server = Server(url, user.name, Password(user.password)) if user else server_at(url)
    found = check_live(planned, options, server, clock=fast_clock())
    assert set(found.verdicts) == {row.index for row in planned}
    return found


def run(desk: Desk, path: Path, sandbox: Sandbox, *more: object, user: User | None = None) -> Ran:
    typist = replace(desk, password=user.password) if user else desk
    login = ("--user", user.name) if user else ()
    return typist.did_importer("run", path, *flags(sandbox, *more), *login)


def check(desk: Desk, path: Path, url: str) -> Ran:
    out = io.StringIO()
    with patch.dict(os.environ, {"VICIDIAL_PASS": desk.password}), contextlib.redirect_stdout(out):
        code = main(["check", str(path), "--live", "--url", url, "--user", "6666", "--rate", "0"])
    return Ran(code, out.getvalue(), "")


def unlike(found: LiveCheck, lines: list[PreviousRow]) -> list[tuple[RowOutcome, PreviousRow]]:
    """Return the verdicts that are not what the run got."""
    return [
        (verdict, lines[index])
        for index, verdict in found.verdicts.items()
        if verdict.result is not lines[index].result
        or (verdict.result is not Result.SUCCESS and verdict.reason not in lines[index].reason)
    ]


def test_random_rows_are_checked_without_storing_any_and_a_run_gets_what_was_said(tmp_path: Path) -> None:
    rng = random.Random(20261123)
    desk = Desk(tmp_path)
    path = desk.write("order.csv", HEADER, [random_row(rng, number) for number in range(300)])
    there = tuple(did(number) for number in range(300) if rng.random() < 0.15)
    with Sandbox(SandboxOptions(starting_dids=there)) as sandbox:
        found = live(path, sandbox.url)
        assert found.stop is None
        assert sandbox.stored() == {}
        functions = {call.function for call in sandbox.calls}
        desk.importing(path, sandbox.url, ImportOptions(rate=0, workers=32))
        lines, stored = desk.results(), sandbox.stored()
    assert functions == {"add_did", "update_did", "ingroup_list", "callmenu_list"}
    counts = Counter(verdict.result for verdict in found.verdicts.values())
    assert set(counts) == {Result.SUCCESS, Result.DUPLICATE, Result.INVALID}
    assert min(counts.values()) > 20
    assert unlike(found, lines) == []
    assert set(stored) == {line.did_sent for line in lines if line.result is Result.SUCCESS}


@pytest.mark.parametrize(
    ("user", "refused"),
    [
        pytest.param(replace(OPS, functions=("add_did", "update_did", "copy_did")), False, id="may do these three"),
        pytest.param(replace(OPS, level=7), True, id="of level 7"),
    ],
)
def test_what_the_check_says_of_a_users_rows_is_what_the_run_gets(tmp_path: Path, user: User, refused: bool) -> None:
    rng = random.Random(user.level)
    desk = Desk(tmp_path)
    path = desk.write("order.csv", HEADER, [good(0), *(random_row(rng, number) for number in range(1, 60))])
    there = tuple(did(number) for number in range(60) if rng.random() < 0.3)
    with Sandbox(SandboxOptions(starting_dids=there)) as sandbox:
        sandbox.put_user(user)
        found = live(path, sandbox.url, user=user)
        assert sandbox.stored() == {}
        calls = len(sandbox.calls)
        ran = run(desk, path, sandbox, user=user)
        lines = desk.results()
    assert [(one.result, other.result) for one, other in unlike(found, lines) if one.result is not other.result] == []
    assert ran.code == (3 if refused else 1)
    if refused:
        assert found.stop is not None
        assert found.stop.kind is StopKind.USER_REFUSED
        assert calls == 10
        assert {verdict.result for verdict in found.verdicts.values()} == {Result.PERMISSION_ERROR}


def test_a_login_that_is_refused_costs_one_login(tmp_path: Path) -> None:
    desk = Desk(tmp_path, password="wrong")
    path = desk.write("order.csv", HEADER, [good(number) for number in range(30)])
    with Sandbox() as sandbox:
        ran = check(desk, path, sandbox.url)
        assert sandbox.user("6666").failed_logins == len(sandbox.calls) == 1
    assert ran.code == 3
    assert "stopped: Login incorrect" in " ".join(ran.out.split())


def test_where_update_did_is_not_allowed_it_is_not_known_what_becomes_of_a_copy(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    user = replace(OPS, functions=("add_did", "copy_did"))
    rows = [cells(number, copy_from=MODEL) for number in range(15)] + [good(number) for number in range(15, 20)]
    path = desk.write("order.csv", HEADER, rows)
    with Sandbox() as sandbox:
        sandbox.put_user(user)
        found = live(path, sandbox.url, user=user)
        assert sandbox.stored() == {}
        ran = run(desk, path, sandbox, "--check-first", user=user)
        assert len(sandbox.stored()) == 20
    assert found.stop is None, "ten refusals of a look-up say nothing of the other rows"
    assert [found.verdicts[index].result for index in range(20)] == [Result.UNKNOWN] * 15 + [Result.SUCCESS] * 5
    assert "update_did cannot be asked instead" in found.verdicts[0].reason
    assert ran.code == 0


def vicidial_that(adds: Callable[[str], bool]) -> Callable[[dict[str, str], str], tuple[int, dict[str, str], str]]:
    """A server that has no check of the phone code: it adds what it is sent, unless the DID is there."""

    def answer(params: dict[str, str], _path: str) -> tuple[int, dict[str, str], str]:
        asked = params["did_pattern"]
        if adds(asked):
            return 200, {}, f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{asked}\n"
        return 200, {}, f"ERROR: add_did DID ALREADY EXISTS: |6666|{asked}\n"

    return answer


@pytest.mark.parametrize("there", [0, 5])
def test_a_server_that_adds_in_a_dry_run_is_asked_nothing_after_the_first_that_it_adds(
    tmp_path: Path, there: int
) -> None:
    desk = Desk(tmp_path)
    path = desk.write("order.csv", HEADER, [good(number) for number in range(30)])
    held = {did(number) for number in range(there)}
    with Hostile(vicidial_that(lambda asked: asked not in held)) as server:
        found = live(path, server.url, ImportOptions(rate=0, workers=16))
        calls = server.calls
    assert [call["did_pattern"] for call in calls] == [did(number) for number in range(there + 1)]
    assert {call["phone_code"] for call in calls} == {IMPOSSIBLE_PHONE_CODE}
    assert found.stop is not None
    assert did(there) in found.stop.why
    assert {found.verdicts[index].result for index in range(there, 30)} == {Result.NOT_SENT}


def test_the_command_ends_with_3_where_a_dry_run_adds_and_a_run_is_not_begun(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = desk.write("order.csv", HEADER, [good(number) for number in range(5)])
    with Hostile(vicidial_that(lambda _asked: True)) as server:
        checked = check(desk, path, server.url)
        to = ("--url", server.url, "--user", "6666", "--rate", "0")
        ran = desk.did_importer("run", path, "--check-first", "--yes", *to)
        assert len(server.calls) == 2
    assert (checked.code, ran.code) == (3, 3)
    for said in (checked.out, ran.out):
        assert f"this server adds DIDs in a dry run: {did(0)} may be in it now" in " ".join(said.split())
        assert "has added nothing" not in said
    assert "the run was not begun" in ran.out
    assert desk.runs() == ()


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("source", [MODEL, NOWHERE])
def test_a_copy_is_checked_by_looking_both_dids_up_once_it_is_proven_that_nothing_is_added(
    tmp_path: Path, source: str, there: bool
) -> None:
    path = Desk(tmp_path).write("order.csv", HEADER, [cells(0, copy_from=source), good(1)])
    with Sandbox(SandboxOptions(starting_dids=(did(0),) if there else ())) as sandbox:
        verdict = live(path, sandbox.url).verdicts[0]
        assert [call.did_pattern for call in sandbox.calls if call.function == "add_did"] == [did(1)]
        assert sandbox.calls[0].function == "add_did"
        assert {call.function for call in sandbox.calls[1:]} == {"update_did"}
        assert sandbox.stored() == {}
    if source == NOWHERE:
        reason = f"there is no such DID to copy; correct the cell (copy_from '{NOWHERE}')"
        assert (verdict.result, verdict.reason) == (Result.INVALID, reason)
    elif there:
        assert (verdict.result, verdict.reason) == (Result.DUPLICATE, "the DID is in VICIdial already")
    else:
        assert (verdict.result, verdict.reason) == (Result.SUCCESS, f"would be added as a copy of {MODEL}")


def test_questions_that_get_no_answer_are_asked_again_and_one_that_never_gets_one_leaves_its_row_unknown(
    tmp_path: Path,
) -> None:
    rows = [*(good(number) for number in range(8)), *(cells(number, copy_from=MODEL) for number in range(8, 16))]
    path = Desk(tmp_path).write("order.csv", HEADER, rows)
    faults = FaultPlan(chosen=lambda asked, nth: Fault.CUT_AFTER if nth <= 2 or asked == did(3) else None)
    with Sandbox(SandboxOptions(faults=faults)) as sandbox:
        verdicts = live(path, sandbox.url, recipe_against()).verdicts
        assert sandbox.stored() == {}
    assert [index for index, verdict in verdicts.items() if verdict.result is not Result.SUCCESS] == [3]
    assert verdicts[3].result is Result.UNKNOWN


LOST = [Fault.CUT_AFTER, Fault.ERROR_500_AFTER, Fault.HALF_BODY, Fault.HTML_AFTER, Fault.HANG_AFTER]


def test_what_the_check_has_learned_tells_who_added_a_did_whose_answer_was_lost(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [*(good(number) for number in range(10)), cells(10, did_route="IN_GROUP", group="NOPE")]
    rows += [cells(number, copy_from=MODEL) for number in range(11, 15)]
    path = desk.write("order.csv", HEADER, rows)
    there = (did(3), did(12))
    copies = {did(number) for number in range(11, 15)}
    fault_of = {did(number): LOST[number % len(LOST)] for number in range(15)}

    def first_real_call(asked: str, nth: int) -> Fault | None:
        # the first call for a DID that is no copy is the dry run
        return fault_of.get(asked) if nth == (1 if asked in copies else 2) else None

    faults = FaultPlan(chosen=first_real_call, functions=frozenset({"add_did", "copy_did"}))
    options = recipe_against(*LOST)
    with Sandbox(SandboxOptions(starting_dids=there, faults=faults)) as sandbox:
        found = live(path, sandbox.url, options)
        assert sandbox.stored() == {}
        before = len(sandbox.calls)
        to_send = after_live_check(check_file(path, options), found, options)
        report = import_checked(to_send, options, server_at(sandbox.url), desk.folders, clock=fast_clock())
        stored = sandbox.stored()
        sent = {call.did_pattern for call in sandbox.calls[before:] if call.function in ("add_did", "copy_did")}
    counts = Counter(outcome.result for outcome in report.outcomes)
    assert counts == {Result.SUCCESS: 12, Result.DUPLICATE: 2, Result.INVALID: 1}
    added = {outcome.did_sent for outcome in report.outcomes if outcome.result is Result.SUCCESS and outcome.added}
    assert added == set(stored) == sent
    for outcome in report.outcomes:
        if outcome.result is Result.SUCCESS:
            assert "the server's own check said at 20" in outcome.reason
            assert "before it was sent, that it was not there" in outcome.reason
        else:
            assert "found by the check before sending" in outcome.reason


def test_a_did_that_somebody_adds_between_check_and_run_is_a_duplicate(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = desk.write("order.csv", HEADER, [good(0)])
    with Sandbox() as sandbox:
        checked = after_live_check(check_file(path, FAST), live(path, sandbox.url), FAST)
        desk.importing(path, sandbox.url, FAST)
        (outcome,) = import_checked(checked, FAST, server_at(sandbox.url), desk.folders).outcomes
    assert outcome.result is Result.DUPLICATE
    assert not outcome.added


@pytest.mark.parametrize(("update", "calls_for_one_there"), [((), 1), (("--on-duplicate", "update"), 2)])
def test_check_first_sends_what_the_check_has_left_and_what_is_there_only_where_it_is_to_be_updated(
    tmp_path: Path, update: tuple[str, ...], calls_for_one_there: int
) -> None:
    desk = Desk(tmp_path)
    path = desk.write("order.csv", HEADER, [good(0), good(1), cells(2, did_route="IN_GROUP", group="NOPE")])
    with Sandbox(SandboxOptions(starting_dids=(did(1),))) as sandbox:
        ran = run(desk, path, sandbox, "--check-first", *update)
        assert set(sandbox.stored()) == {did(0)}
        calls = Counter(call.did_pattern for call in sandbox.calls if call.function == "add_did")
    assert calls == {did(0): 2, did(1): calls_for_one_there, did(2): 1}
    assert ran.code == 1
    there = Result.SUCCESS if update else Result.DUPLICATE
    lines = desk.results()
    assert [line.result for line in lines] == [Result.SUCCESS, there, Result.INVALID]
    assert lines[1].reason.startswith("updated") == bool(update)


@pytest.mark.parametrize("unanswered", [False, True])
@pytest.mark.parametrize("update", [False, True])
@pytest.mark.parametrize("result", list(Result))
def test_every_row_is_sent_or_settled_after_the_check_and_is_known_absent_only_where_no_call_was_lost(
    result: Result, update: bool, unanswered: bool
) -> None:
    row = PlannedRow(0, did(0), (("did_pattern", did(0)),), unanswered=unanswered)
    said = LiveCheck({0: RowOutcome(0, result, "why", answered_at="2026-11-23T10:00:00+01:00")}, None, "")
    plan = plan_after(said, [row], update=update)
    assert len(plan.planned) + len(plan.settled) == 1
    sent = result in (Result.SUCCESS, Result.UNKNOWN, Result.NOT_SENT, Result.FAILED)
    assert bool(plan.planned) == (sent or (update and result is Result.DUPLICATE))
    for to_send in plan.planned:
        assert to_send.unanswered == unanswered
        assert bool(to_send.known_absent) == (result is Result.SUCCESS and not unanswered)


@pytest.mark.parametrize("option", ["--check-first", "--probe-first"])
def test_a_rerun_finds_a_did_that_the_lost_call_of_the_first_run_may_have_added(tmp_path: Path, option: str) -> None:
    desk = Desk(tmp_path)
    path = desk.write("order.csv", HEADER, [good(0), good(1)])
    # the run may not look up what became of the calls that were cut, so the rows are unknown
    user = replace(OPS, functions=("add_did",))
    faults = FaultPlan(chosen=lambda asked, nth: Fault.CUT_AFTER if asked == did(0) and nth == 1 else None)
    with Sandbox(SandboxOptions(faults=faults)) as sandbox:
        sandbox.put_user(user)
        first = run(desk, path, sandbox, "--retries", "0", user=user)
        assert [line.result for line in desk.results()] == [Result.UNKNOWN, Result.SUCCESS], first
        sandbox.put_user(OPS)
        results = desk.folder / "order_results.xlsx"
        typist = replace(desk, password="pw1234")
        again = typist.did_importer("rerun", results, *flags(sandbox, option), "--user", "ops")
    assert again.code == 0, again
    (line, _) = desk.results()
    assert line.result is Result.DUPLICATE
    assert MAY_HAVE_ADDED in line.reason


def test_check_live_names_the_rows_that_would_be_refused_and_why(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [good(0), good(1), *(cells(number, did_route="IN_GROUP", group="NOPE") for number in range(2, 5))]
    path = desk.write("order.csv", HEADER, rows)
    with Sandbox(SandboxOptions(starting_dids=(did(1),))) as sandbox:
        ran = check(desk, path, sandbox.url)
        assert sandbox.stored() == {}
    words = " ".join(ran.out.split())
    assert ran.code == 1
    for sentence in ("1 would be added", "1 are there already", "3 would be refused", "(group 'NOPE') (rows 4-6)"):
        assert sentence in words


def test_a_refused_name_comes_with_the_nearest_that_the_server_knows_asked_for_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [good(1), *(cells(n, did_route="IN_GROUP", group="SALES_WEST") for n in (2, 3))]
    rows.append(cells(4, did_route="CALLMENU", menu_id="main_iver"))
    path = desk.write("order.csv", HEADER, rows)
    with Sandbox() as sandbox:
        verdicts = live(path, sandbox.url).verdicts
        ran = run(desk, path, sandbox, "--rate", "0")
        asked = [call.function for call in sandbox.calls if call.function.endswith("_list")]
    assert ran.code == 1
    for said in ([verdicts[place].reason for place in range(4)], [row.reason for row in desk.results()]):
        assert said[1].endswith("SALES_WEST is not there; SALES_IN is")
        assert said[2].endswith("SALES_WEST is not there; SALES_IN is")
        assert said[3].endswith("main_iver is not there; main_ivr is")
    assert sorted(asked) == ["callmenu_list", "callmenu_list", "ingroup_list", "ingroup_list"]
