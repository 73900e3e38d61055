"""The operations that a row can be sent on, and what the answers mean for it: pure decisions.

``AddDid`` is the main one. ``UpdateDid`` gives a DID that is there already the row's settings. ``CopyDid`` copies
every setting of another DID, the agent too. ``DeleteDid`` takes back what a run added. Errands that change nothing
are in ``importer.sending.dry_run``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from importer.columns import COPY_FROM
from importer.model import PlannedRow, Result
from importer.sending.decide import (
    Carried,
    Decision,
    Operation,
    Step,
    joined,
    judge,
    judge_silence,
    refused_value,
    said,
    settled,
)
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Meaning, Verdict, classify_copy

MAY_HAVE_ADDED: Final = "this run may have added it, because an earlier call for it was not answered"


def is_copy(row: PlannedRow) -> bool:
    """Say whether a row is a copy of another DID."""
    return any(name == COPY_FROM.name for name, _ in row.parameters)


def operation_of(row: PlannedRow, *, update: bool) -> Operation:
    """Return the operation of a row that is to be added.

    Args:
        row: the row.
        update: whether a DID that is there already gets the row's settings.
    """
    return CopyDid(update) if is_copy(row) else AddDid(update)


def found_before(operation: Operation, carried: Carried) -> Decision:
    """Decide what becomes of a row whose DID is there before its first call, as update_did has said.

    Args:
        operation: what the row would have been sent for.
        carried: what is known of the row.
    """
    if isinstance(operation, AddDid) and operation.update:
        return Decision(Step.NEXT, contact=True, operation=UpdateDid(carried.unanswered))
    there = "the DID is in VICIdial already (update_did says so)"
    return settled(Result.DUPLICATE, f"{there}; {MAY_HAVE_ADDED}" if carried.unanswered else there)


@dataclass(frozen=True, slots=True)
class AddDid:
    """``add_did``.

    Attributes:
        update: give a DID that is there already the row's settings.
    """

    update: bool = False

    @property
    def function(self) -> str:
        """The API function."""
        return "add_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """What is sent for the row."""
        return dict(row.parameters)

    def judge(self, answer: Answer, row: PlannedRow) -> Verdict:
        """Give an answer its meaning."""
        return judge(answer, row.did)

    def settles(self, carried: Carried, answer: Answer, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what became of the row."""
        match verdict.meaning:
            case Meaning.ADDED:
                return settled(Result.SUCCESS, joined("added", *carried.row.notes), added=True)
            case Meaning.EXISTS if self.update and not (carried.unanswered and carried.known_absent):
                return Decision(Step.NEXT, reason=said(verdict), contact=True, operation=UpdateDid(carried.unanswered))
            case Meaning.EXISTS:
                return exists_already(carried, verdict)
            case Meaning.VALUE_REFUSED:
                return settled(Result.INVALID, refused_value(carried.row, verdict))
            case Meaning.NOT_OURS:
                return settled(Result.UNKNOWN, f"{verdict.advice}: {answer.shown}")
            case _:
                return None

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what becomes of the row when no call got an answer."""
        return Decision(Step.ASK, reason=reason)


def exists_already(carried: Carried, verdict: Verdict) -> Decision:
    """Decide what it means that the DID is there: somebody added it, and that may have been this run."""
    if not carried.unanswered:
        return settled(Result.DUPLICATE, said(verdict))
    if carried.known_absent:
        why = f"added: the answer to an earlier call was lost, and {carried.known_absent}"
        return settled(Result.SUCCESS, joined(why, *carried.row.notes), added=True)
    return settled(Result.DUPLICATE, f"{verdict.words}: the DID is in VICIdial; {MAY_HAVE_ADDED}")


@dataclass(frozen=True, slots=True)
class UpdateDid:
    """``update_did`` for a DID that is there already.

    Attributes:
        maybe_ours: a call for the row was not answered before it was found there, so this run may have added it.
    """

    maybe_ours: bool = False

    @property
    def function(self) -> str:
        """The API function."""
        return "update_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """What is sent for the row."""
        return dict(row.parameters)

    def judge(self, answer: Answer, row: PlannedRow) -> Verdict:
        """Give an answer its meaning."""
        return judge(answer, row.did)

    def settles(self, carried: Carried, answer: Answer, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what became of the row."""
        there = self._there()
        match verdict.meaning:
            case Meaning.UPDATED:
                return settled(Result.SUCCESS, joined(f"updated: {there}", *carried.row.notes))
            case Meaning.PRESENT:
                return settled(Result.DUPLICATE, f"{there}, and the row has no setting for it")
            case Meaning.ABSENT:
                return settled(Result.FAILED, "the DID was there a moment ago and is gone now; send the row again")
            case Meaning.VALUE_REFUSED:
                return settled(Result.INVALID, f"{there}, and was not changed; {refused_value(carried.row, verdict)}")
            case Meaning.USER_REFUSED if self.maybe_ours:
                return settled(Result.DUPLICATE, f"{there}; update_did was refused: {said(verdict)}")
            case Meaning.USER_REFUSED if not carried.unanswered:
                return settled(Result.PERMISSION_ERROR, f"{there}, and update_did was refused: {said(verdict)}")
            case Meaning.NOT_OURS:
                return settled(Result.UNKNOWN, f"{verdict.advice}: {answer.shown}")
            case _:
                return None

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what becomes of the row when no call got an answer."""
        why = f"{self._there()}, but whether it has the row's settings now is not known ({reason}); send it again"
        return Decision(Step.SETTLE, Result.UNKNOWN, why)

    def _there(self) -> str:
        return f"the DID is in VICIdial ({MAY_HAVE_ADDED})" if self.maybe_ours else "the DID was in VICIdial already"


@dataclass(frozen=True, slots=True)
class CopyDid:
    """``copy_did`` of one DID, with the row's own description.

    Attributes:
        update: the person wants DIDs that are there to get the row's settings, which copy_did cannot do.
    """

    update: bool = False

    @property
    def function(self) -> str:
        """The API function."""
        return "copy_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """What is sent for the row; everything but the description comes from the source."""
        cells = dict(row.parameters)
        sent = {"source_did_pattern": cells[COPY_FROM.name], "new_dids": row.did}
        if "did_description" in cells:
            sent["did_description"] = cells["did_description"]
        return sent

    def judge(self, answer: Answer, row: PlannedRow) -> Verdict:
        """Give an answer its meaning."""
        if answer.delivery is Delivery.ANSWERED:
            return classify_copy(answer.status, answer.body, row.did)
        return judge_silence(answer)

    def settles(self, carried: Carried, answer: Answer, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what became of the row."""
        source = dict(carried.row.parameters)[COPY_FROM.name]
        match verdict.meaning:
            case Meaning.ADDED:
                return settled(Result.SUCCESS, joined(f"added as a copy of {source}", *carried.row.notes), added=True)
            case Meaning.EXISTS:
                decision = exists_already(carried, verdict)
                if self.update and decision.result is Result.DUPLICATE:
                    return replace(decision, reason=f"{decision.reason}; it was not updated: copy_did only adds")
                return decision
            case Meaning.VALUE_REFUSED:
                return settled(Result.INVALID, refused_value(carried.row, verdict))
            case _:
                return None

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what becomes of the row when no call got an answer."""
        return Decision(Step.ASK, reason=reason)


@dataclass(frozen=True, slots=True)
class DeleteDid:
    """``update_did`` with ``delete_did=Y``, for a DID that the record shows as added."""

    @property
    def function(self) -> str:
        """The API function."""
        return "update_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """What is sent for the row."""
        return {"did_pattern": row.did, "delete_did": "Y"}

    def judge(self, answer: Answer, row: PlannedRow) -> Verdict:
        """Give an answer its meaning."""
        return judge(answer, row.did)

    def settles(self, carried: Carried, answer: Answer, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what became of the DID."""
        match verdict.meaning:
            case Meaning.DELETED:
                return settled(Result.SUCCESS, "deleted")
            case Meaning.ABSENT if carried.unanswered:
                return settled(Result.SUCCESS, "deleted: an earlier call was not answered, and the DID is gone")
            case Meaning.ABSENT:
                return settled(Result.SUCCESS, "not deleted by this run: the DID was not there any more")
            case Meaning.PRESENT | Meaning.UPDATED:
                return settled(Result.FAILED, "this server did not heed delete_did; the DID is still there")
            case Meaning.VALUE_REFUSED if not carried.unanswered:
                return settled(Result.FAILED, f"not deleted: {said(verdict)}")
            case Meaning.NOT_OURS:
                return settled(Result.UNKNOWN, f"{verdict.advice}: {answer.shown}")
            case _:
                return None

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what becomes of the row when no call got an answer."""
        why = f"asked {carried.attempts} times to delete it without an answer that can be understood ({reason})"
        return Decision(Step.SETTLE, Result.UNKNOWN, why)
