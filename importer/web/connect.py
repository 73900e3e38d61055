"""Step 0: where VICIdial is, and whether it can be used."""

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from importer.errors import ImporterError
from importer.web.connection import ConnectionTest, keyring_there, known_servers, options_of, remember_server
from importer.web.render import render
from importer.web.state import state_of

_QUICK_SECONDS = 1.0


async def home(request: Request) -> Response:
    """Lead to where the person goes on."""
    state = state_of(request)
    running = state.jobs.running()
    if running:
        return RedirectResponse(f"/runs/{running[-1].run_id}", 303)
    return RedirectResponse("/file" if state.connection else "/connect", 303)


async def show(request: Request) -> Response:
    """Show the form, and what the test has found so far."""
    return _page(request)


def _page(request: Request, status: int = 200, **values: object) -> Response:
    state = state_of(request)
    test: ConnectionTest | None = state.test
    if test is not None and test.connection is not None and not test.taken:
        # the server that was tested is the one that is used
        state.connection, test.taken = test.connection, True
    try:
        servers, trouble = known_servers(state.options.config).servers, ""
    except ImporterError as error:
        servers, trouble = (), str(error)
    shown = {
        "host": request.query_params.get("host", test.host if test else ""),
        "user": request.query_params.get("user", test.user if test else ""),
        "chosen": test.entry.name if test and test.entry else "",
        "why": request.query_params.get("why", ""),
        "errors": [],
        "remembered": request.query_params.get("remembered", ""),
    }
    return render(
        request,
        "connect.html",
        status,
        step="Connect",
        test=test,
        servers=servers,
        trouble=trouble,
        keyring=keyring_there(),
        **(shown | values),
    )


async def test(request: Request) -> Response:
    """Begin the test of a connection; a page shows the rungs as they are climbed."""
    state, form = state_of(request), await request.form()
    host, user, password = (str(form.get(name, "")).strip() for name in ("host", "user", "password"))
    chosen = str(form.get("server", ""))
    try:
        entry = known_servers(state.options.config).named(chosen) if chosen else None
    except ImporterError as error:
        return _page(request, 400, errors=[("server", str(error))], host=host, user=user)
    kept = entry is not None and entry.has_password_source
    missing = [
        (name, sentence)
        for name, value, sentence in (
            ("host", host or chosen, "Give the host, such as vici.example.org"),
            ("user", user or (entry.user if entry else ""), "Give the API user"),
            ("password", password or kept, "Give the password"),
        )
        if not value
    ]
    if missing:
        return _page(request, 400, errors=missing, host=host, user=user, chosen=chosen)
    state.test = ConnectionTest(host, user, str(form.get("password", "")), entry, options_of(entry)).start()
    # a quick test needs no second page
    await asyncio.to_thread(state.test.wait, _QUICK_SECONDS)
    return RedirectResponse("/connect#test", 303)


async def practise(request: Request) -> Response:
    """Start the practice VICIdial and connect to it."""
    from importer.web.practice import start_practice

    state = state_of(request)
    state.connection, state.test = await asyncio.to_thread(start_practice, state), None
    return RedirectResponse("/file", 303)


async def remember(request: Request) -> Response:
    """Write the server into the file of servers."""
    state, form = state_of(request), await request.form()
    if state.connection is None or state.connection.practice:
        return RedirectResponse("/connect", 303)
    try:
        path = await asyncio.to_thread(
            remember_server,
            state.options.config,
            str(form.get("name", "")).strip(),
            state.connection.server,
            keyring=form.get("keyring") == "yes",
        )
    except ImporterError as error:
        return _page(request, 400, errors=[("name", str(error))])
    return RedirectResponse(f"/connect?remembered={path.name}", 303)
