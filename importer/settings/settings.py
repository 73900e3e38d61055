"""Where the server is and who asks: flag first, then environment, then the file of servers.

A server that ``--server`` names is named by a flag, so its url and user beat VICIDIAL_URL and VICIDIAL_USER; the
file's default server loses to them. ``importer.settings.password_source`` says whose password is used.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from importer.errors import SettingsError
from importer.settings.named import (
    API_PATH,
    PASSWORD_VARIABLE,
    URL_VARIABLE,
    USER_VARIABLE,
    ChosenServer,
    NamedServer,
    Origin,
    Setting,
    complete_url,
    same_server,
)
from importer.settings.password import Password
from importer.settings.password_source import find_password, must_be_text, usable_password

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
    "server_of_run",
]

DEFAULT_SOURCE: Final = "didimporter"

SOURCE_PATTERN: Final = re.compile(r"[0-9a-zA-Z]{2,20}")
"""What VICIdial keeps of a source, and how long it may be (API.md, "The request")."""


@dataclass(frozen=True, slots=True, init=False)
class Server:
    """Where calls go and as whom, such as ``Server("vici.example.org", "6666", "1234")``.

    Args:
        url: the address of the Non-Agent API; a host alone is completed.
        user: the API user.
        password: the API user's password, which then shows itself to nobody.
        source: what VICIdial's API log shows as the origin of the calls, 2 to 20 letters and digits.

    Raises:
        SettingsError: one of them cannot be used.
    """

    url: str
    user: str
    password: Password
    source: str = DEFAULT_SOURCE

    def __init__(self, url: str, user: str, password: Password | str, source: str = DEFAULT_SOURCE) -> None:
        must_be_text(user, "the user")
        if not user:
            raise SettingsError("the user is empty")
        if not SOURCE_PATTERN.fullmatch(source):
            raise SettingsError(f"the source '{source}' must be 2 to 20 letters and digits; VICIdial drops all else")
        secret = password if isinstance(password, Password) else usable_password(password)
        for name, value in (("url", complete_url(url)), ("user", user), ("password", secret), ("source", source)):
            object.__setattr__(self, name, value)

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


def resolve_server(
    *,
    url: str | None,
    user: str | None,
    source: str | None,
    password_file: Path | None,
    environment: Mapping[str, str] = os.environ,
    ask: Callable[[str], str] | None = None,
    chosen: ChosenServer | None = None,
) -> Server:
    """Put the server's settings together; see ``resolve_settings``."""
    return resolve_settings(
        url=url, user=user, source=source, password_file=password_file, environment=environment, ask=ask, chosen=chosen
    ).server


def server_of_run(
    url: str,
    user: str,
    *,
    servers: Iterable[NamedServer],
    source: str,
    url_now: str | None = None,
    password_file: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    ask: Callable[[str], str] | None = None,
) -> Server:
    """Return the server and user that a recorded run is bound to; only the password comes from now.

    Args:
        url: the address in the record. A record is a file that others may have written, so VICIDIAL_PASS goes to this
            address only where ``url_now`` or VICIDIAL_URL names it too. The password source of a server in the file
            of servers ties a password to an address; a person who types or names a file means this run.
        user: the user in the record.
        servers: the servers of the file of servers.
        source: what the API log shows.
        url_now: the flag --url, or None.
        password_file: the flag --password-file, or None.
        environment: where VICIDIAL_URL, VICIDIAL_USER and VICIDIAL_PASS are looked up.
        ask: asks a person for the password; None where nobody is there.

    Raises:
        SettingsError: there is no password for them.
    """
    known = (entry for entry in servers if same_server(entry.url, url) and entry.user == user)
    entry = next(known, NamedServer("", "the record of the run", url, user))
    address = url_now if url_now is not None else environment.get(URL_VARIABLE, "").strip()
    password, _ = find_password(
        url,
        user,
        password_file=password_file,
        environment=environment,
        ask=ask,
        chosen=ChosenServer(entry, by_flag=True),
        named_now=bool(address) and same_server(address, url),
    )
    return Server(url, user, password, source)


def _address(url: str | None, environment: Mapping[str, str], chosen: ChosenServer | None) -> Setting:
    if chosen is not None and chosen.by_flag:
        return Setting("url", chosen.entry.url, Origin.FILE, chosen.entry.place)
    if url is not None:
        return Setting("url", complete_url(url), Origin.FLAG, "--url")
    if chosen is not None and not environment.get(URL_VARIABLE, "").strip():
        return Setting("url", chosen.entry.url, Origin.FILE, chosen.entry.place)
    given = environment.get(URL_VARIABLE, "").strip()
    if not given:
        raise SettingsError(
            f"no server was given: set {URL_VARIABLE} or use --url, for example --url vici.example.org;"
            " did-importer config tells of servers by name"
        )
    return Setting("url", complete_url(given), Origin.ENVIRONMENT, URL_VARIABLE)


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
