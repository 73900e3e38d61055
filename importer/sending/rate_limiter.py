"""How fast calls go out: an exact limit, and everybody slower together when the server asks for it.

A token bucket overshoots to twice the limit in some second. Here calls are spaced on the clock, and counted when they
are written, so that one that was held up (by a new connection, say) cannot crowd those behind it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Clock:
    """Time from outside, so that tests need no waiting."""

    now: Callable[[], float]  # seconds that only grow, from any starting point
    sleep: Callable[[float], Awaitable[None]]
    epoch: Callable[[], float]  # seconds since 1970, for what people read


SYSTEM_CLOCK: Final = Clock(time.monotonic, asyncio.sleep, time.time)

SPACING: Final = 1.015  # so much wider than 1 / rate are calls spaced: a network's jitter stays within the limit
WINDOW_SECONDS: Final = 1.01  # in no window of this length are more calls written than the rate allows
SLOWEST: Final = 1 / 16  # the smallest share of the rate that slowing down leaves
_LATE_SECONDS: Final = 0.25


class RateLimiter:
    """Gives each call its moment. One for a whole command: check, probes, run and verify keep to it together.

    Args:
        rate: calls a second, at most; None for no limit. Between 0 and 1 it means a call every 1 / rate seconds;
            above 1, whole calls count: 2.5 keeps to 2.
        clock: where time comes from.
    """

    def __init__(self, rate: float | None, clock: Clock = SYSTEM_CLOCK) -> None:
        self.limited = bool(rate)
        self.speed = 1.0  # the share of the rate that is used at present
        whole = int(rate) if rate and rate >= 1 else rate or 1
        self._clock = clock
        self._window = WINDOW_SECONDS / min(whole, 1)
        self._spacing = SPACING / whole if rate else 0.0
        self._next = self._held_until = clock.now()
        self._slowed_at = float("-inf")
        self._written: deque[float] = deque(maxlen=max(1, int(whole)))

    @property
    def before_writing(self) -> Callable[[], Awaitable[None]] | None:
        """What a line to the server awaits at the moment of writing; None where there is no limit to ask."""
        return self.writing if self.limited else None

    async def slot(self) -> None:
        """Wait for this call's turn."""
        while True:
            now = self._clock.now()
            start = max(now, self._next, self._held_until)
            between = self._spacing / self.speed if self.limited else (1 / self.speed - 1) * 0.02
            self._next = start + between
            if start > now:
                await self._clock.sleep(start - now)
            now = self._clock.now()
            # who wakes much too late, because the system slept, takes a new turn: all would go at once otherwise
            if now >= self._held_until and (not self.limited or now - start < max(_LATE_SECONDS, self._spacing)):
                return

    async def writing(self) -> None:
        """Wait, at the moment of writing, until the limit has room; mostly not at all. Remembers the moment."""
        while self.limited and len(self._written) == self._written.maxlen:
            wait = self._written[0] + self._window - self._clock.now()
            if wait <= 0:
                break
            await self._clock.sleep(wait)
        self._written.append(self._clock.now())

    def hold(self, seconds: float) -> None:
        """Let nobody send for so many seconds: the server said when it wants to be asked again."""
        self._held_until = max(self._held_until, self._clock.now() + seconds)

    def slow_down(self) -> None:
        """Halve everybody's speed, once a second at most: several workers see one trouble at the same time."""
        now = self._clock.now()
        if now - self._slowed_at >= 1:
            self._slowed_at = now
            self.speed = max(SLOWEST, self.speed / 2)

    def speed_up(self) -> None:
        """Take back a little of the slowing down; called for each answer that came in good time."""
        self.speed = min(1.0, self.speed + 0.02)
