"""``--on-duplicate update``: a DID that is there already gets the row's settings, and the results say so."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

import httpx
import pytest
from ask_sandbox import add
from running import (
    MAY_HAVE_ADDED,
    Desk,
    Hostile,
    Ran,
    did,
    dying,
    fast_clock,
    flags,
    recipe_against,
    server_at,
)

from importer.model import Result, RowOutcome
from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions
from importer.sandbox.faults import OF_A_WHOLE_SERVER, ONLY_SUCCESS
from importer.sandbox.store import Row, User
from importer.workflows.options import ImportOptions
from importer.workflows.past_runs import resume
from importer.workflows.undo import left_to_undo

HEADER = ("did_pattern", "did_route", "group", "extension", "did_description", "list_id")
UPDATE = ImportOptions(rate=0, on_duplicate="update", give_up_after=50_000)
OPS = User("ops", "pw1234")


def old(number: int) -> tuple[str, ...]:
    return (did(number), "EXTEN", "", "8300", f"old line {number}", "12345")


def new(number: int, group: str = "SALES_IN") -> tuple[str, ...]:
    return (did(number), "IN_GROUP", group, "", f"new line {number}", "")


def has_new(row: Row, number: int) -> bool:
    return (row["did_route"], row["group_id"], row["did_description"]) == ("IN_GROUP", "SALES_IN", f"new line {number}")


def has_old(row: Row, number: int) -> bool:
    return (row["did_route"], row["group_id"], row["did_description"]) == ("EXTEN", None, f"old line {number}")


def hold_old(sandbox: Sandbox, numbers: Iterable[int]) -> None:
    """Let VICIdial hold DIDs with other settings, which somebody else has added."""
    with httpx.Client() as client:
        for number in numbers:
            given = {name: value for name, value in zip(HEADER, old(number), strict=True) if value}
            assert add(client, sandbox, given.pop("did_pattern"), **given).text.startswith("SUCCESS")


def order(desk: Desk, count: int) -> Path:
    return desk.write("order.csv", HEADER, [new(number) for number in range(count)])


def run(desk: Desk, path: Path, sandbox: Sandbox, *more: object, user: User | None = None) -> Ran:
    typist = replace(desk, password=user.password) if user else desk
    login = ("--user", user.name) if user else ()
    return typist.did_importer("run", path, *flags(sandbox, *more), *login)


def test_a_did_that_is_there_gets_the_settings_of_its_row_and_keeps_those_that_the_row_leaves_blank(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        hold_old(sandbox, [1, 3])
        ran = run(desk, order(desk, 5), sandbox, "--on-duplicate", "update", "--undo-list", tmp_path / "added.txt")
        stored = sandbox.stored()
    assert ran.code == 0
    added = [did(0), did(2), did(4)]
    assert list(left_to_undo(desk.newest(), desk.folders).dids) == added, "what was updated is not undone"
    assert (tmp_path / "added.txt").read_text().split() == added
    lines = desk.results()
    assert {line.result for line in lines} == {Result.SUCCESS}
    assert [line.reason for line in lines] == [
        "updated: the DID was in VICIdial already" if number in (1, 3) else "added" for number in range(5)
    ]
    assert all(has_new(stored[did(number)], number) for number in range(5))
    assert [stored[did(number)]["list_id"] for number in range(5)] == ["999", "12345", "999", "12345", "999"]
    assert stored[did(1)]["extension"] == "8300"


def test_without_it_a_did_that_is_there_is_reported_and_stays_as_it_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        hold_old(sandbox, [1])
        assert run(desk, order(desk, 2), sandbox).code == 0
        assert has_old(sandbox.stored()[did(1)], 1)
        assert "update_did" not in {call.function for call in sandbox.calls}
    assert desk.results()[1].result is Result.DUPLICATE


def test_a_value_that_vicidial_refuses_changes_nothing_and_the_row_says_that_the_did_is_there(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = desk.write("order.csv", HEADER, [new(0, "NOPE"), new(1, "NOPE")])
    with Sandbox() as sandbox:
        hold_old(sandbox, [1])
        assert run(desk, path, sandbox, "--on-duplicate", "update").code == 1
        assert list(sandbox.stored()) == [did(1)]
        assert has_old(sandbox.stored()[did(1)], 1)
    lines = desk.results()
    assert [line.result for line in lines] == [Result.INVALID, Result.INVALID]
    assert ["was in VICIdial already, and was not changed" in line.reason for line in lines] == [False, True]
    assert all("(group 'NOPE')" in line.reason for line in lines)


def test_a_user_who_may_not_update_is_told_that_the_did_is_there_ten_times_and_no_more(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        hold_old(sandbox, range(1, 30))
        before = len(sandbox.calls)
        sandbox.put_user(replace(OPS, functions=("add_did",)))
        ran = run(desk, order(desk, 30), sandbox, "--on-duplicate", "update", "--workers", "1", user=OPS)
        functions = [call.function for call in sandbox.calls[before:]]
        stored = sandbox.stored()
    assert ran.code == 3
    assert (functions.count("add_did"), functions.count("update_did")) == (11, 10)
    first, *refused = desk.results()
    assert first.result is Result.SUCCESS
    assert {line.result for line in refused} == {Result.PERMISSION_ERROR}
    assert refused[0].reason.startswith("the DID was in VICIdial already, and update_did was refused: ")
    assert "Allowed API Functions" in refused[0].reason
    assert all(has_old(stored[did(number)], number) for number in range(1, 30))


def outcomes_under(
    desk: Desk, function: str, fault: Callable[[int, int], Fault | None], options: ImportOptions, count: int = 10
) -> tuple[Sequence[RowOutcome], dict[str, Row]]:
    """Import an order of which every second DID is there already; return its outcomes and what VICIdial then holds.

    ``fault`` says what befalls the calls of that function, by the number of the row and of the call for it.
    """
    at_work = Event()
    numbers = {did(number): number for number in range(count)}

    def chosen(asked: str, nth: int) -> Fault | None:
        number = numbers.get(asked)
        if number is None or not at_work.is_set():
            return None
        # the calls that made the old DIDs are counted too
        return fault(number, nth - (function == "add_did" and number % 2 == 0))

    faults = FaultPlan(chosen=chosen, functions=frozenset({function}), retry_after="2")
    with Sandbox(SandboxOptions(faults=faults)) as sandbox:
        hold_old(sandbox, range(0, count, 2))
        at_work.set()
        report = desk.importing(order(desk, count), sandbox.url, options)
        return report.outcomes, sandbox.stored()


def untrue(outcomes: Sequence[RowOutcome], stored: dict[str, Row]) -> list[RowOutcome]:
    """Return the outcomes that do not say what VICIdial holds."""
    wrong = []
    for outcome in outcomes:
        row, number = stored.get(did(outcome.index)), outcome.index
        if outcome.result is Result.SUCCESS:
            true = row is not None and has_new(row, number)
        elif outcome.result in (Result.FAILED, Result.PERMISSION_ERROR):
            true = (row is None) if number % 2 else (row is not None and has_old(row, number))
        elif outcome.result is Result.DUPLICATE:
            true = row is not None and MAY_HAVE_ADDED in outcome.reason
        else:
            true = outcome.result is Result.UNKNOWN
        if not true or (outcome.added and not number % 2):
            wrong.append(outcome)
    return wrong


# a SUCCESS for another number, or one that is not true, befalls add_did alone in the sandbox
OF_AN_UPDATE = [fault for fault in Fault if fault not in OF_A_WHOLE_SERVER | ONLY_SUCCESS]


def test_an_update_whose_first_answers_are_lost_ends_as_an_update(tmp_path: Path) -> None:
    outcomes, stored = outcomes_under(
        Desk(tmp_path),
        "update_did",
        lambda number, nth: OF_AN_UPDATE[number // 2] if nth <= 2 else None,
        recipe_against(*OF_AN_UPDATE, on_duplicate="update"),
        count=2 * len(OF_AN_UPDATE),
    )
    assert untrue(outcomes, stored) == []
    assert {outcome.result for outcome in outcomes} == {Result.SUCCESS}
    assert {outcome.reason for outcome in outcomes[::2]} == {"updated: the DID was in VICIdial already"}
    assert {outcome.reason for outcome in outcomes[1::2]} == {"added"}


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.ERROR_500, Fault.HANG, Fault.HTML_AFTER, Fault.MYSQL_DOWN])
def test_an_update_that_is_never_answered_is_not_guessed_at(tmp_path: Path, fault: Fault) -> None:
    options = recipe_against(fault, on_duplicate="update", retries=1)
    outcomes, stored = outcomes_under(Desk(tmp_path), "update_did", lambda *_: fault, options, count=4)
    assert untrue(outcomes, stored) == []
    surely_not_done = fault is Fault.MYSQL_DOWN
    assert {outcome.result for outcome in outcomes[::2]} == {Result.FAILED if surely_not_done else Result.UNKNOWN}
    assert surely_not_done or all("the DID was in VICIdial already" in outcome.reason for outcome in outcomes[::2])


def test_a_did_that_a_lost_call_may_have_added_is_never_said_to_have_been_there(tmp_path: Path) -> None:
    lost = [Fault.CUT_AFTER, Fault.ERROR_500_AFTER, Fault.HALF_BODY, Fault.HTML_AFTER]
    outcomes, stored = outcomes_under(
        Desk(tmp_path), "add_did", lambda number, nth: lost[number // 2 % 4] if nth == 1 else None, UPDATE
    )
    assert untrue(outcomes, stored) == []
    assert {outcome.result for outcome in outcomes} == {Result.SUCCESS}
    assert all(outcome.reason.startswith("updated: ") for outcome in outcomes)
    assert all(MAY_HAVE_ADDED in outcome.reason for outcome in outcomes)
    assert not any(outcome.added for outcome in outcomes), "nobody knows whose they are, so undo leaves them alone"


def test_what_was_looked_up_first_is_updated_without_a_call_that_would_add_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        hold_old(sandbox, [0, 2])
        before = len(sandbox.calls)
        ran = run(desk, order(desk, 4), sandbox, "--on-duplicate", "update", "--probe-first")
        stored = sandbox.stored()
        added = {call.did_pattern for call in sandbox.calls[before:] if call.function == "add_did"}
    assert ran.code == 0
    assert added == {did(1), did(3)}
    assert all(has_new(stored[did(number)], number) for number in range(4))
    assert [line.reason.split(":")[0] for line in desk.results()] == ["updated", "added", "updated", "added"]


@pytest.mark.parametrize(
    ("answer_of_update", "result", "words"),
    [
        ("ERROR: update_did DID DOES NOT EXIST: |6666|{did}\n", Result.DUPLICATE, "another user group's"),
        ("SUCCESS: update_did DID HAS BEEN UPDATED - 6666|19995550199\n", Result.UNKNOWN, "19995550199"),
    ],
)
def test_an_update_of_a_did_that_cannot_be_seen_or_of_another_is_no_update(
    tmp_path: Path, answer_of_update: str, result: Result, words: str
) -> None:
    desk = Desk(tmp_path)

    def answer(params: dict[str, str], _path: str) -> tuple[int, dict[str, str], str]:
        there = "ERROR: add_did DID ALREADY EXISTS: |6666|{did}\n"
        said = there if params["function"] == "add_did" else answer_of_update
        return 200, {}, said.format(did=params["did_pattern"])

    with Hostile(answer) as server:
        (outcome,) = desk.importing(order(desk, 1), server.url, UPDATE).outcomes
    assert outcome.result is result
    assert words in outcome.reason


def test_a_run_that_dies_while_it_updates_is_finished_by_resume(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox(SandboxOptions(latency=(0.0, 0.004))) as sandbox:
        hold_old(sandbox, range(0, 20, 2))
        with pytest.raises(RuntimeError, match="dies here"):
            desk.importing(order(desk, 20), sandbox.url, UPDATE, observer=dying(7))
        line = desk.newest()
        options = ImportOptions.from_json(line.about.settings)
        report = resume(line, options, server_at(sandbox.url), desk.folders, clock=fast_clock())
        stored = sandbox.stored()
    assert untrue(report.outcomes, stored) == []
    assert [outcome.result for outcome in report.outcomes] == [Result.SUCCESS] * 20
