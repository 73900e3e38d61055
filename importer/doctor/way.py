"""Which machine a call meets first: the server itself, or a proxy that the environment names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies

from importer.settings.settings import is_this_machine

_DEFAULT_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, slots=True)
class Way:
    """How calls reach the server.

    Attributes:
        host: the first machine that is called.
        port: its port.
        proxy: where it is said that calls go through a proxy, such as ``HTTPS_PROXY``; empty if they do not.
    """

    host: str
    port: int
    proxy: str = ""


def way_to(url: str, environment: Mapping[str, str] = os.environ) -> Way:
    """Say which machine a call to ``url`` meets first: httpx takes proxies from the same places, but for loopback.

    Args:
        url: the whole address of the Non-Agent API.
        environment: where the name of the variable is looked up, for the sentence.
    """
    parts = urlsplit(url)
    host, scheme = parts.hostname or "", parts.scheme
    direct = Way(host, parts.port or _DEFAULT_PORTS[scheme])
    proxies = {} if is_this_machine(host) else getproxies()
    for kind in (scheme, "all"):
        address = proxies.get(kind, "")
        if address and not _left_out(host, proxies.get("no", "")):
            proxy = urlsplit(address if "://" in address else f"http://{address}")
            try:
                port = proxy.port or _DEFAULT_PORTS.get(proxy.scheme, 80)
            except ValueError:
                port = 80
            # only host and port are kept: the address may hold a password
            return Way(proxy.hostname or "", port, _variable(kind, environment))
    return direct


def _left_out(host: str, no_proxy: str) -> bool:
    names = [name.strip().lower().lstrip(".") for name in no_proxy.split(",")]
    return "*" in names or any(name and (host == name or host.endswith(f".{name}")) for name in names)


def _variable(kind: str, environment: Mapping[str, str]) -> str:
    wanted = f"{kind}_proxy"
    return next((name for name in environment if name.lower() == wanted), "the system's settings")
