"""What a submission is told, what it writes down, and what it hands back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from importer.model import RowOutcome
from importer.sending.stop import Stop
from importer.vicidial.answer import Answer


class Api(Protocol):
    """What calls are made with; see ``importer.vicidial.client.NonAgentApi``."""

    async def call(self, function: str, parameters: Mapping[str, str]) -> Answer:
        """Make one call; never raises for what the network does."""


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
        """Begin to write an outcome down, and return what is done when it is on disk, or raises RecordWriteError."""


@dataclass(frozen=True, slots=True)
class SubmitOptions:
    """How rows are sent."""

    retries: int = 4  # further tries of a row whose call failed
    give_up_after: float = 120.0  # seconds that a server may stay away
    probe_first: bool = False  # ask with update_did whether the DID is there before its first call
    verify: bool = False  # ask with update_did at the end whether every success is there
    drain: float = 10.0  # seconds that calls in flight are waited for after a stop


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of the planned rows."""

    outcomes: tuple[RowOutcome, ...]  # the final ones, which are on disk, in the order in which they came
    left: tuple[RowOutcome, ...]  # what the results say of the rows that a stop left over; none of it is on disk
    stop: Stop | None  # why the run ended before its end
