"""The addresses of the page, and what holds for all of them: forms that count once, errors in words."""

import asyncio
import sys
import traceback
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Final, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from importer.errors import ImporterError
from importer.web.guard import MOST_BYTES, Doors, Guard
from importer.web.render import render
from importer.web.server import WebOptions
from importer.web.state import PageState

_Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

_MOST_FORMS: Final = 2000

ADDRESSES: Final[tuple[tuple[str, str, str], ...]] = (
    ("GET", "/", "connect.home"),
    ("GET", "/connect", "connect.show"),
    ("POST", "/connect", "connect.test"),
    ("POST", "/connect/practice", "connect.practise"),
    ("POST", "/connect/remember", "connect.remember"),
    ("GET", "/file", "files.show"),
    ("POST", "/file", "files.take"),
    ("GET", "/template.xlsx", "files.template"),
    ("GET", "/lists/{list}", "files.show_list"),
    ("POST", "/lists/{list}", "files.answer"),
    ("GET", "/lists/{list}/columns", "columns.show"),
    ("POST", "/lists/{list}/columns", "columns.choose_columns"),
    ("GET", "/lists/{list}/review", "review.show"),
    ("POST", "/lists/{list}/review", "review.correct"),
    ("POST", "/lists/{list}/change", "review.change_all"),
    ("POST", "/lists/{list}/ask", "review.ask"),
    ("GET", "/lists/{list}/asking", "review.asking"),
    ("POST", "/lists/{list}/asking", "review.stop_asking"),
    ("GET", "/lists/{list}/checked.xlsx", "review.download"),
    ("GET", "/lists/{list}/confirm", "sending.confirm"),
    ("POST", "/lists/{list}/confirm", "sending.send"),
    ("GET", "/runs", "past.show"),
    ("GET", "/runs/{run}", "sending.run"),
    ("POST", "/runs/{run}/stop", "sending.stop"),
    ("POST", "/runs/{run}/now", "sending.try_now"),
    ("POST", "/runs/{run}/finish", "sending.finish"),
    ("POST", "/runs/{run}/correct", "past.correct"),
    ("GET", "/runs/{run}/results.xlsx", "past.results"),
    ("GET", "/runs/{run}/failed.xlsx", "past.failed"),
    ("GET", "/runs/{run}/failed.csv", "past.failed"),
    ("GET", "/runs/{run}/verify", "verify.show"),
    ("POST", "/runs/{run}/verify", "verify.begin"),
    ("POST", "/runs/{run}/verify/stop", "verify.stop"),
    ("GET", "/runs/{run}/verify.xlsx", "verify.workbook"),
    ("GET", "/runs/{run}/undo", "past.ask_undo"),
    ("POST", "/runs/{run}/undo", "past.undo_run"),
    ("GET", "/runs/{run}/forget", "past.ask_forget"),
    ("POST", "/runs/{run}/forget", "past.forget"),
)
"""Method, address, and the module and function that answer."""


def application(doors: Doors, options: WebOptions) -> tuple[Starlette, PageState]:
    """Return the application, and what it remembers while it runs."""
    state = PageState(options)
    forms = _Forms()
    routes: list[Route | Mount] = [
        Route(path, _answered(endpoint, forms), methods=[method]) for method, path, endpoint in ADDRESSES
    ]
    routes.append(Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")))
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, doors=doors), Middleware(RequestBodyLimitMiddleware, max_body_size=MOST_BYTES)],
        exception_handlers={HTTPException: _http_error},
    )
    app.state.page = state
    return app, state


class _Forms:
    """What the forms that were sent have led to: one that is sent twice does its thing once."""

    def __init__(self) -> None:
        self._led_to: OrderedDict[str, asyncio.Future[str]] = OrderedDict()

    async def once(self, form: str, answer: Callable[[], Awaitable[Response]]) -> Response:
        """Answer a form, or lead to where it led the first time."""
        if form in self._led_to:
            return RedirectResponse(await asyncio.shield(self._led_to[form]), 303)
        future = self._led_to[form] = asyncio.get_running_loop().create_future()
        while len(self._led_to) > _MOST_FORMS:
            self._led_to.popitem(last=False)
        try:
            response = await answer()
        except BaseException:
            future.set_result("/")
            self._led_to.pop(form, None)
            raise
        if response.status_code == 303:
            future.set_result(response.headers["location"])
        else:
            # nothing was done but to show what is wrong
            future.set_result("/")
            self._led_to.pop(form, None)
        return response


def _answered(name: str, forms: _Forms) -> _Endpoint:
    """Return what answers an address; its module is imported when it is first asked for: the first page comes soon."""
    module, _, function = name.partition(".")

    async def answered(request: Request) -> Response:
        try:
            endpoint: _Endpoint = getattr(import_module(f"importer.web.{module}"), function)
            if request.method != "POST":
                return await endpoint(request)
            form = await request.form(max_files=1, max_fields=2000, max_part_size=MOST_BYTES)
            return await forms.once(str(form.get("once", id(request))), lambda: endpoint(request))
        except ImporterError as error:
            return render(request, "message.html", 400, title="That did not work", sentence=str(error))
        except HTTPException:
            raise
        except Exception:  # noqa: BLE001  whatever nobody foresaw must not show the password in its traceback
            from importer.settings.password import redact_all

            sys.stderr.write(redact_all(traceback.format_exc()))
            return render(request, "message.html", 500, title="That did not work", sentence=_UNFORESEEN)

    return answered


_UNFORESEEN: Final = (
    "The importer failed in a way that nobody foresaw. What was sent is in the record: the page Runs lists it, and"
    " finishes it."
)
_SENTENCES: Final = {
    404: "There is no such page. It may have been forgotten, or the importer was started again.",
    405: "This address only takes what its buttons send.",
    413: "The file has more than 64 MiB. Save only the sheet with the numbers.",
}


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  it is registered for these alone
    sentence = _SENTENCES.get(error.status_code, error.detail)
    return render(request, "message.html", error.status_code, title="That did not work", sentence=sentence)
