"""What every reply means, judged by its reason text alone."""

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from importer.column import Column
from importer.columns import COLUMNS, DID_PATTERN
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Meaning, classify, classify_copy, read_reply, version_build

HERE = Path(__file__).parent
RECORDED: tuple[dict[str, Any], ...] = tuple(
    json.loads(line)
    for name in ("transcripts.jsonl", "transcripts-nonlatin.jsonl")
    for line in (HERE / name).read_text(encoding="utf-8").splitlines()
)

ADDED = """password-special-chars pattern-2-chars pattern-50 pattern-plus pattern-formatted pattern-letters
    pattern-wildcard minimal post full-in-group exten voicemail vmail-no-inst phone callmenu agent agent-user-id
    tutorial-names in-group-without-group callmenu-without-menu inactive unknown-parameter description-6
    description-50 description-stripped description-stripped-to-fit description-accents active-lower active-1
    extension-chars group-case handle-unknown search-XX list-14 list-letters campaign-unknown
    invalid-adds-nothing-then-ok nonlatin-description-accents nonlatin-description-6-bytes"""
EXISTS = "pattern-formatted-again pattern-default minimal-duplicate duplicate-before-invalid"
LOGIN_REFUSED = """no-params wrong-password wrong-user empty-password inactive-user level-6-user locked-out
    ip-not-allowed"""
USER_REFUSED = "level-7-user no-modify-dids no-api-access function-not-allowed probe-not-allowed delete-not-allowed"
CALL_REFUSED = "no-function unknown-function source-missing source-one-char source-punctuation"
PRESENT = "probe-exists"
ABSENT = "probe-missing update-missing"
UPDATED = "update-description"
DELETED = "delete"
NOT_UNDERSTOOD = "version-no-auth copy-one copy-many copy-none copy-no-source copy-agent"
COPIED = MappingProxyType(
    {
        "copy-one": ("17275550090", Meaning.ADDED),
        "copy-many": ("17275550092", Meaning.ADDED),
        "copy-none": ("17275550090", Meaning.EXISTS),
        "copy-no-source": ("17275550093", Meaning.VALUE_REFUSED),
        "copy-agent": ("17275550094", Meaning.ADDED),
        "locked-out": ("17275550094", Meaning.LOGIN_REFUSED),
    }
)
NO_TEXT = "teapot"
REFUSED_VALUES = MappingProxyType(
    {
        "did_pattern": """pattern-missing pattern-empty pattern-1-char pattern-51 pattern-unicode-digits
            pattern-only-junk nonlatin-pattern-unicode-digits""",
        "did_description": """description-5 description-51 description-stripped-too-short description-accents-short
            two-errors nonlatin-description-bytes""",
        "active": "active-yes active-U",
        "did_route": "route-lower route-unknown route-space update-bad",
        "record_call": "record-yes",
        "extension": "extension-51",
        "exten_context": "context-51",
        "voicemail_ext": "voicemail-11",
        "phone_extension": "phone-101",
        "server_ip": "server-ip-unknown",
        "group": "group-unknown group-space",
        "menu_id": "menu-unknown",
        "filter_clean_cid_number": "clean-cid-21",
        "call_handle_method": "handle-2 handle-21",
        "agent_search_method": "search-1 search-3",
        "list_id": "list-2 list-15",
        "entry_list_id": "entry-15",
        "campaign_id": "campaign-9",
        "phone_code": "phone-code-11 invalid-adds-nothing",
    }
)


