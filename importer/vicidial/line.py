"""What a worker's calls go through: httpx's client where a proxy is in between, else a transport of one connection.

The transport does what one worker needs at half the cost. httpx's own client looks after redirects, cookies, logins
and a pool of connections for every call; a worker makes one call at a time to one server, and follows no redirect
without a look at it.
"""

from collections.abc import AsyncIterator
from ssl import SSLContext
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpcore
import httpx

from importer.errors import SettingsTrouble
from importer.server.settings import is_this_machine

_PROXIES = frozenset(("http", "https", "all"))
_PORTS = {b"http": 80, b"https": 443}
_TROUBLE = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, httpcore.UnsupportedProtocol)


def open_line(url: str, tls: SSLContext, idle_seconds: float) -> httpx.AsyncBaseTransport | httpx.AsyncClient:
    """Choose what calls go through; nothing is connected yet.

    Args:
        url: the address of the Non-Agent API.
        tls: the context of encrypted connections.
        idle_seconds: a connection that was idle for longer is not used again.

    Raises:
        SettingsTrouble: the proxy that the environment names cannot be used.
    """
    # a proxy of the environment knows no way to this machine's own loopback
    if is_this_machine(urlsplit(url).hostname or "") or not _PROXIES & getproxies().keys():
        return KeptConnection(tls, idle_seconds)
    try:
        # which addresses go through which proxy, httpx's own client knows best
        return httpx.AsyncClient(
            verify=tls,
            timeout=None,  # noqa: S113  VicidialApi bounds the whole call instead of each of its steps
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=idle_seconds),
        )
    except (ImportError, ValueError, httpx.InvalidURL):
        # httpx takes proxies from the environment; its own words may hold a proxy's password
        raise SettingsTrouble(
            "the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names cannot be used; correct the variable (http://"
            " or https://), or name the server in NO_PROXY"
        ) from None


class KeptConnection(httpx.AsyncBaseTransport):
    """Sends one request at a time, over the same connection as long as it lives.

    A connection that the server has closed meanwhile is noticed before anything is written, and another is opened.

    Args:
        tls: the context of encrypted connections.
        idle_seconds: a connection that was idle for longer is not used again.
    """

    def __init__(self, tls: SSLContext, idle_seconds: float) -> None:
        self._tls = tls
        self._idle_seconds = idle_seconds
        self._connection: httpcore.AsyncHTTPConnection | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its body, if it has one, must be read already.

        Raises:
            httpx.TransportError: the answer did not come, or is none of HTTP/1.1. What httpcore raised is its cause.
        """
        url = request.url
        core = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme,
                host=url.raw_host,
                port=url.port or _PORTS.get(url.raw_scheme),
                target=url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.content,
            extensions=request.extensions,
        )
        connection = await self._ready(core.url.origin)
        try:
            answer = await connection.handle_async_request(core)
        except _TROUBLE as error:
            raise _trouble() from error
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions={**answer.extensions}
        )

    async def aclose(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.aclose()

    async def _ready(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        kept = self._connection
        if kept is not None:
            if kept.is_idle() and kept.can_handle_request(origin) and not kept.has_expired():
                return kept
            await kept.aclose()
        self._connection = httpcore.AsyncHTTPConnection(
            origin, ssl_context=self._tls, keepalive_expiry=self._idle_seconds
        )
        return self._connection


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._answer.aiter_stream():
                yield piece
        except _TROUBLE as error:
            raise _trouble() from error

    async def aclose(self) -> None:
        try:
            await self._answer.aclose()
        except _TROUBLE as error:
            raise _trouble() from error


def _trouble() -> httpx.TransportError:
    # the words of httpcore may hold the address, and so the password
    return httpx.TransportError("the call failed")
