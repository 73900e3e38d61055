"""The places on the wire: one client each, and one call at a time."""

from asyncio import LifoQueue
from collections.abc import Mapping, Sequence
from typing import Protocol

from importer.sending.stop import StopSwitch
from importer.vicidial.answer import Answer


class Api(Protocol):
    """What calls are made with; see ``importer.vicidial.client.NonAgentApi``."""

    async def call(self, function: str, parameters: Mapping[str, str]) -> Answer:
        """Make one call; never raises for what the network does."""


class Places:
    """As many calls at once as there are clients. A call that waits for a place is not made after a stop."""

    def __init__(self, apis: Sequence[Api], switch: StopSwitch) -> None:
        self._switch = switch
        # the client that was used last has a connection that is warm
        self._free: LifoQueue[Api] = LifoQueue()
        for api in apis:
            self._free.put_nowait(api)

    async def call(self, function: str, parameters: Mapping[str, str]) -> Answer:
        """Make one call when there is a place for it."""
        with self._switch.waiting():
            api = await self._free.get()
        try:
            return await api.call(function, parameters)
        finally:
            self._free.put_nowait(api)
