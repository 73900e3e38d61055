"""All lines to the server as one, so that none of them is idle while a row's record is on its way to the disk."""

import asyncio
from collections.abc import Mapping, Sequence

from importer.submit.asking import Api
from importer.submit.stop import StopSwitch
from importer.vicidial.answer import Answer

ROWS_PER_LINE = 2
"""Rows that are carried for each line, where no rate holds calls up: one is called for, one is written down."""


class SharedLines:
    """Makes a call over the next line that is free, and none after a stop.

    Args:
        lines: the lines; as many calls are made at once, at most.
        switch: pulled when nothing more is to be sent.
    """

    def __init__(self, lines: Sequence[Api], switch: StopSwitch) -> None:
        self._free = list(lines)
        self._one_is_free = asyncio.Semaphore(len(lines))
        self._switch = switch

    async def call(self, function: str, parameters: Mapping[str, str]) -> Answer:
        """Make one call of the Non-Agent API.

        Raises:
            StoppedError: the run was stopped before a line was free; nothing was sent.
        """
        with self._switch.waiting():
            await self._one_is_free.acquire()
        line = self._free.pop()
        try:
            return await line.call(function, parameters)
        finally:
            self._free.append(line)
            self._one_is_free.release()
