"""The nouns of the settings: a value and where it came from, and a server that the person has given a name."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Origin(StrEnum):
    """Where a value came from."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    FILE = "file"
    KEYRING = "keyring"
    TYPED = "typed"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and where it came from.

    Attributes:
        name: such as ``url``.
        value: the value; of a password never more than that it is not shown.
        origin: the kind of place it came from.
        where: the place itself, such as ``--url`` or ``[servers.east] in servers.toml``; empty for a default.
    """

    name: str
    value: str
    origin: Origin
    where: str = ""


@dataclass(frozen=True, slots=True)
class NamedServer:
    """One ``[servers.NAME]``: where, as whom, and how. It holds no password, only where one is kept.

    Attributes:
        name: what stands behind ``--server``.
        place: where it is written down, for messages, such as ``[servers.east] in servers.toml``.
        url: the whole address of the Non-Agent API.
        user: the API user; empty where the file names none.
        source: what the API log shows as the origin; empty for the default.
        password_file: a file whose first line is the password, or None.
        keyring: whether the password is in the system's keyring.
        rate: calls a second (0: no limit), or None for the default.
        workers: calls in flight at once, or None for the default.
        method: ``GET`` or ``POST``; empty for the default.
        did_format: how a DID is written when it is sent; empty for the default.
        region: the region of numbers without a country code; empty for the default.
        columns: pairs of a column and the value that stands where it is blank.
    """

    name: str
    place: str
    url: str
    user: str = ""
    source: str = ""
    password_file: Path | None = None
    keyring: bool = False
    rate: float | None = None
    workers: int | None = None
    method: str = ""
    did_format: str = ""
    region: str = ""
    columns: tuple[tuple[str, str], ...] = ()

    @property
    def has_password_source(self) -> bool:
        """Whether it says where its password is kept."""
        return self.keyring or self.password_file is not None


@dataclass(frozen=True, slots=True)
class ChosenServer:
    """The server that a command works with, if it is one with a name.

    Attributes:
        entry: the server.
        by_flag: True where ``--server`` names it, so that it beats the environment; False for the file's default
            server, which loses to it.
    """

    entry: NamedServer
    by_flag: bool
