"""``did-importer sandbox``: a practice VICIdial on this machine until Ctrl-C, with failures on request."""

import argparse
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from importer.cli.terminal import say, wrapped
from importer.errors import SettingsError
from importer.model import ExitCode
from importer.sandbox import Fault, FaultPlan, SandboxOptions, serve
from importer.sandbox.faults import LOOPBACK
from importer.settings.named import PASSWORD_VARIABLE, URL_VARIABLE, USER_VARIABLE

PRACTICE_USER: Final = "6666"
PRACTICE_PASSWORD: Final = "1234"  # noqa: S105  everybody's password in a server for practice

DIDS_THERE: Final = ("3055550190", "7135550190", "7275550190")
"""DIDs that the practice VICIdial holds from the start, so that some rows of the sample order are duplicates."""

_SLOWEST_SECONDS: Final = 3600.0
_HIGHEST_PORT: Final = 65_535
_EXAMPLE: Final = "--fail error-500=0.1"


def sandbox(flags: argparse.Namespace) -> int:
    """``did-importer sandbox``.

    Raises:
        SettingsError: a flag cannot be used, or the port is taken.
    """
    if "list" in flags.fail:
        say(_fault_lines())
        return ExitCode.DONE
    if not 0 <= flags.slow <= _SLOWEST_SECONDS:
        raise SettingsError(f"--slow {flags.slow:g} must be from 0 to {_SLOWEST_SECONDS:g} seconds")
    if not 0 <= flags.port <= _HIGHEST_PORT:
        raise SettingsError(f"--port {flags.port} must be from 0 (a free one) to {_HIGHEST_PORT}")
    options = SandboxOptions(latency=(flags.slow, flags.slow), faults=faults_from(flags.fail), starting_dids=DIDS_THERE)
    try:
        serve(options, flags.port, lambda url: say(_welcome(url, options)))
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
    if sum(shares.values()) > 1:
        raise SettingsError(
            f"the shares of --fail come to {sum(shares.values()):g}; together they can be 1 at most, which is all calls"
        )
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
    """List the kinds, a sentence each."""
    yield "what a share of the calls can be told to do (retries are calls too):"
    width = max(map(len, Fault))
    for fault in Fault:
        yield wrapped(f"  {fault:<{width}}  {fault.meaning}", " " * (width + 4))
    yield f"for example: did-importer sandbox {_EXAMPLE} --fail hang-after=0.02"


def _welcome(url: str, options: SandboxOptions) -> Iterator[str]:
    """Say where the practice VICIdial is, how to use it, and what it knows."""
    settings = {URL_VARIABLE: url, USER_VARIABLE: PRACTICE_USER, PASSWORD_VARIABLE: PRACTICE_PASSWORD}
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
        for name, value in settings.items():
            yield f"    {setting.format(name, value)}"
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
