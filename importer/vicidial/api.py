"""The one module that holds httpx, and the only one that asks the password to reveal itself.

A call never raises for what the network does: it returns an ``Answer`` that says how far the call came.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from importer import __version__
from importer.server.settings import Server
from importer.vicidial.answer import Answer, Delivery, redirect_target, seconds_to_wait, trouble_of
from importer.vicidial.quoted_texts import QuotedTexts
from importer.vicidial.transport import Transport, silence_httpx

if TYPE_CHECKING:
    import httpcore
    import httpx

__all__ = ["IDLE_SECONDS", "LONGEST_REPLY_BYTES", "Transport", "VicidialApi"]

LONGEST_REPLY_BYTES: Final = 65_536
"""VICIdial's answers are a few lines; more than this is something else and is not read to its end."""

IDLE_SECONDS: Final = 4.0
"""A connection that was idle for longer is not used again: Apache closes one after 5 s, at times in mid-request."""

_HEADERS: Final = {
    "User-Agent": f"did-importer/{__version__}",
    "Accept": "text/plain, text/html",
    "Accept-Encoding": "identity",
}
_SHOWN_CHARACTERS: Final = 160
_MOST_REDIRECTS: Final = 3


@dataclass(frozen=True, slots=True)
class _Moved:
    """A redirect. Its location may repeat the whole call, the password included."""

    status: int
    location: str = field(repr=False)


