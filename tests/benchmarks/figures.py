"""What is made of many measurements: medians, ratios, spreads, and contestants that take turns."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


class TooAlike(Exception):
    """Two runs differ too little to tell the rows from the start-up."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity, measured once in each round.

    Attributes:
        values: what each round gave, in the order of the rounds.
        unit: such as ``ms``.
        digits: how many digits behind the point are shown.
    """

    values: tuple[float, ...]
    unit: str
    digits: int = 2

    @property
    def median(self) -> float:
        """The middle one; between the two middle ones where their number is even."""
        return median(self.values)

    def shown(self) -> str:
        """Return the median with its unit, and behind it the least and the most where there was more than one round."""
        middle = f"{self.median:,.{self.digits}f} {self.unit}".strip()
        if len(self.values) == 1:
            return middle
        return f"{middle} ({min(self.values):,.{self.digits}f}..{max(self.values):,.{self.digits}f})"


def ratio(ours: Figure, theirs: Figure) -> float:
    """Return how many times ours is theirs: each round's own ratio, and of these the median.

    What slows the machine for a while slows both sides of one round, so it does not enter.

    Raises:
        ValueError: the two were not measured in the same rounds.
    """
    return median(our / their for our, their in zip(ours.values, theirs.values, strict=True))


def times(share: float) -> str:
    """Return a ratio with as many digits as say something: 29.9, 1.58, 0.00482."""
    return f"{share:.1f}" if share >= 10 else f"{share:.3g}" if share < 0.1 else f"{share:.2f}"


def beyond_start(large: float, small: float, rows: int, small_rows: int) -> float:
    """Take the start-up out: return what each row beyond the small run's took.

    Args:
        large: seconds of the run with many rows.
        small: seconds of the run with few rows, made just before.
        rows: rows of the large run.
        small_rows: rows of the small one.

    Raises:
        TooAlike: the runs differ too little.
    """
    if small_rows >= rows or large <= small:
        raise TooAlike(
            f"{rows} rows in {large:.3f} s cannot be told from {small_rows} rows in {small:.3f} s; take more rows"
        )
    return (large - small) / (rows - small_rows)


def in_turns(
    what: str, rounds: int, contestants: Mapping[str, Callable[[], T]], *, brief: bool = False
) -> dict[str, tuple[T, ...]]:
    """Let contestants take turns: a, b, a, b, and so on, so that all meet the machine in the same moods.

    Args:
        what: what is measured, for the person who waits.
        rounds: how many turns each has.
        contestants: name -> one turn.
        brief: whether turns are so short that nobody wants to be told of each.

    Returns:
        name -> what its turns gave, in the order of the rounds.
    """
    given: dict[str, list[T]] = {name: [] for name in contestants}
    if brief:
        tell(f"{what}: {rounds} rounds")
    for number in range(1, rounds + 1):
        for name, turn in contestants.items():
            if not brief:
                tell(f"{what}: round {number} of {rounds}: {name}")
            given[name].append(turn())
    return {name: tuple(turns) for name, turns in given.items()}


def tell(sentence: str) -> None:
    """Say on standard error how far things are."""
    print(sentence, file=sys.stderr, flush=True)
