"""What an answer means for the row it belongs to: pure decisions, no network, no clock.

Three cases are told apart. Surely processed: an answer that is understood settles the row. Surely not processed (no
connection, 429, 503, a database that is down): the row is sent again. Neither (cut off, timed out, HTTP 500, a web
page, half a sentence, the answer to another call): VICIdial is asked whether the DID is there before it is sent again.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from importer.model import PlannedRow, Result
from importer.sending.stop import StopKind
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Meaning, Verdict


class Step(StrEnum):
    """What to do next with a row."""

    SETTLE = "settle"
    AGAIN = "again"
    LOOK = "look"
    """Ask with update_did whether the DID is there, before anything is concluded or sent again."""
    NEXT = "next"
    """The row has a second operation, such as update_did for a DID that is there already."""
    STOP = "stop"


@dataclass(slots=True)
class RowState:
    """What is known of a row while it is sent.

    Attributes:
        row: the row.
        attempts: calls that were made for it.
        unanswered: True once a call may have been processed without an answer.
        known_absent: how it is known that the DID was not there before; empty where it is not.
        failures: calls that came to nothing and used up a try.
        spared: calls that came to nothing in an outage, and so used up none.
        in_flight: True while a call was made of which nothing is written down yet.
        still_running: True once a call without an answer may still be at work on the server.
        exists: VICIdial's words when it said that the DID exists already; empty until then.
        trouble: what the last failed call met, for the person.
        retry_after: seconds that the server asked to wait after it.
    """

    row: PlannedRow
    attempts: int
    unanswered: bool
    known_absent: str
    failures: int = 0
    spared: int = 0
    in_flight: bool = False
    still_running: bool = False
    exists: str = ""
    trouble: str = ""
    retry_after: float = 0.0

    @classmethod
    def of(cls, row: PlannedRow) -> "RowState":
        """Begin with what earlier processes of the run know of a row."""
        lost = "an earlier call for it was not answered" if row.unanswered else ""
        return cls(row, row.attempts, row.unanswered, row.known_absent, still_running=row.unanswered, trouble=lost)


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
        refused: the user or the call was refused, not this row; many of these in a row end the run.
        maybe_processed: the call may have been processed without an answer.
        spends_try: the row has one try less.
        added: the DID is there because this run added it.
        known_absent: how it is known that the DID is not there now, where it was just looked up.
        operation: what is sent next, where the step is NEXT.
        column: the column whose value was refused; empty where none was.
    """

    step: Step
    result: Result | None = None
    reason: str = ""
    stop: StopKind | None = None
    contact: bool = False
    away: bool = False
    crowded: bool = False
    refused: bool = False
    maybe_processed: bool = False
    spends_try: bool = True
    added: bool = False
    known_absent: str = ""
    operation: "Operation | None" = None
    column: str = ""


class Operation(ABC):
    """One kind of call for a row, and what its answers mean; see ``importer.sending.operations``."""

    function: ClassVar[str]
    adds: ClassVar[bool] = False
    """Whether it adds the row's DID, so that the DID is looked up before it is sent again."""

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """Return what is sent for the row, credentials not included."""
        return dict(row.parameters)

    @abstractmethod
    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what became of this operation; None where it does not."""

    @abstractmethod
    def lost(self, state: RowState, reason: str) -> Decision:
        """Decide what becomes of the row when no call of this operation got an answer."""


def after_answer(
    operation: Operation, state: RowState, answer: Answer, verdict: Verdict, *, retries: int, met_before: bool
) -> Decision:
    """Decide what an answer means for its row."""
    if answer.delivery is Delivery.IMPOSSIBLE:
        return Decision(Step.STOP, reason=answer.shown, stop=StopKind.IMPOSSIBLE)
    decision = operation.decide(state, verdict)
    if decision is not None:
        return decision
    match verdict.meaning:
        case Meaning.USER_REFUSED if state.unanswered:
            reason = f"an earlier call was not answered, then: {sentence_of(verdict)}"
            return replace(settled(Result.UNKNOWN, reason), refused=True)
        case Meaning.USER_REFUSED:
            return replace(settled(Result.PERMISSION_ERROR, sentence_of(verdict)), refused=True)
        case Meaning.LOGIN_REFUSED:
            return Decision(Step.STOP, reason=sentence_of(verdict), stop=StopKind.LOGIN_REFUSED)
        case Meaning.CALL_REFUSED:
            return Decision(Step.STOP, reason=sentence_of(verdict), stop=StopKind.CALL_REFUSED)
        case Meaning.WRONG_PLACE:
            return _web_server_refused(operation, state, answer, verdict, retries, met_before=met_before)
        case Meaning.NOTHING_DONE:
            return _not_processed(operation, state, answer, verdict, retries)
        case _:
            return _maybe_processed(operation, state, answer, verdict, retries)


def settled(result: Result, reason: str, *, added: bool = False) -> Decision:
    """Settle a row with an answer of VICIdial's own."""
    return Decision(Step.SETTLE, result, reason, contact=True, added=added)


