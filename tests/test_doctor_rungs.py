"""Single rungs of the doctor's ladder: what only a strange network, an odd certificate or an old recording shows."""

import json
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from running import Hostile

from importer.cli import main
from importer.doctor import Level, Rung, RungResult, reach
from importer.doctor.network import _distrusted, look_up, open_port, shake_hands
from importer.doctor.replies import judge_build, judge_login, judge_probe, judge_table, judge_version
from importer.errors import SettingsError
from importer.settings.password import Password
from importer.settings.settings import Server
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.transport import FirstMachine, Transport, first_machine

HERE = Path(__file__).parent
API = "https://vici.example.org/vicidial/non_agent_api.php"


def recorded() -> list[tuple[str, str, str]]:
    """Return the recorded replies to add_did, as id, user and body."""
    lines = (HERE / "transcripts.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [
        (line["id"], line["params"].get("user", ""), line["body"])
        for line in found
        if line["params"].get("function") == "add_did"
    ]


BROKEN_AT = {
    "wrong-password": Rung.LOGIN,
    "wrong-user": Rung.LOGIN,
    "empty-password": Rung.LOGIN,
    "inactive-user": Rung.LOGIN,
    "level-6-user": Rung.LOGIN,
    "locked-out": Rung.LOGIN,
    "ip-not-allowed": Rung.LOGIN,
    "source-missing": Rung.FUNCTION,
    "source-one-char": Rung.FUNCTION,
    "source-punctuation": Rung.FUNCTION,
    "function-not-allowed": Rung.FUNCTION,
    "level-7-user": Rung.PERMISSION,
    "no-modify-dids": Rung.PERMISSION,
    "no-api-access": Rung.PERMISSION,
    "pattern-empty": None,
    "pattern-missing": None,
}


@pytest.mark.parametrize(("name", "user", "body"), [line for line in recorded() if line[0] in BROKEN_AT])
def test_each_recorded_refusal_breaks_its_rung_and_names_a_fix(name: str, user: str, body: str) -> None:
    results = judge_login(Answer(Delivery.ANSWERED, 200, body, "as it was said"), user, "VICIDIAL_PASS")
    broken = [result for result in results if result.level is Level.BROKEN]
    rung = BROKEN_AT[name]
    if rung is None:
        assert [result.rung for result in results] == [Rung.LOGIN, Rung.FUNCTION, Rung.PERMISSION]
        assert broken == []
    else:
        assert [result.rung for result in broken] == [rung]
        assert results[-1] is broken[0]
        assert broken[0].fix


def test_every_refusal_that_was_recorded_is_tried_here() -> None:
    assert set(BROKEN_AT) <= {name for name, _, _ in recorded()}


def test_no_other_recorded_reply_counts_as_permission() -> None:
    for name, user, body in recorded():
        results = judge_login(Answer(Delivery.ANSWERED, 200, body, "said"), user, "")
        permitted = all(result.level is Level.OK for result in results)
        # the answer to a call that carried a DID is not ours
        assert permitted == body.endswith("YOU MUST USE ALL REQUIRED FIELDS: |6666|\n"), name


@pytest.mark.parametrize(
    ("build", "level"),
    [
        ("250720-1841", Level.OK),
        ("210209-2014", Level.OK),
        ("210209", Level.OK),
        ("210208-2359", Level.BROKEN),
        ("991231-0000", Level.OK),
        ("", Level.WARNING),
        ("2102091", Level.WARNING),
        ("trunk", Level.WARNING),
    ],
)
def test_a_build_is_judged_by_its_day(build: str, level: Level) -> None:
    assert judge_build(build).level is level


