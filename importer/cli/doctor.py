"""``did-importer doctor``: the ladder on the terminal, or as one object for scripts."""

import argparse
from collections.abc import Iterator, Sequence
from typing import Final

from importer import ImportOptions
from importer.cli.options import chosen_server, given_by, options_from
from importer.cli.terminal import print_object, say, wrapped
from importer.doctor import Level, Patient, Rung, RungResult, examine, exit_code, not_reached
from importer.settings.named import ChosenServer, Origin, Setting
from importer.settings.settings import resolve_settings

_WORDS: Final = {Level.OK: "ok", Level.WARNING: "warning", Level.BROKEN: "BROKEN"}
_FIRST: Final = max(map(len, _WORDS.values())) + 2
_SECOND: Final = max(map(len, Rung)) + 2
_MARGIN: Final = " " * _FIRST


def doctor(flags: argparse.Namespace) -> int:
    """``did-importer doctor``."""
    results: list[RungResult] = []
    for result in examine(lambda: _patient(flags)):
        results.append(result)
        if not flags.json:
            say(_rung_lines(result))
    if not flags.json:
        say(_ending_lines(results))
    print_object(flags, _as_object(results))
    return exit_code(results)


def _patient(flags: argparse.Namespace) -> Patient:
    chosen = chosen_server(flags)
    options = options_from(flags, chosen)
    resolved = resolve_settings(given_by(flags, flags.source), chosen)
    name: tuple[Setting, ...] = ()
    if chosen is not None:
        by = (Origin.FLAG, "--server") if chosen.by_flag else (Origin.FILE, "default in the file of servers")
        name = (Setting("server", chosen.entry.name, *by),)
    how = _how_calls_are_made(options, chosen, flags)
    return Patient(resolved.server, options.transport(), (*name, *resolved.settings, *how))


def _how_calls_are_made(
    options: ImportOptions, chosen: ChosenServer | None, flags: argparse.Namespace
) -> Iterator[Setting]:
    """Say of the other settings where they came from: flag, file or default; the environment has none of them."""
    entry = chosen.entry if chosen is not None else None
    for name in ("method", "rate", "workers", "did_format", "region", "timeout", "ca_file", "insecure"):
        value = getattr(options, name)
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        if getattr(flags, name, None) is not None:
            yield Setting(name, shown, Origin.FLAG, f"--{name.replace('_', '-')}")
        elif entry is not None and getattr(entry, name, None) not in (None, ""):
            yield Setting(name, shown, Origin.FILE, entry.place)
        elif value:
            yield Setting(name, shown, Origin.DEFAULT)
    if entry is not None:
        for column, value in entry.columns:
            yield Setting(column, value, Origin.FILE, entry.place)


def _rung_lines(result: RungResult) -> Iterator[str]:
    yield wrapped(
        f"{_WORDS[result.level]:<{_FIRST}}{result.rung:<{_SECOND}}{result.sentence}", " " * (_FIRST + _SECOND)
    )
    for setting in result.settings:
        where = setting.where or "default"
        yield wrapped(f"{_MARGIN}{setting.name:<11} {setting.value} ({where})", _MARGIN + " " * 12)
    if result.said:
        yield wrapped(f"{_MARGIN}the server said: {result.said}", _MARGIN + "  ")
    if result.fix:
        yield wrapped(f"{_MARGIN}-> {result.fix}", _MARGIN + "   ")


def _ending_lines(results: Sequence[RungResult]) -> Iterator[str]:
    broken = next((result for result in results if result.level is Level.BROKEN), None)
    if broken is not None:
        left = ", ".join(not_reached(results))
        if left:
            yield wrapped(f"not looked at: {left}", " " * 15)
        yield "put this right, then run did-importer doctor again; nothing was changed"
    elif any(result.level is Level.WARNING for result in results):
        yield "DIDs can be added; the warnings say what is lost or at risk"
    else:
        yield "all is well: DIDs can be added"


def _as_object(results: Sequence[RungResult]) -> dict[str, object]:
    settings = [setting for result in results for setting in result.settings]
    return {
        "well": all(result.level is not Level.BROKEN for result in results),
        "exit_code": int(exit_code(results)),
        "settings": [
            {"name": setting.name, "value": setting.value, "from": setting.origin.value, "where": setting.where}
            for setting in settings
        ],
        "rungs": [
            {
                "rung": result.rung.value,
                "level": result.level.value,
                "sentence": result.sentence,
                "fix": result.fix,
                "said": result.said,
            }
            for result in results
        ],
        "not_reached": [rung.value for rung in not_reached(results)],
    }
