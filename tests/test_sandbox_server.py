"""The sandbox as a server: it comes, goes, comes back, keeps quiet, and leaves nothing behind."""

import asyncio
import contextlib
import gc
import socket
import threading
from collections.abc import Iterator
from time import monotonic
from urllib.parse import urlencode

import httpx
import pytest
from ask_sandbox import USER, add

from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions, http_server

ADDED = urlencode(USER | {"function": "add_did", "did_pattern": "17275550100"})


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


def test_eight_calls_for_one_did_at_the_same_moment_give_one_success() -> None:
    async def once(client: httpx.AsyncClient, box: Sandbox, did: str) -> str:
        response = await client.get(box.url, params=USER | {"function": "add_did", "did_pattern": did})
        return response.text.split(":")[0]

    async def ten_times_eight(box: Sandbox) -> None:
        async with httpx.AsyncClient() as client:
            for n in range(10):
                did = str(17275550100 + n)
                replies = await asyncio.gather(*(once(client, box, did) for _ in range(8)))
                assert sorted(replies) == ["ERROR"] * 7 + ["SUCCESS"]

    with Sandbox(SandboxOptions(latency=(0.0, 0.01))) as box:
        asyncio.run(ten_times_eight(box))
        assert len(box.stored()) == 10


def test_a_call_takes_as_long_as_the_latency_says(client: httpx.Client) -> None:
    with Sandbox(SandboxOptions(latency=(0.05, 0.06))) as box:
        began = monotonic()
        add(client, box, "17275550100")
        assert monotonic() - began >= 0.05


def test_a_call_whose_client_gave_up_is_processed_all_the_same() -> None:
    with Sandbox(SandboxOptions(latency=(0.4, 0.4))) as box, httpx.Client(timeout=0.05) as client:
        with pytest.raises(httpx.ReadTimeout):
            add(client, box, "17275550100")
        until = monotonic() + 10
        while "17275550100" not in box.stored():
            assert monotonic() < until


def test_paused_it_refuses_connections_and_resumed_it_is_the_same_server(client: httpx.Client) -> None:
    with Sandbox() as box:
        url = box.url
        add(client, box, "17275550100")
        box.pause()
        with pytest.raises(httpx.ConnectError):
            add(client, box, "17275550101")
        box.resume()
        assert box.url == url
        assert "ALREADY EXISTS" in add(client, box, "17275550100").text
        assert len(box.calls) == 2


def test_a_pause_resets_the_connections_that_are_open() -> None:
    with Sandbox() as box, socket.create_connection(("127.0.0.1", box.port), timeout=10) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        page = b""
        while not page.endswith(b"</html>\n"):
            page += raw.recv(10_000)
        box.pause()
        with pytest.raises(ConnectionResetError):
            raw.recv(1)


def test_a_call_that_is_being_answered_when_the_server_goes_away_gets_no_answer() -> None:
    failed = []

    def call(box: Sandbox) -> None:
        with httpx.Client() as client:
            try:
                add(client, box, "17275550100")
            except httpx.TransportError as trouble:
                failed.append(type(trouble))

    with Sandbox(SandboxOptions(latency=(30.0, 30.0))) as box:
        calling = threading.Thread(target=call, args=(box,))
        calling.start()
        assert box.wait_for_calls(1)
        box.pause()
        calling.join(10)
        assert failed in ([httpx.ReadError], [httpx.RemoteProtocolError])
        assert box.stored() == {}


def test_it_can_end_while_it_is_paused_and_go_away_many_times(client: httpx.Client) -> None:
    with Sandbox() as box:
        for n in range(10):
            assert "SUCCESS" in add(client, box, str(17275550100 + n)).text
            box.pause()
            box.resume()
        box.pause()


def raw_call(box: Sandbox, *headers: str, method: str = "GET", query: str = ADDED) -> bytes:
    """Send a call with headers of one's own, and return the first piece of what comes."""
    call = f"{method} /vicidial/non_agent_api.php?{query} HTTP/1.1"
    with socket.create_connection(("127.0.0.1", box.port), timeout=10) as raw:
        raw.sendall("\r\n".join([call, *headers, "", ""]).encode())
        return raw.recv(10_000)


def test_an_answer_leaves_whole_in_one_piece() -> None:
    with Sandbox() as box:
        assert raw_call(box, f"Host: localhost:{box.port}").endswith(b"|17275550100\n")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["Host: vicidial.example"],
        ["Host: 127.0.0.1"],
        ["Host: rebound.example:{port}"],
        ["Host: 127.0.0.1:{port}", "Origin: https://evil.example"],
        ["Host: 127.0.0.1:{port}", "Origin: null"],
        ["Host: 127.0.0.1:{port}", "Origin: http://127.0.0.1:1"],
        ["Host: 127.0.0.1:{port}", "Referer: https://evil.example/page"],
        ["Host: 127.0.0.1:{port}", "Sec-Fetch-Site: cross-site"],
        ["Host: 127.0.0.1:{port}", "Sec-Fetch-Site: same-site"],
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_sites_call_adds_nothing(method: str, headers: list[str]) -> None:
    with Sandbox() as box:
        reply = raw_call(box, *(header.format(port=box.port) for header in headers), method=method)
        assert reply.startswith(b"HTTP/1.1 403 ")
        assert (box.stored(), box.calls) == ({}, [])


def test_a_person_may_type_a_call_into_a_browser() -> None:
    with Sandbox() as box:
        raw_call(box, f"Host: localhost:{box.port}", "Sec-Fetch-Site: none")
        assert "17275550100" in box.stored()


def test_a_mistake_of_its_own_is_raised_at_the_end_and_its_call_gets_no_answer(
    monkeypatch: pytest.MonkeyPatch, client: httpx.Client
) -> None:
    def mistaken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(http_server, "answer", mistaken)
    with pytest.raises(RuntimeError, match="sandbox itself"), Sandbox() as box, pytest.raises(httpx.TransportError):
        add(client, box, "17275550100")


def test_the_password_is_in_no_log_and_no_output(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    faults = {nth: fault for nth, fault in enumerate(Fault, start=2) if not fault.value.startswith("hang")}
    with Sandbox(SandboxOptions(faults=FaultPlan(chosen=lambda _, nth: faults.get(nth)))) as box:
        caplog.set_level(1)
        query = "user=6666&pass=Secret-9-Word&source=test&function=add_did&did_pattern=17275550100"
        for _ in range(len(Fault) + 2):
            with contextlib.suppress(ConnectionResetError):
                raw_call(box, f"Host: 127.0.0.1:{box.port}", query=query)
        with socket.create_connection(("127.0.0.1", box.port), timeout=10) as raw:
            raw.sendall(f"{query}\r\n\r\n".encode())
            assert b"400" in raw.recv(1000)
        told = f"{box.calls}{box.user('6666')}"
        assert len(box.calls) == len(Fault) + 2
    written = capfd.readouterr()
    assert "Secret-9-Word" not in caplog.text + written.out + written.err + told


def test_nothing_is_left_when_it_has_ended(client: httpx.Client) -> None:
    before = threading.active_count()
    # so often because a connection that comes in the moment of the end is easily missed, or met too late
    for _ in range(20):
        with Sandbox() as box:
            add(client, box, "17275550100")
            idle = socket.create_connection(("127.0.0.1", box.port), timeout=10)
        idle.close()
    # sockets, transports and databases that nobody closed would warn here, and warnings are errors
    gc.collect()
    assert threading.active_count() == before
