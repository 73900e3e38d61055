"""What the page refuses: everything that does not come from the one browser that was let in, and from our pages."""

import http.client
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from web_page import RunningPage, running_page

from importer.web.lists import harmless_name


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPage]:
    with running_page(tmp_path_factory.mktemp("page") / "state") as started:
        yield started


@pytest.fixture(scope="module")
def cookie(page: RunningPage) -> str:
    parts = urlsplit(page.address)
    status, headers, _ = ask(page, "GET", f"{parts.path}?{parts.query}", {})
    assert status == 200
    given = headers["set-cookie"]
    assert "HttpOnly" in given
    assert "samesite=strict" in given.lower()
    assert str(parts.port) in given.partition("=")[0]
    return given.partition(";")[0]


def ask(
    page: RunningPage, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> tuple[int, dict[str, str], str]:
    parts = urlsplit(page.root)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 0, timeout=120)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body and "Content-Length" not in headers:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read().decode()
    finally:
        connection.close()


OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("method", "path", "changed", "expected"),
    [
        ("GET", "/connect", {}, 200),
        ("GET", "/connect", {"Sec-Fetch-Site": "none"}, 200),
        ("GET", "/connect", {"Cookie": ""}, 403),
        ("GET", "/connect", {"Cookie": "did-importer-1=x"}, 403),
        ("GET", "/connect", {"Host": "evil.example"}, 403),
        ("GET", "/connect", {"Host": "127.0.0.1"}, 403),
        ("GET", "/connect", {"Host": "127.0.0.1:1"}, 403),
        ("GET", "/connect", {"Host": ""}, 403),
        ("GET", "/connect", {"Origin": "http://evil.example"}, 403),
        ("GET", "/connect", {"Origin": "null"}, 403),
        ("GET", "/connect", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("GET", "/connect", {"Sec-Fetch-Site": "same-site"}, 403),
        ("GET", "/connect", {"Sec-Fetch-Site": None}, 403),
        ("GET", "/static/page.css", {"Cookie": ""}, 403),
        ("GET", "/static/page.css", {}, 200),
        ("GET", "/static/../app.py", {}, 404),
        ("GET", "/static/%2e%2e/app.py", {}, 404),
        ("GET", "/lists/..%2f..%2fetc/review", {}, 404),
        ("GET", "/runs/..%2f..%2fetc", {}, 404),
        ("GET", "/nothing", {}, 404),
        ("GET", "/connect/practice", {}, 405),
        ("GET", "/runs/x/stop", {}, 405),
        ("GET", "/runs/x/finish", {}, 405),
        ("GET", "/runs/x/correct", {}, 405),
        ("POST", "/connect/practice", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", "/connect/practice", {"Sec-Fetch-Site": "same-site"}, 403),
        ("POST", "/connect/practice", {"Sec-Fetch-Site": "none"}, 403),
        ("POST", "/connect/practice", {"Origin": "http://127.0.0.1:1"}, 403),
        ("POST", "/connect/practice", {"Cookie": ""}, 403),
        ("POST", "/file", {"Content-Length": str(64 * 1024 * 1024 + 1)}, 413),
        ("POST", "/runs/x/forget", {}, 404),
    ],
)
def test_only_requests_of_our_own_pages_in_the_browser_that_was_let_in_are_answered(
    page: RunningPage, cookie: str, method: str, path: str, changed: dict[str, str | None], expected: int
) -> None:
    headers = {"Cookie": cookie, **OURS, **changed}
    status, answered, body = ask(page, method, path, {name: text for name, text in headers.items() if text is not None})
    assert status == expected
    assert "default-src 'self'" in answered["content-security-policy"]
    assert "frame-ancestors 'none'" in answered["content-security-policy"]
    assert answered["cache-control"] == "no-store"
    assert answered["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in answered
    assert "<script>" not in body
    if expected == 403:
        assert "PRACTICE" not in body


def test_a_token_lets_one_browser_in_and_no_second(page: RunningPage, cookie: str) -> None:
    parts = urlsplit(page.address)
    assert cookie
    for query in (parts.query, "token=made-up", "token=", "", "token=a.b", "token=%E2%82%AC.x"):
        status, headers, _ = ask(page, "GET", f"/start?{query}", {})
        assert (status, "set-cookie" in headers) == (403, False)


def test_a_body_without_a_length_is_read_no_further_than_the_limit(page: RunningPage, cookie: str) -> None:
    parts = urlsplit(page.root)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 0, timeout=60)
    piece = b"x" * (1024 * 1024)

    def pieces() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(65):
            yield piece

    headers = {"Cookie": cookie, **OURS, "Content-Type": "multipart/form-data; boundary=b"}
    try:
        connection.request("POST", "/file", pieces(), headers, encode_chunked=True)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # it hung up in the middle, which is as good
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("order.xlsx", "order.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\order.csv", "order.csv"),
        ("..", "list"),
        (".", "list"),
        (".bashrc", "bashrc"),
        ("a/b/", "list"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ("Bestellung Nürnberg (2).xlsx", "Bestellung Nürnberg (2).xlsx"),
        ('"><img src=x>.csv', "___img src_x_.csv"),
        ("x" * 300 + ".csv", "x" * 100 + ".csv"),
        ("\u202excod.csv", "_xcod.csv"),
    ],
)
def test_the_name_of_an_upload_is_never_a_path(name: str, harmless: str) -> None:
    assert harmless_name(name) == harmless


def test_uploads_lie_in_a_folder_that_only_their_owner_opens(page: RunningPage, cookie: str) -> None:
    body = b"pasted=7275550100"
    headers = {"Cookie": cookie, **OURS, "Content-Type": "application/x-www-form-urlencoded"}
    status, answered, _ = ask(page, "POST", "/file", headers, body)
    assert status == 303
    word = answered["location"].split("/")[2]
    folder = page.state / "web" / "lists" / word
    assert (folder / "file" / "pasted_numbers.csv").read_bytes() == b"7275550100"
    for opened in (page.state / "web", page.state / "web" / "lists", folder):
        assert stat.S_IMODE(Path(opened).stat().st_mode) == 0o700


def test_a_form_that_is_sent_twice_does_its_thing_once(page: RunningPage, cookie: str) -> None:
    body = b"pasted=7275550101&once=the-same"
    headers = {"Cookie": cookie, **OURS, "Content-Type": "application/x-www-form-urlencoded"}
    first, second = (ask(page, "POST", "/file", headers, body)[1]["location"] for _ in range(2))
    assert first == second
