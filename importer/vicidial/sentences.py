"""VICIdial's sentences: one table, one entry a sentence; ``importer.vicidial.replies`` reads replies by it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from importer.columns import COLUMNS, COPY_FROM


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
    NOT_OURS = "not ours"
    """A reply that repeats another DID or value than was sent: the answer to another call. It settles no row."""
    NOT_UNDERSTOOD = "not understood"
    """A complete text that no line of the table knows."""
    NO_TEXT = "no text"
    """An answer without VICIdial's text: HTTP 500, a web page, half a sentence."""


class Gate(StrEnum):
    """Which of the server's decisions, in its order (API.md, "The order in which the server decides"), refused."""

    LOGIN = "login"
    LOCK = "lock"
    IP_LIST = "IP list"
    SOURCE = "source"
    ALLOWED_FUNCTION = "allowed function"
    KNOWN_FUNCTION = "known function"
    PERMISSION = "permission"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of VICIdial's."""

    words: str  # without what stands around them
    meaning: Meaning
    advice: str  # what it means and what to do, for the person
    column: str = ""  # whose value it refuses
    gate: Gate | None = None  # which decision about the user or the call it comes from, if it refuses those
    echo: str = ""  # the parameter that it repeats behind the user


_DID: Final = "did_pattern"
_LOCKED: Final = "the account is locked for 15 minutes after ten failed logins; wait, then check the password"
_IP_LIST: Final = "this computer's address is not on the server's list; see Admin > IP Lists and the user's group"
_WRONG_LOGIN: Final = (
    "user or password is wrong, or the user is inactive or below level 7; no more rows were sent, because ten failed"
    " logins lock the account"
)
_LEVEL: Final = "the user needs user level 8, Agent API Access 1 and Modify DIDs 1 (Admin > Users)"
_DELETE: Final = "the user needs Delete DIDs 1 (Admin > Users)"
_FUNCTION: Final = "the function is not among the user's Allowed API Functions (Admin > Users)"
_NAMES: Final = "the user may not see the names of in-groups or call menus (Admin > Users, user level 7)"
_OLD: Final = "this VICIdial does not know the function: add_did came with build 210209-2014, so update the server"
_SOURCE: Final = "the source must be 2 to 20 letters and digits; see the option --source"
_NOT_ALLOWED: Final = "the server does not let this user touch this DID"
_NO_SOURCE_DID: Final = "there is no such DID to copy; correct the cell"
_COPIED_DESCRIPTION: Final = "DID DESCRIPTION MUST BE EITHER BLANK OR FROM 6 TO 50 CHARACTERS"
_NO_PERMISSION: Final = "USER DOES NOT HAVE PERMISSION TO "

_VALUE_ADVICE: Final = {
    _DID: "VICIdial wants a did_pattern of 2 to 50 characters after its deletions",
    "server_ip": "this VICIdial has no such server; take the address from Admin > Servers",
    "group": "this VICIdial has no such in-group; create it under Inbound > In-Groups, or correct the cell",
    "menu_id": "this VICIdial has no such call menu; create it under Inbound > Call Menus, or correct the cell",
}


def _value(words: str, column: str, echo: str = "", advice: str = "") -> Sentence:
    advice = advice or _VALUE_ADVICE.get(column, f"correct the cell in column {column}")
    return Sentence(words, Meaning.VALUE_REFUSED, advice, column, echo=echo)


SENTENCES: Final = (
    Sentence("DID HAS BEEN ADDED", Meaning.ADDED, "added"),
    Sentence("DID Added Successfully", Meaning.ADDED, "added"),
    Sentence("DID HAS BEEN UPDATED", Meaning.UPDATED, "updated"),
    Sentence("DID HAS BEEN DELETED", Meaning.DELETED, "deleted"),
    Sentence("DID ALREADY EXISTS", Meaning.EXISTS, "the DID is in VICIdial already", echo=_DID),
    Sentence("NO UPDATES DEFINED", Meaning.PRESENT, "the DID is in VICIdial"),
    Sentence("DID DOES NOT EXIST", Meaning.ABSENT, "the DID is not in VICIdial", echo=_DID),
    Sentence("Login incorrect", Meaning.LOGIN_REFUSED, _WRONG_LOGIN, gate=Gate.LOGIN),
    Sentence("INVALID USERNAME OR PASSWORD", Meaning.LOGIN_REFUSED, _WRONG_LOGIN, gate=Gate.LOGIN),
    Sentence("Too many login attempts", Meaning.LOGIN_REFUSED, _LOCKED, gate=Gate.LOCK),
    Sentence("Your IP Address is not allowed", Meaning.LOGIN_REFUSED, _IP_LIST, gate=Gate.IP_LIST),
    # add_did's is recorded; the others follow it
    Sentence(_NO_PERMISSION + "ADD DIDS", Meaning.USER_REFUSED, _LEVEL, gate=Gate.PERMISSION),
    Sentence(_NO_PERMISSION + "UPDATE DIDS", Meaning.USER_REFUSED, _LEVEL, gate=Gate.PERMISSION),
    Sentence(_NO_PERMISSION + "COPY DIDS", Meaning.USER_REFUSED, _LEVEL, gate=Gate.PERMISSION),
    Sentence(_NO_PERMISSION + "DELETE DIDS", Meaning.USER_REFUSED, _DELETE, gate=Gate.PERMISSION),
    Sentence(
        _NO_PERMISSION + "USE THIS FUNCTION", Meaning.USER_REFUSED, _FUNCTION, "", Gate.ALLOWED_FUNCTION, "function"
    ),
    Sentence(_NO_PERMISSION + "VIEW INBOUND GROUPS LIST", Meaning.USER_REFUSED, _NAMES),
    Sentence(_NO_PERMISSION + "VIEW CALL MENUS LIST", Meaning.USER_REFUSED, _NAMES),
    Sentence("NO FUNCTION SPECIFIED", Meaning.CALL_REFUSED, _OLD, gate=Gate.KNOWN_FUNCTION),
    Sentence("Invalid Source", Meaning.CALL_REFUSED, _SOURCE, gate=Gate.SOURCE),
    _value("NOT AN ALLOWED DID", _DID, _DID, _NOT_ALLOWED),
    _value("SOURCE DID DOES NOT EXIST", COPY_FROM.name, "source_did_pattern", _NO_SOURCE_DID),
    _value(_COPIED_DESCRIPTION, "did_description"),
    *(_value(column.refusal, column.name, column.name) for column in COLUMNS if column.refusal),
)
