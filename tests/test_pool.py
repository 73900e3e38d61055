"""The worker pool against a VICIdial in memory, on a clock that jumps."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from fake_vicidial import Case, FakeVicidial, Fate, Ran, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.model import PlannedRow, Result, RowOutcome
from importer.sending.options import SubmitOptions
from importer.sending.pool import Submission
from importer.sending.stop import Stop, StopKind


def always(fate: Fate) -> Callable[[str, str, int], Fate]:
    return lambda function, did, nth: fate if function == "add_did" and did else Fate.ANSWERED


def stopped_after(seconds: float) -> Callable[[Submission], object]:
    """Stop a submission after so many seconds, as Ctrl-C does."""
    stop = Stop(StopKind.INTERRUPTED, "interrupted")
    return lambda submission: asyncio.get_running_loop().call_later(seconds, submission.stop, stop)


def first_call(fate: Fate) -> Callable[[str, str, int], Fate]:
    return lambda function, did, nth: fate if function == "add_did" and did and nth == 1 else Fate.ANSWERED


def test_every_row_is_sent_once_and_is_written_down_before_its_call_and_after_it() -> None:
    server = FakeVicidial()
    ran = Case(server, rows_of(100)).run()
    assert ran.counts == {Result.SUCCESS: 100}
    assert len(server.calls) == 100
    assert server.stored == {row.did for row in rows_of(100)}
    for index in range(100):
        assert [step for step, row in ran.recorder.steps if row == index] == ["sent", "settled"]


def test_one_row_goes_first_alone_and_a_refused_login_costs_one_login() -> None:
    server = FakeVicidial(fate=always(Fate.LOGIN_REFUSED))
    ran = Case(server, rows_of(50), workers=16).run()
    assert len(server.calls) == 1
    assert ran.counts == {Result.PERMISSION_ERROR: 50}
    assert ran.submitted.stop is not None
    assert ran.submitted.stop.kind is StopKind.LOGIN_REFUSED
    assert Counter(outcome.attempts for outcome in ran.by_index.values()) == {1: 1, 0: 49}
    assert ran.submitted.outcomes == (), "a row that was not processed is sent by resume"


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_a_login_refused_in_mid_run_costs_no_more_logins_than_workers(workers: int) -> None:
    server = FakeVicidial()
    server.fate = lambda function, did, nth: Fate.LOGIN_REFUSED if len(server.calls) > 40 else Fate.ANSWERED
    ran = Case(server, rows_of(200), workers=workers).run()
    assert len(server.calls) - 40 <= workers
    assert ran.counts[Result.SUCCESS] == len(server.stored)
    assert ran.counts[Result.SUCCESS] + ran.counts[Result.PERMISSION_ERROR] == 200


@pytest.mark.parametrize(
    ("fate", "refused", "kind", "counts"),
    [
        (Fate.USER_REFUSED, lambda row: True, StopKind.USER_REFUSED, {Result.PERMISSION_ERROR: 100}),
        (
            Fate.FORBIDDEN,
            lambda row: row > 1,
            StopKind.CALL_REFUSED,
            {Result.SUCCESS: 2, Result.FAILED: 10, Result.NOT_SENT: 88},
        ),
        # with another answer between them
        (Fate.USER_REFUSED, lambda row: row % 9, None, {Result.SUCCESS: 12, Result.PERMISSION_ERROR: 88}),
        (Fate.FORBIDDEN, lambda row: row == 7, None, {Result.SUCCESS: 99, Result.FAILED: 1}),
    ],
)
def test_ten_refusals_in_a_row_stop_the_run_and_fewer_do_not(
    fate: Fate, refused: Callable[[int], bool], kind: StopKind | None, counts: dict[Result, int]
) -> None:
    server = FakeVicidial(fate=lambda function, did, nth: fate if refused(int(did[-5:])) else Fate.ANSWERED)
    ran = Case(server, rows_of(100), workers=1).run()
    assert ran.counts == counts
    assert (ran.submitted.stop and ran.submitted.stop.kind) == kind
    reason = "surely not done: HTTP 403" if fate is Fate.FORBIDDEN else "USER DOES NOT HAVE PERMISSION"
    refusals = [one for one in ran.submitted.outcomes if one.result is not Result.SUCCESS]
    assert all(one.reason.startswith(reason) for one in refusals)


def test_an_old_server_without_the_function_is_asked_once() -> None:
    server = FakeVicidial(fate=always(Fate.NO_FUNCTION))
    ran = Case(server, rows_of(30)).run()
    assert len(server.calls) == 1
    assert ran.counts == {Result.FAILED: 1, Result.NOT_SENT: 29}
    assert "210209" in ran.by_index[0].reason


@pytest.mark.parametrize(
    "fate",
    [
        Fate.REFUSED,
        Fate.CUT_BEFORE,
        Fate.CUT_AFTER,
        Fate.ERROR_500,
        Fate.ERROR_500_AFTER,
        Fate.BUSY_503,
        Fate.HTML,
        Fate.HANG_AFTER,
        Fate.MYSQL_DOWN,
    ],
)
def test_a_fault_at_every_first_call_gives_no_wrong_success_no_wrong_failed_and_no_lost_row(fate: Fate) -> None:
    server = FakeVicidial(fate=first_call(fate))
    ran = Case(server, rows_of(60)).run()
    assert_truthful(ran, server, 60)
    stored_unseen = fate in (Fate.CUT_AFTER, Fate.ERROR_500_AFTER, Fate.HANG_AFTER)
    assert ran.counts == {Result.DUPLICATE if stored_unseen else Result.SUCCESS: 60}
    proven = Case(FakeVicidial(fate=first_call(fate)), rows_of(60), SubmitOptions(probe_first=True)).run()
    assert proven.counts == {Result.SUCCESS: 60}


@pytest.mark.parametrize("fate", [Fate.CUT_AFTER, Fate.ERROR_500_AFTER, Fate.HANG_AFTER, Fate.CUT_BEFORE, Fate.HTML])
def test_a_call_that_may_have_been_processed_is_looked_up_before_it_is_sent_again(fate: Fate) -> None:
    server = FakeVicidial(fate=first_call(fate))
    ran = Case(server, rows_of(6)).run()
    for row in rows_of(6):
        functions = [function for _, function, did in server.calls if did == row.did]
        sent_again = ["add_did"] * (row.did in server.stored and fate in (Fate.CUT_BEFORE, Fate.HTML))
        assert [name for name in functions if name == "add_did"] == ["add_did", *sent_again]
        assert functions.index("update_did") == 1, "looked up first"
    assert_truthful(ran, server, 6)


def twins(count: int) -> list[PlannedRow]:
    """Rows of one DID, each of which waits for the one before."""
    first = rows_of(1)[0]
    return [replace(first, index=place, after=place - 1 if place else None) for place in range(count)]


@pytest.mark.parametrize(
    ("fate", "results"),
    [
        (Fate.ANSWERED, [Result.SUCCESS, Result.DUPLICATE, Result.DUPLICATE]),
        (Fate.GROUP_REFUSED, [Result.INVALID, Result.SUCCESS, Result.DUPLICATE]),
        (Fate.FORBIDDEN, [Result.FAILED, Result.SUCCESS, Result.DUPLICATE]),
    ],
)
def test_a_row_goes_when_its_earlier_twin_did_not(fate: Fate, results: list[Result]) -> None:
    other = replace(rows_of(4)[3], index=3)
    server = FakeVicidial()
    server.fate = lambda function, did, nth: fate if did != other.did and nth == 1 else Fate.ANSWERED
    ran = Case(server, [other, *twins(3)], workers=2).run()
    assert [ran.by_index[place].result for place in range(3)] == results
    assert ran.by_index[2].reason.startswith("the same DID stands in")


def test_a_twin_whose_row_was_settled_by_an_earlier_process_goes_on_from_there() -> None:
    for earlier, result in ((Result.INVALID, Result.SUCCESS), (Result.SUCCESS, Result.DUPLICATE)):
        case = Case(FakeVicidial(), twins(2)[1:])
        case.earlier = {0: RowOutcome(0, earlier, "before")}
        assert case.run().by_index[1].result is result


def test_a_stop_leaves_a_row_over_as_a_duplicate_where_its_twin_is_or_may_be_there() -> None:
    ran = Case(FakeVicidial(latency=(60.0, 60.0)), twins(2), meanwhile=stopped_after(5)).run()
    assert [ran.by_index[place].result for place in (0, 1)] == [Result.UNKNOWN, Result.DUPLICATE]
    assert "not known whether" in ran.by_index[1].reason
    refused = Case(FakeVicidial(fate=always(Fate.LOGIN_REFUSED)), twins(3)).run()
    assert refused.counts == {Result.PERMISSION_ERROR: 3}


def test_a_did_of_another_user_group_is_a_duplicate_that_this_user_may_not_see() -> None:
    hidden = rows_of(3)[1].did
    server = FakeVicidial(stored={hidden}, hidden={hidden})
    for options in (SubmitOptions(), SubmitOptions(probe_first=True)):
        server.stored = {hidden}
        ran = Case(server, rows_of(3), options).run()
        assert [ran.by_index[place].result for place in range(3)] == [
            Result.SUCCESS,
            Result.DUPLICATE,
            Result.SUCCESS,
        ]
    assert "another user group's" in ran.by_index[1].reason


@pytest.mark.parametrize("probing", [True, False])
@pytest.mark.parametrize("count", [1, 10, 300])
def test_a_server_that_fails_every_row_while_the_login_works_stops_the_run_within_its_patience(
    probing: bool, count: int
) -> None:
    server = FakeVicidial(probing=probing)
    server.fate = lambda function, did, nth: Fate.ERROR_500 if did and function == "add_did" else Fate.ANSWERED
    ran = Case(server, rows_of(count), SubmitOptions(give_up_after=60)).run()
    assert ran.seconds <= 90
    assert_truthful(ran, server, count)
    if count > 10:
        assert ran.submitted.stop is not None
        assert ran.submitted.stop.kind is StopKind.SERVER_GONE
        assert "table of DIDs may be broken; did-importer doctor" in ran.submitted.stop.why


def test_a_server_that_is_away_is_asked_at_once_when_somebody_says_so() -> None:
    server = FakeVicidial()
    server.fate = lambda function, did, nth: Fate.REFUSED if server.calls[-1][0] < 1_100 else Fate.ANSWERED

    def meanwhile(submission: Submission) -> None:
        asyncio.get_running_loop().call_later(101.0, submission.try_now)

    patient = Case(server, rows_of(5), SubmitOptions(give_up_after=600)).run()
    server.calls.clear()
    server.stored.clear()
    hurried = Case(server, rows_of(5), SubmitOptions(give_up_after=600), meanwhile=meanwhile).run()
    assert patient.counts == hurried.counts == {Result.SUCCESS: 5}
    assert hurried.seconds < 103 <= patient.seconds


def test_an_exception_in_a_callback_of_the_event_loop_stops_the_run_and_is_raised() -> None:
    def fail() -> None:
        raise ValueError("a broken callback")

    def meanwhile(submission: Submission) -> None:
        asyncio.get_running_loop().call_later(1.0, fail)

    with pytest.raises(ValueError, match="a broken callback"):
        Case(FakeVicidial(latency=(1.0, 1.0)), rows_of(50), meanwhile=meanwhile).run()


def assert_truthful(ran: Ran, server: FakeVicidial, count: int) -> None:
    """What the results say is what the server holds."""
    assert sorted(ran.by_index) == list(range(count))
    rows = rows_of(count)
    for index, outcome in ran.by_index.items():
        there = rows[index].did in server.stored
        if outcome.result in (Result.SUCCESS, Result.DUPLICATE):
            assert there, outcome
        if outcome.result in (Result.FAILED, Result.NOT_SENT, Result.INVALID, Result.PERMISSION_ERROR):
            assert not there, outcome
        if outcome.result is Result.DUPLICATE:
            assert "may have added it" in outcome.reason


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 40),
    workers=st.integers(1, 8),
    retries=st.integers(0, 4),
    share=st.floats(0, 1),
    probing=st.booleans(),
    probe_first=st.booleans(),
)
def test_whatever_breaks_each_row_comes_out_once_and_true(
    seed: int, count: int, workers: int, retries: int, share: float, probing: bool, probe_first: bool
) -> None:
    ending = (Fate.LOST_INSERT, Fate.LOGIN_REFUSED, Fate.USER_REFUSED, Fate.NO_FUNCTION)
    faults = [fate for fate in Fate if fate not in ending]
    rng = random.Random(seed)
    server = FakeVicidial(
        fate=lambda function, did, nth: rng.choice(faults) if rng.random() < share else Fate.ANSWERED, probing=probing
    )
    options = SubmitOptions(retries=retries, probe_first=probe_first)
    ran = Case(server, rows_of(count), options, workers=workers).run()
    assert_truthful(ran, server, count)


def test_a_look_that_finds_nothing_is_the_proof_for_the_call_that_follows() -> None:
    fates = {1: Fate.ERROR_500, 2: Fate.CUT_AFTER}
    server = FakeVicidial(
        fate=lambda function, did, nth: fates.get(nth, Fate.ANSWERED) if function == "add_did" else Fate.ANSWERED
    )
    ran = Case(server, rows_of(1)).run()
    assert ran.counts == {Result.SUCCESS: 1}
    assert "before it was sent again, that it was not there" in ran.by_index[0].reason


@pytest.mark.parametrize(
    ("fate", "probing", "result", "words"),
    [
        (Fate.ERROR_500_AFTER, True, Result.DUPLICATE, "may have added it"),
        (Fate.WRONG_NUMBER, True, Result.DUPLICATE, "may have added it"),
        (Fate.ERROR_500, True, Result.FAILED, "surely not added"),
        (Fate.CUT_BEFORE, True, Result.UNKNOWN, "may still be at work"),
        (Fate.ERROR_500, False, Result.UNKNOWN, "look for the DID"),
        (Fate.GROUP_REFUSED, True, Result.INVALID, "group 'SALES_IN'"),
    ],
)
def test_a_row_that_never_gets_a_usable_answer_is_cleared_up_by_asking_for_the_did(
    fate: Fate, probing: bool, result: Result, words: str
) -> None:
    server = FakeVicidial(fate=always(fate), probing=probing)
    ran = Case(server, rows_of(2)).run()
    assert ran.counts == {result: 2}
    assert words in ran.by_index[0].reason
    if not probing:
        assert sum(function == "update_did" for _, function, _ in server.calls) == 1, "the permission is learned once"


@pytest.mark.parametrize("fate", [Fate.WRONG_NUMBER, Fate.CUT_AFTER])
def test_a_lost_answer_is_a_success_where_it_was_known_that_the_did_was_not_there(fate: Fate) -> None:
    server = FakeVicidial(fate=first_call(fate), stored={"172755500001"})
    ran = Case(server, rows_of(10), SubmitOptions(probe_first=True)).run()
    assert ran.counts == {Result.SUCCESS: 9, Result.DUPLICATE: 1}
    assert "update_did said at" in ran.by_index[3].reason
    assert server.nth["add_did", "172755500001"] == 0, "it is there already, and not sent"


def test_verify_finds_what_success_was_printed_for_but_not_stored() -> None:
    lost = "172755500003"
    server = FakeVicidial(fate=lambda function, did, nth: Fate.LOST_INSERT if did == lost else Fate.ANSWERED)
    ran = Case(server, rows_of(6), SubmitOptions(verify=True)).run()
    assert ran.counts == {Result.SUCCESS: 5, Result.UNKNOWN: 1}
    assert ran.by_index[3].result is Result.UNKNOWN
    assert ran.recorder.outcomes[3].result is Result.UNKNOWN


def test_a_server_that_is_gone_for_twenty_seconds_uses_up_no_row() -> None:
    server = FakeVicidial()

    def fate(function: str, did: str, nth: int) -> Fate:
        now = server.calls[-1][0] - server.calls[0][0]
        return Fate.REFUSED if 2 <= now < 22 else Fate.ANSWERED

    server.fate = fate
    ran = Case(server, rows_of(200), rate=20).run()
    assert ran.counts == {Result.SUCCESS: 200}
    assert any("away" in sentence for sentence in ran.statuses)
    away = [at for at, _, _ in server.calls if 2 <= at - server.calls[0][0] < 22]
    assert len(away) < 4 + 12, "while the server is gone one worker asks with growing waits"


@pytest.mark.parametrize("fate", [Fate.REFUSED, Fate.ERROR_500, Fate.BUSY_503, Fate.HTML, Fate.MYSQL_DOWN])
def test_a_server_that_stays_away_stops_the_run_and_leaves_the_rest_to_resume(fate: Fate) -> None:
    server = FakeVicidial()
    server.fate = lambda function, did, nth: fate if len(server.stored) >= 30 else Fate.ANSWERED
    ran = Case(server, rows_of(100), SubmitOptions(give_up_after=120), rate=20).run()
    assert ran.submitted.stop is not None
    assert ran.submitted.stop.kind is StopKind.SERVER_GONE
    assert ran.counts[Result.SUCCESS] == 30
    assert ran.counts[Result.FAILED] == 0
    assert_truthful(ran, server, 100)
    assert 115 <= ran.seconds <= 160


def test_a_call_that_always_fails_does_not_hold_up_the_rows_behind_it() -> None:
    server = FakeVicidial()
    server.fate = lambda function, did, nth: (
        Fate.ERROR_500 if did.endswith("7") and function == "add_did" else Fate.ANSWERED
    )
    ran = Case(server, rows_of(50)).run()
    assert ran.counts == {Result.SUCCESS: 45, Result.FAILED: 5}
    assert ran.submitted.stop is None


@pytest.mark.parametrize("rate", [5, 20, 100])
def test_with_retries_going_on_no_second_has_more_calls_than_the_rate_and_it_is_used(rate: int) -> None:
    rng = random.Random(5)
    server = FakeVicidial(latency=(0.005, 0.03))
    server.fate = lambda function, did, nth: Fate.CUT_AFTER if rng.random() < 0.1 and did else Fate.ANSWERED
    ran = Case(server, rows_of(rate * 12), workers=12, rate=rate).run()
    assert ran.counts[Result.NOT_SENT] == 0
    times = [at for at, _, _ in server.calls]
    for first, at in enumerate(times):
        assert sum(at <= other < at + 1 for other in times[first:]) <= rate
    busy = [at for at in times if at - times[0] <= 8]
    assert len(busy) >= 0.95 * rate * 8


@pytest.mark.parametrize(("rate", "at_once"), [(None, 8), (100.0, 4)])
def test_without_a_rate_rows_are_written_down_while_others_have_the_lines_and_calls_stay_as_many(
    rate: float | None, at_once: int
) -> None:
    server = FakeVicidial(latency=(1.0, 1.0))
    most: Counter[str] = Counter()
    recorder_open: set[str] = set()

    def called(function: str, did: str) -> None:
        most["calls"] = max(most["calls"], server.in_flight.total())

    server.on_call = called
    ran = Case(server, rows_of(60), workers=4, rate=rate).run()
    assert most["calls"] == 4
    for step, index in ran.recorder.steps:
        recorder_open.add(str(index)) if step == "sent" else recorder_open.discard(str(index))
        most["written down"] = max(most["written down"], len(recorder_open))
    assert most["written down"] == at_once
    assert ran.counts == {Result.SUCCESS: 60}


def test_a_stop_sends_no_new_row_and_waits_for_those_in_flight() -> None:
    server = FakeVicidial(latency=(2.0, 4.0))
    ran = Case(server, rows_of(100), meanwhile=stopped_after(20)).run()
    assert 20 <= ran.seconds < 24.1
    assert ran.counts[Result.SUCCESS] == len(server.stored) == len(server.calls)
    assert ran.counts[Result.SUCCESS] + ran.counts[Result.NOT_SENT] == 100


def test_calls_that_outlast_the_wait_after_a_stop_are_unknown_and_rows_without_a_place_surely_not_sent() -> None:
    server = FakeVicidial(latency=(60.0, 60.0))
    ran = Case(server, rows_of(30), workers=4, meanwhile=stopped_after(65)).run()
    assert 75 <= ran.seconds <= 75.5
    assert len(server.calls) == 5, "one alone, then four, and none after the stop"
    assert ran.counts == {Result.SUCCESS: 1, Result.UNKNOWN: 4, Result.NOT_SENT: 25}
    assert [step for step, _ in ran.recorder.steps].count("withdrawn") == 4
    assert all(outcome.attempts == 0 for outcome in ran.submitted.left if outcome.result is Result.NOT_SENT)


def test_slow_answers_and_429_make_everybody_slower() -> None:
    server = FakeVicidial(latency=(6.0, 6.0))
    slow = Case(server, rows_of(120), workers=60, rate=20).run()
    quick = Case(FakeVicidial(latency=(1.0, 1.0)), rows_of(120), workers=60, rate=20).run()
    assert slow.seconds > quick.seconds + 10


def test_a_row_that_an_earlier_process_left_without_an_answer_may_have_been_added_by_it() -> None:
    rows = [replace(rows_of(1)[0], attempts=1, unanswered=True)]
    server = FakeVicidial(stored={rows[0].did})
    ran = Case(server, rows).run()
    assert ran.by_index[0].result is Result.DUPLICATE
    assert "may have added it" in ran.by_index[0].reason
    assert server.nth["add_did", rows[0].did] == 0, "it was looked up instead of sent again"


def test_two_thousand_rows_with_fifty_workers_put_no_result_on_the_wrong_row() -> None:
    server = FakeVicidial(latency=(0.001, 0.5))
    server.fate = lambda function, did, nth: Fate.GROUP_REFUSED if int(did) % 3 == 0 else Fate.ANSWERED
    ran = Case(server, rows_of(2_000), workers=50).run()
    wrong = [o for o in ran.by_index.values() if (o.result is Result.INVALID) != (int(o.did_sent) % 3 == 0)]
    assert not wrong
    assert all(outcome.did_sent == f"1727555{outcome.index:05d}" for outcome in ran.by_index.values())
