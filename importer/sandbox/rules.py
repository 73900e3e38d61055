"""VICIdial's decisions: from a request's parameters to the text of the reply, in VICIdial's order.

Written from how real servers behave (the recorded replies in ``tests/transcripts.jsonl``). Three refusals are not
recorded and follow the wording of their neighbours: update_did and copy_did for a user who may not, delete_did
without "Delete DIDs", and a description that copy_did refuses.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from importer.column import WORD
from importer.columns import BY_NAME, DID_PATTERN
from importer.sandbox.fields import Refusal, as_stored, bends, check_fields, fits, kept
from importer.sandbox.login import LockOut, log_in
from importer.sandbox.options import SandboxOptions
from importer.sandbox.store import ALL_FUNCTIONS, Store, User

_NOT_IN_A_WORD: Final = re.compile(f"[^{WORD}]")
_NOT_IN_A_SOURCE: Final = re.compile("[^0-9a-zA-Z]")
_FIRST_BUILD_WITH_ADD_DID: Final = "210209-2014"
_LONGEST_LIST_OF_DIDS: Final = 2000


@dataclass(frozen=True, slots=True)
class Reply:
    """What VICIdial answers.

    Attributes:
        text: the body.
        status: the HTTP status.
        added: the did_pattern that add_did stored; empty if it stored none.
    """

    text: str
    status: int = 200
    added: str = ""


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that has passed login, source and allowed functions."""

    function: str
    user: User
    params: Mapping[str, str]
    store: Store
    options: SandboxOptions

    def error(self, reason: str, *echoed: str) -> Reply:
        return Reply(f"ERROR: {self.function} {reason}: |{'|'.join((self.user.name, *echoed))}\n")

    def may_not(self, what: str) -> Reply | None:
        """The refusal of a user who may not change DIDs."""
        if self.user.level >= 8 and self.user.api_access and self.user.modify_dids:
            return None
        return self.error(f"USER DOES NOT HAVE PERMISSION TO {what} DIDS", "0")

    def kept_did(self, parameter: str) -> str:
        return DID_PATTERN.keep(self.params.get(parameter, ""))

    def fields(self) -> dict[str, str | None] | Refusal:
        use_non_latin = self.options.use_non_latin
        return check_fields(self.function, self.user.name, self.params, self.store, use_non_latin=use_non_latin)


def word(text: str) -> str:
    """Return what VICIdial leaves of user, pass and function."""
    return _NOT_IN_A_WORD.sub("", text)


def answer(params: Mapping[str, str], address: str, store: Store, options: SandboxOptions) -> Reply:
    """Answer one request; the caller holds ``store.lock``, so that look-up and INSERT are one.

    Args:
        params: the parameters of URL and form.
        address: the client's IP address.
        store: what the server knows; changed by what is asked.
        options: version, system settings, clock.

    Returns:
        The reply.
    """
    function = word(params.get("function", ""))
    if function == "version":
        return Reply(_version(options))
    lock_out = LockOut(options.lock_after, options.lock_minutes * 60)
    name, password = word(params.get("user", "")), word(params.get("pass", ""))
    user = log_in(store, name, password, address, options.clock(), lock_out)
    if isinstance(user, str):
        return Reply(user)
    source = _NOT_IN_A_SOURCE.sub("", params.get("source", ""))
    if len(source) < 2:
        return Reply(f"ERROR: Invalid Source - {source}\nERROR: Invalid Source: |{source}|\n")
    if ALL_FUNCTIONS not in user.functions and function not in user.functions:
        return Reply(f"ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |{name}|{function}|\n")
    if function == "coffee":
        return Reply("Coffee: coffee|Error 418 I'm a teapot", status=418)
    answered = _FUNCTIONS.get(function)
    if answered is None or (function == "add_did" and options.build < _FIRST_BUILD_WITH_ADD_DID):
        return Reply("ERROR: NO FUNCTION SPECIFIED\n")
    return answered(_Call(function, user, params, store, options))


