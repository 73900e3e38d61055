"""The server's dialect: what a reply means, by the table of ``importer.vicidial.sentences``, and whose reply it is.

The words decide, never what stands after them, which repeats what was sent (in a failed login, the password): that is
only compared with what was sent. VICIdial prints ``ERROR: add_did SENTENCE: |user|value``, its document and a tutorial
show ``ERROR: SENTENCE - user|value``. A sentence that is not in the table is never guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from importer.columns import COLUMNS, DID_PATTERN
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.sentences import SENTENCES, Gate, Meaning, Sentence

__all__ = ["Gate", "Meaning", "Verdict", "classify", "classify_copy", "read_reply", "version_build"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reply means. Nothing of the reply itself is in it: that may repeat the password."""

    meaning: Meaning
    words: str = ""  # the server's own sentence as it stands in our table; empty where the table has none
    advice: str = ""  # what it means and what to do, for the person
    column: str = ""  # whose value was refused
    gate: Gate | None = None  # which decision about the user or the call refused
    repeats: bool = False  # the reply repeats what was sent, and so is surely the answer to this call


_OPTIONAL_PART: Final = ", THIS IS AN OPTIONAL FIELD"
_BY_WORDS: Final = {sentence.words.removesuffix(_OPTIONAL_PART).lower(): sentence for sentence in SENTENCES}
_KNOWN: Final = tuple(sorted(_BY_WORDS.items(), key=lambda known: -len(known[0])))
_COLUMNS: Final = {column.name: column for column in COLUMNS}
_HEAD: Final = re.compile(
    r"(?P<kind>ERROR|NOTICE|SUCCESS)\b\s*[:-]?\s*(?:(?:add_did|update_did|ingroup_list|callmenu_list|auth)\b[\s:-]*)?"
)
_AFTER_WORDS: Final = re.compile(r"\s*(?:$|[:,.-])")
_DATABASE_DOWN: Final = "MySQL connect ERROR"
_BEGINNINGS: Final = (
    _DATABASE_DOWN.lower(),
    *(
        f"{kind}: {function}{words}"
        for kind in ("error", "notice", "success")
        for function in ("", "add_did ", "update_did ", "auth ")
        for words in _BY_WORDS
    ),
)
# PHP's own messages, as html_errors prints them and as plain text; they may stand before and after the sentence
_PHP_KINDS: Final = "(?:Warning|Notice|Deprecated|Strict Standards|Fatal error|Parse error|Recoverable fatal error)"
_PHP_MESSAGES: Final = re.compile(
    rf"<br\s*/?>\s*<b>{_PHP_KINDS}</b>:.*?on line <b>[0-9]+</b>\s*<br\s*/?>"
    rf"|^(?:PHP )?{_PHP_KINDS}:.*? on line [0-9]+\s*?$",
    re.DOTALL | re.MULTILINE,
)
# the tutorial's spelling has the number before the words or behind them, with a user or without
_ADDED: Final = re.compile(
    r"[\s|:,-]*(?:(?P<number>[:+*#._0-9A-Za-z]+)[\s|:,-]+)?"
    r"(?P<words>DID HAS BEEN (?:ADDED|UPDATED|DELETED)|DID Added Successfully)\b(?P<echo>.*)",
    re.IGNORECASE | re.DOTALL,
)
_DONE: Final = frozenset({Meaning.ADDED, Meaning.UPDATED, Meaning.DELETED})
# copy_did says in a line of its own what became of each DID: ``- user|new DID``, then the source and the new id
_COPIED: Final = re.compile(
    r"^NOTICE: copy_did (?P<words>DID HAS BEEN ADDED|DID ALREADY EXISTS) - [^|\n]*\|(?P<did>[^|\n]*)(?:\||\n)",
    re.MULTILINE,
)
_COPY_REFUSED: Final = re.compile(r"^([\ufeff ]*ERROR: )copy_did ", re.MULTILINE)
_WEB_SERVER_REFUSES: Final = frozenset({400, 401, 403, 404, 405, 406, 407, 410, 411, 451})
_HARMLESS: Final = frozenset({Meaning.NO_TEXT, Meaning.NOT_UNDERSTOOD, Meaning.NOT_OURS, Meaning.LOGIN_REFUSED})
_CUT: Final = Verdict(Meaning.NO_TEXT, "", "the answer was cut off in the middle")


