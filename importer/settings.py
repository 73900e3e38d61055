"""Where the server is and who asks: flag first, then environment. The password is never a flag."""

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from importer.errors import SettingsTrouble
from importer.secret import Password

URL_VARIABLE: Final = "VICIDIAL_URL"
USER_VARIABLE: Final = "VICIDIAL_USER"
PASSWORD_VARIABLE: Final = "VICIDIAL_PASS"  # noqa: S105  the name of the variable, not a password

API_PATH: Final = "/vicidial/non_agent_api.php"
DEFAULT_SOURCE: Final = "didimporter"

_SOURCE: Final = re.compile(r"[0-9a-zA-Z]{2,20}")


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
        if parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
            sentence = f"the password travels to {parts.hostname} in the clear, because the address begins with http://"
            return (f"{sentence}; use https:// where the server offers it",)
        return ()


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def complete_url(text: str) -> str:
    """Return the whole address of the Non-Agent API.

    Args:
        text: a host (completed to ``https://HOST/vicidial/non_agent_api.php``), an address without a path, or all of
            it.

    Raises:
        SettingsTrouble: it is no address, or it holds a user or password.
    """
    trimmed = text.strip()
    if not trimmed:
        raise SettingsTrouble(
            f"no server was given: set {URL_VARIABLE} or use --url, for example --url vici.example.org"
        )
    try:
        parts = urlsplit(trimmed if "://" in trimmed else f"https://{trimmed}")
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable, parts = False, SplitResult("", "", "", "", "")
    if "@" in parts.netloc:
        raise SettingsTrouble(
            f"the address of the server holds a user or a password; give them as {USER_VARIABLE} and"
            f" {PASSWORD_VARIABLE} and leave them out of {URL_VARIABLE}"
        )
    if not usable or re.search(r"[\s<>\"\\]", trimmed):
        raise SettingsTrouble(f"'{trimmed}' is no address of a server; an example: https://vici.example.org")
    if parts.query or parts.fragment:
        raise SettingsTrouble("the address of the server must end before '?' or '#'; leave out what follows")
    path = parts.path
    if path in ("", "/"):
        path = API_PATH
    elif path.rstrip("/").endswith("/vicidial"):
        path = path.rstrip("/") + "/non_agent_api.php"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def resolve_server(
    *,
    url: str | None,
    user: str | None,
    source: str,
    password_file: Path | None,
    environment: Mapping[str, str] = os.environ,
    ask: Callable[[str], str] | None = None,
) -> Server:
    """Put the server's settings together.

    Args:
        url: the flag --url, or None.
        user: the flag --user, or None.
        source: the flag --source.
        password_file: the flag --password-file, or None; its first line is the password.
        environment: where VICIDIAL_URL, VICIDIAL_USER and VICIDIAL_PASS are looked up.
        ask: asks a person at a terminal for the password without showing it; None where nobody is there.

    Raises:
        SettingsTrouble: something is missing or cannot be used.
    """
    whole_url = complete_url(url if url is not None else environment.get(URL_VARIABLE, ""))
    name = (user if user is not None else environment.get(USER_VARIABLE, "")).strip()
    if not name:
        raise SettingsTrouble(f"no user was given: set {USER_VARIABLE} or use --user")
    if not _SOURCE.fullmatch(source):
        raise SettingsTrouble(f"--source '{source}' must be 2 to 20 letters and digits; VICIdial drops all else")
    password = _password(password_file, environment, ask, name)
    return Server(whole_url, name, password, source)


def _password(
    password_file: Path | None, environment: Mapping[str, str], ask: Callable[[str], str] | None, user: str
) -> Password:
    if password_file is not None:
        value = _read_password_file(password_file)
    elif environment.get(PASSWORD_VARIABLE):
        value = environment[PASSWORD_VARIABLE]
    elif ask is not None:
        value = ask(f"Password of the VICIdial user {user}: ")
    else:
        raise SettingsTrouble(f"no password was given: set {PASSWORD_VARIABLE} or use --password-file")
    if not re.search(r"[-_0-9a-zA-Z]", value):
        raise SettingsTrouble("the password is empty, or holds nothing that VICIdial keeps (letters, digits, - and _)")
    return Password(value)


def _read_password_file(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsTrouble(f"the password file {path} is not there") from None
    except (OSError, UnicodeDecodeError):
        raise SettingsTrouble(f"the password file {path} cannot be read as a text file") from None
    # others on this machine must not read it; Windows keeps its permissions elsewhere
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsTrouble(f"the password file {path} can be read by others; run: chmod 600 {path}")
    lines = text.splitlines()
    return lines[0] if lines else ""
