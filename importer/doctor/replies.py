"""What the server's answers say of the upper rungs: pure decisions, no network."""

import re
from typing import Final
from urllib.parse import urlsplit

from importer.columns import DID_PATTERN
from importer.doctor.ladder import Level, Rung, RungResult
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.replies import Gate, Meaning, classify, version_build

FIRST_BUILD_WITH_ADD_DID: Final = "210209"
"""add_did came with build 210209-2014 (API.md, "The request")."""

_LONGEST_SHOWN: Final = 40

LOST_WITHOUT_UPDATE_DID: Final = (
    "without it these do not work: --verify, --probe-first, --on-duplicate update, undo, and clearing up calls that got"
    " no answer"
)


def judge_version(answer: Answer, url: str) -> tuple[RungResult, str]:
    """Say whether the Non-Agent API answered ``function=version``.

    Args:
        answer: what came.
        url: the address that was called.

    Returns:
        The rung API, and the build; empty if there is none.
    """
    found = version_build(answer.body) if answer.delivery is Delivery.ANSWERED and answer.status == 200 else None
    if found is not None:
        version, build = (text[:_LONGEST_SHOWN] for text in found)
        return RungResult(Rung.API, Level.OK, f"VICIdial {version} answers at {urlsplit(url).path}"), build
    browse = f"open {url}?function=version in a browser: it must show a line that begins with VERSION"
    if answer.delivery is not Delivery.ANSWERED:
        return RungResult(Rung.API, Level.BROKEN, answer.shown, browse), ""
    verdict = classify(answer.status, answer.body, "")
    other_path = "give the host alone as the url, as in --url vici.example.org: the path of the API is then added"
    if answer.status in (404, 405, 410):
        sentence, fix = f"there is no Non-Agent API at this path (HTTP {answer.status})", f"{other_path}; or {browse}"
    elif verdict.meaning is Meaning.WRONG_PLACE:
        sentence = f"the web server itself refuses the call (HTTP {answer.status}); VICIdial never sees it"
        fix = "allow this computer, and this path without a login of its own, in the settings of the web server"
    elif verdict.meaning is Meaning.NOTHING_DONE:
        sentence, fix = verdict.advice, "try again in a minute; if it stays so, look at the web server and its database"
    elif answer.status >= 500:
        sentence, fix = f"the server failed (HTTP {answer.status})", "look into the web server's error log"
    elif verdict.meaning is Meaning.NO_TEXT:
        sentence, fix = f"no answer of VICIdial's: {verdict.advice}", f"{other_path}; or {browse}"
    else:
        sentence, fix = "the answer is not that of a Non-Agent API", f"{other_path}; or {browse}"
    said = "" if verdict.meaning is Meaning.NO_TEXT else answer.shown
    return RungResult(Rung.API, Level.BROKEN, sentence, fix, said), ""


def judge_build(build: str) -> RungResult:
    """Say whether the build has add_did.

    Args:
        build: as the server writes it, such as ``250720-1841``: year, month, day, time.
    """
    date = re.match(r"[0-9]{6}(?![0-9])", build)
    if date is None:
        sentence = f"the build '{build}' says nothing about its day; add_did came with 210209-2014"
        return RungResult(Rung.BUILD, Level.WARNING, sentence)
    if date[0] < FIRST_BUILD_WITH_ADD_DID:
        return RungResult(
            Rung.BUILD,
            Level.BROKEN,
            f"build {build} has no add_did; it came with 210209-2014",
            "update VICIdial to that build or a later one; the foot of each admin page shows the build",
        )
    return RungResult(Rung.BUILD, Level.OK, f"{build} has add_did (since 210209)")


