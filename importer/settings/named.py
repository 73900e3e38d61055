"""The nouns of the settings: an address, a value and where it came from, a server that has a name."""

import re
from dataclasses import dataclass
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
    """One value and where it came from.

    Attributes:
        name: such as ``url``.
        value: the value; of a password never more than that it is not shown.
        origin: the kind of place it came from.
        where: the place itself, such as ``--url`` or ``[servers.east] in servers.toml``; empty for a default.
    """

    name: str
    value: str
    origin: Origin
    where: str = ""


@dataclass(frozen=True, slots=True)
class NamedServer:
    """One ``[servers.NAME]``: where, as whom, and how. It holds no password, only where one is kept.

    Attributes:
        name: what stands behind ``--server``.
        place: where it is written down, for messages, such as ``[servers.east] in servers.toml``.
        url: the whole address of the Non-Agent API.
        user: the API user; empty where the file names none.
        source: what the API log shows as the origin; empty for the default.
        password_file: a file whose first line is the password, or None.
        keyring: whether the password is in the system's keyring.
        rate: calls a second (0: no limit), or None for the default.
        workers: calls in flight at once, or None for the default.
        method: ``GET`` or ``POST``; empty for the default.
        did_format: how a DID is written when it is sent; empty for the default.
        region: the region of numbers without a country code; empty for the default.
        columns: pairs of a column and the value that stands where it is blank.
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
    """The server that a command works with, if it is one with a name.

    Attributes:
        entry: the server.
        by_flag: True where ``--server`` names it, so that it beats the environment; False for the file's default
            server, which loses to it.
    """

    entry: NamedServer
    by_flag: bool
