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
