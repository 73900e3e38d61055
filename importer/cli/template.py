"""``did-importer template``: the blank workbook, with a server's own in-groups and call menus to choose from."""

import argparse

from importer import server_names
from importer.cli.options import options_from
from importer.cli.servers import chosen_server, options_for, server_from, warnings_of
from importer.cli.terminal import counted, shown, warn
from importer.workbooks.output_file import check_writable
from importer.workbooks.template import write_template


def template(flags: argparse.Namespace) -> int:
    """``did-importer template``.

    Raises:
        ResultsError: the workbook cannot be written there.
        SettingsError: the server that was named cannot be asked.
    """
    if flags.server is None and flags.url is None:
        write_template(flags.file)
        print(f"written: {shown(flags.file)}")
        return 0
    check_writable(flags.file, suffix=flags.file.suffix)
    chosen = chosen_server(flags)
    options = options_from(flags, options_for(chosen))
    server = server_from(flags, options, chosen)
    warn(warnings_of(server, options))
    names = server_names(server, options)
    if names.unknown:
        warn([f"{server.url} does not tell all its names, so they are not all offered: {names.unknown}"])
    write_template(flags.file, names)
    groups, menus = counted(len(names.in_groups), "in-group"), counted(len(names.call_menus), "call menu")
    print(f"written: {shown(flags.file)}, with {groups} and {menus} to choose from")
    return 0
