"""``did-importer config`` and ``--server``: every server with its own user, password and defaults."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running import Desk

from importer.cli import main
from importer.journal import list_runs
from importer.sandbox import Sandbox

PASSWORD = "Str0ngPassXYZ"

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Return what runs a command and gives its exit code and its words, in which the password must not be."""

    def run(*arguments: object) -> tuple[int, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        said = captured.out + captured.err
        assert PASSWORD not in said
        assert "wr0ngPass" not in said
        return code, " ".join(said.split())

    return run


@pytest.fixture
def east() -> Iterator[Sandbox]:
    """Return one practice VICIdial."""
    with Sandbox() as box:
        yield box


@pytest.fixture
def west() -> Iterator[Sandbox]:
    """Return another."""
    with Sandbox() as box:
        yield box


@pytest.fixture
def servers(tmp_path: Path, east: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of servers in which east is the default, with its password beside it."""
    path = tmp_path / "servers.toml"
    path.write_text(
        f"""
default = "east"

[servers.east]
url = "{east.url}"
user = "opsuser"
source = "eastdesk"
password_file = "east.password"
rate = 0
workers = 1
method = "post"
did_format = "international"

[servers.east.columns]
did_route = "IN_GROUP"
group = "SALES_IN"
""",
        encoding="utf-8",
    )
    secret = tmp_path / "east.password"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    secret.chmod(0o600)
    monkeypatch.setenv("DID_IMPORTER_CONFIG", str(path))
    monkeypatch.setenv("DID_IMPORTER_STATE_DIR", str(tmp_path / "state"))
    return path


@pytest.fixture
def order(tmp_path: Path) -> Path:
    """Return an order of two rows."""
    return Desk(tmp_path).write(
        "order.csv", ("did_pattern", "group"), [("727-555-0101", ""), ("7275550102", "SUPPORT_TEAM")]
    )


def test_config_says_where_the_file_is_and_writes_a_first_one(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DID_IMPORTER_CONFIG")
    monkeypatch.setattr("platformdirs.user_config_path", lambda name, **_: tmp_path / name)
    path = tmp_path / "did-importer" / "servers.toml"
    assert say("config") == (
        0,
        f"the file of servers: {path} it is not there yet; did-importer config --write writes a first one",
    )
    code, said = say("config", "--write")
    assert (code, path.exists()) == (0, True)
    assert f"written: {path}" in said
    assert "did-importer doctor --server east" in said
    code, said = say("config", "--write")
    assert (code, "is there already and is not overwritten" in said) == (2, True)
    code, said = say("config")
    assert (code, "no server stands in it yet" in said) == (0, True)


def test_config_shows_the_servers_without_a_secret_in_80_columns(
    say: Say, servers: Path, east: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80 and str(servers.parent) not in line] == []
    code, said = say("config")
    assert code == 0
    for words in (
        f"the file of servers: {servers} (DID_IMPORTER_CONFIG)",
        f"east, the default url {east.url} user opsuser password in the file {servers.parent / 'east.password'} source",
        "rate 0 workers 1 method POST did_format international blank cells did_route = IN_GROUP",
        "blank cells group = SALES_IN",
        "to use one: did-importer run order.xlsx --server east",
    ):
        assert words in said
    (servers.parent / "east.password").unlink()
    assert "east.password, which is not there" in say("config", "--config", servers)[1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("rate = 1e9", "rate is 1e+09; it must be from 0 to 10000"),
        ("workers = 0", "workers is 0; it must be from 1 to 64"),
    ],
)
def test_config_refuses_what_cannot_be_used_and_names_the_place(
    say: Say, tmp_path: Path, line: str, words: str
) -> None:
    path = tmp_path / "servers.toml"
    path.write_text(f'[servers.east]\nurl = "vici.example.org"\n{line}\n', encoding="utf-8")
    code, said = say("config", "--config", path)
    assert code == 2
    assert f"the file of servers: {path} (--config)" in said
    assert f"[servers.east] in {path}: {words}" in said


def test_a_named_server_gets_the_rows_with_its_user_password_and_defaults(
    say: Say, servers: Path, east: Sandbox, west: Sandbox, order: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VICIDIAL_URL", west.url)
    monkeypatch.setenv("VICIDIAL_USER", "6666")
    monkeypatch.setenv("VICIDIAL_PASS", "wr0ngPass")
    code, said = say("check", order, "--server", "east")
    assert (code, east.calls) == (0, [])
    assert "727-555-0101 -> 17275550101 (did_route=IN_GROUP, group=SALES_IN)" in said
    code, said = say("run", order, "--server", "east", "--yes")
    assert code == 0, said
    assert west.calls == []
    stored = east.stored()
    assert {did: row["group_id"] for did, row in stored.items()} == {
        "17275550101": "SALES_IN",
        "17275550102": "SUPPORT_TEAM",
    }
    assert {row["did_route"] for row in stored.values()} == {"IN_GROUP"}
    assert {(call.user, call.method, call.params["source"]) for call in east.calls} == {("opsuser", "POST", "eastdesk")}


def test_flags_beat_what_the_file_says(say: Say, servers: Path, east: Sandbox, order: Path) -> None:
    flags = ("--method", "get", "--did-format", "national", "--source", "mydesk", "--set", "group=SUPPORT_TEAM")
    code, said = say("run", order, "--yes", *flags)
    assert code == 0, said
    assert {did: row["group_id"] for did, row in east.stored().items()} == {
        "7275550101": "SUPPORT_TEAM",
        "7275550102": "SUPPORT_TEAM",
    }
    assert {(call.method, call.params["source"]) for call in east.calls} == {("GET", "mydesk")}


def newest_run(servers: Path) -> str:
    """Return the name of the newest run."""
    return list_runs(servers.parent / "state" / "runs")[0].about.run_id


def test_resume_and_undo_find_the_password_of_the_runs_server(
    say: Say, servers: Path, east: Sandbox, west: Sandbox, order: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    east.change_user("opsuser", allowed_ips=("203.0.113.5",))
    assert say("run", order, "--yes")[0] == 3
    east.change_user("opsuser", allowed_ips=())
    monkeypatch.setenv("VICIDIAL_URL", west.url)
    monkeypatch.setenv("VICIDIAL_PASS", "wr0ngPass")
    code, said = say("resume")
    assert code == 0, said
    assert set(east.stored()) == {"17275550101", "17275550102"}
    code, said = say("undo", newest_run(servers), "--yes")
    assert code == 0, said
    assert east.stored() == {}
    assert west.calls == []
    assert east.user("opsuser").failed_logins == 0


def test_rerun_goes_to_the_server_that_is_named(
    say: Say, servers: Path, east: Sandbox, west: Sandbox, order: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VICIDIAL_URL", west.url)
    monkeypatch.setenv("VICIDIAL_USER", "noperm")
    monkeypatch.setenv("VICIDIAL_PASS", "pw1234")
    assert say("run", order, "--yes", "--set", "did_route=EXTEN", "--set", "extension=8300")[0] == 1
    code, said = say("rerun", order.with_name("order_results.xlsx"), "--server", "east", "--yes")
    assert code == 0, said
    assert set(east.stored()) == {"17275550101", "17275550102"}
    assert west.stored() == {}
    assert east.user("opsuser").failed_logins == 0


def test_a_run_gets_no_password_of_another_server_when_it_is_taken_up_again(
    say: Say, servers: Path, east: Sandbox, west: Sandbox, order: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert say("run", order, "--yes")[0] == 0
    monkeypatch.setenv("DID_IMPORTER_CONFIG", os.devnull)
    monkeypatch.setenv("VICIDIAL_URL", west.url)
    monkeypatch.setenv("VICIDIAL_PASS", "wr0ngPass")
    before = len(east.calls)
    code, said = say("undo", newest_run(servers), "--yes")
    assert code == 2
    assert "VICIDIAL_PASS belongs to another server or user" in said
    assert len(east.calls) == before


def test_doctor_says_what_came_from_the_file(say: Say, servers: Path, east: Sandbox) -> None:
    code, said = say("doctor", "--server", "east")
    assert code == 0
    place = f"([servers.east] in {servers})"
    for words in (
        "server east (--server)",
        f"url {east.url} {place}",
        f"user opsuser {place}",
        f"password not shown (the file {servers.parent / 'east.password'})",
        f"source eastdesk {place}",
        f"rate 0 {place}",
        f"group SALES_IN {place}",
        "region US (default)",
    ):
        assert words in said
    assert "server east (default in the file of servers)" in say("doctor")[1]
    code, said = say("doctor", "--server", "eats")
    assert (code, "did you mean east?" in said) == (2, True)
