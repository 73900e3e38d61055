"""What a submission is told, what it writes down, and what it hands back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from importer.model import RowOutcome
from importer.sending.stop import Stop


class Recorder(Protocol):
    """Where it is written down what was sent and what came of it; see ``importer.journal``."""

    async def sent(self, index: int, attempts: int) -> None:
        """Return when it is on disk that a call for the row is about to be made."""

    async def withdrawn(self, index: int, attempts: int) -> None:
        """Return when it is on disk that the call was not made after all, and how many were made before."""

    async def not_processed(self, index: int) -> None:
        """Return when it is on disk that the call surely did nothing."""

    async def unanswered(self, index: int) -> None:
        """Return when it is on disk that the call may have been processed."""

    async def absent(self, index: int, known_absent: str) -> None:
        """Return when it is on disk how it is known that the DID was not there."""

    def settled(self, outcome: RowOutcome) -> asyncio.Future[None]:
        """Begin to write an outcome down; what is returned is done when it is on disk.

        Whoever has begun may go on with another row meanwhile, and what is written down of that goes with it.
        """


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome of a row, on its way to the disk.

    Attributes:
        outcome: the outcome; it counts when it is on disk.
        on_disk: done when it is, or raises RecordWriteError.
    """

    outcome: RowOutcome
    on_disk: asyncio.Future[None]


Suggest = Callable[[str, str], Awaitable[str]]
"""Says which name the server knows instead of a refused one: the column and the value; empty for none."""


async def nothing_to_suggest(_column: str, _value: str) -> str:
    """Know no names."""
    return ""


@dataclass(frozen=True, slots=True)
class SubmitOptions:
    """How rows are sent.

    Attributes:
        retries: further tries of a row whose call failed.
        give_up_after: seconds that a server may stay away.
        probe_first: ask with update_did whether the DID is there before its first call.
        verify: ask with update_did at the end whether every success is there.
        drain: seconds that calls in flight are waited for after a stop.
    """

    retries: int = 4
    give_up_after: float = 120.0
    probe_first: bool = False
    verify: bool = False
    drain: float = 10.0


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of the planned rows.

    Attributes:
        outcomes: the final ones, which are on disk, in the order in which they came.
        left: what the results say of the rows that a stop left over; none of it is on disk.
        stop: why the run ended before its end, or None.
    """

    outcomes: tuple[RowOutcome, ...]
    left: tuple[RowOutcome, ...]
    stop: Stop | None
