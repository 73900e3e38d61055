"""The one module that holds httpx, and the only one that asks the password to reveal itself.

A call never raises for what the network or the server does: it returns an ``Answer`` that says how far the call came.
httpx's transport is used without its client, which would add cookies, logins of .netrc and redirects to every call.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from importer import __version__
from importer.errors import SettingsError
from importer.settings.password import MASK
from importer.settings.settings import Server
from importer.vicidial.answer import (
    IDLE_SECONDS,
    Answer,
    Call,
    Delivery,
    NotUsableError,
    Redirect,
    answer_of_error,
    redirect_target,
    seconds_to_wait,
)
from importer.vicidial.proxy import proxy_for
from importer.vicidial.transport import Transport, silence_httpx

__all__ = ["IDLE_SECONDS", "LONGEST_REPLY_BYTES", "NonAgentApi"]

if TYPE_CHECKING:
    import httpx

    from importer.vicidial.network import OneConnection

LONGEST_REPLY_BYTES: Final = 65_536
"""VICIdial's answers are a few lines; more than this, head and trailers included, is something else."""

_HEADERS: Final = {
    "User-Agent": f"did-importer/{__version__}",
    "Accept": "text/plain, text/html",
    "Accept-Encoding": "identity",
}
_SHOWN_CHARACTERS: Final = 160
_MOST_REDIRECTS: Final = 3
_MOST_CONNECTIONS: Final = 3


