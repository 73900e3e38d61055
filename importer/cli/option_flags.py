"""From the flags of the command line to the options of a run: what is not given stays as it was."""

import argparse
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from importer import ImportOptions
from importer.columns import DID_PATTERN, USED
from importer.errors import SettingsError
from importer.headers import column_named

_AS_GIVEN: Final = (
    "sheet",
    "encoding",
    "delimiter",
    "any_pattern",
    "did_format",
    "strict_numbers",
    "expand_ranges",
    "describe",
    "rate",
    "workers",
    "timeout",
    "retries",
    "give_up_after",
    "probe_first",
    "verify",
    "on_duplicate",
    "ca_file",
    "insecure",
    "source",
)


def options_from(flags: argparse.Namespace, base: ImportOptions | None = None) -> ImportOptions:
    """Return the options that the flags ask for.

    Args:
        flags: the parsed command line; a flag that was not given is None or missing.
        base: the options of the run that is taken up again, or None for the defaults.

    Raises:
        SettingsError: a flag's value cannot be used.
    """
    base = base or ImportOptions()
    given = {name: getattr(flags, name, None) for name in _AS_GIVEN}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if getattr(flags, "method", None) is not None:
        changes["method"] = flags.method.upper()
    if getattr(flags, "region", None) is not None:
        changes["region"] = flags.region.upper()
    fills = dict(base.fills) | dict(_fills(getattr(flags, "set", None) or ()))
    mapping = dict(base.mapping)
    if getattr(flags, "mapping", None) is not None:
        mapping |= dict(_mapping_file(flags.mapping))
    mapping |= dict(_mapping(getattr(flags, "map", None) or ()))
    return replace(base, **changes, fills=tuple(fills.items()), mapping=tuple(mapping.items()))


def _split(text: str, flag: str, example: str) -> tuple[str, str]:
    left, equals, right = text.rpartition("=") if flag == "--map" else text.partition("=")
    if not equals or not left.strip():
        raise SettingsError(f"{flag} '{text}' needs a name, '=' and a value, such as {flag} {example}")
    return left.strip(), right.strip()


def _column(text: str, flag: str) -> str:
    column = column_named(text)
    if column is None or not column.function:
        names = ", ".join(column.name for column in USED)
        raise SettingsError(f"{flag}: there is no column '{text}'; the columns are: {names}")
    return column.name


def _fills(texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    for text in texts:
        left, value = _split(text, "--set", "did_route=IN_GROUP")
        name = _column(left, "--set")
        if name == DID_PATTERN.name:
            raise SettingsError("--set did_pattern would give every row the same number; put the numbers in the file")
        yield name, value


def _mapping(texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    for text in texts:
        header, name = _split(text, "--map", '"Their header=did_pattern"')
        yield header, _column(name, "--map")


def _mapping_file(path: Path) -> Iterable[tuple[str, str]]:
    try:
        columns = tomllib.loads(path.read_text(encoding="utf-8"))["columns"]
        pairs = [(str(header), name) for header, name in columns.items()]
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--mapping {path} cannot be read ({type(error).__name__})") from None
    except (tomllib.TOMLDecodeError, KeyError, AttributeError) as error:
        raise SettingsError(
            f'--mapping {path} must hold lines such as "Their header" = "did_pattern" under [columns] ({error})'
        ) from None
    for header, name in pairs:
        yield header, _column(str(name), f"--mapping {path}")
