"""The server's dialect: what each sentence of a reply means. One table, one line per sentence.

Replies are judged by their reason text, never by what stands after it: that part repeats what was sent (in a failed
login, the password). VICIdial prints ``ERROR: add_did SENTENCE: |user|did``, its document and a well-known tutorial
show ``ERROR: SENTENCE - user|did``; both are understood. A sentence that is not in the table is never guessed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from importer.columns import COLUMNS, DID_PATTERN


class Meaning(StrEnum):
    """What an answer says about the row, or about the run."""

    ADDED = "added"
    UPDATED = "updated"
    DELETED = "deleted"
    EXISTS = "exists"
    VALUE_REFUSED = "value refused"
    USER_REFUSED = "user refused"
    LOGIN_REFUSED = "login refused"
    CALL_REFUSED = "call refused"
    """Every call of this run would get the same answer: no such function, or a source that is too short."""
    PRESENT = "present"
    ABSENT = "absent"
    NOTHING_DONE = "nothing done"
    """Surely not processed, and worth trying again: busy, or the database is down."""
    WRONG_PLACE = "wrong place"
    """The web server itself refused the path or the client; VICIdial never saw the call."""
    WRONG_NUMBER = "wrong number"
    """SUCCESS for a number that was not sent."""
    NOT_UNDERSTOOD = "not understood"
    """A complete text that no line of the table knows."""
    NO_TEXT = "no text"
    """An answer without VICIdial's text: HTTP 500, a web page, half a sentence."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reply means.

    Attributes:
        meaning: the kind of answer.
        words: the server's own sentence as it stands in our table; empty where the table has none.
        advice: what it means and what to do, for the person.
        column: the column whose value was refused, or empty.
    """

    meaning: Meaning
    words: str = ""
    advice: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class _Sentence:
    words: str
    meaning: Meaning
    advice: str
    column: str = ""


_LOGIN = "no more rows were sent, because ten failed logins lock the account"

_VALUE_ADVICE: Final = {
    "did_pattern": "VICIdial wants a did_pattern of 2 to 50 characters after its deletions",
    "server_ip": "this VICIdial has no such server; take the address from Admin > Servers",
    "group": "this VICIdial has no such in-group; create it under Inbound > In-Groups, or correct the cell",
    "menu_id": "this VICIdial has no such call menu; create it under Inbound > Call Menus, or correct the cell",
}

_SENTENCES: Final[tuple[_Sentence, ...]] = (
    _Sentence("DID HAS BEEN ADDED", Meaning.ADDED, "added"),
    _Sentence("DID Added Successfully", Meaning.ADDED, "added"),
    _Sentence("DID HAS BEEN UPDATED", Meaning.UPDATED, "updated"),
    _Sentence("DID HAS BEEN DELETED", Meaning.DELETED, "deleted"),
    _Sentence("DID ALREADY EXISTS", Meaning.EXISTS, "the DID is in VICIdial already"),
    _Sentence(
        "Login incorrect",
        Meaning.LOGIN_REFUSED,
        f"user or password is wrong, or the user is inactive or below level 7; {_LOGIN}",
    ),
    _Sentence("INVALID USERNAME OR PASSWORD", Meaning.LOGIN_REFUSED, f"user or password is wrong; {_LOGIN}"),
    _Sentence(
        "Too many login attempts",
        Meaning.LOGIN_REFUSED,
        "the account is locked for 15 minutes after ten failed logins; wait, then check the password",
    ),
    _Sentence(
        "Your IP Address is not allowed",
        Meaning.LOGIN_REFUSED,
        "this computer's address is not on the server's list; see Admin > IP Lists and the user's group",
    ),
    _Sentence(
        "USER DOES NOT HAVE PERMISSION TO ADD DIDS",
        Meaning.USER_REFUSED,
        "the user needs user level 8, Agent API Access 1 and Modify DIDs 1 (Admin > Users)",
    ),
    _Sentence(
        "USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION",
        Meaning.USER_REFUSED,
        "the function is not among the user's Allowed API Functions (Admin > Users)",
    ),
    _Sentence(
        "NOT AN ALLOWED DID", Meaning.VALUE_REFUSED, "the server does not let this user touch this DID", "did_pattern"
    ),
    _Sentence(
        "NO FUNCTION SPECIFIED",
        Meaning.CALL_REFUSED,
        "this VICIdial does not know the function: add_did came with build 210209-2014, so update the server",
    ),
    _Sentence(
        "Invalid Source", Meaning.CALL_REFUSED, "the source must be 2 to 20 letters and digits; see the option --source"
    ),
    _Sentence("NO UPDATES DEFINED", Meaning.PRESENT, "the DID is in VICIdial"),
    _Sentence("DID DOES NOT EXIST", Meaning.ABSENT, "the DID is not in VICIdial"),
    *(
        _Sentence(
            column.refusal,
            Meaning.VALUE_REFUSED,
            _VALUE_ADVICE.get(column.name, f"correct the cell in column {column.name}"),
            column.name,
        )
        for column in COLUMNS
        if column.refusal
    ),
)

_OPTIONAL_PART: Final = ", THIS IS AN OPTIONAL FIELD"
_KNOWN: Final = tuple(
    sorted(
        ((sentence.words.removesuffix(_OPTIONAL_PART).lower(), sentence) for sentence in _SENTENCES),
        key=lambda known: -len(known[0]),
    )
)
_HEAD: Final = re.compile(r"(?P<kind>ERROR|NOTICE|SUCCESS)\b\s*[:-]?\s*(?:(?:add_did|update_did|auth)\b[\s:-]*)?")
_AFTER_WORDS: Final = re.compile(r"\s*(?:$|[:,.-])")
_DATABASE_DOWN: Final = "MySQL connect ERROR"
_BEGINNINGS: Final = (
    _DATABASE_DOWN.lower(),
    *(
        f"{kind}: {function}{words}"
        for kind in ("error", "notice", "success")
        for function in ("", "add_did ", "update_did ", "auth ")
        for words, _ in _KNOWN
    ),
)
# the tutorial's spelling has the number before the words or behind them, with a user or without
_ADDED: Final = re.compile(
    r"[\s|:,-]*(?:(?P<number>[:+*#._0-9A-Za-z]+)[\s|:,-]+)?"
    r"(?P<words>DID HAS BEEN (?:ADDED|UPDATED|DELETED)|DID Added Successfully)\b(?P<echo>.*)",
    re.IGNORECASE | re.DOTALL,
)

_DONE: Final = {
    "DID HAS BEEN ADDED": Meaning.ADDED,
    "DID HAS BEEN UPDATED": Meaning.UPDATED,
    "DID HAS BEEN DELETED": Meaning.DELETED,
}
# copy_did says in a line of its own what became of each DID: ``- user|new DID``, then the source and the new id
_COPIED: Final = re.compile(
    r"^NOTICE: copy_did (?P<words>DID HAS BEEN ADDED|DID ALREADY EXISTS) - [^|\n]*\|(?P<did>[^|\n]*)(?P<end>\||\n)",
    re.MULTILINE,
)
_NO_SOURCE: Final = "ERROR: copy_did SOURCE DID DOES NOT EXIST: |"

_REFUSED_AT_THE_DOOR: Final = frozenset({400, 401, 403, 404, 405, 407, 410})


def classify(status: int, body: str, did: str) -> Verdict:
    """Say what a reply means.

    Args:
        status: the HTTP status; VICIdial answers 200 to everything but a failure of PHP.
        body: the text of the reply as it came. It may repeat the password, so nothing of it is in the verdict.
        did: the did_pattern that was sent; empty for a call that carries none.

    Returns:
        The meaning; anything that is not surely understood is NOT_UNDERSTOOD or NO_TEXT.
    """
    if status in (429, 503):
        return Verdict(Meaning.NOTHING_DONE, f"HTTP {status}", "the server is busy")
    if status in _REFUSED_AT_THE_DOOR:
        return Verdict(Meaning.WRONG_PLACE, f"HTTP {status}", "the web server refused the call; check the address")
    if status != 200:
        return Verdict(Meaning.NO_TEXT, f"HTTP {status}", "the server failed while it answered")
    # a PHP file that was saved with a byte order mark prints it before everything else
    text = body.strip("\ufeff \t\r\n")
    if not text:
        return Verdict(Meaning.NO_TEXT, "", "the answer was empty")
    if text.startswith(_DATABASE_DOWN):
        return Verdict(Meaning.NOTHING_DONE, _DATABASE_DOWN, "VICIdial's database is down")
    if text.startswith("<"):
        return Verdict(Meaning.NO_TEXT, "", "a web page came where VICIdial's text should be; check the address")
    line, whole = _deciding_line(text, whole=body.endswith("\n"))
    return _read_sentence(line, DID_PATTERN.keep(did), whole=whole)


def classify_copy(status: int, body: str, did: str) -> Verdict:
    """Say what a reply to ``copy_did`` with one new DID means.

    Args:
        status: the HTTP status.
        body: the text of the reply; one line says what became of the DID, the last one sums up.
        did: the new DID.

    Returns:
        ADDED or EXISTS only where a line names the DID that was sent; otherwise what ``classify`` says.
    """
    if status == 200 and body.startswith(_NO_SOURCE):
        advice = "there is no such DID to copy; correct the cell"
        return Verdict(Meaning.VALUE_REFUSED, "SOURCE DID DOES NOT EXIST", advice, "copy_from")
    if status == 200:
        for line in _COPIED.finditer(body):
            if line["did"].strip().lower() == DID_PATTERN.keep(did).lower():
                if line["words"] == "DID HAS BEEN ADDED":
                    return Verdict(Meaning.ADDED, line["words"], "added")
                return Verdict(Meaning.EXISTS, line["words"], "the DID is in VICIdial already")
    return classify(status, body, did)


def _deciding_line(text: str, *, whole: bool) -> tuple[str, bool]:
    """Return the line that holds the sentence, and whether its end is there.

    PHP may print warnings in lines before and after it. Nothing after the first ``|`` is looked at: it is an echo.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if _HEAD.match(line.strip()) or "|" in line:
            return line.strip(), whole or number < len(lines) - 1
    return lines[-1].strip(), whole


