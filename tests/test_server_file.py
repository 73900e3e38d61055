"""The file of servers by name: what may stand in it, which server is chosen, and what is refused."""

import json
import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import SettingsError
from importer.settings.file import (
    FIRST_FILE,
    KEYS,
    ServerFile,
    choose_server,
    load_servers,
    read_server_file,
    write_first_file,
)
from importer.settings.named import ChosenServer, NamedServer, Origin, Setting
from importer.settings.user_folders import config_file

API = "https://vici.example.org/vicidial/non_agent_api.php"
WHOLE = """\
default = "east"

[servers.east]
url = "vici.example.org"
user = "6666"
source = "ops1"
rate = 20
workers = 2
method = "post"
did_format = "e164"
region = "gb"
password_file = "east.password"

[servers.east.columns]
"DID Route" = "IN_GROUP"
list_id = 998

[servers."west coast"]
url = "http://192.0.2.7:8080"
rate = 0.5
keyring = true
"""


def written(folder: Path, text: str) -> Path:
    """Write a file of servers."""
    path = folder / "servers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    east, west = read_server_file(path).servers
    assert east == NamedServer(
        name="east",
        place=f"[servers.east] in {path}",
        url=API,
        user="6666",
        source="ops1",
        password_file=tmp_path / "east.password",
        rate=20.0,
        workers=2,
        method="POST",
        did_format="e164",
        region="GB",
        columns=(("did_route", "IN_GROUP"), ("list_id", "998")),
    )
    assert (west.name, west.url) == ("west coast", "http://192.0.2.7:8080/vicidial/non_agent_api.php")
    assert (west.rate, west.keyring, west.password_file, west.user) == (0.5, True, None, "")
    assert read_server_file(path).default == "east"


def test_a_file_of_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "servers.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert [server.name for server in read_server_file(path).servers] == ["east", "west coast"]


