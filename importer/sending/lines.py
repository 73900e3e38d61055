"""A line to the server for two rows, so that it is not idle while a row's record is on its way to the disk."""

from collections.abc import Callable, Mapping
from typing import Protocol

from importer.sending.stop import StopSwitch
from importer.vicidial.answer import Answer

ROWS_PER_LINE = 2
"""Rows that are carried for each line, where no rate holds calls up: one is called for, one is written down."""


class Line(Protocol):
    """A line to the server, which makes one call after the other; see ``importer.vicidial.client.NonAgentApi``."""

    async def call(
        self, function: str, parameters: Mapping[str, str], on_written: Callable[[], None] | None = None
    ) -> Answer:
        """Make one call when it has its turn; ``on_written`` is called when its request is about to be written."""


class SharedLine:
    """Makes a call when it has its turn on the line, and none after a stop.

    Args:
        line: the line.
        switch: pulled when nothing more is to be sent.
    """

    def __init__(self, line: Line, switch: StopSwitch) -> None:
        self._line = line
        self._switch = switch

    async def call(self, function: str, parameters: Mapping[str, str]) -> Answer:
        """Make one call of the Non-Agent API.

        Raises:
            StoppedError: the run was stopped before the call had its turn; nothing was sent.
        """
        with self._switch.waiting() as waits_no_more:
            return await self._line.call(function, parameters, waits_no_more)
