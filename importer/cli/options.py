"""From the flags to what they ask for: the options of a run, its server, and where records and results go."""

import argparse
import getpass
import os
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from importer import Folders, ImportOptions
from importer.cli.terminal import must_agree, warn
from importer.columns import DID_PATTERN, USED
from importer.errors import SettingsError
from importer.headers import column_named
from importer.settings.file import ServerFile, choose_server, load_servers
from importer.settings.named import ChosenServer, Given
from importer.settings.settings import Server, is_this_machine, resolve_settings
from importer.settings.settings import server_of_run as recorded_server
from importer.settings.user_folders import config_file, state_folder

_CALM_RATE: Final = 100.0


def folders_of(flags: argparse.Namespace) -> Folders:
    """Return where records and results go: by the flags, the environment, or as this system has it."""
    return Folders(state_folder(getattr(flags, "state_dir", None)), getattr(flags, "results", None))


def chosen_server(flags: argparse.Namespace) -> ChosenServer | None:
    """Return the named server that a command works with, or None."""
    name, url = getattr(flags, "server", None), getattr(flags, "url", None)
    return choose_server(servers_of(flags), name=name, url=url, environment=os.environ)


def servers_of(flags: argparse.Namespace) -> ServerFile:
    """Read the file of servers."""
    return load_servers(config_file(getattr(flags, "config", None), os.environ))


def options_from(
    flags: argparse.Namespace, chosen: ChosenServer | None = None, recorded: ImportOptions | None = None
) -> ImportOptions:
    """Lay what a named server asks for over how the run was made, and the flags, which are called alike, over both."""
    base = recorded or ImportOptions()
    # a rerun is made as its run was, unless --server names who is to be asked now
    if chosen is not None and (recorded is None or chosen.by_flag):
        base = base.for_server(chosen.entry)
    names = {field.name for field in fields(ImportOptions)} - {"mapping"}
    changes: dict[str, Any] = {
        name: value for name, value in vars(flags).items() if name in names and value is not None
    }
    for name in {"method", "region"} & changes.keys():
        changes[name] = changes[name].upper()
    fills = dict(base.fills) | dict(_fills(getattr(flags, "set", None) or ()))
    mapping = dict(base.mapping)
    if getattr(flags, "mapping", None) is not None:
        mapping |= dict(_mapping_file(flags.mapping))
    mapping |= dict(_mapping(getattr(flags, "map", None) or ()))
    try:
        return replace(base, **changes, fills=tuple(fills.items()), mapping=tuple(mapping.items()))
    except SettingsError as error:
        # Python programs are told of a parameter, people here of a flag
        name, _, rest = str(error).partition(" ")
        if name not in changes:
            raise
        raise SettingsError(f"--{name.replace('_', '-')} {rest}") from None


def _column(text: str, flag: str) -> str:
    column = column_named(text)
    if column is None or not column.function:
        names = ", ".join(column.name for column in USED)
        raise SettingsError(f"{flag}: there is no column '{text}'; the columns are: {names}")
    return column.name


def _fills(texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name):
            raise SettingsError(f"--set '{text}' needs a column, '=' and a value, such as --set did_route=IN_GROUP")
        column = _column(name, "--set")
        if column == DID_PATTERN.name:
            raise SettingsError("--set did_pattern would give every row the same number; put the numbers in the file")
        yield column, value


def _mapping(texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    for text in texts:
        header, equals, name = (part.strip() for part in text.rpartition("="))
        if not (equals and header):
            raise SettingsError(f"--map '{text}' needs a header, '=' and a column, such as --map 'Number=did_pattern'")
        yield header, _column(name, "--map")


def _mapping_file(path: Path) -> Iterable[tuple[str, str]]:
    try:
        pairs = list(tomllib.loads(path.read_text(encoding="utf-8"))["columns"].items())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--mapping {path} cannot be read ({type(error).__name__})") from None
    except (tomllib.TOMLDecodeError, KeyError, AttributeError, RecursionError) as error:
        raise SettingsError(
            f'--mapping {path} must hold lines such as "Their header" = "did_pattern" under [columns] ({error})'
        ) from None
    for header, name in pairs:
        yield header, _column(str(name), f"--mapping {path}")


def server_from(flags: argparse.Namespace, options: ImportOptions, chosen: ChosenServer | None) -> Server:
    """Return the server that flags, environment and file of servers ask for, and warn where the way is unsafe."""
    return _warned_of(resolve_settings(given_by(flags, options.source), chosen).server, options)


def given_by(flags: argparse.Namespace, source: str | None) -> Given:
    """Return what flags, the environment and the person at the terminal say of the server."""
    return Given(
        url=getattr(flags, "url", None),
        user=getattr(flags, "user", None),
        source=source,
        password_file=flags.password_file,
        ask=getpass.getpass if sys.stdin is not None and sys.stdin.isatty() else None,
    )


def server_of_run(flags: argparse.Namespace, options: ImportOptions, url: str, user: str) -> Server:
    """Return the server and user that a recorded run is bound to, or those that flags name instead."""
    user_now = getattr(flags, "user", None)
    if getattr(flags, "url", None) is not None or getattr(flags, "server", None) is not None:
        chosen = chosen_server(flags)
        flags.user = user_now or (None if chosen is not None and chosen.entry.user else user)
        return server_from(flags, options, chosen)
    given = given_by(flags, options.source)
    return _warned_of(recorded_server(url, user_now or user, options.source, given, servers_of(flags).servers), options)


def _warned_of(server: Server, options: ImportOptions) -> Server:
    warn(server.warnings)
    if options.insecure:
        warn(["--insecure: the server's certificate is not checked, so anybody in between can read all"])
    return server


def rate_must_be_meant(server: Server, options: ImportOptions, flags: argparse.Namespace) -> None:
    """Ask whether many calls a second are meant for a server on which others work."""
    host = urlsplit(server.url).hostname or ""
    if not 0 < options.rate <= _CALM_RATE and not is_this_machine(host):
        rate = f"{options.rate:g} calls a second" if options.rate else "as many calls a second as it answers"
        flag = f"--rate {options.rate:g}"
        must_agree(f"{flag} sends {rate} to {host}, on which agents may be working. Is that meant?", flags)
