"""What came of a call: how far it came, where a redirect points, how long to wait."""

import itertools
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.vicidial.answer import Answer, Delivery, answer_of_error, redirect_target, seconds_to_wait

HERE = "https://vici.example.org/vicidial/non_agent_api.php"
SECRET = "Corr3ct&Horse"


def test_the_body_of_an_answer_is_not_in_its_repr() -> None:
    answer = Answer(Delivery.ANSWERED, 200, f"ERROR: Login incorrect, please try again: |6666|{SECRET}|BAD|", "shown")
    assert SECRET not in repr(answer)
    assert "shown" in repr(answer)


def raised_from(*errors: BaseException) -> BaseException:
    """Chain errors as libraries do, the outermost first; return the outermost."""
    for outer, inner in itertools.pairwise(errors):
        outer.__cause__ = inner
    return errors[0]


REFUSED = ConnectionRefusedError(111, f"Connect call failed, pass={SECRET}")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (raised_from(OSError(SECRET), REFUSED), "vici.example.org refused the connection"),
        (raised_from(OSError("all failed"), ExceptionGroup("tried", [REFUSED])), "refused the connection"),
        (socket.gaierror(-2, SECRET), "the name vici.example.org does not resolve"),
        (ssl.SSLError(1, SECRET), "vici.example.org does not speak TLS on this port"),
        (OSError(101, SECRET), "no connection to vici.example.org"),
        (RuntimeError(SECRET), "no connection to vici.example.org"),
    ],
)
def test_what_fails_before_anything_is_written_was_not_processed(error: BaseException, words: str) -> None:
    answer = answer_of_error(error, "vici.example.org", written=False)
    assert answer.delivery is Delivery.NOT_PROCESSED
    assert words in answer.shown
    assert SECRET not in repr(answer)


@pytest.mark.parametrize("error", [REFUSED, socket.gaierror(-2, "x"), ssl.SSLError(1, "x"), OSError(), ValueError()])
def test_whatever_fails_once_writing_began_may_have_been_processed(error: BaseException) -> None:
    answer = answer_of_error(error, "vici.example.org", written=True)
    assert answer.delivery is Delivery.UNANSWERED
    assert answer.still_running


def test_a_certificate_that_is_not_trusted_ends_the_run() -> None:
    error = ssl.SSLCertVerificationError(1, "x")
    error.verify_message = "self-signed certificate"
    answer = answer_of_error(raised_from(OSError(), error), "vici.example.org", written=False)
    assert answer.delivery is Delivery.IMPOSSIBLE
    assert "vici.example.org is not trusted (self-signed certificate)" in answer.shown
    assert "--ca-file" in answer.shown


def test_an_error_that_is_its_own_cause_is_no_endless_loop() -> None:
    first, second = OSError("a"), OSError("b")
    first.__cause__, second.__cause__ = second, first
    assert answer_of_error(first, "vici.example.org", written=False).delivery is Delivery.NOT_PROCESSED


@pytest.mark.parametrize(
    ("url", "location", "followed"),
    [
        (HERE, "https://vici.example.org/new/api.php", "https://vici.example.org/new/api.php"),
        (HERE, "https://VICI.example.org:443/new/api.php", "https://VICI.example.org:443/new/api.php"),
        (HERE, "/new/api.php", "https://vici.example.org/new/api.php"),
        (HERE, "new.php", "https://vici.example.org/vicidial/new.php"),
        (HERE, "//vici.example.org/new.php", "https://vici.example.org/new.php"),
        (HERE, f"/new/api.php?user=6666&pass={SECRET}#x", "https://vici.example.org/new/api.php"),
        (HERE, f"https://6666:{SECRET}@vici.example.org/new.php", "https://vici.example.org/new.php"),
        ("http://vici.example.org/a", "https://vici.example.org/a", "https://vici.example.org/a"),
        ("http://vici.example.org:8080/a", "https://vici.example.org:8443/a", "https://vici.example.org:8443/a"),
        ("http://vici.example.org/a", "http://vici.example.org:80/b", "http://vici.example.org:80/b"),
    ],
)
def test_a_redirect_on_the_same_host_is_followed_without_what_it_repeats(
    url: str, location: str, followed: str
) -> None:
    address, shown = redirect_target(url, location)
    assert address == followed
    assert shown == followed


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://other.example.org/a?pass=Corr3ct", "https://other.example.org/a"),
        ("https://vici.example.org.other.example/a", "https://vici.example.org.other.example/a"),
        ("https://vici.example.org@other.example/a", "https://other.example/a"),
        ("//other.example.org/a", "https://other.example.org/a"),
        ("http://vici.example.org/a", "http://vici.example.org/a"),
        ("https://vici.example.org:8443/a", "https://vici.example.org:8443/a"),
        ("ftp://vici.example.org/a", "ftp://vici.example.org/a"),
        ("file:///etc/hosts", "file:///etc/hosts"),
        ("https://[::1/a", "an address that cannot be read"),
        ("https://vici.example.org:99999/a", "an address that cannot be read"),
    ],
)
def test_a_redirect_to_another_service_or_down_to_http_is_named_and_not_followed(location: str, shown: str) -> None:
    assert redirect_target(HERE, location) == ("", shown)


@given(st.text())
def test_no_location_whatever_leads_to_another_host_or_down_to_http(location: str) -> None:
    address, _ = redirect_target(HERE, location)
    parts = urlsplit(address)
    assert not address or (parts.scheme, parts.hostname, parts.username) == ("https", "vici.example.org", None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("9" * 400, 86_400.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wednesday, 21-Oct-15 07:28:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date_or_nothing(text: str, seconds: float | None) -> None:
    assert seconds_to_wait(text) == seconds


def test_retry_after_with_a_date_counts_from_now() -> None:
    moment = datetime.now(UTC) + timedelta(seconds=100)
    waited = seconds_to_wait(format_datetime(moment, usegmt=True))
    assert waited is not None
    assert 95 < waited <= 100
    local = seconds_to_wait(format_datetime(moment.astimezone(tz=None)))
    assert local is not None
    assert 95 < local <= 100


@given(st.text())
def test_no_retry_after_whatever_is_a_crash_or_more_than_a_day(text: str) -> None:
    seconds = seconds_to_wait(text)
    assert seconds is None or 0 <= seconds <= 86_400
