"""The nouns of the settings: an address, a value and where it came from, a server that has a name."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from importer.errors import SettingsError

URL_VARIABLE: Final = "VICIDIAL_URL"
USER_VARIABLE: Final = "VICIDIAL_USER"
PASSWORD_VARIABLE: Final = "VICIDIAL_PASS"  # noqa: S105  the name of the variable, not a password

API_PATH: Final = "/vicidial/non_agent_api.php"

_IN_NO_ADDRESS: Final = re.compile(r"[\x00-\x20\x7f\s<>\"\\^`{|}]")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f]")


def complete_url(text: str) -> str:
    """Return the whole address of the Non-Agent API."""
    trimmed = text.strip()
    if not trimmed:
        raise SettingsError("the address of the server is empty; an example: vici.example.org")
    # these two before all else, and without repeating the text: what stands beside the sign may be a password
    if "@" in trimmed:
        raise SettingsError(
            "the address of the server holds a user or a password; leave them out of the address and give them by"
            f" themselves ({USER_VARIABLE}, {PASSWORD_VARIABLE})"
        )
    if re.search("[?#]", trimmed):
        raise SettingsError("the address of the server must end before '?' or '#'; leave out what follows")
    parts = _parts(trimmed)
    if parts is None:
        shown = _UNPRINTABLE.sub("?", trimmed)
        raise SettingsError(f"'{shown}' is no address of a server; an example: https://vici.example.org")
    path = parts.path
    if path in ("", "/"):
        path = API_PATH
    elif path.rstrip("/").endswith("/vicidial"):
        path = path.rstrip("/") + "/non_agent_api.php"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _parts(text: str) -> SplitResult | None:
    """Take an address apart; None if no call can be made to it."""
    if _IN_NO_ADDRESS.search(text):
        return None
    try:
        parts = urlsplit(_with_scheme(text))
        host, port = parts.hostname or "", parts.port
        # the codec refuses what is no name: an empty label, or one of more than 63 letters
        host.encode("idna")
        if "xn--" in host:
            # httpx reads such a name back; this is the library that it reads it with
            import idna

            idna.decode(host)
        if re.fullmatch("[0-9.]+", host):
            IPv4Address(host)
    except ValueError:
        return None
    # "http:/host" would be read as port "" of a host called http
    usable = parts.scheme in ("http", "https") and host and port != 0 and not parts.netloc.endswith(":")
    return parts if usable else None


def _with_scheme(text: str) -> str:
    if "://" in text:
        return text
    try:
        return f"https://[{IPv6Address(text)}]"
    except ValueError:
        return f"https://{text}"


def same_server(first: str, second: str) -> bool:
    """Say whether two addresses, complete or not, are one; an address that cannot be read is like no other."""
    try:
        return _compared(first) == _compared(second)
    except SettingsError:
        return False


def _compared(text: str) -> tuple[str, str, int, str]:
    parts = urlsplit(complete_url(text))
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), parts.path


def host_of(url: str) -> str:
    """Return the name of the host in a whole address."""
    return urlsplit(url).hostname or ""


class Origin(StrEnum):
    """Where a value came from."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    FILE = "file"
    KEYRING = "keyring"
    TYPED = "typed"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Setting:
    """One value, of a password never more than that it is not shown, and where it came from.

    ``where`` is the place itself, such as ``--url`` or ``[servers.east] in servers.toml``; empty for a default.
    """

    name: str
    value: str
    origin: Origin
    where: str = ""


@dataclass(frozen=True, slots=True)
class NamedServer:
    """One ``[servers.NAME]``: where, as whom, and how; what it leaves out is empty or None.

    It holds no password, only where one is kept. ``place`` is where it is written down, for messages.
    """

    name: str
    place: str
    url: str
    user: str = ""
    source: str = ""
    password_file: Path | None = None
    keyring: bool = False
    rate: float | None = None
    workers: int | None = None
    method: str = ""
    did_format: str = ""
    region: str = ""
    columns: tuple[tuple[str, str], ...] = ()

    @property
    def has_password_source(self) -> bool:
        """Whether it says where its password is kept."""
        return self.keyring or self.password_file is not None


@dataclass(frozen=True, slots=True)
class ChosenServer:
    """The named server that a command works with.

    ``by_flag``: ``--server`` names it, so that it beats the environment; the file's default server loses to it.
    """

    entry: NamedServer
    by_flag: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What flags, environment and a person say of the server; None where a flag is not given.

    ``ask`` asks a person at the terminal for the password without showing it; None where nobody is there.
    """

    url: str | None = None
    user: str | None = None
    source: str | None = None
    password_file: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    ask: Callable[[str], str] | None = None

    def variable(self, name: str) -> str:
        """Return a variable of the environment; empty where it is not set."""
        return self.environment.get(name, "").strip()
