"""What the pool needs of the record of a run: to write down each step, and to know when it is on disk."""

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

    async def settled(self, outcome: RowOutcome) -> None:
        """Return when the outcome is on disk."""