def expected_meanings() -> dict[str, tuple[Meaning, str]]:
    """For each recorded id what its reply means, and the column whose value was refused."""
    groups = {
        Meaning.ADDED: ADDED,
        Meaning.EXISTS: EXISTS,
        Meaning.LOGIN_REFUSED: LOGIN_REFUSED,
        Meaning.USER_REFUSED: USER_REFUSED,
        Meaning.CALL_REFUSED: CALL_REFUSED,
        Meaning.PRESENT: PRESENT,
        Meaning.ABSENT: ABSENT,
        Meaning.UPDATED: UPDATED,
        Meaning.DELETED: DELETED,
        Meaning.NOT_UNDERSTOOD: NOT_UNDERSTOOD,
        Meaning.NO_TEXT: NO_TEXT,
    }
    found = {name: (meaning, "") for meaning, names in groups.items() for name in names.split()}
    for column, names in REFUSED_VALUES.items():
        found.update(dict.fromkeys(names.split(), (Meaning.VALUE_REFUSED, column)))
    return found


EXPECTED = expected_meanings()


def did_of(recorded: dict[str, Any]) -> str:
    """The did_pattern as the server stores it."""
    return DID_PATTERN.keep(recorded["params"].get("did_pattern", ""))


def each_recorded(*, only: Meaning | None = None) -> list[Any]:
    return [
        pytest.param(recorded, id=f"{recorded['id']}-{recorded['server'][:8]}")
        for recorded in RECORDED
        if only is None or EXPECTED[recorded["id"]][0] is only
    ]


def test_every_recorded_reply_has_an_expected_meaning() -> None:
    assert len(RECORDED) == 218 + 4
    assert {recorded["id"] for recorded in RECORDED} == set(EXPECTED)


@pytest.mark.parametrize("recorded", each_recorded())
def test_a_recorded_reply_is_classified_rightly(recorded: dict[str, Any]) -> None:
    verdict = classify(recorded["status"], recorded["body"], did_of(recorded))
    assert (verdict.meaning, verdict.column) == EXPECTED[recorded["id"]]


@pytest.mark.parametrize("recorded", [recorded for recorded in RECORDED if recorded["id"] in COPIED])
def test_a_recorded_reply_to_copy_did_is_judged_by_the_line_that_names_the_did(recorded: dict[str, Any]) -> None:
    did, meaning = COPIED[recorded["id"]]
    assert classify_copy(recorded["status"], recorded["body"], did).meaning is meaning
    if recorded["id"].startswith("copy-") and meaning is not Meaning.VALUE_REFUSED:
        assert classify_copy(200, recorded["body"], "17275559876").meaning is Meaning.NOT_UNDERSTOOD
        cut = recorded["body"][: recorded["body"].index(did) + len(did) - 2]
        assert classify_copy(200, cut, did).meaning not in (Meaning.ADDED, Meaning.EXISTS)


@pytest.mark.parametrize("recorded", each_recorded())
def test_no_beginning_of_a_reply_has_a_wrong_final_meaning(recorded: dict[str, Any]) -> None:
    body, did, meaning = recorded["body"], did_of(recorded), EXPECTED[recorded["id"]][0]
    open_ended = {Meaning.NO_TEXT, Meaning.NOT_UNDERSTOOD} if meaning is Meaning.NOT_UNDERSTOOD else {Meaning.NO_TEXT}
    for length in range(len(body)):
        found = classify(recorded["status"], body[:length], did).meaning
        if meaning is Meaning.ADDED:
            assert found is (Meaning.ADDED if body[:length].endswith(f"|{did}") else Meaning.NO_TEXT), body[:length]
        else:
            assert found in {meaning, *open_ended}, body[:length]


@pytest.mark.parametrize("recorded", each_recorded(only=Meaning.ADDED))
def test_a_success_for_another_number_is_not_a_success(recorded: dict[str, Any]) -> None:
    other = did_of(recorded) + "7"
    assert classify(200, recorded["body"], other).meaning is Meaning.NOT_OURS
    assert classify(200, recorded["body"], "18005550199").meaning is Meaning.NOT_OURS


