"""The errands that a row can be sent on, and what the answers mean for it: pure decisions.

``AddDid`` is the main one. ``UpdateDid`` gives a DID that is there already the row's settings. ``CopyDid`` copies
every setting of another DID, the agent too. ``DryRun`` lets the server check a whole row and store nothing.
``DeleteDid`` takes back what a run added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from importer.answer import Answer, Delivery
from importer.carry import Carried, Decision, Errand, Step, joined, judge, judge_silence, refused_value, said, settled
from importer.classify import Meaning, Verdict, classify_copy
from importer.model import PlannedRow, Result
from importer.stop import StopKind

COPY_FROM: Final = "copy_from"
"""The column that names the DID to copy; no parameter of add_did."""

IMPOSSIBLE_PHONE_CODE: Final = "99999999999"
"""Eleven digits where VICIdial takes ten, in the field that it checks last, so nothing is stored."""


def errand_of(row: PlannedRow, *, update: bool) -> Errand:
    """Return the errand of a row that is to be added.

    Args:
        row: the row.
        update: whether a DID that is there already gets the row's settings.
    """
    return CopyDid() if COPY_FROM in dict(row.parameters) else AddDid(update)


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
                return Decision(Step.NEXT, reason=said(verdict), contact=True, errand=UpdateDid())
            case Meaning.EXISTS:
                return exists_already(carried, verdict)
            case Meaning.VALUE_REFUSED:
                return settled(Result.INVALID, refused_value(carried.row, verdict))
            case Meaning.WRONG_NUMBER:
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
    return settled(
        Result.DUPLICATE,
        f"{verdict.words}: the DID is in VICIdial; this run may have added it, because an earlier call for it was"
        " not answered",
    )


@dataclass(frozen=True, slots=True)
class UpdateDid:
    """``update_did`` for a DID that is there already."""

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
        match verdict.meaning:
            case Meaning.UPDATED:
                return settled(Result.SUCCESS, joined("updated: the DID was there already", *carried.row.notes))
            case Meaning.PRESENT:
                return settled(Result.DUPLICATE, "the DID is in VICIdial already, and the row has no setting for it")
            case Meaning.ABSENT:
                return settled(Result.FAILED, "the DID was there a moment ago and is gone now; send the row again")
            case Meaning.VALUE_REFUSED:
                why = refused_value(carried.row, verdict)
                return settled(Result.INVALID, f"the DID is in VICIdial already and was not changed; {why}")
            case Meaning.USER_REFUSED:
                why = f"the DID is in VICIdial already, and update_did was refused: {said(verdict)}"
                return settled(Result.PERMISSION_ERROR, why)
            case Meaning.WRONG_NUMBER:
                return settled(Result.UNKNOWN, f"{verdict.advice}: {answer.shown}")
            case _:
                return None

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what becomes of the row when no call got an answer."""
        why = (
            f"the DID is in VICIdial, but whether it has the row's settings now is not known ({reason}); send it again"
        )
        return Decision(Step.SETTLE, Result.UNKNOWN, why)


@dataclass(frozen=True, slots=True)
class CopyDid:
    """``copy_did`` of one DID, with the row's own description."""

    @property
    def function(self) -> str:
        """The API function."""
        return "copy_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """What is sent for the row; everything but the description comes from the source."""
        cells = dict(row.parameters)
        sent = {"source_did_pattern": cells[COPY_FROM], "new_dids": row.did}
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
        source = dict(carried.row.parameters)[COPY_FROM]
        match verdict.meaning:
            case Meaning.ADDED:
                return settled(Result.SUCCESS, joined(f"added as a copy of {source}", *carried.row.notes), added=True)
            case Meaning.EXISTS:
                return exists_already(carried, verdict)
            case Meaning.VALUE_REFUSED:
                return settled(Result.INVALID, refused_value(carried.row, verdict))
            case _:
                return None

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what becomes of the row when no call got an answer."""
        return Decision(Step.ASK, reason=reason)


@dataclass(frozen=True, slots=True)
class DryRun:
    """A whole row with a phone_code that VICIdial refuses last: it checks everything and stores nothing."""

    @property
    def function(self) -> str:
        """The API function."""
        return "add_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """What is sent for the row."""
        return {**dict(row.parameters), "phone_code": IMPOSSIBLE_PHONE_CODE}

    def judge(self, answer: Answer, row: PlannedRow) -> Verdict:
        """Give an answer its meaning."""
        return judge(answer, row.did)

    def settles(self, carried: Carried, answer: Answer, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what would become of the row; a row that was added ends the dry run."""
        match verdict.meaning:
            case Meaning.VALUE_REFUSED if verdict.column == "phone_code":
                return settled(Result.SUCCESS, joined("would be added", *carried.row.notes))
            case Meaning.VALUE_REFUSED:
                return settled(Result.INVALID, refused_value(carried.row, verdict))
            case Meaning.EXISTS:
                return settled(Result.DUPLICATE, said(verdict))
            case Meaning.ADDED | Meaning.WRONG_NUMBER:
                why = f"this server adds DIDs in a dry run; {carried.row.did} may be in it now, nothing more was sent"
                return Decision(Step.STOP, reason=why, stop=StopKind.IMPOSSIBLE, maybe_processed=True)
            case _:
                return None

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what becomes of the row when no call got an answer."""
        why = f"not known: asked {carried.attempts} times without an answer that can be understood ({reason})"
        return Decision(Step.SETTLE, Result.UNKNOWN, why)


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
            case Meaning.PRESENT:
                return settled(Result.FAILED, "this server did not heed delete_did; the DID is still there")
            case Meaning.WRONG_NUMBER:
                return settled(Result.UNKNOWN, f"{verdict.advice}: {answer.shown}")
            case _:
                return None

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what becomes of the row when no call got an answer."""
        why = f"asked {carried.attempts} times to delete it without an answer that can be understood ({reason})"
        return Decision(Step.SETTLE, Result.UNKNOWN, why)
