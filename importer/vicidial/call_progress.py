"""How far one call came, and how long it took: the time in which it only waited for the limit is not its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any


class CallProgress:
    """One call under way: how far it came, and how long it may still take.

    Attributes:
        deadline: bounds the whole call.
        written: whether the request was begun to be written, so that the server may have it.
        opened: the connection that httpcore has opened for it; None for a kept one.

    Args:
        timeout: seconds that the call may take; waiting for the limit does not count.
        before_writing: awaited when the request is about to be written.
    """

    def __init__(self, timeout: float, before_writing: Callable[[], Awaitable[None]] | None) -> None:
        self.deadline = asyncio.timeout(timeout)
        self.written = False
        self.opened: Any = None
        self._before_writing = before_writing
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._paused = 0.0

    def seconds(self) -> float:
        """Return how long the call has taken so far."""
        return self._loop.time() - self._started - self._paused

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of what httpcore, or a line of ours, tells of the call."""
        if event == "connection.connect_tcp.complete":
            self.opened = info["return_value"]
        # the CONNECT that asks a proxy for the way to the server carries nothing of the call yet
        elif event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT":
            await self.begin_to_write()

    async def begin_to_write(self) -> None:
        """Wait for the limit, which is no slowness of the server; from then on the server may have the call."""
        if self._before_writing is not None:
            due, since = self.deadline.when(), self._loop.time()
            if due is not None:
                self.deadline.reschedule(None)
            await self._before_writing()
            self._paused = self._loop.time() - since
            if due is not None:
                self.deadline.reschedule(due + self._paused)
        self.written = True
