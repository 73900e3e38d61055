"""The record of every call that the sandbox got, for tests to look at while and after it runs."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as it arrived.

    Attributes:
        at: when, in seconds of ``time.monotonic``.
        function: the function that was called; empty if none.
        user: who called, as VICIdial keeps the name.
        did_pattern: the DID, as VICIdial keeps it, for copy_did the first new one; empty if none.
        method: GET or POST.
        params: everything that was sent, but for ``pass``.
        fault: the fault that the plan has for the call, empty for none; LOST_INSERT and WRONG_NUMBER show only in a
            SUCCESS.
    """

    at: float
    function: str
    user: str
    did_pattern: str
    method: str
    params: Mapping[str, str]
    fault: str = ""


class CallLog:
    """All calls in the order in which they arrived; safe to use from several threads."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._arrived = threading.Condition()
        self._counts: Counter[str] = Counter()

    def count(self, did_pattern: str) -> int:
        """Count one more call that may break, and return how many there were for this DID."""
        self._counts[did_pattern] += 1
        return self._counts[did_pattern]

    def add(self, call: Call) -> None:
        """Record a call."""
        with self._arrived:
            self._calls.append(call)
            self._arrived.notify_all()

    def all(self) -> list[Call]:
        """Return the calls so far."""
        with self._arrived:
            return list(self._calls)

    def wait_for(self, count: int, timeout: float) -> bool:
        """Wait until so many calls have arrived; False if ``timeout`` seconds pass before."""
        until = monotonic() + timeout
        with self._arrived:
            return self._arrived.wait_for(lambda: len(self._calls) >= count, until - monotonic())
