"""The commands that answer until Ctrl-C: ``sandbox``, a practice VICIdial, and ``web``, the page in the browser."""

import argparse
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from importer.cli.terminal import say, wrapped
from importer.errors import SettingsError
from importer.model import ExitCode
from importer.sandbox import PRACTICE_DIDS, PRACTICE_PASSWORD, PRACTICE_USER, Fault, FaultPlan, SandboxOptions
from importer.sandbox import serve as serve_sandbox
from importer.sandbox.faults import LOOPBACK
from importer.settings.named import PASSWORD_VARIABLE, URL_VARIABLE, USER_VARIABLE
from importer.settings.user_folders import state_folder

_SLOWEST_SECONDS: Final = 3600.0
_HIGHEST_PORT: Final = 65_535
_EXAMPLE: Final = "--fail error-500=0.1"


def _check_port(port: int) -> None:
    if not 0 <= port <= _HIGHEST_PORT:
        raise SettingsError(f"--port {port} must be from 0 (a free one) to {_HIGHEST_PORT}")


def web(flags: argparse.Namespace) -> int:
    """``did-importer web``: the page, or the icon that starts it."""
    _check_port(flags.port)
    try:
        from importer.web.server import WebOptions, icon_path, install_icon, remove_icon, serve
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the page needs an extra that is not installed ({error.name}); run: pip install 'did-importer[web]'"
        ) from None
    path = icon_path()
    if flags.install_icon:
        install_icon(path)
        say([f"written: {path}"])
        return ExitCode.DONE
    if flags.remove_icon:
        say([f"removed: {path}" if remove_icon(path) else f"there is no icon at {path}"])
        return ExitCode.DONE
    options = WebOptions(state_folder(flags.state_dir), flags.port, browser=not flags.no_browser, config=flags.config)
    return serve(options, lambda sentence: print(sentence, flush=True))


def sandbox(flags: argparse.Namespace) -> int:
    """``did-importer sandbox``."""
    failures = flags.fail or []
    if "list" in failures:
        say(_fault_lines())
        return ExitCode.DONE
    if not 0 <= flags.slow <= _SLOWEST_SECONDS:
        raise SettingsError(f"--slow {flags.slow:g} must be from 0 to {_SLOWEST_SECONDS:g} seconds")
    _check_port(flags.port)
    options = SandboxOptions(
        latency=(flags.slow, flags.slow), faults=faults_from(failures), starting_dids=PRACTICE_DIDS
    )
    try:
        serve_sandbox(options, flags.port, lambda url: say(_welcome(url, options)))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SettingsError(
            f"--port {flags.port}: nothing can listen there on {LOOPBACK} ({error.strerror or error}); choose another"
            " port, or 0 for a free one"
        ) from None
    print("\nthe practice VICIdial has ended and forgotten everything", flush=True)
    return ExitCode.DONE


def faults_from(texts: Iterable[str]) -> FaultPlan:
    """Read what stands behind each ``--fail``, such as ``error-500=0.1``."""
    shares: dict[Fault, float] = {}
    for text in texts:
        name, equals, number = (part.strip() for part in text.partition("="))
        fault = {fault.value: fault for fault in Fault}.get(name.lower())
        if fault is None:
            close = get_close_matches(name.lower(), list(Fault), n=1)
            meant = f"did you mean {close[0]}? " if close else ""
            raise SettingsError(f"--fail {text}: there is no kind '{name}'; {meant}--fail list shows all kinds")
        if not equals:
            raise SettingsError(f"--fail {text} needs the share of the calls behind a '=', such as {_EXAMPLE}")
        if fault in shares:
            raise SettingsError(f"--fail {name} is given twice; give each kind once")
        shares[fault] = _share(number, text)
    total = sum(shares.values())
    if total > 1:
        raise SettingsError(f"the shares of --fail come to {total:g}; together they can be 1 at most (all calls)")
    return FaultPlan(shares=MappingProxyType(shares))


def _share(number: str, text: str) -> float:
    try:
        share = float(number)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise SettingsError(f"--fail {text}: '{number}' is no share of the calls; give 0 to 1, such as {_EXAMPLE}")
    return share


def _fault_lines() -> Iterator[str]:
    yield "what a share of the calls can be told to do (retries are calls too):"
    width = max(map(len, Fault))
    for fault in Fault:
        yield wrapped(f"  {fault:<{width}}  {fault.meaning}", " " * (width + 4))
    yield f"for example: did-importer sandbox {_EXAMPLE} --fail hang-after=0.02"


def _welcome(url: str, options: SandboxOptions) -> Iterator[str]:
    """Say where the practice VICIdial is, how to use it, and what it knows."""
    yield f"a practice VICIdial answers at {url}"
    yield "it is for this machine alone and forgets everything when it ends (Ctrl-C)"
    yield ""
    yield "copy these lines into the terminal where you import:"
    for shell, setting in (
        ("Linux, macOS", "export {}={}"),
        ("Windows, Command Prompt", "set {}={}"),
        ("Windows, PowerShell", '$env:{} = "{}"'),
    ):
        yield f"  {shell}"
        yield f"    {setting.format(URL_VARIABLE, url)}"
        yield f"    {setting.format(USER_VARIABLE, PRACTICE_USER)}"
        yield f"    {setting.format(PASSWORD_VARIABLE, PRACTICE_PASSWORD)}"
    yield "and then, for example:"
    yield "    did-importer run sample_data/carrier_order.xlsx"
    yield ""
    yield f"in-groups:   {', '.join(options.in_groups)}"
    yield f"call menus:  {', '.join(options.call_menus)}"
    yield f"servers:     {', '.join(options.servers)}"
    yield wrapped(f"DIDs there:  {', '.join(options.starting_dids)} and VICIdial's own 'default'", " " * 13)
    if options.latency[1]:
        yield f"every answer takes {options.latency[1]:g} seconds"
    for fault, share in options.faults.shares.items():
        yield wrapped(f"{share:.0%} of the calls fail as {fault}: {fault.meaning}")
