"""Each fault of the sandbox does what it says, to what is stored and on the wire."""

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlencode

import httpx
import pytest
from ask_sandbox import USER, add, ask

from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions
from importer.sandbox.faults import PROCESSED

DID = "17275550100"
OK = f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{DID}\n"


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


def broken(*faults: Fault | None, hang_seconds: float = 60.0) -> Sandbox:
    """A sandbox in which the first calls for a DID break as given, and the rest are good."""

    def chosen(_: str, nth: int) -> Fault | None:
        return faults[nth - 1] if nth <= len(faults) else None

    return Sandbox(SandboxOptions(faults=FaultPlan(chosen=chosen, retry_after="7", hang_seconds=hang_seconds)))


def test_every_kind_has_its_test_below() -> None:
    apart = {Fault.HALF_BODY, Fault.LOST_INSERT, Fault.WRONG_NUMBER, Fault.PHP_WARNINGS, Fault.BROKEN_TABLE}
    tested = {*ANSWERED, *CUT, *HANGING, *apart}
    assert tested == set(Fault)


ANSWERED: dict[Fault, tuple[int, dict[str, str], Callable[[str], bool]]] = {
    Fault.ERROR_500: (500, {"connection": "close", "content-length": "0"}, lambda body: not body),
    Fault.ERROR_500_AFTER: (500, {"connection": "close", "content-length": "0"}, lambda body: not body),
    Fault.BUSY_503: (503, {"retry-after": "7"}, lambda body: not body),
    Fault.BUSY_429: (429, {"retry-after": "7"}, lambda body: not body),
    Fault.HTML: (200, {"content-type": "text/html; charset=utf-8"}, lambda body: body.startswith("<!DOCTYPE html>")),
    Fault.HTML_AFTER: (200, {}, lambda body: body.startswith("<!DOCTYPE html>") and "SUCCESS" not in body),
    Fault.REDIRECT: (302, {"location": FaultPlan().redirect_to}, lambda body: not body),
    Fault.DENIED_401: (401, {"www-authenticate": "Basic"}, lambda body: body.startswith("<!DOCTYPE html>")),
    Fault.DENIED_403: (403, {}, lambda body: body.startswith("<!DOCTYPE html>")),
    Fault.MYSQL_DOWN: (200, {}, lambda body: body.startswith("MySQL connect ERROR")),
}


@pytest.mark.parametrize("fault", ANSWERED)
def test_a_fault_with_an_answer_gives_that_answer_and_the_next_call_is_good(fault: Fault, client: httpx.Client) -> None:
    status, headers, said = ANSWERED[fault]
    with broken(fault) as box:
        response = add(client, box, DID)
        assert response.status_code == status
        assert headers.items() <= response.headers.items()
        assert said(response.text)
        assert (DID in box.stored()) == (fault in PROCESSED)
        assert add(client, box, DID).text == (OK if fault not in PROCESSED else OK_AGAIN)


OK_AGAIN = f"ERROR: add_did DID ALREADY EXISTS: |6666|{DID}\n"
CUT = (Fault.CUT_BEFORE, Fault.CUT_AFTER)
HANGING = (Fault.HANG, Fault.HANG_AFTER)


@pytest.mark.parametrize("fault", [*CUT, *HANGING])
def test_a_call_without_an_answer_ends_in_a_reset_and_is_stored_or_not(fault: Fault, client: httpx.Client) -> None:
    after = fault in PROCESSED
    # a connection that has served before is cut too
    with broken(None, fault, hang_seconds=0.05) as box:
        assert add(client, box, DID).text == OK
        box.delete_did(DID)
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            add(client, box, DID)
        assert (DID in box.stored()) == after
        assert add(client, box, DID).text == (OK_AGAIN if after else OK)


