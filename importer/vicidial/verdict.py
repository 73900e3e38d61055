"""What a reply can mean, as ``importer.vicidial.classify`` says it."""

from dataclasses import dataclass
from enum import StrEnum


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
class Verdict:
    """What one reply means.

    Attributes:
        meaning: the kind of answer.
        words: the server's own sentence as it stands in our table; empty where the table has none.
        advice: what it means and what to do, for the person.
        column: the column whose value was refused, or empty.
        gate: which decision about the user or the call refused; None where none did.
    """

    meaning: Meaning
    words: str = ""
    advice: str = ""
    column: str = ""
    gate: Gate | None = None
