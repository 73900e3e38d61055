"""What only a socket can do: connections that are reset, answers that stop half-way, a server that goes away.

Imported when a sandbox starts.
"""

import asyncio
import contextlib
import logging
import socket
import struct
import sys
import threading
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_NOTHING_IS_LOGGED: Final = logging.CRITICAL + 10
_NO_WAITING_AT_CLOSE: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class TransportInScope(H11Protocol):
    """uvicorn's HTTP/1.1, except that the application finds its connection in ``scope["state"]``.

    ASGI has no way to end a connection without an answer, and uvicorn answers 500 for an application that
    sends nothing; so the faults need the transport itself.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Keep the transport in the state that uvicorn copies into the scope of each request."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def _transport(scope: Scope) -> asyncio.Transport:
    transport: asyncio.Transport = scope["state"]["transport"]
    return transport


def _abort(transport: asyncio.Transport) -> None:
    # without lingering, close sends RST: the client sees a reset and no orderly end
    with contextlib.suppress(OSError):
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_WAITING_AT_CLOSE)
    transport.abort()


async def until_gone(receive: Receive, seconds: float | None = None) -> bool:
    """Wait until the connection is gone; False if it is still there after ``seconds``.

    An application that returns before would be answered for by uvicorn.
    """
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


async def reset(scope: Scope, receive: Receive) -> None:
    """Reset the connection without an answer."""
    _abort(_transport(scope))
    await until_gone(receive)


async def close_half_way(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    """Announce the whole body, send half of it and close the connection."""
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    half = bytes(response.body)[: len(response.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    _transport(scope).close()
    await until_gone(receive)


class Server(uvicorn.Server):
    """uvicorn without its patience: it stops at once, and whoever is connected gets a reset.

    Args:
        app: the application.
    """

    def __init__(self, app: Starlette) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=TransportInScope,
                ws="none",
                lifespan="off",
                loop="asyncio",
                interface="asgi3",
                # URLs hold the password: neither an access log nor uvicorn's own
                access_log=False,
                log_config=None,
                log_level=_NOTHING_IS_LOGGED,
                proxy_headers=False,
                date_header=False,
                server_header=False,
                # longer than a test pauses, so that no client finds its idle connection closing under its hands
                timeout_keep_alive=75,
            )
        )
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so to the thread that waits for it."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Serve until ``stop``; uvicorn itself would look ten times a second whether it should."""
        await self._stopped.wait()

    def stop(self) -> None:
        """End the server; called from another thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the listening sockets, reset all connections, and drop the calls that are being answered."""
        # a connection that was accepted in this very moment takes two turns of the loop to get here, and asyncio
        # would lose its socket if the listener were closed meanwhile; so first no new ones (Windows' loop has
        # neither readers nor this gap), then two turns, and only then close
        for listening in sockets or []:
            with contextlib.suppress(NotImplementedError):
                asyncio.get_running_loop().remove_reader(listening)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        for connection in list(self.server_state.connections):
            _abort(_transport_of(connection))
        tasks: list[asyncio.Task[Any]] = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


def _transport_of(connection: object) -> asyncio.Transport:
    if not isinstance(connection, TransportInScope):
        raise TypeError(f"{type(connection).__name__} is no connection of the sandbox's")
    return connection.transport
