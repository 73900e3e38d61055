"""VICIdial's decisions: from a request's parameters to the text of the reply, in VICIdial's order.

Written from how real servers behave (the recorded replies in ``tests/transcripts.jsonl``).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from importer.column import WORD
from importer.columns import BY_NAME, DID_PATTERN
from importer.sandbox.faults import SandboxOptions
from importer.sandbox.fields import as_stored, check_fields, fits, kept
from importer.sandbox.replies import PHP_FAILED, Reply, names_page
from importer.sandbox.store import ALL_FUNCTIONS, LOCK_AFTER, Row, Store, User

_NOT_IN_A_WORD: Final = re.compile(f"[^{WORD}]")
_NOT_IN_A_SOURCE: Final = re.compile("[^0-9a-zA-Z]")
_FIRST_BUILDS: Final = {"add_did": "210209-2014", "ingroup_list": "230118-0000", "callmenu_list": "230118-0000"}
_LONGEST_LIST_OF_DIDS: Final = 2000
_LOCK_MINUTES: Final = 15


@dataclass(frozen=True, slots=True)
class Request:
    """What VICIdial is asked; with ``table_broken`` the table of DIDs cannot be read, which ends PHP."""

    params: Mapping[str, str]
    address: str
    table_broken: bool = False


class _EndedError(Exception):
    """VICIdial has said all that it says, in the midst of a function."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that has passed login, source and allowed functions."""

    function: str
    user: User
    request: Request
    store: Store
    options: SandboxOptions

    def param(self, name: str) -> str:
        return self.request.params.get(name, "")

    def error(self, reason: str, *echoed: str) -> Reply:
        return Reply(f"ERROR: {self.function} {reason}: |{'|'.join((self.user.name, *echoed))}\n")

    def did(self, parameter: str, needed: str) -> str:
        """The DID that is asked about; no permission, no DID or no table ends the call."""
        if not (self.user.level >= 8 and self.user.api_access and self.user.modify_dids):
            raise _EndedError(self.error(f"USER DOES NOT HAVE PERMISSION TO {needed} DIDS", "0"))
        did = DID_PATTERN.keep(self.param(parameter))
        listed = ",".join(self.new_dids()) if self.function == "copy_did" else "  "
        if not fits(DID_PATTERN, did) or not 2 <= len(listed) <= _LONGEST_LIST_OF_DIDS:
            raise _EndedError(self.error(DID_PATTERN.refusal, did))
        if self.request.table_broken:
            raise _EndedError(PHP_FAILED)
        return did

    def new_dids(self) -> list[str]:
        return [DID_PATTERN.keep(did) for did in self.param("new_dids").split(",")]

    def fields(self) -> Row:
        """The fields that are given, as VICIdial keeps them; one that it refuses ends the call."""
        use_non_latin = self.options.use_non_latin
        given = check_fields(
            self.function, self.user.name, self.request.params, self.store, use_non_latin=use_non_latin
        )
        if isinstance(given, str):
            raise _EndedError(Reply(given))
        return given


def word(text: str) -> str:
    """Return what VICIdial leaves of user, pass and function."""
    return _NOT_IN_A_WORD.sub("", text)


def answer(request: Request, store: Store, options: SandboxOptions) -> Reply:
    """Answer one request; the caller holds ``store.lock``, so that look-up and INSERT are one."""
    function = word(request.params.get("function", ""))
    if function == "version":
        return Reply(_version(options))
    user = _log_in(request, store, options)
    if isinstance(user, str):
        return Reply(user)
    source = _NOT_IN_A_SOURCE.sub("", request.params.get("source", ""))
    if len(source) < 2:
        return Reply(f"ERROR: Invalid Source - {source}\nERROR: Invalid Source: |{source}|\n")
    known = function in _FUNCTIONS or function == "coffee"
    if known and ALL_FUNCTIONS not in user.functions and function not in user.functions:
        return Reply(f"ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |{user.name}|{function}|\n")
    if function == "coffee":
        return Reply("Coffee: coffee|Error 418 I'm a teapot", status=418)
    if not known or options.build < _FIRST_BUILDS.get(function, ""):
        return Reply("ERROR: NO FUNCTION SPECIFIED\n")
    try:
        return _FUNCTIONS[function](_Call(function, user, request, store, options))
    except _EndedError as ended:
        return ended.reply