def _version(options: SandboxOptions) -> str:
    now = options.clock()
    # the recorded servers' clocks ran on UTC, whatever their time zone setting said
    date = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S")
    zone = "DST: 0|TZ: -5.00|TZNOW: -5.00|"
    return f"VERSION: {options.version}|BUILD: {options.build}|DATE: {date}|EPOCH: {int(now)}|{zone}\n"


def _add_did(call: _Call) -> Reply:
    if refusal := call.may_not("ADD"):
        return refusal
    did = call.kept_did("did_pattern")
    if not fits(DID_PATTERN, did):
        return call.error(DID_PATTERN.refusal, did)
    if call.store.did_id(did) is not None:
        return call.error("DID ALREADY EXISTS", did)
    given = call.fields()
    if isinstance(given, Refusal):
        return Reply(given.text)
    if call.options.strict_sql and bends(given):
        return Reply("", status=500)
    call.store.insert({**as_stored(given), "did_pattern": did})
    return Reply(f"SUCCESS: add_did DID HAS BEEN ADDED - {call.user.name}|{did}\n", added=did)


def _update_did(call: _Call) -> Reply:
    if refusal := call.may_not("UPDATE"):
        return refusal
    did = call.kept_did("did_pattern")
    if not fits(DID_PATTERN, did):
        return call.error(DID_PATTERN.refusal, did)
    did_id = call.store.did_id(did)
    if did_id is None:
        return call.error("DID DOES NOT EXIST", did)
    if BY_NAME["active"].keep(call.params.get("delete_did", "")) == "Y":
        if not call.user.delete_dids:
            return call.error("USER DOES NOT HAVE PERMISSION TO DELETE DIDS", "0")
        call.store.delete(did)
        return Reply(f"SUCCESS: update_did DID HAS BEEN DELETED - {call.user.name}|{did}|{did_id}\n")
    given = call.fields()
    if isinstance(given, Refusal):
        return Reply(given.text)
    if not given:
        return Reply(f"NOTICE: update_did NO UPDATES DEFINED: |{call.user.name}|\n")
    if call.options.strict_sql and bends(given):
        return Reply("", status=500)
    call.store.update(did, as_stored(given))
    return Reply(f"SUCCESS: update_did DID HAS BEEN UPDATED - {call.user.name}|{did}\n")


def _copy_did(call: _Call) -> Reply:
    if refusal := call.may_not("COPY"):
        return refusal
    source = call.kept_did("source_did_pattern")
    asked = [DID_PATTERN.keep(did) for did in call.params.get("new_dids", "").split(",")]
    if not fits(DID_PATTERN, source) or not 2 <= len(",".join(asked)) <= _LONGEST_LIST_OF_DIDS:
        return call.error(DID_PATTERN.refusal, source)
    model = call.store.row(source)
    if model is None:
        return call.error("SOURCE DID DOES NOT EXIST", source)
    described = BY_NAME["did_description"]
    text = kept(described, call.params.get(described.name, ""), use_non_latin=call.options.use_non_latin)
    if text and not fits(described, text):
        return call.error(described.refusal, text)
    if text:
        model[described.stored_as] = text
    name, lines, added = call.user.name, [], 0
    wanted = [did for did in asked if did]
    for did in wanted:
        # not recorded: what becomes of a new DID of a length that no DID has; here it is one that was not added
        did_id = call.store.insert({**model, "did_pattern": did}) if fits(DID_PATTERN, did) else None
        if did_id is None:
            lines.append(f"NOTICE: copy_did DID ALREADY EXISTS - {name}|{did}")
        else:
            added += 1
            lines.append(f"NOTICE: copy_did DID HAS BEEN ADDED - {name}|{did}|{source}|{did_id}|1")
    verdict = "SUCCESS: copy_did DIDS HAVE BEEN ADDED" if added else "ERROR: copy_did NO DIDS ADDED"
    lines.append(f"{verdict} - {name}|{source}|{added}|{len(wanted) - added}")
    return Reply("\n".join(lines) + "\n")


_FUNCTIONS: Final[Mapping[str, Callable[[_Call], Reply]]] = MappingProxyType(
    {"add_did": _add_did, "update_did": _update_did, "copy_did": _copy_did}
)
