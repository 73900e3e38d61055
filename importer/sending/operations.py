"""The operations that a row can be sent on, and what the answers mean for it: pure decisions.

Those that change nothing are in ``importer.sending.dry_run``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from importer.columns import COPY_FROM
from importer.model import PlannedRow, Result
from importer.sending.decide import (
    MAY_HAVE_ADDED,
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

HIDDEN: Final = "the DID is there, but this user may not see it: another user group's"
"""update_did shows a user whose group may view its own groups alone no other group's DIDs; add_did knows them."""

IMPOSSIBLE_PHONE_CODE: Final = "99999999999"
"""Eleven digits where VICIdial takes ten, in the field that it checks last, so nothing is stored."""


def is_copy(row: PlannedRow) -> bool:
    """Say whether a row is a copy of another DID."""
    return any(name == COPY_FROM.name for name, _ in row.parameters)


def source_of(row: PlannedRow) -> str:
    """Return the DID that a row is a copy of."""
    return dict(row.parameters)[COPY_FROM.name]


def operation_of(row: PlannedRow, *, update: bool) -> Operation:
    """Return the operation of a row that is to be added; ``update``: a DID that is there gets the row's settings."""
    return CopyDid(update) if is_copy(row) else AddDid(update)


@dataclass(frozen=True, slots=True)
class AddDid(Operation):
    """``add_did``; with ``update`` a DID that is there already gets the row's settings."""

    function: ClassVar[str] = "add_did"
    adds: ClassVar[bool] = True
    update: bool = False

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
        match verdict.meaning:
            case Meaning.ADDED:
                return settled(Result.SUCCESS, joined(self._added(state.row), *state.row.notes), added=True)
            case Meaning.EXISTS if state.unanswered or state.known_absent:
                # that may be this run's doing, or contradicts a look
                return Decision(Step.LOOK, reason=sentence_of(verdict), contact=True)
            case Meaning.EXISTS:
                return self.found(sentence_of(verdict), maybe_ours=False)
            case Meaning.VALUE_REFUSED:
                return settled(Result.INVALID, refused_value(state.row, verdict))
            case _:
                return None

    def found(self, reason: str, *, maybe_ours: bool) -> Decision:
        if self.update:
            return Decision(Step.NEXT, reason=reason, contact=True, operation=UpdateDid(maybe_ours))
        return Operation.found(self, reason, maybe_ours=maybe_ours)

    def _added(self, row: PlannedRow) -> str:
        return "added"


@dataclass(frozen=True, slots=True)
class UpdateDid(Operation):
    """``update_did`` for a DID that is there; ``maybe_ours``: a call of this run may have added it."""

    function: ClassVar[str] = "update_did"
    maybe_ours: bool = False

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
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
        why = f"{self._there()}, but whether it has the row's settings now is not known ({reason}); send it again"
        return Decision(Step.SETTLE, Result.UNKNOWN, why)

    def _there(self) -> str:
        return f"the DID is in VICIdial ({MAY_HAVE_ADDED})" if self.maybe_ours else "the DID was in VICIdial already"


class CopyDid(AddDid):
    """``copy_did`` of one DID, the agent too, with the row's own description; it cannot update one that is there."""

    __slots__ = ()
    function: ClassVar[str] = "copy_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        cells = dict(row.parameters)
        sent = {"source_did_pattern": source_of(row), "new_dids": row.did}
        if "did_description" in cells:
            sent["did_description"] = cells["did_description"]
        return sent

    def found(self, reason: str, *, maybe_ours: bool) -> Decision:
        there = Operation.found(self, reason, maybe_ours=maybe_ours)
        if not self.update:
            return there
        return replace(there, reason=f"{there.reason}; it was not updated: copy_did only adds")

    def _added(self, row: PlannedRow) -> str:
        return f"added as a copy of {source_of(row)}"


@dataclass(frozen=True, slots=True)
class DeleteDid(Operation):
    """``update_did`` with ``delete_did=Y``, for a DID that the record shows as added."""

    function: ClassVar[str] = "update_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        return {"did_pattern": row.did, "delete_did": "Y"}

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
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
        why = f"asked {state.attempts} times to delete it without an answer that can be understood ({reason})"
        return Decision(Step.SETTLE, Result.UNKNOWN, why)


@dataclass(frozen=True, slots=True)
class GoneOrHidden(Operation):
    """``add_did`` with a phone_code that VICIdial refuses last: tells a DID that is gone from one of another group."""

    function: ClassVar[str] = "add_did"
    gone: str  # what is said of the DID if it is gone
    result: Result = Result.DUPLICATE  # what the row has then

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        return {"did_pattern": row.did, "phone_code": IMPOSSIBLE_PHONE_CODE}

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
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
        why = f"update_did does not find the DID, and whether another user group has it is not known ({reason})"
        return Decision(Step.SETTLE, Result.UNKNOWN, why)
