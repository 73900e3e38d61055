"""The one line to VICIdial, over real sockets on loopback: how far a call came, and that the password stays hidden."""

import asyncio
import gzip
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from raw_server import (
    CERTIFICATE,
    Behaviour,
    RawServer,
    Received,
    answer,
    cuts,
    hangs,
    run_skipping,
    says,
    serving,
    skip_an_hour,
)

from importer.errors import SettingsError
from importer.settings.named import API_PATH
from importer.settings.password import MASK, Password
from importer.settings.settings import Server
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.client import LONGEST_REPLY_BYTES, NonAgentApi
from importer.vicidial.network import IDLE_SECONDS
from importer.vicidial.transport import Transport

SECRET = "Corr3ct&Hor+se%'<é"
STRIPPED = "Corr3ctHorse"
LEAKS = (SECRET, STRIPPED, quote(SECRET, safe=""), quote_plus(SECRET), "Corr3ct", "Hor+se")

SUCCESS = "SUCCESS: add_did DID HAS BEEN ADDED - 6666|17275550100\n"
ROW = {"did_pattern": "17275550100"}
PATIENT = Transport(timeout=20)
TRUSTING = Transport(timeout=20, ca_file=str(CERTIFICATE))


@pytest.fixture(autouse=True)
def no_password_in_any_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever these tests do, with every logger at its highest level."""
    loggers = [logging.getLogger(name) for name in (None, "httpcore.http11", "httpcore.connection", "httpx", "asyncio")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    said = [caplog.text, *(repr(record.__dict__) for record in caplog.records)]
    assert not [leak for leak in LEAKS for text in said if leak in text]
    assert not [record.name for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]


def shows_no_password(found: Answer) -> Answer:
    for text in (repr(found), str(found), found.shown):
        assert not [leak for leak in LEAKS if leak in text], text
    assert found.shown.isprintable()
    return found


@cache
def ssl_context(transport: Transport) -> ssl.SSLContext:
    """The context of a transport; to read the system's certificates takes longer than a call."""
    return transport.ssl_context()


@asynccontextmanager
async def line(
    url: str, transport: Transport = PATIENT, before_writing: Callable[[], Awaitable[Any]] | None = None
) -> Any:
    """One worker's client, closed at the end."""
    api = NonAgentApi(Server(url, "6666", Password(SECRET)), transport, ssl_context(transport), before_writing)
    try:
        yield api
    finally:
        await api.close()


async def ask(url: str, transport: Transport = PATIENT) -> Answer:
    """Make one call."""
    async with line(url, transport) as api:
        return shows_no_password(await api.call("add_did", ROW))


def asked(behave: Behaviour, transport: Transport = PATIENT, **options: Any) -> tuple[Answer, RawServer]:
    """Make one call to a server that behaves so; return the answer, and what the server saw."""
    (found,), server = several(behave, 1, transport=transport, **options)
    return found, server


def several(
    behave: Behaviour,
    calls: int,
    between: Callable[[RawServer], Awaitable[None]] | None = None,
    *,
    transport: Transport = TRUSTING,
    before_writing: Callable[[], Awaitable[Any]] | None = None,
    **options: Any,
) -> tuple[list[Answer], RawServer]:
    """Make calls with one client, one after the other, for the DIDs 17275550100, 17275550101, ..."""

    async def main() -> tuple[list[Answer], RawServer]:
        async with serving(behave, **options) as server, line(server.url(), transport, before_writing) as api:
            found = []
            for number in range(calls):
                if number and between is not None:
                    await between(server)
                found.append(shows_no_password(await api.call("add_did", {"did_pattern": f"1727555010{number}"})))
            return found, server

    return run_skipping(main())


