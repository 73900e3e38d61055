"""What the server's answers say of the upper rungs: pure decisions, no network."""

import re
from typing import Final
from urllib.parse import urlsplit

from importer.columns import DID_PATTERN
from importer.doctor.rungs import Rung, RungResult
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Gate, Meaning, classify, read_reply, version_build

FIRST_BUILD_WITH_ADD_DID: Final = "210209"
"""add_did came with build 210209-2014 (API.md, "The request")."""

NO_DID: Final = {DID_PATTERN.name: ""}
"""An add_did that is refused after login, allowed functions and permissions."""

CHANGES_NOTHING: Final = {DID_PATTERN.name: "default"}
"""An update_did that has no field to update, of the DID that every system has."""

ADDS_NOTHING: Final = {**CHANGES_NOTHING, "phone_code": "9" * 11}
"""An add_did that looks into the table and adds nothing, be the DID there or not: the phone code is too long."""

_LONGEST_SHOWN: Final = 40
_LOST_WITHOUT_UPDATE_DID: Final = (
    "without it these do not work: --verify, --probe-first, --on-duplicate update, undo, and clearing up calls that got"
    " no answer"
)


def judge_version(answer: Answer, url: str) -> tuple[RungResult, str]:
    """Say whether the Non-Agent API answered ``function=version``, and which build it is."""
    found = version_build(answer.body) if answer.delivery is Delivery.ANSWERED and answer.status == 200 else None
    if found is not None:
        version, build = (text[:_LONGEST_SHOWN] for text in found)
        return Rung.API.ok(f"VICIdial {version} answers at {urlsplit(url).path}"), build
    browse = f"open {url}?function=version in a browser: it must show a line that begins with VERSION"
    if answer.delivery is not Delivery.ANSWERED:
        return Rung.API.broken(answer.shown, browse), ""
    verdict = classify(answer.status, answer.body, "")
    other_path = "give the host alone as the url, as in --url vici.example.org: the path of the API is then added"
    fix = f"{other_path}; or {browse}"
    if answer.status in (404, 405, 410):
        sentence = f"there is no Non-Agent API at this path (HTTP {answer.status})"
    elif verdict.meaning is Meaning.WRONG_PLACE:
        sentence, fix = _refused_by_the_web_server(answer.status)
    elif verdict.meaning is Meaning.NOTHING_DONE:
        sentence, fix = verdict.advice, "try again in a minute; if it stays so, look at the web server and its database"
    elif answer.status >= 500:
        sentence, fix = f"the server failed (HTTP {answer.status})", "look into the web server's error log"
    elif verdict.meaning is Meaning.NO_TEXT:
        sentence = f"no answer of VICIdial's: {verdict.advice}"
    else:
        sentence = "the answer is not that of a Non-Agent API"
    return Rung.API.broken(sentence, fix, "" if verdict.meaning is Meaning.NO_TEXT else answer.shown), ""


def judge_build(build: str) -> RungResult:
    """Say whether the build has add_did."""
    date = re.match(r"[0-9]{6}(?![0-9])", build)
    if date is None:
        return Rung.BUILD.warning(f"the build '{build}' says nothing about its day; add_did came with 210209-2014")
    if date[0] < FIRST_BUILD_WITH_ADD_DID:
        fix = "update VICIdial to that build or a later one; the foot of each admin page shows the build"
        return Rung.BUILD.broken(f"build {build} has no add_did; it came with 210209-2014", fix)
    return Rung.BUILD.ok(f"{build} has add_did (since 210209)")


_WRONG_LOGIN: Final = (
    "VICIdial does not take the user {user} with this password (from {source}); it says the same of a user who is not"
    " active, or is below user level 7"
)
_RIGHT_LOGIN: Final = (
    "Admin > Users > {user}: compare the password, set Active to Y and User Level to 8. Do not just try again: this was"
    " one failed login, and ten lock the user for 15 minutes"
)
_REFUSALS: Final = {
    Gate.LOGIN: (Rung.LOGIN, _WRONG_LOGIN, _RIGHT_LOGIN),
    Gate.LOCK: (
        Rung.LOGIN,
        "the user {user} is locked after ten failed logins, and refused with the right password too",
        "find out what else logs in as this user with a wrong password, wait 15 minutes, and run doctor again",
    ),
    Gate.IP_LIST: (
        Rung.LOGIN,
        "the server does not let {user} in from this computer's address",
        "Admin > IP Lists: add the address that the server names to the list of the user's group (Admin > User Groups)",
    ),
    Gate.ALLOWED_FUNCTION: (
        Rung.FUNCTION,
        "the user {user} is not allowed the function add_did",
        "Admin > Users > {user} > Allowed API Functions: select add_did and update_did, or ALL_FUNCTIONS",
    ),
    Gate.KNOWN_FUNCTION: (
        Rung.FUNCTION,
        "this VICIdial does not know the function add_did",
        "update VICIdial to build 210209-2014 or later",
    ),
    Gate.SOURCE: (Rung.FUNCTION, "the source is refused", "give --source 2 to 20 letters and digits"),
    Gate.PERMISSION: (
        Rung.PERMISSION,
        "the user {user} may not add DIDs",
        "Admin > Users > {user}: User Level 8 or more, Agent API Access 1, Modify DIDs 1",
    ),
}
"""For each decision of the server that can refuse: the rung that is broken, what is wrong, and how it is put right."""