SENTENCES = [
    ("ERROR: add_did DID ALREADY EXISTS", Meaning.EXISTS),
    ("ERROR: DID ALREADY EXISTS", Meaning.EXISTS),
    ("ERROR: Login incorrect, please try again", Meaning.LOGIN_REFUSED),
    ("ERROR: INVALID USERNAME OR PASSWORD", Meaning.LOGIN_REFUSED),
    ("ERROR: Too many login attempts, try again in 15 minutes", Meaning.LOGIN_REFUSED),
    ("ERROR: Your IP Address is not allowed: 203.0.113.5", Meaning.LOGIN_REFUSED),
    ("ERROR: add_did USER DOES NOT HAVE PERMISSION TO ADD DIDS", Meaning.USER_REFUSED),
    ("ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION", Meaning.USER_REFUSED),
    ("ERROR: USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION", Meaning.USER_REFUSED),
    ("ERROR: add_did NOT AN ALLOWED DID", Meaning.VALUE_REFUSED),
    ("ERROR: NO FUNCTION SPECIFIED", Meaning.CALL_REFUSED),
    ("ERROR: Invalid Source", Meaning.CALL_REFUSED),
    ("NOTICE: update_did NO UPDATES DEFINED", Meaning.PRESENT),
    ("ERROR: update_did DID DOES NOT EXIST", Meaning.ABSENT),
    *((f"ERROR: add_did {column.refusal}", Meaning.VALUE_REFUSED) for column in COLUMNS if column.refusal),
]


@pytest.mark.parametrize(("sentence", "meaning"), SENTENCES)
def test_a_sentence_means_the_same_in_both_spellings_and_after_a_byte_order_mark(
    sentence: str, meaning: Meaning
) -> None:
    for echo in ("", ": |6666|17275550100", " - 6666|17275550100", " - 98762", ":"):
        for end in ("\n", "\r\n", ""):
            for start in ("", "\ufeff"):
                assert classify(200, start + sentence + echo + end, "17275550100").meaning is meaning


TREACHEROUS = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [
                "SUCCESS: add_did DID HAS BEEN ADDED - 6666|17275550100",
                "17275550100",
                "DID ALREADY EXISTS",
                "DID Added Successfully",
                "ERROR: Login incorrect, please try again: |",
                "Login incorrect",
                "|",
                "\n",
                "\u2028",
                "\x0b",
                "<html>",
                " - ",
            ]
        ),
    ),
    max_size=6,
).map("".join)


@given(st.sampled_from(SENTENCES), st.sampled_from([": |", " - 6666|", " - |", "|"]), TREACHEROUS)
@example(SENTENCES[0], ": |", "6666|17275550100\nSUCCESS: add_did DID HAS BEEN ADDED - 6666|17275550100\n")
@example(SENTENCES[0], ": |", "6666|1\u2028ERROR: Login incorrect, please try again: |6666|x|BAD|\n")
def test_what_stands_after_the_first_bar_never_decides(case: tuple[str, Meaning], bar: str, echo: str) -> None:
    sentence, meaning = case
    assert classify(200, sentence + bar + echo, "17275550100").meaning is meaning


@given(st.text(alphabet=": +*#._|-0127abzSUCE\n", max_size=30), TREACHEROUS)
def test_no_echo_of_an_unknown_sentence_makes_a_success(words: str, echo: str) -> None:
    assume("SUCCESS" not in words)
    verdict = classify(200, f"ERROR: add_did SOMETHING NEW {words}|{echo}", "17275550100")
    assert verdict.meaning is Meaning.NOT_UNDERSTOOD