@pytest.mark.parametrize("delivery", [Delivery.NOT_PROCESSED, Delivery.UNANSWERED, Delivery.IMPOSSIBLE])
def test_a_call_that_came_to_nothing_says_what_the_network_met(delivery: Delivery) -> None:
    answer = Answer(delivery, shown="the connection was cut")
    assert judge_version(answer, API)[0].sentence == "the connection was cut"
    assert judge_login(answer, "6666", "")[0].sentence == "the connection was cut"
    assert "the connection was cut" in judge_probe(answer, "6666").sentence


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (10, "renew the certificate"),
        (9, "this computer's clock"),
        (62, "with the name that the certificate is for"),
        (64, "with the name that the certificate is for"),
        (18, "--ca-file FILE"),
        (20, "--ca-file FILE"),
        (23, "put the certificate right on the server"),
    ],
)
def test_each_reason_to_distrust_a_certificate_has_its_fix(code: int, words: str) -> None:
    error = ssl.SSLCertVerificationError("refused")
    error.verify_code, error.verify_message = code, "so it is"
    result = _distrusted("vici.example.org", error)
    assert result.sentence == "the certificate of vici.example.org is not trusted: so it is"
    assert words in result.fix


@pytest.mark.parametrize(
    ("step", "silenced", "sentence"),
    [
        (look_up, "getaddrinfo", "the name servers said nothing about vici.example.org within 0.05 s"),
        # a name may have many addresses, each of which would be waited for
        (open_port, "create_connection", "no answer from port 443 of vici.example.org within 0.05 s"),
    ],
)
def test_what_says_nothing_is_waited_for_as_long_as_the_timeout_in_all(
    step: Callable[[FirstMachine, float], RungResult], silenced: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()

    def silent(*_: object, **__: object) -> None:
        never.wait()
        raise ConnectionResetError

    monkeypatch.setattr(socket, silenced, silent)
    result = step(FirstMachine("vici.example.org", 443), 0.05)
    never.set()
    assert (result.level, result.sentence) == (Level.BROKEN, sentence)


def test_a_name_with_an_impossible_label_does_not_resolve() -> None:
    assert look_up(FirstMachine("x" * 70 + ".example.org", 443), 5).level is Level.BROKEN


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (TimeoutError(), "let this computer through the firewall"),
        (ConnectionRefusedError(), "start the web server there"),
        (OSError(113, "No route to host"), "needs its VPN"),
    ],
)
def test_each_way_not_to_reach_a_port_has_its_fix(
    trouble: OSError, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(socket, "create_connection", fail)
    result = open_port(FirstMachine("vici.example.org", 443), 3)
    assert (result.level, words in result.fix) == (Level.BROKEN, True)
    assert "port 443 of vici.example.org" in result.sentence


def test_plain_http_to_another_machine_is_warned_about() -> None:
    server = Server("http://vici.example.org/vicidial/non_agent_api.php", "6666", Password("s3cret"))
    result = shake_hands(
        FirstMachine("vici.example.org", 80),
        5,
        server=server,
        transport=Transport(),
        context=ssl.create_default_context(),
    )
    assert (result.level, "in the clear" in result.sentence) == (Level.WARNING, True)


def test_a_connection_that_is_cut_in_the_handshake_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(socket, "create_connection", cut)
    server = Server(API, "6666", Password("s3cret"))
    context = ssl.create_default_context()
    result = shake_hands(FirstMachine("x", 443), 5, server=server, transport=Transport(), context=context)
    assert (result.level, "cuts the connection" in result.sentence) == (Level.BROKEN, True)


@pytest.mark.parametrize(
    ("url", "variables", "way"),
    [
        (API, {}, FirstMachine("vici.example.org", 443)),
        ("http://vici.example.org:8080/x", {}, FirstMachine("vici.example.org", 8080)),
        (API, {"HTTP_PROXY": "http://proxy.example:3128"}, FirstMachine("vici.example.org", 443)),
        (API, {"HTTPS_PROXY": "http://proxy.example:3128"}, FirstMachine("proxy.example", 3128, "HTTPS_PROXY")),
        (API, {"HTTPS_PROXY": "http://me:s3cret@proxy.example"}, FirstMachine("proxy.example", 80, "HTTPS_PROXY")),
        (API, {"ALL_PROXY": "proxy.example:3128"}, FirstMachine("proxy.example", 3128, "ALL_PROXY")),
        (
            API,
            {"HTTPS_PROXY": "http://proxy.example", "NO_PROXY": "a.example, .example.org"},
            FirstMachine("vici.example.org", 443),
        ),
        (API, {"HTTPS_PROXY": "http://proxy.example", "NO_PROXY": "*"}, FirstMachine("vici.example.org", 443)),
        (
            API,
            {"HTTPS_PROXY": "http://proxy.example", "NO_PROXY": "ici.example.org"},
            FirstMachine("proxy.example", 80, "HTTPS_PROXY"),
        ),
        ("http://127.0.0.1:5000/x", {"HTTP_PROXY": "http://proxy.example"}, FirstMachine("127.0.0.1", 5000)),
    ],
)
def test_a_proxy_of_the_environment_is_the_first_machine(
    url: str, variables: dict[str, str], way: FirstMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert first_machine(url) == way


@pytest.mark.parametrize(
    "proxy",
    ["http://[x", "http://proxy.example:99999", "http://proxy.example:x", "socks5://proxy.example", "http:///x"],
)
def test_a_proxy_that_is_no_address_is_refused_in_one_sentence(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(SettingsError, match="the proxy that HTTPS_PROXY names cannot be used") as refused:
        first_machine(API)
    assert proxy not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "body", "sentence", "fix"),
    [
        (500, "VERSION: 1|BUILD: 250720-1841|\n", "the server failed (HTTP 500)", "error log"),
        (404, "<html>", "there is no Non-Agent API at this path (HTTP 404)", "give the host alone"),
        (429, "", "the server is busy", "try again in a minute"),
        (503, "", "the server is busy", "try again in a minute"),
        (200, "", "no answer of VICIdial's: the answer was empty", "?function=version in a browser"),
        (200, "MySQL connect ERROR: refused\n", "VICIdial's database is down", "try again in a minute"),
        (200, "ERROR: NO FUNCTION SPECIFIED\n", "not that of a Non-Agent API", "give the host alone"),
    ],
)
def test_a_server_that_does_not_tell_its_version_is_told(status: int, body: str, sentence: str, fix: str) -> None:
    result, build = judge_version(Answer(Delivery.ANSWERED, status, body, "as it was said"), API)
    assert (result.level, build) == (Level.BROKEN, "")
    assert sentence in result.sentence
    assert fix in result.fix


def test_the_version_is_found_behind_the_warnings_of_php() -> None:
    body = "\ufeffPHP Warning: something\nVERSION: 2.14-202|BUILD: 250720-1841|DATE: x|\n"
    result, build = judge_version(Answer(Delivery.ANSWERED, 200, body, body), API)
    assert (result.level, build) == (Level.OK, "250720-1841")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, "", "the server failed while it answered"),
        (200, "ERROR: odd words: |x|\n", "not one that VICIdial is known"),
    ],
)
def test_an_answer_that_nobody_knows_is_no_permission(status: int, body: str, words: str) -> None:
    answer = Answer(Delivery.ANSWERED, status, body, "odd words")
    (login,) = judge_login(answer, "6666", "")
    assert (login.rung, login.level, login.said) == (Rung.LOGIN, Level.BROKEN, "odd words")
    assert words in login.sentence
    assert "run doctor again" in login.fix
    probe = judge_probe(answer, "6666")
    assert (probe.level, "nobody knows whether update_did is allowed" in probe.sentence) == (Level.WARNING, True)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "wants a login of its own"),
        (403, "does not let this computer in"),
        (406, "refuses how the call looks"),
        (411, "wants a length"),
        (451, "is not allowed to answer here"),
        (400, "refuses the call"),
    ],
)
def test_each_refusal_of_the_web_server_is_named_on_every_rung(status: int, words: str) -> None:
    answer = Answer(Delivery.ANSWERED, status, "<html>no</html>", "no")
    for result in (judge_version(answer, API)[0], judge_login(answer, "6666", "")[0], judge_table(answer)):
        assert result.level is (Level.WARNING if result.rung is Rung.TABLE else Level.BROKEN)
        assert f"the web server itself {words} (HTTP {status})" in result.sentence
        assert result.fix


