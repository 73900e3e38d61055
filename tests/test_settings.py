"""Where calls go, as whom, and with which password."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import SettingsError
from importer.settings.named import API_PATH, Given, complete_url
from importer.settings.settings import DEFAULT_SOURCE, Server, resolve_settings

POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows keeps permissions elsewhere")
SECRET = "Corr3ct&Horse"


@pytest.mark.parametrize(
    ("given_text", "whole"),
    [
        ("vici.example.org", "https://vici.example.org/vicidial/non_agent_api.php"),
        ("  vici.example.org \n", "https://vici.example.org/vicidial/non_agent_api.php"),
        ("vici.example.org/", "https://vici.example.org/vicidial/non_agent_api.php"),
        ("vici.example.org:8443", "https://vici.example.org:8443/vicidial/non_agent_api.php"),
        ("192.0.2.10", "https://192.0.2.10/vicidial/non_agent_api.php"),
        ("192.0.2.10:8080", "https://192.0.2.10:8080/vicidial/non_agent_api.php"),
        ("http://vici.example.org", "http://vici.example.org/vicidial/non_agent_api.php"),
        ("HTTP://vici.example.org", "http://vici.example.org/vicidial/non_agent_api.php"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000/vicidial/non_agent_api.php"),
        ("https://vici.example.org/vicidial", "https://vici.example.org/vicidial/non_agent_api.php"),
        ("https://vici.example.org/vicidial/", "https://vici.example.org/vicidial/non_agent_api.php"),
        ("vici.example.org/east/vicidial", "https://vici.example.org/east/vicidial/non_agent_api.php"),
        (
            "https://vici.example.org/vicidial/non_agent_api.php",
            "https://vici.example.org/vicidial/non_agent_api.php",
        ),
        ("https://vici.example.org/api/add.php", "https://vici.example.org/api/add.php"),
        ("[2001:db8::5]", "https://[2001:db8::5]/vicidial/non_agent_api.php"),
        ("[2001:db8::5]:8443", "https://[2001:db8::5]:8443/vicidial/non_agent_api.php"),
        ("2001:db8::5", "https://[2001:db8::5]/vicidial/non_agent_api.php"),
        ("http://[::1]:5000", "http://[::1]:5000/vicidial/non_agent_api.php"),
        ("bücher.example", "https://bücher.example/vicidial/non_agent_api.php"),
    ],
)
def test_an_address_is_completed(given_text: str, whole: str) -> None:
    assert complete_url(given_text) == whole
    assert complete_url(whole) == whole


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the address of the server is empty"),
        ("  ", "the address of the server is empty"),
        ("ftp://vici.example.org", "is no address of a server"),
        ("file:///etc/hosts", "is no address of a server"),
        ("http://", "is no address of a server"),
        ("https:/vici.example.org", "is no address of a server"),
        ("//vici.example.org/x", "is no address of a server"),
        ("vici example.org", "is no address of a server"),
        ("vici.example.org/a b", "is no address of a server"),
        ("vici\t.example.org", "is no address of a server"),
        ("vici.example.org\x07", "is no address of a server"),
        ("vici..example.org", "is no address of a server"),
        ("x" * 64 + ".example.org", "is no address of a server"),
        ("999.1.1.1", "is no address of a server"),
        ("http://vici.example.org:", "is no address of a server"),
        ("http://vici.example.org:0", "is no address of a server"),
        ("http://vici.example.org:99999", "is no address of a server"),
        ("http://vici.example.org:http", "is no address of a server"),
        ("http://[::1", "is no address of a server"),
        ("http://xn--a.example/", "is no address of a server"),
        ("<vici.example.org>", "is no address of a server"),
        ("https://vici.example.org/?x=1", "must end before '\\?' or '#'"),
        ("https://vici.example.org/#top", "must end before '\\?' or '#'"),
    ],
)
def test_what_is_no_address_is_refused_in_one_line(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as refused:
        complete_url(text)
    assert "\n" not in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        f"https://6666:{SECRET}@vici.example.org",
        f"6666:{SECRET}@vici.example.org",
        f"https://6666:{SECRET}@vici.example.org:99999",
        f"https://6666:{SECRET}@[::1",
        f"https://6666:12/{SECRET}@vici.example.org",
        f"https://6666:x#{SECRET}@vici.example.org",
        f"https://6666: {SECRET}@vici.example.org",
        f"https://vici.example.org/vicidial/non_agent_api.php?user=6666&pass={SECRET}",
        f"https://vici.example.org/vicidial/non_agent_api.php?user=66 66&pass={SECRET}",
        f"ftp://vici.example.org/?pass={SECRET}",
        f"https://vici.example.org/#{SECRET}",
    ],
)
def test_an_address_with_a_user_or_a_password_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        complete_url(text)
    assert "Horse" not in str(refused.value)


@given(st.text(max_size=40))
def test_whatever_is_given_ends_in_an_address_or_in_one_line(text: str) -> None:
    try:
        whole = complete_url(text)
    except SettingsError as trouble:
        said = str(trouble)
    else:
        said = complete_url(whole)
        assert said == whole
        assert whole.startswith(("http://", "https://"))
    assert "\n" not in said


@pytest.mark.parametrize(
    "host", ["vici.example.org", "192.0.2.10", "[2001:db8::5]", "localhost.example.org", "0.0.0.0"]
)
def test_plain_http_to_another_machine_warns_that_the_password_travels_in_the_clear(host: str) -> None:
    (warning,) = Server(f"http://{host}", "6666", SECRET).warnings
    assert f"the password travels to {host.strip('[]')} in the clear" in warning
    assert not Server(f"https://{host}", "6666", SECRET).warnings


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:5000", "127.8.9.10", "localhost", "LOCALHOST:80", "[::1]:5000"]
)
def test_plain_http_to_this_machine_warns_of_nothing(host: str) -> None:
    assert not Server(f"http://{host}", "6666", SECRET).warnings


ENVIRONMENT = {"VICIDIAL_URL": "vici.example.org", "VICIDIAL_USER": "6666", "VICIDIAL_PASS": SECRET}


def resolve(
    *,
    url: str | None = None,
    user: str | None = None,
    source: str = DEFAULT_SOURCE,
    password_file: Path | None = None,
    environment: dict[str, str] | None = None,
    typed: str | None = None,
) -> Server:
    def ask(question: str) -> str:
        assert user is None or user in question
        assert typed is not None
        return typed

    given = Given(
        url=url,
        user=user,
        source=source,
        password_file=password_file,
        environment=ENVIRONMENT if environment is None else environment,
        ask=None if typed is None else ask,
    )
    return resolve_settings(given, None).server


def test_the_environment_alone_is_enough() -> None:
    server = resolve()
    assert (server.url, server.user) == ("https://vici.example.org/vicidial/non_agent_api.php", "6666")
    assert (server.password.reveal(), server.source) == (SECRET, "didimporter")


def test_a_flag_beats_the_environment() -> None:
    server = resolve(url="http://127.0.0.1:5000", user="opsuser", source="ops2")
    assert (server.url, server.user, server.source) == (
        "http://127.0.0.1:5000/vicidial/non_agent_api.php",
        "opsuser",
        "ops2",
    )


@pytest.mark.parametrize("missing", ["VICIDIAL_URL", "VICIDIAL_USER", "VICIDIAL_PASS"])
@pytest.mark.parametrize("blank", [True, False])
def test_what_is_missing_is_named_with_the_next_step(missing: str, *, blank: bool) -> None:
    environment = {name: value for name, value in ENVIRONMENT.items() if name != missing}
    if blank:
        environment[missing] = ""
    with pytest.raises(SettingsError, match=f"set {missing} or use --"):
        resolve(environment=environment)


@pytest.mark.parametrize("source", ["", "x", "x" * 21, "did importer", "did-importer", "dïd", "ab\n", "٣٣"])
def test_a_source_that_vicidial_would_cut_down_is_refused(source: str) -> None:
    with pytest.raises(SettingsError, match="2 to 20 letters and digits"):
        resolve(source=source)
    assert [resolve(source=good).source for good in ("ab", "x" * 20, "Ops2")] == ["ab", "x" * 20, "Ops2"]


def test_a_server_is_made_of_a_host_a_user_and_a_text() -> None:
    server = Server("vici.example.org", "6666", "s3cretWord")
    assert server.url == f"https://vici.example.org{API_PATH}"
    assert server.password.reveal() == "s3cretWord"
    assert "s3cret" not in f"{server!r} {server} {server.password}"
    assert Server(server.url, "6666", server.password, "ops2").source == "ops2"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("", "6666", "s3cretWord"), "the address of the server is empty"),
        (("http://xn--a.example", "6666", "s3cretWord"), "is no address of a server"),
        (("vici.example.org", "", "s3cretWord"), "the user is empty"),
        (("vici.example.org", "6666", ""), "the password is empty"),
        (("vici.example.org", "6666", "s3cretWord", "x"), "the source 'x' must be 2 to 20 letters and digits"),
    ],
)
def test_a_server_that_cannot_be_is_refused_in_words_of_its_parameters(
    arguments: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence) as refused:
        Server(*arguments)
    assert "--" not in str(refused.value).replace("xn--", "")
    assert "s3cret" not in str(refused.value)


def password_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "password.txt"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (b"Corr3ct&Horse", SECRET),
        (b"Corr3ct&Horse\n", SECRET),
        (b"Corr3ct&Horse\r\n", SECRET),
        (b"Corr3ct&Horse\nand a second line\n", SECRET),
        (b"\xef\xbb\xbfCorr3ct&Horse\n", SECRET),
        (b"  spaces count \n", "  spaces count "),
        ("Käse&Brot\n".encode(), "Käse&Brot"),
        ("form\x0cfeed\u2028line\n".encode(), "form\x0cfeed\u2028line"),
    ],
)
def test_the_first_line_of_the_password_file_is_the_password(tmp_path: Path, content: bytes, password: str) -> None:
    assert resolve(password_file=password_file(tmp_path, content)).password.reveal() == password


def test_the_password_file_beats_the_environment_and_the_environment_the_prompt(tmp_path: Path) -> None:
    path = password_file(tmp_path, b"from-file\n")
    assert resolve(password_file=path, typed="typed").password.reveal() == "from-file"
    assert resolve(typed="typed").password.reveal() == SECRET
    no_password = ENVIRONMENT | {"VICIDIAL_PASS": ""}
    assert resolve(environment=no_password, typed="typed").password.reveal() == "typed"


def test_a_password_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="missing is not there"):
        resolve(password_file=tmp_path / "missing")
    with pytest.raises(SettingsError, match="cannot be read as a text file"):
        resolve(password_file=tmp_path)
    with pytest.raises(SettingsError, match="cannot be read as a text file") as refused:
        resolve(password_file=password_file(tmp_path, b"Horse\xff\xfe\n"))
    assert "Horse" not in str(refused.value)


@POSIX
def test_a_password_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    for mode in (0o640, 0o604, 0o644, 0o660):
        with pytest.raises(SettingsError, match="can be read by others; run: chmod 600"):
            resolve(password_file=password_file(tmp_path, b"secret\n", mode))
        (tmp_path / "password.txt").chmod(0o600)
    for mode in (0o600, 0o700):
        assert resolve(password_file=password_file(tmp_path, b"secret\n", mode)).password.reveal() == "secret"


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no /dev/fd here")
def test_the_password_can_come_through_a_pipe() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"from-pipe\n")
    os.close(writing)
    try:
        assert resolve(password_file=Path(f"/dev/fd/{reading}")).password.reveal() == "from-pipe"
    finally:
        os.close(reading)


@pytest.mark.parametrize("password", [" ", "&%'é", "\n"])
def test_a_password_of_which_vicidial_keeps_nothing_is_refused(password: str) -> None:
    with pytest.raises(SettingsError, match="nothing that VICIdial keeps"):
        resolve(environment=ENVIRONMENT | {"VICIDIAL_PASS": password})


def test_an_empty_password_typed_or_in_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the password is empty"):
        resolve(environment=ENVIRONMENT | {"VICIDIAL_PASS": ""}, typed="")
    with pytest.raises(SettingsError, match="the password is empty"):
        resolve(password_file=password_file(tmp_path, b""))


@pytest.mark.skipif(sys.platform == "win32", reason="the environment is Unicode there")
@pytest.mark.parametrize("variable", ["VICIDIAL_USER", "VICIDIAL_PASS"])
def test_bytes_of_another_encoding_are_refused_without_repeating_them(variable: str) -> None:
    with pytest.raises(SettingsError, match="not in this terminal's encoding") as refused:
        resolve(environment=ENVIRONMENT | {variable: os.fsdecode(b"Horse\xe9")})
    assert "Horse" not in str(refused.value)


def test_nobody_at_the_terminal_is_an_error_and_no_crash() -> None:
    def gone(question: str) -> str:
        raise EOFError

    with pytest.raises(SettingsError, match="no password was given"):
        resolve_settings(Given(environment=ENVIRONMENT | {"VICIDIAL_PASS": ""}, ask=gone), None)
