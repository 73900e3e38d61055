"""What came of one call: how far it came, and what the network's troubles say about that. Imports no HTTP library."""

import re
import socket
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

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
    """What came of one call."""

    delivery: Delivery
    status: int = 0  # of HTTP; 0 where none came
    body: str = field(default="", repr=False)  # as it came; it may repeat the password, and only replies.py reads it
    shown: str = ""  # the reply or the trouble, short and with the password masked, for people
    retry_after: float | None = None  # how many seconds the server asks to wait
    seconds: float = 0.0  # how long the call took
    still_running: bool = False  # the server may be at work on the call although nobody listens any more
    surplus: bool = False  # bytes came unasked: a reply that repeats nothing of what was sent may be another call's


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
    for kinds, shown in (
        (ssl.SSLError, f"{host} does not speak TLS on this port"),
        ((socket.gaierror, UnicodeError), f"the name {host} does not resolve"),
        (ConnectionRefusedError, f"{host} refused the connection"),
    ):
        if any(isinstance(cause, kinds) for cause in causes):
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
