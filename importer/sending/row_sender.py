"""Sends one row to its one outcome: takes its turn, writes down, calls, and lets all know what the answer says."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from importer.model import PlannedRow, Result, RowOutcome
from importer.sending.circuit_breaker import CircuitBreaker, ServerFeedback, growing_wait
from importer.sending.decide import Decision, Operation, RowState, Step, after_answer, joined
from importer.sending.options import Recorder, Settled, Suggest
from importer.sending.places import Places
from importer.sending.probes import LONGEST_RETRY_WAIT_SECONDS, DidProbe
from importer.sending.rate_limiter import Clock, RateLimiter
from importer.sending.reconcile import after_look, after_verifying, found_before
from importer.sending.stop import Stop, StopKind, StoppedError, StopSwitch
from importer.vicidial.answer import Answer
from importer.vicidial.replies import Meaning, read_reply

SPARED_AT_MOST: Final = 3
"""How many failures an outage may spare one row; without an end a row that always fails would never settle."""


class RowSender:
    """Sends rows, several at once; what one of them learns of the server holds for all.

    What it is given is what ``importer.sending.pool`` was given, and the places where calls are made.
    """

    def __init__(
        self,
        *,
        places: Places,
        rate_limiter: RateLimiter,
        recorder: Recorder,
        switch: StopSwitch,
        retries: int,
        give_up_after: float,
        probe_first: bool,
        operation_for: Callable[[PlannedRow], Operation],
        suggest: Suggest,
        on_status: Callable[[str], None],
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._places = places
        self._rate_limiter = rate_limiter
        self._recorder = recorder
        self._switch = switch
        self._retries = retries
        self._give_up_after = give_up_after
        self._probe_first = probe_first
        self._operation_for = operation_for
        self._suggest = suggest
        self._clock = clock
        self._rng = rng
        self.breaker = CircuitBreaker(
            give_up=lambda why: switch.pull(Stop(StopKind.SERVER_GONE, why)),
            on_status=on_status,
            give_up_after=give_up_after,
            clock=clock,
            rng=rng,
        )
        self.feedback = ServerFeedback(rate_limiter, self.breaker, switch, give_up_after)
        self._probe = DidProbe(
            call=places.call,
            turn=self._turn,
            slot=rate_limiter.slot,
            breaker=self.breaker,
            switch=switch,
            retries=retries,
            on_status=on_status,
            clock=clock,
            rng=rng,
        )

    async def send(self, state: RowState) -> Settled:
        """Send a row to its outcome, which is then on its way to the disk."""
        operation = self._operation_for(state.row)
        decision = await self._before_first_call(operation, state)
        while True:
            spared = False
            if decision is None:
                decision, spared = await self._call(operation, state)
            if decision.step is Step.LOOK:
                tries_left = spared or state.failures <= self._retries
                decision = await self._look(operation, state, tries_left=tries_left)
            if decision.step is Step.SETTLE and decision.result is not None:
                self.feedback.count_refusals(decision)
                return self._settle(state, decision)
            if decision.step is Step.STOP:
                raise StoppedError
            if decision.step is Step.NEXT and decision.operation is not None:
                operation, state.failures = decision.operation, 0
            elif not spared:
                await self._wait(state)
            decision = None

    async def verify(self, outcome: RowOutcome) -> RowOutcome:
        """Ask whether a success is really there: VICIdial prints SUCCESS without looking at its INSERT."""
        checked = after_verifying(outcome, await self._probe.ask(outcome.did_sent))
        if checked is not outcome:
            await self._recorder.settled(checked)
        return checked

    async def _before_first_call(self, operation: Operation, state: RowState) -> Decision | None:
        """Look the DID up where an earlier process of the run may have added it, or where that is asked for."""
        if not operation.adds:
            return None
        if state.unanswered:
            return Decision(Step.LOOK)
        if not self._probe_first or state.known_absent:
            return None
        verdict = await self._probe.ask(state.row.did)
        self.feedback.met |= verdict.meaning in (Meaning.PRESENT, Meaning.ABSENT)
        if verdict.meaning is Meaning.PRESENT:
            return found_before(operation, state)
        if verdict.meaning is Meaning.ABSENT:
            known = f"update_did said at {self._moment()}, before the first call, that it was not there"
            await self._note_absent(state, known)
        return None

    async def _call(self, operation: Operation, state: RowState) -> tuple[Decision, bool]:
        """Make one call; say what it means, and whether an outage spares the row a try."""
        row, parameters = state.row, operation.parameters(state.row)
        await self._turn()
        state.attempts += 1
        await self._recorder.sent(row.index, state.attempts)
        state.in_flight = True
        try:
            answer = await self._places.call(operation.function, parameters)
        except StoppedError:
            # it waited for a place, and nothing was sent
            state.attempts -= 1
            await self._recorder.withdrawn(row.index, state.attempts)
            state.in_flight = False
            raise
        verdict = read_reply(answer, operation.function, parameters)
        decision = after_answer(operation, state, answer, verdict, retries=self._retries, met_before=self.feedback.met)
        self.feedback.learn(answer, decision)
        if verdict.meaning is Meaning.EXISTS and operation.adds:
            state.exists = verdict.words
        if decision.step is Step.SETTLE:
            return await self._with_suggestion(decision, verdict.column, parameters), False
        if decision.step is Step.STOP and decision.stop is not None:
            # before anything is waited for: no other row may make one more refused login of it
            self._switch.pull(Stop(decision.stop, decision.reason))
        await self._write_down(state, answer, decision)
        if decision.step not in (Step.AGAIN, Step.LOOK):
            return decision, False
        spared = decision.away and await self._was_outage(state, decision)
        if not spared and verdict.meaning is not Meaning.EXISTS:
            state.failures += decision.spends_try
        return decision, spared

    async def _with_suggestion(self, decision: Decision, column: str, sent: Mapping[str, str]) -> Decision:
        """Say which value the server refused, and the nearest name that it knows."""
        if decision.result is not Result.INVALID or not column:
            return decision
        hint = await self._suggest(column, sent.get(column, ""))
        return replace(decision, reason=joined(decision.reason, hint), column=column)

    async def _look(self, operation: Operation, state: RowState, *, tries_left: bool) -> Decision:
        """Look a row up whose call may have been processed, and say what becomes of it."""
        verdict = await self._probe.ask(state.row.did)
        # the login is good; the others need not wait for an add_did that is answered
        self.feedback.met |= verdict.meaning in (Meaning.PRESENT, Meaning.ABSENT)
        if verdict.meaning is Meaning.PRESENT:
            # that it is not there says nothing of a server that fails to add
            self.breaker.answered()
        decision = after_look(operation, state, verdict, moment=self._moment(), tries_left=tries_left)
        if decision.known_absent and not state.known_absent:
            await self._note_absent(state, decision.known_absent)
        return decision

    async def _note_absent(self, state: RowState, known_absent: str) -> None:
        await self._recorder.absent(state.row.index, known_absent)
        state.known_absent = known_absent

    async def _turn(self) -> None:
        with self._switch.waiting():
            await self.breaker.wait_until_closed()
            await self._rate_limiter.slot()
            while self.breaker.open:
                await self.breaker.wait_until_closed()

    async def _wait(self, state: RowState) -> None:
        with self._switch.waiting():
            wait = growing_wait(state.failures or 1, LONGEST_RETRY_WAIT_SECONDS, self._rng)
            await self._clock.sleep(max(wait, min(state.retry_after, self._give_up_after)))

    async def _write_down(self, state: RowState, answer: Answer, decision: Decision) -> None:
        state.trouble, state.retry_after = decision.reason, answer.retry_after or 0.0
        if decision.maybe_processed:
            state.unanswered = True
            state.still_running |= answer.still_running
            await self._recorder.unanswered(state.row.index)
        else:
            await self._recorder.not_processed(state.row.index)
        state.in_flight = False

    async def _was_outage(self, state: RowState, decision: Decision) -> bool:
        """Report a failure, and wait with everybody if it is an outage; says whether the row keeps its try."""
        with self._switch.waiting():
            outage = await self.breaker.failed(decision.reason, self._probe.health)
        if not outage or (decision.spends_try and state.spared >= SPARED_AT_MOST):
            return False
        state.spared += 1
        return True

    def _settle(self, state: RowState, decision: Decision) -> Settled:
        row, result = state.row, decision.result or Result.UNKNOWN
        moment = self._moment() if decision.contact else ""
        outcome = RowOutcome(
            row.index, result, decision.reason, row.did, state.attempts, moment, decision.added, column=decision.column
        )
        return Settled(outcome, self._recorder.settled(outcome))

    def _moment(self) -> str:
        return datetime.fromtimestamp(self._clock.epoch(), tz=UTC).astimezone().isoformat(timespec="seconds")
