"""Who looks on while calls are made."""

from collections.abc import Mapping
from typing import Protocol

from importer.model import Result, RowOutcome


class Observer(Protocol):
    """Somebody who looks on while a run sends; the core itself never prints."""

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        """So many rows are about to be sent; so many have their outcome already."""

    def outcome(self, outcome: RowOutcome) -> None:
        """A row has its outcome, and it is on disk."""

    def status(self, sentence: str) -> None:
        """Something happened that the person should see."""

    def sending_ends(self) -> None:
        """No more calls are made."""


class SilentObserver:
    """An ``Observer`` for runs at which nobody looks."""

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        """Nobody looks."""

    def outcome(self, outcome: RowOutcome) -> None:
        """Nobody looks."""

    def status(self, sentence: str) -> None:
        """Nobody looks."""

    def sending_ends(self) -> None:
        """Nobody looks."""
