"""The file of servers by name: a TOML file that holds no password.

::

    default = "east"

    [servers.east]
    url = "vici.example.org"
    user = "6666"
    password_file = "east.password"
    rate = 20

    [servers.east.columns]
    did_route = "IN_GROUP"
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.errors import SettingsError
from importer.settings.named import URL_VARIABLE, ChosenServer, NamedServer, Origin, Setting, same_server
from importer.settings.table import named_server, nearest, refuse_unknown

CONFIG_VARIABLE: Final = "DID_IMPORTER_CONFIG"

_TOP_KEYS: Final = ("default", "servers")

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
    """The file of servers.

    Attributes:
        path: where it is, or would be.
        servers: the servers, in the order of the file.
        default: the name of the default server; empty for none.
    """

    path: Path
    servers: tuple[NamedServer, ...] = ()
    default: str = ""

    def named(self, name: str) -> NamedServer:
        """Return the server of that name.

        Raises:
            SettingsError: there is none.
        """
        for server in self.servers:
            if server.name == name:
                return server
        names = [server.name for server in self.servers]
        if not names:
            raise SettingsError(
                f"--server {name}: no server stands in {self.path}; did-importer config says how to write it"
            )
        raise SettingsError(f"--server {name}: {self.path} has no such server; {nearest(name, names, 'servers')}")


def config_file(flag: Path | None, environment: Mapping[str, str] = os.environ) -> Setting:
    """Say where the file of servers is: --config, then DID_IMPORTER_CONFIG, then the user's folder of settings."""
    if flag is not None:
        return Setting("config", str(flag), Origin.FLAG, "--config")
    if environment.get(CONFIG_VARIABLE):
        return Setting("config", environment[CONFIG_VARIABLE], Origin.ENVIRONMENT, CONFIG_VARIABLE)
    from platformdirs import user_config_path

    return Setting("config", str(user_config_path("did-importer", appauthor=False) / "servers.toml"), Origin.DEFAULT)


def load_servers(place: Setting) -> ServerFile:
    """Read the file of servers; the one in the user's folder may be missing, one that was chosen may not.

    Raises:
        SettingsError: a chosen file is missing, or it cannot be used as it is.
    """
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
    refuse_unknown(read, _TOP_KEYS, str(path))
    tables, default = read.get("servers", {}), read.get("default", "")
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise SettingsError(f"{path}: servers stand each under a line [servers.NAME], such as [servers.east]")
    servers = tuple(named_server(path, name, table) for name, table in tables.items())
    if not isinstance(default, str) or (default and default not in tables):
        raise SettingsError(f"{path}: default must be the name of a server; {nearest(str(default), tables, 'servers')}")
    return ServerFile(path, servers, default)


def write_first_file(path: Path) -> None:
    """Write a first file of servers, in which everything is still a comment.

    Raises:
        SettingsError: there is one already, or it cannot be written there.
    """
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
    """Say which named server a command works with.

    Args:
        file: the file of servers.
        name: the flag --server, or None.
        url: the flag --url, or None.
        environment: where VICIDIAL_URL is looked up.

    Returns:
        The server that --server names. Else the default server, unless --url or VICIDIAL_URL means another: then
        nothing of it is used, because its user, password and rate are not for others. Else None.

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
