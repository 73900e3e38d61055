"""Which VICIdial the page works with: the one that was tested, or a practice one of our own."""

import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from importer.errors import SettingsError
from importer.settings.file import ServerFile, config_file, load_servers, read_server_file
from importer.settings.named import ChosenServer, Given, NamedServer
from importer.settings.settings import Server, resolve_settings

if TYPE_CHECKING:
    from importer import ImportOptions
    from importer.doctor import Patient, RungResult


@dataclass(frozen=True, slots=True)
class Connection:
    """A VICIdial that can be used; ``options`` is what the file of servers says of how."""

    server: Server
    options: "ImportOptions"
    practice: bool = False

    @property
    def host(self) -> str:
        """The name of the server, as a person knows it."""
        return host_of(self.server.url)

    def is_for(self, url: str, user: str) -> bool:
        """Whether a run that is bound to this address and user can be worked on."""
        return (self.server.url, self.server.user) == (url, user)


def host_of(url: str) -> str:
    """Return host and port of an address."""
    return urlsplit(url).netloc


class ConnectionTest:
    """Doctor's rungs, one after the other, in a thread of its own."""

    def __init__(
        self, host: str, user: str, password: str, entry: NamedServer | None, options: "ImportOptions"
    ) -> None:
        self.host, self.user, self.entry = host, user, entry
        self._password, self._options = password, options
        self.rungs: list[RungResult] = []
        self.connection: Connection | None = None
        self.over = self.taken = False
        self._thread = Thread(target=self._climb, name="test", daemon=True)

    def start(self) -> "ConnectionTest":
        """Begin."""
        self._thread.start()
        return self

    def wait(self, seconds: float) -> None:
        """Wait for its end, so that a quick test needs no second page."""
        self._thread.join(seconds)

    def _settle(self) -> "Patient":
        from importer.doctor import Patient

        entry = self.entry
        if entry is not None and self._password:
            entry = replace(entry, keyring=False, password_file=None)
        given = Given(
            url=None if entry else self.host, user=self.user or None, environment={}, ask=lambda _: self._password
        )
        resolved = resolve_settings(given, ChosenServer(entry, by_flag=True) if entry else None)
        self._server = resolved.server
        return Patient(resolved.server, self._options.transport(), resolved.settings)

    def _climb(self) -> None:
        from importer.doctor import Level, examine

        try:
            for rung in examine(self._settle):
                self.rungs.append(rung)
            if self.rungs and self.rungs[-1].level is not Level.BROKEN:
                options = replace(self._options, source=self._server.source)
                self.connection = Connection(self._server, options)
        finally:
            self.over = True


def known_servers(config: Path | None) -> ServerFile:
    """Return the servers of the config file."""
    return load_servers(config_file(config))


def remember_server(config: Path | None, name: str, server: Server, *, keyring: bool) -> Path:
    """Write a server into the file of servers, and its password into the system's keyring if that is wanted."""
    file = known_servers(config)
    if not name or any(one.name == name for one in file.servers):
        raise SettingsError(f"'{name}' is the name of a server already; choose another" if name else "give it a name")
    lines = [f"[servers.{json.dumps(name)}]", f"url = {json.dumps(server.url)}", f"user = {json.dumps(server.user)}"]
    if keyring:
        _put_into_keyring(server)
        lines.append("keyring = true")
    before = file.path.read_text(encoding="utf-8-sig") if file.path.exists() else ""
    text = f"{before.rstrip()}\n\n" if before.strip() else ""
    temporary = file.path.with_name(f".{secrets.token_hex(4)}.toml")
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")
        read_server_file(temporary)
        temporary.replace(file.path)
    except OSError as error:
        raise SettingsError(f"{file.path} cannot be written ({error.strerror})") from None
    finally:
        temporary.unlink(missing_ok=True)
    return file.path


def _put_into_keyring(server: Server) -> None:
    import importlib

    from importer.settings.password_source import KEYRING_SERVICE

    try:
        keyring = importlib.import_module("keyring")
        user = f"{server.user}@{urlsplit(server.url).hostname}"
        keyring.set_password(KEYRING_SERVICE, user, server.password.reveal())
    except ModuleNotFoundError:
        raise SettingsError("the keyring needs an extra: pip install 'did-importer[keyring]'") from None
    except Exception as error:  # noqa: BLE001  each system's keyring has exceptions of its own
        raise SettingsError(f"the system's keyring does not open ({type(error).__name__})") from None


def keyring_there() -> bool:
    """Whether the extra that reaches the system's keyring is installed."""
    import importlib.util

    return importlib.util.find_spec("keyring") is not None


def options_of(entry: NamedServer | None) -> "ImportOptions":
    """Return what the file of servers says of how a server is used."""
    from importer import ImportOptions

    if entry is None:
        return ImportOptions()
    names = ("rate", "workers", "method", "did_format", "region")
    given = {name: getattr(entry, name) for name in names} | {"fills": entry.columns}
    return replace(ImportOptions(), **{name: value for name, value in given.items() if value})
