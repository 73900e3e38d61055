"""Climbs from the settings to the permission to add DIDs, and says what is broken and how it is put right.

Nothing is changed on the server, and at most one login fails: it stops at the first rung that breaks, asks for the
version without a password, and makes one call to log in.
"""

import asyncio
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from importer.doctor.network import below_http
from importer.doctor.replies import (
    ADDS_NOTHING,
    CHANGES_NOTHING,
    NO_DID,
    judge_build,
    judge_login,
    judge_probe,
    judge_table,
    judge_version,
)
from importer.doctor.rungs import Level, Rung, RungResult, exit_code, not_reached
from importer.errors import UsageError
from importer.settings.named import Setting
from importer.settings.settings import Server
from importer.vicidial.client import NonAgentApi
from importer.vicidial.transport import Transport

__all__ = ["Level", "Patient", "Rung", "RungResult", "examine", "exit_code", "not_reached", "reach"]

REACH_SECONDS: Final = 10.0
"""How long a command waits for a server that does not answer, before it has sent anything."""


@dataclass(frozen=True, slots=True)
class Patient:
    """What doctor looks at."""

    server: Server
    transport: Transport
    settings: tuple[Setting, ...]  # what is set and where each value came from


def examine(settle: Callable[[], Patient]) -> Iterator[RungResult]:
    """Climb the ladder, rung by rung, up to the first that is broken.

    Args:
        settle: puts the settings together; raises UsageError where something is missing or cannot be used.

    Yields:
        What was found on each rung, as soon as it is known.
    """
    with closing(_ladder(settle)) as rungs:
        for found in rungs:
            yield found
            if found.level is Level.BROKEN:
                return


def _ladder(settle: Callable[[], Patient]) -> Generator[RungResult, None, None]:
    """Find out about one rung after the other; whoever listens ends it at the first that is broken."""
    try:
        patient = settle()
        server, transport = patient.server, patient.transport
        context = transport.ssl_context()
        api = NonAgentApi(server, transport, context)
    except UsageError as trouble:
        fix = "correct it and run doctor again; did-importer doctor --help says where settings can stand"
        yield Rung.SETTINGS.broken(str(trouble), fix)
        return
    yield RungResult(Rung.SETTINGS, Level.OK, "all are there", settings=patient.settings)
    password_from = next((setting.where for setting in patient.settings if setting.name == "password"), "")
    with asyncio.Runner() as loop:
        try:
            yield from below_http(server, transport, context, lambda: transport.timeout)
            answered, build = judge_version(loop.run(api.version()), server.url)
            yield answered
            yield judge_build(build)
            yield from judge_login(loop.run(api.call("add_did", NO_DID)), server.user, password_from)
            yield judge_table(loop.run(api.call("add_did", ADDS_NOTHING)))
            yield judge_probe(loop.run(api.call("update_did", CHANGES_NOTHING)), server.user)
        finally:
            loop.run(api.close())


def reach(server: Server, transport: Transport, *, seconds: float = REACH_SECONDS) -> str | None:
    """Say in a sentence why the server cannot be reached; None where somebody answers at its address.

    Asked before a run is begun: the name, the port and the certificate, for so many seconds in all. Nothing is sent.

    Raises:
        SettingsError: the certificates or the proxy cannot be used.
    """
    until = time.monotonic() + seconds
    for found in below_http(server, transport, transport.ssl_context(), lambda: max(0.1, until - time.monotonic())):
        if found.level is Level.BROKEN:
            return f"{found.sentence}, and nothing was sent: {found.fix}"
    return None
