"""What an answer means for the row it belongs to: pure decisions, no network, no clock.

Surely processed, it settles the row. Surely not processed, the row is sent again. Neither (cut off, timed out, HTTP
500, half a sentence): VICIdial is asked whether the DID is there before it is sent again.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Final

from importer.model import PlannedRow, Result
from importer.sending.stop import StopKind
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Meaning, Verdict

MAY_HAVE_ADDED: Final = "this run may have added it, because an earlier call for it was not answered"


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
    """What is known of a row while it is sent."""

    row: PlannedRow
    attempts: int  # calls that were made for it
    unanswered: bool  # once a call may have been processed without an answer
    known_absent: str  # how it is known that the DID was not there before; empty where it is not
    failures: int = 0  # calls that came to nothing and used up a try
    spared: int = 0  # calls that came to nothing in an outage, and so used up none
    in_flight: bool = False  # while a call was made of which nothing is written down yet
    still_running: bool = False  # once a call without an answer may still be at work on the server
    exists: str = ""  # VICIdial's words when it said that the DID exists already
    trouble: str = ""  # what the last failed call met, for the person
    retry_after: float = 0.0  # seconds that the server asked to wait after it

    @classmethod
    def of(cls, row: PlannedRow) -> "RowState":
        """Begin with what earlier processes of the run know of a row."""
        lost = "an earlier call for it was not answered" if row.unanswered else ""
        return cls(row, row.attempts, row.unanswered, row.known_absent, still_running=row.unanswered, trouble=lost)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an answer means."""

    step: Step
    result: Result | None = None  # where the step is SETTLE
    reason: str = ""  # of the result or of the stop, or what the failed call met
    stop: StopKind | None = None  # where the step is STOP
    contact: bool = False  # the answer is VICIdial's own, so the server is there
    away: bool = False  # a server that is away fails like this
    refused: bool = False  # the user or the call was refused, not this row; many of these in a row end the run
    maybe_processed: bool = False  # the call may have been processed without an answer
    added: bool = False  # the DID is there because this run added it
    operation: "Operation | None" = None  # where the step is NEXT
    column: str = ""  # whose value was refused


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

    def lost(self, state: RowState, reason: str) -> Decision:
        """Decide what becomes of the row when no call of this operation got an answer."""
        return Decision(Step.LOOK, reason=reason)

    def found(self, reason: str, *, maybe_ours: bool) -> Decision:
        """Decide what becomes of a row whose DID is there; ``maybe_ours``: a call of this run may have added it."""
        return settled(Result.DUPLICATE, f"{reason}; {MAY_HAVE_ADDED}" if maybe_ours else reason)


def after_answer(
    operation: Operation, state: RowState, answer: Answer, verdict: Verdict, *, retries: int, met_before: bool
) -> Decision:
    """Decide what an answer means for its row; ``met_before``: VICIdial itself has answered in this run."""
    if answer.delivery is Delivery.IMPOSSIBLE:
        return Decision(Step.STOP, reason=answer.shown, stop=StopKind.IMPOSSIBLE)
    decision = operation.decide(state, verdict)
    if decision is not None:
        return decision
    sentence = sentence_of(verdict)
    no_such_page = answer.status in (404, 410)
    match verdict.meaning:
        case Meaning.USER_REFUSED if state.unanswered:
            reason = f"an earlier call was not answered, then: {sentence}"
            return replace(settled(Result.UNKNOWN, reason), refused=True)
        case Meaning.USER_REFUSED:
            return replace(settled(Result.PERMISSION_ERROR, sentence), refused=True)
        case Meaning.LOGIN_REFUSED:
            return Decision(Step.STOP, reason=sentence, stop=StopKind.LOGIN_REFUSED)
        case Meaning.CALL_REFUSED:
            return Decision(Step.STOP, reason=sentence, stop=StopKind.CALL_REFUSED)
        # VICIdial never saw the call: at first nothing can work; later it is this call, or an API that is away
        case Meaning.WRONG_PLACE if not met_before:
            place = "; there is no Non-Agent API at this address; check --url" if no_such_page else ""
            return Decision(Step.STOP, reason=f"{sentence}{place}", stop=StopKind.IMPOSSIBLE)
        case Meaning.WRONG_PLACE if not no_such_page:
            refused = Decision(Step.SETTLE, Result.FAILED, f"surely not done: {sentence}")
            return replace(operation.lost(state, sentence) if state.unanswered else refused, refused=True)
        case Meaning.WRONG_PLACE | Meaning.NOTHING_DONE:
            return _not_processed(operation, state, answer, sentence, retries)
        case _:
            return _maybe_processed(operation, state, answer, verdict, retries)


def settled(result: Result, reason: str, *, added: bool = False) -> Decision:
    """Settle a row with an answer of VICIdial's own."""
    return Decision(Step.SETTLE, result, reason, contact=True, added=added)


def _not_processed(operation: Operation, state: RowState, answer: Answer, sentence: str, retries: int) -> Decision:
    if answer.delivery is Delivery.NOT_PROCESSED:
        # no connection is never the row's own trouble
        return Decision(Step.AGAIN, reason=answer.shown, away=True)
    if state.failures < retries:
        then = Decision(Step.AGAIN, reason=sentence)
    elif state.unanswered:
        then = operation.lost(state, sentence)
    else:
        then = Decision(Step.SETTLE, Result.FAILED, f"surely not done: {sentence}, {retries + 1} times")
    return replace(then, away=True)


def _maybe_processed(operation: Operation, state: RowState, answer: Answer, verdict: Verdict, retries: int) -> Decision:
    complete = verdict.meaning is not Meaning.NO_TEXT
    why = verdict.advice if answer.delivery is not Delivery.ANSWERED else f"{verdict.advice}: {answer.shown}"
    again = not operation.adds and state.failures < retries
    then = Decision(Step.AGAIN, reason=why) if again else operation.lost(state, why)
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
