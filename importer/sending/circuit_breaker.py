"""A server that goes away: everything pauses, and one worker alone asks whether it is well, until patience ends."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from importer.sending.rate_limiter import Clock
from importer.sending.stop import Stop, StopKind, StopSwitch

FAILURES_IN_A_ROW: Final = 3  # with no answer between them, whichever worker saw them, are an outage
FIRST_WAIT_SECONDS: Final = 0.5
LONGEST_WAIT_SECONDS: Final = 15.0
WELL_ALL_THE_SAME: Final = (
    "; the login works, and no row got an answer: VICIdial's table of DIDs may be broken; did-importer doctor says more"
)


def growing_wait(tries: int, longest: float, rng: random.Random) -> float:
    """Return the seconds to wait after so many tries (1, 2, ...): doubling, jittered so that nobody marches in step."""
    whole = FIRST_WAIT_SECONDS * 2.0 ** min(tries - 1, 20)
    return min(longest, whole) * rng.uniform(0.5, 1.0)


@dataclass
class CircuitBreaker:
    """Counts failures across the workers, and holds them all while the server is away."""

    switch: StopSwitch
    on_status: Callable[[str], None]
    give_up_after: float
    clock: Clock
    rng: random.Random

    def __post_init__(self) -> None:
        self.answered()
        self._hurry = asyncio.Event()
        self.closed = asyncio.Event()
        """Set while there is no outage."""
        self.closed.set()

    def try_now(self) -> None:
        """Ask the server at once instead of waiting on; nothing where no outage is on."""
        self._hurry.set()

    def answered(self) -> None:
        """The server gave an answer that is understood."""
        self._failures = 0
        # patience counts from here: a server that is well whenever it is asked, and fails every row, ends the run
        self._first_failure_at: float | None = None
        self._was_well = False

    async def failed(self, why: str, is_well: Callable[[], Awaitable[bool]]) -> bool:
        """A call failed as one to a server that is away fails; says, when it is over, whether that was an outage."""
        if not self.closed.is_set():
            await self.closed.wait()
            return True
        if self._first_failure_at is None:
            self._first_failure_at = self.clock.now()
        self._failures += 1
        if self._failures < FAILURES_IN_A_ROW:
            return False
        self.closed.clear()
        self._hurry.clear()
        try:
            await self._wait_it_out(why, is_well, self._first_failure_at + self.give_up_after)
        finally:
            self._failures = 0
            self.closed.set()
        return True

    async def _wait_it_out(self, why: str, is_well: Callable[[], Awaitable[bool]], until: float) -> None:
        patience = f"{self.give_up_after:g} s"
        self.on_status(f"the server is away ({why}); everything waits for it, for up to {patience}")
        tries = 0
        while not self.switch.on:
            tries += 1
            left = until - self.clock.now()
            if left <= 0:
                hint = WELL_ALL_THE_SAME if self._was_well else ""
                self.switch.pull(Stop(StopKind.SERVER_GONE, f"the server was away for {patience} ({why}){hint}"))
                return
            await self._sleep(min(growing_wait(tries, LONGEST_WAIT_SECONDS, self.rng), left))
            if await is_well():
                self._was_well = True
                self.on_status("the server answers again; the run goes on")
                return

    async def _sleep(self, seconds: float) -> None:
        """Sleep, unless somebody says to try now."""
        either = {asyncio.ensure_future(self.clock.sleep(seconds)), asyncio.ensure_future(self._hurry.wait())}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in either:
                waiting.cancel()
            self._hurry.clear()
