"""The network under httpx: a connection whose bytes are bounded, and which knows what came unasked.

httpcore's own hands whatever has come to its parser, so that a second answer in one packet is read as the answer to
the next request; and it bounds neither a body nor its trailers.
"""

import asyncio
import errno
import socket
import ssl
from typing import Any, Final, cast

import httpcore

IDLE_SECONDS: Final = 4.0  # Apache closes a connection that is idle for 5 s, at times in mid-request
_NEXT_ADDRESS_SECONDS: Final = 0.25  # after which the next address of a name is tried too (RFC 8305, section 8)
_REFUSED: Final = (f"[Errno {errno.ECONNREFUSED}]", "[WinError 1225]", "[WinError 10061]")


class OneConnection(httpcore.AsyncNetworkBackend):
    """Opens connections, of which a client has one at a time."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self.stream: BoundedStream | None = None

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        try:
            self.stream = await self._connected(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError from error
        return self.stream

    async def _connected(self, host: str, port: int) -> "BoundedStream":
        """Look the name up and try its addresses."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        race = len({entry[4] for entry in found}) > 1 and isinstance(loop, asyncio.BaseEventLoop)
        # asyncio's race of several addresses may lose a socket when it is given up; uvloop has none
        how: dict[str, Any] = {"happy_eyeballs_delay": _NEXT_ADDRESS_SECONDS} if race else {}
        address = host if race else str(found[0][4][0])
        try:
            _, stream = await loop.create_connection(lambda: BoundedStream(self._most_bytes), address, port, **how)
        except OSError as error:
            # what happened at several addresses asyncio puts into one text
            if error.errno is None and any(sign in str(error) for sign in _REFUSED):
                raise ConnectionRefusedError from error
            raise
        return stream

    async def close(self) -> None:
        """Close what is open; a call that is given up in an unlucky moment is forgotten by httpcore itself."""
        if self.stream is not None:
            await self.stream.aclose()

    @property
    def overflowed(self) -> bool:
        """Whether more bytes came than an answer may have."""
        return self.stream is not None and self.stream.overflowed

    @property
    def has_surplus(self) -> bool:
        """Whether bytes came that no answer needed."""
        return self.stream is not None and self.stream.has_surplus

    @property
    def usable(self) -> bool:
        """Whether a request may be written: the server has neither closed nor spoken, and the idle time is short."""
        return self.stream is not None and self.stream.usable


class BoundedStream(httpcore.AsyncNetworkStream, asyncio.Protocol):
    """One open connection."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._transport: asyncio.Transport
        self._buffer = bytearray()
        self._read_bytes = 0
        self._ended = self._broken = False
        self._news = asyncio.Event()
        self._idle_since = asyncio.get_running_loop().time()
        self.overflowed = False

    @property
    def has_surplus(self) -> bool:
        return bool(self._buffer)

    @property
    def usable(self) -> bool:
        idle = asyncio.get_running_loop().time() - self._idle_since
        return not self._ended and not self._buffer and idle <= IDLE_SECONDS

    async def read(self, max_bytes: int, *_: Any, **__: Any) -> bytes:
        """Return the next bytes, up to the end of a line and no further: what follows an answer stays here.

        Only a rest without a line of its own behind a body without one goes on to the parser, where it makes the next
        answer none of HTTP/1.1, and never one to another call.
        """
        while not self._buffer and not self._ended:
            self._news.clear()
            await self._news.wait()
        end = self._buffer.find(b"\n", 0, max_bytes) + 1 or max_bytes
        piece = bytes(self._buffer[:end])
        del self._buffer[:end]
        self._read_bytes += len(piece)
        self._idle_since = asyncio.get_running_loop().time()
        if self._read_bytes > self._most_bytes:
            self._overflow()
        if self.overflowed or (self._broken and not piece):
            raise httpcore.ReadError
        return piece

    async def write(self, buffer: bytes, *_: Any, **__: Any) -> None:
        """Write, and begin to count the answer."""
        self._read_bytes = 0
        self._transport.write(buffer)

    async def aclose(self) -> None:
        self._transport.abort()
        await asyncio.sleep(0)

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, *_: Any, **__: Any
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(self._transport, self, ssl_context, server_hostname=server_hostname)
        except BaseException as error:
            # given up or failed, asyncio may leave the socket open
            self._transport.abort()
            if isinstance(error, OSError):
                raise httpcore.ConnectError from error
            raise
        self._transport = cast("asyncio.Transport", secured)
        return self

    def get_extra_info(self, info: str) -> Any:
        """Say what httpcore asks: ``is_readable`` of an idle connection means that it is not to be used again."""
        return self._ended or bool(self._buffer) if info == "is_readable" else self._transport.get_extra_info(info)

    # what asyncio calls -----------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # TCP and TLS are nothing else, though those of other event loops are no subclasses
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > self._most_bytes:
            self._overflow()
        self._news.set()

    def eof_received(self) -> None:
        self._ended = True
        self._news.set()

    def connection_lost(self, error: Exception | None) -> None:
        self._broken = self._broken or error is not None
        self.eof_received()

    def _overflow(self) -> None:
        self.overflowed = True
        self._buffer.clear()
        self._transport.abort()
