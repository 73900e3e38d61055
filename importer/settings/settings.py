"""Where the server is and who asks: flag first, then environment, then the file of servers.

A server that ``--server`` names is named by a flag, so its url and user beat VICIDIAL_URL and VICIDIAL_USER; the
file's default server loses to them. ``importer.settings.password_source`` says whose password is used.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from importer.errors import SettingsError
from importer.settings.address import (
    API_PATH,
    PASSWORD_VARIABLE,
    URL_VARIABLE,
    USER_VARIABLE,
    complete_url,
)
from importer.settings.named import ChosenServer, Origin, Setting
from importer.settings.password import Password
from importer.settings.password_source import find_password, must_be_text

__all__ = [
    "API_PATH",
    "DEFAULT_SOURCE",
    "PASSWORD_VARIABLE",
    "SOURCE_PATTERN",
    "URL_VARIABLE",
    "USER_VARIABLE",
    "ResolvedServer",
    "Server",
    "complete_url",
    "is_this_machine",
    "resolve_server",
    "resolve_settings",
]

DEFAULT_SOURCE: Final = "didimporter"

SOURCE_PATTERN: Final = re.compile(r"[0-9a-zA-Z]{2,20}")
"""What VICIdial keeps of a source, and how long it may be (API.md, "The request")."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where calls go and as whom.

    Attributes:
        url: the whole address of the Non-Agent API.
        user: the API user.
        password: the API user's password, which shows itself to nobody.
        source: what VICIdial's API log shows as the origin of the calls, 2 to 20 letters and digits.
    """

    url: str
    user: str
    password: Password
    source: str = DEFAULT_SOURCE

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the person should know before a password travels to this address."""
        parts = urlsplit(self.url)
        if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
            sentence = f"the password travels to {parts.hostname} in the clear, because the address begins with http://"
            return (f"{sentence}; use https:// where the server offers it",)
        return ()


def is_this_machine(host: str) -> bool:
    """Say whether a host is this machine itself, so that nothing travels over a network."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class ResolvedServer:
    """A server and where each of its settings came from.

    Attributes:
        server: the server.
        settings: url, user, password and source.
    """

    server: Server
    settings: tuple[Setting, ...]


def resolve_server(
    *,
    url: str | None,
    user: str | None,
    source: str,
    password_file: Path | None,
    environment: Mapping[str, str] = os.environ,
    ask: Callable[[str], str] | None = None,
    chosen: ChosenServer | None = None,
) -> Server:
    """Put the server's settings together; see ``resolve_settings``.

    Raises:
        SettingsError: something is missing or cannot be used.
    """
    return resolve_settings(
        url=url, user=user, source=source, password_file=password_file, environment=environment, ask=ask, chosen=chosen
    ).server


def resolve_settings(
    *,
    url: str | None,
    user: str | None,
    source: str | None,
    password_file: Path | None,
    environment: Mapping[str, str] = os.environ,
    ask: Callable[[str], str] | None = None,
    chosen: ChosenServer | None = None,
) -> ResolvedServer:
    """Put the server's settings together, and remember where each came from.

    Args:
        url: the flag --url, or None.
        user: the flag --user, or None.
        source: the flag --source, or None for the named server's, or else the default.
        password_file: the flag --password-file, or None; its first line is the password.
        environment: where VICIDIAL_URL, VICIDIAL_USER and VICIDIAL_PASS are looked up.
        ask: asks a person at a terminal for the password without showing it; None where nobody is there.
        chosen: the named server, or None; see ``importer.settings.file.choose_server``.

    Raises:
        SettingsError: something is missing or cannot be used.
    """
    address = _address(url, environment, chosen)
    name = _user(user, environment, chosen)
    origin = _source(source, chosen)
    password, secret = find_password(
        address.value, name.value, password_file=password_file, environment=environment, ask=ask, chosen=chosen
    )
    return ResolvedServer(Server(address.value, name.value, password, origin.value), (address, name, secret, origin))


def _address(url: str | None, environment: Mapping[str, str], chosen: ChosenServer | None) -> Setting:
    if chosen is not None and chosen.by_flag:
        return Setting("url", chosen.entry.url, Origin.FILE, chosen.entry.place)
    if url is not None:
        return Setting("url", complete_url(url), Origin.FLAG, "--url")
    if chosen is not None and not environment.get(URL_VARIABLE, "").strip():
        return Setting("url", chosen.entry.url, Origin.FILE, chosen.entry.place)
    return Setting("url", complete_url(environment.get(URL_VARIABLE, "")), Origin.ENVIRONMENT, URL_VARIABLE)


def _user(user: str | None, environment: Mapping[str, str], chosen: ChosenServer | None) -> Setting:
    given = environment.get(USER_VARIABLE, "").strip()
    named = chosen.entry.user if chosen is not None else ""
    if user is not None:
        found = Setting("user", user.strip(), Origin.FLAG, "--user")
    elif chosen is not None and named and (chosen.by_flag or not given):
        found = Setting("user", named, Origin.FILE, chosen.entry.place)
    else:
        found = Setting("user", given, Origin.ENVIRONMENT, USER_VARIABLE)
    if not found.value:
        raise SettingsError(f"no user was given: set {USER_VARIABLE} or use --user")
    must_be_text(found.value, "the user")
    return found


def _source(source: str | None, chosen: ChosenServer | None) -> Setting:
    if source is None:
        if chosen is not None and chosen.entry.source:
            return Setting("source", chosen.entry.source, Origin.FILE, chosen.entry.place)
        return Setting("source", DEFAULT_SOURCE, Origin.DEFAULT)
    if not SOURCE_PATTERN.fullmatch(source):
        raise SettingsError(f"--source '{source}' must be 2 to 20 letters and digits; VICIdial drops all else")
    return Setting("source", source, Origin.FLAG, "--source")