class NonAgentApi:
    """One worker's client of the Non-Agent API, with one connection that is kept as long as it is clean.

    Args:
        server: where to and as whom.
        transport: how.
        tls: the context of ``Transport.ssl_context``, shared by all workers.
        before_writing: awaited at the moment at which a request is about to be written to an open connection.
        longest_reply: a head, body and trailers of more bytes than this are not read to their end.

    Raises:
        SettingsError: the proxy that the environment names cannot be used.
    """

    def __init__(
        self,
        server: Server,
        transport: Transport,
        tls: ssl.SSLContext,
        before_writing: Callable[[], Awaitable[object]] | None = None,
        *,
        longest_reply: int = LONGEST_REPLY_BYTES,
    ) -> None:
        silence_httpx()
        self._longest_reply = longest_reply
        self._server = server
        self._transport = transport
        self._tls = tls
        self._url = server.url
        self._before_writing = before_writing
        self._network: OneConnection
        self._http: httpx.AsyncHTTPTransport
        self._free = asyncio.Lock()
        self._open()

    def _open(self) -> None:
        import httpx

        from importer.vicidial.network import OneConnection

        proxy = proxy_for(self._url)
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_SECONDS)
        try:
            address = proxy.address if proxy else None
            self._http = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False, limits=limits, proxy=address)
        except (ImportError, ValueError, httpx.InvalidURL):
            # httpx's own words may hold the proxy's password
            raise SettingsError(f"the proxy that {proxy and proxy.variable} names cannot be used") from None
        self._network = OneConnection(self._longest_reply)
        # httpx takes no backend itself; its version is held below 0.29 for this and for the trace events
        self._http._pool._network_backend = self._network  # noqa: SLF001

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()
        if self._network.stream is not None:
            # a call that is given up in an unlucky moment is forgotten by httpcore, and its connection with it
            await self._network.stream.aclose()

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
        return await self._follow({"function": "version"}, None)

    async def _follow(self, values: Mapping[str, str], on_written: Callable[[], None] | None) -> Answer:
        async with self._free:
            for _ in range(1 + _MOST_REDIRECTS):
                came = await self._call_once(values, on_written)
                if isinstance(came, Answer):
                    return came
                address, shown = redirect_target(self._url, came.location)
                if not address:
                    refusal = f"the server redirects to {self._shown(shown)}, and the password is not sent there;"
                    refusal += " if that is the right address, give it with --url"
                    return Answer(Delivery.IMPOSSIBLE, came.status, shown=refusal)
                self._url = address
                await self._renew()
        trouble = f"the server redirects again and again, at last to {self._shown(self._url)}; correct --url"
        return Answer(Delivery.IMPOSSIBLE, came.status, shown=trouble)

    async def _renew(self) -> None:
        await self.close()
        self._open()

    async def _call_once(self, values: Mapping[str, str], on_written: Callable[[], None] | None) -> Answer | Redirect:
        import httpx

        call = Call(self._transport.timeout, self._before_writing, on_written)
        clean = False
        try:
            async with call.deadline:
                for _ in range(_MOST_CONNECTIONS):
                    try:
                        came = await self._exchange(values, call)
                    except NotUsableError:
                        await self._renew()
                    else:
                        stream = self._network.stream
                        clean = stream is not None and not stream.has_surplus and not stream.overflowed
                        return came
            host = urlsplit(self._url).hostname
            return Answer(Delivery.NOT_PROCESSED, shown=f"{host} speaks or closes before it is asked: no web server")
        except TimeoutError:
            within = f"within {self._transport.timeout:g} s"
            if call.written:
                return call.answer(Delivery.UNANSWERED, shown=f"no answer {within}", still_running=True)
            return call.answer(Delivery.NOT_PROCESSED, shown=f"no connection {within}")
        except httpx.InvalidURL:
            return Answer(Delivery.IMPOSSIBLE, shown=f"no call can be made to {self._shown(self._url)}; correct --url")
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            if self._network.stream is not None and self._network.stream.overflowed:
                return call.answer(Delivery.UNANSWERED, shown="the answer was endlessly long")
            came = answer_of_error(error, urlsplit(self._url).hostname or "", written=call.written)
            return call.answer(came.delivery, shown=came.shown, still_running=came.still_running)
        finally:
            if not clean:
                await self._renew()

    async def _exchange(self, values: Mapping[str, str], call: Call) -> Answer | Redirect:
        import httpx

        response = await self._http.handle_async_request(self._request(values, call))
        status, body = response.status_code, bytearray()
        try:
            if 300 <= status < 400 and response.has_redirect_location:
                return Redirect(status, response.headers["Location"])
            packed = response.headers.get("Content-Encoding", "identity").strip().lower()
            if packed not in ("", "identity"):
                trouble = "the answer came packed though nobody asked for that, and was not read"
                return call.answer(Delivery.UNANSWERED, status, shown=trouble)
            async for piece in response.aiter_raw():
                body += piece
        except httpx.HTTPError:
            # these two say before their body that nothing was done
            if status not in (429, 503):
                raise
        finally:
            await response.aclose()
        text = body.decode("utf-8", errors="replace")
        shown = self._shown(text) or f"HTTP {status} without a text"
        wait = seconds_to_wait(response.headers.get("Retry-After", ""))
        stream = self._network.stream
        surplus = stream is not None and stream.has_surplus
        return call.answer(Delivery.ANSWERED, status, body=text, shown=shown, retry_after=wait, surplus=surplus)

    def _request(self, values: Mapping[str, str], call: Call) -> "httpx.Request":
        import httpx

        url = httpx.URL(self._url)
        # half of a surrogate pair cannot be sent; VICIdial would delete it anyway, as it does the question mark
        form = urlencode(values, errors="replace").encode("ascii")
        extensions: dict[str, Any] = {"trace": lambda event, info: call.trace(event, info, self._network)}
        if self._transport.method == "POST":
            headers = {**_HEADERS, "Content-Type": "application/x-www-form-urlencoded"}
            return httpx.Request("POST", url, content=form, headers=headers, extensions=extensions)
        # as the target, because httpx would take a long address apart and put it together again
        extensions["target"] = url.raw_path + b"?" + form
        return httpx.Request("GET", url, headers=_HEADERS, extensions=extensions)

    def _shown(self, text: str) -> str:
        """Return a reply in one short line. It ends where the password was: what follows may be the rest of it."""
        masked, mask, _ = self._server.password.redact(text).partition(MASK)
        line = " ".join((masked + mask).split())
        # a terminal must not obey what a server says
        line = "".join(sign if sign.isprintable() else "\ufffd" for sign in line)
        return line if len(line) <= _SHOWN_CHARACTERS else line[: _SHOWN_CHARACTERS - 1] + "…"
