"""What holds for every test: no network beyond loopback, no settings of the machine it runs on, no luck."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# the same examples every time; how long one takes says more about the machine than about the code
settings.register_profile("importer", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("importer")

_OF_THIS_MACHINE = ("VICIDIAL_", "DID_IMPORTER_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_")


def _is_loopback(host: object) -> bool:
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def no_network_beyond_loopback() -> Iterator[None]:
    """Refuse connections to other machines, and the look-up of their names."""
    look_up, connect, connect_ex = socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            if not _is_loopback(host):
                raise socket.gaierror(socket.EAI_NONAME, "tests know no names but localhost") from None
        return look_up(host, *args, **kwargs)

    def refuse(address: Any) -> None:
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            raise ConnectionRefusedError(f"tests reach loopback only, not {address[0]}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refuse(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refuse(address)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        yield


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away servers, passwords, proxies and certificates that the person who runs the tests has set."""
    for name in list(os.environ):
        if name.upper().startswith(_OF_THIS_MACHINE):
            monkeypatch.delenv(name)
    # an empty file of servers, whatever stands in the one of the person who runs the tests
    monkeypatch.setenv("DID_IMPORTER_CONFIG", os.devnull)
