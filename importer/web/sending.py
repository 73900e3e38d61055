"""Steps 4 to 6: the question, the run while it goes on, and how it ended."""

import asyncio
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from importer import (
    Checked,
    ImportOptions,
    LiveCheck,
    Result,
    RunLine,
    RunReport,
    after_live_check,
    import_checked,
    list_runs,
    named_run,
    recorded_run,
    resume,
)
from importer.errors import ImporterError, SettingsError
from importer.result_words import WORDS
from importer.web.connection import Connection, host_of
from importer.web.files import in_turn, list_of
from importer.web.jobs import Job
from importer.web.lists import ImportList
from importer.web.render import render
from importer.web.state import PageState, state_of

TYPE_THE_HOST_ABOVE: Final = 1000
"""More rows than this go to a live server only when the person has typed its name."""


def _to_send(state: PageState, one: ImportList) -> Checked:
    """Return the list as it would be sent, with what the server has said of its rows."""
    checked, verdicts = state.lists.checked(one), state.verdicts_of(one)
    known = {
        row.index: replace(verdicts[row.parameters], index=row.index)
        for row in checked.planned
        if row.parameters in verdicts
    }
    return after_live_check(checked, LiveCheck(known, None, ""), one.options) if known else checked


async def confirm(request: Request) -> Response:
    """Show what is about to be done."""
    return await _confirm_page(request, list_of(request), [])


async def _confirm_page(request: Request, one: ImportList, errors: list[tuple[str, str]]) -> Response:
    state = state_of(request)
    if state.connection is None:
        return RedirectResponse("/connect?why=list", 303)
    try:
        checked = await in_turn(state, lambda: _to_send(state, one))
    except ImporterError:
        return RedirectResponse(f"/lists/{one.id}/columns", 303)
    if checked.checked.question:
        return RedirectResponse(f"/lists/{one.id}/columns#more", 303)
    count, rate = len(checked.planned), one.options.rate
    behind = sum(outcome.result is not Result.SUCCESS for outcome in checked.settled)
    type_host = count > TYPE_THE_HOST_ABOVE and not state.connection.practice
    return render(
        request,
        "confirm.html",
        400 if errors else 200,
        step="Confirm",
        list=one,
        count=count,
        behind=behind,
        seconds=count / rate if rate else 0,
        errors=errors,
        type_host=type_host,
    )


async def send(request: Request) -> Response:
    """Begin the run."""
    state, one, form = state_of(request), list_of(request), await request.form()
    connection = state.connection
    if connection is None:
        return RedirectResponse("/connect?why=list", 303)
    try:
        rate = float(str(form.get("rate", one.options.rate)).replace(",", "."))
        options = replace(
            one.options,
            rate=rate,
            verify=form.get("verify") == "yes",
            on_duplicate="update" if form.get("update") == "yes" else "report",
            source=connection.server.source,
        )
    except (ValueError, SettingsError):
        return await _confirm_page(request, one, [("rate", "Rows a second must be a number from 0 to 10,000")])
    one = state.lists.save(replace(one, options=options))
    checked = await in_turn(state, lambda: _to_send(state, one))
    if checked.checked.question:
        return RedirectResponse(f"/lists/{one.id}/columns#more", 303)
    typed = str(form.get("host", "")).strip().lower()
    if len(checked.planned) > TYPE_THE_HOST_ABOVE and not connection.practice and typed != connection.host.lower():
        return await _confirm_page(request, one, [("host", f"Type the name of the server: {connection.host}")])

    def work(job: Job) -> RunReport:
        return import_checked(
            checked, options, connection.server, state.folders, job, afresh=one.afresh, control=job.control
        )

    def newest() -> str:
        file = str(one.file.resolve())
        return next((line.about.run_id for line in list_runs(state.folders.runs) if line.about.file == file), "")

    return await begin(state, Job(work, newest))


async def begin(state: PageState, job: Job) -> Response:
    """Start a job, and lead to the page of its run."""
    state.jobs.start(job)
    await asyncio.to_thread(job.wait_until_begun)
    if not job.run_id:
        raise SettingsError(job.error or "the run did not begin within 30 seconds; look under Runs")
    return RedirectResponse(f"/runs/{job.run_id}", 303)


def run_of(request: Request) -> RunLine:
    """Return the run that the address names."""
    try:
        return named_run(state_of(request).folders, request.path_params["run"])
    except ImporterError:
        raise HTTPException(404) from None


async def run(request: Request) -> Response:
    """Show a run: how far it is, or how it ended."""
    state, name = state_of(request), request.path_params["run"]
    job = state.jobs.of_run(name)
    line = await asyncio.to_thread(run_of, request)
    one = state.lists.holding(line.about.file)
    if job is not None and not job.over:
        so_far = job.counts
        shown = [(word, so_far[word.result]) for word in WORDS if so_far[word.result]]
        return render(request, "progress.html", step="Progress", list=one, line=line, job=job, counts=shown)
    recorded, trouble = None, job.error if job else ""
    try:
        recorded = await asyncio.to_thread(recorded_run, line)
    except ImporterError as error:
        trouble = trouble or str(error)
    counts = recorded.counts if recorded else line.counts
    shown = [(word, counts.get(word.result, 0)) for word in WORDS if counts.get(word.result, 0)]
    done = counts.get(Result.SUCCESS, 0) + counts.get(Result.DUPLICATE, 0)
    return render(
        request,
        "done.html",
        step="Done",
        list=one,
        line=line,
        host=host_of(line.about.server),
        recorded=recorded,
        trouble=trouble,
        counts=shown,
        total=sum(counts.values()),
        left=sum(counts.values()) - done,
        most=max((count for _, count in shown), default=1),
        added=recorded.added if recorded else 0,
        finished=line.about.state == "finished",
    )


async def stop(request: Request) -> Response:
    """Stop a run in good order: calls in flight end."""
    state, name = state_of(request), request.path_params["run"]
    if job := state.jobs.of_run(name):
        job.control.stop()
        await asyncio.to_thread(job.thread.join, 5.0)
    return RedirectResponse(f"/runs/{name}", 303)


async def try_now(request: Request) -> Response:
    """End the wait for a server that is away."""
    state, name = state_of(request), request.path_params["run"]
    if job := state.jobs.of_run(name):
        job.control.try_now()
    return RedirectResponse(f"/runs/{name}", 303)


async def finish(request: Request) -> Response:
    """Finish a run that was stopped or died."""
    state, line = state_of(request), await asyncio.to_thread(run_of, request)
    working = state.jobs.of_run(line.about.run_id)
    if working is not None and not working.over:
        return RedirectResponse(f"/runs/{line.about.run_id}", 303)
    connection = connection_for(state, line)
    if connection is None:
        return to_connect(line)

    def work(job: Job) -> RunReport:
        options = ImportOptions.from_json(line.about.settings)
        return resume(line, options, connection.server, state.folders, job, control=job.control)

    return await begin(state, Job(work, lambda: line.about.run_id))


def connection_for(state: PageState, line: RunLine) -> Connection | None:
    """Return the connection, if it is the one that a run is bound to."""
    connection = state.connection
    return connection if connection and connection.is_for(line.about.server, line.about.user) else None


def to_connect(line: RunLine) -> Response:
    """Lead to step 0, with the server and user that a run is bound to."""
    asked = {"host": line.about.server, "user": line.about.user, "why": "run"}
    return RedirectResponse(f"/connect?{urlencode(asked)}", 303)
