"""Climbs from the settings to the permission to add DIDs, and says what is broken and how it is put right.

Nothing is changed on the server, and at most one login fails: it stops at the first rung that breaks, asks for the
version without a password, and makes one call to log in.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from importer.columns import DID_PATTERN
from importer.doctor.network import first_machine, look_up, open_port, shake_hands
from importer.doctor.replies import (
    ADDS_NOTHING,
    DID_OF_EVERY_SYSTEM,
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
    """What doctor looks at.

    Attributes:
        server: where to and as whom.
        transport: how calls travel.
        settings: what is set and where each value came from.
    """

    server: Server
    transport: Transport
    settings: tuple[Setting, ...]


def examine(settle: Callable[[], Patient]) -> Iterator[RungResult]:
    """Climb the ladder, rung by rung, up to the first that is broken.

    Args:
        settle: puts the settings together; raises UsageError where something is missing or cannot be used.

    Yields:
        What was found on each rung, as soon as it is known.
    """
    try:
        patient = settle()
        context = patient.transport.ssl_context()
        api = NonAgentApi(patient.server, patient.transport, context)
    except UsageError as trouble:
        fix = "correct it and run doctor again; did-importer doctor --help says where settings can stand"
        yield RungResult(Rung.SETTINGS, Level.BROKEN, str(trouble), fix)
        return
    yield RungResult(Rung.SETTINGS, Level.OK, "all are there", settings=patient.settings)
    first, seconds = first_machine(patient.server.url), patient.transport.timeout
    with asyncio.Runner() as loop:
        try:
            for step in (
                look_up,
                open_port,
                partial(shake_hands, server=patient.server, transport=patient.transport, context=context),
            ):
                found = step(first, seconds)
                yield found
                if found.level is Level.BROKEN:
                    return
            yield from _ask(api, loop, patient)
        finally:
            loop.run(api.close())


def _ask(api: NonAgentApi, loop: asyncio.Runner, patient: Patient) -> Iterator[RungResult]:
    """Climb the rungs on which VICIdial itself must answer."""
    answered, build = judge_version(loop.run(api.version()), patient.server.url)
    yield answered
    if answered.level is Level.BROKEN:
        return
    has_add_did = judge_build(build)
    yield has_add_did
    if has_add_did.level is Level.BROKEN:
        return
    user = patient.server.user
    password_from = next((setting.where for setting in patient.settings if setting.name == "password"), "")
    results = judge_login(loop.run(api.call("add_did", {DID_PATTERN.name: ""})), user, password_from)
    yield from results
    if results[-1].level is Level.BROKEN:
        return
    table = judge_table(loop.run(api.call("add_did", ADDS_NOTHING)))
    yield table
    if table.level is not Level.BROKEN:
        # no field is given, so that there is nothing to update
        yield judge_probe(loop.run(api.call("update_did", {DID_PATTERN.name: DID_OF_EVERY_SYSTEM})), user)


def reach(server: Server, transport: Transport, *, seconds: float = REACH_SECONDS) -> str | None:
    """Say in a sentence why the server cannot be reached; None where somebody answers at its address.

    Asked before a run is begun: the name, the port and the certificate, for so many seconds in all. Nothing is sent.

    Args:
        server: where to.
        transport: how calls travel.
        seconds: how long to wait.

    Raises:
        SettingsError: the certificates or the proxy cannot be used.
    """
    context, first, until = transport.ssl_context(), first_machine(server.url), time.monotonic() + seconds
    for step in (look_up, open_port, partial(shake_hands, server=server, transport=transport, context=context)):
        found = step(first, max(0.1, until - time.monotonic()))
        if found.level is Level.BROKEN:
            return f"{found.sentence}, and nothing was sent: {found.fix}"
    return None
