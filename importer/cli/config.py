"""``did-importer config``: where the file of servers is, what it says, and a first one to fill in."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from importer.cli.servers import options_for
from importer.cli.terminal import quoted, wrapped
from importer.model import ExitCode
from importer.settings.file import ServerFile, config_file, load_servers, write_first_file
from importer.settings.named import ChosenServer, NamedServer, Origin

_INDENT = " " * 17


def config(flags: argparse.Namespace) -> int:
    """Show the file of servers, or write a first one.

    Args:
        flags: ``config`` and ``write``.

    Returns:
        0.

    Raises:
        SettingsError: the file cannot be used as it is, or there is one already where one is to be written.
    """
    place = config_file(flags.config, os.environ)
    path = Path(place.value)
    if flags.write:
        write_first_file(path)
        print(f"written: {path}")
        print("open it with a text editor, take out the '# ' before the lines that you want,")
        print("and then try it:")
        chosen = "" if place.origin is not Origin.FLAG else f" --config {quoted(path)}"
        print(f"  did-importer doctor --server east{chosen}")
        return ExitCode.DONE
    chosen_by = "" if place.origin is Origin.DEFAULT else f" ({place.where})"
    print(wrapped(f"the file of servers: {path}{chosen_by}"))
    if place.origin is Origin.DEFAULT and not path.exists():
        print("it is not there yet; did-importer config --write writes a first one")
        return ExitCode.DONE
    for line in file_lines(load_servers(place)):
        print(line)
    return ExitCode.DONE


def file_lines(file: ServerFile) -> Iterator[str]:
    """Show a file of servers; what is in it cannot be secret, because a password in it is refused."""
    if not file.servers:
        yield "no server stands in it yet; take out the '# ' before the lines that you want"
    for server in file.servers:
        options_for(ChosenServer(server, by_flag=True))
        yield ""
        yield f"{server.name}, the default" if server.name == file.default else server.name
        for name, value in _values(server):
            yield wrapped(f"  {name:<14} {value}", _INDENT)
    if file.servers:
        yield ""
        yield wrapped(f"to use one: did-importer run order.xlsx --server {file.servers[0].name}")


def _values(server: NamedServer) -> Iterator[tuple[str, str]]:
    yield "url", server.url
    yield "user", server.user or "(not named: --user or VICIDIAL_USER)"
    yield "password", _password_of(server)
    for name in ("source", "rate", "workers", "method", "did_format", "region"):
        value = getattr(server, name)
        if value not in (None, ""):
            yield name, f"{value:g}" if isinstance(value, float) else str(value)
    for column, value in server.columns:
        yield "blank cells", f"{column} = {value}"


def _password_of(server: NamedServer) -> str:
    if server.keyring:
        return "in the system's keyring"
    if server.password_file is None:
        return "(not named: --password-file, VICIDIAL_PASS, or typed)"
    return f"in the file {server.password_file}" + ("" if server.password_file.exists() else ", which is not there")
