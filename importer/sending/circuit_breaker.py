"""A server that goes away, seen by all workers together.

After a few failures in a row across the workers everything pauses, and one worker alone asks the server whether it
is well, with growing waits, until it answers or the patience of the run ends. Patience counts from the first failure
after the last answer that was of use: a server that is well whenever it is asked, and fails every row, ends the run.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

from importer.sending.decide import Decision
from importer.sending.rate_limiter import Clock, RateLimiter
from importer.sending.stop import Stop, StopKind, StopSwitch
from importer.vicidial.answer import Answer

FAILURES_IN_A_ROW: Final = 3
"""So many failures with no answer between them, whichever worker saw them, are an outage and not a row's bad luck."""

FIRST_WAIT_SECONDS: Final = 0.5
LONGEST_WAIT_SECONDS: Final = 15.0
WELL_ALL_THE_SAME: Final = (
    "the login works, and no row got an answer: VICIdial's table of DIDs may be broken; did-importer doctor says more"
)


class Health(StrEnum):
    """What asking the server for its health gave."""

    WELL = "well"
    AWAY = "away"
    STOPPED = "stopped"


def growing_wait(tries: int, longest: float, rng: random.Random) -> float:
    """Return the seconds to wait after so many tries (1, 2, ...): doubling, jittered so that nobody marches in step."""
    whole = FIRST_WAIT_SECONDS * 2.0 ** min(tries - 1, 20)
    return min(longest, whole) * rng.uniform(0.5, 1.0)


class CircuitBreaker:
    """Counts failures across the workers, and holds them all while the server is away."""

    def __init__(
        self,
        *,
        give_up: Callable[[str], None],
        on_status: Callable[[str], None],
        give_up_after: float,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._give_up = give_up
        self._on_status = on_status
        self._give_up_after = give_up_after
        self._clock = clock
        self._rng = rng
        self._failures = 0
        self._first_failure_at: float | None = None
        self._was_well = False
        self._closed = asyncio.Event()
        self._closed.set()
        self._hurry = asyncio.Event()

    @property
    def open(self) -> bool:
        """Whether an outage is on."""
        return not self._closed.is_set()

    async def wait_until_closed(self) -> None:
        """Return when there is no outage."""
        await self._closed.wait()

    def try_now(self) -> None:
        """Ask the server at once instead of waiting on; nothing where no outage is on."""
        self._hurry.set()

    def answered(self) -> None:
        """The server gave an answer that is understood."""
        self._failures = 0
        self._first_failure_at = None
        self._was_well = False

    async def failed(self, why: str, ask: Callable[[], Awaitable[Health]]) -> bool:
        """A call failed in a way in which a server that is away fails."""
        if self.open:
            await self.wait_until_closed()
            return True
        if self._first_failure_at is None:
            self._first_failure_at = self._clock.now()
        self._failures += 1
        if self._failures < FAILURES_IN_A_ROW:
            return False
        self._closed.clear()
        self._hurry.clear()
        try:
            await self._wait_it_out(why, ask, self._first_failure_at + self._give_up_after)
        finally:
            self._failures = 0
            self._closed.set()
        return True

    async def _wait_it_out(self, why: str, ask: Callable[[], Awaitable[Health]], until: float) -> None:
        self._on_status(f"the server is away ({why}); everything waits for it, for up to {self._give_up_after:g} s")
        tries = 0
        while True:
            tries += 1
            left = until - self._clock.now()
            if left <= 0:
                hint = f"; {WELL_ALL_THE_SAME}" if self._was_well else ""
                self._give_up(f"the server was away for {self._give_up_after:g} s ({why}){hint}")
                return
            await self._sleep(min(growing_wait(tries, LONGEST_WAIT_SECONDS, self._rng), left))
            health = await ask()
            if health is Health.WELL:
                self._was_well = True
                self._on_status("the server answers again; the run goes on")
            if health is not Health.AWAY:
                return

    async def _sleep(self, seconds: float) -> None:
        """Sleep, unless somebody says to try now."""
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        hurried = asyncio.ensure_future(self._hurry.wait())
        try:
            await asyncio.wait({sleeping, hurried}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            hurried.cancel()
            self._hurry.clear()


REFUSED_IN_A_ROW: Final = 10
"""A user without permission locks nothing; after so many refusals with nothing else between, all rows get the same."""

SLOW_ANSWER_SECONDS: Final = 5.0
"""A VICIdial call takes 5 ms; one that takes this long means a server in trouble, and everybody slows down."""


class ServerFeedback:
    """Lets all rows know what one of them learned of the server."""

    def __init__(
        self, rate_limiter: RateLimiter, breaker: CircuitBreaker, switch: StopSwitch, longest_hold: float
    ) -> None:
        self.met = False
        """Whether VICIdial itself has answered in this run."""
        self._rate_limiter = rate_limiter
        self._breaker = breaker
        self._switch = switch
        self._longest_hold = longest_hold
        self._refused_in_a_row = 0

    def learn(self, answer: Answer, decision: Decision) -> None:
        """Let everybody know what one answer says about the server."""
        if decision.contact:
            self.met = True
            self._breaker.answered()
        if decision.crowded or answer.seconds >= SLOW_ANSWER_SECONDS:
            self._rate_limiter.slow_down()
        elif decision.contact:
            self._rate_limiter.speed_up()
        if answer.retry_after and decision.crowded:
            self._rate_limiter.hold(min(answer.retry_after, self._longest_hold))

    def count_refusals(self, decision: Decision) -> None:
        """End the run after many refusals in a row that are not about the rows."""
        self._refused_in_a_row = self._refused_in_a_row + 1 if decision.refused else 0
        if self._refused_in_a_row >= REFUSED_IN_A_ROW:
            kind = StopKind.USER_REFUSED if decision.contact else StopKind.CALL_REFUSED
            self._switch.pull(Stop(kind, f"{decision.reason}; {REFUSED_IN_A_ROW} rows in a row were refused so"))