def _log_in(request: Request, store: Store, options: SandboxOptions) -> User | str:
    """Try a login, and count it if it fails; return the user, or the refusal, which repeats the password.

    A locked user is refused with the right password too, and such a refusal is not counted: the time runs from the
    last failed login. Only a good login sets the count back, so after the time has passed one more locks at once.
    """
    name, password = word(request.params.get("user", "")), word(request.params.get("pass", ""))
    now = options.clock()
    refusal = f"ERROR: Login incorrect, please try again: |{name}|{password}|BAD|\n"
    user = store.users.get(name)
    if user is None:
        return refusal
    if user.failed_logins >= LOCK_AFTER and now - user.last_login < _LOCK_MINUTES * 60:
        return f"ERROR: Too many login attempts, try again in {_LOCK_MINUTES} minutes: |{name}|LOCK|\n"
    if user.password != password or not user.active or user.level < 7:
        store.note_login(name, user.failed_logins + 1, now)
        return refusal
    if user.allowed_ips and request.address not in user.allowed_ips:
        return f"ERROR: Your IP Address is not allowed: {request.address}: ||IPBLOCK|\n"
    if user.failed_logins:
        store.note_login(name, 0, now)
    return user


def _version(options: SandboxOptions) -> str:
    now = options.clock()
    # the recorded servers' clocks ran on UTC, whatever their time zone setting said
    date = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S")
    zone = "DST: 0|TZ: -5.00|TZNOW: -5.00|"
    return f"VERSION: {options.version}|BUILD: {options.build}|DATE: {date}|EPOCH: {int(now)}|{zone}\n"


def _add_did(call: _Call) -> Reply:
    did = call.did("did_pattern", "ADD")
    if call.store.row(did) is not None:
        return call.error("DID ALREADY EXISTS", did)
    given = call.fields()
    call.store.insert({**as_stored(given), "did_pattern": did})
    return Reply(f"SUCCESS: add_did DID HAS BEEN ADDED - {call.user.name}|{did}\n", added=did)


def _update_did(call: _Call) -> Reply:
    did = call.did("did_pattern", "UPDATE")
    did_id = call.store.visible_id(did)
    if did_id is None:
        return call.error("DID DOES NOT EXIST", did)
    if BY_NAME["active"].keep(call.param("delete_did")) == "Y":
        if not call.user.delete_dids:
            return call.error("USER DOES NOT HAVE PERMISSION TO DELETE DIDS", "1")
        call.store.delete(did)
        return Reply(f"SUCCESS: update_did DID HAS BEEN DELETED - {call.user.name}|{did}|{did_id}\n")
    given = call.fields()
    if not given:
        return Reply(f"NOTICE: update_did NO UPDATES DEFINED: |{call.user.name}|\n")
    call.store.update(did, as_stored(given))
    return Reply(f"SUCCESS: update_did DID HAS BEEN UPDATED - {call.user.name}|{did}\n")


def _copy_did(call: _Call) -> Reply:
    source = call.did("source_did_pattern", "ADD")
    model = call.store.row(source)
    if model is None:
        return call.error("SOURCE DID DOES NOT EXIST", source)
    described = BY_NAME["did_description"]
    text = kept(described, call.param(described.name), use_non_latin=call.options.use_non_latin)
    if text and not fits(described, text):
        return call.error("DID DESCRIPTION MUST BE EITHER BLANK OR FROM 6 TO 50 CHARACTERS", text)
    if text:
        model[described.stored_as] = text
    name, lines, added = call.user.name, [], 0
    # empty ones are really added, and one that is too long for the table is not spoken of
    wanted = [did for did in call.new_dids() if len(did) <= DID_PATTERN.longest]
    for did in wanted:
        did_id = call.store.insert({**model, "did_pattern": did})
        if did_id is None:
            lines.append(f"NOTICE: copy_did DID ALREADY EXISTS - {name}|{did}")
        else:
            added += 1
            lines.append(f"NOTICE: copy_did DID HAS BEEN ADDED - {name}|{did}|{source}|{did_id}|1")
    verdict = "SUCCESS: copy_did DIDS HAVE BEEN ADDED" if added else "ERROR: copy_did NO DIDS ADDED"
    lines.append(f"{verdict} - {name}|{source}|{added}|{len(wanted) - added}")
    return Reply("\n".join(lines) + "\n")


_FUNCTIONS: Final[Mapping[str, Callable[[_Call], Reply]]] = MappingProxyType(
    {
        "add_did": _add_did,
        "update_did": _update_did,
        "copy_did": _copy_did,
        "ingroup_list": lambda call: names_page("Inbound Groups", call.options.in_groups, colours=True),
        "callmenu_list": lambda call: names_page("Call Menus", call.options.call_menus, colours=False),
    }
)
