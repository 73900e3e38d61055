"""The loop that one would write instead: asyncio, 8 workers, one client each; no sheet, no check, no record.

``python -m tests.benchmarks.bare_loop KIND URL CALLS`` runs one. The kinds: ``httpx``, ``httpx-aiohttp`` (httpx over
the transport of that package), ``aiohttp``; with ``+uvloop`` behind it over that event loop.
"""

import asyncio
import ssl
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from .orders import address

KINDS: Final = (
    "httpx",
    "httpx+uvloop",
    "httpx-aiohttp",
    "httpx-aiohttp+uvloop",
    "kept connection",
    "kept connection+uvloop",
    "aiohttp",
)
WORKERS: Final = 8

_NEEDS: Final = {
    "httpx": "httpx",
    "httpx-aiohttp": "httpx_aiohttp",
    "kept connection": "httptools",
    "aiohttp": "aiohttp",
    "uvloop": "uvloop",
}

_Get = Callable[[str], Awaitable[str]]


def installed(kind: str) -> bool:
    """Whether all that a kind needs is there."""
    return all(find_spec(_NEEDS[part]) is not None for part in kind.split("+"))


async def _client(kind: str, stack: AsyncExitStack) -> _Get:
    # the optional packages are imported by name, so that types are checked where they are not installed too
    if kind == "aiohttp":
        session: Any = await stack.enter_async_context(import_module("aiohttp").ClientSession())

        async def get_by_aiohttp(url: str) -> str:
            async with session.get(url) as reply:
                return str(await reply.text())

        return get_by_aiohttp
    import httpx

    if kind == "kept connection":
        from importer.vicidial.line import KeptConnection

        line = KeptConnection(ssl.create_default_context(), 4.0, 65_536)
        stack.push_async_callback(line.aclose)

        async def get_by_line(url: str) -> str:
            answer = await line.handle_async_request(httpx.Request("GET", url))
            return (await answer.aread()).decode()

        return get_by_line
    transport = import_module("httpx_aiohttp").AiohttpTransport() if kind == "httpx-aiohttp" else None
    client = await stack.enter_async_context(httpx.AsyncClient(transport=transport))

    async def get_by_httpx(url: str) -> str:
        return (await client.get(url)).text

    return get_by_httpx


async def _work(get: _Get, addresses: deque[str]) -> None:
    while addresses:
        answer = await get(addresses.popleft())
        if not answer.startswith("SUCCESS"):
            raise ValueError(f"the server said: {answer[:80]}")


async def _send(kind: str, url: str, calls: int) -> None:
    addresses = deque(address(url, row) for row in range(calls))
    async with AsyncExitStack() as stack:
        clients = [await _client(kind, stack) for _ in range(WORKERS)]
        await asyncio.gather(*(_work(get, addresses) for get in clients))


def main(kind: str, url: str, calls: int) -> None:
    """Make so many calls."""
    client, _, loop = kind.partition("+")
    factory = import_module(loop).new_event_loop if loop else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_send(client, url, calls))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
