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

PRACTICE_USER: Final = "6666"
PRACTICE_PASSWORD: Final = "1234"  # noqa: S105  everybody's password in a server for practice
PRACTICE_DIDS: Final = ("3055550190", "7135550190", "7275550190")
"""DIDs that a server for practice holds from the start, so that some rows of the sample order are duplicates."""


@dataclass(frozen=True, slots=True)
class User:
    """A VICIdial user, as far as the Non-Agent API looks at one."""

    name: str
    password: str = field(default="pw1234", repr=False)
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
    return (
        User(PRACTICE_USER, PRACTICE_PASSWORD, level=9),
        User("opsuser", "Str0ngPassXYZ"),
        User("opsadd", functions=("add_did",)),
        User("inactive", active=False),
        User("level6", level=6),
        User("level7", level=7),
        User("noperm", modify_dids=False),
        User("noapi", api_access=False),
        User("nofunc", functions=("version",)),
        # its last login lies in the future, so that it is still locked after an hour's practice
        User("locked", failed_logins=LOCK_AFTER, last_login=options.clock() + _A_HUNDRED_YEARS),
        User("ipblock", allowed_ips=("203.0.113.5",)),
    )


class Store:
    """What the server knows, in memory; whoever looks or changes holds ``lock``, which is notified of each call."""

    def __init__(self, options: SandboxOptions) -> None:
        self.lock = threading.Condition()
        self.calls: list[Call] = []
        self.mistake: BaseException | None = None  # of the sandbox itself
        self.counts: Counter[str] = Counter()  # calls that may break, by did_pattern
        self.users = {user.name: user for user in _starting_users(options)}
        lists = {"group": options.in_groups, "menu_id": options.call_menus, "server_ip": options.servers}
        self._known = {parameter: _folded(names) for parameter, names in lists.items()}
        self._dids: dict[str, tuple[int, Row]] = {}
        self._hidden = _folded(options.hidden_dids)
        self._next_id = 1
        self.insert({"did_pattern": "default"})
        agent: Row = {"did_route": "AGENT", "user": "1001", "did_description": "Agent 1001 model DID"}
        self.insert({"did_pattern": "18005550199", **agent})
        for did in (*options.starting_dids, *options.hidden_dids):
            self.insert({"did_pattern": did})
        self._starting = frozenset(did_id for did_id, _ in self._dids.values())
        self._next_id = max(self._next_id, options.first_did_id)

    def note_login(self, name: str, failed_logins: int, at: float) -> None:
        """Record a login: the count of failed ones after it, and its time."""
        self.users[name] = replace(self.users[name], failed_logins=failed_logins, last_login=at)

    def knows(self, parameter: str, value: str) -> bool:
        """Say whether the system has that in-group, call menu or server; case and accents count as in MySQL."""
        return _fold(value) in self._known[parameter]

    def visible_id(self, did_pattern: str) -> int | None:
        """Return the did_id of a DID; None where it is not there, or the user may not see its user group."""
        key = _fold(did_pattern)
        return self._dids[key][0] if key in self._dids and key not in self._hidden else None

    def hide(self, did_pattern: str) -> None:
        """Give a DID to a user group that the user may not see."""
        self._hidden.add(_fold(did_pattern))

    def insert(self, given: Mapping[str, str | None]) -> int | None:
        """Store a new DID with the defaults for what is not given; None, and nothing stored, where it is there."""
        row = _DEFAULTS | dict(given)
        key = _fold(row["did_pattern"] or "")
        if key in self._dids:
            return None
        self._dids[key] = self._next_id, row
        self._next_id += 1
        return self._next_id - 1

    def row(self, did_pattern: str) -> Row | None:
        _, row = self._dids.get(_fold(did_pattern), (0, None))
        return row and dict(row)

    def rows(self) -> dict[str, Row]:
        """Return all DIDs that were added to the starting data, by did_pattern, oldest first."""
        added = [row for did_id, row in self._dids.values() if did_id not in self._starting]
        return {row["did_pattern"] or "": dict(row) for row in added}

    def update(self, did_pattern: str, changes: Mapping[str, str | None]) -> None:
        self._dids[_fold(did_pattern)][1].update(changes)

    def delete(self, did_pattern: str) -> None:
        self._dids.pop(_fold(did_pattern), None)


def _folded(values: Iterable[str]) -> set[str]:
    return {_fold(value) for value in values}


def _fold(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
