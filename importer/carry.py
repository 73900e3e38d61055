"""What an answer means for the row it belongs to: pure decisions, no network, no clock.

Three cases are told apart. Surely processed: an answer that is understood settles the row. Surely not processed (no
connection, 429, 503, a database that is down): the row is sent again. Neither (cut off, timed out, HTTP 500, a web
page, half a sentence): the row is sent again too, and from then on ``DID ALREADY EXISTS`` may be our own doing.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from importer.answer import Answer, Delivery
from importer.classify import Meaning, Verdict, classify
from importer.model import PlannedRow, Result, RowOutcome
from importer.stop import Stop, StopKind


class Step(StrEnum):
    """What to do next with a row."""

    SETTLE = "settle"
    AGAIN = "again"
    ASK = "ask"
    """No more tries: ask with update_did whether the DID is there."""
    STOP = "stop"


@dataclass(slots=True)
class Carried:
    """What is known of a row while it is carried.

    Attributes:
        row: the row.
        attempts: calls that were made for it.
        failures: calls that came to nothing and used up a try.
        spared: calls that came to nothing in an outage, and so used up none.
        in_flight: True while a call was made of which nothing is written down yet.
        unanswered: True once a call may have been processed without an answer.
        still_running: True once such a call may still be at work on the server.
        known_absent: how it is known that the DID was not there before the first call; empty where it is not.
        trouble: what the last failed call met, for the person.
    """

    row: PlannedRow
    attempts: int
    unanswered: bool
    known_absent: str
    failures: int = 0
    spared: int = 0
    in_flight: bool = False
    still_running: bool = False
    trouble: str = ""

    @classmethod
    def of(cls, row: PlannedRow) -> "Carried":
        """Start to carry a row, with what earlier processes of the run know of it."""
        return cls(row, row.attempts, row.unanswered, row.known_absent, still_running=row.unanswered)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an answer means.

    Attributes:
        step: what to do next.
        result: the row's result, where the step is SETTLE.
        reason: the reason of the result or of the stop, or what the failed call met.
        stop: the kind of stop, where the step is STOP.
        contact: the answer is VICIdial's own, so the server is there.
        away: a server that is away fails like this.
        crowded: everybody should slow down.
        maybe_processed: the call may have been processed without an answer.
        spends_try: the row has one try less.
    """

    step: Step
    result: Result | None = None
    reason: str = ""
    stop: StopKind | None = None
    contact: bool = False
    away: bool = False
    crowded: bool = False
    maybe_processed: bool = False
    spends_try: bool = True


def judge(answer: Answer, did: str) -> Verdict:
    """Give an answer its meaning, whether or not it has a text."""
    if answer.delivery is Delivery.ANSWERED:
        return classify(answer.status, answer.body, did)
    if answer.delivery is Delivery.NOT_PROCESSED:
        return Verdict(Meaning.NOTHING_DONE, "", answer.shown)
    return Verdict(Meaning.NO_TEXT, "", answer.shown)


def after_answer(carried: Carried, answer: Answer, verdict: Verdict, *, retries: int, met_before: bool) -> Decision:
    """Decide what an answer to add_did means for its row.

    Args:
        carried: what is known of the row; its ``attempts`` counts this call.
        answer: how far the call came.
        verdict: what the answer means.
        retries: further tries that a row has after its first.
        met_before: whether this run has had an answer of VICIdial's own already.
    """
    if answer.delivery is Delivery.IMPOSSIBLE:
        return Decision(Step.STOP, reason=answer.shown, stop=StopKind.IMPOSSIBLE)
    match verdict.meaning:
        case Meaning.ADDED:
            return _settled(Result.SUCCESS, _join("added", *carried.row.notes))
        case Meaning.EXISTS:
            return _exists(carried, verdict)
        case Meaning.VALUE_REFUSED:
            return _settled(Result.INVALID, _refusal(carried.row, verdict))
        case Meaning.USER_REFUSED if carried.unanswered:
            return _settled(Result.UNKNOWN, _join("an earlier call was not answered, then: " + said(verdict)))
        case Meaning.USER_REFUSED:
            return _settled(Result.PERMISSION_ERROR, said(verdict))
        case Meaning.LOGIN_REFUSED:
            return Decision(Step.STOP, reason=said(verdict), stop=StopKind.LOGIN_REFUSED)
        case Meaning.CALL_REFUSED:
            return Decision(Step.STOP, reason=said(verdict), stop=StopKind.CALL_REFUSED)
        case Meaning.WRONG_NUMBER:
            return _settled(Result.UNKNOWN, f"{verdict.advice}: {answer.shown}")
        case Meaning.WRONG_PLACE if not met_before:
            why = f"{verdict.words}: there is no Non-Agent API at this address; check --url"
            return Decision(Step.STOP, reason=why, stop=StopKind.IMPOSSIBLE)
        case Meaning.NOTHING_DONE | Meaning.WRONG_PLACE:
            return _not_processed(carried, answer, verdict, retries)
        case _:
            return _neither(carried, answer, verdict, retries)