DID = "17275550100"
ADDED_BODY = f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{DID}\n"
LATER = f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|17275550101|{DID}|\n"
OWN_WORDS = ("SUCCESS", "ERROR", "LOCK", "DID", "ADDED", "6666", "BAD")
TUTORIAL = (
    f"SUCCESS: {DID} DID Added Successfully",
    f"SUCCESS: DID Added Successfully - {DID}",
    f"SUCCESS: DID Added Successfully: {DID}\n",
    f"SUCCESS: DID Added Successfully: |6666|{DID}\n",
    f"SUCCESS: DID Added Successfully - 6666|{DID}\n",
    f"SUCCESS: add_did DID Added Successfully - 6666|{DID}\n",
    f"SUCCESS|{DID}|DID Added Successfully\n",
    f"SUCCESS {DID} DID Added Successfully\n",
    f"SUCCESS: {DID} - DID Added Successfully\n",
)
JUDGED = [
    # a DID that is made of the server's own words confuses nothing
    *((f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{did}\n", did, Meaning.ADDED) for did in OWN_WORDS),
    *((f"ERROR: add_did DID ALREADY EXISTS: |6666|{did}\n", did, Meaning.EXISTS) for did in OWN_WORDS),
    *(("SUCCESS: add_did DID HAS BEEN ADDED - 6666|1\n", did, Meaning.NOT_OURS) for did in OWN_WORDS),
    # a success is believed where the field of the number holds what the server keeps of it, in whatever spelling
    (LATER, DID, Meaning.NOT_OURS),
    (LATER, "17275550101", Meaning.ADDED),
    ("SUCCESS: add_did DID HAS BEEN ADDED - 6666|7275550100\n", "(727) 555-0100", Meaning.ADDED),
    *((body, DID, Meaning.ADDED) for body in TUTORIAL),
    *((body.strip() + "\n", "17275550101", Meaning.NOT_OURS) for body in TUTORIAL),
    ("SUCCESS: add_did DID HAS BEEN ADDED - 6666|\n", "", Meaning.NOT_OURS),
    ("SUCCESS: add_did DID HAS BEEN ADDED - 6666|1\n", "", Meaning.NOT_OURS),
    # cut after the user, whose name may be the DID's
    ("SUCCESS: add_did DID HAS BEEN ADDED - 6666", "6666", Meaning.NO_TEXT),
    ("SUCCESS: add_did DID HAS BEEN ADDED - 66", "66", Meaning.NO_TEXT),
    # what stands behind a bar never decides, even if no sentence stands before it
    (f"words|{ADDED_BODY}", DID, Meaning.NOT_UNDERSTOOD),
    (f"words|\n{ADDED_BODY}", DID, Meaning.NOT_UNDERSTOOD),
    ("words|ERROR: add_did DID ALREADY EXISTS: |6666|1\n", DID, Meaning.NOT_UNDERSTOOD),
    ("words|\nERROR: add_did DID ALREADY EXISTS: |6666|1\n", DID, Meaning.NOT_UNDERSTOOD),
    # a sentence that no line of the table knows is never guessed
    ("SUCCESS", DID, Meaning.NO_TEXT),
    ("SUCCESS\n", DID, Meaning.NO_TEXT),
    (f"SUCCESS: add_did DID HAS BEEN QUEUED - 6666|{DID}\n", DID, Meaning.NOT_UNDERSTOOD),
    (f"SUCCESS: update_did DID HAS BEEN QUEUED - 6666|{DID}\n", DID, Meaning.NOT_UNDERSTOOD),
    (f"SUCCESS: add_did DID ALREADY EXISTS - 6666|{DID}\n", DID, Meaning.NOT_UNDERSTOOD),
    (f"ERROR: add_did DID HAS BEEN ADDED - 6666|{DID}\n", DID, Meaning.NOT_UNDERSTOOD),
    (f"ERROR: add_did DID ALREADY EXISTSX: |6666|{DID}\n", DID, Meaning.NOT_UNDERSTOOD),
    (f"ERROR: add_did THE DISK IS FULL: |6666|{DID}\n", DID, Meaning.NOT_UNDERSTOOD),
    (f"NOTICE: copy_did DID ALREADY EXISTS - 6666|{DID}\n", DID, Meaning.NOT_UNDERSTOOD),
    (f"OK {DID} added\n", DID, Meaning.NOT_UNDERSTOOD),
    ("the words DID ALREADY EXISTS stand here\n", DID, Meaning.NOT_UNDERSTOOD),
    ('{"error": "DID ALREADY EXISTS"}', DID, Meaning.NOT_UNDERSTOOD),
    ("VERSION: 2.14-202|BUILD: 250720-1841|\n", DID, Meaning.NOT_UNDERSTOOD),
    # an empty answer, or a page of HTML
    *((body, DID, Meaning.NO_TEXT) for body in ("", "\n", "\ufeff", "\ufeff<html></html>", f" \r\n<html>{ADDED_BODY}")),
    (f"<br />\n<b>Warning</b>: x\n{ADDED_BODY}", DID, Meaning.NO_TEXT),
    ("<!DOCTYPE html><html><body>It works!</body></html>", DID, Meaning.NO_TEXT),
    # a database that is down, and every beginning of that
    ("MySQL connect ERROR: 2002 Connection refused\n", DID, Meaning.NOTHING_DONE),
    *(("MySQL connect ERROR"[:length], DID, Meaning.NO_TEXT) for length in range(len("MySQL connect ERROR"))),
]


@pytest.mark.parametrize(("body", "did", "meaning"), JUDGED)
def test_a_reply_is_judged_by_its_words_and_the_number(body: str, did: str, meaning: Meaning) -> None:
    assert classify(200, body, did).meaning is meaning


@given(st.text())
def test_no_text_whatever_is_a_success_or_a_duplicate_by_chance(text: str) -> None:
    assume("SUCCESS" not in text and "EXISTS" not in text)
    # hypothesis takes texts out of our own source too, and so finds the words of a database that is down
    nothing = {Meaning.NOT_UNDERSTOOD, Meaning.NO_TEXT, Meaning.NOTHING_DONE}
    assert classify(200, text, "17275550100").meaning in nothing


@pytest.mark.parametrize("body", ["", "<html>busy</html>", ADDED_BODY])
@pytest.mark.parametrize(
    ("statuses", "meaning"),
    [
        ((429, 503), Meaning.NOTHING_DONE),
        ((204, 302, 500, 502, 504), Meaning.NO_TEXT),
        ((400, 401, 403, 404, 406, 411, 451), Meaning.WRONG_PLACE),
    ],
)
def test_a_status_other_than_200_decides_whatever_the_body_says(
    statuses: tuple[int, ...], meaning: Meaning, body: str
) -> None:
    assert {classify(status, body, DID).meaning for status in statuses} == {meaning}


@given(st.sampled_from(SENTENCES), st.text(alphabet="pw0rd", min_size=8))
def test_nothing_of_a_reply_is_in_the_verdict(case: tuple[str, Meaning], password: str) -> None:
    verdict = classify(200, f"{case[0]}: |6666|{password}|BAD|\n", DID)
    assert password not in repr(verdict)


@pytest.mark.parametrize("column", [column for column in COLUMNS if column.refusal], ids=lambda column: column.name)
def test_every_refusal_of_a_value_says_what_to_do_and_names_its_column(column: Column) -> None:
    verdict = classify(200, f"ERROR: add_did {column.refusal}: |6666|x\n", DID)
    assert (verdict.column, verdict.words, bool(verdict.advice)) == (column.name, column.refusal, True)


# whose reply it is ----------------------------------------------------------------------------------------------------

SENT = {"did_pattern": DID, "group": "SALES_IN", "did_description": "Caf\u00e9 line 1", "phone_code": "99999999999"}


def read(body: str, *, surplus: bool = False, function: str = "add_did", **sent: str) -> Meaning:
    answer = Answer(Delivery.ANSWERED, 200, body, body, surplus=surplus)
    return read_reply(answer, function, {**SENT, **sent}).meaning


@pytest.mark.parametrize("recorded", each_recorded())
def test_every_recorded_reply_is_the_answer_to_its_own_call(recorded: dict[str, Any]) -> None:
    sent = {name: value for name, value in recorded["params"].items() if name not in {"user", "pass", "function"}}
    if "new_dids" in sent:
        sent["new_dids"] = sent["new_dids"].split(",")[-1]
    answer = Answer(Delivery.ANSWERED, recorded["status"], recorded["body"])
    verdict = read_reply(answer, recorded["params"].get("function", ""), sent)
    assert verdict.meaning is not Meaning.NOT_OURS
    if verdict.meaning in {Meaning.ADDED, Meaning.EXISTS, Meaning.ABSENT, Meaning.UPDATED, Meaning.DELETED}:
        assert verdict.repeats
        other = {name: "18005550123" if value.isdigit() else value for name, value in sent.items()}
        found = read_reply(answer, recorded["params"]["function"], {**other, "did_pattern": "18005550123"})
        assert found.meaning is Meaning.NOT_OURS


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        (f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{DID}", Meaning.ADDED),
        ("SUCCESS: add_did DID HAS BEEN ADDED - 6666|17275550101", Meaning.NOT_OURS),
        (f"ERROR: add_did DID ALREADY EXISTS: |6666|{DID}", Meaning.EXISTS),
        ("ERROR: add_did DID ALREADY EXISTS: |6666|17275550101", Meaning.NOT_OURS),
        ("ERROR: DID ALREADY EXISTS - 6666|17275550101", Meaning.NOT_OURS),
        ("ERROR: DID ALREADY EXISTS", Meaning.EXISTS),
        ("ERROR: update_did DID DOES NOT EXIST: |6666|17275550101", Meaning.NOT_OURS),
        ("ERROR: update_did DID DOES NOT EXIST: |6666|", Meaning.ABSENT),
        ("ERROR: add_did GROUP ID MUST BE A VALID INBOUND GROUP IN THE SYSTEM: |6666|sales_in|", Meaning.VALUE_REFUSED),
        ("ERROR: add_did GROUP ID MUST BE A VALID INBOUND GROUP IN THE SYSTEM: |6666|NOPE", Meaning.NOT_OURS),
        ("ERROR: GROUP ID MUST BE A VALID INBOUND GROUP IN THE SYSTEM - 6666|NOPE", Meaning.NOT_OURS),
        ("ERROR: update_did MENU ID MUST BE A VALID CALL MENU IN THE SYSTEM: |6666|ivr", Meaning.NOT_OURS),
        (
            "ERROR: add_did DID DESCRIPTION MUST BE FROM 6 TO 50 CHARACTERS: |6666|Caf\u00e9 line 1",
            Meaning.VALUE_REFUSED,
        ),
        ("ERROR: add_did DID DESCRIPTION MUST BE FROM 6 TO 50 CHARACTERS: |6666|Caf line 1", Meaning.VALUE_REFUSED),
        ("ERROR: add_did PHONE CODE MUST BE FROM 1 TO 10 CHARACTERS: |6666|99999999999", Meaning.VALUE_REFUSED),
        ("ERROR: add_did YOU MUST USE ALL REQUIRED FIELDS: |6666|", Meaning.NOT_OURS),
        ("ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |6666|add_did|", Meaning.USER_REFUSED),
        ("ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |6666|update_did|", Meaning.NOT_OURS),
        ("ERROR: add_did USER DOES NOT HAVE PERMISSION TO ADD DIDS: |6666|0", Meaning.USER_REFUSED),
    ],
)
def test_a_reply_that_repeats_something_else_answers_another_call(body: str, meaning: Meaning) -> None:
    assert read(f"{body}\n") is meaning


def test_a_copy_of_another_did_answers_another_call() -> None:
    body = "NOTICE: copy_did DID ALREADY EXISTS - 6666|17275550101\nERROR: copy_did NO DIDS ADDED - 6666|1|0|1\n"
    assert read(body, function="copy_did", new_dids="17275550101") is Meaning.EXISTS
    assert read(body, function="copy_did", new_dids=DID) is Meaning.NOT_OURS
    source = "ERROR: copy_did SOURCE DID DOES NOT EXIST: |6666|18005550199\n"
    assert read(source, function="copy_did", new_dids=DID, source_did_pattern="18005550199") is Meaning.VALUE_REFUSED
    assert read(source, function="copy_did", new_dids=DID, source_did_pattern="18005550198") is Meaning.NOT_OURS


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        (f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{DID}", Meaning.ADDED),
        (f"ERROR: add_did DID ALREADY EXISTS: |6666|{DID}", Meaning.EXISTS),
        ("ERROR: DID ALREADY EXISTS", Meaning.NOT_OURS),
        ("NOTICE: update_did NO UPDATES DEFINED: |6666|", Meaning.NOT_OURS),
        ("ERROR: add_did USER DOES NOT HAVE PERMISSION TO ADD DIDS: |6666|0", Meaning.NOT_OURS),
        ("ERROR: Invalid Source: |x|", Meaning.NOT_OURS),
        ("ERROR: NO FUNCTION SPECIFIED", Meaning.NOT_OURS),
        ("MySQL connect ERROR", Meaning.NOT_OURS),
        ("ERROR: Login incorrect, please try again: |6666|x|BAD|", Meaning.LOGIN_REFUSED),
        ("<html>", Meaning.NO_TEXT),
    ],
)
def test_where_bytes_came_unasked_a_reply_that_repeats_nothing_settles_no_row(body: str, meaning: Meaning) -> None:
    assert read(f"{body}\n", surplus=True) is meaning


