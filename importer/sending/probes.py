"""Questions to the server that change nothing: is it well, and is a DID there.

An ``add_did`` without a did_pattern is refused after login and permission. An ``update_did`` with a did_pattern and
no other field answers ``NO UPDATES DEFINED`` if the DID is there and ``DID DOES NOT EXIST`` if not, where the user
may use update_did.
"""

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

from importer.sending.circuit_breaker import CircuitBreaker, Health, growing_wait
from importer.sending.decide import judge, said
from importer.sending.rate_limiter import Clock, RateLimiter
from importer.sending.stop import Stop, StopKind, StopSwitch
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Meaning, Verdict

LONGEST_RETRY_WAIT_SECONDS: Final = 30.0

_AWAY: Final = frozenset({Meaning.NOTHING_DONE, Meaning.NO_TEXT, Meaning.WRONG_PLACE})


class Api(Protocol):
    """What a worker makes its calls with; see ``importer.vicidial.client.NonAgentApi``."""

    async def call(self, function: str, parameters: Mapping[str, str]) -> Answer:
        """Make one call."""


async def ask_health(api: Api, rate_limiter: RateLimiter, switch: StopSwitch) -> Health:
    """Ask whether the server is well; pulls the switch where the answer ends the run."""
    await rate_limiter.slot()
    answer = await api.call("add_did", {"did_pattern": ""})
    verdict = judge(answer, "")
    if answer.delivery is Delivery.IMPOSSIBLE:
        switch.pull(Stop(StopKind.IMPOSSIBLE, answer.shown))
    elif verdict.meaning is Meaning.LOGIN_REFUSED:
        switch.pull(Stop(StopKind.LOGIN_REFUSED, said(verdict)))
    if switch.on:
        return Health.STOPPED
    return Health.AWAY if verdict.meaning in _AWAY else Health.WELL


class DidProbe:
    """Asks whether a DID is there. One for all workers: what one learns of the permission, all know.

    Args:
        turn: waits until a call may be made.
        outage: where failures are reported.
        switch: pulled when the login is refused.
        retries: further tries of a question that got no answer.
        tell: called with a sentence when update_did cannot be used.
        clock: where time comes from.
        rng: where jitter comes from.
    """

    def __init__(
        self,
        *,
        turn: Callable[[], Awaitable[None]],
        outage: CircuitBreaker,
        switch: StopSwitch,
        retries: int,
        tell: Callable[[str], None],
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._turn = turn
        self._outage = outage
        self._switch = switch
        self._retries = retries
        self._tell = tell
        self._clock = clock
        self._rng = rng
        self._allowed = True

    async def ask(self, api: Api, did: str, health: Callable[[], Awaitable[Health]]) -> Verdict:
        """Ask whether a DID is there.

        Args:
            api: the asking worker's line.
            did: the did_pattern.
            health: asks with the same line whether the server is well, should it be away.

        Returns:
            PRESENT or ABSENT; anything else where it could not be learned.

        Raises:
            StoppedError: the run was stopped while this only waited.
        """
        failures = 0
        while self._allowed:
            await self._turn()
            answer = await api.call("update_did", {"did_pattern": did})
            verdict = judge(answer, did)
            if verdict.meaning in (Meaning.LOGIN_REFUSED, Meaning.USER_REFUSED):
                self._forbid(verdict)
            if verdict.meaning not in _AWAY:
                return verdict
            with self._switch.waiting():
                if await self._outage.failed(said(verdict), health):
                    continue
                failures += 1
                if failures > self._retries:
                    return verdict
                await self._clock.sleep(growing_wait(failures, LONGEST_RETRY_WAIT_SECONDS, self._rng))
        return Verdict(Meaning.USER_REFUSED)

    def _forbid(self, verdict: Verdict) -> None:
        self._allowed = False
        if verdict.meaning is Meaning.LOGIN_REFUSED:
            self._switch.pull(Stop(StopKind.LOGIN_REFUSED, said(verdict)))
        else:
            self._tell(f"update_did cannot be used to look DIDs up: {said(verdict)}")
