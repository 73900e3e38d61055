"""What an answer means on each operation: every operation with every meaning, pinned in tables."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pytest

from importer.columns import SENT
from importer.model import PlannedRow, Result
from importer.sending.decide import Decision, Operation, RowState, Step, after_answer
from importer.sending.dry_run import CopyLookup, DryRun, SourceLookup, dry_run_of
from importer.sending.operations import (
    IMPOSSIBLE_PHONE_CODE,
    AddDid,
    CopyDid,
    DeleteDid,
    GoneOrHidden,
    UpdateDid,
    operation_of,
)
from importer.sending.reconcile import after_look
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Gate, Meaning, Verdict

DID, SOURCE = "17275550111", "18005550199"
ADDED_ROW = PlannedRow(7, DID, (("did_pattern", DID), ("did_route", "IN_GROUP"), ("group", "NOPE")), ("a note",))
COPY_ROW = PlannedRow(7, DID, (("did_pattern", DID), ("did_description", "Agent line"), ("copy_from", SOURCE)))

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
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
        "gone?": GoneOrHidden("it is gone", Result.SUCCESS),
    }
)

# In the tables: a word of the results alone settles the row, with a + where this run has added the DID; again sends it
# again, with a ? where the call may have been processed; next has a second operation; look looks the DID up.
HEAD = "                add       add-or    update    update?   copy      dry       source    own       delete    gone?"

AT_FIRST = """
added           success+  success+  again?    again?    success+  stop?     again?    again?    again?    again?
updated         look?     look?     success   success   look?     again?    again?    again?    failed    again?
deleted         look?     look?     again?    again?    look?     again?    again?    again?    success   again?
exists          duplicate next      again?    again?    duplicate duplicate again?    again?    again?    failed
value refused   invalid   invalid   invalid   invalid   invalid   invalid   unknown   unknown   failed    again?
user refused    refused   refused   refused   duplicate refused   refused   unknown   unknown   refused   success
login refused   stop      stop      stop      stop      stop      stop      stop      stop      stop      stop
call refused    stop      stop      stop      stop      stop      stop      stop      stop      stop      stop
present         look?     look?     duplicate duplicate look?     again?    next      duplicate failed    again?
absent          look?     look?     duplicate duplicate look?     again?    invalid   success   next      again?
nothing done    again     again     again     again     again     again     again     again     again     again
wrong place     failed    failed    failed    failed    failed    failed    failed    failed    failed    failed
not ours        look?     look?     again?    again?    look?     again?    again?    again?    again?    again?
not understood  look?     look?     again?    again?    look?     again?    again?    again?    again?    again?
no text         look?     look?     again?    again?    look?     again?    again?    again?    again?    again?
"""
"""What each meaning decides of a row that is sent for the first time."""

AFTER_A_LOST_CALL = """
added           success+  success+  again?    again?    success+  stop?     again?    again?    again?    again?
updated         look?     look?     success   success   look?     again?    again?    again?    failed    again?
deleted         look?     look?     again?    again?    look?     again?    again?    again?    success   again?
exists          look      look      again?    again?    look      duplicate again?    again?    again?    failed
value refused   invalid   invalid   invalid   invalid   invalid   invalid   unknown   unknown   again?    again?
user refused    unknown   unknown   unknown   duplicate unknown   unknown   unknown   unknown   unknown   success
login refused   stop      stop      stop      stop      stop      stop      stop      stop      stop      stop
call refused    stop      stop      stop      stop      stop      stop      stop      stop      stop      stop
present         look?     look?     duplicate duplicate look?     again?    next      duplicate failed    again?
absent          look?     look?     duplicate duplicate look?     again?    invalid   success   next      again?
nothing done    again     again     again     again     again     again     again     again     again     again
wrong place     look      look      unknown   unknown   look      unknown   unknown   unknown   unknown   unknown
not ours        look?     look?     again?    again?    look?     again?    again?    again?    again?    again?
not understood  look?     look?     again?    again?    look?     again?    again?    again?    again?    again?
no text         look?     look?     again?    again?    look?     again?    again?    again?    again?    again?
"""
"""The same where an earlier call for the row may have been processed."""

WITH_NO_TRY_LEFT = """
nothing done    failed    failed    failed    failed    failed    failed    failed    failed    failed    failed
wrong place     failed    failed    failed    failed    failed    failed    failed    failed    failed    failed
not understood  look?     look?     unknown?  unknown?  look?     unknown?  unknown?  unknown?  unknown?  unknown?
no text         look?     look?     unknown?  unknown?  look?     unknown?  unknown?  unknown?  unknown?  unknown?
"""
"""The same for the last try of a row without a lost call."""

LOST_AND_NO_TRY_LEFT = """
nothing done    look      look      unknown   unknown   look      unknown   unknown   unknown   unknown   unknown
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
    state = RowState.of(row_for(operation))
    state.attempts, state.failures, state.unanswered, state.known_absent = 1 + failures, failures, lost, absent
    answer = Answer(Delivery.ANSWERED, 200, "what the server said", "what the server said")
    judged = verdict or verdict_of(operation, meaning)
    return after_answer(operation, state, answer, judged, retries=4, met_before=met)


