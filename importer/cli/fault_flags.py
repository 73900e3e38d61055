"""What the practice VICIdial can be told to do wrong: ``--fail KIND=SHARE``, and what each kind means."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from importer.cli.text import wrapped
from importer.errors import SettingsError
from importer.sandbox import Fault, FaultPlan

MEANINGS: Final[Mapping[Fault, str]] = MappingProxyType(
    {
        Fault.ERROR_500: "HTTP 500 and an empty answer; the DID is not added",
        Fault.ERROR_500_AFTER: "HTTP 500 and an empty answer, but the DID is added",
        Fault.BUSY_503: "HTTP 503, come back in a second; the DID is not added",
        Fault.BUSY_429: "HTTP 429, too many calls, come back in a second; the DID is not added",
        Fault.CUT_BEFORE: "the connection is cut without an answer; the DID is not added",
        Fault.CUT_AFTER: "the connection is cut without an answer, but the DID is added",
        Fault.HALF_BODY: "the answer stops half-way, but the DID is added",
        Fault.HTML: "a proxy's web page instead of an answer; the DID is not added",
        Fault.HTML_AFTER: "a proxy's web page instead of an answer, but the DID is added",
        Fault.HANG: "no answer for a minute (try run --timeout 3); the DID is not added",
        Fault.HANG_AFTER: "no answer for a minute (try run --timeout 3), but the DID is added",
        Fault.LOST_INSERT: "VICIdial says SUCCESS, but the DID is not added (try run --verify)",
        Fault.WRONG_NUMBER: "the DID is added, but VICIdial says SUCCESS for another number",
        Fault.REDIRECT: "a redirect to another server; the DID is not added",
        Fault.MYSQL_DOWN: "VICIdial's database is down; the DID is not added",
        Fault.PHP_WARNINGS: "PHP's warnings stand before the answer; the DID is added",
        Fault.DENIED_401: "the web server asks for another login; the DID is not added",
        Fault.DENIED_403: "the web server refuses; the DID is not added",
        Fault.BROKEN_TABLE: "the table of DIDs is broken; the login works, the DID is not added",
    }
)
"""What each kind of failure looks like to the person."""

_EXAMPLE: Final = "--fail error-500=0.1"


def faults_from(texts: Iterable[str]) -> FaultPlan:
    """Read the flags.

    Args:
        texts: what stands behind each ``--fail``, such as ``error-500=0.1``.

    Raises:
        SettingsError: one of them cannot be read, or the shares come to more than all calls.
    """
    shares: dict[Fault, float] = {}
    for text in texts:
        name, equals, number = (part.strip() for part in text.partition("="))
        fault = _kind(name, text)
        if not equals:
            raise SettingsError(f"--fail {text} needs the share of the calls behind a '=', such as {_EXAMPLE}")
        if fault in shares:
            raise SettingsError(f"--fail {name} is given twice; give each kind once")
        shares[fault] = _share(number, text)
    total = sum(shares.values())
    if total > 1:
        raise SettingsError(
            f"the shares of --fail come to {total:g}; together they can be 1 at most, which is all calls"
        )
    return FaultPlan(shares=MappingProxyType(shares))


def _kind(name: str, text: str) -> Fault:
    try:
        return Fault(name.lower())
    except ValueError:
        close = get_close_matches(name.lower(), list(Fault), n=1)
        meant = f"did you mean {close[0]}? " if close else ""
        raise SettingsError(f"--fail {text}: there is no kind '{name}'; {meant}--fail list shows all kinds") from None


def _share(number: str, text: str) -> float:
    try:
        share = float(number)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise SettingsError(f"--fail {text}: '{number}' is no share of the calls; give 0 to 1, such as {_EXAMPLE}")
    return share


def fault_lines() -> Iterator[str]:
    """List the kinds, a sentence each."""
    yield "what a share of the calls can be told to do (retries are calls too):"
    width = max(map(len, Fault))
    for fault in Fault:
        yield wrapped(f"  {fault:<{width}}  {MEANINGS[fault]}", " " * (width + 4))
    yield f"for example: did-importer sandbox {_EXAMPLE} --fail hang-after=0.02"


def fault_words(plan: FaultPlan) -> Iterator[str]:
    """Say what will go wrong, one line a kind."""
    for fault, share in plan.shares.items():
        yield wrapped(f"{share:.0%} of the calls fail as {fault}: {MEANINGS[fault]}")
