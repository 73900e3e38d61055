"""The server as all rows share it: places on the wire, the pace, an outage, and questions that change nothing."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from importer.sending.circuit_breaker import CircuitBreaker, growing_wait
from importer.sending.decide import Decision, sentence_of
from importer.sending.options import Api, SubmitOptions
from importer.sending.rate_limiter import Clock, RateLimiter
from importer.sending.stop import Stop, StopKind, StopSwitch
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Meaning, Verdict, read_reply

LONGEST_RETRY_WAIT_SECONDS: Final = 30.0
REFUSED_IN_A_ROW: Final = 10  # with nothing else between, all rows will get the same
SLOW_ANSWER_SECONDS: Final = 5.0  # a call takes 5 ms; one that takes this long means a server in trouble
_IN_EVERY_SYSTEM: Final = "default"
_AWAY: Final = frozenset({Meaning.NOTHING_DONE, Meaning.NO_TEXT, Meaning.WRONG_PLACE, Meaning.NOT_OURS})


@dataclass
class SharedServer:
    """The server; what one row learns of it, all know."""

    apis: Sequence[Api]
    rate_limiter: RateLimiter
    switch: StopSwitch
    options: SubmitOptions
    on_status: Callable[[str], None]
    clock: Clock
    rng: random.Random
    met: bool = False  # VICIdial itself has answered in this run

    def __post_init__(self) -> None:
        self.breaker = CircuitBreaker(self.switch, self.on_status, self.options.give_up_after, self.clock, self.rng)
        self._may_look = True
        self._refused_in_a_row = 0
        # the client that was used last has a connection that is warm
        self._free: asyncio.LifoQueue[Api] = asyncio.LifoQueue()
        for api in self.apis:
            self._free.put_nowait(api)

    def moment(self) -> str:
        """Return this moment, ISO 8601 with offset."""
        return datetime.fromtimestamp(self.clock.epoch(), tz=UTC).astimezone().isoformat(timespec="seconds")

    async def turn(self) -> None:
        """Wait while the server is away, and until the rate has room for one more call."""
        with self.switch.waiting():
            await self.breaker.closed.wait()
            await self.rate_limiter.slot()
            while not self.breaker.closed.is_set():
                await self.breaker.closed.wait()

    async def call(self, function: str, parameters: Mapping[str, str]) -> Answer:
        """Make one call when there is a place for it; StoppedError where the run is stopped before."""
        with self.switch.waiting():
            api = await self._free.get()
        try:
            return await api.call(function, parameters)
        finally:
            self._free.put_nowait(api)

    async def pause(self, tries: int, at_least: float = 0.0) -> None:
        """Wait before a further try."""
        with self.switch.waiting():
            wait = growing_wait(tries, LONGEST_RETRY_WAIT_SECONDS, self.rng)
            await self.clock.sleep(max(wait, min(at_least, self.options.give_up_after)))

    async def was_outage(self, why: str) -> bool:
        """Report a failure, and wait with everybody if it is an outage."""
        with self.switch.waiting():
            return await self.breaker.failed(why, self._is_well)

    def learn(self, answer: Answer, decision: Decision) -> None:
        """Let everybody know what one answer says about the server."""
        if decision.contact:
            self.met = True
            self.breaker.answered()
        crowded = answer.status in (429, 503)
        if crowded or answer.seconds >= SLOW_ANSWER_SECONDS:
            self.rate_limiter.slow_down()
        elif decision.contact:
            self.rate_limiter.speed_up()
        if answer.retry_after and crowded:
            self.rate_limiter.hold(min(answer.retry_after, self.options.give_up_after))

    def count_refusals(self, decision: Decision) -> None:
        """End the run after many refusals in a row that are not about the rows."""
        self._refused_in_a_row = self._refused_in_a_row + 1 if decision.refused else 0
        if self._refused_in_a_row >= REFUSED_IN_A_ROW:
            kind = StopKind.USER_REFUSED if decision.contact else StopKind.CALL_REFUSED
            self.switch.pull(Stop(kind, f"{decision.reason}; {REFUSED_IN_A_ROW} rows in a row were refused so"))

    async def look(self, did: str) -> Verdict:
        """Ask whether a DID is there, again and again until that is answered or the tries are used up."""
        failures = 0
        while self._may_look:
            await self.turn()
            verdict = await self._look_once(did)
            if verdict.meaning not in _AWAY:
                # the login is good; the others need not wait for an add_did that is answered
                self.met |= verdict.meaning in (Meaning.PRESENT, Meaning.ABSENT)
                return verdict
            if verdict.meaning is not Meaning.NOT_OURS and await self.was_outage(sentence_of(verdict)):
                continue
            failures += 1
            if failures > self.options.retries:
                return verdict
            await self.pause(failures)
        return Verdict(Meaning.USER_REFUSED)

    async def _is_well(self) -> bool:
        """Ask whether the server and its table of DIDs are well; pulls the switch where the answer ends the run."""
        if self._may_look:
            await self.rate_limiter.slot()
            verdict = await self._look_once(_IN_EVERY_SYSTEM)
        if not self._may_look and not self.switch.on:
            # refused after login and permission, before the table of DIDs is asked
            await self.rate_limiter.slot()
            verdict = await self._asked("add_did", {"did_pattern": ""})
        return not self.switch.on and verdict.meaning not in _AWAY

    async def _look_once(self, did: str) -> Verdict:
        # without a field to change it answers NO UPDATES DEFINED or DID DOES NOT EXIST
        verdict = await self._asked("update_did", {"did_pattern": did})
        if verdict.meaning is Meaning.USER_REFUSED and self._may_look:
            self._may_look = False
            self.on_status(f"update_did cannot be used to look DIDs up: {sentence_of(verdict)}")
        return verdict

    async def _asked(self, function: str, parameters: Mapping[str, str]) -> Verdict:
        answer = await self.call(function, parameters)
        verdict = read_reply(answer, function, parameters)
        if answer.delivery is Delivery.IMPOSSIBLE:
            self.switch.pull(Stop(StopKind.IMPOSSIBLE, answer.shown))
        elif verdict.meaning is Meaning.LOGIN_REFUSED:
            self._may_look = False
            self.switch.pull(Stop(StopKind.LOGIN_REFUSED, sentence_of(verdict)))
        return verdict