def test_a_password_file_is_looked_for_beside_the_file_or_where_the_path_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    for text, path in (
        ("a/b", tmp_path / "a" / "b"),
        ("~/b", tmp_path / "home" / "b"),
        ((tmp_path / "c").as_posix(), tmp_path / "c"),
    ):
        file = written(tmp_path, f'[servers.east]\nurl = "vici.example.org"\npassword_file = "{text}"\n')
        assert read_server_file(file).servers[0].password_file == path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("server = 1", "there is no key 'server'; did you mean servers? the keys are: default, servers"),
        ('[servers.east]\nurl = "x"\nrates = 1', "there is no key 'rates'; did you mean rate?"),
        ('[servers.east]\nurl = "x"\nDid-Format = "e164"', "there is no key 'Did-Format'; did you mean did_format?"),
        ('[servers.east]\nurl = "x"\ncolumn = 1', "did you mean columns?"),
        ('[servers.east]\nurl = "x"\nzzz = 1', "there is no key 'zzz'; the keys are: url, user, source, method"),
        ('[servers.east]\nurl = "x"\n[servers.east.columns]\ndid_rute = "EXTEN"', "did you mean did_route?"),
        (
            '[servers.east]\nurl = "x"\n[servers.east.columns]\ndid_pattern = "1"',
            "did_pattern would give every row the same number",
        ),
        ('[servers.east]\nurl = "x"\n[servers.east.columns]\ngroup = 1.5', "group must be text in quotes"),
        ('[servers.east]\nuser = "6666"', 'url is missing; a host alone will do, such as url = "vici.example.org"'),
        ('[servers.east]\nurl = "not an address"', "url: 'not an address' is no address of a server"),
        (
            '[servers.east]\nurl = "https://6666:Corr3ctHorse@x"',
            "url: the address of the server holds a user",
        ),
        ('[servers.east]\nurl = "x"\nuser = 6666', "user must be text in quotes"),
        ('[servers.east]\nurl = "x"\nrate = "10"', "rate must be a number"),
        ('[servers.east]\nurl = "x"\nrate = true', "rate must be a number"),
        ('[servers.east]\nurl = "x"\nworkers = 1.5', "workers must be a whole number"),
        ('[servers.east]\nurl = "x"\nkeyring = "yes"', "keyring must be true or false"),
        ('[servers.east]\nurl = "x"\ncolumns = "group"', "columns must be a table of its own"),
        ('[servers.east]\nurl = "x"\nsource = "a b"', "source must be 2 to 20 letters and digits"),
        ('[servers.east]\nurl = "x"\nmethod = "put"', 'method must be "get" or "post"'),
        ('[servers.east]\nurl = "x"\ndid_format = "us"', "must be one of: as-is, e164, international, national"),
        ('[servers.east]\nurl = "x"\nregion = "USA"', 'region must be two letters, such as "US"'),
        ('[servers.east]\nurl = "x"\npassword_file = ""', "password_file is empty"),
        ('[servers.east]\nurl = "x"\npassword_file = "p"\nkeyring = true', "not both"),
        ('default = "eest"\n[servers.east]\nurl = "x"', "did you mean east? the servers are: east"),
        ("default = 1", "default must be the name of a server"),
        ('servers = "east"', "servers stand each under a line [servers.NAME]"),
        ('[servers]\nurl = "x"', "servers stand each under a line [servers.NAME]"),
        ("[servers.east]\nurl = vici.example.org", "is no TOML"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_place_and_the_next_step(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as refused:
        read_server_file(path)
    assert words in str(refused.value)
    assert str(path) in str(refused.value)
    assert "Corr3ctHorse" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "key", ["password", "pass", "Passwd", "pwd", "PW", "VICIDIAL_PASS", "secret", "api_token", "user_password"]
)
@pytest.mark.parametrize("before", ["", '[servers.east]\nurl = "x"\n'])
def test_a_password_is_refused_and_not_repeated(tmp_path: Path, key: str, before: str) -> None:
    path = written(tmp_path, f'{before}{key} = "Corr3ctHorse"')
    with pytest.raises(SettingsError, match="no password stands in this file") as refused:
        read_server_file(path)
    assert "Corr3ctHorse" not in str(refused.value)
    assert "password_file or keyring = true" in str(refused.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "servers.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read as a text file"):
        read_server_file(path)
    with pytest.raises(SettingsError, match="cannot be read as a text file"):
        read_server_file(tmp_path)


NAMES = st.one_of(st.text(min_size=1, max_size=8), st.sampled_from(sorted(KEYS)))


@given(st.lists(st.tuples(NAMES, NAMES, st.one_of(st.text(max_size=8), st.integers(), st.booleans())), max_size=4))
def test_whatever_stands_in_it_the_trouble_is_one_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, str, str | int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    tables = [f"[servers.{json.dumps(name)}]\n{json.dumps(key)} = {json.dumps(value)}\n" for name, key, value in lines]
    path.write_text('[servers.x]\nurl = "x"\n' + "".join(tables), encoding="utf-8")
    said = ""
    try:
        read_server_file(path)
    except SettingsError as refused:
        said = str(refused)
    assert said.isprintable()


def test_where_the_file_is_a_flag_says_before_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platformdirs.user_config_path", lambda name, **_: tmp_path / name)
    variable = {"DID_IMPORTER_CONFIG": "other.toml"}
    assert config_file(Path("one.toml"), variable) == Setting("config", "one.toml", Origin.FLAG, "--config")
    assert config_file(None, variable) == Setting("config", "other.toml", Origin.ENVIRONMENT, "DID_IMPORTER_CONFIG")
    usual = str(tmp_path / "did-importer" / "servers.toml")
    assert config_file(None, {"DID_IMPORTER_CONFIG": ""}) == Setting("config", usual, Origin.DEFAULT)


def test_only_the_usual_file_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "servers.toml"
    assert load_servers(Setting("config", str(path), Origin.DEFAULT)) == ServerFile(path)
    with pytest.raises(SettingsError, match=r"--config: .* is not there; write a first one with: did-importer config"):
        load_servers(Setting("config", str(path), Origin.FLAG, "--config"))


def test_the_first_file_is_good_as_it_is_and_with_every_line_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "servers.toml"
    write_first_file(path)
    assert read_server_file(path) == ServerFile(path)
    lines = [line.removeprefix("# ") for line in FIRST_FILE.splitlines() if line.startswith(("# [", "# default"))]
    assert lines == ['default = "east"', "[servers.east]", "[servers.east.columns]"]
    taken_in = [line[2:] for line in FIRST_FILE.splitlines() if line[:2] == "# " and ("=" in line or line[2] == "[")]
    named = set(tomllib.loads("\n".join(taken_in))["servers"]["east"])
    assert named == set(KEYS)
    path.write_text("\n".join(line for line in taken_in if "keyring" not in line), encoding="utf-8")
    east = read_server_file(path).named("east")
    assert (east.url, east.user, east.columns) == (API, "6666", (("did_route", "IN_GROUP"), ("group", "SALES_IN")))


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    with pytest.raises(SettingsError, match="is there already and is not overwritten"):
        write_first_file(path)
    assert path.read_text(encoding="utf-8") == WHOLE


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="cannot be written"):
        write_first_file(tmp_path / "file" / "servers.toml")


@pytest.mark.parametrize(
    ("name", "url", "variable", "chosen"),
    [
        (None, None, "", "east"),
        (None, None, "vici.example.org", "east"),
        (None, None, "https://VICI.example.org:443/vicidial", "east"),
        (None, None, "http://vici.example.org", None),
        (None, None, "west.example.org", None),
        (None, None, "no address", None),
        (None, "west.example.org", "vici.example.org", None),
        (None, "vici.example.org", "west.example.org", "east"),
        ("west coast", None, "vici.example.org", "west coast"),
        ("east", None, "", "east"),
    ],
)
def test_the_default_server_loses_to_the_environment_and_a_named_one_does_not(
    tmp_path: Path, name: str | None, url: str | None, variable: str, chosen: str | None
) -> None:
    file = read_server_file(written(tmp_path, WHOLE))
    found = choose_server(file, name=name, url=url, environment={"VICIDIAL_URL": variable})
    assert found == (None if chosen is None else ChosenServer(file.named(chosen), by_flag=name is not None))


def test_a_server_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    file = read_server_file(written(tmp_path, WHOLE))
    with pytest.raises(SettingsError, match=r"no such server; did you mean west coast\? the servers are: east, west"):
        choose_server(file, name="westcoast", url=None, environment={})
    with pytest.raises(SettingsError, match=r"no server stands in .*; did-importer config says"):
        choose_server(ServerFile(Path(os.devnull)), name="east", url=None, environment={})
    with pytest.raises(SettingsError, match="leave out --url, or --server"):
        choose_server(file, name="east", url="vici.example.org", environment={})
