"""What a sandbox can be told to be: which version, with which data, how slow, how broken."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from importer.sandbox.faults import FaultPlan

LOOPBACK: Final = "127.0.0.1"
"""The only address a sandbox listens on: its passwords are known to everybody."""

PATH: Final = "/vicidial/non_agent_api.php"
"""Where VICIdial has its Non-Agent API."""


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How a sandbox behaves; the defaults are the newer of the two recorded servers.

    Attributes:
        version: VICIdial's version as ``function=version`` shows it.
        build: VICIdial's build, ``YYMMDD-HHMM``; before 210209-2014 there is no add_did.
        use_non_latin: VICIdial's system setting: letters of every script stay in free text.
        strict_sql: a database that refuses what it would have to change (HTTP 500, nothing stored).
        first_did_id: the did_id of the first DID that is added, at least 3.
        lock_after: how many failed logins lock a user.
        lock_minutes: for how many minutes after the last failed login.
        latency: shortest and longest time of a call, in seconds; half of it passes before the decision, half after.
        faults: what breaks.
        seed: of everything that is drawn (latency, faults).
        database: path of the SQLite file; kept from run to run. ``:memory:`` for none.
        clock: the time in seconds since 1970; decides lock-outs and what ``function=version`` says.
        in_groups: the in-groups that exist.
        call_menus: the call menus that exist.
        servers: the servers that exist, by IP.
        starting_dids: DIDs that are there from the start, beside ``default`` and the model of an AGENT DID.
    """

    version: str = "2.14-202"
    build: str = "250720-1841"
    use_non_latin: bool = False
    strict_sql: bool = False
    first_did_id: int = 1001
    lock_after: int = 10
    lock_minutes: float = 15.0
    latency: tuple[float, float] = (0.0, 0.0)
    faults: FaultPlan = field(default_factory=FaultPlan)
    seed: int = 0
    database: str = ":memory:"
    clock: Callable[[], float] = time.time
    in_groups: tuple[str, ...] = ("SALES_IN", "SUPPORT_TEAM")
    call_menus: tuple[str, ...] = ("main_ivr",)
    servers: tuple[str, ...] = ("10.10.10.15",)
    starting_dids: tuple[str, ...] = ()