def judge_login(answer: Answer, user: str, password_from: str) -> tuple[RungResult, ...]:
    """Say how far an add_did with an empty did_pattern came: one call answers three rungs.

    The server decides in the order login, allowed functions, permissions, did_pattern (API.md, "The order in which
    the server decides"), so that its refusal of the empty did_pattern means that all before it is well.
    """
    well = (
        Rung.LOGIN.ok(f"{user} is logged in, and this computer may"),
        Rung.FUNCTION.ok("add_did is allowed"),
        Rung.PERMISSION.ok("may add DIDs: level, Agent API Access and Modify DIDs are right"),
    )
    verdict = read_reply(answer, "add_did", NO_DID)
    if (verdict.meaning, verdict.column) == (Meaning.VALUE_REFUSED, DID_PATTERN.name):
        return well
    if verdict.gate is None:
        return (Rung.LOGIN.broken(*_unclear(answer)),)
    rung, sentence, fix = _REFUSALS[verdict.gate]
    names = {"user": user, "source": password_from}
    refused = rung.broken(sentence.format_map(names), fix.format_map(names), answer.shown)
    return (*well[: [one.rung for one in well].index(rung)], refused)


def judge_table(answer: Answer) -> RungResult:
    """Say of the answer to ``ADDS_NOTHING`` whether the table of DIDs answers; PHP ends in HTTP 500 where not."""
    if answer.delivery is Delivery.ANSWERED and answer.status == 500:
        return Rung.TABLE.broken(
            "the table of DIDs (vicidial_inbound_dids) does not answer: HTTP 500, though the login works",
            "look into the web server's error log; if it names the table, CHECK TABLE and REPAIR TABLE in the database",
        )
    verdict = read_reply(answer, "add_did", ADDS_NOTHING)
    if verdict.meaning is Meaning.EXISTS or verdict.column == "phone_code":
        return Rung.TABLE.ok("the table of DIDs answers")
    sentence, fix, said = _unclear(answer)
    return Rung.TABLE.warning(f"nobody knows whether the table of DIDs answers: {sentence}", fix, said)


def judge_probe(answer: Answer, user: str) -> RungResult:
    """Say whether update_did, asked about a DID without a change, may be used; no rung of an import breaks on it."""
    verdict = read_reply(answer, "update_did", CHANGES_NOTHING)
    if verdict.meaning in (Meaning.PRESENT, Meaning.ABSENT):
        return Rung.PROBE.ok("update_did is allowed, so DIDs can be looked up")
    if verdict.meaning is Meaning.USER_REFUSED:
        fix = f"Admin > Users > {user} > Allowed API Functions: select update_did too"
        return Rung.PROBE.warning(f"update_did is not allowed; {_LOST_WITHOUT_UPDATE_DID}", fix, answer.shown)
    sentence, _, said = _unclear(answer)
    return Rung.PROBE.warning(f"nobody knows whether update_did is allowed: {sentence}", "run doctor again", said)


def _unclear(answer: Answer) -> tuple[str, str, str]:
    """Return what came instead of an answer, what to do, and the server's words."""
    if answer.delivery is not Delivery.ANSWERED:
        return answer.shown, "run doctor again; if it stays so, look at the web server", ""
    verdict = classify(answer.status, answer.body, "")
    if verdict.meaning is Meaning.WRONG_PLACE:
        return (*_refused_by_the_web_server(answer.status), answer.shown)
    fix = "run doctor again; if it stays so, look into the web server's error log, and at what stands between"
    return verdict.advice, fix, answer.shown


def _refused_by_the_web_server(status: int) -> tuple[str, str]:
    """Say what a status means with which the web server answers in VICIdial's place, and what to do."""
    what, fix = {
        401: ("wants a login of its own", "switch that login off for this path"),
        403: ("does not let this computer in", "allow this computer in its settings, or in the firewall before it"),
        406: ("refuses how the call looks", "make an exception for this path in its filter, such as mod_security"),
        407: ("is a proxy that wants a login", "put user and password into the proxy's variable"),
        411: ("wants a length", "leave out --method post, or put the filter right that stands in between"),
        451: ("is not allowed to answer here", "ask who runs it, or the network between, what is blocked"),
    }.get(status, ("refuses the call", "allow this computer and this path in its settings"))
    return f"the web server itself {what} (HTTP {status}); VICIdial never sees the call", fix