async def echoes(received: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(answer(f"SUCCESS: {received.query['did_pattern']}"))


HTML = "<html>\n\n  <b>\x1b[31mred\x07</b>" + "x" * 500


@pytest.mark.parametrize(
    ("whole", "status", "body", "shown"),
    [
        (answer(SUCCESS), 200, SUCCESS, SUCCESS.strip()),
        (answer("", "500 Internal Server Error", Connection="close"), 500, "", "HTTP 500 without a text"),
        (answer("", "204 No Content"), 204, "", "HTTP 204 without a text"),
        *((answer("words", f"{status} X"), status, "words", "words") for status in (201, 302, 400, 403, 404, 500, 502)),
        (answer("//other.example.org/", "302 Found"), 302, "//other.example.org/", "//other.example.org/"),
        (b"HTTP/1.0 200 OK\r\n\r\nSUCCESS: add_did DID", 200, "SUCCESS: add_did DID", "SUCCESS: add_did DID"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ncaf\xe9\n", 200, "caf\ufffd\n", "caf\ufffd"),
        (answer(HTML), 200, HTML, "<html> <b>\ufffd[31mred\ufffd</b>" + "x" * 136 + "…"),
    ],
)
def test_a_whole_answer_is_handed_over_as_it_came_and_shown_in_one_short_line(
    whole: bytes, status: int, body: str, shown: str
) -> None:
    found, _ = asked(says(whole, then_close=True))
    assert (found.delivery, found.status, found.body, found.shown) == (Delivery.ANSWERED, status, body, shown)
    assert found.retry_after is None
    assert 0 < found.seconds < 20


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_call_is_all_in_the_url_or_all_in_the_body(method: str) -> None:
    _, server = asked(says(answer(SUCCESS)), Transport(method))
    (received,) = server.received
    everything = {"source": "didimporter", "user": "6666", "pass": SECRET, "function": "add_did", **ROW}
    assert received.method == method
    assert received.headers["user-agent"].startswith("did-importer/")
    if method == "GET":
        assert (received.query, received.body) == (everything, b"")
        assert received.target.startswith(API_PATH + "?")
    else:
        assert (received.target, received.form) == (API_PATH, everything)
        assert received.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_question_for_the_version_carries_neither_user_nor_password(method: str) -> None:
    async def main() -> RawServer:
        async with serving(says(answer("VERSION: 2.14\n"))) as server, line(server.url(), Transport(method)) as api:
            shows_no_password(await api.version())
            return server

    (received,) = run_skipping(main()).received
    assert (received.query or received.form) == {"function": "version"}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=10))
@example([("+1", "+1 (727) 555-0100 & co = 100% ? # / ; é 中 \U0001f600", "6666"), ("1", "a\ud800b", "6666")])
@settings(max_examples=20, deadline=None)
def test_the_server_receives_exactly_what_was_given(rows: list[tuple[str, str, str]]) -> None:
    async def main() -> RawServer:
        async with serving(says(answer(SUCCESS))) as server:
            for method in ("GET", "POST"):
                async with line(server.url(), Transport(method)) as api:
                    for did, description, user in rows:
                        given_values = {"did_pattern": did, "did_description": description, "user": user}
                        assert (await api.call("add_did", given_values)).delivery is Delivery.ANSWERED
            return server

    received = run_skipping(main()).received
    for (did, description, user), got, posted in zip(rows, received[: len(rows)], received[len(rows) :], strict=True):
        # half of a surrogate pair cannot be sent
        row = {"did_pattern": did, "did_description": description.replace("\ud800", "?"), "user": user}
        for seen in (got.query, posted.form):
            assert seen == {"source": "didimporter", "pass": SECRET, "function": "add_did", **row}


def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again() -> None:
    async def gone(server: RawServer) -> None:
        await server.gone.wait()
        server.gone.clear()

    found, server = several(says(answer(SUCCESS), then_close=True), 3, gone)
    assert [one.delivery for one in found] == [Delivery.ANSWERED] * 3
    assert (server.connections, len(server.received)) == (3, 3)


# how far a call came ------------------------------------------------------------------------------------------------


def closed_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return int(closed.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1:{port}", "127.0.0.1 refused the connection"),
        ("vici.invalid", "the name vici.invalid does not resolve"),
    ],
)
def test_without_a_connection_nothing_was_processed(host: str, shown: str) -> None:
    found = run_skipping(ask(f"http://{host.format(port=closed_port())}{API_PATH}"))
    assert (found.delivery, found.status, found.shown) == (Delivery.NOT_PROCESSED, 0, shown)
    assert not found.still_running


def test_a_connection_that_is_never_made_was_not_processed_and_is_closed() -> None:
    async def main() -> Answer:
        closed = asyncio.Event()

        async def no_handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            skip_an_hour()
            await reader.read()
            closed.set()

        async with serving(hangs(), on_connect=no_handshake) as server:
            found = await ask(server.url().replace("http:", "https:"))
            await closed.wait()
            return found

    found = run_skipping(main())
    assert (found.delivery, found.still_running) == (Delivery.NOT_PROCESSED, False)
    assert found.shown == "no connection within 20 s"


