"""The one module that holds httpx, and the only one that asks the password to reveal itself.

httpx's transport is used without its client, which would add cookies, logins of .netrc and redirects to every call.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx

from importer import __version__
from importer.errors import SettingsError
from importer.settings.password import MASK
from importer.settings.settings import Server
from importer.vicidial.answer import Answer, Delivery, answer_of_error, redirect_target, seconds_to_wait
from importer.vicidial.network import IDLE_SECONDS, OneConnection
from importer.vicidial.transport import Transport, first_machine, silence_httpx

LONGEST_REPLY_BYTES: Final = 65_536  # head and trailers included; VICIdial's answers are a few lines
_HEADERS: Final = {
    "User-Agent": f"did-importer/{__version__}",
    "Accept": "text/plain, text/html",
    "Accept-Encoding": "identity",
}
_SHOWN_CHARACTERS: Final = 160
_MOST_REDIRECTS: Final = 3
_MOST_CONNECTIONS: Final = 3


class _NotUsableError(Exception):
    """The server has closed the connection or spoken unasked while the call waited; nothing is written."""


class _Call:
    """One call under way: how far it came, and how long it took without the time in which it waited for its turn."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self.deadline = asyncio.timeout_at(self._started + timeout)
        self.had_turn = False
        self.written = False

    async def wait(self, turn: Callable[[], Awaitable[object]]) -> None:
        since = self._loop.time()
        self.deadline.reschedule(None)
        await turn()
        self.had_turn = True
        self._started += self._loop.time() - since
        self.deadline.reschedule(self._started + self._timeout)

    def answer(self, delivery: Delivery, status: int = 0, **fields: Any) -> Answer:
        return Answer(delivery, status, seconds=self._loop.time() - self._started, **fields)


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
        self._server = server
        self._transport = transport
        self._tls = tls
        self._url = server.url
        self._before_writing = before_writing
        self._network = OneConnection(longest_reply)
        self._http = self._opened()
        self._free = asyncio.Lock()

    def _opened(self) -> httpx.AsyncHTTPTransport:
        first = first_machine(self._url)
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_SECONDS)
        try:
            proxy = first.address or None
            opened = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False, limits=limits, proxy=proxy)
        except (ValueError, httpx.InvalidURL):
            # httpx's own words may hold the proxy's password
            raise SettingsError(f"the proxy that {first.proxy} names cannot be used") from None
        # httpx takes no backend itself; its version is held below 0.29 for this and for the trace events
        opened._pool._network_backend = self._network  # noqa: SLF001
        return opened

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()
        await self._network.close()

    async def call(self, function: str, parameters: Mapping[str, str]) -> Answer:
        """Make one call of the Non-Agent API. A call that is asked for while another is under way waits for its end.

        Args:
            function: the API function, such as ``add_did``.
            parameters: its parameters; user, pass and source are added here.

        Returns:
            How far the call came and what was said; trouble of the network is a value, not an exception.
        """
        login = {"source": self._server.source, "user": self._server.user, "pass": self._server.password.reveal()}
        return await self._follow({**login, "function": function, **parameters})

    async def version(self) -> Answer:
        """Ask which VICIdial this is, with neither user nor password, which ``function=version`` does not need."""
        return await self._follow({"function": "version"})

    async def _follow(self, values: Mapping[str, str]) -> Answer:
        async with self._free:
            for _ in range(1 + _MOST_REDIRECTS):
                came = await self._call_once(values)
                if came is not None:
                    return came
        trouble = f"the server redirects again and again, at last to {self._shown(self._url)}; correct --url"
        return Answer(Delivery.IMPOSSIBLE, shown=trouble)

    async def _call_once(self, values: Mapping[str, str]) -> Answer | None:
        """Make one call; None where it was redirected, and is to be made again."""
        call, host = _Call(self._transport.timeout), urlsplit(self._url).hostname or ""
        clean = False
        try:
            async with call.deadline:
                for _ in range(_MOST_CONNECTIONS):
                    with suppress(_NotUsableError):
                        came = await self._exchange(values, call)
                        clean = came is not None and not self._network.has_surplus and not self._network.overflowed
                        return came
                    await self._renew()
            return Answer(Delivery.NOT_PROCESSED, shown=f"{host} speaks or closes before it is asked: no web server")
        except TimeoutError:
            within = f"within {self._transport.timeout:g} s"
            if call.written:
                return call.answer(Delivery.UNANSWERED, shown=f"no answer {within}", still_running=True)
            return call.answer(Delivery.NOT_PROCESSED, shown=f"no connection {within}")
        except httpx.InvalidURL:
            return Answer(Delivery.IMPOSSIBLE, shown=f"no call can be made to {self._shown(self._url)}; correct --url")
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            if self._network.overflowed:
                return call.answer(Delivery.UNANSWERED, shown="the answer was endlessly long")
            failed = answer_of_error(error, host, written=call.written)
            return call.answer(failed.delivery, shown=failed.shown, still_running=failed.still_running)
        finally:
            if not clean:
                await self._renew()

    async def _renew(self) -> None:
        await self.close()
        self._http = self._opened()

    async def _exchange(self, values: Mapping[str, str], call: _Call) -> Answer | None:
        response = await self._http.handle_async_request(self._request(values, call))
        status, body = response.status_code, bytearray()
        try:
            if response.has_redirect_location:
                return self._redirected(status, response.headers["Location"])
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
        wait, surplus = seconds_to_wait(response.headers.get("Retry-After", "")), self._network.has_surplus
        return call.answer(Delivery.ANSWERED, status, body=text, shown=shown, retry_after=wait, surplus=surplus)

    def _redirected(self, status: int, location: str) -> Answer | None:
        """Take the new address, or say why not. A location may repeat the whole call, the password included."""
        address, shown = redirect_target(self._url, location)
        if not address:
            refusal = f"the server redirects to {self._shown(shown)}, and the password is not sent there;"
            refusal += " if that is the right address, give it with --url"
            return Answer(Delivery.IMPOSSIBLE, status, shown=refusal)
        self._url = address
        return None

    def _request(self, values: Mapping[str, str], call: _Call) -> httpx.Request:
        async def trace(event: str, info: Mapping[str, Any]) -> None:
            # the CONNECT that asks a proxy for the way to the server carries nothing of the call yet
            if event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT":
                await self._before_request(call)

        url = httpx.URL(self._url)
        # half of a surrogate pair cannot be sent; VICIdial would delete it anyway, as it does the question mark
        form = urlencode(values, errors="replace").encode("ascii")
        extensions: dict[str, Any] = {"trace": trace}
        if self._transport.method == "POST":
            headers = {**_HEADERS, "Content-Type": "application/x-www-form-urlencoded"}
            return httpx.Request("POST", url, content=form, headers=headers, extensions=extensions)
        # as the target, because httpx would take a long address apart and put it together again
        extensions["target"] = url.raw_path + b"?" + form
        return httpx.Request("GET", url, headers=_HEADERS, extensions=extensions)

    async def _before_request(self, call: _Call) -> None:
        """Wait for the turn when the request is about to be written; from then on the server may have it."""
        if self._before_writing is not None and not call.had_turn:
            await call.wait(self._before_writing)
        # twice, so that what has come meanwhile is seen
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if not self._network.usable:
            raise _NotUsableError
        call.written = True

    def _shown(self, text: str) -> str:
        """Return a reply in one short line. It ends where the password was: what follows may be the rest of it."""
        masked, mask, _ = self._server.password.redact(text).partition(MASK)
        line = " ".join((masked + mask).split())
        # a terminal must not obey what a server says
        line = "".join(sign if sign.isprintable() else "\ufffd" for sign in line)
        return line if len(line) <= _SHOWN_CHARACTERS else line[: _SHOWN_CHARACTERS - 1] + "…"
