"""The operations that a row can be sent on, and what the answers mean for it: pure decisions.

``AddDid`` is the main one. ``UpdateDid`` gives a DID that is there already the row's settings. ``CopyDid`` copies
every setting of another DID, the agent too. ``DeleteDid`` takes back what a run added. Operations that change nothing
are in ``importer.sending.dry_run``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from importer.columns import COPY_FROM
from importer.model import PlannedRow, Result
from importer.sending.decide import (
    Decision,
    Operation,
    RowState,
    Step,
    joined,
    refused_value,
    sentence_of,
    settled,
)
from importer.vicidial.replies import Meaning, Verdict

MAY_HAVE_ADDED: Final = "this run may have added it, because an earlier call for it was not answered"
HIDDEN: Final = "the DID is there, but this user may not see it: another user group's"
"""update_did shows a user whose group may view its own groups alone no other group's DIDs; add_did knows them."""

IMPOSSIBLE_PHONE_CODE: Final = "99999999999"
"""Eleven digits where VICIdial takes ten, in the field that it checks last, so nothing is stored."""


def is_copy(row: PlannedRow) -> bool:
    """Say whether a row is a copy of another DID."""
    return any(name == COPY_FROM.name for name, _ in row.parameters)


def operation_of(row: PlannedRow, *, update: bool) -> Operation:
    """Return the operation of a row that is to be added; ``update``: a DID that is there gets the row's settings."""
    return CopyDid(update) if is_copy(row) else AddDid(update)


@dataclass(frozen=True, slots=True)
class AddDid(Operation):
    """``add_did``.

    Attributes:
        update: give a DID that is there already the row's settings.
    """

    function: ClassVar[str] = "add_did"
    adds: ClassVar[bool] = True
    update: bool = False

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what became of the row."""
        match verdict.meaning:
            case Meaning.ADDED:
                return settled(Result.SUCCESS, joined("added", *state.row.notes), added=True)
            case Meaning.EXISTS:
                return exists_already(state, verdict, update=self.update)
            case Meaning.VALUE_REFUSED:
                return settled(Result.INVALID, refused_value(state.row, verdict))
            case _:
                return None

    def lost(self, state: RowState, reason: str) -> Decision:
        """Look the DID up."""
        return Decision(Step.LOOK, reason=reason)


def exists_already(state: RowState, verdict: Verdict, *, update: bool) -> Decision:
    """Decide what it means that the DID is there: where that may be this run's doing, or contradicts a look, look."""
    if state.unanswered or state.known_absent:
        return Decision(Step.LOOK, reason=sentence_of(verdict), contact=True)
    if update:
        return Decision(Step.NEXT, reason=sentence_of(verdict), contact=True, operation=UpdateDid())
    return settled(Result.DUPLICATE, sentence_of(verdict))


@dataclass(frozen=True, slots=True)
class UpdateDid(Operation):
    """``update_did`` for a DID that is there already.

    Attributes:
        maybe_ours: a call for the row was not answered before it was found there, so this run may have added it.
    """

    function: ClassVar[str] = "update_did"
    maybe_ours: bool = False

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what became of the row."""
        there = self._there()
        match verdict.meaning:
            case Meaning.UPDATED:
                return settled(Result.SUCCESS, joined(f"updated: {there}", *state.row.notes))
            case Meaning.PRESENT:
                return settled(Result.DUPLICATE, f"{there}, and the row has no setting for it")
            case Meaning.ABSENT:
                return settled(Result.DUPLICATE, f"{HIDDEN}; it was not updated")
            case Meaning.VALUE_REFUSED:
                return settled(Result.INVALID, f"{there}, and was not changed; {refused_value(state.row, verdict)}")
            case Meaning.USER_REFUSED if self.maybe_ours:
                return settled(Result.DUPLICATE, f"{there}; update_did was refused: {sentence_of(verdict)}")
            case Meaning.USER_REFUSED if not state.unanswered:
                refusal = f"{there}, and update_did was refused: {sentence_of(verdict)}"
                return replace(settled(Result.PERMISSION_ERROR, refusal), refused=True)
            case _:
                return None

    def lost(self, state: RowState, reason: str) -> Decision:
        """Say that nobody knows whether the DID has the row's settings now."""
        why = f"{self._there()}, but whether it has the row's settings now is not known ({reason}); send it again"
        return Decision(Step.SETTLE, Result.UNKNOWN, why)

    def _there(self) -> str:
        return f"the DID is in VICIdial ({MAY_HAVE_ADDED})" if self.maybe_ours else "the DID was in VICIdial already"


