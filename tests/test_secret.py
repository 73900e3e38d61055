"""The password shows itself to nobody, and is masked in whatever comes back."""

import copy
import dataclasses
import html
import json
import logging
import pickle
import pprint
import re
import time
import traceback
from base64 import b64encode
from html.entities import codepoint2name
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from importer.settings.password import MASK, Password, redact_all
from importer.settings.settings import Server
from importer.vicidial.transport import silence_httpx

TREACHEROUS = "Pa&ss+wo%rd' <é7"


def deleted(value: str) -> str:
    """What VICIdial leaves of a password."""
    return re.sub(r"[^-_0-9a-zA-Z]", "", value)


def named_entities(text: str) -> str:
    return "".join(f"&{codepoint2name[ord(sign)]};" if ord(sign) in codepoint2name else sign for sign in text)


def small_hexadecimals(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), text)


def forms_of(value: str) -> dict[str, str]:
    """What servers make of a password, by libraries that the code under test does not use."""
    address, form = quote(value, safe=""), quote_plus(value, safe="")
    forms = {
        "plain": value,
        "deleted": deleted(value),
        "address": address,
        "address, small": small_hexadecimals(address),
        "address twice": quote(address, safe=""),
        "form": form,
        "form, small": small_hexadecimals(form),
        "form, much left as it is": quote_plus(value, safe="!$'()*,/:;=@"),
        "html": html.escape(value),
        "html, quotes left": html.escape(value, quote=False),
        "html, php": html.escape(value).replace("&#x27;", "&#039;"),
        "html, short": html.escape(value).replace("&#x27;", "&#X27;").replace("&quot;", "&#34;"),
        "html, names": named_entities(value),
        "html, numbers": html.escape(value).encode("ascii", "xmlcharrefreplace").decode(),
        "html twice": html.escape(html.escape(value)),
        "html, hard spaces": html.escape(value).replace(" ", "&nbsp;"),
        "hard spaces": value.replace(" ", "\xa0"),
        "lines": value.replace(" ", "\r\n  "),
        "lines of a page": value.replace(" ", "<br />"),
        "json": json.dumps(value)[1:-1],
        "json, letters left": json.dumps(value, ensure_ascii=False)[1:-1],
        "json, php": json.dumps(value)[1:-1].replace("/", "\\/"),
        "json for pages": json.dumps(value)[1:-1].replace("&", r"\u0026").replace("<", r"\u003C"),
    }
    return {name: form for name, form in forms.items() if form}


@pytest.mark.parametrize("name", list(forms_of(TREACHEROUS)))
@pytest.mark.parametrize(
    "around", ["|{}|", "pass={}&user=6666", '"{}"', "x{}x", "ERROR: Login incorrect, please try again: |6666|{}|BAD|"]
)
def test_every_form_of_a_treacherous_password_is_masked(name: str, around: str) -> None:
    form = forms_of(TREACHEROUS)[name]
    assert Password(TREACHEROUS).redact(around.format(form)) == around.format(MASK)


PASSWORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=20),
    st.text("a1-&+'<é :\"€", min_size=4, max_size=12),
)


@settings(max_examples=300)
@given(PASSWORDS, st.data())
@example(TREACHEROUS, None)
@example("1234", None)
@example("+1800", None)
@example("&&&a", None)
@example("a:::%", None)
@example("a<<&", None)
def test_no_form_of_any_password_is_left_between_delimiters(value: str, data: st.DataObject | None) -> None:
    assume(deleted(value))
    forms = list(forms_of(value).values())
    chosen = forms if data is None else data.draw(st.lists(st.sampled_from(forms), min_size=1, max_size=4))
    text = "|" + "".join(f"|{form}|=" for form in chosen)
    assert set(Password(value).redact(text).replace(MASK, "")) <= set("|="), text


@given(
    st.text("0123456789abcXYZ-_", min_size=4, max_size=20),
    st.text(st.characters(exclude_characters="0123456789abcXYZ-_%\\?\ufffd", exclude_categories=["Cs"]), max_size=30),
    st.text(st.characters(exclude_characters="0123456789abcXYZ-_%\\?\ufffd", exclude_categories=["Cs"]), max_size=30),
)
def test_what_stands_around_a_plain_password_stays(value: str, before: str, after: str) -> None:
    assert Password(value).redact(f"{before}|{value}|{after}") == f"{before}|{MASK}|{after}"


