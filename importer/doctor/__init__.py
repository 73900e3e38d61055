"""Climbs from the settings to the permission to add DIDs, and says what is broken and how it is put right.

Nothing is changed on the server, and at most one login fails: it stops at the first rung that breaks, asks for the
version without a password, and makes one call to log in.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from importer.doctor.ladder import Level, Rung, RungResult, exit_code, not_reached
from importer.doctor.network import look_up, open_port, shake_hands
from importer.doctor.replies import judge_build, judge_login, judge_probe, judge_version
from importer.doctor.way import way_to
from importer.errors import UsageError
from importer.settings.named import Setting
from importer.settings.settings import Server
from importer.vicidial.client import NonAgentApi
from importer.vicidial.transport import Transport

__all__ = ["Level", "Patient", "Rung", "RungResult", "examine", "exit_code", "not_reached"]

_DID_OF_EVERY_SYSTEM = "default"


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
    way, seconds = way_to(patient.server.url), patient.transport.timeout
    with asyncio.Runner() as loop:
        try:
            for step in (
                partial(look_up, way, seconds),
                partial(open_port, way, seconds),
                partial(shake_hands, patient.server, way, patient.transport, context),
            ):
                found = step()
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
    results = judge_login(loop.run(api.call("add_did", {"did_pattern": ""})), user, password_from)
    yield from results
    if results[-1].level is not Level.BROKEN:
        # a pattern that every system has, and no field: the server says that there is nothing to update
        yield judge_probe(loop.run(api.call("update_did", {"did_pattern": _DID_OF_EVERY_SYSTEM})), user)