def slammed(times: int, *, greeting: bytes = b"") -> tuple[Answer, RawServer]:
    """Make a call whose first connections the server closes, or greets, while the call waits for its turn."""

    async def main() -> tuple[Answer, RawServer]:
        done = asyncio.Event()

        async def slam(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if server.connections <= times:
                writer.write(greeting)
                if not greeting:
                    writer.transport.abort()
                done.set()
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer(SUCCESS))

        async with (
            serving(hangs(), on_connect=slam) as server,
            line(server.url(), before_writing=done.wait) as api,
        ):
            return shows_no_password(await api.call("add_did", ROW)), server

    return run_skipping(main())


@pytest.mark.parametrize("greeting", [b"", b"220 mail\r\n", answer(SUCCESS)])
def test_nothing_is_written_to_a_connection_that_was_closed_or_spoke_while_the_call_waited(greeting: bytes) -> None:
    found, server = slammed(1, greeting=greeting)
    assert (found.delivery, server.connections) == (Delivery.ANSWERED, 2)


def test_a_server_that_speaks_before_it_is_asked_is_no_web_server() -> None:
    found, _ = slammed(99, greeting=b"220 mail.example.org ESMTP\r\n")
    assert found.delivery is Delivery.NOT_PROCESSED
    assert found.shown == "127.0.0.1 speaks or closes before it is asked: no web server"


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
CUT_BODY = HEAD + b"Content-Length: 500\r\n\r\nSUCCESS: add_did DID HAS"


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(cuts, id="reset"),
        *(
            pytest.param(says(whole, then_close=close), id=name)
            for name, whole, close in (
                ("closed", b"", True),
                ("half a head", HEAD + b"Content-Le", True),
                ("half a body", CUT_BODY, True),
                ("half a chunk", CHUNKS + b"100\r\nSUCCESS: add_did", True),
                ("no HTTP", b"NOT HTTP AT ALL\r\n\r\n", True),
                ("no status", b"HTTP/1.1 abc OK\r\n\r\n", True),
                ("endless head", HEAD + b"X-Long: " + b"x" * 200_000 + b"\r\n\r\n", True),
                ("two lengths", HEAD + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nabcde", True),
                ("endless trailers", CHUNKS + b"0\r\n" + b"X: y\r\n" * 20_000, False),
                ("endless interim answers", b"HTTP/1.1 100 Continue\r\n\r\n" * 5_000, False),
                ("packed for the way", HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", False),
                ("endless body", HEAD + b"\r\n" + b"x" * (LONGEST_REPLY_BYTES + 1), False),
                ("half a 500", b"HTTP/1.1 500 Error\r\nContent-Length: 500\r\n\r\n<html>", True),
            )
        ),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_that_does_not_come_whole_may_have_been_processed(
    behave: Behaviour, method: str, request: pytest.FixtureRequest
) -> None:
    found, server = asked(behave, Transport(method))
    assert (found.delivery, found.body) == (Delivery.UNANSWERED, "")
    assert len(server.received) == 1
    if "endless body" in request.node.name:
        assert found.shown == "the answer was endlessly long"


@pytest.mark.parametrize(
    "behave",
    [hangs(), hangs(b"HTTP/1.1 200 OK\r\n"), hangs(CUT_BODY), hangs(b"HTTP/1.1 200 OK\r\n\r\nSUCCESS")],
    ids=["silence", "half a head", "half a body", "a body without an end"],
)
def test_a_call_that_takes_too_long_may_still_be_at_work(behave: Behaviour) -> None:
    found, _ = asked(behave)
    assert (found.delivery, found.still_running) == (Delivery.UNANSWERED, True)
    assert found.shown == "no answer within 20 s"
    assert found.seconds >= 3600


def test_the_next_call_after_one_that_took_too_long_has_a_connection_of_its_own() -> None:
    turns = iter([hangs(), says(answer(SUCCESS))])

    async def first_hangs(received: Received, writer: asyncio.StreamWriter) -> None:
        await next(turns)(received, writer)

    found, server = several(first_hangs, 2)
    assert [one.delivery for one in found] == [Delivery.UNANSWERED, Delivery.ANSWERED]
    assert server.connections == 2


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize("cut", [False, True])
def test_a_server_that_says_it_is_busy_has_said_so_before_its_body(status: str, *, cut: bool) -> None:
    whole = answer("<html>busy</html>", status, Retry_After="7")
    found, _ = asked(says(whole[:-5] if cut else whole, then_close=True))
    assert (found.delivery, found.status) == (Delivery.ANSWERED, int(status[:3]))
    assert found.retry_after == 7


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "br", "x"])
def test_an_encoding_that_nobody_asked_for_is_refused_unread(encoding: str) -> None:
    packed = gzip.compress(SUCCESS.encode())
    found, server = asked(says(answer("", Content_Encoding=encoding).replace(b": 0", b": 99") + packed))
    assert (found.delivery, found.body) == (Delivery.UNANSWERED, "")
    assert found.shown == "the answer came packed though nobody asked for that, and was not read"
    assert server.received[0].headers["accept-encoding"] == "identity"


