"""Medians, turns, the server's log, and the table."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table.

    Attributes:
        what: what was measured.
        ours: the importer's figure.
        beside: what it is compared with, and its figure.
        bound: what must hold.
        met: whether it did.
    """

    what: str
    ours: str
    beside: str
    bound: str
    met: bool


def in_turns(rounds: int, *contestants: Callable[[], float]) -> list[list[float]]:
    """Let contestants take turns, a, b, a, b, so that all meet the machine in the same moods; what each gave."""
    given: list[list[float]] = [[] for _ in contestants]
    for _ in range(rounds):
        for values, turn in zip(given, contestants, strict=True):
            values.append(turn())
    return given


def middle(values: Sequence[float], digits: int = 2) -> str:
    """Return the median, and behind it the least and the most."""
    shown = f"{median(values):,.{digits}f}"
    return shown if len(values) == 1 else f"{shown} ({min(values):,.{digits}f}..{max(values):,.{digits}f})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the rounds' own ratios: what slows one round slows both its sides."""
    return median(our / their for our, their in zip(ours, theirs, strict=True))


def moments(lines: Iterable[str]) -> list[int]:
    """Read when add_did calls began, in whole milliseconds: ``$msec $request_time $function`` of each call."""
    began = []
    for line in lines:
        answered, took, function = line.split()
        if function == "add_did":
            began.append(round(float(answered) * 1000) - round(float(took) * 1000))
    return sorted(began)


def busiest_second(began: Iterable[int]) -> int:
    """Return the most calls that began in any second, wherever it begins; one a whole second later is in the next."""
    inside: deque[int] = deque()
    most = 0
    for moment in began:
        inside.append(moment)
        while inside[0] <= moment - 1000:
            inside.popleft()
        most = max(most, len(inside))
    return most


def calls_a_second(began: Sequence[int]) -> float:
    """Return how many calls a second began from the first to the last; there is one interval less than calls."""
    return (len(began) - 1) * 1000 / (began[-1] - began[0])


def markdown(lines: Iterable[Line]) -> str:
    """Return the table in Markdown, which a terminal shows as well."""
    rows = [("what", "did-importer", "beside", "bound", "met"), ("---",) * 5]
    rows += [(line.what, line.ours, line.beside, line.bound, "yes" if line.met else "NO") for line in lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