def _settled(result: Result, reason: str) -> Decision:
    return Decision(Step.SETTLE, result, reason, contact=True)


def _exists(carried: Carried, verdict: Verdict) -> Decision:
    if not carried.unanswered:
        return _settled(Result.DUPLICATE, said(verdict))
    if carried.known_absent:
        why = f"added: the answer to an earlier call was lost, and {carried.known_absent}"
        return _settled(Result.SUCCESS, _join(why, *carried.row.notes))
    return _settled(
        Result.DUPLICATE,
        f"{verdict.words}: the DID is in VICIdial; this run may have added it, because an earlier call for it was"
        " not answered",
    )


def _not_processed(carried: Carried, answer: Answer, verdict: Verdict, retries: int) -> Decision:
    if answer.delivery is Delivery.NOT_PROCESSED or verdict.meaning is Meaning.WRONG_PLACE:
        # nothing reached VICIdial: this is never the row's own trouble, so it costs the row nothing
        return Decision(Step.AGAIN, reason=answer.shown, away=True, spends_try=False)
    crowded = answer.status in (429, 503)
    if carried.failures < retries:
        return Decision(Step.AGAIN, reason=said(verdict), away=True, crowded=crowded)
    if carried.unanswered:
        return Decision(Step.ASK, reason=said(verdict), away=True, crowded=crowded)
    why = f"surely not added: {said(verdict)}, {retries + 1} times"
    return Decision(Step.SETTLE, Result.FAILED, why, away=True, crowded=crowded)


def _neither(carried: Carried, answer: Answer, verdict: Verdict, retries: int) -> Decision:
    complete = verdict.meaning is not Meaning.NO_TEXT
    why = verdict.advice if answer.delivery is not Delivery.ANSWERED else f"{verdict.advice}: {answer.shown}"
    return Decision(
        Step.AGAIN if carried.failures < retries else Step.ASK,
        reason=why,
        contact=complete,
        away=not complete,
        maybe_processed=True,
    )


def after_asking(carried: Carried, verdict: Verdict) -> tuple[Result, str]:
    """Say what becomes of a row that got no answer, once update_did was asked whether the DID is there.

    Args:
        carried: what is known of the row.
        verdict: what update_did said.

    Returns:
        The result and its reason; UNKNOWN where asking settled nothing.
    """
    if verdict.meaning is Meaning.PRESENT and carried.known_absent:
        return Result.SUCCESS, _join(
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
    return replace(outcome, reason=_join(outcome.reason, "not verified: update_did gave no usable answer"))


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


def said(verdict: Verdict) -> str:
    """Give the server's own words and ours beside them."""
    return f"{verdict.words}: {verdict.advice}" if verdict.words else verdict.advice


def _refusal(row: PlannedRow, verdict: Verdict) -> str:
    value = dict(row.parameters).get(verdict.column, "")
    return f"{said(verdict)} ({verdict.column} '{value}')" if value else said(verdict)


def _join(*sentences: str) -> str:
    return "; ".join(sentence for sentence in sentences if sentence)
