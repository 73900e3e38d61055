"""Who may ask: the one browser that was given the address, and no page of another site in it.

Other users of the machine reach 127.0.0.1 too, and so does every page that is open in the browser. A request counts
only with the cookie, with our own name as its Host (a name that was rebound to 127.0.0.1 has another), and with an
Origin or Sec-Fetch-Site that says that it comes from our pages or from the person.
"""

import hashlib
import hmac
import secrets
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

START: Final = "/start"
"""The only address that is answered without the cookie: it exchanges a one-time token for it."""

MOST_BYTES: Final = 64 * 1024 * 1024
"""How long a request may be; a list of a million numbers has less."""
TOO_LARGE: Final = "The file has more than 64 MiB. Save only the sheet with the numbers."

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # with no-referrer browsers send "Origin: null" from our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_ANOTHER_SITE: Final = "The request comes from a page of another site."


class Doors:
    """The tokens and cookies of one server."""

    def __init__(self, port: int, key: str) -> None:
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        # browsers share cookies between the ports of a host
        self.cookie = f"did-importer-{port}"
        self._key = key.encode()
        self._used: set[str] = set()
        self._sessions: set[str] = set()

    def new_token(self) -> str:
        nonce = secrets.token_urlsafe(16)
        return f"{nonce}.{self._sign(nonce)}"

    def exchange(self, token: str) -> str | None:
        """Return the value of a new cookie for a token; None if it is not ours, or was used."""
        nonce, _, signature = token.partition(".")
        if nonce in self._used or not hmac.compare_digest(self._sign(nonce).encode(), signature.encode()):
            return None
        self._used.add(nonce)
        session = secrets.token_urlsafe(32)
        self._sessions.add(session)
        return session

    def is_ours(self, request: Request) -> bool:
        """Whether a request is for this server by its own name."""
        return request.headers.get("host", "").lower() in self._hosts

    def refusal(self, request: Request) -> str:
        """Say why a request for this server is refused; empty if it may pass."""
        headers = request.headers
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin not in (None, f"http://{headers['host'].lower()}"):
            return _ANOTHER_SITE
        # "none" is the person: an address that was typed, a bookmark
        person = ("none",) if request.method in ("GET", "HEAD") else ()
        if site not in (None, "same-origin", *person):
            return _ANOTHER_SITE
        if origin is None and site is None:
            return "The request does not say where it comes from; use a current browser."
        if request.cookies.get(self.cookie) not in self._sessions:
            return "This browser was not let in: start 'did-importer web' again, and it opens the page."
        return ""

    def _sign(self, nonce: str) -> str:
        return hmac.new(self._key, nonce.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


class Guard:
    """Refuses what may not pass, and puts the headers that protect the page on every answer."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._choose(Request(scope))(scope, receive, send_with_headers)

    def _choose(self, request: Request) -> ASGIApp:
        if not self._doors.is_ours(request):
            return _message(403, "No entry", "This address is not the importer's own.")
        if request.scope["path"] == START:
            return self._let_in(request)
        if why := self._doors.refusal(request):
            return _message(403, "No entry", why)
        length = request.headers.get("content-length", "0")
        if length.isdecimal() and int(length) > MOST_BYTES:
            # before it is read
            return _message(413, "Too large", TOO_LARGE)
        return self._app

    def _let_in(self, request: Request) -> HTMLResponse:
        token = request.query_params.get("token", "")
        session = self._doors.exchange(token) if request.method == "GET" else None
        if session is None:
            return _message(403, "No entry", "This address was used already: start 'did-importer web' again.")
        # not a redirect: to the browser it would still be the other site's request, and without a cookie
        answer = HTMLResponse(
            '<!doctype html><html lang="en"><meta http-equiv="refresh" content="0; url=/"><title>DID importer</title>'
            '<p><a href="/">Go on</a></p></html>'
        )
        answer.set_cookie(self._doors.cookie, session, httponly=True, samesite="strict", path="/")
        return answer


def _message(status: int, title: str, sentence: str) -> HTMLResponse:
    """Return a page without anything of the person's, for whoever it may be."""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1><p>{sentence}</p></html>', status
    )
