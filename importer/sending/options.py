"""What a submission is told, and what it hands back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from importer.model import RowOutcome
from importer.sending.stop import Stop

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
