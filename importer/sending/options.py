"""How rows are sent, as far as the pool is concerned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubmitOptions:
    """How rows are sent.

    Attributes:
        workers: calls in flight at once, at most.
        retries: further tries of a row whose call failed.
        give_up_after: seconds that a server may stay away.
        probe_first: ask with update_did whether the DID is there before its first call.
        verify: ask with update_did at the end whether every success is there.
        drain: seconds that calls in flight are waited for after a stop.
    """

    workers: int = 4
    retries: int = 4
    give_up_after: float = 120.0
    probe_first: bool = False
    verify: bool = False
    drain: float = 10.0
