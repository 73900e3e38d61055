"""Where the server is and who asks, and with which password: flag first, then environment, then the file of servers.

A server that ``--server`` names is named by a flag, so its url and user beat VICIDIAL_URL and VICIDIAL_USER; the
file's default server loses to them.

The password is never a flag and never stands in the file of servers. And it is sent only to the server it is meant
for: the password source of a named server serves that server's url and user alone; and beside a named server
VICIDIAL_PASS counts only if VICIDIAL_URL and VICIDIAL_USER, where they are set, mean the same url and user. In order:
``--password-file``; the password source of the server that ``--server`` names; VICIDIAL_PASS; the password source of
the file's default server; a prompt, where a person is at a terminal.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from importer.errors import SettingsError
from importer.settings.named import (
    PASSWORD_VARIABLE,
    URL_VARIABLE,
    USER_VARIABLE,
    ChosenServer,
    Given,
    NamedServer,
    Origin,
    Setting,
    complete_url,
    host_of,
    same_server,
)
from importer.settings.password import (
    KEYRING_SERVICE,
    Password,
    must_be_text,
    read_keyring,
    read_password_file,
    usable_password,
)

DEFAULT_SOURCE: Final = "didimporter"

SOURCE_PATTERN: Final = re.compile(r"[0-9a-zA-Z]{2,20}")
"""What VICIdial keeps of a source, and how long it may be."""


_NO_PASSWORD: Final = f"no password was given: set {PASSWORD_VARIABLE} or use --password-file"


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
        if parts.scheme != "http" or is_this_machine(parts.hostname or ""):
            return ()
        sentence = f"the password travels to {parts.hostname} in the clear, because the address begins with http://"
        return (f"{sentence}; use https:// where the server offers it",)


def is_this_machine(host: str) -> bool:
    """Say whether a host is this machine itself, so that nothing travels over a network."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class ResolvedServer:
    """A server, and where its url, user, password and source came from."""

    server: Server
    settings: tuple[Setting, ...]


def resolve_settings(given: Given, chosen: ChosenServer | None) -> ResolvedServer:
    """Put the server's settings together, and remember where each came from; ``choose_server`` has ``chosen``.

    Raises:
        SettingsError: something is missing or cannot be used.
    """
    address = _url_or_user("url", URL_VARIABLE, given, chosen)
    if not address.value and address.origin is Origin.ENVIRONMENT:
        raise SettingsError(
            f"no server was given: set {URL_VARIABLE} or use --url, for example --url vici.example.org;"
            " did-importer config tells of servers by name"
        )
    address = replace(address, value=complete_url(address.value))
    user = _url_or_user("user", USER_VARIABLE, given, chosen)
    if not user.value:
        raise SettingsError(f"no user was given: set {USER_VARIABLE} or use --user")
    must_be_text(user.value, "the user")
    source = _source(given.source, chosen.entry if chosen is not None else None)
    password, secret = _find_password(address.value, user.value, given, chosen)
    return ResolvedServer(Server(address.value, user.value, password, source.value), (address, user, secret, source))


def _url_or_user(name: str, variable: str, given: Given, chosen: ChosenServer | None) -> Setting:
    flag: str | None = getattr(given, name)
    if flag is not None:
        return Setting(name, flag.strip(), Origin.FLAG, f"--{name}")
    named = getattr(chosen.entry, name) if chosen is not None else ""
    if chosen is not None and named and (chosen.by_flag or not given.variable(variable)):
        return Setting(name, named, Origin.FILE, chosen.entry.place)
    return Setting(name, given.variable(variable), Origin.ENVIRONMENT, variable)


def _source(source: str | None, named: NamedServer | None) -> Setting:
    if source is None:
        if named is not None and named.source:
            return Setting("source", named.source, Origin.FILE, named.place)
        return Setting("source", DEFAULT_SOURCE, Origin.DEFAULT)
    if not SOURCE_PATTERN.fullmatch(source):
        raise SettingsError(f"--source '{source}' must be 2 to 20 letters and digits; VICIdial drops all else")
    return Setting("source", source, Origin.FLAG, "--source")


def server_of_run(url: str, user: str, source: str, given: Given, servers: Iterable[NamedServer]) -> Server:
    """Return the server and user that a recorded run is bound to; only the password comes from now.

    A record is a file that others may have written, so VICIDIAL_PASS goes to its address only where VICIDIAL_URL names
    it too. One of ``servers`` ties its password to an address; a person who types or names a file means this run.

    Raises:
        SettingsError: there is no password for them.
    """
    known = (entry for entry in servers if same_server(entry.url, url) and entry.user == user)
    entry = next(known, NamedServer("", "the record of the run", url, user))
    named_now = same_server(given.variable(URL_VARIABLE), url)
    password, _ = _find_password(url, user, given, ChosenServer(entry, by_flag=True), named_now=named_now)
    return Server(url, user, password, source)


def _find_password(
    url: str, user: str, given: Given, chosen: ChosenServer | None, *, named_now: bool = True
) -> tuple[Password, Setting]:
    """Find the password for one user of one server; not ``named_now`` if only a record names the server."""
    if given.password_file is not None:
        return _found(read_password_file(given.password_file), Origin.FLAG, f"--password-file {given.password_file}")
    host, variable = host_of(url), given.environment.get(PASSWORD_VARIABLE, "")
    entry = chosen.entry if chosen is not None else None
    in_keyring = f"{user}@{host}" if entry is not None and entry.keyring else ""
    # a file holds one password, so it is nobody's but the user's who stands beside it
    file = entry.password_file if entry is not None and entry.user in ("", user) else None
    kept_first = chosen is not None and chosen.by_flag and bool(in_keyring or file)
    elsewhere = chosen is not None and _means_another(given, url, user)
    if variable and named_now and not elsewhere and not kept_first:
        return _found(variable, Origin.ENVIRONMENT, PASSWORD_VARIABLE)
    if in_keyring and (kept := read_keyring(in_keyring)) is not None:
        return _found(kept, Origin.KEYRING, f"the keyring, {in_keyring}")
    if file is not None and not in_keyring:
        return _found(read_password_file(file), Origin.FILE, f"the file {file}")
    if given.ask is not None:
        try:
            return _found(given.ask(f"Password of the VICIdial user {user} at {host}: "), Origin.TYPED, "the prompt")
        except EOFError:
            raise SettingsError(_NO_PASSWORD) from None
    if in_keyring:
        raise SettingsError(
            f"the keyring, {in_keyring} has no password; store it with: keyring set {KEYRING_SERVICE} {in_keyring}"
        )
    if variable and elsewhere:
        raise SettingsError(
            f"{PASSWORD_VARIABLE} belongs to another server or user ({URL_VARIABLE}, {USER_VARIABLE}) and is not sent"
            f" to {host}: use --password-file, or a password_file in the file of servers"
        )
    if variable:
        raise SettingsError(
            f"{PASSWORD_VARIABLE} is not sent to {host}, which only the record of the run names: set {URL_VARIABLE} to"
            " it, or use --password-file"
        )
    raise SettingsError(_NO_PASSWORD)


def _found(value: str, origin: Origin, where: str) -> tuple[Password, Setting]:
    return usable_password(value), Setting("password", "not shown", origin, where)


def _means_another(given: Given, url: str, user: str) -> bool:
    """Say whether VICIDIAL_URL or VICIDIAL_USER, and so VICIDIAL_PASS, mean somebody else."""
    address, name = given.variable(URL_VARIABLE), given.variable(USER_VARIABLE)
    return bool((address and not same_server(address, url)) or (name and name != user))
