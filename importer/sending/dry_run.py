"""What would become of a row, asked of the server without changing anything: pure decisions.

copy_did has no dry run: update_did is asked whether the DID to copy is there, and then whether the row's own is.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from importer.columns import COPY_FROM
from importer.model import PlannedRow, Result
from importer.sending.decide import Decision, Operation, RowState, Step, joined, refused_value, sentence_of, settled
from importer.sending.operations import IMPOSSIBLE_PHONE_CODE, is_copy, source_of
from importer.sending.stop import StopKind
from importer.vicidial.replies import Gate, Meaning, Verdict


def dry_run_of(row: PlannedRow) -> Operation:
    """Return the operation that asks what would become of a row."""
    return SourceLookup() if is_copy(row) else DryRun()


class _Question(Operation):
    """Changes nothing, so a question without an answer is asked again, and a row without one is not known of."""

    def lost(self, state: RowState, reason: str) -> Decision:
        why = f"not known: asked {state.attempts} times without an answer that can be understood ({reason})"
        return Decision(Step.SETTLE, Result.UNKNOWN, why)

    def _is_there(self, state: RowState, words: str) -> Decision:
        # only a call that was lost before this check can have added anything
        return self.found(words, maybe_ours=state.row.unanswered)


class DryRun(_Question):
    """A whole row with a phone_code that VICIdial refuses last: it checks everything and stores nothing."""

    function: ClassVar[str] = "add_did"

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        return {**dict(row.parameters), "phone_code": IMPOSSIBLE_PHONE_CODE}

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
        match verdict.meaning:
            case Meaning.VALUE_REFUSED if verdict.column == "phone_code":
                return settled(Result.SUCCESS, joined("would be added", *state.row.notes))
            case Meaning.VALUE_REFUSED:
                return settled(Result.INVALID, refused_value(state.row, verdict))
            case Meaning.EXISTS:
                return self._is_there(state, sentence_of(verdict))
            case Meaning.ADDED | Meaning.NOT_OURS if (
                verdict.meaning is Meaning.ADDED or "ADDED" in verdict.words.upper()
            ):
                why = (
                    f"this server adds DIDs in a dry run: {state.row.did} may be in it now (see Inbound > DIDs);"
                    " nothing more was sent"
                )
                return Decision(Step.STOP, reason=why, stop=StopKind.IMPOSSIBLE, maybe_processed=True)
            case _:
                return None


class _Lookup(_Question):
    """``update_did`` without a field: says whether a DID is there."""

    function: ClassVar[str] = "update_did"

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
        if verdict.meaning is Meaning.USER_REFUSED and verdict.gate is Gate.PERMISSION:
            # user level, Agent API Access and Modify DIDs are asked of copy_did too
            return settled(Result.PERMISSION_ERROR, sentence_of(verdict))
        if verdict.meaning in (Meaning.USER_REFUSED, Meaning.VALUE_REFUSED):
            why = f"not known: copy_did has no dry run, and update_did cannot be asked instead ({sentence_of(verdict)})"
            return settled(Result.UNKNOWN, why)
        return None


class SourceLookup(_Lookup):
    """Asks for the DID that a row is to be a copy of; if it is there, the row's own is looked up."""

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        return {"did_pattern": source_of(row)}

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
        match verdict.meaning:
            case Meaning.PRESENT:
                return Decision(Step.NEXT, reason="the DID to copy is there", contact=True, operation=CopyLookup())
            case Meaning.ABSENT:
                missing = f"there is no such DID to copy; correct the cell ({COPY_FROM.name} '{source_of(state.row)}')"
                return replace(settled(Result.INVALID, missing), column=COPY_FROM.name)
            case _:
                return super().decide(state, verdict)


class CopyLookup(_Lookup):
    """Asks for the DID of a row whose DID to copy is there."""

    def parameters(self, row: PlannedRow) -> Mapping[str, str]:
        return {"did_pattern": row.did}

    def decide(self, state: RowState, verdict: Verdict) -> Decision | None:
        match verdict.meaning:
            case Meaning.PRESENT:
                return self._is_there(state, "the DID is in VICIdial already")
            case Meaning.ABSENT:
                would = f"would be added as a copy of {source_of(state.row)}"
                return settled(Result.SUCCESS, joined(would, *state.row.notes))
            case _:
                return super().decide(state, verdict)
