"""What a worker's calls go through: httpx's client where a proxy is in between, else a transport of one connection.

The transport does what one worker needs at a fifth of the cost. httpx's own client looks after redirects, cookies,
logins and a pool of connections for every call; a worker makes one call at a time to one server, and follows no
redirect without a look at it. README, "How fast it is", has the figures.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from ssl import SSLContext
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx

from importer.errors import SettingsError
from importer.settings.settings import is_this_machine
from importer.vicidial.call_progress import CallProgress
from importer.vicidial.connection import AnswerCut, Connection, Reply
from importer.vicidial.open_connection import open_connection

_PROXIES = frozenset(("http", "https", "all"))
_PORTS = {"http": 80, "https": 443}


def open_line(
    url: str, tls: SSLContext, idle_seconds: float, most_bytes: int
) -> httpx.AsyncBaseTransport | httpx.AsyncClient:
    """Choose what calls go through; nothing is connected yet.

    Args:
        url: the address of the Non-Agent API.
        tls: the context of encrypted connections.
        idle_seconds: a connection that was idle for longer is not used again.
        most_bytes: a body that is longer is not read to its end.

    Raises:
        SettingsError: the proxy that the environment names cannot be used.
    """
    # a proxy of the environment knows no way to this machine's own loopback
    if is_this_machine(urlsplit(url).hostname or "") or not _PROXIES & getproxies().keys():
        return KeptConnection(tls, idle_seconds, most_bytes)
    try:
        # which addresses go through which proxy, httpx's own client knows best
        return httpx.AsyncClient(
            verify=tls,
            timeout=None,  # noqa: S113  NonAgentApi bounds the whole call instead of each of its steps
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=idle_seconds),
        )
    except (ImportError, ValueError, httpx.InvalidURL):
        # httpx takes proxies from the environment; its own words may hold a proxy's password
        raise SettingsError(
            "the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names cannot be used; correct the variable (http://"
            " or https://), or name the server in NO_PROXY"
        ) from None


def shows_all_well(status: int, body: bytes) -> bool:
    """Whether a reply says SUCCESS."""
    return status == 200 and body.startswith(b"SUCCESS")


class KeptConnection(httpx.AsyncBaseTransport):
    """Sends requests one after the other, over the same connection as long as it lives.

    A connection that the server has closed meanwhile is noticed before anything is written, and another is opened. A
    request that is handed over while another is under way waits for its turn; it is written at the very moment at
    which the answer to the one before is whole, where ``hurry`` says of that answer that all is well. Otherwise who
    was answered goes on first, and may stop the one that waits.

    The request's extension ``target`` takes the place of the URL's path and query, and ``progress`` is the
    ``CallProgress`` that is told when the turn has come and when the request is written.

    Args:
        tls: the context of encrypted connections.
        idle_seconds: a connection that was idle for longer is not used again.
        most_bytes: a body that is longer is not read to its end.
        hurry: judges by status and body whether the next request may be written at once.
    """

    def __init__(
        self,
        tls: SSLContext,
        idle_seconds: float,
        most_bytes: int,
        hurry: Callable[[int, bytes], bool] = shows_all_well,
    ) -> None:
        self._tls = tls
        self._idle_seconds = idle_seconds
        self._most_bytes = most_bytes
        self._hurry = hurry
        self._connection: Connection | None = None
        self._origin = ("", "", 0)
        self._idle_since = 0.0
        self._whose_turn: _Place | None = None
        self._waiting: deque[_Place] = deque()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its body, if it has one, must be read already.

        Raises:
            httpx.TransportError: there is no connection, the answer did not come, or it is none of HTTP/1.1. What
                asyncio raised is its cause.
        """
        url, progress = request.url, request.extensions.get("progress") or CallProgress(None)
        origin = (url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme])
        place = _Place(origin, _on_the_wire(request), progress)
        asked = await self._turn(place)
        try:
            connection = self._connection
            if asked is None or connection is None:
                progress.its_turn()
                connection = await self._ready(place.origin)
                await progress.begin_to_write()
                asked = connection.ask(place.wire)
            reply = await connection.answer(asked)
        except AnswerCut as error:
            raise _trouble() from error
        finally:
            self._idle_since = asyncio.get_running_loop().time()
            self._pass_on(place)
        return httpx.Response(reply.status, headers=list(reply.headers), stream=_Body(reply))

    async def aclose(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _turn(self, place: "_Place") -> asyncio.Future[Reply] | None:
        """Wait until it is this request's turn; return what was asked already, if it was written in its turn."""
        if self._whose_turn is None:
            self._whose_turn = place
            return None
        self._waiting.append(place)
        try:
            return await place.turn
        except BaseException:
            if not place.turn.cancel() and not place.turn.cancelled():
                # the turn came in the moment in which it was given up
                asked = place.turn.result()
                if asked is not None and asked.cancel() and self._connection is not None:
                    self._connection.abort()
                self._pass_on(place)
            raise

    def _answered(self, reply: Reply) -> None:
        """Write the next request at once, where nothing speaks against it."""
        if not self._waiting or not self._hurry(reply.status, reply.body):
            return
        if self._connection is None or not self._connection.usable:
            return
        place = self._next_place()
        if place is None:
            return
        if place.origin != self._origin or place.progress.limited:
            self._waiting.appendleft(place)
            return
        self._whose_turn = place
        place.progress.its_turn()
        place.progress.begin()
        place.turn.set_result(self._connection.ask(place.wire))

    def _pass_on(self, place: "_Place") -> None:
        """Let the next have its turn, unless it has it already."""
        if self._whose_turn is not place:
            return
        self._whose_turn = self._next_place()
        if self._whose_turn is not None:
            self._whose_turn.turn.set_result(None)

    def _next_place(self) -> "_Place | None":
        while self._waiting:
            place = self._waiting.popleft()
            if not place.turn.done():
                return place
        return None

    async def _ready(self, origin: tuple[str, str, int]) -> Connection:
        kept = self._connection
        if kept is not None:
            idle = asyncio.get_running_loop().time() - self._idle_since
            if kept.usable and origin == self._origin and idle <= self._idle_seconds:
                return kept
            self._connection = None
            await kept.close()
        self._connection = await self._opened(*origin)
        self._origin = origin
        return self._connection

    async def _opened(self, scheme: str, host: str, port: int) -> Connection:
        try:
            return await open_connection(
                host,
                port,
                tls=self._tls if scheme == "https" else None,
                made=lambda: Connection(self._most_bytes, self._answered),
            )
        except (OSError, UnicodeError) as error:
            raise _trouble() from error


class _Place:
    """A request that waits for its turn."""

    def __init__(self, origin: tuple[str, str, int], wire: bytes, progress: CallProgress) -> None:
        self.origin = origin
        self.wire = wire
        self.progress = progress
        self.turn: asyncio.Future[asyncio.Future[Reply] | None] = asyncio.get_running_loop().create_future()


def _on_the_wire(request: httpx.Request) -> bytes:
    target = request.extensions.get("target") or request.url.raw_path
    lines = [b"%s %s HTTP/1.1\r\n" % (request.method.encode("ascii"), target)]
    lines += [b"%s: %s\r\n" % header for header in request.headers.raw]
    return b"".join((*lines, b"\r\n", request.content))


class _Body(httpx.AsyncByteStream):
    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._reply.body
        if not self._reply.whole:
            raise _trouble()


def _trouble() -> httpx.TransportError:
    # the words of the cause may hold the address, and so the password
    return httpx.TransportError("the call failed")
