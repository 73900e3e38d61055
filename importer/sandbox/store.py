"""What the sandbox knows: users, DIDs, in-groups, call menus and servers, in SQLite.

The columns of the table of DIDs and their defaults come from ``importer.columns``; DIDs are compared without
regard to case, as VICIdial's database does.
"""

import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from importer.columns import COLUMNS
from importer.sandbox.options import SandboxOptions

ALL_FUNCTIONS: Final = "ALL_FUNCTIONS"
"""The entry among a user's allowed API functions that stands for every one of them."""

Row = dict[str, str | None]
"""One row of the table of DIDs: column -> text, or None for NULL."""

_DEFAULTS: Final[Row] = {column.stored_as: column.default for column in COLUMNS if column.stored_as}
_STORED: Final = tuple(_DEFAULTS)
_NAMES: Final = ", ".join(_STORED)
# S608: the names of the columns come from importer.columns, values never go into the text of a statement
_INSERT: Final = f"INSERT INTO dids ({_NAMES}) VALUES ({', '.join('?' * len(_STORED))})"  # noqa: S608
_SELECT: Final = f"SELECT {_NAMES} FROM dids"  # noqa: S608
_TABLES: Final = f"""
    CREATE TABLE dids (
        did_id INTEGER PRIMARY KEY AUTOINCREMENT, {_NAMES},
        starting INTEGER NOT NULL DEFAULT 0, UNIQUE (did_pattern COLLATE NOCASE)
    );
    CREATE TABLE users (
        name TEXT PRIMARY KEY, password TEXT, level INTEGER, active INTEGER, api_access INTEGER,
        modify_dids INTEGER, delete_dids INTEGER, functions TEXT, allowed_ips TEXT,
        failed_logins INTEGER, last_login REAL
    );
    CREATE TABLE look_ups (parameter TEXT, value TEXT COLLATE NOCASE, PRIMARY KEY (parameter, value));
"""
_A_HUNDRED_YEARS: Final = 3.2e9


@dataclass(frozen=True, slots=True)
class User:
    """A VICIdial user, as far as the Non-Agent API looks at one.

    Attributes:
        name: what goes into ``user``.
        password: what goes into ``pass``; never shown by ``repr``.
        level: user_level; 7 logs in, 8 changes DIDs.
        active: whether the user is active.
        api_access: Agent API Access.
        modify_dids: Modify DIDs.
        delete_dids: Delete DIDs.
        functions: the allowed API functions.
        allowed_ips: the addresses that the user may come from; empty for all.
        failed_logins: how many failed logins since the last good one.
        last_login: when the last login was tried, good or failed, in seconds since 1970.
    """

    name: str
    password: str = field(repr=False)
    level: int = 8
    active: bool = True
    api_access: bool = True
    modify_dids: bool = True
    delete_dids: bool = True
    functions: tuple[str, ...] = (ALL_FUNCTIONS,)
    allowed_ips: tuple[str, ...] = ()
    failed_logins: int = 0
    last_login: float = 0.0


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
        User("locked", password, failed_logins=options.lock_after, last_login=options.clock() + _A_HUNDRED_YEARS),
        User("ipblock", password, allowed_ips=("203.0.113.5",)),
    )


def _starting_dids(options: SandboxOptions) -> tuple[Row, ...]:
    """``default``, which every VICIdial has, a model to copy an agent from, and what the options add."""
    model: Row = {
        "did_pattern": "18005550199",
        "did_description": "Agent 1001 model DID",
        "did_route": "AGENT",
        "user": "1001",
    }
    plain: list[Row] = [{"did_pattern": did} for did in ("default", *options.starting_dids)]
    return (plain[0], model, *plain[1:])