def read_reply(answer: Answer, function: str, sent: Mapping[str, str]) -> Verdict:
    """Say what came of a call.

    Args:
        answer: what came, be it a text or silence.
        function: the API function that was called.
        sent: its parameters. A reply that repeats another DID or another value than these is NOT_OURS; so is one that
            repeats nothing where bytes came unasked, except a refused login, which ends the run anyway.
    """
    if answer.delivery is not Delivery.ANSWERED:
        untouched = answer.delivery is Delivery.NOT_PROCESSED
        return Verdict(Meaning.NOTHING_DONE if untouched else Meaning.NO_TEXT, "", answer.shown)
    judge = classify_copy if function == "copy_did" else classify
    did = sent.get("new_dids", sent.get(DID_PATTERN.name, ""))
    verdict = judge(answer.status, answer.body, did, {**sent, "function": function})
    if answer.surplus and not verdict.repeats and verdict.meaning not in _HARMLESS:
        why = "the server sent bytes that nobody asked for, and this reply does not say which call it answers"
        return Verdict(Meaning.NOT_OURS, verdict.words, why)
    return verdict


def classify(status: int, body: str, did: str, sent: Mapping[str, str] | None = None) -> Verdict:
    """Say what a reply means; anything that is not surely understood is NOT_UNDERSTOOD or NO_TEXT.

    Args:
        status: the HTTP status; VICIdial answers 200 to everything but a failure of PHP.
        body: the text of the reply as it came.
        did: the did_pattern that was sent; empty for a call that carries none.
        sent: the parameters that a refused value is compared with; None for no comparison.
    """
    if status in (429, 503):
        return Verdict(Meaning.NOTHING_DONE, f"HTTP {status}", "the server is busy")
    if status in _WEB_SERVER_REFUSES:
        why = "the web server itself refused the call, and VICIdial never saw it; did-importer doctor says more"
        return Verdict(Meaning.WRONG_PLACE, f"HTTP {status}", why)
    if status != 200:
        return Verdict(Meaning.NO_TEXT, f"HTTP {status}", "the server failed while it answered")
    # a PHP file that was saved with a byte order mark prints it before everything else
    text = _PHP_MESSAGES.sub("", body.lstrip("\ufeff")).strip("\ufeff \t\r\n")
    if not text:
        return Verdict(Meaning.NO_TEXT, "", "the answer was empty")
    if text.startswith(_DATABASE_DOWN):
        return Verdict(Meaning.NOTHING_DONE, _DATABASE_DOWN, "VICIdial's database is down")
    if text.startswith("<"):
        return Verdict(Meaning.NO_TEXT, "", "a web page came where VICIdial's text should be; check the address")
    line, whole = _deciding_line(text, whole=body.endswith("\n"))
    return _read_sentence(line, DID_PATTERN.keep(did), sent, whole=whole)


def classify_copy(status: int, body: str, did: str, sent: Mapping[str, str] | None = None) -> Verdict:
    """Say what a reply to ``copy_did`` with one new DID means: ADDED or EXISTS only where a line names that DID."""
    copied = list(_COPIED.finditer(body)) if status == 200 else []
    for line in copied:
        if line["did"].strip().lower() == DID_PATTERN.keep(did).lower():
            sentence = _BY_WORDS[line["words"].lower()]
            return Verdict(sentence.meaning, sentence.words, sentence.advice, repeats=True)
    if copied and sent is not None:
        return _not_ours(copied[0]["words"])
    return classify(status, _COPY_REFUSED.sub(r"\1", body), did, sent)


