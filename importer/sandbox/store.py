"""The sandbox's database: users, DIDs, and the in-groups, call menus and servers of the system."""

import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from importer.columns import COLUMNS
from importer.sandbox.faults import SandboxOptions

ALL_FUNCTIONS: Final = "ALL_FUNCTIONS"
"""The word in a user's allowed API functions that stands for every one of them."""

LOCK_AFTER: Final = 10
"""How many failed logins lock a user."""

Row = dict[str, str | None]
"""One row of the table of DIDs: column -> text, or None for NULL."""

_DEFAULTS: Final[Row] = {column.stored_as: column.default for column in COLUMNS if column.stored_as}
_A_HUNDRED_YEARS: Final = 3.2e9


@dataclass(frozen=True, slots=True)
class User:
    """A VICIdial user, as far as the Non-Agent API looks at one."""

    name: str
    password: str = field(repr=False)
    level: int = 8  # 7 logs in, 8 changes DIDs
    active: bool = True
    api_access: bool = True
    modify_dids: bool = True
    delete_dids: bool = True
    functions: tuple[str, ...] = (ALL_FUNCTIONS,)
    allowed_ips: tuple[str, ...] = ()  # empty for all
    failed_logins: int = 0  # since the last good one
    last_login: float = 0.0  # when the last login failed, in seconds since 1970


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as it arrived."""

    at: float  # in seconds of time.monotonic
    function: str
    user: str  # as VICIdial keeps the name
    did_pattern: str  # as VICIdial keeps it, for copy_did the first new one; empty if none
    method: str
    params: Mapping[str, str]  # everything that was sent, but for pass
    fault: str = ""  # what the plan has for the call; LOST_INSERT and WRONG_NUMBER show only in a SUCCESS


def _starting_users(options: SandboxOptions) -> tuple[User, ...]:
    """The users whom the recorded requests name, one for each way to be refused."""
    password = "pw1234"  # noqa: S105 - everybody's password in a server for practice
    return (
        User("6666", "1234", level=9),
        User("opsuser", "Str0ngPassXYZ"),
        User("opsadd", password, functions=("add_did",)),
        User("inactive", password, active=False),
        User("level6", password, level=6),
        User("level7", password, level=7),
        User("noperm", password, modify_dids=False),
        User("noapi", password, api_access=False),
        User("nofunc", password, functions=("version",)),
        # its last login lies in the future, so that it is still locked after an hour's practice
        User("locked", password, failed_logins=LOCK_AFTER, last_login=options.clock() + _A_HUNDRED_YEARS),
        User("ipblock", password, allowed_ips=("203.0.113.5",)),
    )


class Store:
    """What the server knows, in memory; whoever looks or changes holds ``lock``, which is notified of each call."""

    def __init__(self, options: SandboxOptions) -> None:
        self.lock = threading.Condition()
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()  # calls that may break, by did_pattern
        self.users = {user.name: user for user in _starting_users(options)}
        self._known = {
            "group": _folded(options.in_groups),
            "menu_id": _folded(options.call_menus),
            "server_ip": _folded(options.servers),
        }
        self._dids: dict[str, Row] = {}
        self._ids: dict[str, int] = {}
        self._hidden = _folded(options.hidden_dids)
        self._next_id = 1
        self.insert({"did_pattern": "default"})
        agent: Row = {"did_route": "AGENT", "user": "1001", "did_description": "Agent 1001 model DID"}
        self.insert({"did_pattern": "18005550199", **agent})
        for did in (*options.starting_dids, *options.hidden_dids):
            self.insert({"did_pattern": did})
        self._starting = frozenset(self._ids.values())
        self._next_id = max(self._next_id, options.first_did_id)

    def note_login(self, name: str, failed_logins: int, at: float) -> None:
        """Record a login: the count of failed ones after it, and its time."""
        self.users[name] = replace(self.users[name], failed_logins=failed_logins, last_login=at)

    def knows(self, parameter: str, value: str) -> bool:
        """Say whether the system has that in-group, call menu or server; case and accents count as in MySQL."""
        return _fold(value) in self._known[parameter]

    def did_id(self, did_pattern: str) -> int | None:
        """Return the did_id of a DID, or None if it is not there."""
        return self._ids.get(_fold(did_pattern))

    def visible_id(self, did_pattern: str) -> int | None:
        """Return the did_id of a DID, None also where it belongs to a user group that the user may not see."""
        return None if _fold(did_pattern) in self._hidden else self.did_id(did_pattern)

    def hide(self, did_pattern: str) -> None:
        """Give a DID to a user group that the user may not see."""
        self._hidden.add(_fold(did_pattern))

    def insert(self, given: Mapping[str, str | None]) -> int | None:
        """Store a new DID with the defaults for what is not given; None, and nothing stored, where it is there."""
        row = _DEFAULTS | dict(given)
        key = _fold(row["did_pattern"] or "")
        if key in self._dids:
            return None
        self._dids[key], self._ids[key] = row, self._next_id
        self._next_id += 1
        return self._ids[key]

    def row(self, did_pattern: str) -> Row | None:
        """Return a copy of one DID, or None if it is not there."""
        found = self._dids.get(_fold(did_pattern))
        return found and dict(found)

    def rows(self) -> dict[str, Row]:
        """Return all DIDs that were added to the starting data, by did_pattern, oldest first."""
        added = [row for key, row in self._dids.items() if self._ids[key] not in self._starting]
        return {row["did_pattern"] or "": dict(row) for row in added}

    def update(self, did_pattern: str, changes: Mapping[str, str | None]) -> None:
        """Change some columns of a DID."""
        self._dids[_fold(did_pattern)].update(changes)

    def delete(self, did_pattern: str) -> None:
        """Delete a DID, if it is there."""
        self._dids.pop(_fold(did_pattern), None)
        self._ids.pop(_fold(did_pattern), None)


def _folded(values: Iterable[str]) -> set[str]:
    return {_fold(value) for value in values}


def _fold(text: str) -> str:
    """Return what MySQL compares of a text: no case, no accents."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