@dataclass(frozen=True, slots=True)
class CopyDid(Operation):
    """``copy_did`` of one DID, with the row's own description.

    Attributes:
        update: the person wants DIDs that are there to get the row's settings, which copy_did cannot do.
    """

    function: ClassVar[str] = "copy_did"
    adds: ClassVar[bool] = True
    update: bool = False

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """Return what is sent for the row; everything but the description comes from the source."""
        cells = dict(row.parameters)
        sent = {"source_did_pattern": cells[COPY_FROM.name], "new_dids": row.did}
        if "did_description" in cells:
            sent["did_description"] = cells["did_description"]
        return sent

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what became of the row."""
        source = dict(state.row.parameters)[COPY_FROM.name]
        match verdict.meaning:
            case Meaning.ADDED:
                return settled(Result.SUCCESS, joined(f"added as a copy of {source}", *state.row.notes), added=True)
            case Meaning.EXISTS:
                decision = exists_already(state, verdict, update=False)
                if self.update and decision.result is Result.DUPLICATE:
                    return replace(decision, reason=f"{decision.reason}; it was not updated: copy_did only adds")
                return decision
            case Meaning.VALUE_REFUSED:
                return settled(Result.INVALID, refused_value(state.row, verdict))
            case _:
                return None

    def lost(self, state: RowState, reason: str) -> Decision:
        """Look the DID up."""
        return Decision(Step.LOOK, reason=reason)


@dataclass(frozen=True, slots=True)
class DeleteDid(Operation):
    """``update_did`` with ``delete_did=Y``, for a DID that the record shows as added."""

    function: ClassVar[str] = "update_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """Return what is sent for the row."""
        return {"did_pattern": row.did, "delete_did": "Y"}

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what became of the DID."""
        match verdict.meaning:
            case Meaning.DELETED:
                return settled(Result.SUCCESS, "deleted")
            case Meaning.ABSENT:
                absent = GoneOrHidden("not deleted by this run: the DID was not there any more")
                if state.unanswered:
                    reason = "deleted: an earlier call was not answered, and the DID is gone"
                    absent = GoneOrHidden(reason, Result.SUCCESS)
                return Decision(Step.NEXT, reason=absent.gone, contact=True, operation=absent)
            case Meaning.PRESENT | Meaning.UPDATED:
                return settled(Result.FAILED, "this server did not heed delete_did; the DID is still there")
            case Meaning.VALUE_REFUSED if not state.unanswered:
                return settled(Result.FAILED, f"not deleted: {sentence_of(verdict)}")
            case _:
                return None

    def lost(self, state: RowState, reason: str) -> Decision:
        """Say that nobody knows whether it is deleted."""
        why = f"asked {state.attempts} times to delete it without an answer that can be understood ({reason})"
        return Decision(Step.SETTLE, Result.UNKNOWN, why)


@dataclass(frozen=True, slots=True)
class GoneOrHidden(Operation):
    """``add_did`` with a phone_code that VICIdial refuses last: tells a DID that is gone from one of another group.

    Attributes:
        gone: what is said of the DID if it is gone.
        result: what the row has then.
    """

    function: ClassVar[str] = "add_did"
    gone: str
    result: Result = Result.DUPLICATE

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """Return what is sent for the row."""
        return {"did_pattern": row.did, "phone_code": IMPOSSIBLE_PHONE_CODE}

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
        """Decide where the answer says whether the DID is there."""
        match verdict.meaning:
            case Meaning.VALUE_REFUSED if verdict.column == "phone_code":
                return settled(self.result, self.gone)
            case Meaning.EXISTS:
                return settled(Result.FAILED, f"not deleted: {HIDDEN}")
            case Meaning.USER_REFUSED:
                # who may delete but not add is not told more
                return settled(self.result, f"{self.gone} (as update_did says; add_did may not be asked)")
            case _:
                return None

    def lost(self, state: RowState, reason: str) -> Decision:
        """Say what is not known."""
        why = f"update_did does not find the DID, and whether another user group has it is not known ({reason})"
        return Decision(Step.SETTLE, Result.UNKNOWN, why)
