"""The sandbox as a running server: in a thread for tests and the demo, or blocking for the command line."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from importer.sandbox.faults import LOOPBACK, PATH, SandboxOptions
from importer.sandbox.http_server import PracticeServer
from importer.sandbox.store import Call, Row, Store, User


class Sandbox:
    """A VICIdial to practise on, in threads, on loopback; use it with ``with``.

    Every method may be called from any thread while it runs, except from ``FaultPlan.chosen``.

    Args:
        options: how it behaves.
        port: where it listens; 0 for a free port.
    """

    def __init__(self, options: SandboxOptions | None = None, port: int = 0) -> None:
        self._options = options or SandboxOptions()
        self._port = port
        self._store = Store(self._options)
        self._server: PracticeServer | None = None

    def __enter__(self) -> Self:
        self._server = self._bound()
        self._port = self._server.server_address[1]
        self._server.serve()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self._stop()
        if kind is None and self._store.mistake is not None:
            raise RuntimeError(
                "the sandbox itself failed on a request; this is a mistake in it"
            ) from self._store.mistake

    @property
    def url(self) -> str:
        """The full address of the API."""
        return f"http://{LOOPBACK}:{self._port}{PATH}"

    @property
    def port(self) -> int:
        return self._port

    @property
    def calls(self) -> list[Call]:
        """All calls so far, in the order in which they arrived."""
        with self._store.lock:
            return list(self._store.calls)

    def wait_for_calls(self, count: int, timeout: float = 30.0) -> bool:
        """Wait until so many calls have arrived; False if ``timeout`` seconds pass before."""
        with self._store.lock:
            return self._store.lock.wait_for(lambda: len(self._store.calls) >= count, timeout)

    def stored(self) -> dict[str, Row]:
        """Return all DIDs that were added to the starting data: did_pattern -> column -> text or None, oldest first."""
        with self._store.lock:
            return self._store.rows()

    def user(self, name: str) -> User:
        with self._store.lock:
            return self._store.users[name]

    def put_user(self, user: User) -> None:
        """Add a user, or change the one of that name, from the next call on."""
        with self._store.lock:
            self._store.users[user.name] = user

    def change_user(self, name: str, **changes: Any) -> None:
        """Change what ``changes`` name of a user, such as ``password`` or ``failed_logins``, from the next call on."""
        with self._store.lock:
            self._store.users[name] = replace(self._store.users[name], **changes)

    def delete_did(self, did_pattern: str) -> None:
        """Delete a DID behind the client's back."""
        with self._store.lock:
            self._store.delete(did_pattern)

    def hide_did(self, did_pattern: str) -> None:
        with self._store.lock:
            self._store.hide(did_pattern)

    def pause(self) -> None:
        """Go away: connections are reset, new ones refused, calls that are being answered are dropped."""
        self._stop()
        # bound but not listening, the port refuses connections and nobody else can get it
        self._server = self._bound()

    def resume(self) -> None:
        """Come back on the same port, with the same data."""
        if self._server is None:
            raise RuntimeError("the sandbox is not started; use it with 'with'")
        self._server.serve()

    def _bound(self) -> PracticeServer:
        return PracticeServer(self._port, self._store, self._options)

    def _stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.stop()


def serve(options: SandboxOptions, port: int, ready: Callable[[str], None]) -> None:
    """Run a sandbox until Ctrl-C.

    ``ready`` is called with the API's address once it answers. Where the port is taken, that is an OSError.
    """
    forever = threading.Event()
    with Sandbox(options, port) as sandbox, suppress(KeyboardInterrupt):
        ready(sandbox.url)
        # on Windows a wait without an end would not notice Ctrl-C
        while not forever.wait(0.5):
            pass
