"""The flags that say which server and how it is called, and those of doctor and config. Imports nothing slow."""

import argparse
from pathlib import Path


def add_server_flags(parser: argparse.ArgumentParser) -> None:
    """Add where the server is and who asks."""
    group = parser.add_argument_group("server")
    group.add_argument("--url", help="the server; a host alone will do (default: VICIDIAL_URL)")
    group.add_argument("--user", help="the API user (default: VICIDIAL_USER)")
    _add_password_file(group)
    group.add_argument("--source", help="what the API log shows as the origin (default: didimporter)")
    group.add_argument(
        "--server",
        metavar="NAME",
        help="a server of the file of servers, with its settings; beats VICIDIAL_URL and VICIDIAL_USER",
    )
    _add_config(group)


def add_password_flags(parser: argparse.ArgumentParser) -> None:
    """Add where the password is found, for commands that know the server already."""
    group = parser.add_argument_group("server")
    _add_password_file(group)
    _add_config(group)


def _add_password_file(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--password-file", type=Path, metavar="FILE", help="a file whose first line is the password, for its owner only"
    )


def _add_config(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the file of servers (default: DID_IMPORTER_CONFIG, or what did-importer config says)",
    )


def add_call_flags(parser: argparse.ArgumentParser) -> None:
    """Add how calls are made."""
    group = parser.add_argument_group("sending")
    group.add_argument("--rate", type=float, metavar="N", help="calls a second, never more (default: 10; 0: no limit)")
    group.add_argument("--workers", type=int, metavar="N", help="calls in flight at once (default: 4)")
    group.add_argument(
        "--method", choices=("get", "post"), help="post keeps the password out of the access log (default: get)"
    )
    group.add_argument("--timeout", type=float, metavar="SECONDS", help="for one call (default: 30)")
    group.add_argument("--retries", type=int, metavar="N", help="further tries of a call that failed (default: 4)")
    group.add_argument(
        "--give-up-after", type=float, metavar="SECONDS", help="how long the server may stay away (default: 120)"
    )
    group.add_argument("--ca-file", metavar="FILE", help="the certificates of a private authority (PEM)")
    group.add_argument("--insecure", action="store_true", default=None, help="take any certificate (dangerous)")


def add_doctor_flags(parser: argparse.ArgumentParser) -> None:
    """Add which server doctor looks at, how it calls, and how it reports."""
    add_server_flags(parser)
    group = parser.add_argument_group("calling")
    group.add_argument("--method", choices=("get", "post"), help="as the import will call (default: get)")
    group.add_argument("--timeout", type=float, metavar="SECONDS", help="for each step (default: 30)")
    group.add_argument("--ca-file", metavar="FILE", help="the certificates of a private authority (PEM)")
    group.add_argument("--insecure", action="store_true", default=None, help="take any certificate (dangerous)")
    parser.add_argument("--json", action="store_true", help="print one object for scripts")


def add_config_command_flags(parser: argparse.ArgumentParser) -> None:
    """Add what the command config takes."""
    _add_config(parser.add_argument_group("file"))
    parser.add_argument("--write", action="store_true", help="write a first file to fill in; never overwrites one")
