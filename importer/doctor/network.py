"""The rungs below HTTP: the name resolves, the port is open, the certificate is good. Sends nothing to the server."""

import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final, TypeVar
from urllib.parse import urlsplit

from importer.doctor.rungs import Rung, RungResult
from importer.settings.settings import Server
from importer.vicidial.transport import FirstMachine, Transport, first_machine

_T = TypeVar("_T")


def below_http(
    server: Server, transport: Transport, context: ssl.SSLContext, seconds: Callable[[], float]
) -> Iterator[RungResult]:
    """Find out about these rungs, one after the other; each may take as many seconds as there are then."""
    first = first_machine(server.url)
    yield look_up(first, seconds())
    yield open_port(first, seconds())
    yield shake_hands(first, seconds(), server=server, transport=transport, context=context)


def look_up(first: FirstMachine, seconds: float) -> RungResult:
    """See whether the name resolves."""
    proxy = f"calls go through the proxy {first.host}:{first.port} ({first.proxy}): " if first.proxy else ""
    try:
        ip_address(first.host)
    except ValueError:
        pass
    else:
        return Rung.NAME.ok(f"{proxy}{first.host} is an address; there is no name to look up")
    fix = f"correct the name in {first.proxy or 'the url'}; a name inside a company may need its network or VPN"
    try:
        found = _within(seconds, lambda: socket.getaddrinfo(first.host, first.port, type=socket.SOCK_STREAM))
    except TimeoutError:
        sentence = f"the name servers said nothing about {first.host} within {seconds:g} s"
        return Rung.NAME.broken(proxy + sentence, "see whether this computer is online")
    except (OSError, UnicodeError):
        return Rung.NAME.broken(f"{proxy}the name {first.host} does not resolve", fix)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return Rung.NAME.ok(f"{proxy}{first.host} is {', '.join(addresses[:3])}")


def _within(seconds: float, job: Callable[[], _T]) -> _T:
    """Do a job that cannot be given a time limit; raises TimeoutError where it takes too long."""
    done: queue.SimpleQueue[_T | OSError | UnicodeError] = queue.SimpleQueue()

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
    if isinstance(result, (OSError, UnicodeError)):
        raise result
    return result


def open_port(first: FirstMachine, seconds: float) -> RungResult:
    """See whether somebody listens on the port."""
    there, where = f"port {first.port} of {first.host}", first.proxy or "the url"
    try:
        # a name with several addresses is tried at each of them, and all together have these seconds
        _within(seconds, lambda: socket.create_connection((first.host, first.port), seconds).close())
    except TimeoutError:
        fix = f"let this computer through the firewall to that port, or correct the port in {where}"
        return Rung.PORT.broken(f"no answer from {there} within {seconds:g} s", fix)
    except ConnectionRefusedError:
        fix = f"start the web server there, open the port in its firewall, or correct the port in {where}"
        return Rung.PORT.broken(f"{there} is closed", fix)
    except OSError as error:
        sentence = f"there is no way to {there} ({error.strerror or type(error).__name__})"
        return Rung.PORT.broken(sentence, "see whether this computer is in the right network, or needs its VPN")
    return Rung.PORT.ok(f"{there} is open")


def shake_hands(
    first: FirstMachine, seconds: float, *, server: Server, transport: Transport, context: ssl.SSLContext
) -> RungResult:
    """See whether the connection is encrypted, by a certificate that this computer trusts."""
    parts = urlsplit(server.url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        if server.warnings:
            fix = "use https:// in the url, where the server offers it"
            return Rung.TLS.warning(f"the password travels to {host} in the clear", fix)
        return Rung.TLS.ok("not needed: the server is this machine")
    if first.proxy:
        return Rung.TLS.ok("a proxy stands between; the call of the next step checks it")

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
        fix = "begin the url with http:// if the server has no TLS, or correct the port"
        return Rung.TLS.broken(f"{host} does not speak TLS on port {first.port}", fix)
    except OSError:
        fix = "look at the TLS settings of the web server, and at what stands between"
        return Rung.TLS.broken(f"{host} cuts the connection before it is encrypted", fix)
    if transport.insecure:
        sentence = f"{version}, but the certificate is not checked (--insecure): anybody in between can read all"
        return Rung.TLS.warning(sentence, "leave out --insecure, and give --ca-file instead")
    return Rung.TLS.ok(f"{version}, the certificate is good until {_until(certificate)}")


_BY_AUTHORITY: Final = (
    "give a certificate of a public authority to the server, or get its own one from whoever runs it and name that"
    " file: --ca-file FILE"
)
_CERTIFICATE_FIXES: Final = {
    **dict.fromkeys((9, 10), "renew the certificate on the server (and see whether this computer's clock is right)"),
    **dict.fromkeys((62, 63, 64), "give the url with the name that the certificate is for"),
    **dict.fromkeys((2, 18, 19, 20, 21, 24), _BY_AUTHORITY),
}
"""By OpenSSL's number for why a certificate is refused (``X509_V_ERR_...``)."""


def _distrusted(host: str, error: ssl.SSLCertVerificationError) -> RungResult:
    fix = _CERTIFICATE_FIXES.get(error.verify_code, "put the certificate right on the server")
    return Rung.TLS.broken(f"the certificate of {host} is not trusted: {error.verify_message}", fix)


def _until(certificate: object) -> str:
    ends = certificate.get("notAfter") if isinstance(certificate, dict) else None
    if not isinstance(ends, str):
        return "an unknown day"
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC).date().isoformat()
