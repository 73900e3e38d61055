"""From the flags to the server with a name, and to the options that its entry in the file of servers asks for."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from importer import ImportOptions
from importer.cli.terminal import agreed
from importer.errors import SettingsError
from importer.settings.file import ServerFile, choose_server, config_file, load_servers
from importer.settings.named import ChosenServer, Given
from importer.settings.settings import Server, is_this_machine, resolve_settings
from importer.settings.settings import server_of_run as recorded_server

_CALM_RATE: Final = 100.0


def servers_of(flags: argparse.Namespace) -> ServerFile:
    """Read the file of servers."""
    return load_servers(config_file(getattr(flags, "config", None), os.environ))


def chosen_server(flags: argparse.Namespace) -> ChosenServer | None:
    """Return the named server that a command works with, or None."""
    name, url = getattr(flags, "server", None), getattr(flags, "url", None)
    return choose_server(servers_of(flags), name=name, url=url, environment=os.environ)


def server_from(flags: argparse.Namespace, options: ImportOptions, chosen: ChosenServer | None) -> Server:
    """Return the server that the flags, the environment and the file of servers ask for."""
    return resolve_settings(given_by(flags, options.source), chosen).server


def given_by(flags: argparse.Namespace, source: str | None) -> Given:
    """Return what flags, the environment and the person at the terminal say of the server."""
    return Given(
        url=getattr(flags, "url", None),
        user=getattr(flags, "user", None),
        source=source,
        password_file=flags.password_file,
        ask=ask_for_password(),
    )


def server_of_run(flags: argparse.Namespace, options: ImportOptions, url: str, user: str) -> Server:
    """Return the server and user that a recorded run is bound to, or those that flags name instead.

    What is recorded beats the environment, and gets no password that is meant for another server or user.

    Raises:
        SettingsError: there is no password for them, or the file of servers cannot be used as it is.
    """
    named = [getattr(flags, name, None) for name in ("url", "server", "user")]
    if named[0] is not None or named[1] is not None:
        chosen = chosen_server(flags)
        flags.user = flags.user or (None if chosen is not None and chosen.entry.user else user)
        return server_from(flags, options, chosen)
    given = given_by(flags, options.source)
    return recorded_server(url, named[2] or user, options.source, given, servers_of(flags).servers)


def warnings_of(server: Server, options: ImportOptions) -> tuple[str, ...]:
    """Return what makes the way to the server unsafe."""
    insecure = "--insecure: the server's certificate is not checked, so anybody in between can read all"
    return (*server.warnings, insecure) if options.insecure else server.warnings


def rate_is_meant(server: Server, options: ImportOptions, flags: argparse.Namespace) -> bool:
    """Ask whether many calls a second are meant for a server on which others work; False if not."""
    host = urlsplit(server.url).hostname or ""
    if 0 < options.rate <= _CALM_RATE or is_this_machine(host):
        return True
    rate = f"{options.rate:g} calls a second" if options.rate else "as many calls a second as it answers"
    return agreed(
        f"--rate {options.rate:g} sends {rate} to {host}, on which agents may be working. Is that meant?", flags
    )


def ask_for_password() -> Callable[[str], str] | None:
    """Return what asks a person for a password, or None where nobody is at a terminal."""
    return getpass.getpass if sys.stdin is not None and sys.stdin.isatty() else None


def options_again(chosen: ChosenServer | None, recorded: ImportOptions | None) -> ImportOptions | None:
    """Return what a rerun starts from: how the run was made, unless --server names who is to be asked now."""
    if recorded is not None and (chosen is None or not chosen.by_flag):
        return recorded
    return options_for(chosen, recorded)


def options_for(chosen: ChosenServer | None, base: ImportOptions | None = None) -> ImportOptions | None:
    """Lay what a named server asks for over a options; flags are laid over it in turn."""
    if chosen is None:
        return base
    entry, base = chosen.entry, base or ImportOptions()
    given: dict[str, Any] = {
        "source": entry.source or None,
        "rate": entry.rate,
        "workers": entry.workers,
        "method": entry.method or None,
        "did_format": entry.did_format or None,
        "region": entry.region or None,
        "fills": tuple((dict(base.fills) | dict(entry.columns)).items()) if entry.columns else None,
    }
    try:
        return replace(base, **{name: value for name, value in given.items() if value is not None})
    except SettingsError as trouble:
        raise SettingsError(f"{entry.place}: {trouble}") from None
