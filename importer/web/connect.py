"""Step 0: where VICIdial is, and whether it can be used; or a practice one of our own."""

from __future__ import annotations

import importlib
import importlib.util
import json
import secrets
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.responses import Response

import importer
from importer.errors import ImporterError, SettingsError
from importer.settings.file import ServerFile, load_servers, read_server_file
from importer.settings.named import ChosenServer, Given, NamedServer
from importer.settings.password import KEYRING_SERVICE, Password
from importer.settings.settings import Server, resolve_settings
from importer.settings.user_folders import config_file
from importer.web.state import Job, PageState
from importer.web.visit import Verdicts, Visit, host_of, to

if TYPE_CHECKING:
    from importer.doctor import Patient, RungResult
    from importer.sandbox import Sandbox

_QUICK_SECONDS: Final = 1.0


class Connection:
    """A VICIdial that can be used, and what it has said.

    ``options`` is what the file of servers says of how it is used; ``verdicts`` is what it said of the rows of a list.
    """

    def __init__(self, server: Server, options: importer.ImportOptions, *, practice: bool = False) -> None:
        self.server, self.options, self.practice = server, options, practice
        self.host = host_of(server.url)
        self.verdicts: dict[str, Verdicts] = defaultdict(dict)
        self._names: importer.ServerNames | None = None

    def names(self) -> importer.ServerNames | None:
        """Return its in-groups and call menus; None where it cannot be asked."""
        try:
            self._names = self._names or importer.server_names(self.server, self.options)
        except ImporterError:
            return None
        return self._names


class ConnectionTest:
    """Doctor's rungs, one after the other, while pages come and go."""

    def __init__(self, host: str, user: str, password: str, entry: NamedServer | None) -> None:
        self.host, self.user, self.entry = host, user, entry
        self.rungs: list[RungResult] = []
        self.connection: Connection | None = None
        self._password = password
        self.job = Job(self._climb)

    def _settle(self) -> Patient:
        from importer.doctor import Patient

        entry = self.entry
        if entry is not None and self._password:
            entry = replace(entry, keyring=False, password_file=None)
        given = Given(
            url=None if entry else self.host, user=self.user or None, environment={}, ask=lambda _: self._password
        )
        resolved = resolve_settings(given, ChosenServer(entry, by_flag=True) if entry else None)
        self._server = resolved.server
        self._options = importer.ImportOptions()
        if entry is not None:
            self._options = self._options.for_server(entry)
        return Patient(resolved.server, self._options.transport(), resolved.settings)

    def _climb(self, _job: Job) -> None:
        from importer.doctor import Level, examine

        for rung in examine(self._settle):
            self.rungs.append(rung)
        if self.rungs[-1].level is not Level.BROKEN:
            self.connection = Connection(self._server, self._options)


def home(visit: Visit) -> Response:
    if running := visit.state.jobs.running():
        return to(running[-1].page)
    return to("/file" if visit.state.connection else "/connect")


def show(visit: Visit) -> Response:
    return _page(visit)


def _page(visit: Visit, status: int = 200, **values: object) -> Response:
    test = visit.state.test
    if test and test.connection:
        # the server that was tested is the one that is used
        visit.state.connection = test.connection
    try:
        servers, trouble = _known(visit.state).servers, ""
    except ImporterError as error:
        servers, trouble = (), str(error)
    shown: dict[str, object] = {
        "test": test,
        "servers": servers,
        "trouble": trouble,
        "host": visit.asked("host") or (test.host if test else ""),
        "user": visit.asked("user") or (test.user if test else ""),
        "chosen": test.entry.name if test and test.entry else "",
        "why": visit.asked("why"),
        "errors": [],
        "remembered": visit.asked("remembered"),
        "keyring": importlib.util.find_spec("keyring") is not None,
    }
    return visit.show("connect.html", status, step="Connect", **(shown | values))


def test(visit: Visit) -> Response:
    """Begin the test of a connection; a page shows the rungs as they are climbed."""
    host, user, chosen = visit.typed("host"), visit.typed("user"), visit.typed("server")
    password = str(visit.form.get("password", ""))
    try:
        entry = _known(visit.state).named(chosen) if chosen else None
    except ImporterError as error:
        return _page(visit, 400, errors=[("server", str(error))], host=host, user=user)
    needed = (
        ("host", host or chosen, "Give the host, such as vici.example.org"),
        ("user", user or (entry and entry.user), "Give the API user"),
        ("password", password.strip() or (entry and entry.has_password_source), "Give the password"),
    )
    if missing := [(name, sentence) for name, value, sentence in needed if not value]:
        return _page(visit, 400, errors=missing, host=host, user=user, chosen=chosen)
    visit.state.test = ConnectionTest(host, user, password, entry)
    visit.state.test.job.start().wait(_QUICK_SECONDS)
    return to("/connect#test")


def practise(visit: Visit) -> Response:
    from importer.sandbox import PRACTICE_PASSWORD, PRACTICE_USER

    state = visit.state
    state.practice = state.practice or _started(state)
    server = Server(state.practice.url, PRACTICE_USER, Password(PRACTICE_PASSWORD))
    state.connection, state.test = Connection(server, importer.ImportOptions(), practice=True), None
    return to("/file")


def _started(state: PageState) -> Sandbox:
    """Start it anew at the address of the last time; what an unfinished run has added to it is there again."""
    from importer.sandbox import PRACTICE_DIDS, Sandbox, SandboxOptions

    notes = state.options.folder / "practice.json"
    try:
        port = int(json.loads(notes.read_text(encoding="utf-8"))["port"])
    except (OSError, ValueError, KeyError, TypeError):
        port = 0
    added = [
        did
        for line in importer.list_runs(state.folders.runs)
        if line.about.server.startswith(f"http://127.0.0.1:{port}/") and line.about.state == "unfinished"
        for did in importer.added_by(line)
    ]
    options = SandboxOptions(starting_dids=(*PRACTICE_DIDS, *added))
    try:
        sandbox = Sandbox(options, port).__enter__()
    except OSError:
        sandbox = Sandbox(options).__enter__()
    notes.write_text(json.dumps({"port": sandbox.port}), encoding="utf-8")
    return sandbox


def remember(visit: Visit) -> Response:
    connection = visit.state.connection
    if connection is None or connection.practice:
        return to("/connect")
    try:
        file = _known(visit.state)
        _write(file, visit.typed("name"), connection.server, keyring=visit.typed("keyring") == "yes")
    except ImporterError as error:
        return _page(visit, 400, errors=[("name", str(error))])
    return to(f"/connect?remembered={file.path.name}")


def _known(state: PageState) -> ServerFile:
    return load_servers(config_file(state.options.config))


def _write(file: ServerFile, name: str, server: Server, *, keyring: bool) -> None:
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


def _put_into_keyring(server: Server) -> None:
    try:
        keyring = importlib.import_module("keyring")
        user = f"{server.user}@{urlsplit(server.url).hostname}"
        keyring.set_password(KEYRING_SERVICE, user, server.password.reveal())
    except ModuleNotFoundError:
        raise SettingsError("the keyring needs an extra: pip install 'did-importer[keyring]'") from None
    except Exception as error:  # noqa: BLE001  each system's keyring has exceptions of its own
        raise SettingsError(f"the system's keyring does not open ({type(error).__name__})") from None
