"""A VICIdial to practise on: the Non-Agent API's DID functions on loopback, with faults on request.

An own reimplementation of the behaviour that real servers show; the recorded requests and replies in ``tests/`` are
sent to it.
"""

from importer.sandbox.faults import Fault, FaultPlan, SandboxOptions
from importer.sandbox.server import Sandbox, serve
from importer.sandbox.store import PRACTICE_DIDS, PRACTICE_PASSWORD, PRACTICE_USER, Call, User

__all__ = [
    "PRACTICE_DIDS",
    "PRACTICE_PASSWORD",
    "PRACTICE_USER",
    "Call",
    "Fault",
    "FaultPlan",
    "Sandbox",
    "SandboxOptions",
    "User",
    "serve",
]