@pytest.mark.parametrize(
    ("status", "body", "level", "words"),
    [
        (500, "", Level.BROKEN, "the table of DIDs"),
        (200, "ERROR: add_did DID ALREADY EXISTS: |6666|default\n", Level.OK, "answers"),
        (200, "ERROR: add_did PHONE CODE MUST BE FROM 1 TO 10 CHARACTERS: |6666|99999999999\n", Level.OK, "answers"),
        (200, "ERROR: add_did SOMETHING NEW: |6666|default\n", Level.WARNING, "nobody knows"),
        (503, "", Level.WARNING, "busy"),
    ],
)
def test_a_broken_table_of_dids_is_named(status: int, body: str, level: Level, words: str) -> None:
    result = judge_table(Answer(Delivery.ANSWERED, status, body, "said"))
    assert (result.level, result.rung) == (level, Rung.TABLE)
    assert words in result.sentence


def closed_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return int(closed.getsockname()[1])


def test_whether_somebody_answers_is_said_in_one_sentence_and_nothing_is_sent() -> None:
    seen: list[str] = []

    def note(_params: dict[str, str], path: str) -> tuple[int, dict[str, str], str]:
        seen.append(path)
        return 200, {}, ""

    with Hostile(note) as server:
        assert reach(Server(server.url, "6666", "s3cret"), Transport()) is None
        told = reach(Server(server.url.replace("http:", "https:"), "6666", "s3cret"), Transport(), seconds=5)
    assert told is not None
    assert "does not speak TLS" in told
    assert seen == []
    port = closed_port()
    told = reach(Server(f"http://127.0.0.1:{port}", "6666", "s3cret"), Transport())
    assert told is not None
    assert told.startswith(f"port {port} of 127.0.0.1 is closed, and nothing was sent: start the web server there")
    assert "does not resolve" in (reach(Server("vici.invalid", "6666", "s3cret"), Transport()) or "")


