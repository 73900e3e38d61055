"""What came of one call: how far it came, and what the network's troubles say about that. Imports no HTTP library."""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

if TYPE_CHECKING:
    from importer.vicidial.network import OneConnection


LONGEST_RETRY_AFTER_SECONDS: Final = 86_400.0


class Delivery(StrEnum):
    """How far a call came."""

    ANSWERED = "answered"
    NOT_PROCESSED = "not processed"
    """No connection: surely nothing happened."""
    UNANSWERED = "unanswered"
    """Written, or begun to be written, and no whole answer came: it may or may not have been processed."""
    IMPOSSIBLE = "impossible"
    """No call of this run can work: the certificate is not trusted, or the server points elsewhere."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call.

    Attributes:
        delivery: how far the call came.
        status: the HTTP status; 0 where none came.
        body: the reply as it came. It may repeat the password: only ``importer.vicidial.replies`` reads it.
        shown: the reply or the trouble, short and with the password masked, for people.
        retry_after: how many seconds the server asks to wait; None where it does not say.
        seconds: how long the call took.
        still_running: True where the server may be at work on the call although nobody listens any more.
        surplus: True where bytes came unasked with this answer or one before it: a reply that repeats nothing of what
            was sent may belong to another call, and settles no row.
    """

    delivery: Delivery
    status: int = 0
    body: str = field(default="", repr=False)
    shown: str = ""
    retry_after: float | None = None
    seconds: float = 0.0
    still_running: bool = False
    surplus: bool = False


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect. Its location may repeat the whole call, the password included."""

    status: int
    location: str = field(repr=False)


def answer_of_error(error: BaseException, host: str, *, written: bool) -> Answer:
    """Turn what the network raised into how far the call came."""
    if written:
        shown = "the connection was cut before the whole answer came"
        return Answer(Delivery.UNANSWERED, shown=shown, still_running=True)
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = (
                f"the certificate of {host} is not trusted ({cause.verify_message}); give its authority with --ca-file"
            )
            return Answer(Delivery.IMPOSSIBLE, shown=why)
    for kind, shown in (
        (ssl.SSLError, f"{host} does not speak TLS on this port"),
        (socket.gaierror, f"the name {host} does not resolve"),
        (UnicodeError, f"the name {host} does not resolve"),
        (ConnectionRefusedError, f"{host} refused the connection"),
    ):
        if any(isinstance(cause, kind) for cause in causes):
            return Answer(Delivery.NOT_PROCESSED, shown=shown)
    return Answer(Delivery.NOT_PROCESSED, shown=f"no connection to {host}")


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error and everything that led to it."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        current = current.__cause__ or current.__context__
        if isinstance(current, ExceptionGroup):
            found.extend(current.exceptions)
    return found


def redirect_target(url: str, location: str) -> tuple[str, str]:
    """Judge where a redirect points. It is followed to the same host and port only, or there from http up to https."""
    here = urlsplit(url)
    try:
        there = urlsplit(urljoin(url, location))
        same_host, same_port = there.hostname == here.hostname, _port(there) == _port(here)
    except ValueError:
        return "", "an address that cannot be read"
    shown = urlunsplit((there.scheme, there.netloc.rpartition("@")[2], there.path, "", ""))
    upwards = (here.scheme, there.scheme) == ("http", "https")
    stays = here.scheme == there.scheme and same_port
    return (shown if same_host and (upwards or stays) else ""), shown


def _port(parts: SplitResult) -> int | None:
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def seconds_to_wait(text: str) -> float | None:
    """Read Retry-After, which is a number of seconds or a date (RFC 9110, section 10.2.3); a day at most."""
    if re.fullmatch("[0-9]+", text.strip()):
        return min(float(text), LONGEST_RETRY_AFTER_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, ArithmeticError, LookupError):
        # a date that is none, or a year or a zone that no calendar has
        return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER_SECONDS)


IDLE_SECONDS: Final = 4.0
"""A connection that was idle for longer is not used again: Apache closes one after 5 s, at times in mid-request."""


class NotUsableError(Exception):
    """The server has closed the connection or spoken unasked while the call waited; nothing is written."""


class Call:
    """One call under way: how far it came, and how long it took, without the time in which it waited for its turn."""

    def __init__(
        self,
        timeout: float,
        before_writing: Callable[[], Awaitable[object]] | None,
        on_written: Callable[[], None] | None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._before_writing = before_writing
        self._on_written = on_written
        self.deadline = asyncio.timeout_at(self._started + timeout)
        self.written = False

    def answer(self, delivery: Delivery, status: int = 0, **fields: Any) -> Answer:
        """Make the answer, with the time that the call took."""
        return Answer(delivery, status, seconds=self._loop.time() - self._started, **fields)

    async def trace(self, event: str, info: Mapping[str, Any], network: "OneConnection") -> None:
        """Wait for the turn when the request is about to be written; from then on the server may have it."""
        # the CONNECT that asks a proxy for the way to the server carries nothing of the call yet
        if event != "http11.send_request_headers.started" or info["request"].method == b"CONNECT":
            return
        if self._before_writing is not None:
            due, since = self.deadline.when(), self._loop.time()
            self.deadline.reschedule(None)
            await self._before_writing()
            self._before_writing = None
            waited = self._loop.time() - since
            self._started += waited
            self.deadline.reschedule(None if due is None else due + waited)
        # twice, so that what has come meanwhile is seen
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if network.stream is None or not network.stream.usable(IDLE_SECONDS):
            raise NotUsableError
        self.written = True
        if self._on_written is not None:
            self._on_written()
