"""The rungs below HTTP: the name resolves, the port is open, the certificate is good. Sends nothing to the server."""

import queue
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final, TypeVar
from urllib.parse import urlsplit

from importer.doctor.ladder import Level, Rung, RungResult
from importer.doctor.way import Way
from importer.settings.settings import Server
from importer.vicidial.transport import Transport

_T = TypeVar("_T")

_SELF_SIGNED: Final = frozenset({18, 19})
_UNKNOWN_AUTHORITY: Final = frozenset({2, 20, 21, 24})
_WRONG_TIME: Final = frozenset({9, 10})
_WRONG_NAME: Final = frozenset({62, 63, 64})
"""OpenSSL's numbers for why a certificate is refused (``X509_V_ERR_...``)."""


def look_up(way: Way, seconds: float) -> RungResult:
    """See whether the name resolves.

    Args:
        way: the first machine.
        seconds: how long to wait for the name servers.
    """
    proxy = f"calls go through the proxy {way.host}:{way.port} ({way.proxy}): " if way.proxy else ""
    try:
        ip_address(way.host)
    except ValueError:
        pass
    else:
        return RungResult(Rung.NAME, Level.OK, f"{proxy}{way.host} is an address; there is no name to look up")
    fix = f"correct the name in {way.proxy or 'the url'}; a name inside a company may need its network or VPN"
    try:
        found = _within(seconds, lambda: socket.getaddrinfo(way.host, way.port, type=socket.SOCK_STREAM))
    except TimeoutError:
        sentence = f"the name servers said nothing about {way.host} within {seconds:g} s"
        return RungResult(Rung.NAME, Level.BROKEN, proxy + sentence, "see whether this computer is online")
    except (OSError, UnicodeError):
        return RungResult(Rung.NAME, Level.BROKEN, f"{proxy}the name {way.host} does not resolve", fix)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return RungResult(Rung.NAME, Level.OK, f"{proxy}{way.host} is {', '.join(addresses[:3])}")


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


def open_port(way: Way, seconds: float) -> RungResult:
    """See whether somebody listens on the port.

    Args:
        way: the first machine.
        seconds: how long to wait.
    """
    there = f"port {way.port} of {way.host}"
    where = way.proxy or "the url"
    try:
        socket.create_connection((way.host, way.port), seconds).close()
    except TimeoutError:
        return RungResult(
            Rung.PORT,
            Level.BROKEN,
            f"no answer from {there} within {seconds:g} s",
            f"let this computer through the firewall to that port, or correct the port in {where}",
        )
    except ConnectionRefusedError:
        return RungResult(
            Rung.PORT,
            Level.BROKEN,
            f"{there} is closed",
            f"start the web server there, open the port in its firewall, or correct the port in {where}",
        )
    except OSError as error:
        return RungResult(
            Rung.PORT,
            Level.BROKEN,
            f"there is no way to {there} ({error.strerror or type(error).__name__})",
            "see whether this computer is in the right network, or needs its VPN",
        )
    return RungResult(Rung.PORT, Level.OK, f"{there} is open")


def shake_hands(server: Server, way: Way, transport: Transport, context: ssl.SSLContext) -> RungResult:
    """See whether the connection is encrypted, by a certificate that this computer trusts.

    Args:
        server: where to.
        way: the first machine.
        transport: how calls travel; its timeout, and whether any certificate is taken.
        context: of ``Transport.ssl_context``.
    """
    parts = urlsplit(server.url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        if server.warnings:
            fix = "use https:// in the url, where the server offers it"
            return RungResult(Rung.TLS, Level.WARNING, f"the password travels to {host} in the clear", fix)
        return RungResult(Rung.TLS, Level.OK, "not needed: the server is this machine")
    if way.proxy:
        return RungResult(Rung.TLS, Level.OK, "a proxy stands between; the call of the next step checks it")
    try:
        with (
            socket.create_connection((way.host, way.port), transport.timeout) as line,
            context.wrap_socket(line, server_hostname=host) as encrypted,
        ):
            version, certificate = encrypted.version() or "TLS", encrypted.getpeercert()
    except ssl.SSLCertVerificationError as error:
        return _distrusted(host, error)
    except ssl.SSLError:
        return RungResult(
            Rung.TLS,
            Level.BROKEN,
            f"{host} does not speak TLS on port {way.port}",
            "begin the url with http:// if the server has no TLS, or correct the port",
        )
    except OSError:
        return RungResult(
            Rung.TLS,
            Level.BROKEN,
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
    return RungResult(Rung.TLS, Level.BROKEN, sentence, fix)


def _until(certificate: object) -> str:
    ends = certificate.get("notAfter") if isinstance(certificate, dict) else None
    if not isinstance(ends, str):
        return "an unknown day"
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC).date().isoformat()
