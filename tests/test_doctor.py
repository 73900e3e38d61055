"""The doctor's ladder: for each rung a server that breaks exactly there, and a message that names the fix."""

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from running import Hostile

from importer.cli import main
from importer.doctor import Rung
from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions

CERTIFICATE = Path(__file__).with_name("localhost_certificate.pem")
KEY = Path(__file__).with_name("localhost_key.pem")
VERSION = "VERSION: 2.14-202|BUILD: 250720-1841|DATE: 2026-11-23 01:32:16|EPOCH: 1795397536|\n"
WELL = {
    "version": VERSION,
    "add_did": "ERROR: add_did YOU MUST USE ALL REQUIRED FIELDS: |opsuser|\n",
    "update_did": "NOTICE: update_did NO UPDATES DEFINED: |opsuser|\n",
}
LADDER = list(Rung)

Doctor = Callable[..., "Report"]


class Report:
    """What doctor said, and how it ended."""

    def __init__(self, code: int, said: str) -> None:
        self.code = code
        self.said = said
        self.flat = " ".join(said.split())

    def levels(self) -> dict[str, str]:
        """Return the rungs that were looked at, in their order."""
        found = {}
        for line in self.said.splitlines():
            level, _, rest = line.partition(" ")
            if level in ("ok", "warning", "BROKEN"):
                found[rest.split()[0]] = level
        return found

    def assert_broken_at(self, rung: Rung, *words: str, code: int = 3) -> None:
        """Fail unless all below is well, this one is broken, nothing above was looked at, and the words are there."""
        below = LADDER[: LADDER.index(rung)]
        assert self.levels() == {name.value: "ok" for name in below} | {rung.value: "BROKEN"}, self.said
        for word in words:
            assert word in self.flat
        assert self.code == code
        left = ", ".join(LADDER[LADDER.index(rung) + 1 :])
        assert (f"not looked at: {left}" in self.flat) == bool(left)
        assert "run did-importer doctor again; nothing was changed" in self.flat


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Return what runs doctor; whatever it says is within 80 columns and without the password."""

    def run(url: str, user: str = "opsuser", password: str = "Str0ngPassXYZ", *flags: str) -> Report:
        monkeypatch.setenv("VICIDIAL_PASS", password)
        code = main(["doctor", "--url", url, "--user", user, *flags])
        captured = capsys.readouterr()
        assert captured.err == ""
        assert password not in captured.out
        assert "\x1b" not in captured.out
        if "--json" not in flags:
            assert [line for line in captured.out.splitlines() if len(line) > 80] == []
        return Report(code, captured.out)

    return run


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Return a practice VICIdial that must hold nothing new at the end."""
    with Sandbox() as box:
        yield box
        assert box.stored() == {}


def canned(replies: Mapping[str, str]) -> Hostile:
    """Return a server with one reply for each function, which knows the DID of every system."""

    def reply(params: Mapping[str, str], _path: str) -> tuple[int, dict[str, str], str]:
        if params["function"] == "add_did" and params["did_pattern"] == "default":
            return 200, {}, "ERROR: add_did DID ALREADY EXISTS: |6666|default\n"
        return 200, {}, replies[params["function"]]

    return Hostile(reply)


def test_a_broken_table_of_dids_is_named(doctor: Doctor) -> None:
    with Sandbox(SandboxOptions(faults=FaultPlan(chosen=lambda did, _: Fault.BROKEN_TABLE if did else None))) as box:
        doctor(box.url).assert_broken_at(Rung.TABLE, "the table of DIDs", "REPAIR TABLE")
        assert box.stored() == {}


class OverTls:
    """The same server behind TLS, with a certificate that no authority has signed."""

    def __init__(self, server: Hostile) -> None:
        self._server = server

    def __enter__(self) -> str:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE, KEY)
        inner = self._server._server
        inner.socket = context.wrap_socket(inner.socket, server_side=True)
        self._server.__enter__()
        return self._server.url.replace("http://", "https://")

    def __exit__(self, *trouble: object) -> None:
        self._server.__exit__(*trouble)


@pytest.mark.parametrize("method", ["get", "post"])
def test_where_all_is_well_every_rung_is_ok_and_it_ends_with_0(doctor: Doctor, sandbox: Sandbox, method: str) -> None:
    report = doctor(sandbox.url, "opsuser", "Str0ngPassXYZ", "--method", method)
    assert report.levels() == {rung.value: "ok" for rung in Rung}
    assert report.said.endswith("all is well: DIDs can be added\n")
    assert report.code == 0
    assert [(call.method, call.function, call.did_pattern) for call in sandbox.calls] == [
        (method.upper(), "version", ""),
        (method.upper(), "add_did", ""),
        (method.upper(), "add_did", "default"),
        (method.upper(), "update_did", "default"),
    ]