def _deciding_line(text: str, *, whole: bool) -> tuple[str, bool]:
    """Return the line that holds the sentence, and whether its end is there; what follows a ``|`` is an echo."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if _HEAD.match(line.strip()) or "|" in line:
            return line.strip(), whole or number < len(lines) - 1
    return lines[-1].strip(), whole


def _read_sentence(line: str, did: str, sent: Mapping[str, str] | None, *, whole: bool) -> Verdict:
    reason = line.partition("|")[0]
    head = _HEAD.match(reason)
    if head is None:
        return _unknown(line)
    if head["kind"] == "SUCCESS":
        added = _ADDED.match(line, head.end())
        return _unknown(line) if added is None else _added(added, did, whole=whole)
    rest = reason[head.end() :]
    for words, found in _KNOWN:
        if rest.lower().startswith(words) and _AFTER_WORDS.match(rest, len(words)):
            if found.meaning in _DONE:
                # only a line that begins with SUCCESS says that something was done
                break
            fits = _fits(found, line[head.end() + len(words) :], sent, whole=whole)
            if fits is False:
                return _not_ours(found.words)
            return Verdict(found.meaning, found.words, found.advice, found.column, found.gate, repeats=fits is True)
    return _unknown(line)


def _fits(sentence: Sentence, rest: str, sent: Mapping[str, str] | None, *, whole: bool) -> bool | None:
    """Say whether the sentence repeats what was sent; None where it repeats nothing or nothing is known."""
    before, bar, after = rest.partition("|")
    if not sentence.echo or sent is None or not bar:
        return None
    # ``: |user|value`` or ``- user|value``
    user = before.removeprefix(_OPTIONAL_PART).strip(" :,.-")
    user, between, echo = (user, bar, after) if user else after.partition("|")
    if not between:
        # cut off, unless the sentence has no more than the user
        return None if not whole or sentence.meaning is not Meaning.VALUE_REFUSED else False
    column = _COLUMNS.get(sentence.echo, DID_PATTERN)
    found, known = (column.keep(text.strip().rstrip("|")).lower() for text in (echo, sent.get(sentence.echo, "")))
    if not whole:
        return known.startswith(found)
    # every refusal of a value repeats it, as far as the server keeps it
    return None if not found and sentence.meaning is not Meaning.VALUE_REFUSED else found == known


def _added(added: re.Match[str], sent: str, *, whole: bool) -> Verdict:
    """Believe a SUCCESS only if it names the number that was sent, where VICIdial names it: after the user."""
    sentence = _BY_WORDS[added["words"].lower()]
    before, bar, after = added["echo"].partition("|")
    user, fields = before.strip(" :,.-"), after.split("|")
    if added["number"]:
        number = added["number"].strip(":.")
    elif bar:
        number = fields[0] if user else "".join(fields[1:2])
    else:
        # without its second half this may be the user, unless the answer is whole
        number = user if whole or sentence.words == "DID Added Successfully" else ""
    number = number.strip().lower()
    if sent and number == sent.lower():
        return Verdict(sentence.meaning, sentence.words, sentence.advice, repeats=True)
    return _CUT if not whole and sent.lower().startswith(number) else _not_ours(sentence.words)


def _not_ours(words: str) -> Verdict:
    return Verdict(Meaning.NOT_OURS, words, "the reply repeats something else than was sent: it answers another call")


def _unknown(line: str) -> Verdict:
    """Tell a complete sentence that nobody knows from the beginning of one that we do."""
    if any(known.startswith(line.lower()) for known in _BEGINNINGS):
        return _CUT
    return Verdict(Meaning.NOT_UNDERSTOOD, "", "the answer is not one that VICIdial is known to give")


def version_build(body: str) -> tuple[str, str] | None:
    """Return (version, build) of a reply to ``function=version``, such as ("2.14-202", "250720-1841"), or None."""
    # PHP may print warnings in lines before it, and a byte order mark before everything
    found = re.search(r"^[\ufeff ]*VERSION: *([^|\n]*)\|BUILD: *([^|\n]*)\|", body, re.MULTILINE)
    return (found[1].strip(), found[2].strip()) if found else None
