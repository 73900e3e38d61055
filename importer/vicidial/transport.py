"""How calls travel: the method, the time they may take, which certificates are trusted, and the proxy between."""

import logging
import os
import ssl
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from importer.errors import SettingsError
from importer.settings.password import redact_all
from importer.settings.settings import is_this_machine


@dataclass(frozen=True, slots=True)
class Transport:
    """How calls travel."""

    method: str = "GET"  # as every document shows; POST keeps the password out of the access log
    timeout: float = 30.0  # seconds for one whole call
    ca_file: str | None = None  # the certificates of a private authority, or None for the system's
    insecure: bool = False  # take any certificate

    def ssl_context(self) -> ssl.SSLContext:
        """Make the context that all workers share.

        Raises:
            SettingsError: the file of certificates cannot be used.
        """
        if self.insecure:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ssl.SSLError):
            raise SettingsError(f"--ca-file {self.ca_file} cannot be read as certificates (PEM)") from None
        if self.ca_file is None and not _system_has_authorities(context):
            # Python for macOS comes without any; httpx brings Mozilla's along
            import certifi

            context.load_verify_locations(certifi.where())
        return context


def _system_has_authorities(context: ssl.SSLContext) -> bool:
    folder = ssl.get_default_verify_paths().capath
    return bool(context.cert_store_stats()["x509_ca"]) or (folder is not None and any(Path(folder).iterdir()))


_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class FirstMachine:
    """The machine that calls to an address meet first: the server itself, or a proxy."""

    host: str
    port: int
    proxy: str = ""  # where it is named, such as HTTPS_PROXY; empty for the server itself
    address: str = field(default="", repr=False, compare=False)  # the proxy's, which may hold a password


def first_machine(url: str) -> FirstMachine:
    """Say which machine calls to an address meet first, by the environment as httpx, curl and Python read it.

    This machine itself is never behind a proxy.

    Raises:
        SettingsError: the proxy cannot be used.
    """
    parts, proxies = urlsplit(url), getproxies()
    host = parts.hostname or ""
    kind = next((kind for kind in (parts.scheme, "all") if proxies.get(kind)), "")
    if not kind or is_this_machine(host) or proxy_bypass(host):
        return FirstMachine(host, parts.port or _PORTS.get(parts.scheme, 80))
    variable = next((name for name in os.environ if name.lower() == f"{kind}_proxy"), "the system's settings")
    address = proxies[kind] if "://" in proxies[kind] else f"http://{proxies[kind]}"
    try:
        proxy = urlsplit(address)
        if proxy.scheme in _PORTS and proxy.hostname:
            return FirstMachine(proxy.hostname, proxy.port or _PORTS[proxy.scheme], variable, address)
    except ValueError:
        pass
    # the address itself may hold a password
    raise SettingsError(
        f"the proxy that {variable} names cannot be used; correct it (such as http://proxy.example.org:3128), or name"
        " the server in NO_PROXY"
    )


class _Masked(logging.Filter):
    """Masks what asyncio logs: in debug mode it writes tasks down with the error that they ended in."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        trace = "".join(("\n", *traceback.format_exception(error))) if error is not None else ""
        record.msg, record.args, record.exc_info = redact_all(record.getMessage() + trace), (), None
        return True


_MASKED = _Masked()


def silence_httpx() -> None:
    """Keep the logs of httpx and of what it stands on from everybody: they hold URLs, and so the password.

    Each logger is silenced by itself, because one below ``httpcore`` asks only its own switch.
    """
    below = ("connection", "http11", "http2", "proxy", "socks")
    for name in ("httpx", "httpcore", *(f"httpcore.{part}" for part in below)):
        logging.getLogger(name).disabled = True
    logging.getLogger("asyncio").addFilter(_MASKED)