HEADERS = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=40)
ODD = st.sampled_from(
    [
        "Fri, 27 Nov 2026 10:00:00 +99999999999999",
        "Fri, 31 Dec 9999 23:59:59 -2400",
        "Fri, 27 Nov 0000 10:00:00 GMT",
        "9" * 400,
        "-1",
        "1e999",
        "http://[",
        "//",
        "http://xn--a/",
        "http://127.0.0.1:99999/",
        "https://" + "a" * 300,
        "chunked",
        "bytes",
    ]
)


@given(
    st.sampled_from(["Retry-After", "Location", "Content-Type", "Content-Encoding", "Set-Cookie", "Connection", "X"]),
    ODD | HEADERS,
    st.sampled_from(["200 OK", "302 Found", "503 Busy", "429 Many", "401 No", "204 None", "101 Switch", "999 X"]),
    st.binary(max_size=60) | st.just(SUCCESS.encode()),
)
@settings(max_examples=80, deadline=None)
def test_whatever_stands_in_a_header_or_a_body_is_a_value_and_no_crash(
    name: str, value: str, status: str, body: bytes
) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{name}: {value}\r\n\r\n".encode("latin-1")
    found, _ = asked(says(head + body, then_close=True))
    assert found.retry_after is None or 0 <= found.retry_after <= 86_400


@given(st.binary(max_size=200))
@settings(max_examples=40, deadline=None)
def test_whatever_comes_instead_of_an_answer_is_a_value_and_no_crash(whole: bytes) -> None:
    found, _ = asked(says(whole, then_close=True))
    assert found.delivery is Delivery.UNANSWERED or b"HTTP" in whole


# one connection -------------------------------------------------------------------------------------------------------

CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nSUCCESS:\r\n4\r\n add\r\n0\r\nX-Trailer: 1\r\n\r\n"
)
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"


def in_pieces(whole: bytes, places: list[int], *, then_close: bool = False) -> Behaviour:
    edges = [0, *sorted({place % len(whole) for place in places} - {0}), len(whole)]

    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        for start, end in pairwise(edges):
            writer.write(whole[start:end])
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        if then_close:
            writer.close()

    return behave


@pytest.mark.parametrize(
    ("whole", "body"),
    [
        (answer(SUCCESS), SUCCESS),
        (INTERIM + answer(SUCCESS), SUCCESS),
        (CHUNKED, "SUCCESS: add"),
        (answer(SUCCESS).replace(b"\r\n", b"\n"), SUCCESS),
        (answer("", "204 No Content"), ""),
    ],
    ids=["length", "interim answer", "chunks", "lines without CR", "no body"],
)
@given(places=st.lists(st.integers(0, 500), max_size=8))
@settings(max_examples=15, deadline=None)
def test_an_answer_is_the_same_in_whatever_pieces_it_comes(whole: bytes, body: str, places: list[int]) -> None:
    found, _ = asked(in_pieces(whole, places))
    assert (found.delivery, found.body, found.surplus) == (Delivery.ANSWERED, body, False)


@given(places=st.lists(st.integers(0, 500), max_size=4), end=st.integers(1, len(answer(SUCCESS)) - 1))
@settings(max_examples=40, deadline=None)
def test_a_beginning_of_an_answer_is_never_a_whole_one(places: list[int], end: int) -> None:
    found, _ = asked(in_pieces(answer(SUCCESS)[:end], places, then_close=True))
    assert found.delivery is Delivery.UNANSWERED


