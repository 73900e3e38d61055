"""From the flags to the server with a name, and to the recipe that its entry in the file of servers asks for."""

import argparse
import os
from dataclasses import replace
from typing import Any

from importer.errors import SettingsTrouble
from importer.named_server import ChosenServer, NamedServer
from importer.recipe import Recipe
from importer.server_address import same_server
from importer.server_file import ServerFile, choose_server, config_file, load_servers


def servers_of(flags: argparse.Namespace) -> ServerFile:
    """Read the file of servers.

    Raises:
        SettingsTrouble: it cannot be used as it is.
    """
    return load_servers(config_file(getattr(flags, "config", None), os.environ))


def chosen_server(flags: argparse.Namespace) -> ChosenServer | None:
    """Return the named server that a command works with, or None.

    Raises:
        SettingsTrouble: there is no such server, or the file cannot be used as it is.
    """
    name, url = getattr(flags, "server", None), getattr(flags, "url", None)
    file = servers_of(flags)
    chosen = choose_server(file, name=name, url=url, environment=os.environ)
    if chosen is None and url is None and file.servers and not file.default and not os.environ.get("VICIDIAL_URL"):
        return None
    return chosen


def server_of_run(flags: argparse.Namespace, url: str, user: str) -> ChosenServer:
    """Return the server that a recorded run is bound to, with the password source of its entry, if it has one.

    Nobody but this server and this user may get the run's calls, so they beat the environment.

    Raises:
        SettingsTrouble: the file of servers cannot be used as it is.
    """
    for entry in servers_of(flags).servers:
        if same_server(entry.url, url) and entry.user == user:
            return ChosenServer(replace(entry, url=url), by_flag=True)
    return ChosenServer(NamedServer("", "the record of the run", url, user), by_flag=True)


def recipe_for(chosen: ChosenServer | None, base: Recipe | None = None) -> Recipe | None:
    """Lay what a named server asks for over a recipe; flags are laid over it in turn.

    Args:
        chosen: the named server, or None.
        base: the recipe below, or None for the defaults.

    Raises:
        SettingsTrouble: a value of the entry cannot be used.
    """
    if chosen is None:
        return base
    entry, base = chosen.entry, base or Recipe()
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
    except SettingsTrouble as trouble:
        raise SettingsTrouble(f"{entry.place}: {trouble}") from None