def test_it_says_where_each_value_came_from(doctor: Doctor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VICIDIAL_USER", "nobody")
    report = doctor(sandbox.url, "opsuser", "Str0ngPassXYZ", "--timeout", "5")
    for words in (
        f"url {sandbox.url} (--url)",
        "user opsuser (--user)",
        "password not shown (VICIDIAL_PASS)",
        "source didimporter (default)",
        "rate 20 (default)",
        "timeout 5 (--timeout)",
    ):
        assert words in report.flat


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "no server was given"),
        ({"VICIDIAL_URL": "vici.example.org"}, "no user was given: set VICIDIAL_USER or use --user"),
        (
            {"VICIDIAL_URL": "vici.example.org", "VICIDIAL_USER": "6666"},
            "no password was given: set VICIDIAL_PASS or use --password-file",
        ),
        ({"VICIDIAL_URL": "http://6666:s3cret@vici.example.org:80a80"}, "holds a user or a password"),
        ({"DID_IMPORTER_CONFIG": "no/such/file.toml"}, "did-importer config --config no/such/file.toml --write"),
    ],
)
def test_a_missing_setting_breaks_the_first_rung_and_ends_with_2(
    variables: dict[str, str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code = main(["doctor"])
    captured = capsys.readouterr()
    assert "s3cret" not in captured.out + captured.err
    Report(code, captured.out).assert_broken_at(Rung.SETTINGS, words, code=2)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--timeout", "0"), "timeout is 0; it must be from 0.1 to 3600"),
        (("--source", "x"), "--source 'x' must be 2 to 20 letters and digits"),
        (("--ca-file", "no-such.pem"), "--ca-file no-such.pem cannot be read as certificates"),
        (("--server", "east"), "--server east says where the server is already; leave out --url"),
    ],
)
def test_a_flag_that_cannot_be_used_breaks_the_first_rung(
    doctor: Doctor, sandbox: Sandbox, flags: tuple[str, ...], words: str
) -> None:
    doctor(sandbox.url, "opsuser", "Str0ngPassXYZ", *flags).assert_broken_at(Rung.SETTINGS, words, code=2)
    assert sandbox.calls == []


def test_what_is_broken_below_http_is_named(doctor: Doctor, sandbox: Sandbox) -> None:
    doctor("https://vici.invalid").assert_broken_at(
        Rung.NAME, "the name vici.invalid does not resolve", "correct the name in the url"
    )
    doctor(sandbox.url.replace("http:", "https:")).assert_broken_at(
        Rung.TLS, f"127.0.0.1 does not speak TLS on port {sandbox.port}", "begin the url with http://"
    )
    sandbox.pause()
    doctor(sandbox.url).assert_broken_at(
        Rung.PORT, f"port {sandbox.port} of 127.0.0.1 is closed", "start the web server there", "firewall"
    )


def test_a_self_signed_certificate_is_good_where_its_authority_is_named(doctor: Doctor) -> None:
    with OverTls(canned(WELL)) as url:
        doctor(url).assert_broken_at(Rung.TLS, "the certificate of 127.0.0.1 is not trusted: self", "--ca-file FILE")
        report = doctor(url, "opsuser", "Str0ngPassXYZ", "--ca-file", str(CERTIFICATE))
    assert report.code == 0
    assert "the certificate is good until 21" in report.flat
    assert set(report.levels().values()) == {"ok"}


def test_a_certificate_that_nobody_checks_is_warned_about(doctor: Doctor) -> None:
    with OverTls(canned(WELL)) as url:
        report = doctor(url, "opsuser", "Str0ngPassXYZ", "--insecure")
    assert report.code == 0
    assert report.levels()["TLS"] == "warning"
    assert "(--insecure): anybody in between can read all" in report.flat
    assert "DIDs can be added; the warnings say what is lost or at risk" in report.flat


def test_a_web_page_where_the_api_should_be_gets_no_password(doctor: Doctor) -> None:
    with Hostile(lambda _params, _path: (200, {}, "<html>please sign in</html>")) as page:
        doctor(page.url).assert_broken_at(
            Rung.API, "a web page came where VICIdial's text should be", "give the host alone as the url"
        )
    assert page.calls == [{"function": "version"}]


def test_a_server_that_never_answers(doctor: Doctor) -> None:
    faults = FaultPlan(chosen=lambda _did, _nth: Fault.HANG, functions=frozenset({"version"}))
    with Sandbox(SandboxOptions(faults=faults)) as box:
        report = doctor(box.url, "opsuser", "Str0ngPassXYZ", "--timeout", "0.3")
    report.assert_broken_at(Rung.API, "no answer within 0.3 s", "?function=version in a browser")


