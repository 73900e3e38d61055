"""The addresses of the page, and what holds for all of them: forms that count once, errors in words."""

import asyncio
import sys
import traceback
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from importer.errors import ImporterError
from importer.web import columns, connect, files, past, review, sending
from importer.web.guard import MOST_BYTES, TOO_LARGE, Doors, Guard
from importer.web.lists import Lists
from importer.web.server import WebOptions
from importer.web.state import PageState
from importer.web.visit import Visit, to

_Answer: TypeAlias = Callable[[Visit], Response]

_MOST_FORMS: Final = 2000

ADDRESSES: Final[tuple[tuple[str, _Answer | None, _Answer | None], ...]] = (
    ("/", connect.home, None),
    ("/connect", connect.show, connect.test),
    ("/connect/practice", None, connect.practise),
    ("/connect/remember", None, connect.remember),
    ("/file", files.show, files.take),
    ("/template.xlsx", files.template, None),
    ("/lists/{list}", files.ask, files.answer),
    ("/lists/{list}/columns", columns.show, columns.choose),
    ("/lists/{list}/review", review.show, review.correct),
    ("/lists/{list}/change", None, review.change_all),
    ("/lists/{list}/ask", None, review.ask),
    ("/lists/{list}/asking", review.asking, None),
    ("/lists/{list}/asking/stop", None, sending.stop),
    ("/lists/{list}/checked.xlsx", review.download, None),
    ("/lists/{list}/confirm", sending.confirm, sending.send),
    ("/runs", past.show, None),
    ("/runs/{run}", sending.show, None),
    ("/runs/{run}/stop", None, sending.stop),
    ("/runs/{run}/now", None, sending.try_now),
    ("/runs/{run}/finish", None, sending.finish),
    ("/runs/{run}/correct", None, past.correct),
    ("/runs/{run}/results.xlsx", past.results, None),
    ("/runs/{run}/failed.xlsx", past.failed, None),
    ("/runs/{run}/failed.csv", past.failed, None),
    ("/runs/{run}/verify", past.show_verify, past.verify),
    ("/runs/{run}/verify/stop", None, sending.stop),
    ("/runs/{run}/verify.xlsx", past.verified, None),
    ("/runs/{run}/undo", past.ask_undo, past.undo_run),
    ("/runs/{run}/forget", past.ask_forget, past.forget),
)
"""Address, what shows it, and what takes its form."""


def application(doors: Doors, options: WebOptions) -> tuple[Starlette, PageState]:
    """Return the application, and what it remembers while it runs."""
    forms = _Forms()
    routes: list[Route | Mount] = [
        Route(path, _answering(answer, forms), methods=[method])
        for path, show, take in ADDRESSES
        for method, answer in (("GET", show), ("POST", take))
        if answer is not None
    ]
    routes.append(Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")))
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, doors=doors), Middleware(RequestBodyLimitMiddleware, max_body_size=MOST_BYTES)],
        exception_handlers={HTTPException: _http_error},
    )
    state = app.state.page = PageState(options, Lists(options.folder / "lists"))
    return app, state


class _Forms:
    """What the forms that were sent have led to: one that is sent twice does its thing once."""

    def __init__(self) -> None:
        self._led_to: OrderedDict[str, asyncio.Future[str]] = OrderedDict()

    async def once(self, form: str, answer: Callable[[], Awaitable[Response]]) -> Response:
        """Answer a form, or lead to where it led the first time."""
        if form in self._led_to:
            return to(await asyncio.shield(self._led_to[form]))
        future = self._led_to[form] = asyncio.get_running_loop().create_future()
        while len(self._led_to) > _MOST_FORMS:
            self._led_to.popitem(last=False)
        led_to = ""
        try:
            response = await answer()
            led_to = response.headers.get("location", "")
            return response
        finally:
            future.set_result(led_to or "/")
            if not led_to:
                # nothing was done but to show what is wrong
                self._led_to.pop(form, None)


def _answering(answer: _Answer, forms: _Forms) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers an address, in a thread."""

    async def answered(request: Request) -> Response:
        visit = Visit(request, FormData())
        try:
            if request.method != "POST":
                return await asyncio.to_thread(answer, visit)
            visit.form = await request.form(max_files=1, max_fields=2000, max_part_size=MOST_BYTES)
            once = visit.typed("once") or str(id(request))
            return await forms.once(once, lambda: asyncio.to_thread(answer, visit))
        except ImporterError as error:
            return _message(visit, 400, str(error))
        except HTTPException:
            raise
        except Exception:  # noqa: BLE001  whatever nobody foresaw must not show the password in its traceback
            from importer.settings.password import redact_all

            sys.stderr.write(redact_all(traceback.format_exc()))
            return _message(visit, 500, _UNFORESEEN)

    return answered


_UNFORESEEN: Final = (
    "The importer failed in a way that nobody foresaw. What was sent is in the record: the page Runs lists it, and"
    " finishes it."
)
_SENTENCES: Final = {
    404: "There is no such page. It may have been forgotten, or the importer was started again.",
    405: "This address only takes what its buttons send.",
    413: TOO_LARGE,
}


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  it is registered for these alone
    if error.status_code == 303 and error.headers:
        return to(error.headers["Location"])
    sentence = _SENTENCES.get(error.status_code, error.detail)
    return _message(Visit(request, FormData()), error.status_code, sentence)


def _message(visit: Visit, status: int, sentence: str) -> Response:
    return visit.show("message.html", status, title="That did not work", sentence=sentence)
