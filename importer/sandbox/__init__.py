"""A VICIdial to practise on: the Non-Agent API's DID functions on loopback, with faults on request.

An own reimplementation of the behaviour that real servers show; the recorded requests and replies in ``tests/`` are
sent to it.
"""

from importer.sandbox.faults import Fault, FaultPlan, SandboxOptions
from importer.sandbox.server import Sandbox, serve
from importer.sandbox.store import Call, User

__all__ = ["Call", "Fault", "FaultPlan", "Sandbox", "SandboxOptions", "User", "serve"]
