"""Sends one row to its one outcome: takes its turn, writes down, calls, and lets all know what the answer says."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from importer.model import PlannedRow, Result, RowOutcome
from importer.sending.decide import Decision, Operation, RowState, Step, after_answer, joined
from importer.sending.options import Recorder, SubmitOptions
from importer.sending.reconcile import after_look, after_verifying
from importer.sending.server import SharedServer
from importer.sending.stop import Stop, StoppedError
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Meaning, read_reply

SPARED_AT_MOST: Final = 3  # failures that outages may spare one row; one that always fails would never settle

Suggest = Callable[[str, str], Awaitable[str]]
"""Says which name the server knows instead of a refused one: the column and the value; empty for none."""


@dataclass(frozen=True, slots=True)
class RowSender:
    """Sends rows, several at once; what it is given is what ``importer.sending.pool`` was given."""

    server: SharedServer
    recorder: Recorder
    options: SubmitOptions
    operation_for: Callable[[PlannedRow], Operation]
    suggest: Suggest | None

    async def send(self, state: RowState) -> RowOutcome:
        """Send a row to its outcome, which is not yet written down."""
        operation = self.operation_for(state.row)
        decision = await self._before_first_call(operation, state)
        while True:
            spared = False
            if decision is None:
                decision, spared = await self._call(operation, state)
            if decision.step is Step.LOOK:
                tries_left = spared or state.failures <= self.options.retries
                decision = await self._look(operation, state, tries_left=tries_left)
            if decision.step is Step.SETTLE and decision.result is not None:
                self.server.count_refusals(decision)
                return self._outcome(state, decision, decision.result)
            if decision.step is Step.STOP:
                raise StoppedError
            if decision.step is Step.NEXT and decision.operation is not None:
                operation, state.failures = decision.operation, 0
            elif not spared:
                await self.server.pause(state.failures or 1, state.retry_after)
            decision = None

    async def verify(self, outcome: RowOutcome) -> RowOutcome:
        """Ask whether a success is really there: VICIdial prints SUCCESS without looking at its INSERT."""
        checked = after_verifying(outcome, await self.server.look(outcome.did_sent))
        if checked is not outcome:
            await self.recorder.settled(checked)
        return checked

    async def _before_first_call(self, operation: Operation, state: RowState) -> Decision | None:
        """Look the DID up where an earlier process of the run may have added it, or where that is asked for."""
        if not operation.adds:
            return None
        if state.unanswered:
            return Decision(Step.LOOK)
        if not self.options.probe_first or state.known_absent:
            return None
        verdict = await self.server.look(state.row.did)
        if verdict.meaning is Meaning.PRESENT:
            return operation.found("the DID is in VICIdial already (update_did says so)", maybe_ours=False)
        if verdict.meaning is Meaning.ABSENT:
            await self._note_absent(state, "before the first call")
        return None

    async def _call(self, operation: Operation, state: RowState) -> tuple[Decision, bool]:
        """Make one call; say what it means, and whether an outage spares the row a try."""
        row, parameters = state.row, operation.parameters(state.row)
        await self.server.turn()
        state.attempts += 1
        await self.recorder.sent(row.index, state.attempts)
        state.in_flight = True
        try:
            answer = await self.server.call(operation.function, parameters)
        except StoppedError:
            # it waited for a place, and nothing was sent
            state.attempts -= 1
            await self.recorder.withdrawn(row.index, state.attempts)
            state.in_flight = False
            raise
        verdict = read_reply(answer, operation.function, parameters)
        met, retries = self.server.met, self.options.retries
        decision = after_answer(operation, state, answer, verdict, retries=retries, met_before=met)
        self.server.learn(answer, decision)
        if verdict.meaning is Meaning.EXISTS and operation.adds:
            state.exists = verdict.words
        if decision.step is Step.SETTLE:
            return await self._with_suggestion(decision, verdict.column, parameters), False
        if decision.step is Step.STOP and decision.stop is not None:
            # before anything is waited for: no other row may make one more refused login of it
            self.server.switch.pull(Stop(decision.stop, decision.reason))
        await self._write_down(state, answer, decision)
        if decision.step not in (Step.AGAIN, Step.LOOK):
            return decision, False
        no_connection = answer.delivery is Delivery.NOT_PROCESSED
        # an outage costs the row no try; without a connection it costs none either
        spared = (
            decision.away
            and await self.server.was_outage(decision.reason)
            and (no_connection or state.spared < SPARED_AT_MOST)
        )
        state.spared += spared
        if not (spared or no_connection or verdict.meaning is Meaning.EXISTS):
            state.failures += 1
        return decision, spared

    async def _with_suggestion(self, decision: Decision, column: str, sent: Mapping[str, str]) -> Decision:
        """Say which value the server refused, and the nearest name that it knows."""
        if decision.result is not Result.INVALID or not column:
            return decision
        hint = await self.suggest(column, sent.get(column, "")) if self.suggest else ""
        return replace(decision, reason=joined(decision.reason, hint), column=column)

    async def _look(self, operation: Operation, state: RowState, *, tries_left: bool) -> Decision:
        """Look a row up whose call may have been processed, and say what becomes of it."""
        verdict = await self.server.look(state.row.did)
        if verdict.meaning is Meaning.PRESENT:
            # that it is not there says nothing of a server that fails to add
            self.server.breaker.answered()
        decision = after_look(operation, state, verdict, tries_left=tries_left)
        if decision.step is Step.AGAIN and verdict.meaning is Meaning.ABSENT and not state.known_absent:
            await self._note_absent(state, "before it was sent again")
        return decision

    async def _note_absent(self, state: RowState, when: str) -> None:
        known_absent = f"update_did said at {self.server.moment()}, {when}, that it was not there"
        await self.recorder.absent(state.row.index, known_absent)
        state.known_absent = known_absent

    async def _write_down(self, state: RowState, answer: Answer, decision: Decision) -> None:
        state.trouble, state.retry_after = decision.reason, answer.retry_after or 0.0
        if decision.maybe_processed:
            state.unanswered = True
            state.still_running |= answer.still_running
            await self.recorder.unanswered(state.row.index)
        else:
            await self.recorder.not_processed(state.row.index)
        state.in_flight = False

    def _outcome(self, state: RowState, decision: Decision, result: Result) -> RowOutcome:
        return RowOutcome(
            state.row.index,
            result,
            decision.reason,
            state.row.did,
            state.attempts,
            self.server.moment() if decision.contact else "",
            decision.added,
            column=decision.column,
        )