@pytest.mark.parametrize("fault", CUT)
def test_a_cut_resets_the_connection_without_a_byte_of_an_answer(fault: Fault) -> None:
    query = urlencode(USER | {"function": "add_did", "did_pattern": DID})
    with broken(fault) as box, socket.create_connection(("127.0.0.1", box.port), timeout=10) as raw:
        raw.sendall(f"GET /vicidial/non_agent_api.php?{query} HTTP/1.1\r\nHost: 127.0.0.1:{box.port}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            raw.recv(1)


@pytest.mark.parametrize("fault", HANGING)
def test_a_hang_lasts_until_the_client_gives_up(fault: Fault, client: httpx.Client) -> None:
    with broken(fault) as box:
        with pytest.raises(httpx.ReadTimeout):
            client.get(box.url, params=USER | {"function": "add_did", "did_pattern": DID}, timeout=0.15)
        assert (DID in box.stored()) == (fault is Fault.HANG_AFTER)
        assert add(client, box, DID).text == (OK_AGAIN if fault is Fault.HANG_AFTER else OK)


def test_a_hanging_call_does_not_hold_up_the_end_of_the_sandbox() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool, httpx.Client() as client:
        with broken(Fault.HANG) as box:
            hanging = pool.submit(add, client, box, DID)
            assert box.wait_for_calls(1)
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            hanging.result(timeout=10)


def test_half_a_body_announces_the_whole_sends_half_and_stores_the_row(client: httpx.Client) -> None:
    with broken(Fault.HALF_BODY, Fault.HALF_BODY) as box:
        with pytest.raises(httpx.RemoteProtocolError):
            add(client, box, DID)
        assert DID in box.stored()
        connection = http.client.HTTPConnection("127.0.0.1", box.port)
        query = urlencode(USER | {"function": "add_did", "did_pattern": DID})
        connection.request("GET", f"/vicidial/non_agent_api.php?{query}")
        response = connection.getresponse()
        with closing(connection), pytest.raises(http.client.IncompleteRead) as half:
            response.read()
        assert response.getheader("Content-Length") == str(len(OK_AGAIN))
        assert half.value.partial == OK_AGAIN[: len(OK_AGAIN) // 2].encode()


def test_a_lost_insert_says_success_and_stores_nothing(client: httpx.Client) -> None:
    with broken(Fault.LOST_INSERT) as box:
        assert add(client, box, DID).text == OK
        assert box.stored() == {}
        assert add(client, box, DID).text == OK
        assert DID in box.stored()


def test_a_wrong_number_is_a_success_for_another_did_than_the_one_that_is_stored(client: httpx.Client) -> None:
    with broken(Fault.WRONG_NUMBER) as box:
        assert add(client, box, DID).text == "SUCCESS: add_did DID HAS BEEN ADDED - 6666|17275550101\n"
        assert list(box.stored()) == [DID]


@pytest.mark.parametrize("fault", [Fault.LOST_INSERT, Fault.WRONG_NUMBER])
def test_what_only_a_success_can_have_leaves_other_replies_as_they_are(fault: Fault, client: httpx.Client) -> None:
    with broken(None, fault) as box:
        assert add(client, box, DID).text == OK
        assert add(client, box, DID).text == OK_AGAIN
        assert list(box.stored()) == [DID]


def test_phps_warnings_stand_before_the_answer_whatever_it_is(client: httpx.Client) -> None:
    with broken(Fault.PHP_WARNINGS, Fault.PHP_WARNINGS) as box:
        for answer in (OK, OK_AGAIN):
            warned = add(client, box, DID).text
            assert warned.startswith("<br />\n<b>Warning</b>:  ")
            assert warned.endswith(f" on line <b>7</b><br />\n{answer}")


def test_a_broken_table_ends_all_that_needs_it_and_nothing_else(client: httpx.Client) -> None:
    with Sandbox(SandboxOptions(faults=FaultPlan({Fault.BROKEN_TABLE: 1.0}))) as box:
        copy = {"function": "copy_did", "source_did_pattern": "default", "new_dids": DID}
        lookup = {"function": "update_did", "did_pattern": DID}
        for response in (add(client, box, DID), ask(client, box, **lookup), ask(client, box, **copy)):
            assert (response.status_code, response.content, response.headers["connection"]) == (500, b"", "close")
        assert "REQUIRED FIELDS" in add(client, box, "").text
        assert "Login incorrect" in add(client, box, DID, password="wrong").text
        assert ask(client, box, function="version").text.startswith("VERSION")
        assert box.stored() == {}


def test_a_proxys_page_repeats_the_url_as_some_do(client: httpx.Client) -> None:
    with broken(Fault.HTML) as box:
        assert "pass=1234" in add(client, box, DID).text


def test_probes_do_not_break_unless_the_plan_says_so(client: httpx.Client) -> None:
    everything = {Fault.ERROR_500: 1.0}
    with Sandbox(SandboxOptions(faults=FaultPlan(everything))) as box:
        assert add(client, box, DID).status_code == 500
        assert ask(client, box, function="update_did", did_pattern=DID).status_code == 200
    with Sandbox(SandboxOptions(faults=FaultPlan(everything, functions=frozenset({"update_did"})))) as box:
        assert add(client, box, DID).status_code == 200
        assert ask(client, box, function="update_did", did_pattern=DID).status_code == 500


def test_shares_break_that_share_of_the_calls_whatever_the_order_they_come_in() -> None:
    plan = FaultPlan({Fault.ERROR_500: 0.2, Fault.CUT_AFTER: 0.1})
    dids = [str(17275550000 + n) for n in range(2000)]
    drawn = {did: plan.fault_for(1, "add_did", did, 1) for did in dids}
    counts = [list(drawn.values()).count(fault) for fault in (Fault.ERROR_500, Fault.CUT_AFTER, None)]
    assert [round(count / 2000, 1) for count in counts] == [0.2, 0.1, 0.7]
    assert drawn == {did: plan.fault_for(1, "add_did", did, 1) for did in reversed(dids)}
    assert drawn != {did: plan.fault_for(2, "add_did", did, 1) for did in dids}
    assert drawn != {did: plan.fault_for(1, "add_did", did, 2) for did in dids}


@pytest.mark.parametrize("shares", [{Fault.HTML: 0.7, Fault.HANG: 0.4}, {Fault.HTML: -0.1}])
def test_shares_that_make_no_sense_are_refused(shares: dict[Fault, float]) -> None:
    with pytest.raises(ValueError, match="shares of faults"):
        FaultPlan(shares)


def test_a_plan_sees_the_did_as_vicidial_keeps_it_and_counts_its_calls(client: httpx.Client) -> None:
    seen = []

    def chosen(did: str, nth: int) -> None:
        seen.append((did, nth))

    with Sandbox(SandboxOptions(faults=FaultPlan(chosen=chosen))) as box:
        for did in ("(727) 555-0100", "727-555-0100", "7275550101", ""):
            add(client, box, did)
    assert seen == [("7275550100", 1), ("7275550100", 2), ("7275550101", 1), ("", 1)]


def test_every_call_is_recorded_with_its_fault_and_without_the_password(client: httpx.Client) -> None:
    with broken(Fault.ERROR_500) as box:
        add(client, box, "(727) 555-0100", carrier="Example")
        form = USER | {"function": "update_did", "did_pattern": DID}
        client.post(box.url, data=form)
        first, second = box.calls
    assert (first.function, first.user, first.did_pattern, first.method) == ("add_did", "6666", "7275550100", "GET")
    assert (first.fault, second.fault) == ("error-500", "")
    assert (second.function, second.method) == ("update_did", "POST")
    assert first.params["did_pattern"] == "(727) 555-0100"
    assert first.params["carrier"] == "Example"
    assert first.at <= second.at
    assert "1234" not in json.dumps([dict(call.params) for call in (first, second)])
