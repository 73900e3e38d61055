"""The commands that write a file to fill in: ``config``, the servers by name, and ``template``, the blank workbook."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from importer import ImportOptions, server_names
from importer.cli.options import chosen_server, options_from, server_from
from importer.cli.terminal import counted, quoted, shown, warn, wrapped
from importer.model import ExitCode
from importer.settings.file import ServerFile, load_servers, write_first_file
from importer.settings.named import NamedServer, Origin
from importer.settings.user_folders import config_file
from importer.workbooks.output_file import check_writable
from importer.workbooks.template import write_template


def config(flags: argparse.Namespace) -> int:
    """``did-importer config``: where the file of servers is, what it says, and a first one to fill in."""
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
    for line in _file_lines(load_servers(place)):
        print(line)
    return ExitCode.DONE


def _file_lines(file: ServerFile) -> Iterator[str]:
    """Show a file of servers; what is in it cannot be secret, because a password in it is refused."""
    if not file.servers:
        yield "no server stands in it yet; take out the '# ' before the lines that you want"
        return
    for server in file.servers:
        ImportOptions().for_server(server)  # refuses what cannot be used
        yield ""
        yield f"{server.name}, the default" if server.name == file.default else server.name
        for name, value in _values(server):
            yield wrapped(f"  {name:<14} {value}", " " * 17)
    yield ""
    yield wrapped(f"to use one: did-importer run order.xlsx --server {file.servers[0].name}")


def _values(server: NamedServer) -> Iterator[tuple[str, str]]:
    yield "url", server.url
    yield "user", server.user or "(not named: --user or VICIDIAL_USER)"
    if server.keyring:
        yield "password", "in the system's keyring"
    elif server.password_file is None:
        yield "password", "(not named: --password-file, VICIDIAL_PASS, or typed)"
    else:
        missing = "" if server.password_file.exists() else ", which is not there"
        yield "password", f"in the file {server.password_file}{missing}"
    for name in ("source", "rate", "workers", "method", "did_format", "region"):
        value = getattr(server, name)
        if value not in (None, ""):
            yield name, f"{value:g}" if isinstance(value, float) else str(value)
    for column, value in server.columns:
        yield "blank cells", f"{column} = {value}"


def template(flags: argparse.Namespace) -> int:
    """``did-importer template``: the blank workbook, with a server's own names to choose from."""
    if flags.server is None and flags.url is None:
        write_template(flags.file)
        print(f"written: {shown(flags.file)}")
        return ExitCode.DONE
    check_writable(flags.file, suffix=flags.file.suffix)
    chosen = chosen_server(flags)
    options = options_from(flags, chosen)
    server = server_from(flags, options, chosen)
    names = server_names(server, options)
    if names.unknown:
        warn([f"{server.url} does not tell all its names, so they are not all offered: {names.unknown}"])
    write_template(flags.file, names)
    groups, menus = counted(len(names.in_groups), "in-group"), counted(len(names.call_menus), "call menu")
    print(f"written: {shown(flags.file)}, with {groups} and {menus} to choose from")
    return ExitCode.DONE