def judge_login(answer: Answer, user: str, password_from: str) -> tuple[RungResult, ...]:
    """Say how far an add_did with an empty did_pattern came: one call answers three rungs.

    The server decides in the order login, allowed functions, permissions, did_pattern (API.md, "The order in which
    the server decides"), so that its refusal of the empty did_pattern means that all before it is well.

    Args:
        answer: what came.
        user: who called.
        password_from: where the password came from, for the fix.

    Returns:
        LOGIN, FUNCTION and PERMISSION, or as many of them as hold and the one that is broken.
    """
    verdict = classify(answer.status, answer.body, "") if answer.delivery is Delivery.ANSWERED else None
    logged_in = RungResult(Rung.LOGIN, Level.OK, f"{user} is logged in, and this computer may")
    allowed = RungResult(Rung.FUNCTION, Level.OK, "add_did is allowed")
    permitted = RungResult(Rung.PERMISSION, Level.OK, "may add DIDs: level, Agent API Access and Modify DIDs are right")
    if verdict is not None and (verdict.meaning, verdict.column) == (Meaning.VALUE_REFUSED, DID_PATTERN.name):
        return logged_in, allowed, permitted
    in_admin = f"Admin > Users > {user}"
    match verdict.gate if verdict is not None else None:
        case Gate.LOGIN:
            return (
                RungResult(
                    Rung.LOGIN,
                    Level.BROKEN,
                    f"VICIdial does not take the user {user} with this password (from {password_from}); it says the"
                    " same of a user who is not active, or is below user level 7",
                    f"{in_admin}: compare the password, set Active to Y and User Level to 8. Do not just try again:"
                    " this was one failed login, and ten lock the user for 15 minutes",
                    answer.shown,
                ),
            )
        case Gate.LOCK:
            return (
                RungResult(
                    Rung.LOGIN,
                    Level.BROKEN,
                    f"the user {user} is locked after ten failed logins, and refused with the right password too",
                    "find out what else logs in as this user with a wrong password, wait 15 minutes, and run doctor"
                    " again",
                    answer.shown,
                ),
            )
        case Gate.IP_LIST:
            return (
                RungResult(
                    Rung.LOGIN,
                    Level.BROKEN,
                    f"the server does not let {user} in from this computer's address",
                    "Admin > IP Lists: add the address that the server names to the list that the user's group uses"
                    " (Admin > User Groups)",
                    answer.shown,
                ),
            )
        case Gate.ALLOWED_FUNCTION:
            return logged_in, RungResult(
                Rung.FUNCTION,
                Level.BROKEN,
                f"the user {user} is not allowed the function add_did",
                f"{in_admin} > Allowed API Functions: select add_did and update_did, or ALL_FUNCTIONS",
                answer.shown,
            )
        case Gate.KNOWN_FUNCTION:
            return logged_in, RungResult(
                Rung.FUNCTION,
                Level.BROKEN,
                "this VICIdial does not know the function add_did",
                "update VICIdial to build 210209-2014 or later",
                answer.shown,
            )
        case Gate.SOURCE:
            return logged_in, RungResult(
                Rung.FUNCTION, Level.BROKEN, "the source is refused", "give --source 2 to 20 letters and digits"
            )
        case Gate.PERMISSION:
            return (
                logged_in,
                allowed,
                RungResult(
                    Rung.PERMISSION,
                    Level.BROKEN,
                    f"the user {user} may not add DIDs",
                    f"{in_admin}: User Level 8 or more, Agent API Access 1, Modify DIDs 1",
                    answer.shown,
                ),
            )
    return (_unclear(Rung.LOGIN, answer),)


def judge_probe(answer: Answer, user: str) -> RungResult:
    """Say whether update_did, asked about a DID without a change, may be used; no rung of an import breaks on it.

    Args:
        answer: what came.
        user: who called.
    """
    verdict = classify(answer.status, answer.body, "") if answer.delivery is Delivery.ANSWERED else None
    if verdict is not None and verdict.meaning in (Meaning.PRESENT, Meaning.ABSENT):
        return RungResult(Rung.PROBE, Level.OK, "update_did is allowed, so DIDs can be looked up")
    if verdict is not None and verdict.meaning is Meaning.USER_REFUSED:
        return RungResult(
            Rung.PROBE,
            Level.WARNING,
            f"update_did is not allowed; {LOST_WITHOUT_UPDATE_DID}",
            f"Admin > Users > {user} > Allowed API Functions: select update_did too",
            answer.shown,
        )
    unclear = _unclear(Rung.PROBE, answer)
    return RungResult(
        Rung.PROBE,
        Level.WARNING,
        f"nobody knows whether update_did is allowed: {unclear.sentence}",
        "run doctor again",
        unclear.said,
    )


def _unclear(rung: Rung, answer: Answer) -> RungResult:
    if answer.delivery is not Delivery.ANSWERED:
        return RungResult(rung, Level.BROKEN, answer.shown, "run doctor again; if it stays so, look at the web server")
    verdict = classify(answer.status, answer.body, "")
    fix = "run doctor again; if it stays so, look into the web server's error log, and at what stands between"
    return RungResult(rung, Level.BROKEN, verdict.advice, fix, answer.shown)
