"""What becomes of rows whose calls brought no outcome by themselves: looked up, verified, or left over by a stop."""

from dataclasses import replace
from typing import Final

from importer.model import PlannedRow, Result, RowOutcome
from importer.sending.decide import Decision, Operation, RowState, Step, joined, settled
from importer.sending.operations import HIDDEN
from importer.sending.stop import Stop, StopKind
from importer.vicidial.replies import Meaning, Verdict

# the results of a row after which a later row with the same DID is sent, or is a duplicate
DID_NOT_GO: Final = frozenset({Result.INVALID, Result.FAILED, Result.PERMISSION_ERROR})
IS_OR_MAY_BE_THERE: Final = frozenset({Result.SUCCESS, Result.DUPLICATE, Result.UNKNOWN})


def after_look(operation: Operation, state: RowState, verdict: Verdict, *, tries_left: bool) -> Decision:
    """Decide what becomes of a row that was looked up because a call for it may have been processed.

    ``known_absent`` is believed only together with a look that finds the DID now: a DID that is hidden from this user
    was never seen, before or after.
    """
    absent, known = verdict.meaning is Meaning.ABSENT, state.known_absent
    if state.exists:
        return _exists(operation, state, absent=absent)
    if verdict.meaning is Meaning.PRESENT:
        if known:
            return _added(state, f"no call was answered, but update_did finds the DID now, and {known}")
        found = f"the DID is in VICIdial (update_did finds it; no answer came to the call before ({state.trouble}))"
        return operation.found(found, maybe_ours=True)
    if tries_left:
        return Decision(Step.AGAIN, reason=state.trouble, contact=absent)
    if absent and not state.still_running:
        return settled(Result.FAILED, f"surely not added: {state.trouble}; update_did says the DID is not there")
    if absent:
        return settled(
            Result.UNKNOWN,
            f"sent {state.attempts} times without an answer ({state.trouble}); update_did did not find the DID,"
            " but a call may still be at work: send this row again later",
        )
    why = f"sent {state.attempts} times without an answer that can be understood ({state.trouble})"
    return Decision(
        Step.SETTLE, Result.UNKNOWN, f"{why}; look for the DID under Inbound > DIDs, or send this row again"
    )


def _exists(operation: Operation, state: RowState, *, absent: bool) -> Decision:
    """VICIdial has said that the DID exists: say whose doing that is, as far as it can be known."""
    if absent:
        return settled(Result.DUPLICATE, f"{state.exists}; {HIDDEN}")
    if not state.unanswered:
        return settled(Result.DUPLICATE, f"{state.exists}; somebody else added it meanwhile")
    if state.known_absent:
        return _added(state, f"the answer to an earlier call was lost, and {state.known_absent}")
    return operation.found(f"the DID is in VICIdial ({state.exists})", maybe_ours=True)


def _added(state: RowState, why: str) -> Decision:
    return settled(Result.SUCCESS, joined(f"added: {why}", *state.row.notes), added=True)


def twin_outcome(row: PlannedRow, earlier: RowOutcome, number: int) -> RowOutcome:
    """Say what becomes of a row whose earlier twin is in VICIdial, or may be."""
    where = f"row {number}" if number else "an earlier row"
    doubt = ", of which it is not known whether it is in VICIdial" if earlier.result is Result.UNKNOWN else ""
    return RowOutcome(row.index, Result.DUPLICATE, f"the same DID stands in {where} already{doubt}")


def after_verifying(outcome: RowOutcome, verdict: Verdict) -> RowOutcome:
    """Say what becomes of a success once update_did was asked whether the DID is really there."""
    if verdict.meaning is Meaning.PRESENT:
        return outcome
    if verdict.meaning is Meaning.ABSENT:
        reason = "VICIdial printed SUCCESS, but update_did does not find the DID: look under Inbound > DIDs"
        return replace(outcome, result=Result.UNKNOWN, reason=reason)
    return replace(outcome, reason=joined(outcome.reason, "not verified: update_did gave no usable answer"))


def left_over(state: RowState, stop: Stop | None) -> RowOutcome:
    """Say what the results show of a row that has no outcome because the run was stopped."""
    row, why = state.row, stop.why if stop else "the run was stopped"
    kind = stop.kind if stop else None
    login_refused = kind in (StopKind.LOGIN_REFUSED, StopKind.USER_REFUSED)
    if state.in_flight and kind is StopKind.RECORD_FAILED:
        result = Result.UNKNOWN
        reason = f"sent, but its outcome could not be written down ({why}); did-importer resume clears it up"
    elif state.unanswered or state.in_flight:
        result = Result.UNKNOWN
        reason = f"sent, and no answer came before the run stopped ({why}); did-importer resume clears it up"
    elif not state.attempts:
        if login_refused:
            reason = f"not sent, because the server refused before: {why}"
            return RowOutcome(row.index, Result.PERMISSION_ERROR, reason)
        return RowOutcome(row.index, Result.NOT_SENT, f"the run was stopped before this row: {why}")
    elif login_refused:
        result, reason = Result.PERMISSION_ERROR, why
    elif kind is StopKind.CALL_REFUSED:
        result, reason = Result.FAILED, f"surely not added: {why}"
    else:
        result = Result.NOT_SENT
        reason = f"surely not added: no call for it reached VICIdial before the run was stopped ({why})"
    return RowOutcome(row.index, result, reason, row.did, state.attempts)
