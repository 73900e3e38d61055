"""The proxy that the environment names for a server, as httpx, curl and Python's own library read it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from importer.errors import SettingsError
from importer.settings.settings import is_this_machine

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy.

    Attributes:
        address: the whole address, which may hold a password.
        host: its host.
        port: its port.
        variable: where it is named, such as ``HTTPS_PROXY``.
    """

    address: str = field(repr=False)
    host: str
    port: int
    variable: str


def proxy_for(url: str, environment: Mapping[str, str] = os.environ) -> Proxy | None:
    """Say which proxy calls to an address go through; None for none. This machine itself is never behind one.

    Args:
        url: the whole address of the Non-Agent API.
        environment: where the name of the variable is looked up, for the sentence.

    Raises:
        SettingsError: the proxy cannot be used.
    """
    parts, proxies = urlsplit(url), getproxies()
    host = parts.hostname or ""
    kind = next((kind for kind in (parts.scheme, "all") if proxies.get(kind)), "")
    if not kind or is_this_machine(host) or proxy_bypass(host):
        return None
    wanted, address = f"{kind}_proxy", proxies[kind]
    variable = next((name for name in environment if name.lower() == wanted), "the system's settings")
    try:
        whole = address if "://" in address else f"http://{address}"
        proxy = urlsplit(whole)
        if proxy.scheme in _PORTS and proxy.hostname:
            return Proxy(whole, proxy.hostname, proxy.port or _PORTS[proxy.scheme], variable)
    except ValueError:
        pass
    # the address itself may hold a password
    raise SettingsError(
        f"the proxy that {variable} names cannot be used; correct it (such as http://proxy.example.org:3128), or name"
        " the server in NO_PROXY"
    )
