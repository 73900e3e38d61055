"""What the pool needs of the record of a run: to write down each step, and to know when it is on disk."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from importer.model import RowOutcome


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