def twice(tail: Callable[[bytes], bytes], end: str) -> Behaviour:
    """Answer, and send something behind the answer in the same packet."""

    async def behave(received: Received, writer: asyncio.StreamWriter) -> None:
        whole = answer(f"SUCCESS: {received.query['did_pattern']}{end}")
        writer.write(whole + tail(whole))

    return behave


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize(
    ("tail", "end"),
    [
        (lambda whole: whole, "\n"),
        (lambda whole: whole, ""),
        (lambda _: answer("SUCCESS: 2\n") * 3, ""),
        (lambda _: b"HTTP/1.1 200 OK\r\nContent-Le", ""),
        (lambda _: b"\n", "\n"),
        (lambda _: b"\0\0", "\n"),
    ],
    ids=["twice", "twice without a line's end", "three more", "half a head", "an empty line", "rubbish"],
)
def test_bytes_behind_an_answer_end_the_connection_and_mark_the_answer(
    tail: Callable[[bytes], bytes], end: str, *, tls: bool
) -> None:
    found, server = several(twice(tail, end), 3, tls=tls)
    assert [(one.body, one.surplus) for one in found] == [(f"SUCCESS: 1727555010{at}{end}", True) for at in range(3)]
    assert (server.connections, len(server.received)) == (3, 3)


@pytest.mark.parametrize("tail", [b"\0\0", b"HTTP/1.1 200 OK", b"SUCCESS: 17275550101"])
def test_a_rest_that_cannot_be_told_from_the_body_makes_no_answer_to_another_call(tail: bytes) -> None:
    found, _ = several(twice(lambda _: tail, ""), 3)
    for place, one in enumerate(found):
        assert one.delivery is Delivery.UNANSWERED or one.body == f"SUCCESS: 1727555010{place}"


@pytest.mark.parametrize("tls", [False, True])
def test_bytes_that_come_while_nobody_asks_are_no_answer_to_the_next_call(*, tls: bool) -> None:
    writers: list[asyncio.StreamWriter] = []

    async def behave(received: Received, writer: asyncio.StreamWriter) -> None:
        await echoes(received, writer)
        writers.append(writer)

    async def late(_: RawServer) -> None:
        writers[-1].write(answer("SUCCESS: late"))
        await writers[-1].drain()
        await asyncio.sleep(0.02)

    found, server = several(behave, 3, late, tls=tls)
    assert [(one.body, one.surplus) for one in found] == [(f"SUCCESS: 1727555010{at}", False) for at in range(3)]
    assert (server.connections, len(server.received)) == (3, 3)


@pytest.mark.parametrize("tls", [False, True])
def test_one_connection_serves_one_call_after_the_other(*, tls: bool) -> None:
    found, server = several(echoes, 5, tls=tls)
    assert [one.body for one in found] == [f"SUCCESS: 1727555010{at}" for at in range(5)]
    assert (server.connections, len(server.received)) == (1, 5)


@pytest.mark.parametrize("whole", [answer(SUCCESS, Connection="close"), answer(SUCCESS).replace(b"1.1", b"1.0")])
def test_a_server_that_closes_after_each_answer_is_asked_over_new_connections(whole: bytes) -> None:
    found, server = several(says(whole), 3)
    assert [one.body for one in found] == [SUCCESS] * 3
    assert (server.connections, len(server.received)) == (3, 3)


@pytest.mark.parametrize(("idle", "connections"), [(IDLE_SECONDS - 1, 1), (IDLE_SECONDS + 1, 2)])
def test_a_connection_that_was_idle_for_too_long_is_not_used_again(idle: float, connections: int) -> None:
    async def wait(_: RawServer) -> None:
        loop: Any = asyncio.get_running_loop()
        loop.skipped += idle

    _, server = several(echoes, 2, wait)
    assert server.connections == connections


def test_calls_that_are_asked_for_at_the_same_time_are_made_one_after_the_other() -> None:
    async def main() -> tuple[list[Answer], RawServer]:
        async with serving(echoes) as server, line(server.url()) as api:
            rows = [{"did_pattern": f"1727555010{number}"} for number in range(9)]
            return await asyncio.gather(*(api.call("add_did", row) for row in rows)), server

    found, server = run_skipping(main())
    assert [one.body for one in found] == [f"SUCCESS: 1727555010{at}" for at in range(9)]
    assert server.connections == 1


