"""One kept connection: an answer is taken whole, however it comes in pieces, and nothing else is taken for one."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_server import (
    CERTIFICATE,
    RawServer,
    Received,
    SkippingLoop,
    answer,
    hangs,
    run_skipping,
    says,
    serving,
)

from importer.settings.password import Password
from importer.settings.settings import API_PATH, Server
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.client import IDLE_SECONDS, NonAgentApi, Transport
from importer.vicidial.connection import LONGEST_HEAD_BYTES, AnswerCut, Connection, Reply

SUCCESS = "SUCCESS: add_did DID HAS BEEN ADDED - 6666|17275550100\n"
ROW = {"did_pattern": "17275550100"}
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nSUCCESS:\r\n4\r\n add\r\n0\r\nX-Trailer: 1\r\n\r\n"
)
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"


class Wire(asyncio.Transport):
    """A transport without a network: takes what is written, and can be told that it was aborted."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.aborted = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def abort(self) -> None:
        self.aborted = True


def answered(pieces: Sequence[bytes], *, then: Callable[[Connection], None] = lambda _: None) -> Reply:
    """Let an answer come in these pieces, and then something happen to the connection; return what was made of it."""

    async def main() -> Reply:
        connection = Connection(65_536)
        connection.connection_made(Wire())
        asking = asyncio.ensure_future(connection.answer(connection.ask(b"GET / HTTP/1.1\r\n\r\n")))
        await asyncio.sleep(0)
        for piece in pieces:
            connection.data_received(piece)
        then(connection)
        return await asking

    return asyncio.run(main())


