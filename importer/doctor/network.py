"""The rungs below HTTP: the name resolves, the port is open, the certificate is good. Sends nothing to the server."""

import queue
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final, TypeVar
from urllib.parse import urlsplit

from importer.doctor.rungs import Level, Rung, RungResult, broken
from importer.settings.settings import Server
from importer.vicidial.transport import Transport, proxy_for

_T = TypeVar("_T")

_SELF_SIGNED: Final = frozenset({18, 19})
_UNKNOWN_AUTHORITY: Final = frozenset({2, 20, 21, 24})
_WRONG_TIME: Final = frozenset({9, 10})
_WRONG_NAME: Final = frozenset({62, 63, 64})
"""OpenSSL's numbers for why a certificate is refused (``X509_V_ERR_...``)."""


@dataclass(frozen=True, slots=True)
class FirstMachine:
    """The machine that a call meets first.

    Attributes:
        host: its name or address.
        port: its port.
        proxy: where it is said that it is a proxy, such as ``HTTPS_PROXY``; empty for the server itself.
    """

    host: str
    port: int
    proxy: str = ""


def first_machine(url: str) -> FirstMachine:
    """Say which machine calls to an address meet first."""
    parts, proxy = urlsplit(url), proxy_for(url)
    if proxy is not None:
        return FirstMachine(proxy.host, proxy.port, proxy.variable)
    return FirstMachine(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


def look_up(first: FirstMachine, seconds: float) -> RungResult:
    """See whether the name resolves."""
    proxy = f"calls go through the proxy {first.host}:{first.port} ({first.proxy}): " if first.proxy else ""
    try:
        ip_address(first.host)
    except ValueError:
        pass
    else:
        return RungResult(Rung.NAME, Level.OK, f"{proxy}{first.host} is an address; there is no name to look up")
    fix = f"correct the name in {first.proxy or 'the url'}; a name inside a company may need its network or VPN"
    try:
        found = _within(seconds, lambda: socket.getaddrinfo(first.host, first.port, type=socket.SOCK_STREAM))
    except TimeoutError:
        sentence = f"the name servers said nothing about {first.host} within {seconds:g} s"
        return broken(Rung.NAME, proxy + sentence, "see whether this computer is online")
    except (OSError, UnicodeError):
        return broken(Rung.NAME, f"{proxy}the name {first.host} does not resolve", fix)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return RungResult(Rung.NAME, Level.OK, f"{proxy}{first.host} is {', '.join(addresses[:3])}")


def _within(seconds: float, job: Callable[[], _T]) -> _T:
    """Do a job that cannot be given a time limit; raises TimeoutError where it takes too long."""
    done: queue.SimpleQueue[_T | BaseException] = queue.SimpleQueue()

    def work() -> None:
        try:
            done.put(job())
        except (OSError, UnicodeError) as error:
            done.put(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        result = done.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(result, BaseException):
        raise result
    return result


def open_port(first: FirstMachine, seconds: float) -> RungResult:
    """See whether somebody listens on the port."""
    there = f"port {first.port} of {first.host}"
    where = first.proxy or "the url"
    try:
        # a name with several addresses is tried at each of them, and all together have these seconds
        _within(seconds, lambda: socket.create_connection((first.host, first.port), seconds).close())
    except TimeoutError:
        return broken(
            Rung.PORT,
            f"no answer from {there} within {seconds:g} s",
            f"let this computer through the firewall to that port, or correct the port in {where}",
        )
    except ConnectionRefusedError:
        return broken(
            Rung.PORT,
            f"{there} is closed",
            f"start the web server there, open the port in its firewall, or correct the port in {where}",
        )
    except OSError as error:
        return broken(
            Rung.PORT,
            f"there is no way to {there} ({error.strerror or type(error).__name__})",
            "see whether this computer is in the right network, or needs its VPN",
        )
    return RungResult(Rung.PORT, Level.OK, f"{there} is open")


def shake_hands(
    first: FirstMachine, seconds: float, *, server: Server, transport: Transport, context: ssl.SSLContext
) -> RungResult:
    """See whether the connection is encrypted, by a certificate that this computer trusts."""
    parts = urlsplit(server.url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        if server.warnings:
            fix = "use https:// in the url, where the server offers it"
            return RungResult(Rung.TLS, Level.WARNING, f"the password travels to {host} in the clear", fix)
        return RungResult(Rung.TLS, Level.OK, "not needed: the server is this machine")
    if first.proxy:
        return RungResult(Rung.TLS, Level.OK, "a proxy stands between; the call of the next step checks it")

    def shaken() -> tuple[str, object]:
        with (
            socket.create_connection((first.host, first.port), seconds) as line,
            context.wrap_socket(line, server_hostname=host) as encrypted,
        ):
            return encrypted.version() or "TLS", encrypted.getpeercert()

    try:
        version, certificate = _within(seconds, shaken)
    except ssl.SSLCertVerificationError as error:
        return _distrusted(host, error)
    except ssl.SSLError:
        return broken(
            Rung.TLS,
            f"{host} does not speak TLS on port {first.port}",
            "begin the url with http:// if the server has no TLS, or correct the port",
        )
    except OSError:
        return broken(
            Rung.TLS,
            f"{host} cuts the connection before it is encrypted",
            "look at the TLS settings of the web server, and at what stands between",
        )
    if transport.insecure:
        sentence = f"{version}, but the certificate is not checked (--insecure): anybody in between can read all"
        return RungResult(Rung.TLS, Level.WARNING, sentence, "leave out --insecure, and give --ca-file instead")
    return RungResult(Rung.TLS, Level.OK, f"{version}, the certificate is good until {_until(certificate)}")


def _distrusted(host: str, error: ssl.SSLCertVerificationError) -> RungResult:
    sentence = f"the certificate of {host} is not trusted: {error.verify_message}"
    if error.verify_code in _WRONG_TIME:
        fix = "renew the certificate on the server (and see whether this computer's clock is right)"
    elif error.verify_code in _WRONG_NAME:
        fix = "give the url with the name that the certificate is for"
    elif error.verify_code in _SELF_SIGNED | _UNKNOWN_AUTHORITY:
        fix = (
            "give a certificate of a public authority to the server, or get its own one from whoever runs it and name"
            " that file: --ca-file FILE"
        )
    else:
        fix = "put the certificate right on the server"
    return broken(Rung.TLS, sentence, fix)


def _until(certificate: object) -> str:
    ends = certificate.get("notAfter") if isinstance(certificate, dict) else None
    if not isinstance(ends, str):
        return "an unknown day"
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC).date().isoformat()
