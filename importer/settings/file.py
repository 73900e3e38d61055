"""The file of servers by name: a TOML file that holds no password; ``FIRST_FILE`` shows what may stand in it."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from importer.columns import DID_PATTERN, SENT
from importer.errors import SettingsError
from importer.headers import column_named
from importer.settings.named import (
    URL_VARIABLE,
    ChosenServer,
    NamedServer,
    Origin,
    Setting,
    complete_url,
    same_server,
)
from importer.settings.settings import SOURCE_PATTERN

KEYS: Final[Mapping[str, tuple[type, ...]]] = {
    **dict.fromkeys(("url", "user", "source", "method", "did_format", "region", "password_file"), (str,)),
    "rate": (int, float),
    "workers": (int,),
    "keyring": (bool,),
    "columns": (dict,),
}
"""What may stand under ``[servers.NAME]``, and of which type."""

_TYPE_WORDS: Final = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}
_PASSWORD_KEY: Final = re.compile(r"pass(?!word_file$)|pwd|pw$|secret|token", re.IGNORECASE)

FIRST_FILE: Final = """\
# Servers by name, for: did-importer run order.xlsx --server east
#
# No password stands in this file. It comes from --password-file, from
# VICIDIAL_PASS, from the file or keyring named below, or you type it.

# The server where neither --server, --url nor VICIDIAL_URL names one:
# default = "east"

# [servers.east]
# url = "vici.example.org"        # a host alone will do
# user = "6666"                   # the API user
# password_file = "east.password" # beside this file; for its owner only
# keyring = true                  # or: in the system's keyring
# source = "didimporter"          # what VICIdial's API log shows
# rate = 10                       # calls a second, never more
# workers = 4                     # calls in flight at once
# method = "get"                  # or "post"
# did_format = "as-is"            # or "e164", "international", "national"
# region = "US"                   # of numbers without a country code

# What stands in a column where the file leaves it blank:
# [servers.east.columns]
# did_route = "IN_GROUP"
# group = "SALES_IN"
"""


@dataclass(frozen=True, slots=True)
class ServerFile:
    """The file of servers, in its order; ``path`` is where it is or would be, ``default`` empty for none."""

    path: Path
    servers: tuple[NamedServer, ...] = ()
    default: str = ""

    def named(self, name: str) -> NamedServer:
        """Return the server of that name, or raise a SettingsError."""
        servers = {server.name: server for server in self.servers}
        if not servers:
            raise SettingsError(
                f"--server {name}: no server stands in {self.path}; did-importer config says how to write it"
            )
        if name not in servers:
            near = _nearest(name, servers, "servers")
            raise SettingsError(f"--server {name}: {self.path} has no such server; {near}")
        return servers[name]


def load_servers(place: Setting) -> ServerFile:
    """Read the file of servers; the one in the user's folder may be missing, one that was chosen may not."""
    path = Path(place.value)
    if path.exists():
        return read_server_file(path)
    if place.origin is Origin.DEFAULT:
        return ServerFile(path)
    raise SettingsError(
        f"{place.where}: {path} is not there; write a first one with: did-importer config --config {path} --write"
    )


def read_server_file(path: Path) -> ServerFile:
    """Read a file of servers.

    Raises:
        SettingsError: it cannot be read, holds a password, a key that nobody knows, or a value that cannot be used.
    """
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as a text file ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f'{path} is no TOML: {error}; texts stand in quotes, such as user = "6666"') from None
    _refuse_unknown(read, ("default", "servers"), str(path))
    tables, default = read.get("servers", {}), read.get("default", "")
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise SettingsError(f"{path}: servers stand each under a line [servers.NAME], such as [servers.east]")
    servers = tuple(_named_server(path, name, table) for name, table in tables.items())
    if not isinstance(default, str) or (default and default not in tables):
        near = _nearest(str(default), tables, "servers")
        raise SettingsError(f"{path}: default must be the name of a server; {near}")
    return ServerFile(path, servers, default)


