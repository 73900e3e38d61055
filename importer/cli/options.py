"""From the flags of the command line to the options of a run: what is not given stays as it was."""

import argparse
import tomllib
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from importer import ImportOptions
from importer.columns import DID_PATTERN, USED
from importer.errors import SettingsError
from importer.headers import column_named


def options_from(flags: argparse.Namespace, base: ImportOptions | None = None) -> ImportOptions:
    """Return the options that the flags ask for; flags are called as the options are."""
    base = base or ImportOptions()
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
        yield str(header), _column(str(name), f"--mapping {path}")