def _web_server_refused(
    operation: Operation, state: RowState, answer: Answer, verdict: Verdict, retries: int, *, met_before: bool
) -> Decision:
    """VICIdial never saw the call: at first nothing can work; later it is this call, or an API that is away."""
    if answer.status in (404, 410) and met_before:
        return _not_processed(operation, state, answer, verdict, retries)
    if not met_before:
        place = "; there is no Non-Agent API at this address; check --url" if answer.status in (404, 410) else ""
        return Decision(Step.STOP, reason=f"{sentence_of(verdict)}{place}", stop=StopKind.IMPOSSIBLE)
    if state.unanswered:
        return replace(operation.lost(state, sentence_of(verdict)), refused=True)
    return Decision(Step.SETTLE, Result.FAILED, f"surely not done: {sentence_of(verdict)}", refused=True)


def _not_processed(operation: Operation, state: RowState, answer: Answer, verdict: Verdict, retries: int) -> Decision:
    if answer.delivery is Delivery.NOT_PROCESSED:
        # no connection: this is never the row's own trouble, so it costs the row nothing
        return Decision(Step.AGAIN, reason=answer.shown, away=True, spends_try=False)
    crowded = answer.status in (429, 503)
    if state.failures < retries:
        return Decision(Step.AGAIN, reason=sentence_of(verdict), away=True, crowded=crowded)
    if state.unanswered:
        return replace(operation.lost(state, sentence_of(verdict)), away=True, crowded=crowded)
    why = f"surely not done: {sentence_of(verdict)}, {retries + 1} times"
    return Decision(Step.SETTLE, Result.FAILED, why, away=True, crowded=crowded)


def _maybe_processed(operation: Operation, state: RowState, answer: Answer, verdict: Verdict, retries: int) -> Decision:
    complete = verdict.meaning is not Meaning.NO_TEXT
    why = verdict.advice if answer.delivery is not Delivery.ANSWERED else f"{verdict.advice}: {answer.shown}"
    if operation.adds:
        then = Decision(Step.LOOK, reason=why)
    else:
        then = Decision(Step.AGAIN, reason=why) if state.failures < retries else operation.lost(state, why)
    return replace(then, contact=complete, away=not complete, maybe_processed=True)


def sentence_of(verdict: Verdict) -> str:
    """Give the server's own words and ours beside them."""
    return f"{verdict.words}: {verdict.advice}" if verdict.words else verdict.advice


def refused_value(row: PlannedRow, verdict: Verdict) -> str:
    """Say which value of a row the server refused, and why."""
    value = dict(row.parameters).get(verdict.column, "")
    return f"{sentence_of(verdict)} ({verdict.column} '{value}')" if value else sentence_of(verdict)


def joined(*sentences: str) -> str:
    """Put the sentences that there are behind one another."""
    return "; ".join(sentence for sentence in sentences if sentence)
