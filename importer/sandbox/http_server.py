"""The sandbox's HTTP: http.server with a thread for each connection, because some faults need the connection itself."""

import contextlib
import os
import random
import socket
import struct
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from time import monotonic
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from importer.columns import DID_PATTERN
from importer.sandbox.faults import LOOPBACK, ONLY_SUCCESS, PATH, PROCESSED, Fault, SandboxOptions
from importer.sandbox.replies import Reply, broken_reply, page
from importer.sandbox.rules import Request, answer, word
from importer.sandbox.store import Call, Store

_NO_WAITING_AT_CLOSE: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
_NAMES_OF_LOOPBACK: Final = (LOOPBACK, "localhost", "[::1]")
_LONGEST_FORM: Final = 1 << 20


class PracticeServer(ThreadingTCPServer):
    """One listening socket with the connections that came in by it; bound when it is made, serving with ``serve``."""

    # connections that have just been closed hold the port for minutes otherwise; on Windows they don't, and there
    # this option would let two servers share it
    allow_reuse_address = os.name == "posix"
    request_queue_size = 128

    def __init__(self, port: int, store: Store, options: SandboxOptions) -> None:
        super().__init__((LOOPBACK, port), PracticeHandler, bind_and_activate=False)
        self.store, self.options = store, options
        self.random = random.Random(options.seed)
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._thread: threading.Thread | None = None
        try:
            self.server_bind()
        except OSError:
            self.server_close()
            raise

    def serve(self) -> None:
        self.server_activate()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name="sandbox", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port, reset all connections, and drop the calls that are being answered."""
        self.stopping.set()
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                _end_by_reset(connection)
                # wakes the thread that waits for the connection's next request
                connection.shutdown(socket.SHUT_RD)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Keep the connection, so that ``stop`` finds it."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close the connection; without the base class's orderly end, which a reset has not."""
        self._connections.discard(request)
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as the base class has it
        """Keep a mistake of the sandbox's own; a client that went away is none."""
        error = sys.exception()
        if not isinstance(error, OSError):
            self.store.mistake = self.store.mistake or error


class PracticeHandler(BaseHTTPRequestHandler):
    """One connection: its requests in, replies or faults out."""

    server: PracticeServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # head and body leave together
    wbufsize = -1
    timeout = 75

    def do_GET(self) -> None:
        arrived, url, form = monotonic(), urlsplit(self.path), self._form()
        if form is None:
            return
        if not self._is_asked_here():
            self._send(page("403 Forbidden", "Another site's page may not ask the practice VICIdial.", 403))
            return
        if url.path != PATH:
            self._send(page("404 Not Found", f"{url.path} is not here. The API is at {PATH}.", 404))
            return
        # the URL's parameters win, and of two with one name the last, as in PHP
        params = _parsed(form) | _parsed(url.query)
        fault = self._arrival(arrived, params)
        half = self.server.random.uniform(*self.server.options.latency) / 2
        if self._stops_within(half):
            return
        reply = Reply("")
        if fault is None or fault in PROCESSED:
            request = Request(params, self.client_address[0], table_broken=fault is Fault.BROKEN_TABLE)
            with self.server.store.lock:
                reply = answer(request, self.server.store, self.server.options)
                if fault is Fault.LOST_INSERT and reply.added:
                    self.server.store.delete(reply.added)
            if self._stops_within(half):
                return
        if fault is None or (fault in ONLY_SUCCESS and not reply.added):
            self._send(reply)
        else:
            self._break(fault, reply)

    do_POST = do_GET  # noqa: N815 - as above

    def _form(self) -> str | None:
        """Read the body; None where it was refused."""
        if "Transfer-Encoding" in self.headers:
            self.send_error(411)
            return None
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit() and int(length) <= _LONGEST_FORM):
            self.send_error(413)
            return None
        body = self.rfile.read(int(length)).decode("latin-1")
        return body if self.command == "POST" else ""

    def _is_asked_here(self) -> bool:
        """Say whether the request is for this server by its own name, and from no other site's page."""
        ours = {f"{name}:{self.server.server_address[1]}" for name in _NAMES_OF_LOOPBACK}
        origin = self.headers.get("Origin") or self.headers.get("Referer")
        return (
            self.headers.get("Host") in ours
            and (origin is None or urlsplit(origin).netloc in ours)
            and self.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}
        )

    def _arrival(self, arrived: float, params: Mapping[str, str]) -> Fault | None:
        """Record a call, and decide what befalls it."""
        function = word(params.get("function", ""))
        user = word(params.get("user", ""))
        did = DID_PATTERN.keep(params.get("did_pattern") or params.get("new_dids", "").partition(",")[0])
        plan, store = self.server.options.faults, self.server.store
        shown = MappingProxyType({name: value for name, value in params.items() if name != "pass"})
        with store.lock:
            store.counts[did] += function in plan.functions
            fault = plan.fault_for(self.server.options.seed, function, did, store.counts[did])
            store.calls.append(Call(arrived, function, user, did, self.command, shown, fault.value if fault else ""))
            store.lock.notify_all()
        return fault

    def _stops_within(self, seconds: float) -> bool:
        """Wait; True where the server stops meanwhile, and the connection is reset."""
        stops = bool(seconds) and self.server.stopping.wait(seconds)
        if stops:
            self._reset()
        return stops

    def _break(self, fault: Fault, reply: Reply) -> None:
        """Answer as the fault wants; ``reply`` is what VICIdial would have said, if it was asked."""
        plan = self.server.options.faults
        if fault in {Fault.HANG, Fault.HANG_AFTER}:
            # until the client has gone, or that much time
            self.connection.settimeout(plan.hang_seconds)
            with contextlib.suppress(TimeoutError):
                self.connection.recv(1)
            self._reset()
        elif fault in {Fault.CUT_BEFORE, Fault.CUT_AFTER}:
            self._reset()
        elif fault is Fault.HALF_BODY:
            self._send(reply, half=True)
        else:
            self._send(broken_reply(fault, reply, plan, self.path))

    def _send(self, reply: Reply, *, half: bool = False) -> None:
        """Send an answer; with ``half`` only half of the body that it announces, and then close."""
        body = reply.text.encode()
        self.send_response_only(reply.status)
        fixed = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
        for name, value in (fixed | dict(reply.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)
        self.close_connection = self.close_connection or half

    def _reset(self) -> None:
        """End the connection without an answer, and without an orderly end."""
        _end_by_reset(self.connection)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
        """Log nothing: URLs hold the password."""


def _parsed(encoded: str) -> dict[str, str]:
    # bytes that are no UTF-8 become U+FFFD, which no field keeps
    return dict(parse_qsl(encoded, keep_blank_values=True, encoding="utf-8", errors="replace"))


def _end_by_reset(connection: socket.socket) -> None:
    """Let the coming close of the connection be a reset: without lingering, close sends RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_WAITING_AT_CLOSE)
