"""Flag, environment, file: which value counts, and that no password goes to a server it is not meant for."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import SettingsError
from importer.settings.file import ServerFile, choose_server
from importer.settings.named import ChosenServer, Given, NamedServer, Origin
from importer.settings.settings import ResolvedServer, Server, resolve_settings, server_of_run

EAST = "https://east.example.org/vicidial/non_agent_api.php"
WEST = "https://west.example.org/vicidial/non_agent_api.php"


def secret_file(folder: Path, name: str, value: str) -> Path:
    """Write a password file that nobody else can read."""
    path = folder / name
    path.write_text(value, encoding="utf-8")
    path.chmod(0o600)
    return path


def entry(**values: object) -> NamedServer:
    """Return the server east."""
    return NamedServer("east", "[servers.east] in servers.toml", EAST, **values)  # type: ignore[arg-type]  # as given


def resolved(
    chosen: ChosenServer | None,
    environment: Mapping[str, str],
    *,
    url: str | None = None,
    user: str | None = None,
    source: str | None = None,
    password_file: Path | None = None,
    typed: str = "",
) -> ResolvedServer:
    """Resolve; ``typed`` is what a person at the terminal types."""
    given = Given(
        url=url,
        user=user,
        source=source,
        password_file=password_file,
        environment=environment,
        ask=(lambda _question: typed) if typed else None,
    )
    return resolve_settings(given, chosen)


SIX = {"user": "6666"}
WEST_PASS = {"VICIDIAL_URL": WEST, "VICIDIAL_USER": "7777", "VICIDIAL_PASS": "westWord"}
HERE_PASS = WEST_PASS | {"VICIDIAL_URL": ""}
FLAGS = {"user": "8888", "source": "mine1", "password_file": "mine"}


@pytest.mark.parametrize(
    ("by_flag", "named", "environment", "flags", "values", "origins"),
    [
        (True, SIX | {"source": "ops1"}, WEST_PASS, {}, "6666 ops1 eastWord", "file file file file"),
        (True, SIX, {"VICIDIAL_PASS": "otherWord"}, {}, "6666 didimporter eastWord", "file file file default"),
        (False, SIX, HERE_PASS, {}, "7777 didimporter westWord", "file environment environment default"),
        (False, SIX, {}, {}, "6666 didimporter eastWord", "file file file default"),
        (True, SIX | {"keyring": True}, WEST_PASS, FLAGS, "8888 mine1 myWord", "file flag flag flag"),
    ],
)
def test_flag_then_environment_then_file_but_a_server_that_a_flag_names_beats_the_environment(
    tmp_path: Path,
    by_flag: bool,
    named: dict[str, object],
    environment: dict[str, str],
    flags: dict[str, str],
    values: str,
    origins: str,
) -> None:
    kept, mine = secret_file(tmp_path, "east.password", "eastWord\n"), secret_file(tmp_path, "mine", "myWord\n")
    chosen = ChosenServer(entry(**(named | {"password_file": None if "keyring" in named else kept})), by_flag=by_flag)
    found = resolved(
        chosen,
        environment,
        user=flags.get("user"),
        source=flags.get("source"),
        password_file=mine if "password_file" in flags else None,
    )
    server = found.server
    assert (server.url, f"{server.user} {server.source} {server.password.reveal()}") == (EAST, values)
    assert [setting.origin for setting in found.settings] == origins.split()
    places = {"file": f"the file {kept}", "environment": "VICIDIAL_PASS", "flag": f"--password-file {mine}"}
    assert found.settings[2].where == places[found.settings[2].origin]


def test_a_password_file_is_nobodys_but_the_users_who_stands_beside_it(tmp_path: Path) -> None:
    kept = secret_file(tmp_path, "east.password", "eastWord\n")
    chosen = ChosenServer(entry(user="6666", password_file=kept), by_flag=True)
    with pytest.raises(SettingsError, match="no password was given"):
        resolved(chosen, {}, user="8888")
    assert resolved(chosen, {}, user="8888", typed="typedWord").server.password.reveal() == "typedWord"


@pytest.mark.parametrize(
    "environment",
    [
        {"VICIDIAL_PASS": "westWord", "VICIDIAL_URL": WEST},
        {"VICIDIAL_PASS": "westWord", "VICIDIAL_URL": "no address"},
        {"VICIDIAL_PASS": "westWord", "VICIDIAL_USER": "7777"},
        {"VICIDIAL_PASS": "westWord", "VICIDIAL_URL": EAST, "VICIDIAL_USER": "7777"},
    ],
)
def test_vicidial_pass_of_another_server_or_user_is_not_sent(environment: dict[str, str]) -> None:
    chosen = ChosenServer(entry(user="6666"), by_flag=True)
    with pytest.raises(SettingsError, match=r"belongs to another server or user .* is not sent to east.example.org"):
        resolved(chosen, environment)
    assert resolved(chosen, environment, typed="typedWord").server.password.reveal() == "typedWord"


@pytest.mark.parametrize(
    "environment",
    [{}, {"VICIDIAL_URL": "EAST.example.org"}, {"VICIDIAL_URL": EAST, "VICIDIAL_USER": "6666"}],
)
def test_vicidial_pass_is_used_where_it_means_the_named_server(environment: dict[str, str]) -> None:
    chosen = ChosenServer(entry(user="6666"), by_flag=True)
    found = resolved(chosen, environment | {"VICIDIAL_PASS": "eastWord"})
    assert found.server.password.reveal() == "eastWord"


def keyring_with(monkeypatch: pytest.MonkeyPatch, passwords: Mapping[tuple[str, str], str]) -> None:
    """Install a keyring."""
    fake = SimpleNamespace(get_password=lambda service, name: passwords.get((service, name)))
    monkeypatch.setitem(sys.modules, "keyring", fake)


def test_the_keyring_is_asked_for_user_at_host(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring_with(monkeypatch, {("did-importer", "6666@east.example.org"): "ringWord"})
    chosen = ChosenServer(entry(user="6666", keyring=True), by_flag=True)
    found = resolved(chosen, {"VICIDIAL_PASS": "otherWord"})
    assert found.server.password.reveal() == "ringWord"
    assert found.settings[2].origin is Origin.KEYRING


def test_a_keyring_that_has_nothing_says_how_to_fill_it(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring_with(monkeypatch, {})
    chosen = ChosenServer(entry(user="6666", keyring=True), by_flag=True)
    with pytest.raises(SettingsError, match=r"keyring set did-importer 6666@east.example.org"):
        resolved(chosen, {"VICIDIAL_PASS": "otherWord"})
    assert resolved(chosen, {}, typed="typedWord").server.password.reveal() == "typedWord"


def test_a_keyring_that_is_not_installed_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    chosen = ChosenServer(entry(user="6666", keyring=True), by_flag=True)
    with pytest.raises(SettingsError, match=r"pip install 'did-importer\[keyring\]'"):
        resolved(chosen, {})


def test_a_keyring_that_does_not_open_is_told_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: str) -> str:
        raise RuntimeError("ringWord")

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=fail))
    chosen = ChosenServer(entry(user="6666", keyring=True), by_flag=True)
    with pytest.raises(SettingsError, match="does not open \\(RuntimeError\\)") as refused:
        resolved(chosen, {})
    assert "ringWord" not in str(refused.value)


# the server of a recorded run ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "sent"),
    [
        ({}, False),
        ({"VICIDIAL_URL": WEST}, False),
        ({"VICIDIAL_URL": EAST, "VICIDIAL_USER": "7777"}, False),
        ({"VICIDIAL_URL": EAST}, True),
        ({"VICIDIAL_URL": EAST, "VICIDIAL_USER": "6666"}, True),
    ],
)
def test_vicidial_pass_goes_to_a_recorded_server_only_where_the_person_names_it_now(
    environment: dict[str, str], *, sent: bool
) -> None:
    given = Given(environment={**environment, "VICIDIAL_PASS": "s3cretWord"})

    def server() -> Server:
        return server_of_run(EAST, "6666", "ops2", given, (entry(),))

    if sent:
        assert (server().url, server().user, server().source) == (EAST, "6666", "ops2")
        assert server().password.reveal() == "s3cretWord"
    else:
        with pytest.raises(SettingsError, match=r"is not sent to .*--password-file"):
            server()


def test_a_recorded_server_has_the_password_that_the_file_of_servers_or_the_person_gives(tmp_path: Path) -> None:
    kept, other = secret_file(tmp_path, "kept", "ofTheFile\n"), secret_file(tmp_path, "other", "ofTheFlag\n")

    def password(servers: tuple[NamedServer, ...], flag: Path | None = None, *, person: bool = False) -> str:
        ask = (lambda _: "typed") if person else None
        given = Given(password_file=flag, environment={"VICIDIAL_PASS": "ofTheEnvironment"}, ask=ask)
        return server_of_run(EAST, "6666", "ops2", given, servers).password.reveal()

    assert password((entry(user="6666", password_file=kept),)) == "ofTheFile"
    assert password((), other) == "ofTheFlag"
    assert password((), person=True) == "typed"


SERVERS = st.sampled_from([EAST, WEST])
USERS = st.sampled_from(["6666", "7777"])


@given(
    named=st.one_of(st.none(), st.just("east")),
    default=st.booleans(),
    own=st.booleans(),
    named_user=st.one_of(st.just(""), USERS),
    flag_user=st.one_of(st.none(), USERS),
    url_variable=st.one_of(st.just(""), SERVERS),
    user_variable=st.one_of(st.just(""), USERS),
    password_variable=st.booleans(),
)
def test_no_password_ever_goes_to_a_server_or_user_it_is_not_meant_for(
    tmp_path_factory: pytest.TempPathFactory,
    named: str | None,
    default: bool,
    own: bool,
    named_user: str,
    flag_user: str | None,
    url_variable: str,
    user_variable: str,
    password_variable: bool,
) -> None:
    kept = secret_file(tmp_path_factory.getbasetemp(), "kept", "ofTheEntry\n") if own else None
    east = entry(user=named_user, password_file=kept)
    file = ServerFile(Path("servers.toml"), (east,), "east" if default else "")
    environment = {"VICIDIAL_URL": url_variable, "VICIDIAL_USER": user_variable}
    if password_variable:
        environment["VICIDIAL_PASS"] = "ofTheEnvironment"
    chosen = choose_server(file, name=named, url=None, environment=environment)
    try:
        server = resolved(chosen, environment, user=flag_user).server
    except SettingsError:
        return
    if server.password.reveal() == "ofTheEntry":
        assert (server.url, server.user) == (EAST, named_user or server.user)
    elif chosen is not None:
        assert url_variable in ("", server.url)
        assert user_variable in ("", server.user)
    assert server.url == (EAST if named else url_variable or EAST)
