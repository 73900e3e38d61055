"""One line for several calls: one after the other, the next at the very moment at which all is well with the last."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import httpx
import pytest
from raw_server import RawServer, Received, answer, hangs, run_skipping, says, serving, skip_an_hour
from test_connection import Wire

from importer.sending.lines import SharedLine
from importer.sending.stop import Stop, StopKind, StoppedError, StopSwitch
from importer.settings.password import Password
from importer.settings.settings import Server
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.call_progress import CallProgress
from importer.vicidial.client import NonAgentApi, Transport
from importer.vicidial.connection import Connection
from importer.vicidial.line import KeptConnection

T = TypeVar("T")

SUCCESS = answer("SUCCESS: add_did DID HAS BEEN ADDED - 6666|17275550100\n")
REFUSED = answer("ERROR: Login incorrect, please try again: |6666|1234|BAD|\n")
URL = "http://vici.example.org/vicidial/non_agent_api.php"


class Bench:
    """A line whose connections lead nowhere: a test writes the answers itself."""

    def __init__(self) -> None:
        self.wires: list[Wire] = []
        self.connections: list[Connection] = []
        self.line = KeptConnection(ssl.create_default_context(), 4.0, 65_536)
        self.line._opened = self._opened  # type: ignore[method-assign]  # instead of a network
        self.written: list[str] = []

    async def _opened(self, scheme: str, host: str, port: int) -> Connection:
        connection, wire = Connection(65_536, self.line._answered), Wire()
        connection.connection_made(wire)
        connection._something_came = lambda: wire.aborted  # type: ignore[method-assign]  # it has no socket
        self.connections.append(connection)
        self.wires.append(wire)
        return connection

    async def call(self, name: str, before_writing: Callable[[], Awaitable[None]] | None = None) -> bytes:
        """Make one call; its name is noted at the moment of writing."""
        progress = CallProgress(20, before_writing, lambda: self.written.append(name))
        async with progress.deadline:
            request = httpx.Request("GET", f"{URL}?{name}", extensions={"progress": progress})
            response = await self.line.handle_async_request(request)
            return await response.aread()

    async def begin(self, *names: str) -> list[asyncio.Task[bytes]]:
        """Let calls begin, one behind the other."""
        tasks = [asyncio.create_task(self.call(name)) for name in names]
        await settle()
        return tasks


async def settle() -> None:
    """Let everybody come as far as they can without the server."""
    for _ in range(10):
        await asyncio.sleep(0)


def on_bench(test: Callable[[Bench], Coroutine[Any, Any, T]]) -> T:
    """Run a test on a bench, in a loop."""

    async def main() -> T:
        return await test(Bench())

    return run_skipping(main())


def test_the_next_request_is_written_in_the_moment_in_which_a_success_is_whole() -> None:
    async def main(bench: Bench) -> None:
        first, second, third = await bench.begin("first", "second", "third")
        assert bench.written == ["first"]
        bench.connections[0].data_received(SUCCESS[:-1])
        assert bench.written == ["first"]
        bench.connections[0].data_received(SUCCESS[-1:])
        # nobody else has had a turn of the loop yet
        assert bench.written == ["first", "second"]
        assert b"?second HTTP/1.1\r\n" in bench.wires[0].written[1]
        bench.connections[0].data_received(SUCCESS)
        bench.connections[0].data_received(SUCCESS)
        assert [await first, await second, await third] == [SUCCESS.partition(b"\r\n\r\n")[2]] * 3
        assert bench.written == ["first", "second", "third"]
        assert len(bench.connections) == 1

    on_bench(main)


@pytest.mark.parametrize("reply", [REFUSED, answer("SUCCESS", "503 Busy"), answer("", "500 Error")])
def test_after_any_other_answer_whoever_got_it_may_stop_the_next_before_it_is_written(reply: bytes) -> None:
    async def main(bench: Bench) -> None:
        others: list[asyncio.Task[bytes]] = []

        async def stops_the_others() -> None:
            await bench.call("first")
            for other in others:
                other.cancel()

        first = asyncio.create_task(stops_the_others())
        await settle()
        second, third = others[:] = await bench.begin("second", "third")
        bench.connections[0].data_received(reply)
        await settle()
        assert first.done()
        assert second.cancelled()
        assert third.cancelled()
        assert bench.written == ["first"]
        assert len(bench.wires[0].written) == 1

    on_bench(main)


def test_after_any_other_answer_the_next_has_its_turn_where_nobody_stops_it() -> None:
    async def main(bench: Bench) -> None:
        first, second = await bench.begin("first", "second")
        bench.connections[0].data_received(REFUSED)
        assert bench.written == ["first"]
        await settle()
        assert bench.written == ["first", "second"]
        bench.connections[0].data_received(SUCCESS)
        assert (await first, await second) == (REFUSED.partition(b"\r\n\r\n")[2], SUCCESS.partition(b"\r\n\r\n")[2])

    on_bench(main)


def test_a_call_that_is_given_up_while_it_waits_is_passed_over() -> None:
    async def main(bench: Bench) -> None:
        first, second, third = await bench.begin("first", "second", "third")
        second.cancel()
        bench.connections[0].data_received(SUCCESS)
        await settle()
        assert bench.written == ["first", "third"]
        bench.connections[0].data_received(SUCCESS)
        assert await first == await third
        assert second.cancelled()

    on_bench(main)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_call_that_is_given_up_when_it_is_written_leaves_no_answer_to_the_next(*, at_once: bool) -> None:
    async def main(bench: Bench) -> None:
        _, second, third = await bench.begin("first", "second", "third")
        bench.connections[0].data_received(SUCCESS)
        if not at_once:
            await settle()
        second.cancel()
        await settle()
        assert second.cancelled()
        assert bench.wires[0].aborted
        assert bench.written == ["first", "second"], "the third waits until the connection is gone"
        bench.connections[0].connection_lost(None)
        await settle()
        assert bench.written == ["first", "second", "third"]
        bench.connections[1].data_received(SUCCESS)
        await third
        assert len(bench.connections) == 2

    on_bench(main)


@pytest.mark.parametrize("more", [SUCCESS, b"HTTP/1.1 2", b"\0"], ids=["another answer", "half of one", "rubbish"])
def test_nothing_is_written_to_a_connection_that_said_more_than_it_was_asked(more: bytes) -> None:
    async def main(bench: Bench) -> None:
        first, second = await bench.begin("first", "second")
        bench.connections[0].data_received(SUCCESS + more)
        await first
        bench.connections[0].connection_lost(None)
        await settle()
        assert len(bench.wires[0].written) == 1
        bench.connections[1].data_received(SUCCESS)
        await second

    on_bench(main)


def test_a_call_that_asks_a_limit_waits_for_it_in_its_turn() -> None:
    async def main(bench: Bench) -> None:
        asked = asyncio.Event()
        (first,) = await bench.begin("first")
        second = asyncio.create_task(bench.call("second", before_writing=asked.wait))  # type: ignore[arg-type]
        await settle()
        bench.connections[0].data_received(SUCCESS)
        await settle()
        assert bench.written == ["first"]
        asked.set()
        await settle()
        assert bench.written == ["first", "second"]
        bench.connections[0].data_received(SUCCESS)
        await first
        await second

    on_bench(main)


# with a server ------------------------------------------------------------------------------------------------------


def side_by_side(behave: Callable[[Received, asyncio.StreamWriter], Awaitable[None]], calls: int) -> Any:
    """Make calls over one line at the same time; return their answers, and what the server saw."""

    async def main() -> tuple[list[Answer], RawServer]:
        transport = Transport(timeout=20)
        async with serving(behave) as server:
            api = NonAgentApi(Server(server.url(), "6666", Password("1234")), transport, transport.ssl_context())
            rows = [{"did_pattern": f"172755501{number:02}"} for number in range(calls)]
            found = await asyncio.gather(*(api.call("add_did", row) for row in rows))
            await api.close()
            return found, server

    return run_skipping(main())


def test_calls_that_are_asked_for_at_the_same_time_are_made_one_after_the_other() -> None:
    at_work = most = 0

    async def counts(received: Received, writer: asyncio.StreamWriter) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0)
        writer.write(answer(f"SUCCESS: {received.query['did_pattern']}"))
        at_work -= 1

    found, server = side_by_side(counts, 20)
    assert most == 1
    assert server.connections == 1
    assert [one.body for one in found] == [f"SUCCESS: 172755501{number:02}" for number in range(20)]


def test_a_call_that_takes_too_long_leaves_the_one_behind_it_all_of_its_time() -> None:
    turns = iter([hangs(), says(SUCCESS)])

    async def first_hangs(received: Received, writer: asyncio.StreamWriter) -> None:
        await next(turns)(received, writer)

    (first, second), server = side_by_side(first_hangs, 2)
    assert (first.delivery, first.still_running) == (Delivery.UNANSWERED, True)
    assert (second.delivery, second.body[:7]) == (Delivery.ANSWERED, "SUCCESS")
    assert second.seconds < 20
    assert server.connections == 2


# stopping -----------------------------------------------------------------------------------------------------------


def test_a_stop_withdraws_the_call_that_waits_and_lets_the_one_that_is_written_come_to_its_end() -> None:
    async def main() -> tuple[list[Any], int]:
        switch, transport = StopSwitch(), Transport(timeout=7200)

        async def stops(_: Received, writer: asyncio.StreamWriter) -> None:
            switch.pull(Stop(StopKind.INTERRUPTED, "interrupted"))
            await settle()
            skip_an_hour()
            writer.write(SUCCESS)

        async with serving(stops) as server:
            api = NonAgentApi(Server(server.url(), "6666", Password("1234")), transport, transport.ssl_context())
            lines = [SharedLine(api, switch) for _ in range(3)]
            calls = (line.call("add_did", {"did_pattern": f"1727555010{at}"}) for at, line in enumerate(lines))
            found = await asyncio.gather(*calls, return_exceptions=True)
            await api.close()
            return found, len(server.received)

    (first, *others), received = run_skipping(main())
    assert first.delivery is Delivery.ANSWERED
    assert [type(other) for other in others] == [StoppedError] * 2
    assert received == 1