def worded(decision: Decision) -> str:
    maybe = "?" * decision.maybe_processed
    if decision.step is not Step.SETTLE:
        return decision.step.value + maybe
    assert decision.result is not None
    word = "refused" if decision.result is Result.PERMISSION_ERROR else decision.result.value
    return word + "+" * decision.added + maybe


def test_the_tables_have_every_operation_and_every_meaning() -> None:
    for table in (AT_FIRST, AFTER_A_LOST_CALL):
        assert {(name, meaning) for name, meaning, _ in cells(table)} == {
            (name, meaning) for name in OPERATIONS for meaning in Meaning
        }


@pytest.mark.parametrize(("name", "meaning", "decided"), each(AT_FIRST))
def test_what_an_answer_decides_at_first(name: str, meaning: Meaning, decided: str) -> None:
    assert worded(decide(OPERATIONS[name], meaning)) == decided


@pytest.mark.parametrize(("name", "meaning", "decided"), each(AFTER_A_LOST_CALL))
def test_what_an_answer_decides_after_a_lost_call(name: str, meaning: Meaning, decided: str) -> None:
    assert worded(decide(OPERATIONS[name], meaning, lost=True)) == decided


@pytest.mark.parametrize(("name", "meaning", "decided"), each(WITH_NO_TRY_LEFT))
def test_what_an_answer_decides_with_no_try_left(name: str, meaning: Meaning, decided: str) -> None:
    assert worded(decide(OPERATIONS[name], meaning, failures=4)) == decided


@pytest.mark.parametrize(("name", "meaning", "decided"), each(LOST_AND_NO_TRY_LEFT))
def test_what_an_answer_decides_with_no_try_left_after_a_lost_call(name: str, meaning: Meaning, decided: str) -> None:
    assert worded(decide(OPERATIONS[name], meaning, failures=4, lost=True)) == decided


LOOKED_UP = """
operation  exists  lost  absent  found    tries   decided       words
add        no      yes   no      present  yes     duplicate     may have added it
add        no      yes   yes     present  yes     success+      looked up before
add        no      yes   no      absent   yes     again         -
add        no      yes   no      absent   no      failed        surely not added
add        no      yes   no      refused  yes     again         -
add        no      yes   no      refused  no      unknown       look for the DID
add        yes     no    yes     absent   yes     duplicate     another user group
add        yes     no    yes     present  yes     duplicate     somebody else
add        yes     yes   no      present  yes     duplicate     may have added it
add        yes     yes   yes     present  yes     success+      looked up before
add        yes     yes   yes     absent   yes     duplicate     another user group
add        yes     yes   yes     refused  yes     success+      looked up before
add        yes     yes   no      refused  yes     duplicate     may have added it
copy       no      yes   yes     present  yes     success+      looked up before
copy       yes     yes   no      present  yes     duplicate     may have added it
add-or     no      yes   no      present  yes     next          -
add-or     yes     yes   no      present  yes     next          -
add-or     yes     yes   yes     present  yes     success+      looked up before
"""
"""What a look says of a row: whether VICIdial had said that the DID exists, whether a call was lost before, whether the
DID was known to be absent before, what the look found, whether the row may be sent again."""


@pytest.mark.parametrize("line", LOOKED_UP.strip().splitlines()[1:])
def test_what_a_look_decides(line: str) -> None:
    name, exists, lost, absent, found, tries, decided, words = line.split(maxsplit=7)
    state = RowState.of(row_for(OPERATIONS[name]))
    state.attempts, state.unanswered, state.trouble = 1, lost == "yes", "cut"
    state.exists, state.known_absent = "EXISTS" * (exists == "yes"), "it was looked up before" * (absent == "yes")
    meaning = {"present": Meaning.PRESENT, "absent": Meaning.ABSENT, "refused": Meaning.USER_REFUSED}[found]
    decision = after_look(OPERATIONS[name], state, Verdict(meaning), tries_left=tries == "yes")
    assert worded(decision) == decided
    assert words == "-" or words in decision.reason
    if decided == "next":
        assert decision.operation == UpdateDid(maybe_ours=True)


def test_a_call_that_may_still_be_at_work_is_unknown_when_nothing_is_found_and_no_try_is_left() -> None:
    state = RowState.of(ADDED_ROW)
    state.unanswered = state.still_running = True
    decision = after_look(AddDid(), state, Verdict(Meaning.ABSENT), tries_left=False)
    assert worded(decision) == "unknown"


def test_a_did_that_is_there_is_updated_where_that_is_wanted() -> None:
    assert decide(OPERATIONS["add-or"], Meaning.EXISTS).operation == UpdateDid(maybe_ours=False)


