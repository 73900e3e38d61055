"""The one module that holds httpx, and the only one that asks the password to reveal itself.

A call never raises for what the network does: it returns an ``Answer`` that says how far the call came.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from importer import __version__
from importer.answer import Answer, Delivery, redirect_target, seconds_to_wait, trouble_of
from importer.errors import SettingsTrouble
from importer.settings import Server

if TYPE_CHECKING:
    import httpx

LONGEST_REPLY_BYTES: Final = 65_536
"""VICIdial's answers are a few lines; more than this is something else and is not read to its end."""

IDLE_SECONDS: Final = 4.0
"""A connection that was idle for longer is not used again: Apache closes one after 5 s, at times in mid-request."""

_SHOWN_CHARACTERS: Final = 160
_MOST_REDIRECTS: Final = 3


@dataclass(frozen=True, slots=True)
class Transport:
    """How calls travel.

    Attributes:
        method: ``GET``, as every document shows, or ``POST``, which keeps the password out of the access log.
        timeout: seconds for one whole call.
        ca_file: the certificates of a private authority, or None for the system's.
        insecure: True to take any certificate.
    """

    method: str = "GET"
    timeout: float = 30.0
    ca_file: str | None = None
    insecure: bool = False

    def ssl_context(self) -> ssl.SSLContext:
        """Make the context that all workers share.

        Raises:
            SettingsTrouble: the file of certificates cannot be used.
        """
        if self.insecure:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ssl.SSLError):
            raise SettingsTrouble(f"--ca-file {self.ca_file} cannot be read as certificates (PEM)") from None


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

        for name in ("httpx", "httpcore"):
            # their logs hold the whole URL, and so the password
            logging.getLogger(name).disabled = True
        self._server = server
        self._transport = transport
        self._url = server.url
        self._before_writing = before_writing
        self._traces = inner is None
        try:
            self._client = httpx.AsyncClient(
                verify=tls,
                timeout=None,  # noqa: S113  asyncio.timeout bounds the whole call instead of each of its steps
                follow_redirects=False,
                headers={"User-Agent": f"did-importer/{__version__}", "Accept": "text/plain, text/html"},
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_SECONDS),
                transport=inner,
            )
        except (ImportError, ValueError, httpx.InvalidURL):
            # httpx takes proxies from the environment; its own words may hold a proxy's password
            raise SettingsTrouble(
                "the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names cannot be used; correct the variable (http://"
                " or https://), or name the server in NO_PROXY"
            ) from None

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

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
        answer = await self._call_once(values)
        for _ in range(_MOST_REDIRECTS):
            if answer.status not in (301, 302, 303, 307, 308) or answer.delivery is not Delivery.ANSWERED:
                break
            refusal = self._move_to(answer.body)
            if refusal:
                return Answer(Delivery.IMPOSSIBLE, answer.status, shown=refusal)
            answer = await self._call_once(values)
        return answer

    async def _call_once(self, values: Mapping[str, str]) -> Answer:
        import httpx

        loop = asyncio.get_running_loop()
        started = loop.time()
        # a transport that is not httpx's own gives no trace of the moment of writing: be careful, call it written
        written = not self._traces
        if written and self._before_writing is not None:
            await self._before_writing()

        async def trace(event: str, _info: Mapping[str, Any]) -> None:
            nonlocal written
            if event == "http11.send_request_headers.started":
                if self._before_writing is not None:
                    await self._before_writing()
                written = True

        get = self._transport.method == "GET"
        request = self._client.build_request(
            self._transport.method,
            self._url,
            params=values if get else None,
            data=None if get else values,
            extensions={"trace": trace},
        )
        try:
            async with asyncio.timeout(self._transport.timeout):
                answer = await self._exchange(request)
        except TimeoutError:
            trouble = f"no answer within {self._transport.timeout:g} s"
            answer = (
                Answer(Delivery.UNANSWERED, shown=trouble, still_running=True)
                if written
                else Answer(Delivery.NOT_PROCESSED, shown=f"no connection within {self._transport.timeout:g} s")
            )
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError) as error:
            answer = trouble_of(error, urlsplit(self._url).hostname or "", written=written)
        return replace(answer, seconds=loop.time() - started)

    async def _exchange(self, request: "httpx.Request") -> Answer:
        response = await self._client.send(request, stream=True)
        try:
            if response.has_redirect_location:
                return Answer(Delivery.ANSWERED, response.status_code, response.headers["Location"], "redirect")
            received = bytearray()
            async for chunk in response.aiter_bytes():
                received += chunk
                if len(received) > LONGEST_REPLY_BYTES:
                    return Answer(Delivery.UNANSWERED, response.status_code, shown="the answer was endlessly long")
        finally:
            await response.aclose()
        body = received.decode("utf-8", errors="replace")
        return Answer(
            Delivery.ANSWERED,
            response.status_code,
            body,
            self._shown(body) or f"HTTP {response.status_code} without a text",
            seconds_to_wait(response.headers.get("Retry-After", "")),
        )

    def _shown(self, text: str) -> str:
        masked = " ".join(self._server.password.redact(text).split())
        return masked if len(masked) <= _SHOWN_CHARACTERS else masked[: _SHOWN_CHARACTERS - 1] + "…"

    def _move_to(self, location: str) -> str:
        """Take over the address of a redirect, or say why it is not followed."""
        address, shown = redirect_target(self._url, location)
        if not address:
            return (
                f"the server redirects to {self._shown(shown)}, and the password is not sent there;"
                " if that is the right address, give it with --url"
            )
        self._url = address
        return ""