def test_through_a_proxy_the_ladder_is_climbed_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = {
        "version": "VERSION: 2.14-202|BUILD: 250720-1841|\n",
        "add_did": "ERROR: add_did YOU MUST USE ALL REQUIRED FIELDS: |6666|\n",
        "update_did": "ERROR: update_did DID DOES NOT EXIST: |6666|default\n",
    }
    with Hostile(lambda params, _path: (200, {}, replies[params["function"]])) as proxy:
        port = proxy.url.split(":")[2].split("/")[0]
        monkeypatch.setenv("HTTP_PROXY", f"http://me:pr0xyPass@127.0.0.1:{port}")
        monkeypatch.setenv("VICIDIAL_PASS", "s3cretWord")
        code = main(["doctor", "--url", "http://vici.invalid", "--user", "6666"])
    said = capsys.readouterr().out
    assert code == 0
    assert f"calls go through the proxy 127.0.0.1:{port} (HTTP_PROXY)" in " ".join(said.split())
    assert "pr0xyPass" not in said
    assert "s3cretWord" not in said


def test_a_proxy_that_cannot_be_used_breaks_the_first_rung(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "carrier-pigeon://me:pr0xyPass@proxy.example")
    monkeypatch.setenv("VICIDIAL_PASS", "s3cretWord")
    code = main(["doctor", "--url", "vici.invalid", "--user", "6666"])
    said = capsys.readouterr().out
    assert code == 2
    assert "the proxy that HTTPS_PROXY names cannot be used" in " ".join(said.split())
    assert "pr0xyPass" not in said
