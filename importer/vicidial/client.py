"""The one module that holds httpx, and the only one that asks the password to reveal itself.

A call never raises for what the network does: it returns an ``Answer`` that says how far the call came.
"""

import ssl
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from importer import __version__
from importer.settings.settings import Server
from importer.vicidial.answer import Answer, Delivery, redirect_target, seconds_to_wait, trouble_of
from importer.vicidial.call_progress import CallProgress
from importer.vicidial.quoted_texts import QuotedTexts
from importer.vicidial.transport import Transport, silence_httpx

if TYPE_CHECKING:
    import httpx

__all__ = ["IDLE_SECONDS", "LONGEST_REPLY_BYTES", "NonAgentApi", "Transport"]

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


class NonAgentApi:
    """One worker's line to the Non-Agent API.

    Args:
        server: where to and as whom.
        transport: how.
        tls: the context of ``Transport.ssl_context``, shared by all workers.
        before_writing: awaited at the moment at which a request is about to be written to an open connection.

    Raises:
        SettingsError: the proxy that the environment names cannot be used.
    """

    def __init__(
        self,
        server: Server,
        transport: Transport,
        tls: ssl.SSLContext,
        before_writing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        import httpx

        silence_httpx()
        self._server = server
        self._transport = transport
        self._url = server.url
        self._address: httpx.URL | None = None
        self._get: httpx.Request | None = None
        self._headers = httpx.Headers(_HEADERS)
        self._before_writing = before_writing
        self._tls = tls
        self._quoted = QuotedTexts()
        self._line = self._new_line()

    def _new_line(self) -> "httpx.AsyncBaseTransport | httpx.AsyncClient":
        from importer.vicidial.line import open_line

        return open_line(self._server.url, self._tls, IDLE_SECONDS, LONGEST_REPLY_BYTES)

    async def _begin_anew(self) -> None:
        """Leave a client and all that httpcore knows of its connection; a line of ours looks after itself.

        A call that is given up in an unlucky moment leaves a client's connection taken for ever, and there is but one.
        """
        import httpx

        if isinstance(self._line, httpx.AsyncClient):
            old, self._line = self._line, self._new_line()
            await old.aclose()

    async def close(self) -> None:
        """Close the connection."""
        await self._line.aclose()

    async def call(
        self, function: str, parameters: Mapping[str, str], on_written: Callable[[], None] | None = None
    ) -> Answer:
        """Make one call of the Non-Agent API. A call that is asked for while another is under way waits for its end.

        Args:
            function: the API function, such as ``add_did``.
            parameters: its parameters; user, pass and source are added here.
            on_written: called when the request is about to be written: from then on the server may have it.

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
            },
            on_written,
        )

    async def version(self) -> Answer:
        """Ask which VICIdial this is, with neither user nor password, which ``function=version`` does not need."""
        return await self._follow({"function": "version"})

    async def _follow(self, values: Mapping[str, str], on_written: Callable[[], None] | None = None) -> Answer:
        for _ in range(1 + _MOST_REDIRECTS):
            came = await self._call_once(values, on_written)
            if isinstance(came, Answer):
                return came
            refusal = self._move_to(came.location)
            if refusal:
                return Answer(Delivery.IMPOSSIBLE, came.status, shown=refusal)
        trouble = f"the server redirects again and again, at last to {self._shown(self._url)}; correct --url"
        return Answer(Delivery.IMPOSSIBLE, came.status, shown=trouble)

    async def _call_once(self, values: Mapping[str, str], on_written: Callable[[], None] | None) -> "Answer | _Moved":
        import httpx

        call = CallProgress(self._transport.timeout, self._before_writing, on_written)
        try:
            async with call.deadline:
                return await self._exchange(self._request(values, call), call)
        except TimeoutError:
            await self._begin_anew()
            if call.written:
                trouble = f"no answer within {self._transport.timeout:g} s"
                came = Answer(Delivery.UNANSWERED, shown=trouble, still_running=True)
            else:
                came = Answer(Delivery.NOT_PROCESSED, shown=f"no connection within {self._transport.timeout:g} s")
        except httpx.InvalidURL:
            return Answer(Delivery.IMPOSSIBLE, shown=f"no call can be made to {self._shown(self._url)}; correct --url")
        except (httpx.HTTPError, httpx.StreamError, ssl.SSLError, OSError) as error:
            came = trouble_of(error, urlsplit(self._url).hostname or "", written=call.written)
        finally:
            if call.opened is not None and not call.written:
                # httpcore forgets a connection whose TLS handshake is given up
                await call.opened.aclose()
        return replace(came, seconds=call.seconds())

    def _request(self, values: Mapping[str, str], call: CallProgress) -> "httpx.Request":
        import httpx

        if self._address is None:
            self._address = httpx.URL(self._url)
            # by GET all but the target is the same for each call, and a line of ours keeps no request
            self._get = httpx.Request("GET", self._address, headers=self._headers)
        form = self._quoted.form(values)
        extensions: dict[str, Any] = {"trace": call.trace, "progress": call}
        if self._transport.method == "GET":
            # httpx would take the long address apart and put it together again, which costs more than the call
            extensions["target"] = self._address.raw_path + b"?" + form
            if self._get is None or isinstance(self._line, httpx.AsyncClient):
                return httpx.Request("GET", self._address, headers=self._headers, extensions=extensions)
            self._get.extensions = extensions
            return self._get
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        return httpx.Request("POST", self._address, content=form, headers=headers, extensions=extensions)

    async def _exchange(self, request: "httpx.Request", call: CallProgress) -> "Answer | _Moved":
        import httpx

        if isinstance(self._line, httpx.AsyncClient):
            call.its_turn()
            response = await self._line.send(request, stream=True)
        else:
            response = await self._line.handle_async_request(request)
        status, received = response.status_code, bytearray()
        headers = {name.lower(): value.decode("latin-1") for name, value in response.headers.raw}
        try:
            if 300 <= status < 400 and response.has_redirect_location:
                return _Moved(status, response.headers["Location"])
            # nobody asked for it to be packed, and to ask httpx to unpack what is not costs as much as to read it
            pieces = response.aiter_bytes() if b"content-encoding" in headers else response.stream
            async for chunk in cast("AsyncIterable[bytes]", pieces):
                received += chunk
                if len(received) > LONGEST_REPLY_BYTES:
                    trouble = "the answer was endlessly long"
                    return Answer(Delivery.UNANSWERED, status, shown=trouble, seconds=call.seconds())
        except httpx.HTTPError:
            # these two say before their body that nothing was done
            if status not in (429, 503):
                raise
        finally:
            await response.aclose()
        body = received.decode("utf-8", errors="replace")
        shown = self._shown(body) or f"HTTP {status} without a text"
        wait = seconds_to_wait(headers.get(b"retry-after", ""))
        return Answer(Delivery.ANSWERED, status, body, shown, wait, call.seconds())

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
