"""Questions to the server that change nothing: is it well, and is a DID there.

An ``update_did`` with a did_pattern and no other field answers ``NO UPDATES DEFINED`` if the DID is there and
``DID DOES NOT EXIST`` if not, where the user may use update_did. An ``add_did`` without a did_pattern is refused after
login and permission, before the table of DIDs is asked.
"""

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from importer.sending.circuit_breaker import CircuitBreaker, Health, growing_wait
from importer.sending.decide import sentence_of
from importer.sending.rate_limiter import Clock
from importer.sending.stop import Stop, StopKind, StopSwitch
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Meaning, Verdict, read_reply

LONGEST_RETRY_WAIT_SECONDS: Final = 30.0

Call = Callable[[str, Mapping[str, str]], Awaitable[Answer]]
"""Makes one call: the function and its parameters."""

_IN_EVERY_SYSTEM: Final = "default"
"""A DID that every VICIdial has."""

_AWAY: Final = frozenset({Meaning.NOTHING_DONE, Meaning.NO_TEXT, Meaning.WRONG_PLACE, Meaning.NOT_OURS})


class DidProbe:
    """Asks whether a DID is there, and whether the server is well. One for all workers: what one learns, all know."""

    def __init__(
        self,
        *,
        call: Call,
        turn: Callable[[], Awaitable[None]],
        slot: Callable[[], Awaitable[None]],
        breaker: CircuitBreaker,
        switch: StopSwitch,
        retries: int,
        on_status: Callable[[str], None],
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._call = call
        self._turn = turn
        self._slot = slot
        self._breaker = breaker
        self._switch = switch
        self._retries = retries
        self._on_status = on_status
        self._clock = clock
        self._rng = rng
        self._allowed = True

    async def ask(self, did: str) -> Verdict:
        """Ask whether a DID is there."""
        failures = 0
        while self._allowed:
            await self._turn()
            verdict = await self._look(did)
            if verdict.meaning not in _AWAY:
                return verdict
            with self._switch.waiting():
                if verdict.meaning is not Meaning.NOT_OURS and await self._breaker.failed(
                    sentence_of(verdict), self.health
                ):
                    continue
                failures += 1
                if failures > self._retries:
                    return verdict
                await self._clock.sleep(growing_wait(failures, LONGEST_RETRY_WAIT_SECONDS, self._rng))
        return Verdict(Meaning.USER_REFUSED)

    async def health(self) -> Health:
        """Ask whether the server and its table of DIDs are well; pulls the switch where the answer ends the run."""
        if self._allowed:
            await self._slot()
            verdict = await self._look(_IN_EVERY_SYSTEM)
        if not self._allowed and not self._switch.on:
            await self._slot()
            verdict = await self._asked("add_did", {"did_pattern": ""})
        if self._switch.on:
            return Health.STOPPED
        return Health.AWAY if verdict.meaning in _AWAY else Health.WELL

    async def _look(self, did: str) -> Verdict:
        verdict = await self._asked("update_did", {"did_pattern": did})
        if verdict.meaning is Meaning.USER_REFUSED and self._allowed:
            self._allowed = False
            self._on_status(f"update_did cannot be used to look DIDs up: {sentence_of(verdict)}")
        return verdict

    async def _asked(self, function: str, parameters: Mapping[str, str]) -> Verdict:
        answer = await self._call(function, parameters)
        verdict = read_reply(answer, function, parameters)
        if answer.delivery is Delivery.IMPOSSIBLE:
            self._switch.pull(Stop(StopKind.IMPOSSIBLE, answer.shown))
        elif verdict.meaning is Meaning.LOGIN_REFUSED:
            self._allowed = False
            self._switch.pull(Stop(StopKind.LOGIN_REFUSED, sentence_of(verdict)))
        return verdict