def test_a_redirect_to_another_host(doctor: Doctor) -> None:
    with Hostile(lambda _params, _path: (302, {"Location": "https://west.example.org/"}, "")) as server:
        doctor(server.url).assert_broken_at(Rung.API, "the server redirects to https://west.example.org/", "--url")


def test_an_old_build_costs_no_login(doctor: Doctor) -> None:
    with Sandbox(SandboxOptions(build="200101-0000")) as box:
        report = doctor(box.url)
        assert [call.function for call in box.calls] == ["version"]
        assert "user" not in box.calls[0].params
    report.assert_broken_at(Rung.BUILD, "build 200101-0000 has no add_did", "update VICIdial to that build or a later")


def test_a_build_of_the_very_day_that_does_not_know_add_did_yet(doctor: Doctor) -> None:
    with Sandbox(SandboxOptions(build="210209-1000")) as box:
        report = doctor(box.url)
    report.assert_broken_at(Rung.FUNCTION, "does not know the function add_did", "210209-2014 or later")


@pytest.mark.parametrize(
    ("user", "password", "rung", "words"),
    [
        ("6666", "wr0ngPass", Rung.LOGIN, ("not take the user 6666", "(from VICIDIAL_PASS)", "Admin > Users > 6666")),
        ("nobody", "wr0ngPass", Rung.LOGIN, ("not take the user nobody", "ten lock the user for 15 minutes")),
        ("inactive", "pw1234", Rung.LOGIN, ("a user who is not active", "set Active to Y")),
        ("level6", "pw1234", Rung.LOGIN, ("below user level 7", "User Level to 8")),
        ("locked", "pw1234", Rung.LOGIN, ("locked after ten failed logins", "wait 15 minutes")),
        (
            "ipblock",
            "pw1234",
            Rung.LOGIN,
            ("said: ERROR: Your IP Address is not allowed: 127.0.0.1", "Admin > IP Lists"),
        ),
        ("nofunc", "pw1234", Rung.FUNCTION, ("not allowed the function add_did", "nofunc > Allowed API Functions")),
        ("level7", "pw1234", Rung.PERMISSION, ("level7 may not add DIDs", "User Level 8 or more")),
        ("noapi", "pw1234", Rung.PERMISSION, ("noapi may not add DIDs", "Agent API Access 1")),
        ("noperm", "pw1234", Rung.PERMISSION, ("noperm may not add DIDs", "Modify DIDs 1")),
    ],
)
def test_each_refusal_of_the_user_names_the_menu_where_it_is_put_right(
    doctor: Doctor, sandbox: Sandbox, user: str, password: str, rung: Rung, words: tuple[str, ...]
) -> None:
    before = 0 if user == "nobody" else sandbox.user(user).failed_logins
    doctor(sandbox.url, user, password).assert_broken_at(rung, *words)
    if user != "nobody":
        failed = sandbox.user(user).failed_logins - before
        assert failed == (user in ("6666", "inactive", "level6"))
    assert [call.function for call in sandbox.calls] == ["version", "add_did"]


def test_without_update_did_it_warns_of_what_is_lost(doctor: Doctor, sandbox: Sandbox) -> None:
    report = doctor(sandbox.url, "opsadd", "pw1234")
    assert report.levels() == {rung.value: "ok" for rung in Rung} | {"update_did": "warning"}
    assert report.code == 0
    for words in (
        "--verify, --probe-first",
        "clearing up calls that got no answer",
        "Admin > Users > opsadd > Allowed API Functions: select update_did too",
    ):
        assert words in report.flat


@pytest.mark.parametrize(
    ("user", "password", "code", "levels"),
    [
        ("opsuser", "Str0ngPassXYZ", 0, ["ok"] * 11),
        ("opsadd", "pw1234", 0, ["ok"] * 10 + ["warning"]),
        ("6666", "wr0ngPass", 3, ["ok"] * 6 + ["broken"]),
        ("noperm", "pw1234", 3, ["ok"] * 8 + ["broken"]),
    ],
)
def test_json_is_one_object_that_says_the_same(
    doctor: Doctor, sandbox: Sandbox, user: str, password: str, code: int, levels: list[str]
) -> None:
    report = doctor(sandbox.url, user, password, "--json")
    found: dict[str, Any] = json.loads(report.said)
    assert report.code == found["exit_code"] == code
    assert found["well"] == (code == 0)
    assert [rung["level"] for rung in found["rungs"]] == levels
    names = [rung["rung"] for rung in found["rungs"]] + found["not_reached"]
    assert names == [rung.value for rung in Rung]
    assert all(rung["fix"] for rung in found["rungs"] if rung["level"] != "ok")
    assert {"name": "password", "value": "not shown", "from": "environment", "where": "VICIDIAL_PASS"} in found[
        "settings"
    ]


def test_json_is_one_object_where_settings_are_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 2
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [rung["level"] for rung in found["rungs"]] == ["broken"]
