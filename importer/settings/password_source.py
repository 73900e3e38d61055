"""Where the password comes from: a file that others cannot read, the environment, the system's keyring, or a person.

It is never a flag and never stands in the file of servers. And it is sent only to the server it is meant for: the
password source of a named server serves that server's url and user alone; and beside a named server VICIDIAL_PASS
counts only if VICIDIAL_URL and VICIDIAL_USER, where they are set, mean the same url and user. In order:

1. ``--password-file``
2. the password source of the server that ``--server`` names
3. VICIDIAL_PASS
4. the password source of the file's default server
5. a prompt, where a person is at a terminal
"""

import importlib
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from importer.errors import SettingsError
from importer.settings.named import (
    PASSWORD_VARIABLE,
    URL_VARIABLE,
    USER_VARIABLE,
    ChosenServer,
    Origin,
    Setting,
    host_of,
    same_server,
)
from importer.settings.password import Password

_NO_PASSWORD: Final = f"no password was given: set {PASSWORD_VARIABLE} or use --password-file"

KEYRING_SERVICE: Final = "did-importer"
"""The name under which the keyring has our passwords; the name of each is ``user@host``."""


def usable_password(value: str) -> Password:
    """Return the password."""
    must_be_text(value, "the password")
    if not re.search(r"[-_0-9a-zA-Z]", value):
        raise SettingsError("the password is empty, or holds nothing that VICIdial keeps (letters, digits, - and _)")
    return Password(value)


def must_be_text(value: str, what: str) -> None:
    """Refuse a setting that was given in another encoding; Python has put half surrogate pairs for its bytes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise SettingsError(f"{what} holds bytes that are not in this terminal's encoding; give it in UTF-8") from None


def read_password_file(path: Path) -> str:
    """Return the first line of a password file."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            mode = os.fstat(file.fileno()).st_mode
            # others on this machine must not read it; Windows keeps its permissions elsewhere, and a pipe has none
            if os.name == "posix" and stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SettingsError(f"the password file {path} can be read by others; run: chmod 600 {path}")
            return file.readline().removesuffix("\n")
    except FileNotFoundError:
        raise SettingsError(f"the password file {path} is not there") from None
    except (OSError, ValueError):
        raise SettingsError(f"the password file {path} cannot be read as a text file") from None


def read_keyring(name: str) -> str | None:
    """Return the password that the system's keyring has under ``user@host``; None if it has none."""
    try:
        # by name, because the library is an extra that may be missing, also where types are checked
        keyring = importlib.import_module("keyring")
    except ModuleNotFoundError:
        raise SettingsError(
            "keyring = true needs an extra that is not installed; run: pip install 'did-importer[keyring]'"
        ) from None
    try:
        found = keyring.get_password(KEYRING_SERVICE, name)
    except Exception as error:  # noqa: BLE001  each system's keyring has exceptions of its own
        raise SettingsError(
            f"the system's keyring does not open ({type(error).__name__}); unlock it, or use --password-file"
        ) from None
    return found if isinstance(found, str) else None


def find_password(
    url: str,
    user: str,
    *,
    password_file: Path | None,
    environment: Mapping[str, str],
    ask: Callable[[str], str] | None,
    chosen: ChosenServer | None,
    named_now: bool = True,
) -> tuple[Password, Setting]:
    """Find the password for one user of one server, in the order that the first lines of this module give."""
    if password_file is not None:
        return _found(read_password_file(password_file), Origin.FLAG, f"--password-file {password_file}")
    variable = environment.get(PASSWORD_VARIABLE, "")
    elsewhere = bool(variable) and chosen is not None and _means_another(environment, url, user)
    kept = _kept_for(chosen, url, user) if chosen is not None else None
    if variable and named_now and not elsewhere and (kept is None or not kept.beats_environment):
        return _found(variable, Origin.ENVIRONMENT, PASSWORD_VARIABLE)
    if kept is not None and (value := kept.read()) is not None:
        return _found(value, kept.origin, kept.where)
    if ask is not None:
        return _found(_typed(ask, user, url), Origin.TYPED, "the prompt")
    if kept is not None:
        raise SettingsError(
            f"{kept.where} has no password; store it with: keyring set {KEYRING_SERVICE} {_keyring_name(user, url)}"
        )
    if variable and not named_now and not elsewhere:
        raise SettingsError(
            f"{PASSWORD_VARIABLE} is not sent to {host_of(url)}, which only the record of the run names: set"
            f" {URL_VARIABLE} to it, or use --password-file"
        )
    if elsewhere:
        raise SettingsError(
            f"{PASSWORD_VARIABLE} belongs to another server or user ({URL_VARIABLE}, {USER_VARIABLE}) and is not sent"
            f" to {host_of(url)}: use --password-file, or a password_file in the file of servers"
        )
    raise SettingsError(_NO_PASSWORD)


def _typed(ask: Callable[[str], str], user: str, url: str) -> str:
    try:
        return ask(f"Password of the VICIdial user {user} at {host_of(url)}: ")
    except EOFError:
        raise SettingsError(_NO_PASSWORD) from None


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where a named server says that its password is kept."""

    origin: Origin
    where: str
    beats_environment: bool
    read: Callable[[], str | None]


def _kept_for(chosen: ChosenServer, url: str, user: str) -> _Kept | None:
    entry = chosen.entry
    if entry.keyring:
        where = f"the keyring, {_keyring_name(user, url)}"
        return _Kept(Origin.KEYRING, where, chosen.by_flag, partial(read_keyring, _keyring_name(user, url)))
    # a file holds one password, so it is nobody's but the user's who stands beside it
    if entry.password_file is not None and entry.user in ("", user):
        where = f"the file {entry.password_file}"
        return _Kept(Origin.FILE, where, chosen.by_flag, partial(read_password_file, entry.password_file))
    return None


def _keyring_name(user: str, url: str) -> str:
    return f"{user}@{host_of(url)}"


def _found(value: str, origin: Origin, where: str) -> tuple[Password, Setting]:
    return usable_password(value), Setting("password", "not shown", origin, where)


def _means_another(environment: Mapping[str, str], url: str, user: str) -> bool:
    """Say whether VICIDIAL_URL or VICIDIAL_USER, and so VICIDIAL_PASS, mean somebody else."""
    address, name = environment.get(URL_VARIABLE, "").strip(), environment.get(USER_VARIABLE, "").strip()
    return bool((address and not same_server(address, url)) or (name and name != user))