@pytest.mark.parametrize(
    ("delivery", "meaning"),
    [(Delivery.NOT_PROCESSED, Meaning.NOTHING_DONE), (Delivery.UNANSWERED, Meaning.NO_TEXT)],
)
def test_silence_has_a_meaning_too(delivery: Delivery, meaning: Meaning) -> None:
    verdict = read_reply(Answer(delivery, shown="what happened"), "add_did", SENT)
    assert (verdict.meaning, verdict.advice) == (meaning, "what happened")


# PHP's messages -------------------------------------------------------------------------------------------------------

PHP_MESSAGES = [
    "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/srv/functions.php</b> on line <b>12</b><br />\n",
    "<br>\n<b>Deprecated</b>:  strlen(): Passing null to\nparameter #1 | in <b>/srv/x.php</b> on line <b>7</b><br>\n",
    "<br />\n<b>Notice</b>:  x [<a href='function.y'>function.y</a>] in <b>/srv/x.php</b> on line <b>7</b><br />\n" * 2,
    "\nWarning: Undefined variable $x in non_agent_api.php on line 7\n",
    "PHP Warning:  Undefined array key | in /srv/x.php on line 7\r\nPHP Notice:  y in /srv/x.php on line 8\r\n",
    "\nDeprecated: a text of\nseveral | lines in /srv/x.php on line 7\n",
]


