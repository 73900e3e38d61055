"""The sandbox as a running server: in a thread for tests and the demo, or blocking for the command line."""

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from importer.sandbox.calls import Call, CallLog
from importer.sandbox.options import LOOPBACK, PATH, SandboxOptions
from importer.sandbox.store import Row, Store, User

if TYPE_CHECKING:
    from importer.sandbox.app import NonAgentApi
    from importer.sandbox.wire import Server

_SOMEBODY_ELSES_ADDRESS: Final = "203.0.113.5"
_SECONDS_TO_START: Final = 30.0


class Sandbox:
    """A VICIdial to practise on, in a thread, on loopback; use it with ``with``.

    Every method may be called from any thread while it runs, except from ``FaultPlan.chosen``.

    Args:
        options: how it behaves.
        port: where it listens; 0 for a free port.
    """

    def __init__(self, options: SandboxOptions | None = None, port: int = 0) -> None:
        self._options = options or SandboxOptions()
        self._port = port
        self._log = CallLog()
        self._store: Store | None = None
        self._api: NonAgentApi | None = None
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._reserved: socket.socket | None = None

    def __enter__(self) -> Self:
        """Start.

        Raises:
            OSError: the port is taken.
            sqlite3.Error: the database cannot be opened.
        """
        from importer.sandbox.app import NonAgentApi

        self._reserved = _bound(self._port)
        self._port = self._reserved.getsockname()[1]
        try:
            self._store = Store(self._options)
        except BaseException:
            self._reserved.close()
            raise
        self._api = NonAgentApi(self._store, self._options, self._log)
        self.resume()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _trouble: BaseException | None, _where: TracebackType | None
    ) -> None:
        """Stop.

        Raises:
            RuntimeError: the sandbox itself has failed on a request, and nothing else went wrong.
        """
        self._stop()
        if self._reserved is not None:
            self._reserved.close()
        self._data().close()
        if kind is None and self._api is not None and self._api.trouble is not None:
            raise RuntimeError("the sandbox itself failed on a request; this is a mistake in it") from self._api.trouble

    @property
    def url(self) -> str:
        """The full address of the API."""
        return f"http://{LOOPBACK}:{self._port}{PATH}"

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._port

    @property
    def calls(self) -> list[Call]:
        """All calls so far, in the order in which they arrived."""
        return self._log.all()

    def wait_for_calls(self, count: int, timeout: float = 30.0) -> bool:
        """Wait until so many calls have arrived; False if ``timeout`` seconds pass before."""
        return self._log.wait_for(count, timeout)

    def stored(self) -> dict[str, Row]:
        """Return all DIDs that were added to the starting data: did_pattern -> column -> text or None, oldest first."""
        with self._data().lock:
            return self._data().rows()

    def user(self, name: str) -> User:
        """Return a user.

        Raises:
            KeyError: there is none of that name.
        """
        with self._data().lock:
            found = self._data().user(name)
        if found is None:
            raise KeyError(name)
        return found

    def put_user(self, user: User) -> None:
        """Add a user, or change the one of that name, from the next call on."""
        with self._data().lock:
            self._data().put_user(user)

    def failed_logins(self, name: str) -> int:
        """Return how many logins of that user failed since the last good one."""
        return self.user(name).failed_logins

    def set_password(self, name: str, password: str) -> None:
        """Change a user's password."""
        with self._data().lock:
            self.put_user(replace(self.user(name), password=password))

    def lock(self, name: str) -> None:
        """Lock a user, as if the last of ten failed logins were now."""
        failed, now = self._options.lock_after, self._options.clock()
        with self._data().lock:
            self.put_user(replace(self.user(name), failed_logins=failed, last_login=now))

    def block_ip(self, name: str, *, blocked: bool = True) -> None:
        """Take this machine off the user's list of addresses, or put it back."""
        allowed = (_SOMEBODY_ELSES_ADDRESS,) if blocked else ()
        with self._data().lock:
            self.put_user(replace(self.user(name), allowed_ips=allowed))

    def delete_did(self, did_pattern: str) -> None:
        """Delete a DID behind the client's back."""
        with self._data().lock:
            self._data().delete(did_pattern)

    def pause(self) -> None:
        """Go away: connections are reset, new ones refused, calls that are being answered are dropped."""
        self._stop()
        # bound but not listening, the port refuses connections and nobody else can get it
        self._reserved = _bound(self._port)

    def resume(self) -> None:
        """Come back on the same port, with the same data."""
        from importer.sandbox.app import application
        from importer.sandbox.wire import Server

        if self._api is None or self._reserved is None:
            raise RuntimeError("the sandbox is not paused")
        listening, self._reserved = self._reserved, None
        self._server = Server(application(self._api))
        arguments = {"sockets": [listening]}
        self._thread = threading.Thread(target=self._server.run, kwargs=arguments, name="sandbox", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(_SECONDS_TO_START):
            raise RuntimeError("the sandbox did not start")

    def _stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join()
        self._server = self._thread = None

    def _data(self) -> Store:
        if self._store is None:
            raise RuntimeError("the sandbox is not started; use it with 'with'")
        return self._store


def serve(options: SandboxOptions, port: int, ready: Callable[[str], None]) -> None:
    """Run a sandbox until Ctrl-C.

    Args:
        options: how it behaves.
        port: where it listens; 0 for a free port.
        ready: called with the API's address once it answers.

    Raises:
        OSError: the port is taken.
    """
    forever = threading.Event()
    with Sandbox(options, port) as sandbox:
        try:
            ready(sandbox.url)
            # on Windows a wait without an end would not notice Ctrl-C
            while not forever.wait(0.5):
                pass
        except KeyboardInterrupt:
            return


def _bound(port: int) -> socket.socket:
    """Return a socket that has the port but does not listen yet."""
    # asyncio turns Nagle's delay off (40 ms an answer) only where the socket names its protocol
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # connections that have just been closed hold the port for minutes otherwise; on Windows they don't,
            # and this option would let two servers share it
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
    except OSError:
        bound.close()
        raise
    return bound
