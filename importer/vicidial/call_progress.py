"""How far one call came, and how long it took: the time in which it only waited is not its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any


class CallProgress:
    """One call under way: how far it came, and how long it may still take.

    Attributes:
        deadline: bounds the call from the moment at which its turn has come.
        written: whether the request was begun to be written, so that the server may have it.
        opened: the connection that httpcore has opened for it; None for a line of ours.

    Args:
        timeout: seconds that the call may take, waiting not counted; None for no bound.
        before_writing: awaited when the request is about to be written; None where there is no limit to ask.
        on_written: called when the request is about to be written and nothing holds it up any more.
    """

    def __init__(
        self,
        timeout: float | None,
        before_writing: Callable[[], Awaitable[None]] | None = None,
        on_written: Callable[[], None] | None = None,
    ) -> None:
        self.deadline = asyncio.timeout(None)
        self.written = False
        self.opened: Any = None
        self._timeout = timeout
        self._before_writing = before_writing
        self._on_written = on_written
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._paused = 0.0

    @property
    def limited(self) -> bool:
        """Whether there is a limit to ask before the request is written."""
        return self._before_writing is not None

    def seconds(self) -> float:
        """Return how long the call has taken since its turn came, without the time in which it waited for the limit."""
        return self._loop.time() - self._started - self._paused

    def its_turn(self) -> None:
        """Let its time begin: the call waits for no other call any more."""
        self._started = self._loop.time()
        if self._timeout is not None:
            self.deadline.reschedule(self._started + self._timeout)

    def begin(self) -> None:
        """Note that from now on the server may have the call."""
        self.written = True
        if self._on_written is not None:
            self._on_written()

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
        self.begin()

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of what httpcore tells of the call."""
        if event == "connection.connect_tcp.complete":
            self.opened = info["return_value"]
        # the CONNECT that asks a proxy for the way to the server carries nothing of the call yet
        elif event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT":
            await self.begin_to_write()