class VicidialApi:
    """One worker's line to the Non-Agent API.

    Args:
        server: where to and as whom.
        transport: how.
        tls: the context of ``Transport.ssl_context``, shared by all workers.
        before_writing: awaited at the moment at which a request is about to be written to an open connection.
        inner: a transport of httpx to use instead of the network, for tests.

    Raises:
        SettingsTrouble: the proxy that the environment names cannot be used.
    """

    def __init__(
        self,
        server: Server,
        transport: Transport,
        tls: ssl.SSLContext,
        before_writing: Callable[[], Awaitable[None]] | None = None,
        inner: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        import httpx

        silence_httpx()
        self._server = server
        self._transport = transport
        self._url = server.url
        self._address: httpx.URL | None = None
        self._headers = httpx.Headers(_HEADERS)
        self._before_writing = before_writing
        self._tls = tls
        self._inner = inner
        self._quoted = QuotedTexts()
        self._line = self._new_line()

    def _new_line(self) -> "httpx.AsyncBaseTransport | httpx.AsyncClient":
        from importer.vicidial.line import open_line

        return self._inner or open_line(self._server.url, self._tls, IDLE_SECONDS)

    async def _begin_anew(self) -> None:
        """Leave the connection and all that httpcore knows of it.

        A call that is given up in an unlucky moment leaves a client's connection taken for ever, and there is but one.
        """
        old, self._line = self._line, self._new_line()
        await old.aclose()

    async def close(self) -> None:
        """Close the connection."""
        await self._line.aclose()

    async def call(self, function: str, parameters: Mapping[str, str]) -> Answer:
        """Make one call of the Non-Agent API.

        Args:
            function: the API function, such as ``add_did``.
            parameters: its parameters; user, pass and source are added here.

        Returns:
            How far the call came and what was said; trouble of the network is a value, not an exception.
        """
        return await self._follow(
            {
                "source": self._server.source,
                "user": self._server.user,
                "pass": self._server.password.reveal(),
                "function": function,
                **parameters,
            }
        )

    async def version(self) -> Answer:
        """Ask which VICIdial this is, with neither user nor password, which ``function=version`` does not need."""
        return await self._follow({"function": "version"})

    async def _follow(self, values: Mapping[str, str]) -> Answer:
        for _ in range(1 + _MOST_REDIRECTS):
            came = await self._call_once(values)
            if isinstance(came, Answer):
                return came
            refusal = self._move_to(came.location)
            if refusal:
                return Answer(Delivery.IMPOSSIBLE, came.status, shown=refusal)
        trouble = f"the server redirects again and again, at last to {self._shown(self._url)}; correct --url"
        return Answer(Delivery.IMPOSSIBLE, came.status, shown=trouble)

    async def _call_once(self, values: Mapping[str, str]) -> "Answer | _Moved":
        import httpx

        loop = asyncio.get_running_loop()
        deadline = asyncio.timeout(self._transport.timeout)
        paused = 0.0
        opened: httpcore.AsyncNetworkStream | None = None
        # a transport that is not httpx's own gives no trace of the moment of writing: be careful, call it written
        written = self._inner is not None
        if written and self._before_writing is not None:
            await self._before_writing()

        async def trace(event: str, info: Mapping[str, Any]) -> None:
            nonlocal opened, paused, written
            if event == "connection.connect_tcp.complete":
                opened = info["return_value"]
            # the CONNECT that asks a proxy for the way to the server carries nothing of the call yet
            if event != "http11.send_request_headers.started" or info["request"].method == b"CONNECT":
                return
            if self._before_writing is not None:
                # waiting for the limit is no slowness of the server
                due, since = deadline.when(), loop.time()
                deadline.reschedule(None)
                await self._before_writing()
                paused = loop.time() - since
                deadline.reschedule(None if due is None else due + paused)
            written = True

        started = loop.time()
        try:
            async with deadline:
                came = await self._exchange(self._request(values, trace))
        except TimeoutError:
            trouble = f"no answer within {self._transport.timeout:g} s"
            came = (
                Answer(Delivery.UNANSWERED, shown=trouble, still_running=True)
                if written
                else Answer(Delivery.NOT_PROCESSED, shown=f"no connection within {self._transport.timeout:g} s")
            )
            await self._begin_anew()
        except httpx.InvalidURL:
            return Answer(Delivery.IMPOSSIBLE, shown=f"no call can be made to {self._shown(self._url)}; correct --url")
        except (httpx.HTTPError, httpx.StreamError, ssl.SSLError, OSError) as error:
            came = trouble_of(error, urlsplit(self._url).hostname or "", written=written)
        finally:
            if opened is not None and not written:
                # httpcore forgets a connection whose TLS handshake is given up
                await opened.aclose()
        return replace(came, seconds=loop.time() - started - paused) if isinstance(came, Answer) else came

    def _request(self, values: Mapping[str, str], trace: Callable[[str, Mapping[str, Any]], object]) -> "httpx.Request":
        import httpx

        form = self._quoted.form(values)
        extensions: dict[str, Any] = {"trace": trace}
        if self._address is None:
            self._address = httpx.URL(self._url)
        if self._transport.method == "GET":
            # httpx would take the long address apart and put it together again, which costs more than the call
            extensions["target"] = self._address.raw_path + b"?" + form
            return httpx.Request("GET", self._address, headers=self._headers, extensions=extensions)
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        return httpx.Request("POST", self._address, content=form, headers=headers, extensions=extensions)

    async def _exchange(self, request: "httpx.Request") -> "Answer | _Moved":
        import httpx

        if isinstance(self._line, httpx.AsyncClient):
            response = await self._line.send(request, stream=True)
        else:
            response = await self._line.handle_async_request(request)
        status, received = response.status_code, bytearray()
        try:
            if response.has_redirect_location:
                return _Moved(status, response.headers["Location"])
            # nobody asked for it to be packed, and to unpack what is not costs as much as to read it
            pieces = response.aiter_bytes() if "Content-Encoding" in response.headers else response.aiter_raw()
            async for chunk in pieces:
                received += chunk
                if len(received) > LONGEST_REPLY_BYTES:
                    return Answer(Delivery.UNANSWERED, status, shown="the answer was endlessly long")
        except httpx.HTTPError:
            # these two say before their body that nothing was done
            if status not in (429, 503):
                raise
        finally:
            await response.aclose()
        body = received.decode("utf-8", errors="replace")
        shown = self._shown(body) or f"HTTP {status} without a text"
        return Answer(Delivery.ANSWERED, status, body, shown, seconds_to_wait(response.headers.get("Retry-After", "")))

    def _shown(self, text: str) -> str:
        masked = " ".join(self._server.password.redact(text).split())
        # a terminal must not obey what a server says
        if not masked.isprintable():
            masked = "".join(sign if sign.isprintable() else "\ufffd" for sign in masked)
        return masked if len(masked) <= _SHOWN_CHARACTERS else masked[: _SHOWN_CHARACTERS - 1] + "…"

    def _move_to(self, location: str) -> str:
        """Take over the address of a redirect, or say why it is not followed."""
        address, shown = redirect_target(self._url, location)
        if not address:
            return (
                f"the server redirects to {self._shown(shown)}, and the password is not sent there;"
                " if that is the right address, give it with --url"
            )
        self._url, self._address = address, None
        return ""