class Store:
    """The sandbox's database: one connection, every method to be called with ``lock`` held.

    Args:
        options: the starting data, and where the database is; a file that has tables is used as it is.
    """

    def __init__(self, options: SandboxOptions) -> None:
        self.lock = threading.RLock()
        # every statement is its own transaction; a file needs no more than to survive this process, so no fsync
        self._database = sqlite3.connect(options.database, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA synchronous = OFF")
        if not self._database.execute("SELECT 1 FROM sqlite_master WHERE name = 'dids'").fetchone():
            self._fill(options)

    def _fill(self, options: SandboxOptions) -> None:
        self._database.executescript(_TABLES)
        for user in _starting_users(options):
            self.put_user(user)
        looked_up = {"group": options.in_groups, "menu_id": options.call_menus, "server_ip": options.servers}
        for parameter, values in looked_up.items():
            for value in values:
                self._database.execute("INSERT INTO look_ups VALUES (?, ?)", (parameter, value))
        for row in _starting_dids(options):
            self.insert(row)
        self._database.execute("UPDATE dids SET starting = 1")
        # like VICIdial's database, SQLite counts on from here and never gives a deleted DID's number again
        self._database.execute("UPDATE sqlite_sequence SET seq = max(seq, ?)", (options.first_did_id - 1,))

    def close(self) -> None:
        """Close the database; one in memory is gone then."""
        self._database.close()

    def user(self, name: str) -> User | None:
        """Return the user of that name, or None."""
        found = self._database.execute("SELECT * FROM users WHERE name = ?", (name,)).fetchone()
        if found is None:
            return None
        name, password, level, active, api, modify, delete, functions, ips, failed, last = found
        flags = bool(active), bool(api), bool(modify), bool(delete)
        return User(name, password, level, *flags, tuple(functions.split()), tuple(ips.split()), failed, last)

    def put_user(self, user: User) -> None:
        """Add a user, or change the one of that name."""
        values = (
            *(user.name, user.password, user.level, user.active, user.api_access, user.modify_dids, user.delete_dids),
            *(" ".join(user.functions), " ".join(user.allowed_ips), user.failed_logins, user.last_login),
        )
        self._database.execute("REPLACE INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def note_login(self, name: str, failed_logins: int, at: float) -> None:
        """Record a login: the count of failed ones after it, and its time."""
        self._database.execute(
            "UPDATE users SET failed_logins = ?, last_login = ? WHERE name = ?", (failed_logins, at, name)
        )

    def knows(self, parameter: str, value: str) -> bool:
        """Say whether the system has that in-group, call menu or server, without regard to case."""
        found = self._database.execute("SELECT 1 FROM look_ups WHERE parameter = ? AND value = ?", (parameter, value))
        return found.fetchone() is not None

    def did_id(self, did_pattern: str) -> int | None:
        """Return the did_id of a DID, or None if it is not there."""
        found = self._database.execute(
            "SELECT did_id FROM dids WHERE did_pattern = ? COLLATE NOCASE", (did_pattern,)
        ).fetchone()
        return None if found is None else int(found[0])

    def insert(self, given: Mapping[str, str | None]) -> int | None:
        """Store a new DID with the defaults for what is not given.

        Returns:
            Its did_id; None where the did_pattern is there already, and then nothing is stored.
        """
        row = _DEFAULTS | dict(given)
        if self.did_id(row["did_pattern"] or "") is not None:
            return None
        return self._database.execute(_INSERT, [row[name] for name in _STORED]).lastrowid

    def row(self, did_pattern: str) -> Row | None:
        """Return one DID, or None if it is not there."""
        found = self._database.execute(f"{_SELECT} WHERE did_pattern = ? COLLATE NOCASE", (did_pattern,)).fetchone()
        return None if found is None else dict(zip(_STORED, found, strict=True))

    def rows(self) -> dict[str, Row]:
        """Return all DIDs that were added to the starting data, by did_pattern, oldest first."""
        found = self._database.execute(f"{_SELECT} WHERE starting = 0 ORDER BY did_id")
        return {values[0]: dict(zip(_STORED, values, strict=True)) for values in found}

    def update(self, did_pattern: str, changes: Mapping[str, str | None]) -> None:
        """Change some columns of a DID."""
        assignments = ", ".join(f"{name} = ?" for name in changes)
        # the names are those of importer.columns
        statement = f"UPDATE dids SET {assignments} WHERE did_pattern = ? COLLATE NOCASE"  # noqa: S608
        self._database.execute(statement, (*changes.values(), did_pattern))

    def delete(self, did_pattern: str) -> None:
        """Delete a DID."""
        self._database.execute("DELETE FROM dids WHERE did_pattern = ? COLLATE NOCASE", (did_pattern,))
