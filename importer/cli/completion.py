"""``did-importer completion``: commands, flags, names of runs, servers and columns, completed in the shell."""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

_HOW: Final = {
    "bash": ('eval "$(did-importer completion bash)"', "~/.bashrc"),
    "zsh": ('eval "$(did-importer completion zsh)"', "~/.zshrc"),
    "fish": ("did-importer completion fish | source", "~/.config/fish/config.fish"),
}


def completion(flags: argparse.Namespace) -> int:
    """``did-importer completion``."""
    from argcomplete.shell_integration import shellcode

    line, file = _HOW[flags.shell]
    print(f"# to switch completion on, now and in every new shell, add this line to {file}:\n#   {line}\n")
    print(shellcode(["did-importer"], shell=flags.shell))
    return 0


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell that asks what may follow, and end the process."""
    import argcomplete

    completers = {"run": _runs, "server": _servers, "set": _fills, "map": _mapping}
    (commands,) = (action.choices for action in parser._actions if isinstance(action.choices, dict))  # noqa: SLF001
    for command in commands.values():
        # argparse has no public list of what it was told
        for action in command._actions:  # noqa: SLF001
            if action.dest in completers:
                action.completer = completers[action.dest]
    argcomplete.autocomplete(parser)


def _runs(parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
    from importer import list_runs
    from importer.cli.files import folders_of

    return [line.about.run_id for line in list_runs(folders_of(parsed_args).runs)]


def _servers(parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
    from importer.settings.file import config_file, load_servers

    config: Path | None = getattr(parsed_args, "config", None)
    return [server.name for server in load_servers(config_file(config, os.environ)).servers]


def _fills(prefix: str, **_: Any) -> Iterable[str]:
    from importer.columns import USED

    name, equals, _value = prefix.partition("=")
    values = next((column.choices or column.offered for column in USED if column.name == name), ())
    return [f"{name}={value}" for value in values] if equals else [f"{column.name}=" for column in USED]


def _mapping(prefix: str, **_: Any) -> Iterable[str]:
    from importer.columns import USED

    header, equals, _name = prefix.rpartition("=")
    return [f"{header}={column.name}" for column in USED] if equals else []