@pytest.mark.parametrize("message", PHP_MESSAGES)
@pytest.mark.parametrize(
    ("sentence", "meaning"),
    [
        (f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{DID}\n", Meaning.ADDED),
        (f"ERROR: add_did DID ALREADY EXISTS: |6666|{DID}\n", Meaning.EXISTS),
        ("ERROR: add_did USER DOES NOT HAVE PERMISSION TO ADD DIDS: |6666|0\n", Meaning.USER_REFUSED),
        ("MySQL connect ERROR: 2002", Meaning.NOTHING_DONE),
        ("SUCCESS: add_did DID HAS BEEN ADDED - 6666|17275550101\n", Meaning.NOT_OURS),
        ("<html>", Meaning.NO_TEXT),
        ("", Meaning.NO_TEXT),
    ],
)
def test_what_php_prints_around_the_sentence_does_not_hide_it(message: str, sentence: str, meaning: Meaning) -> None:
    for body in (message + sentence, f"{sentence}\n{message}", f"\ufeff{message}{sentence}\n{message}"):
        assert classify(200, body, DID).meaning is meaning


def test_the_version_and_the_build_are_read() -> None:
    body = next(recorded["body"] for recorded in RECORDED if recorded["id"] == "version-no-auth")
    assert version_build(body) == ("2.14-202", "250720-1841")
    assert version_build("ERROR: NO FUNCTION SPECIFIED\n") is None