def cut_up(whole: bytes, places: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted({place % len(whole) for place in places} - {0}), len(whole)]
    return [whole[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize(
    ("whole", "body"),
    [
        (answer(SUCCESS), SUCCESS.encode()),
        (INTERIM + answer(SUCCESS), SUCCESS.encode()),
        (CHUNKED, b"SUCCESS: add"),
        (answer(SUCCESS).replace(b"\r\n", b"\n"), SUCCESS.encode()),
        (answer("", "204 No Content"), b""),
    ],
    ids=["length", "interim answers", "chunks", "lines without CR", "no body"],
)
@given(places=st.lists(st.integers(0, 500), max_size=8))
@settings(max_examples=40)
def test_an_answer_is_the_same_in_whatever_pieces_it_comes(whole: bytes, body: bytes, places: list[int]) -> None:
    found = answered(cut_up(whole, places))
    assert (found.body, found.whole) == (body, True)
    assert found.status == (200 if body else 204)
    assert b"Link" not in dict(found.headers)
    assert b"X-Trailer" not in dict(found.headers)


@given(places=st.lists(st.integers(0, 500), max_size=8), end=st.integers(1, len(answer(SUCCESS)) - 1))
@settings(max_examples=60)
def test_a_beginning_of_an_answer_is_never_a_whole_one(places: list[int], end: int) -> None:
    whole = answer(SUCCESS)
    head = whole.index(b"\r\n\r\n") + 4

    def cut(connection: Connection) -> None:
        connection.eof_received()
        connection.connection_lost(None)

    if end < head:
        with pytest.raises(AnswerCut):
            answered(cut_up(whole[:end], places), then=cut)
    else:
        found = answered(cut_up(whole[:end], places), then=cut)
        assert (found.status, found.whole, found.body) == (200, False, whole[head:end])


def test_a_reply_shows_neither_its_body_nor_its_headers() -> None:
    found = answered([answer("ERROR: Login incorrect: |6666|s3cret|BAD|", "302 Found", Location="/?pass=s3cret")])
    assert b"s3cret" in found.body
    assert repr(found) == "Reply(status=302, whole=True)"


def test_a_head_is_taken_up_to_its_limit_and_no_further() -> None:
    longest = b"x" * (LONGEST_HEAD_BYTES - len("X-LongContent-Length0"))
    head = b"HTTP/1.1 200 OK\r\nX-Long: %s\r\nContent-Length: 0\r\n\r\n"
    assert answered([head % longest]).whole
    with pytest.raises(AnswerCut):
        answered([head % (longest + b"x")])
    with pytest.raises(AnswerCut):
        answered([b"HTTP/1.1 200 OK\r\nX-Long: "] + [b"x" * 10_000] * 7)


def test_an_answer_that_comes_when_nobody_asks_closes_the_connection() -> None:
    async def main() -> tuple[bool, bool]:
        connection, wire = Connection(65_536), Wire()
        connection.connection_made(wire)
        connection.data_received(answer(SUCCESS))
        with pytest.raises(AnswerCut):
            connection.ask(b"GET / HTTP/1.1\r\n\r\n")
        return wire.aborted, bool(wire.written)

    assert asyncio.run(main()) == (True, False)


def test_whoever_stops_waiting_leaves_a_connection_that_nobody_uses_again() -> None:
    async def main() -> tuple[bool, bool]:
        connection, wire = Connection(65_536), Wire()
        connection.connection_made(wire)
        asking = asyncio.ensure_future(connection.answer(connection.ask(b"GET / HTTP/1.1\r\n\r\n")))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        return wire.aborted, connection.usable

    assert asyncio.run(main()) == (True, False)


# over real sockets ----------------------------------------------------------------------------------------------------


def called(
    server_url: Callable[[RawServer], str],
    behave: Callable[[Received, asyncio.StreamWriter], Awaitable[None]],
    calls: int,
    between: Callable[[], Awaitable[None]] | None = None,
    **options: Any,
) -> tuple[list[Answer], RawServer]:
    """Make calls over one line, one after the other."""

    async def main() -> tuple[list[Answer], RawServer]:
        transport = Transport(timeout=20, ca_file=str(CERTIFICATE))
        async with serving(behave, **options) as server:
            api = NonAgentApi(Server(server_url(server), "6666", Password("1234")), transport, transport.ssl_context())
            found = []
            try:
                for number in range(calls):
                    if number and between is not None:
                        await between()
                    found.append(await api.call("add_did", ROW))
            finally:
                await api.close()
            return found, server

    return run_skipping(main())


@pytest.mark.parametrize("tls", [False, True])
def test_one_connection_is_kept_for_the_calls_of_a_line(*, tls: bool) -> None:
    found, server = called(lambda server: server.url(), says(answer(SUCCESS)), calls=4, tls=tls)
    assert {one.body for one in found} == {SUCCESS}
    assert (server.connections, len(server.received)) == (1, 4)


@pytest.mark.parametrize(
    "says_more",
    [
        answer(SUCCESS, Connection="close"),
        answer(SUCCESS).replace(b"HTTP/1.1", b"HTTP/1.0"),
        answer(SUCCESS) + answer("SUCCESS: add_did DID HAS BEEN ADDED - 6666|2\n"),
        answer(SUCCESS) + b"\0\0",
    ],
    ids=["close", "HTTP/1.0", "a second answer", "rubbish"],
)
def test_a_connection_that_is_not_clean_after_an_answer_is_not_used_again(says_more: bytes) -> None:
    found, server = called(lambda server: server.url(), says(says_more), calls=3)
    assert [one.body for one in found] == [SUCCESS] * 3
    assert (server.connections, len(server.received)) == (3, 3)


@pytest.mark.parametrize(("idle", "connections"), [(IDLE_SECONDS - 1, 1), (IDLE_SECONDS + 1, 2)])
def test_a_connection_that_was_idle_for_too_long_is_not_used_again(idle: float, connections: int) -> None:
    async def wait() -> None:
        loop: Any = asyncio.get_running_loop()
        loop.skipped += idle

    _, server = called(lambda server: server.url(), says(answer(SUCCESS)), calls=2, between=wait)
    assert server.connections == connections


def at(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int]) -> None:
    """Let every name stand for these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def closed_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return int(closed.getsockname()[1])


def test_a_name_all_of_whose_addresses_refuse_has_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, ("127.0.0.1", closed_port()), ("127.0.0.1", closed_port()))
    (found,), _ = called(lambda server: server.url(host="vici.example.org"), hangs(), calls=1)
    assert found.delivery is Delivery.NOT_PROCESSED
    assert found.shown == "vici.example.org refused the connection"


def test_the_next_address_of_a_name_is_taken_where_the_first_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def url(server: RawServer) -> str:
        at(monkeypatch, ("127.0.0.1", closed_port()), ("127.0.0.1", server.port))
        return f"http://vici.example.org:{server.port}{API_PATH}"

    found, server = called(url, says(answer(SUCCESS)), calls=2)
    assert [one.body for one in found] == [SUCCESS] * 2
    assert server.received[0].headers["host"] == f"vici.example.org:{server.port}"


class PlainLoop(SkippingLoop):
    """A loop that races no addresses, such as uvloop's."""

    async def create_connection(self, factory: Any, host: Any = None, port: Any = None) -> Any:  # type: ignore[override]
        return await super().create_connection(factory, host, port)


def test_an_event_loop_that_cannot_race_addresses_is_not_asked_to() -> None:
    async def main() -> Answer:
        transport = Transport(timeout=20)
        async with serving(says(answer(SUCCESS))) as server:
            api = NonAgentApi(Server(server.url(), "6666", Password("1234")), transport, transport.ssl_context())
            try:
                return await api.call("add_did", ROW)
            finally:
                await api.close()

    with asyncio.Runner(loop_factory=PlainLoop) as runner:
        assert runner.run(main()).body == SUCCESS
