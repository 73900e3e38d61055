"""The server's dialect: what each sentence of a reply means, by the table of ``importer.vicidial.sentences``.

Replies are judged by their reason text, never by what stands after it: that part repeats what was sent (in a failed
login, the password). VICIdial prints ``ERROR: add_did SENTENCE: |user|did``, its document and a well-known tutorial
show ``ERROR: SENTENCE - user|did``; both are understood. A sentence that is not in the table is never guessed.
"""

import re
from dataclasses import dataclass
from typing import Final

from importer.columns import DID_PATTERN
from importer.vicidial.sentences import SENTENCES, Gate, Meaning

__all__ = ["EMPTY_PATTERN_REFUSAL", "Gate", "Meaning", "Verdict", "classify", "classify_copy", "version_build"]


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


_OPTIONAL_PART: Final = ", THIS IS AN OPTIONAL FIELD"
_KNOWN: Final = tuple(
    sorted(
        ((sentence.words.removesuffix(_OPTIONAL_PART).lower(), sentence) for sentence in SENTENCES),
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
_COPY_REFUSED: Final = re.compile(r"^([\ufeff ]*ERROR: )copy_did ", re.MULTILINE)

_REFUSED_AT_THE_DOOR: Final = frozenset({400, 401, 403, 404, 405, 406, 407, 410, 411, 451})


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
    if status == 200:
        for line in _COPIED.finditer(body):
            if line["did"].strip().lower() == DID_PATTERN.keep(did).lower():
                if line["words"] == "DID HAS BEEN ADDED":
                    return Verdict(Meaning.ADDED, line["words"], "added")
                return Verdict(Meaning.EXISTS, line["words"], "the DID is in VICIdial already")
    return classify(status, _COPY_REFUSED.sub(r"\1", body), did)


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
            return Verdict(sentence.meaning, sentence.words, sentence.advice, sentence.column, sentence.gate)
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


def shows_all_well(status: int, body: bytes) -> bool:
    """Whether a reply shows at a glance that login, permission and server are well, so that the next call may follow.

    Only a reply that says SUCCESS does; what it means for its row, ``classify`` says.
    """
    return status == 200 and body.startswith(b"SUCCESS")


def version_build(body: str) -> tuple[str, str] | None:
    """Return (version, build) of a reply to ``function=version``, such as ("2.14-202", "250720-1841"), or None."""
    # PHP may print warnings in lines before it, and a byte order mark before everything
    found = re.search(r"^[\ufeff ]*VERSION: *([^|\n]*)\|BUILD: *([^|\n]*)\|", body, re.MULTILINE)
    return (found[1].strip(), found[2].strip()) if found else None


EMPTY_PATTERN_REFUSAL: Final = DID_PATTERN.refusal
"""What add_did with an empty did_pattern gets from a server that is well, after login and permission: no change."""
