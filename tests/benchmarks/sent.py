"""What sending one row takes, start-up not counted."""

from dataclasses import dataclass
from typing import Self

from .figures import Figure, beyond_start
from .stopwatch import Spent


@dataclass(frozen=True, slots=True)
class Sent:
    """What one row takes.

    Attributes:
        cpu_ms: milliseconds of the client's processor time a row.
        per_second: rows a second.
        while_sending: rows a second from the first call to the last, by the server's log; None for a contestant that
            does nothing but send.
    """

    cpu_ms: float
    per_second: float
    while_sending: float | None = None

    @classmethod
    def beyond_start(cls, large: Spent, small: Spent, rows: int, small_rows: int) -> Self:
        """Take what a small run took out of what a large one took.

        Raises:
            TooAlike: the runs differ too little.
        """
        cpu = beyond_start(large.cpu, small.cpu, rows, small_rows)
        return cls(1000 * cpu, 1 / beyond_start(large.wall, small.wall, rows, small_rows))


def cpu_figure(turns: tuple[Sent, ...]) -> Figure:
    """Return the processor time a row of all rounds."""
    return Figure(tuple(turn.cpu_ms for turn in turns), "ms", 3)


def speed_figure(turns: tuple[Sent, ...], unit: str = "rows/s") -> Figure:
    """Return the rows, or what else was sent, a second of all rounds."""
    return Figure(tuple(turn.per_second for turn in turns), unit, 0)


def sending_figure(turns: tuple[Sent, ...]) -> Figure:
    """Return the rows a second of all rounds, of each while it was sending."""
    speeds = (turn.per_second if turn.while_sending is None else turn.while_sending for turn in turns)
    return Figure(tuple(speeds), "rows/s", 0)
