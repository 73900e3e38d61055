"""One open connection to the server: writes a request, and hands over its answer when it is there whole.

asyncio carries the bytes, and httptools (llhttp, the parser of Node.js) takes answers apart.
"""

import asyncio
import select
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

LONGEST_HEAD_BYTES = 65_536
"""A server's head is a few hundred bytes; more than this is something else and is not read to its end."""


class AnswerCut(Exception):
    """The answer did not come, or is none of HTTP/1.1."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it stood on the wire. Its body and its Location may repeat the password, so neither is ever shown.

    Attributes:
        status: the HTTP status.
        headers: names and values, as they came.
        body: the body, without the frame of its chunks; of a cut one what had come.
        whole: whether all of the body is there.
    """

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    body: bytes = field(repr=False)
    whole: bool = True


class Connection(asyncio.Protocol):
    """A connection that carries one call after the other, and none beside another.

    Args:
        most_bytes: a body that is longer is not read to its end.
        on_whole: called with each answer at the moment at which it is whole, before whoever asked hears of it.
    """

    def __init__(self, most_bytes: int, on_whole: Callable[[Reply], None] = lambda _: None) -> None:
        self._most_bytes = most_bytes
        self._on_whole = on_whole
        self._transport: asyncio.Transport | None = None
        self._asked: asyncio.Future[Reply] | None = None
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()
        self._came = 0
        self._head_read = self._framed = self._complete = False
        self._parser = HttpResponseParser(self)
        # some old servers end the lines of a head with a newline alone
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)
        self._usable = True
        self._gone = asyncio.Event()

    @property
    def usable(self) -> bool:
        """Whether another request may be written: the server has not closed it, and said nothing unasked."""
        idle = self._asked is None or self._asked.done()
        return self._usable and idle and not self._something_came()

    def ask(self, request: bytes) -> asyncio.Future[Reply]:
        """Write a request.

        Args:
            request: head and body.

        Returns:
            What ``answer`` waits for.

        Raises:
            AnswerCut: the connection is gone; nothing was written.
        """
        if self._transport is None or not self._usable:
            raise AnswerCut
        self._begin()
        self._asked = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._asked

    async def answer(self, asked: asyncio.Future[Reply]) -> Reply:
        """Wait for the answer to what was asked.

        Whoever stops waiting leaves a connection that cannot be used again: an answer that comes late must not be
        taken for the next one's.

        Returns:
            The answer. Where the connection broke in the middle of its body, what had come; see ``Reply.whole``.

        Raises:
            AnswerCut: no answer came whose head could be read.
        """
        try:
            return await asked
        finally:
            if asked.cancelled():
                self.abort()

    def abort(self) -> None:
        """Close the connection at once."""
        self._usable = False
        if self._transport is not None:
            self._transport.abort()

    async def close(self) -> None:
        """Close the connection, and return when it is gone."""
        self.abort()
        await self._gone.wait()

    def secured(self, transport: asyncio.Transport | None) -> None:
        """Go on over TLS."""
        self._transport = transport

    def _something_came(self) -> bool:
        """Whether there is something to read, which asyncio has not read yet: the end of an idle connection, mostly."""
        socket = None if self._transport is None else self._transport.get_extra_info("socket")
        if socket is None or socket.fileno() < 0:
            return True
        if not hasattr(select, "poll"):
            return bool(select.select([socket.fileno()], [], [], 0)[0])
        poll = select.poll()
        poll.register(socket.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    # what asyncio calls -----------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection over."""
        # TCP and TLS are nothing else, though those of other event loops are no subclasses
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take the next bytes of an answer."""
        if self._asked is None or self._asked.done():
            # nobody asked: the answer to the next call must not be this
            self.abort()
            return
        self._came += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._fail()
        if len(self._body) > self._most_bytes or (self._came > LONGEST_HEAD_BYTES and not self._head_read):
            self._fail()
        if self._complete and self._usable:
            # not before all that came was looked at: an answer to the next request cannot have come already
            self._on_whole(self._asked.result())

    def eof_received(self) -> None:
        """Notice that the server has closed; a body without a length ends so."""
        self._usable = False
        if self._head_read and not self._framed:
            self._finish()

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002  asyncio gives it, and any will do
        """Notice that the connection is gone."""
        self._fail()
        self._gone.set()

    # what httptools calls ---------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Notice an answer; a second one is nobody's."""
        if self._complete:
            self._usable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        if self._complete or self._head_read:
            return
        self._headers.append((name, value))
        lower = name.lower()
        if lower == b"content-length" or (lower == b"transfer-encoding" and value.lower().endswith(b"chunked")):
            self._framed = True

    def on_headers_complete(self) -> None:
        """Take the status."""
        if self._complete:
            return
        self._status = self._parser.get_status_code()
        self._head_read = sum(len(name) + len(value) for name, value in self._headers) <= LONGEST_HEAD_BYTES
        self._usable = self._usable and self._head_read and self._parser.should_keep_alive()
        if not self._head_read:
            self._fail()

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body."""
        if not self._complete:
            self._body += piece

    def on_message_complete(self) -> None:
        """Hand the answer over, unless it only announces one."""
        if self._complete or not self._head_read:
            return
        if 100 <= self._status < 200:
            self._begin()
        else:
            self._finish()

    # ------------------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._status = self._came = 0
        self._headers, self._body = [], bytearray()
        self._head_read = self._framed = self._complete = False

    def _finish(self) -> None:
        self._complete = True
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(self._reply(whole=True))

    def _fail(self) -> None:
        """Give up: hand over what there is of an answer whose head was read."""
        self.abort()
        if self._asked is None or self._asked.done():
            return
        if self._head_read:
            self._asked.set_result(self._reply(whole=False))
        else:
            self._asked.set_exception(AnswerCut())
            # asked for here, so that asyncio writes no traceback where whoever waited has given up meanwhile
            self._asked.exception()

    def _reply(self, *, whole: bool) -> Reply:
        return Reply(self._status, tuple(self._headers), bytes(self._body), whole)
