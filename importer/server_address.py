"""The address of a server: what a person gives, made whole; and the environment's names for the settings."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from importer.errors import SettingsTrouble

URL_VARIABLE: Final = "VICIDIAL_URL"
USER_VARIABLE: Final = "VICIDIAL_USER"
PASSWORD_VARIABLE: Final = "VICIDIAL_PASS"  # noqa: S105  the name of the variable, not a password

API_PATH: Final = "/vicidial/non_agent_api.php"


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
    # where the address cannot be taken apart, whatever stands before an @ may still be a password: do not repeat it
    if "@" in (parts.netloc if usable else trimmed):
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


def same_server(first: str, second: str) -> bool:
    """Say whether two addresses, complete or not, are one; an address that cannot be read is like no other."""
    try:
        return _compared(first) == _compared(second)
    except SettingsTrouble:
        return False


def _compared(text: str) -> tuple[str, str, int, str]:
    parts = urlsplit(complete_url(text))
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), parts.path


def host_of(url: str) -> str:
    """Return the name of the host in a whole address."""
    return urlsplit(url).hostname or ""