@pytest.mark.parametrize(
    ("password", "text"),
    [
        ("1234", "18001234567"),
        ("1234", "+18001234567|1234567|9991234"),
        ("+1800", "+18001234567"),
        ("180-0123", "180-01234567"),
        ("1.234", "71234567 and 71.2345"),
        ("ab", "add_did DID HAS BEEN ADDED - abc cab"),
        ("%&é1", "17275550101"),
    ],
)
def test_a_password_that_is_part_of_a_number_or_a_word_leaves_it_whole(password: str, text: str) -> None:
    assert Password(password).redact(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("|6666|1234|BAD|", f"|6666|{MASK}|BAD|"),
        ("user=6666&pass=1234&did_pattern=18001234567", f"user=6666&pass={MASK}&did_pattern=18001234567"),
        ("pass=1234", f"pass={MASK}"),
        ("pass%3D1234%26did_pattern%3D18001234567", f"pass%3D{MASK}%26did_pattern%3D18001234567"),
        ("password:%201234%20", f"password:%20{MASK}%20"),
        (r"\u00221234\u0022", rf"\u0022{MASK}\u0022"),
        ("1234", MASK),
    ],
)
def test_a_password_of_digits_is_masked_where_it_stands_alone(text: str, masked: str) -> None:
    assert Password("1234").redact(text) == masked


def test_what_vicidial_makes_of_a_password_is_masked_in_the_reply_to_a_failed_login() -> None:
    reply = "ERROR: Login incorrect, please try again: |opsuser|Str0ngPass|BAD|"
    assert Password("Str0ng&Pass").redact(reply) == f"ERROR: Login incorrect, please try again: |opsuser|{MASK}|BAD|"


@pytest.mark.parametrize("name", ["Basic ", "authorization: basic ", "basic%20"])
def test_a_login_of_the_web_server_is_masked_if_it_holds_the_password_and_no_other(name: str) -> None:
    ours, other = (b64encode(f"6666:{value}".encode()).decode() for value in (TREACHEROUS, "other"))
    assert Password(TREACHEROUS).redact(f"{name}{ours}") == f"{name}{MASK}"
    assert Password(TREACHEROUS).redact(f"{name}{other}, Basic realm=x") == f"{name}{other}, Basic realm=x"


def test_an_empty_password_masks_nothing() -> None:
    assert Password("").redact("anything") == "anything"


def test_a_password_with_half_a_surrogate_pair_is_no_crash() -> None:
    assert MASK in Password("caf\udce9pass").redact("|cafpass|")


def test_masking_takes_no_exponential_time() -> None:
    for value, text in (
        ("%" * 30 + "x", "%25" * 500),
        ("\\" * 30 + "x", "\\\\u005c" * 500),
        ("&" * 30 + "x", "&amp;amp;" * 500),
        ("é" * 30 + "x", "?" * 2000),
        (" +" * 15 + "x", " +%20%2B" * 300),
    ):
        began = time.process_time()
        Password(value).redact(text)
        assert time.process_time() - began < 2, value


SECRET = "Corr3ct&Horse"


def server() -> Server:
    return Server("https://vici.example.org/vicidial/non_agent_api.php", "6666", Password(SECRET))


@pytest.mark.parametrize(
    "shown",
    [
        repr(Password(SECRET)),
        str(Password(SECRET)),
        f"{Password(SECRET)}",
        f"{Password(SECRET)!r:>40}",
        f"{Password(SECRET):>40}",
        "{}".format(Password(SECRET)),  # noqa: UP032  format() is what is tested
        "%s %r" % (Password(SECRET), Password(SECRET)),  # noqa: UP031  the same
        repr([Password(SECRET)]),
        repr(server()),
        pprint.pformat(server()),
        json.dumps({"password": Password(SECRET)}, default=str),
    ],
)
def test_no_way_of_showing_a_password_shows_it(shown: str) -> None:
    assert "Horse" not in shown
    assert MASK in shown


def test_a_logged_password_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("anything").debug("with %s and %r and %s", Password(SECRET), Password(SECRET), server())
    assert "Horse" not in caplog.text
    assert MASK in caplog.text


def test_a_password_can_be_neither_pickled_nor_copied() -> None:
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            attempt(Password(SECRET))
    with pytest.raises(TypeError):
        dataclasses.asdict(server())


def test_a_password_has_no_dictionary_to_look_into() -> None:
    assert not hasattr(Password(SECRET), "__dict__")


def test_only_reveal_gives_the_password() -> None:
    assert Password(SECRET).reveal() == SECRET


def test_a_traceback_that_names_the_password_is_masked_by_all_that_are_known() -> None:
    known = (Password(SECRET), Password("0ther_Secret"))
    error = ValueError(f"https://vici.example.org/?pass={quote(SECRET)}&other=0ther_Secret")
    text = redact_all("".join(traceback.format_exception(error)))
    assert text.strip() == f"ValueError: https://vici.example.org/?pass={MASK}&other={MASK}"
    assert all(known)


def test_what_asyncio_logs_of_an_error_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    password = Password(SECRET)
    silence_httpx()
    silence_httpx()
    error = ValueError(f"pass={quote(SECRET)}")
    logging.getLogger("asyncio").error("Executing %r took %.3f seconds", error, 0.3, exc_info=error)
    assert caplog.text.count(f"pass={MASK}") == 2
    assert "Horse" not in caplog.text
    assert password
