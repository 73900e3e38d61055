"""Carries one row to its one outcome: takes its turn, writes down, calls, heeds what the answer says of the server."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from importer.model import PlannedRow, Result, RowOutcome
from importer.sending.circuit_breaker import CircuitBreaker, growing_wait
from importer.sending.decide import Carried, Decision, Operation, Step, after_answer, said
from importer.sending.operations import found_before
from importer.sending.options import SubmitOptions
from importer.sending.probes import LONGEST_RETRY_WAIT_SECONDS, Api, DidProbe, ask_health
from importer.sending.rate_limiter import Clock, RateLimiter
from importer.sending.reconcile import after_asking, after_verifying
from importer.sending.recorder import Recorder, Settled
from importer.sending.stop import Stop, StopKind, StoppedError, StopSwitch
from importer.vicidial.answer import Answer
from importer.vicidial.replies import Meaning, Verdict

REFUSED_IN_A_ROW: Final = 10
"""A user without permission locks nothing; after so many refusals with nothing else between, all rows get the same."""

SLOW_ANSWER_SECONDS: Final = 5.0
"""A VICIdial call takes 5 ms; one that takes this long means a server in trouble, and everybody slows down."""


SPARED_AT_MOST: Final = 3
"""How many failures an outage may spare one row; without an end a row that always fails would never settle."""


class RowSender:
    """Sends rows, one at a time for each worker; what one worker learns of the server, all heed.

    Args:
        rate_limiter: gives each call its moment.
        recorder: the durable record.
        switch: pulled where an answer ends the run.
        options: how to send.
        operation_for: what each row is sent for.
        on_status: called with a sentence when something happens that the person should see.
        clock: where time comes from.
        rng: where jitter comes from.
    """

    def __init__(
        self,
        *,
        rate_limiter: RateLimiter,
        recorder: Recorder,
        switch: StopSwitch,
        options: SubmitOptions,
        operation_for: Callable[[PlannedRow], Operation],
        on_status: Callable[[str], None],
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self.met = False
        """Whether VICIdial itself has answered in this run."""
        self._pacer = rate_limiter
        self._recorder = recorder
        self._switch = switch
        self._options = options
        self._errand_for = operation_for
        self._clock = clock
        self._rng = rng
        self._refused_in_a_row = 0
        self._outage = CircuitBreaker(
            give_up=lambda why: switch.pull(Stop(StopKind.SERVER_GONE, why)),
            tell=on_status,
            give_up_after=options.give_up_after,
            clock=clock,
            rng=rng,
        )
        self._lookup = DidProbe(
            turn=self._turn,
            outage=self._outage,
            switch=switch,
            retries=options.retries,
            tell=on_status,
            clock=clock,
            rng=rng,
        )

    def try_now(self) -> None:
        """Ask a server that is away at once whether it is back."""
        self._outage.try_now()

    async def send(self, api: Api, carried: Carried) -> Settled:
        """Carry a row to its outcome, which is then on its way to the disk.

        Args:
            api: this worker's line.
            carried: the row; kept up to date, so that a row that is left over can be told of.

        Raises:
            StoppedError: the run was stopped before there was an outcome.
            RecordWriteError: something could not be written down.
        """
        row = carried.row
        operation = self._errand_for(row)
        if self._options.probe_first and not carried.attempts and await self._is_there_before(api, carried):
            decision = found_before(operation, carried)
            if decision.operation is None:
                return self._settle(carried, Result.DUPLICATE, decision.reason, answered=True)
            operation = decision.operation
        while True:
            await self._turn()
            carried.attempts += 1
            await self._recorder.sent(row.index, carried.attempts)
            carried.in_flight = True
            try:
                answer = await api.call(operation.function, operation.parameters(row))
            except StoppedError:
                await self._withdraw(carried)
                raise
            verdict = operation.judge(answer, row)
            decision = after_answer(
                operation, carried, answer, verdict, retries=self._options.retries, met_before=self.met
            )
            self._heed(answer, decision)
            if decision.step is Step.SETTLE and decision.result is not None:
                self._count_refusals(verdict, decision.result)
                return self._settle(
                    carried, decision.result, decision.reason, answered=decision.contact, added=decision.added
                )
            if decision.step is Step.NEXT and decision.operation is not None:
                # the first operation did nothing, so a run that dies here begins with it again
                await self._recorder.not_processed(row.index)
                carried.in_flight = False
                operation, carried.failures = decision.operation, 0
                continue
            if decision.step is Step.STOP and decision.stop is not None:
                # before anything is waited for: whoever waits for this line must not make one more refused login of it
                self._switch.pull(Stop(decision.stop, decision.reason))
            await self._write_down(carried, answer, decision)
            if decision.step is Step.STOP:
                raise StoppedError
            if decision.away and await self._was_outage(api, carried, decision):
                continue
            if decision.step is Step.ASK:
                return await self._ask_and_settle(api, carried)
            carried.failures += decision.spends_try
            with self._switch.waiting():
                wait = growing_wait(carried.failures or 1, LONGEST_RETRY_WAIT_SECONDS, self._rng)
                await self._clock.sleep(max(wait, min(answer.retry_after or 0.0, self._options.give_up_after)))

    async def verify(self, api: Api, outcome: RowOutcome) -> RowOutcome:
        """Ask whether a success is really there: VICIdial prints SUCCESS without looking at its INSERT.

        Returns:
            The outcome itself, or what it has become, which is then on disk.
        """
        checked = after_verifying(outcome, await self._ask(api, outcome.did_sent))
        if checked is not outcome:
            await self._recorder.settled(checked)
        return checked

    async def _turn(self) -> None:
        with self._switch.waiting():
            await self._outage.wait_until_over()
            await self._pacer.slot()
            while self._outage.on:
                await self._outage.wait_until_over()

    async def _write_down(self, carried: Carried, answer: Answer, decision: Decision) -> None:
        carried.trouble = decision.reason
        if decision.maybe_processed:
            carried.unanswered = True
            carried.still_running |= answer.still_running
            await self._recorder.unanswered(carried.row.index)
        else:
            await self._recorder.not_processed(carried.row.index)
        carried.in_flight = False

    async def _withdraw(self, carried: Carried) -> None:
        """Take back what was written down of a call that a stop found waiting for a line."""
        carried.attempts -= 1
        await self._recorder.withdrawn(carried.row.index, carried.attempts)
        carried.in_flight = False

    async def _was_outage(self, api: Api, carried: Carried, decision: Decision) -> bool:
        """Report a failure, and wait with everybody if it is an outage; says whether the row keeps its try."""
        with self._switch.waiting():
            outage = await self._outage.failed(decision.reason, lambda: ask_health(api, self._pacer, self._switch))
        if not outage or (decision.spends_try and carried.spared >= SPARED_AT_MOST):
            return False
        carried.spared += 1
        return True

    def _heed(self, answer: Answer, decision: Decision) -> None:
        """Let everybody know what one worker's answer says about the server."""
        if decision.contact:
            self.met = True
            self._outage.answered()
        if decision.crowded or answer.seconds >= SLOW_ANSWER_SECONDS:
            self._pacer.slow_down()
        elif decision.contact:
            self._pacer.speed_up()
        if answer.retry_after and decision.crowded:
            self._pacer.hold(min(answer.retry_after, self._options.give_up_after))

    def _count_refusals(self, verdict: Verdict, result: Result) -> None:
        if verdict.meaning is not Meaning.USER_REFUSED:
            self._refused_in_a_row = 0
        elif result is Result.PERMISSION_ERROR:
            # where the refusal of a second question costs the row nothing, it says nothing of the other rows
            self._refused_in_a_row += 1
        if self._refused_in_a_row >= REFUSED_IN_A_ROW:
            self._switch.pull(
                Stop(StopKind.USER_REFUSED, f"{said(verdict)}; {REFUSED_IN_A_ROW} rows in a row were refused so")
            )

    def _settle(self, carried: Carried, result: Result, reason: str, *, answered: bool, added: bool = False) -> Settled:
        row = carried.row
        moment = self._moment() if answered else ""
        outcome = RowOutcome(row.index, result, reason, row.did, carried.attempts, moment, added)
        return Settled(outcome, self._recorder.settled(outcome))

    def _moment(self) -> str:
        return datetime.fromtimestamp(self._clock.epoch(), tz=UTC).astimezone().isoformat(timespec="seconds")

    async def _ask(self, api: Api, did: str) -> Verdict:
        return await self._lookup.ask(api, did, lambda: ask_health(api, self._pacer, self._switch))

    async def _is_there_before(self, api: Api, carried: Carried) -> bool:
        """Look the DID up before the first call of this run; say whether it is there."""
        verdict = await self._ask(api, carried.row.did)
        self.met |= verdict.meaning in (Meaning.PRESENT, Meaning.ABSENT)
        # after a lost call of an earlier run nobody can say that it was not there before the first
        if verdict.meaning is Meaning.ABSENT and not carried.unanswered:
            carried.known_absent = f"update_did said at {self._moment()}, before the first call, that it was not there"
        return verdict.meaning is Meaning.PRESENT

    async def _ask_and_settle(self, api: Api, carried: Carried) -> Settled:
        verdict = await self._ask(api, carried.row.did)
        result, reason = after_asking(carried, verdict)
        understood = verdict.meaning in (Meaning.PRESENT, Meaning.ABSENT)
        # the login is good; the other workers need not wait for an add_did that is answered
        self.met |= understood
        return self._settle(carried, result, reason, answered=understood, added=result is Result.SUCCESS)