def test_a_call_that_is_cancelled_leaves_no_answer_to_the_next() -> None:
    async def main() -> Answer:
        asked_once, go_on = asyncio.Event(), asyncio.Event()

        async def slow(received: Received, writer: asyncio.StreamWriter) -> None:
            asked_once.set()
            await go_on.wait()
            await echoes(received, writer)

        async with serving(slow) as server, line(server.url()) as api:
            first = asyncio.create_task(api.call("add_did", {"did_pattern": "1"}))
            await asked_once.wait()
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            go_on.set()
            return shows_no_password(await api.call("add_did", {"did_pattern": "2"}))

    assert run_skipping(main()).body == "SUCCESS: 2"


def at(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    """Let every name stand for these ports of this machine."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port)) for port in ports]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_a_name_all_of_whose_addresses_refuse_has_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, closed_port(), closed_port())
    found = run_skipping(ask(f"http://vici.example.org{API_PATH}"))
    assert found.delivery is Delivery.NOT_PROCESSED
    assert found.shown == "vici.example.org refused the connection"


def test_the_next_address_of_a_name_is_taken_where_the_first_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> Answer:
        async with serving(says(answer(SUCCESS))) as server:
            at(monkeypatch, closed_port(), server.port)
            return await ask(server.url(host="vici.example.org"))

    assert run_skipping(main()).body == SUCCESS


# what is shown --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "echo",
    [STRIPPED, SECRET, quote(SECRET, safe=""), quote_plus(SECRET), "Corr3ct&amp;Hor+se%&#039;&lt;é"],
)
def test_a_reply_that_repeats_the_password_is_shown_up_to_it(echo: str) -> None:
    found, _ = asked(says(answer(f"ERROR: Login incorrect, please try again: |6666|{echo}|BAD|\n")))
    assert found.shown == f"ERROR: Login incorrect, please try again: |6666|{MASK}"


# redirects ------------------------------------------------------------------------------------------------------------


def moved(location: str, status: str = "302 Found") -> bytes:
    return answer("", status, Location=location)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_on_the_same_host_is_followed_with_the_whole_call_and_kept(status: str, method: str) -> None:
    behave = says(moved("/new/api.php?pass=x", status), answer(SUCCESS))
    found, server = several(behave, 2, transport=Transport(method))
    assert [one.body for one in found] == [SUCCESS] * 2
    paths = [received.target.partition("?")[0] for received in server.received]
    assert paths == [API_PATH, "/new/api.php", "/new/api.php"]
    first, again, _ = server.received
    assert (again.method, again.query or again.form) == (method, first.query or first.form)


@pytest.mark.parametrize(
    ("location", "named"),
    [
        (f"http://localhost:1{API_PATH}?pass={quote_plus(SECRET)}", f"http://localhost:1{API_PATH}"),
        (f"https://other.example.org/{quote(SECRET)}/x", f"https://other.example.org/{MASK}"),
        ("http://[::1", "an address that cannot be read"),
        (f"http://127.0.0.1:x/?pass={quote_plus(SECRET)}", "an address that cannot be read"),
    ],
)
def test_a_redirect_elsewhere_is_not_followed_and_named(location: str, named: str) -> None:
    found, server = asked(says(moved(location)))
    assert found.delivery is Delivery.IMPOSSIBLE
    assert f"redirects to {named}, and the password is not sent there" in found.shown
    assert len(server.received) == 1


def test_a_redirect_up_to_https_on_the_same_host_is_followed() -> None:
    async def main() -> Answer:
        async with (
            serving(says(answer(SUCCESS)), tls=True) as safe,
            serving(says(moved(safe.url()))) as plain,
        ):
            return await ask(plain.url(), TRUSTING)

    assert run_skipping(main()).body == SUCCESS


def test_a_redirect_without_an_end_ends_the_run_after_a_few_calls() -> None:
    found, server = asked(says(moved("/again")))
    assert found.delivery is Delivery.IMPOSSIBLE
    assert "redirects again and again" in found.shown
    assert len(server.received) == 4


# certificates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("transport", "delivery"),
    [
        (Transport(), Delivery.IMPOSSIBLE),
        (TRUSTING, Delivery.ANSWERED),
        (Transport(insecure=True), Delivery.ANSWERED),
        (Transport("POST", ca_file=str(CERTIFICATE)), Delivery.ANSWERED),
    ],
    ids=["system", "ca file", "insecure", "ca file, post"],
)
def test_a_certificate_is_verified_unless_it_is_said_otherwise(transport: Transport, delivery: Delivery) -> None:
    found, server = asked(says(answer(SUCCESS)), transport, tls=True)
    assert found.delivery is delivery
    if delivery is Delivery.IMPOSSIBLE:
        assert found.shown.startswith("the certificate of 127.0.0.1 is not trusted (self-signed certificate")
        assert "--ca-file" in found.shown
        assert server.received == []


def test_a_port_that_does_not_speak_tls_was_not_processed() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        await reader.read()

    async def main() -> Answer:
        async with serving(hangs(), on_connect=nonsense) as server:
            return await ask(server.url().replace("http:", "https:"))

    found = run_skipping(main())
    assert found.delivery is Delivery.NOT_PROCESSED
    assert found.shown == "127.0.0.1 does not speak TLS on this port"


@pytest.mark.parametrize("content", [None, "", "no certificate\n"])
def test_a_ca_file_that_cannot_be_used_is_named(tmp_path: Any, content: str | None) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match=r"--ca-file .*authority\.pem cannot be read as certificates"):
        Transport(ca_file=str(path)).ssl_context()


# the moment of writing --------------------------------------------------------------------------------------------


def test_the_limit_is_asked_once_for_each_call_and_a_redirect_is_a_call_more() -> None:
    turns = 0

    async def before_writing() -> None:
        nonlocal turns
        turns += 1

    async def behave(received: Received, writer: asyncio.StreamWriter) -> None:
        assert turns == len(seen) + 1, "nothing is written before the turn"
        seen.append(received.target)
        writer.write(moved("/new.php") if len(seen) == 1 else answer(SUCCESS))

    seen: list[str] = []
    several(behave, 2, before_writing=before_writing)
    assert (turns, len(seen)) == (3, 3)


def test_waiting_for_the_limit_is_neither_a_timeout_nor_slowness_of_the_server() -> None:
    async def an_hour() -> None:
        skip_an_hour()
        # due timers fire before the loop comes back here
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    found, _ = asked(says(answer(SUCCESS)), before_writing=an_hour)
    assert found.delivery is Delivery.ANSWERED
    assert found.seconds < 3600


def test_a_call_that_is_cancelled_while_it_waits_for_the_limit_writes_nothing() -> None:
    async def main() -> RawServer:
        async with serving(says(answer(SUCCESS))) as server:
            reached = asyncio.Event()

            async def before_writing() -> None:
                reached.set()
                await asyncio.Event().wait()

            async with line(server.url(), before_writing=before_writing) as api:
                call = asyncio.create_task(api.call("add_did", ROW))
                await reached.wait()
                call.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await call
            return server

    assert run_skipping(main()).received == []


# proxies --------------------------------------------------------------------------------------------------------------


def test_a_proxy_that_refuses_the_way_means_that_nothing_was_processed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_turn() -> None:
        raise AssertionError("to ask a proxy for the way is no call")

    async def main() -> tuple[Answer, RawServer]:
        async with serving(says(answer("", "502 Bad Gateway"))) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url(""))
            async with line(f"https://vici.example.org{API_PATH}", before_writing=no_turn) as api:
                return shows_no_password(await api.call("add_did", ROW)), proxy

    found, proxy = run_skipping(main())
    assert found.delivery is Delivery.NOT_PROCESSED
    assert [received.method for received in proxy.received] == ["CONNECT"]


def test_no_proxy_is_asked_for_the_way_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    found, _ = asked(says(answer(SUCCESS)))
    assert found.body == SUCCESS


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "nonsense://6666:Corr3ct@x", "http://[::1"])
def test_a_proxy_that_cannot_be_used_is_a_setting_to_correct(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    server = Server(f"https://vici.example.org{API_PATH}", "6666", Password(SECRET))
    with pytest.raises(SettingsError, match="ALL_PROXY names cannot be used") as refused:
        NonAgentApi(server, PATIENT, PATIENT.ssl_context())
    assert "Corr3ct" not in str(refused.value)
