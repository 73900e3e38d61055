"""What the server's own log says: calls a second, the busiest second, and how much of a limit was used."""

from collections import deque
from collections.abc import Iterable
from typing import Final

SECOND: Final = 1_000
"""Moments are whole milliseconds, as the log writes them, so that no rounding moves a call over a border."""


def moments(lines: Iterable[str]) -> tuple[int, ...]:
    """Read at which moments calls began.

    Args:
        lines: for each call ``$msec $request_time``: when it was answered and how long that took, in seconds.

    Returns:
        Milliseconds since 1970, the earliest first.
    """
    began = []
    for line in lines:
        answered, took = line.split()
        began.append(round(float(answered) * 1000) - round(float(took) * 1000))
    return tuple(sorted(began))


def busiest_second(began: Iterable[int]) -> int:
    """Return the most calls that began in any second, wherever that second begins.

    Args:
        began: milliseconds, the earliest first. A call one whole second after another is in the next second.
    """
    inside: deque[int] = deque()
    most = 0
    for moment in began:
        inside.append(moment)
        while inside[0] <= moment - SECOND:
            inside.popleft()
        most = max(most, len(inside))
    return most


def share_used(began: tuple[int, ...], rate: float) -> float:
    """Return the share of the limit that was used: the intervals between the calls over those that it allows.

    From the first call to the last there is one interval less than there are calls; counting calls would flatter.

    Args:
        began: milliseconds, the earliest first; two at least.
        rate: calls a second.
    """
    return (len(began) - 1) / (rate * (began[-1] - began[0]) / SECOND)


def calls_a_second(began: tuple[int, ...]) -> float:
    """Return how many calls a second began, from the first to the last.

    Args:
        began: milliseconds, the earliest first; two at least, which differ.
    """
    return (len(began) - 1) / ((began[-1] - began[0]) / SECOND)
