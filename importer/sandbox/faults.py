"""What can go wrong between a client and VICIdial, as real servers, proxies and networks show it, and when it does."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self


class Fault(StrEnum):
    """One way to answer wrongly, or not at all; ``meaning`` says what a person sees of it."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        fault = str.__new__(cls, value)
        fault._value_ = value
        fault.meaning = meaning
        return fault

    ERROR_500 = "error-500", "HTTP 500 and an empty answer; the DID is not added"
    ERROR_500_AFTER = "error-500-after", "HTTP 500 and an empty answer, but the DID is added"
    BUSY_503 = "busy-503", "HTTP 503, come back in a second; the DID is not added"
    BUSY_429 = "busy-429", "HTTP 429, too many calls, come back in a second; the DID is not added"
    CUT_BEFORE = "cut-before", "the connection is cut without an answer; the DID is not added"
    CUT_AFTER = "cut-after", "the connection is cut without an answer, but the DID is added"
    HALF_BODY = "half-body", "the answer stops half-way, but the DID is added"
    HTML = "html", "a proxy's web page instead of an answer; the DID is not added"
    HTML_AFTER = "html-after", "a proxy's web page instead of an answer, but the DID is added"
    HANG = "hang", "no answer for a minute (try run --timeout 3); the DID is not added"
    HANG_AFTER = "hang-after", "no answer for a minute (try run --timeout 3), but the DID is added"
    LOST_INSERT = "lost-insert", "VICIdial says SUCCESS, but the DID is not added (try run --verify)"
    WRONG_NUMBER = "wrong-number", "the DID is added, but VICIdial says SUCCESS for another number"
    REDIRECT = "redirect", "a redirect to another server; the DID is not added"
    MYSQL_DOWN = "mysql-down", "VICIdial's database is down; the DID is not added"
    PHP_WARNINGS = "php-warnings", "PHP's warnings stand before the answer; the DID is added"
    DENIED_401 = "denied-401", "the web server asks for another login; the DID is not added"
    DENIED_403 = "denied-403", "the web server refuses; the DID is not added"
    BROKEN_TABLE = "broken-table", "the table of DIDs is broken; the login works, the DID is not added"


ONLY_SUCCESS: Final = frozenset({Fault.LOST_INSERT, Fault.WRONG_NUMBER})
"""The faults that only a SUCCESS can have; other replies stay as they are."""

OF_A_WHOLE_SERVER: Final = frozenset(
    {Fault.REDIRECT, Fault.DENIED_401, Fault.DENIED_403, Fault.BROKEN_TABLE, Fault.PHP_WARNINGS}
)
"""The faults that come of how a server is set up, and so befall all calls or none."""

PROCESSED: Final = ONLY_SUCCESS | {
    Fault[name]
    for name in "ERROR_500_AFTER CUT_AFTER HALF_BODY HTML_AFTER HANG_AFTER PHP_WARNINGS BROKEN_TABLE".split()
}
"""The faults that befall a call which VICIdial has processed, login and all."""


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Which calls break, and how."""

    # the share of calls, 0 to 1, that each fault befalls; drawn from the seed, the DID and the number of the call for
    # it, so that the order in which calls arrive changes nothing
    shares: Mapping[Fault, float] = field(default_factory=lambda: MappingProxyType({}))
    # decides instead of shares: gets the did_pattern as VICIdial keeps it and how many calls for it there were
    chosen: Callable[[str, int], Fault | None] | None = None
    functions: frozenset[str] = frozenset({"add_did"})  # whose calls may break
    retry_after: str = "1"  # the header of BUSY_503 and BUSY_429: seconds, or an HTTP date
    hang_seconds: float = 60.0  # then HANG and HANG_AFTER reset the connection
    redirect_to: str = "https://vicidial.example/vicidial/non_agent_api.php"

    def __post_init__(self) -> None:
        if any(share < 0 for share in self.shares.values()) or sum(self.shares.values()) > 1 + 1e-9:
            raise ValueError("the shares of faults must be 0 or more each, and 1 at most together")

    def fault_for(self, seed: int, function: str, did_pattern: str, nth: int) -> Fault | None:
        """Return what befalls one call; None for one that is answered as it should be."""
        breaks = function in self.functions
        if self.chosen is not None:
            return self.chosen(did_pattern, nth) if breaks else None
        drawn = random.Random(f"{seed}|{did_pattern}|{nth}").random() if self.shares else 1.0
        for fault, share in self.shares.items():
            drawn -= share
            if drawn < 0:
                return fault if breaks or fault is Fault.BROKEN_TABLE else None
        return None


LOOPBACK: Final = "127.0.0.1"
"""The only address a sandbox listens on: its passwords are known to everybody."""

PATH: Final = "/vicidial/non_agent_api.php"
"""Where VICIdial has its Non-Agent API."""


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How a sandbox behaves; the defaults are the newer of the two recorded servers."""

    version: str = "2.14-202"
    build: str = "250720-1841"  # before 210209-2014 there is no add_did, before 230118 no list of names
    use_non_latin: bool = False  # VICIdial's system setting: letters of every script stay in most texts
    first_did_id: int = 1001  # of the first DID that is added
    latency: tuple[float, float] = (0.0, 0.0)  # shortest and longest, in seconds; half before the decision, half after
    faults: FaultPlan = field(default_factory=FaultPlan)
    seed: int = 0  # of everything that is drawn: latency and faults
    clock: Callable[[], float] = time.time  # decides lock-outs and what function=version says
    in_groups: tuple[str, ...] = ("SALES_IN", "SUPPORT_TEAM")
    call_menus: tuple[str, ...] = ("main_ivr",)
    servers: tuple[str, ...] = ("10.10.10.15",)
    starting_dids: tuple[str, ...] = ()  # beside "default" and the model of an AGENT DID
    hidden_dids: tuple[
        str, ...
    ] = ()  # more of them, of a user group that nobody may see: update_did does not find them
