"""A server on loopback that does what no decent server does: cuts off, hangs, talks nonsense. For tests of the wire."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

T = TypeVar("T")

CERTIFICATE = Path(__file__).with_name("localhost_certificate.pem")
"""A certificate of localhost, 127.0.0.1 and ::1 that is its own authority, valid until 2120; the key lies beside it."""


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The parameters in the URL, decoded as PHP does."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The parameters in the body, decoded as PHP does."""
        return dict(parse_qsl(self.body.decode("ascii"), keep_blank_values=True))


Behaviour = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawServer:
    """A running server.

    Attributes:
        port: where it listens on 127.0.0.1.
        scheme: ``http`` or ``https``.
        received: every request that was read to its end.
        connections: how many connections were accepted.
    """

    port: int
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str = "/vicidial/non_agent_api.php", host: str = "127.0.0.1") -> str:
        """The address of a path on this server."""
        return f"{self.scheme}://{host}:{self.port}{path}"


def answer(text: str, status: str = "200 OK", **headers: str) -> bytes:
    """A whole and right answer."""
    body = text.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def says(*pieces: bytes, then_close: bool = False) -> Behaviour:
    """Write these pieces, one for each request; the last one again and again."""
    left = list(pieces)

    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()
        if then_close:
            writer.close()

    return behave


def hangs(*pieces: bytes) -> Behaviour:
    """Write these pieces and then nothing more, for ever; see ``run_skipping``."""

    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.writelines(pieces)
        await writer.drain()
        skip_an_hour()
        await asyncio.Event().wait()

    return behave


async def cuts(_: Received, writer: asyncio.StreamWriter) -> None:
    """Reset the connection once the request is read."""
    writer.transport.abort()


def server_tls() -> ssl.SSLContext:
    """The context of a server with the certificate of localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_name("localhost_key.pem"))
    return context


class SkippingLoop(asyncio.SelectorEventLoop):
    """A loop on real sockets whose time can be moved on: timeouts fire without a wait, and never by a slow machine."""

    skipped = 0.0

    def time(self) -> float:
        """Return the real time and what was skipped."""
        return super().time() + self.skipped


def skip_an_hour() -> None:
    """Let an hour pass at once on the running loop; client and server of a test share one."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SkippingLoop)
    loop.skipped += 3600


def run_skipping(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a loop whose time can be moved on."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(coroutine)


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return Received(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


@asynccontextmanager
async def serving(
    behave: Behaviour,
    *,
    tls: bool = False,
    on_connect: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] | None = None,
) -> AsyncIterator[RawServer]:
    """Run a server for the time of a ``with`` block.

    Args:
        behave: what it does once it has read a request.
        tls: whether it speaks TLS.
        on_connect: what it does with a new connection instead of reading requests from it.
    """
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        running.connections += 1
        try:
            if on_connect is not None:
                await on_connect(reader, writer)
            while on_connect is None and not writer.is_closing():
                received = await _read(reader)
                running.received.append(received)
                await behave(received, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            running.gone.set()
            tasks.discard(task)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=server_tls() if tls else None)
    running = RawServer(listening.sockets[0].getsockname()[1], "https" if tls else "http")
    try:
        yield running
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def behind_tls(url: str) -> Iterator[str]:
    """Put TLS in front of a server on loopback, in a thread; only the port in Host changes. Gives the address."""
    parts = urlsplit(url)
    loop = asyncio.new_event_loop()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data.replace(b"127.0.0.1:%d" % port, parts.netloc.encode()))
                await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    listening = loop.run_until_complete(asyncio.start_server(connected, "127.0.0.1", 0, ssl=server_tls()))
    port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"https://127.0.0.1:{port}{parts.path}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()
