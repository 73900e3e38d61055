"""What an answer means on each operation: every operation with every meaning, pinned in tables."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pytest

from importer.columns import SENT
from importer.model import PlannedRow, Result
from importer.sending.decide import Carried, Decision, Operation, Step, after_answer
from importer.sending.dry_run import IMPOSSIBLE_PHONE_CODE, CopyLookup, DryRun, SourceLookup, dry_run_of
from importer.sending.operations import AddDid, CopyDid, DeleteDid, UpdateDid, found_before, operation_of
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Gate, Meaning, Verdict

DID, SOURCE = "17275550111", "18005550199"
ADDED_ROW = PlannedRow(7, DID, (("did_pattern", DID), ("did_route", "IN_GROUP"), ("group", "NOPE")), ("a note",))
COPY_ROW = PlannedRow(7, DID, (("did_pattern", DID), ("did_description", "Agent line"), ("copy_from", SOURCE)))

ERRANDS: Mapping[str, Operation] = MappingProxyType(
    {
        "add": AddDid(),
        "add-or": AddDid(update=True),
        "update": UpdateDid(),
        "update?": UpdateDid(maybe_ours=True),
        "copy": CopyDid(),
        "dry": DryRun(),
        "source": SourceLookup(),
        "own": CopyLookup(),
        "delete": DeleteDid(),
    }
)

# In the tables: a word of the results alone settles the row, with a + where this run has added the DID; again sends it
# again, with a ? where the call may have been processed; next has a second operation; ask looks the DID up.
HEAD = "                add       add-or    update    update?   copy      dry       source    own       delete"

AT_FIRST = """
added           success+  success+  again?    again?    success+  stop?     again?    again?    again?
updated         again?    again?    success   success   again?    again?    again?    again?    failed
deleted         again?    again?    again?    again?    again?    again?    again?    again?    success
exists          duplicate next      again?    again?    duplicate duplicate again?    again?    again?
value refused   invalid   invalid   invalid   invalid   invalid   invalid   unknown   unknown   failed
user refused    refused   refused   refused   duplicate refused   refused   unknown   unknown   refused
login refused   stop      stop      stop      stop      stop      stop      stop      stop      stop
call refused    stop      stop      stop      stop      stop      stop      stop      stop      stop
present         again?    again?    duplicate duplicate again?    again?    next      duplicate failed
absent          again?    again?    failed    failed    again?    again?    invalid   success   success
nothing done    again     again     again     again     again     again     again     again     again
wrong place     again     again     again     again     again     again     again     again     again
not ours        unknown   unknown   unknown   unknown   again?    stop?     again?    again?    unknown
not understood  again?    again?    again?    again?    again?    again?    again?    again?    again?
no text         again?    again?    again?    again?    again?    again?    again?    again?    again?
"""
"""What each meaning decides of a row that is sent for the first time."""

AFTER_A_LOST_CALL = """
added           success+  success+  again?    again?    success+  stop?     again?    again?    again?
updated         again?    again?    success   success   again?    again?    again?    again?    failed
deleted         again?    again?    again?    again?    again?    again?    again?    again?    success
exists          duplicate next      again?    again?    duplicate duplicate again?    again?    again?
value refused   invalid   invalid   invalid   invalid   invalid   invalid   unknown   unknown   again?
user refused    unknown   unknown   unknown   duplicate unknown   unknown   unknown   unknown   unknown
login refused   stop      stop      stop      stop      stop      stop      stop      stop      stop
call refused    stop      stop      stop      stop      stop      stop      stop      stop      stop
present         again?    again?    duplicate duplicate again?    again?    next      duplicate failed
absent          again?    again?    failed    failed    again?    again?    invalid   success   success
nothing done    again     again     again     again     again     again     again     again     again
wrong place     again     again     again     again     again     again     again     again     again
not ours        unknown   unknown   unknown   unknown   again?    stop?     again?    again?    unknown
not understood  again?    again?    again?    again?    again?    again?    again?    again?    again?
no text         again?    again?    again?    again?    again?    again?    again?    again?    again?
"""
"""The same where an earlier call for the row may have been processed."""

WITH_NO_TRY_LEFT = """
nothing done    failed    failed    failed    failed    failed    failed    failed    failed    failed
wrong place     failed    failed    failed    failed    failed    failed    failed    failed    failed
not understood  ask?      ask?      unknown?  unknown?  ask?      unknown?  unknown?  unknown?  unknown?
no text         ask?      ask?      unknown?  unknown?  ask?      unknown?  unknown?  unknown?  unknown?
"""
"""The same for the last try of a row without a lost call."""

LOST_AND_NO_TRY_LEFT = """
nothing done    ask       ask       unknown   unknown   ask       unknown   unknown   unknown   unknown
"""
"""The last try met a server that surely did nothing, but an earlier call was lost."""


def cells(table: str) -> Iterator[tuple[str, Meaning, str]]:
    names = HEAD.split()
    for line in table.strip().splitlines():
        meaning = Meaning(line[:16].strip())
        for place, name in enumerate(names):
            start = 16 + 10 * place
            yield name, meaning, line[start : start + 10].strip()


def each(table: str) -> list[tuple[str, Meaning, str]]:
    return list(cells(table))


def row_for(operation: Operation) -> PlannedRow:
    return COPY_ROW if isinstance(operation, (CopyDid, SourceLookup, CopyLookup)) else ADDED_ROW


def verdict_of(operation: Operation, meaning: Meaning) -> Verdict:
    column = {"CopyDid": "copy_from", "DeleteDid": "did_pattern"}.get(type(operation).__name__, "group")
    refused = meaning is Meaning.VALUE_REFUSED
    gate = Gate.ALLOWED_FUNCTION if meaning is Meaning.USER_REFUSED else None
    return Verdict(meaning, "THE SERVER'S WORDS", "our words", column if refused else "", gate)


def decide(
    operation: Operation,
    meaning: Meaning,
    *,
    lost: bool = False,
    absent: str = "",
    failures: int = 0,
    met: bool = True,
    verdict: Verdict | None = None,
) -> Decision:
    carried = Carried.of(row_for(operation))
    carried.attempts, carried.failures, carried.unanswered, carried.known_absent = 1 + failures, failures, lost, absent
    answer = Answer(Delivery.ANSWERED, 200, "what the server said", "what the server said")
    judged = verdict or verdict_of(operation, meaning)
    return after_answer(operation, carried, answer, judged, retries=4, met_before=met)


def worded(decision: Decision) -> str:
    maybe = "?" * decision.maybe_processed
    if decision.step is not Step.SETTLE:
        return decision.step.value + maybe
    assert decision.result is not None
    word = "refused" if decision.result is Result.PERMISSION_ERROR else decision.result.value
    return word + "+" * decision.added + maybe


def test_the_tables_have_every_errand_and_every_meaning() -> None:
    for table in (AT_FIRST, AFTER_A_LOST_CALL):
        assert {(name, meaning) for name, meaning, _ in cells(table)} == {
            (name, meaning) for name in ERRANDS for meaning in Meaning
        }


@pytest.mark.parametrize(("name", "meaning", "decided"), each(AT_FIRST))
def test_what_an_answer_decides_at_first(name: str, meaning: Meaning, decided: str) -> None:
    assert worded(decide(ERRANDS[name], meaning)) == decided


@pytest.mark.parametrize(("name", "meaning", "decided"), each(AFTER_A_LOST_CALL))
def test_what_an_answer_decides_after_a_lost_call(name: str, meaning: Meaning, decided: str) -> None:
    assert worded(decide(ERRANDS[name], meaning, lost=True)) == decided


@pytest.mark.parametrize(("name", "meaning", "decided"), each(WITH_NO_TRY_LEFT))
def test_what_an_answer_decides_with_no_try_left(name: str, meaning: Meaning, decided: str) -> None:
    assert worded(decide(ERRANDS[name], meaning, failures=4)) == decided


@pytest.mark.parametrize(("name", "meaning", "decided"), each(LOST_AND_NO_TRY_LEFT))
def test_what_an_answer_decides_with_no_try_left_after_a_lost_call(name: str, meaning: Meaning, decided: str) -> None:
    assert worded(decide(ERRANDS[name], meaning, failures=4, lost=True)) == decided


@pytest.mark.parametrize("name", ["add", "add-or", "copy"])
def test_a_did_that_was_known_to_be_absent_was_added_by_the_lost_call(name: str) -> None:
    decision = decide(ERRANDS[name], Meaning.EXISTS, lost=True, absent="it was looked up before")
    assert worded(decision) == "success+"
    assert "it was looked up before" in decision.reason


@pytest.mark.parametrize("name", ["add", "copy"])
def test_a_did_that_somebody_else_added_since_is_a_duplicate(name: str) -> None:
    assert worded(decide(ERRANDS[name], Meaning.EXISTS, absent="it was looked up before")) == "duplicate"


def test_a_did_that_somebody_else_added_since_is_updated_where_that_is_wanted() -> None:
    assert decide(ERRANDS["add-or"], Meaning.EXISTS, absent="looked up").operation == UpdateDid(maybe_ours=False)


@pytest.mark.parametrize("lost", [False, True])
def test_an_update_knows_whether_a_lost_call_may_have_added_the_did(lost: bool) -> None:
    assert decide(ERRANDS["add-or"], Meaning.EXISTS, lost=lost).operation == UpdateDid(maybe_ours=lost)
    for meaning in (Meaning.UPDATED, Meaning.PRESENT, Meaning.USER_REFUSED):
        reason = decide(UpdateDid(maybe_ours=lost), meaning).reason
        assert ("may have added it" in reason) == lost
        assert ("was in VICIdial already" in reason) != lost


def test_the_answer_to_the_first_call_at_a_wrong_address_ends_the_run() -> None:
    for operation in ERRANDS.values():
        assert worded(decide(operation, Meaning.WRONG_PLACE, met=False)) == "stop"


@pytest.mark.parametrize("name", ["source", "own"])
def test_a_user_who_may_change_no_did_may_copy_none_either(name: str) -> None:
    refused = Verdict(Meaning.USER_REFUSED, "WORDS", "advice", gate=Gate.PERMISSION)
    assert worded(decide(ERRANDS[name], Meaning.USER_REFUSED, verdict=refused)) == "refused"


def test_a_dry_run_is_a_success_only_where_nothing_but_its_phone_code_was_refused() -> None:
    refused = Verdict(Meaning.VALUE_REFUSED, "WORDS", "advice", "phone_code")
    decision = decide(DryRun(), Meaning.VALUE_REFUSED, verdict=refused)
    assert (worded(decision), decision.reason) == ("success", "would be added; a note")


def test_a_dry_run_that_adds_names_the_did_to_look_for() -> None:
    decision = decide(DryRun(), Meaning.ADDED)
    assert DID in decision.reason
    assert "adds DIDs in a dry run" in decision.reason


def test_a_did_that_is_found_before_the_first_call_is_a_duplicate_or_updated() -> None:
    carried = Carried.of(ADDED_ROW)
    assert worded(found_before(AddDid(), carried)) == "duplicate"
    assert found_before(AddDid(update=True), carried).operation == UpdateDid(maybe_ours=False)
    assert worded(found_before(CopyDid(update=True), Carried.of(COPY_ROW))) == "duplicate"
    carried.unanswered = True
    assert "may have added it" in found_before(AddDid(), carried).reason
    assert found_before(AddDid(update=True), carried).operation == UpdateDid(maybe_ours=True)


def test_a_copy_that_cannot_be_updated_says_so() -> None:
    assert "copy_did only adds" in decide(CopyDid(update=True), Meaning.EXISTS).reason
    assert "copy_did only adds" not in decide(CopyDid(), Meaning.EXISTS).reason


@pytest.mark.parametrize("update", [False, True])
def test_only_a_row_with_copy_from_is_sent_for_a_copy(update: bool) -> None:
    assert operation_of(ADDED_ROW, update=update) == AddDid(update)
    assert operation_of(COPY_ROW, update=update) == CopyDid(update)
    assert isinstance(dry_run_of(ADDED_ROW), DryRun)
    assert isinstance(dry_run_of(COPY_ROW), SourceLookup)


def test_what_is_sent_on_each_errand() -> None:
    sent = {
        name: (operation.function, dict(operation.parameters(row_for(operation))))
        for name, operation in ERRANDS.items()
    }
    whole = dict(ADDED_ROW.parameters)
    assert sent == {
        "add": ("add_did", whole),
        "add-or": ("add_did", whole),
        "update": ("update_did", whole),
        "update?": ("update_did", whole),
        "copy": ("copy_did", {"source_did_pattern": SOURCE, "new_dids": DID, "did_description": "Agent line"}),
        "dry": ("add_did", whole | {"phone_code": IMPOSSIBLE_PHONE_CODE}),
        "source": ("update_did", {"did_pattern": SOURCE}),
        "own": ("update_did", {"did_pattern": DID}),
        "delete": ("update_did", {"did_pattern": DID, "delete_did": "Y"}),
    }


def test_the_phone_code_of_a_dry_run_is_one_that_vicidial_cannot_take_and_checks_last() -> None:
    assert SENT[-1].name == "phone_code"
    assert SENT[-1].keep(IMPOSSIBLE_PHONE_CODE) == IMPOSSIBLE_PHONE_CODE
    assert len(IMPOSSIBLE_PHONE_CODE) == SENT[-1].longest + 1


def test_no_errand_but_those_that_add_says_that_this_run_has_added_a_did() -> None:
    adding = {
        name
        for name, operation in ERRANDS.items()
        for meaning in Meaning
        for lost in (False, True)
        if decide(operation, meaning, lost=lost, absent="looked up before").added
    }
    assert adding == {"add", "add-or", "copy"}