@pytest.mark.parametrize("lost", [False, True])
def test_an_update_says_whether_a_lost_call_may_have_added_the_did(lost: bool) -> None:
    for meaning in (Meaning.UPDATED, Meaning.PRESENT, Meaning.USER_REFUSED):
        reason = decide(UpdateDid(maybe_ours=lost), meaning).reason
        assert ("may have added it" in reason) == lost
        assert ("was in VICIdial already" in reason) != lost


@pytest.mark.parametrize("operation", [UpdateDid(), GoneOrHidden("gone")])
def test_a_did_of_another_user_group_is_never_called_gone(operation: Operation) -> None:
    meaning = Meaning.ABSENT if isinstance(operation, UpdateDid) else Meaning.EXISTS
    assert "this user may not see it: another user group's" in decide(operation, meaning).reason


@pytest.mark.parametrize(
    ("operation", "result"),
    [(GoneOrHidden("it is gone"), "duplicate"), (GoneOrHidden("it is gone", Result.SUCCESS), "success")],
)
def test_only_a_did_that_a_lost_call_of_this_run_took_is_deleted_when_it_is_gone(
    operation: Operation, result: str
) -> None:
    refused = Verdict(Meaning.VALUE_REFUSED, "WORDS", "advice", "phone_code")
    decision = decide(operation, Meaning.VALUE_REFUSED, verdict=refused)
    assert (worded(decision), decision.reason) == (result, "it is gone")


def test_the_answer_to_the_first_call_at_a_wrong_address_ends_the_run() -> None:
    for operation in OPERATIONS.values():
        assert worded(decide(operation, Meaning.WRONG_PLACE, met=False)) == "stop"


@pytest.mark.parametrize("name", ["source", "own"])
def test_a_user_who_may_change_no_did_may_copy_none_either(name: str) -> None:
    refused = Verdict(Meaning.USER_REFUSED, "WORDS", "advice", gate=Gate.PERMISSION)
    assert worded(decide(OPERATIONS[name], Meaning.USER_REFUSED, verdict=refused)) == "refused"


def test_a_dry_run_is_a_success_only_where_nothing_but_its_phone_code_was_refused() -> None:
    refused = Verdict(Meaning.VALUE_REFUSED, "WORDS", "advice", "phone_code")
    decision = decide(DryRun(), Meaning.VALUE_REFUSED, verdict=refused)
    assert (worded(decision), decision.reason) == ("success", "would be added; a note")


def test_a_dry_run_that_adds_names_the_did_to_look_for() -> None:
    decision = decide(DryRun(), Meaning.ADDED)
    assert DID in decision.reason
    assert "adds DIDs in a dry run" in decision.reason


def test_a_did_that_is_found_by_a_look_is_a_duplicate_or_updated() -> None:
    for maybe_ours in (False, True):
        found = AddDid().found("it is there", maybe_ours=maybe_ours)
        assert (worded(found), "may have added it" in found.reason) == ("duplicate", maybe_ours)
        assert AddDid(update=True).found("it is there", maybe_ours=maybe_ours).operation == UpdateDid(maybe_ours)
        copied = CopyDid(update=True).found("it is there", maybe_ours=maybe_ours)
        assert (worded(copied), "copy_did only adds" in copied.reason) == ("duplicate", True)


def test_a_copy_that_cannot_be_updated_says_so() -> None:
    assert "copy_did only adds" in decide(CopyDid(update=True), Meaning.EXISTS).reason
    assert "copy_did only adds" not in decide(CopyDid(), Meaning.EXISTS).reason


@pytest.mark.parametrize("update", [False, True])
def test_only_a_row_with_copy_from_is_sent_for_a_copy(update: bool) -> None:
    assert operation_of(ADDED_ROW, update=update) == AddDid(update)
    assert operation_of(COPY_ROW, update=update) == CopyDid(update)
    assert isinstance(dry_run_of(ADDED_ROW), DryRun)
    assert isinstance(dry_run_of(COPY_ROW), SourceLookup)


def test_what_is_sent_on_each_operation() -> None:
    sent = {
        name: (operation.function, dict(operation.parameters(row_for(operation))))
        for name, operation in OPERATIONS.items()
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
        "gone?": ("add_did", {"did_pattern": DID, "phone_code": IMPOSSIBLE_PHONE_CODE}),
    }


def test_the_phone_code_of_a_dry_run_is_one_that_vicidial_cannot_take_and_checks_last() -> None:
    assert SENT[-1].name == "phone_code"
    assert SENT[-1].keep(IMPOSSIBLE_PHONE_CODE) == IMPOSSIBLE_PHONE_CODE
    assert len(IMPOSSIBLE_PHONE_CODE) == SENT[-1].longest + 1


def test_no_operation_but_those_that_add_says_that_this_run_has_added_a_did() -> None:
    adding = {
        name
        for name, operation in OPERATIONS.items()
        for meaning in Meaning
        for lost in (False, True)
        if decide(operation, meaning, lost=lost, absent="looked up before").added
    }
    assert adding == {"add", "add-or", "copy"}
