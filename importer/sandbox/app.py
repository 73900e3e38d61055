"""The sandbox as a web application: requests in, replies or faults out. Imported when a sandbox starts."""

import asyncio
import html
import random
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from types import MappingProxyType
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from importer.columns import DID_PATTERN
from importer.sandbox.calls import Call, CallLog
from importer.sandbox.faults import ONLY_SUCCESS, PROCESSED, Fault
from importer.sandbox.options import PATH, SandboxOptions
from importer.sandbox.rules import Reply, answer, word
from importer.sandbox.store import Store
from importer.sandbox.wire import close_half_way, reset, until_gone

_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><h1>{title}</h1><p>{text}</p></body></html>\n"
)


@dataclass(frozen=True, slots=True)
class _Wire:
    """The three things that an ASGI application is given."""

    scope: Scope
    receive: Receive
    send: Send

    async def answer(self, response: Response) -> None:
        await response(self.scope, self.receive, self.send)


class NonAgentApi:
    """VICIdial's non_agent_api.php as an ASGI application.

    Args:
        store: what the server knows.
        options: how it behaves.
        calls: where calls are recorded.
    """

    def __init__(self, store: Store, options: SandboxOptions, calls: CallLog) -> None:
        self._store = store
        self._options = options
        self._calls = calls
        self._random = random.Random(options.seed)
        self.trouble: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a mistake of the sandbox's own is kept for ``Sandbox`` to raise."""
        try:
            await self._serve(_Wire(scope, receive, send))
        except Exception as trouble:
            self.trouble = self.trouble or trouble
            raise

    async def _serve(self, wire: _Wire) -> None:
        arrived = monotonic()
        params = await _params(wire)
        fault = self._arrival(arrived, wire.scope["method"], params)
        half = self._random.uniform(*self._options.latency) / 2 if any(self._options.latency) else 0.0
        if half:
            await asyncio.sleep(half)
        if fault is not None and fault not in PROCESSED:
            await self._break(wire, fault, "")
            return
        with self._store.lock:
            reply = answer(params, wire.scope["client"][0], self._store, self._options)
            if fault is Fault.LOST_INSERT and reply.added:
                self._store.delete(reply.added)
        if half:
            await asyncio.sleep(half)
        if fault is None or (fault in ONLY_SUCCESS and not reply.added):
            await wire.answer(_response(reply))
        else:
            await self._break(wire, fault, reply.text)

    def _arrival(self, arrived: float, method: str, params: Mapping[str, str]) -> Fault | None:
        """Record a call, and decide what befalls it."""
        function = word(params.get("function", ""))
        did = DID_PATTERN.keep(params.get("did_pattern") or params.get("new_dids", "").partition(",")[0])
        plan = self._options.faults
        fault = None
        if function in plan.functions:
            fault = plan.fault_for(self._options.seed, function, did, self._calls.count(did))
        shown = MappingProxyType({name: value for name, value in params.items() if name != "pass"})
        user = word(params.get("user", ""))
        self._calls.add(Call(arrived, function, user, did, method, shown, fault.value if fault else ""))
        return fault

    async def _break(self, wire: _Wire, fault: Fault, text: str) -> None:
        """Answer as the fault wants; ``text`` is what VICIdial would have said, if it was asked."""
        plan = self._options.faults
        match fault:
            case Fault.CUT_BEFORE | Fault.CUT_AFTER:
                await reset(wire.scope, wire.receive)
            case Fault.HANG | Fault.HANG_AFTER:
                if not await until_gone(wire.receive, plan.hang_seconds):
                    await reset(wire.scope, wire.receive)
            case Fault.HALF_BODY:
                await close_half_way(wire.scope, wire.receive, wire.send, _response(Reply(text)))
            case Fault.LOST_INSERT:
                await wire.answer(_response(Reply(text)))
            case Fault.WRONG_NUMBER:
                await wire.answer(_response(Reply(_with_another_number(text))))
            case Fault.ERROR_500 | Fault.ERROR_500_AFTER:
                await wire.answer(_response(Reply("", status=500)))
            case Fault.BUSY_503 | Fault.BUSY_429:
                status = 503 if fault is Fault.BUSY_503 else 429
                await wire.answer(HTMLResponse("", status, {"retry-after": plan.retry_after}))
            case Fault.HTML | Fault.HTML_AFTER:
                await wire.answer(_page_of_a_proxy(wire.scope))
            case Fault.REDIRECT:
                await wire.answer(HTMLResponse("", 302, {"location": plan.redirect_to}))
            case Fault.MYSQL_DOWN:
                await wire.answer(_response(Reply("MySQL connect ERROR: Connection refused\n")))


def application(api: NonAgentApi) -> Starlette:
    """Return the whole web application: the API at VICIdial's path, a page with 404 everywhere else."""
    # Route hands scope, receive and send to anything that is no function: some faults need them
    return Starlette(routes=[Route(PATH, api)], exception_handlers={404: _not_found})


async def _not_found(request: Request, _: Exception) -> Response:
    text = f"{request.url.path} is not here. The API is at {PATH}."
    return HTMLResponse(_PAGE.format(title="404 Not Found", text=html.escape(text)), 404)


async def _params(wire: _Wire) -> dict[str, str]:
    """Read the parameters of URL and form; the URL's win, and of two with one name the last, as in PHP."""
    body = b""
    more = True
    while more:
        message = await wire.receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    form = body if wire.scope["method"] == "POST" else b""
    return _parsed(form) | _parsed(wire.scope["query_string"])


def _parsed(encoded: bytes) -> dict[str, str]:
    # bytes that are no UTF-8 become U+FFFD, which no field keeps
    return dict(parse_qsl(encoded.decode("latin-1"), keep_blank_values=True, encoding="utf-8", errors="replace"))


def _response(reply: Reply) -> Response:
    # a PHP failure is an empty 500 after which the connection is closed
    headers = {"connection": "close"} if reply.status == 500 else None
    return HTMLResponse(reply.text, reply.status, headers)


def _page_of_a_proxy(scope: Scope) -> Response:
    """Return a page that repeats the URL, password and all, as some proxies' pages do."""
    asked = html.escape(f"{scope['path']}?{scope['query_string'].decode('latin-1')}")
    return HTMLResponse(_PAGE.format(title="Please sign in", text=f"You asked for {asked}"))


def _with_another_number(text: str) -> str:
    """Return a SUCCESS whose DID ends in another digit."""
    success = text.rstrip("\n")
    last = success[-1]
    return f"{success[:-1]}{(int(last) + 1) % 10 if last.isdecimal() else 0}\n"
