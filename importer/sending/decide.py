"""What an answer means for the row it belongs to: pure decisions, no network, no clock.

Three cases are told apart. Surely processed: an answer that is understood settles the row. Surely not processed (no
connection, 429, 503, a database that is down): the row is sent again. Neither (cut off, timed out, HTTP 500, a web
page, half a sentence): the row is sent again too, and from then on ``DID ALREADY EXISTS`` may be our own doing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from importer.model import PlannedRow, Result
from importer.sending.stop import StopKind
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Meaning, Verdict, classify


class Step(StrEnum):
    """What to do next with a row."""

    SETTLE = "settle"
    AGAIN = "again"
    ASK = "ask"
    """No more tries: ask with update_did whether the DID is there."""
    NEXT = "next"
    """The row has a second operation, such as update_did for a DID that is there already."""
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
        added: the DID is there because this run added it.
        operation: what is sent next, where the step is NEXT.
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
    added: bool = False
    operation: "Operation | None" = None


class Operation(Protocol):
    """One kind of call, and what its answers mean for the row; see ``importer.sending.operations``."""

    @property
    def function(self) -> str:
        """The API function."""

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """What is sent for the row, credentials not included."""

    def judge(self, answer: Answer, row: PlannedRow) -> Verdict:
        """Give an answer its meaning."""

    def settles(self, carried: Carried, answer: Answer, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what became of this operation; None where it does not."""

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what becomes of the row when no call of this operation got an answer."""


def judge(answer: Answer, did: str) -> Verdict:
    """Give an answer its meaning, whether or not it has a text."""
    if answer.delivery is Delivery.ANSWERED:
        return classify(answer.status, answer.body, did)
    return judge_silence(answer)


def judge_silence(answer: Answer) -> Verdict:
    """Give its meaning to an answer that has no text."""
    if answer.delivery is Delivery.NOT_PROCESSED:
        return Verdict(Meaning.NOTHING_DONE, "", answer.shown)
    return Verdict(Meaning.NO_TEXT, "", answer.shown)


def after_answer(
    operation: Operation, carried: Carried, answer: Answer, verdict: Verdict, *, retries: int, met_before: bool
) -> Decision:
    """Decide what an answer means for its row.

    Args:
        operation: what was sent.
        carried: what is known of the row; its ``attempts`` counts this call.
        answer: how far the call came.
        verdict: what the answer means.
        retries: further tries that a row has after its first.
        met_before: whether this run has had an answer of VICIdial's own already.
    """
    if answer.delivery is Delivery.IMPOSSIBLE:
        return Decision(Step.STOP, reason=answer.shown, stop=StopKind.IMPOSSIBLE)
    decision = operation.settles(carried, answer, verdict)
    if decision is not None:
        return decision
    match verdict.meaning:
        case Meaning.USER_REFUSED if carried.unanswered:
            return settled(Result.UNKNOWN, f"an earlier call was not answered, then: {said(verdict)}")
        case Meaning.USER_REFUSED:
            return settled(Result.PERMISSION_ERROR, said(verdict))
        case Meaning.LOGIN_REFUSED:
            return Decision(Step.STOP, reason=said(verdict), stop=StopKind.LOGIN_REFUSED)
        case Meaning.CALL_REFUSED:
            return Decision(Step.STOP, reason=said(verdict), stop=StopKind.CALL_REFUSED)
        case Meaning.WRONG_PLACE if not met_before:
            why = f"{verdict.words}: there is no Non-Agent API at this address; check --url"
            return Decision(Step.STOP, reason=why, stop=StopKind.IMPOSSIBLE)
        case Meaning.NOTHING_DONE | Meaning.WRONG_PLACE:
            return _not_processed(operation, carried, answer, verdict, retries)
        case _:
            return _neither(operation, carried, answer, verdict, retries)


def settled(result: Result, reason: str, *, added: bool = False) -> Decision:
    """Settle a row with an answer of VICIdial's own."""
    return Decision(Step.SETTLE, result, reason, contact=True, added=added)


def _not_processed(operation: Operation, carried: Carried, answer: Answer, verdict: Verdict, retries: int) -> Decision:
    if answer.delivery is Delivery.NOT_PROCESSED:
        # no connection: this is never the row's own trouble, so it costs the row nothing
        return Decision(Step.AGAIN, reason=answer.shown, away=True, spends_try=False)
    crowded = answer.status in (429, 503)
    if carried.failures < retries:
        return Decision(Step.AGAIN, reason=said(verdict), away=True, crowded=crowded)
    if carried.unanswered:
        return replace(operation.lost(carried, said(verdict)), away=True, crowded=crowded)
    why = f"surely not done: {said(verdict)}, {retries + 1} times"
    return Decision(Step.SETTLE, Result.FAILED, why, away=True, crowded=crowded)


def _neither(operation: Operation, carried: Carried, answer: Answer, verdict: Verdict, retries: int) -> Decision:
    complete = verdict.meaning is not Meaning.NO_TEXT
    why = verdict.advice if answer.delivery is not Delivery.ANSWERED else f"{verdict.advice}: {answer.shown}"
    again = Decision(Step.AGAIN, reason=why) if carried.failures < retries else operation.lost(carried, why)
    return replace(again, contact=complete, away=not complete, maybe_processed=True)


def said(verdict: Verdict) -> str:
    """Give the server's own words and ours beside them."""
    return f"{verdict.words}: {verdict.advice}" if verdict.words else verdict.advice


def refused_value(row: PlannedRow, verdict: Verdict) -> str:
    """Say which value of a row the server refused, and why."""
    value = dict(row.parameters).get(verdict.column, "")
    return f"{said(verdict)} ({verdict.column} '{value}')" if value else said(verdict)


def joined(*sentences: str) -> str:
    """Put the sentences that there are behind one another."""
    return "; ".join(sentence for sentence in sentences if sentence)
