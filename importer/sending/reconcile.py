"""What the results say of rows whose calls brought no outcome by themselves: asked for, looked up, or left over."""

from dataclasses import replace

from importer.model import Result, RowOutcome
from importer.sending.decide import Carried, joined
from importer.sending.stop import Stop, StopKind
from importer.vicidial.replies import Meaning, Verdict


def after_asking(carried: Carried, verdict: Verdict) -> tuple[Result, str]:
    """Say what becomes of a row that got no answer, once update_did was asked whether the DID is there.

    Args:
        carried: what is known of the row.
        verdict: what update_did said.

    Returns:
        The result and its reason; UNKNOWN where asking settled nothing.
    """
    if verdict.meaning is Meaning.PRESENT and carried.known_absent:
        return Result.SUCCESS, joined(
            f"added: no call was answered, but update_did finds the DID now, and {carried.known_absent}",
            *carried.row.notes,
        )
    if verdict.meaning is Meaning.PRESENT:
        return Result.DUPLICATE, (
            "the DID is in VICIdial (update_did says so); this run may have added it, because its calls were not"
            f" answered ({carried.trouble})"
        )
    if verdict.meaning is Meaning.ABSENT and not carried.still_running:
        return Result.FAILED, f"surely not added: {carried.trouble}; update_did says the DID is not there"
    if verdict.meaning is Meaning.ABSENT:
        return Result.UNKNOWN, (
            f"sent {carried.attempts} times without an answer ({carried.trouble}); update_did did not find the DID,"
            " but a call may still be at work: send this row again later"
        )
    return Result.UNKNOWN, (
        f"sent {carried.attempts} times without an answer that can be understood ({carried.trouble});"
        " look for the DID under Inbound > DIDs, or send this row again"
    )


def after_verifying(outcome: RowOutcome, verdict: Verdict) -> RowOutcome:
    """Say what becomes of a success once update_did was asked whether the DID is really there.

    Args:
        outcome: the success.
        verdict: what update_did said.

    Returns:
        The outcome itself where the DID is there; UNKNOWN where it is not; with a remark where nobody could tell.
    """
    if verdict.meaning is Meaning.PRESENT:
        return outcome
    if verdict.meaning is Meaning.ABSENT:
        reason = "VICIdial printed SUCCESS, but update_did does not find the DID: look under Inbound > DIDs"
        return replace(outcome, result=Result.UNKNOWN, reason=reason)
    return replace(outcome, reason=joined(outcome.reason, "not verified: update_did gave no usable answer"))


def left_over(carried: Carried, stop: Stop | None) -> RowOutcome:
    """Say what the results show of a row that has no outcome because the run was stopped."""
    row, why = carried.row, stop.why if stop else "the run was stopped"
    if carried.in_flight and stop and stop.kind is StopKind.RECORD_FAILED:
        reason = f"sent, but its outcome could not be written down ({why}); did-importer resume clears it up"
        return RowOutcome(row.index, Result.UNKNOWN, reason, row.did, carried.attempts)
    if carried.unanswered or carried.in_flight:
        reason = f"sent, and no answer came before the run stopped ({why}); did-importer resume clears it up"
        return RowOutcome(row.index, Result.UNKNOWN, reason, row.did, carried.attempts)
    if stop and stop.kind in (StopKind.LOGIN_REFUSED, StopKind.USER_REFUSED):
        reason = why if carried.attempts else f"not sent, because the server refused before: {why}"
        did = row.did if carried.attempts else ""
        return RowOutcome(row.index, Result.PERMISSION_ERROR, reason, did, carried.attempts)
    if stop and stop.kind is StopKind.CALL_REFUSED and carried.attempts:
        return RowOutcome(row.index, Result.FAILED, f"surely not added: {why}", row.did, carried.attempts)
    if carried.attempts:
        reason = f"surely not added: no call for it reached VICIdial before the run was stopped ({why})"
        return RowOutcome(row.index, Result.NOT_SENT, reason, row.did, carried.attempts)
    return RowOutcome(row.index, Result.NOT_SENT, f"the run was stopped before this row: {why}")
