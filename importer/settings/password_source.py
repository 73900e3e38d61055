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
from pathlib import Path
from typing import Final

from importer.errors import SettingsError
from importer.settings.named import (
    PASSWORD_VARIABLE,
    URL_VARIABLE,
    USER_VARIABLE,
    ChosenServer,
    Given,
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


def _read_file(path: Path) -> str:
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


def _read_keyring(name: str) -> str | None:
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
    url: str, user: str, given: Given, chosen: ChosenServer | None, *, named_now: bool = True
) -> tuple[Password, Setting]:
    """Find the password for one user of one server; not ``named_now`` if only a record names the server."""
    if given.password_file is not None:
        return _found(_read_file(given.password_file), Origin.FLAG, f"--password-file {given.password_file}")
    host, variable = host_of(url), given.environment.get(PASSWORD_VARIABLE, "")
    entry = chosen.entry if chosen is not None else None
    in_keyring = f"{user}@{host}" if entry is not None and entry.keyring else ""
    # a file holds one password, so it is nobody's but the user's who stands beside it
    file = entry.password_file if entry is not None and entry.user in ("", user) else None
    kept_first = chosen is not None and chosen.by_flag and bool(in_keyring or file)
    elsewhere = chosen is not None and _means_another(given, url, user)
    if variable and named_now and not elsewhere and not kept_first:
        return _found(variable, Origin.ENVIRONMENT, PASSWORD_VARIABLE)
    if in_keyring and (kept := _read_keyring(in_keyring)) is not None:
        return _found(kept, Origin.KEYRING, f"the keyring, {in_keyring}")
    if file is not None and not in_keyring:
        return _found(_read_file(file), Origin.FILE, f"the file {file}")
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
