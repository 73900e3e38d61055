"""The flags that say which server, and those of doctor and config. Imports nothing slow, as the parser asks."""

import argparse
from pathlib import Path


def add_name_flags(group: "argparse._ArgumentGroup") -> None:
    """Add --server and --config, for commands that work with a named server."""
    group.add_argument(
        "--server",
        metavar="NAME",
        help="a server of the file of servers, with its settings; beats VICIDIAL_URL and VICIDIAL_USER",
    )
    add_config_flag(group)


def add_config_flag(group: "argparse._ArgumentGroup") -> None:
    """Add --config."""
    group.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the file of servers (default: DID_IMPORTER_CONFIG, or what did-importer config says)",
    )


def add_doctor_flags(parser: argparse.ArgumentParser) -> None:
    """Add how doctor calls the server, and how it reports."""
    group = parser.add_argument_group("calling")
    group.add_argument("--method", choices=("get", "post"), help="how to call (default: get)")
    group.add_argument("--timeout", type=float, metavar="SECONDS", help="for each step (default: 30)")
    group.add_argument("--ca-file", metavar="FILE", help="the certificates of a private authority (PEM)")
    group.add_argument("--insecure", action="store_true", default=None, help="take any certificate (dangerous)")
    parser.add_argument("--json", action="store_true", help="print one object for scripts")


def add_config_command_flags(parser: argparse.ArgumentParser) -> None:
    """Add what the command config takes."""
    add_config_flag(parser.add_argument_group("file"))
    parser.add_argument("--write", action="store_true", help="write a first file to fill in; never overwrites one")