def _named_server(path: Path, name: str, table: Mapping[str, Any]) -> NamedServer:
    from importer.checking import DidFormat

    place = f"[servers.{_one_line(name)}] in {path}"
    _refuse_unknown(table, KEYS, place)
    for key, value in table.items():
        if not isinstance(value, KEYS[key]) or (isinstance(value, bool) and key != "keyring"):
            raise SettingsError(f"{place}: {key} must be {_TYPE_WORDS.get(KEYS[key][-1], 'a table of its own')}")
    values: dict[str, Any] = {key: value.strip() if isinstance(value, str) else value for key, value in table.items()}
    if not values.get("url"):
        raise SettingsError(f'{place}: url is missing; a host alone will do, such as url = "vici.example.org"')
    try:
        values["url"] = complete_url(values["url"])
        if "password_file" in values:
            values["password_file"] = path.parent / Path(values["password_file"]).expanduser()
    except SettingsError as trouble:
        raise SettingsError(f"{place}: url: {trouble}") from None
    except RuntimeError:
        raise SettingsError(f"{place}: password_file: there is no such user's folder; write the whole path") from None
    for key, written in (("method", str.upper), ("did_format", str.lower), ("region", str.upper), ("rate", float)):
        if key in values:
            values[key] = written(values[key])
    values["columns"] = tuple(_columns(place, table.get("columns", {})))
    server = NamedServer(name, place, **values)
    for usable, sentence in (
        (table.get("password_file", "x").strip(), "password_file is empty; name the file, or leave the key out"),
        (not server.source or SOURCE_PATTERN.fullmatch(server.source), "source must be 2 to 20 letters and digits"),
        (server.method in ("", "GET", "POST"), 'method must be "get" or "post"'),
        (server.did_format in ("", *DidFormat), f"did_format must be one of: {', '.join(DidFormat)}"),
        (re.fullmatch("[A-Z]{2}|", server.region), 'region must be two letters, such as "US"'),
        (not (server.keyring and server.password_file), "give password_file or keyring = true, not both"),
    ):
        if not usable:
            raise SettingsError(f"{place}: {sentence}")
    return server


def _columns(place: str, table: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    place = place.replace("] in ", ".columns] in ", 1)
    for key, value in table.items():
        column = column_named(key)
        if column is None or not column.sent:
            near = _nearest(key, [known.name for known in SENT if known is not DID_PATTERN], "columns")
            raise SettingsError(f"{place}: there is no column '{_one_line(key)}'; {near}")
        if column is DID_PATTERN:
            raise SettingsError(f"{place}: did_pattern would give every row the same number; leave it out")
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise SettingsError(f"{place}: {_one_line(key)} must be text in quotes")
        yield column.name, str(value)


def _refuse_unknown(table: Iterable[str], known: Iterable[str], place: str) -> None:
    """Refuse a key that nobody knows, and a password in any case."""
    for key in table:
        if key in known:
            continue
        if _PASSWORD_KEY.search(key):
            raise SettingsError(
                f"{place}: no password stands in this file; take out '{_one_line(key)}' and give password_file or"
                " keyring = true"
            )
        raise SettingsError(f"{place}: there is no key '{_one_line(key)}'; {_nearest(key, known, 'keys')}")


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)


def _nearest(word: str, known: Iterable[str], what: str) -> str:
    """Name what is closest to a word that nobody knows, and all that there is."""
    names = [_one_line(name) for name in known]
    close = get_close_matches(word.lower(), names, n=1, cutoff=0.5)
    return (f"did you mean {close[0]}? " if close else "") + f"the {what} are: {', '.join(names)}"


def write_first_file(path: Path) -> None:
    """Write a first file of servers, in which everything is still a comment; never over one that is there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(FIRST_FILE)
    except OSError as error:
        if path.exists():
            raise SettingsError(f"{path} is there already and is not overwritten; open it with a text editor") from None
        raise SettingsError(f"{path} cannot be written ({error.strerror or error}); choose with --config") from None


def choose_server(
    file: ServerFile, *, name: str | None, url: str | None, environment: Mapping[str, str] = os.environ
) -> ChosenServer | None:
    """Return the server that --server names, else the default server, or None if --url or VICIDIAL_URL means another.

    Then nothing of the default is used, because its user, password and rate are not for others.

    Raises:
        SettingsError: there is no such server, or --server and --url are both given.
    """
    if name is not None:
        if url is not None:
            raise SettingsError(f"--server {name} says where the server is already; leave out --url, or --server")
        return ChosenServer(file.named(name), by_flag=True)
    if not file.default:
        return None
    entry = file.named(file.default)
    elsewhere = url if url is not None else environment.get(URL_VARIABLE, "").strip()
    return None if elsewhere and not same_server(elsewhere, entry.url) else ChosenServer(entry, by_flag=False)
