"""What would become of a row, asked of the server without changing anything: pure decisions.

``DryRun`` lets add_did check a whole row. copy_did has no dry run, so for a row with ``copy_from`` update_did is asked
whether the DID to copy is there, and then whether the row's own is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from importer.columns import COPY_FROM
from importer.model import PlannedRow, Result
from importer.sending.decide import Carried, Decision, Operation, Step, joined, judge, refused_value, said, settled
from importer.sending.operations import MAY_HAVE_ADDED, is_copy
from importer.sending.stop import StopKind
from importer.vicidial.answer import Answer
from importer.vicidial.replies import Gate, Meaning, Verdict

IMPOSSIBLE_PHONE_CODE: Final = "99999999999"
"""Eleven digits where VICIdial takes ten, in the field that it checks last, so nothing is stored."""


def dry_run_of(row: PlannedRow) -> Operation:
    """Return the operation that asks what would become of a row."""
    return SourceLookup() if is_copy(row) else DryRun()


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
                return _is_there(carried, said(verdict))
            case Meaning.ADDED | Meaning.NOT_OURS:
                why = (
                    f"this server adds DIDs in a dry run: {carried.row.did} may be in it now (see Inbound > DIDs);"
                    " nothing more was sent"
                )
                return Decision(Step.STOP, reason=why, stop=StopKind.IMPOSSIBLE, maybe_processed=True)
            case _:
                return None

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what is said of the row when no call got an answer."""
        return _not_known(carried, reason)


@dataclass(frozen=True, slots=True)
class SourceLookup:
    """``update_did`` without a field, for the DID that a row is to be a copy of."""

    @property
    def function(self) -> str:
        """The API function."""
        return "update_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """What is sent for the row."""
        return {"did_pattern": _source(row)}

    def judge(self, answer: Answer, row: PlannedRow) -> Verdict:
        """Give an answer its meaning."""
        return judge(answer, _source(row))

    def settles(self, carried: Carried, answer: Answer, verdict: Verdict) -> Decision | None:
        """Decide where the answer says whether the DID to copy is there; if it is, the row's own is looked up."""
        match verdict.meaning:
            case Meaning.PRESENT:
                return Decision(Step.NEXT, reason="the DID to copy is there", contact=True, operation=CopyLookup())
            case Meaning.ABSENT:
                missing = f"there is no such DID to copy; correct the cell ({COPY_FROM.name} '{_source(carried.row)}')"
                return settled(Result.INVALID, missing)
            case _:
                return _not_looked_up(verdict)

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what is said of the row when no call got an answer."""
        return _not_known(carried, reason)


@dataclass(frozen=True, slots=True)
class CopyLookup:
    """``update_did`` without a field, for the DID of a row whose DID to copy is there."""

    @property
    def function(self) -> str:
        """The API function."""
        return "update_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        """What is sent for the row."""
        return {"did_pattern": row.did}

    def judge(self, answer: Answer, row: PlannedRow) -> Verdict:
        """Give an answer its meaning."""
        return judge(answer, row.did)

    def settles(self, carried: Carried, answer: Answer, verdict: Verdict) -> Decision | None:
        """Decide where the answer says what would become of the row."""
        match verdict.meaning:
            case Meaning.PRESENT:
                return _is_there(carried, "the DID is in VICIdial already")
            case Meaning.ABSENT:
                would = f"would be added as a copy of {_source(carried.row)}"
                return settled(Result.SUCCESS, joined(would, *carried.row.notes))
            case _:
                return _not_looked_up(verdict)

    def lost(self, carried: Carried, reason: str) -> Decision:
        """Decide what is said of the row when no call got an answer."""
        return _not_known(carried, reason)


def _source(row: PlannedRow) -> str:
    return dict(row.parameters)[COPY_FROM.name]


def _is_there(carried: Carried, words: str) -> Decision:
    # only a call that was lost before this check can have added anything
    return settled(Result.DUPLICATE, f"{words}; {MAY_HAVE_ADDED}" if carried.row.unanswered else words)


def _not_looked_up(verdict: Verdict) -> Decision | None:
    """Decide what it means that update_did was refused: copy_did may be allowed all the same."""
    if verdict.meaning is Meaning.USER_REFUSED and verdict.gate is Gate.PERMISSION:
        # user level, Agent API Access and Modify DIDs are asked of copy_did too
        return settled(Result.PERMISSION_ERROR, said(verdict))
    if verdict.meaning in (Meaning.USER_REFUSED, Meaning.VALUE_REFUSED):
        why = f"not known: copy_did has no dry run, and update_did cannot be asked instead ({said(verdict)})"
        return settled(Result.UNKNOWN, why)
    return None


def _not_known(carried: Carried, reason: str) -> Decision:
    why = f"not known: asked {carried.attempts} times without an answer that can be understood ({reason})"
    return Decision(Step.SETTLE, Result.UNKNOWN, why)