def _read_sentence(line: str, sent: str, *, whole: bool) -> Verdict:
    reason = line.partition("|")[0]
    head = _HEAD.match(reason)
    if head is None:
        return _unknown(line)
    if head["kind"] == "SUCCESS":
        added = _ADDED.match(line, head.end())
        return _unknown(line) if added is None else _added(added, sent, whole=whole)
    rest = reason[head.end() :]
    for words, sentence in _KNOWN:
        if rest.lower().startswith(words) and _AFTER_WORDS.match(rest, len(words)):
            if sentence.meaning in _DONE.values():
                # only a line that begins with SUCCESS says that something was done
                break
            return Verdict(sentence.meaning, sentence.words, sentence.advice, sentence.column)
    return _unknown(line)


def _added(added: re.Match[str], sent: str, *, whole: bool) -> Verdict:
    """Believe a SUCCESS only if it names the number that was sent, where VICIdial names it: after the user."""
    vicidials = "has been" in added["words"].lower()
    before, bar, after = added["echo"].partition("|")
    user, fields = before.strip(" :,.-"), after.split("|")
    if added["number"]:
        number = added["number"].strip(":.")
    elif bar:
        number = fields[0] if user else "".join(fields[1:2])
    else:
        # without its second half this may be the user, unless the answer is whole
        number = user if whole or not vicidials else ""
    said, number = (added["words"].upper() if vicidials else "DID Added Successfully"), number.strip().lower()
    if sent and number == sent.lower():
        meaning = _DONE.get(said, Meaning.ADDED)
        return Verdict(meaning, said, meaning.value)
    if not whole and sent.lower().startswith(number):
        return Verdict(Meaning.NO_TEXT, "", "the answer was cut off in the middle")
    return Verdict(Meaning.WRONG_NUMBER, said, "the answer says SUCCESS for a number that was not sent")


def _unknown(line: str) -> Verdict:
    """Tell a complete sentence that nobody knows from the beginning of one that we do."""
    if any(known.startswith(line.lower()) for known in _BEGINNINGS):
        return Verdict(Meaning.NO_TEXT, "", "the answer was cut off in the middle")
    return Verdict(Meaning.NOT_UNDERSTOOD, "", "the answer is not one that VICIdial is known to give")


def version_build(body: str) -> tuple[str, str] | None:
    """Return (version, build) of a reply to ``function=version``, such as ("2.14-202", "250720-1841"), or None."""
    found = re.match(r"VERSION: *([^|]*)\|BUILD: *([^|]*)\|", body.strip())
    return (found[1].strip(), found[2].strip()) if found else None


EMPTY_PATTERN_REFUSAL: Final = DID_PATTERN.refusal
"""What add_did with an empty did_pattern gets from a server that is well, after login and permission: no change."""
