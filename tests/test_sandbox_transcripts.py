"""The sandbox answers and stores what the recorded servers answered and stored."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from importer.sandbox import Sandbox, SandboxOptions

HERE = Path(__file__).parent
SERVER = re.compile(r"(?P<version>\S+) build (?P<build>[0-9-]+)(?P<non_latin>, use_non_latin=1)?")
# where the two recorded servers' numbers of DIDs began: seen in the replies to delete and copy_did
FIRST_DID_IDS = {"250720-1841": 9322, "241004-1518": 9364}


def recorded(*names: str) -> dict[str, list[dict[str, Any]]]:
    """All records in the order of the files, by the server that answered."""
    servers: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        for line in (HERE / name).read_text("utf-8").splitlines():
            record = json.loads(line)
            servers.setdefault(record["server"], []).append(record)
    return servers


SERVERS = recorded("transcripts.jsonl", "transcripts-nonlatin.jsonl")


def options_of(server: str) -> SandboxOptions:
    found = SERVER.fullmatch(server)
    assert found, server
    epochs = [re.search(r"EPOCH: (\d+)", record["body"]) for record in SERVERS[server]]
    epoch = next((int(match[1]) for match in epochs if match), 0)
    return SandboxOptions(
        version=found["version"],
        build=found["build"],
        use_non_latin=bool(found["non_latin"]),
        first_did_id=FIRST_DID_IDS.get(found["build"], 1001),
        clock=lambda: float(epoch),
    )


@pytest.fixture(scope="module", params=SERVERS, ids=lambda server: server.replace(" ", "_"))
def replayed(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """Each record with what the sandbox answered to the same request and what it stored then."""
    replays: list[dict[str, Any]] = []
    with Sandbox(options_of(request.param)) as box, httpx.Client() as client:
        for record in SERVERS[request.param]:
            before = box.stored()
            if record["method"] == "POST":
                response = client.post(box.url, data=record["params"])
            else:
                response = client.get(box.url, params=record["params"])
            added = {did: row for did, row in box.stored().items() if did not in before}
            replays.append({"record": record, "response": response, "added": added, "stored": box.stored()})
    return replays


def test_all_222_recorded_requests_are_here() -> None:
    assert {server: len(records) for server, records in SERVERS.items()} == {
        "2.14-202 build 250720-1841": 109,
        "2.14-194 build 241004-1518": 109,
        "2.14-202 build 250720-1841, use_non_latin=1": 4,
    }


def test_every_reply_has_the_recorded_bytes_status_and_content_type(replayed: list[dict[str, Any]]) -> None:
    wrong = {}
    for replay in replayed:
        record, response = replay["record"], replay["response"]
        got = response.status_code, response.headers["content-type"], response.content
        expected = record["status"], record["content_type"], record["body"].encode()
        if got != expected:
            wrong[record["id"]] = (got, expected)
    assert wrong == {}


def test_every_request_stores_the_recorded_row_and_no_other(replayed: list[dict[str, Any]]) -> None:
    wrong = {}
    for replay in replayed:
        record, added = replay["record"], replay["added"]
        # of several DIDs that one copy_did adds, the record shows the first
        if next(iter(added.values()), None) != record["stored"]:
            wrong[record["id"]] = (added, record["stored"])
    assert wrong == {}


@pytest.mark.parametrize("replayed", [server for server in SERVERS if "non_latin" not in server], indirect=True)
def test_updates_and_deletions_do_what_their_replies_say(replayed: list[dict[str, Any]]) -> None:
    stored = {replay["record"]["id"]: replay["stored"] for replay in replayed}
    assert stored["probe-exists"]["17275550020"]["did_description"] is None
    assert stored["update-description"]["17275550020"]["did_description"] == "Renamed by update"
    assert stored["update-bad"] == stored["update-missing"] == stored["update-description"]
    assert "17275550021" in stored["update-bad"]
    assert "17275550021" not in stored["delete"]
    assert {"17275550091", "17275550092"} <= stored["copy-many"].keys()
