"""One call under way: how far it came, when it may be written, and how long it took."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from importer.vicidial.answer import Answer, Delivery

if TYPE_CHECKING:
    from importer.vicidial.network import OneConnection

IDLE_SECONDS: Final = 4.0
"""A connection that was idle for longer is not used again: Apache closes one after 5 s, at times in mid-request."""


class NotUsableError(Exception):
    """The server has closed the connection or spoken unasked while the call waited; nothing is written."""


class Call:
    """One call under way: how far it came, and how long it took, without the time in which it waited for its turn."""

    def __init__(
        self,
        timeout: float,
        before_writing: Callable[[], Awaitable[object]] | None,
        on_written: Callable[[], None] | None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._before_writing = before_writing
        self._on_written = on_written
        self.deadline = asyncio.timeout_at(self._started + timeout)
        self.written = False

    def answer(self, delivery: Delivery, status: int = 0, **fields: Any) -> Answer:
        """Make the answer, with the time that the call took."""
        return Answer(delivery, status, seconds=self._loop.time() - self._started, **fields)

    async def trace(self, event: str, info: Mapping[str, Any], network: "OneConnection") -> None:
        """Wait for the turn when the request is about to be written; from then on the server may have it."""
        # the CONNECT that asks a proxy for the way to the server carries nothing of the call yet
        if event != "http11.send_request_headers.started" or info["request"].method == b"CONNECT":
            return
        if self._before_writing is not None:
            due, since = self.deadline.when(), self._loop.time()
            self.deadline.reschedule(None)
            await self._before_writing()
            self._before_writing = None
            waited = self._loop.time() - since
            self._started += waited
            self.deadline.reschedule(None if due is None else due + waited)
        # twice, so that what has come meanwhile is seen
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if network.stream is None or not network.stream.usable(IDLE_SECONDS):
            raise NotUsableError
        self.written = True
        if self._on_written is not None:
            self._on_written()
