"""Steps 4 to 6: the question, the run while it goes on, and how it ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from starlette.responses import Response

import importer
from importer.errors import ImporterError, SettingsError
from importer.model import Result
from importer.web.lists import ImportList
from importer.web.review import without_question
from importer.web.state import Job, PageState
from importer.web.visit import Visit, elsewhere, to

_TYPE_THE_HOST_ABOVE: Final = 1000
"""More rows than this go to a live server only when the person has typed its name."""
_TO_STOP: Final = 5.0


def confirm(visit: Visit) -> Response:
    return _question(visit, visit.import_list(), [])


def _question(visit: Visit, one: ImportList, errors: list[tuple[str, str]]) -> Response:
    connection, checked = visit.connection(), _to_send(visit, one)
    count, rate = len(checked.planned), one.options.rate
    return visit.show(
        "confirm.html",
        400 if errors else 200,
        step="Confirm",
        list=one,
        count=count,
        behind=sum(outcome.result is not Result.SUCCESS for outcome in checked.settled),
        seconds=count / rate if rate else 0,
        errors=errors,
        type_host=count > _TYPE_THE_HOST_ABOVE and not connection.practice,
    )


def _to_send(visit: Visit, one: ImportList) -> importer.Checked:
    """Return the list as it would be sent, with what the server has said of its rows."""
    try:
        checked = without_question(one, visit.state.lists.checked(one))
    except ImporterError:
        raise elsewhere(f"/lists/{one.id}/columns") from None
    verdicts = visit.verdicts(one)
    known = {
        row.index: replace(verdicts[row.parameters], index=row.index)
        for row in checked.planned
        if row.parameters in verdicts
    }
    return importer.after_live_check(checked, importer.LiveCheck(known, None, ""), one.options) if known else checked


def send(visit: Visit) -> Response:
    state, one, connection = visit.state, visit.import_list(), visit.connection()
    try:
        options = replace(
            one.options,
            rate=float(str(visit.form.get("rate", one.options.rate)).replace(",", ".")),
            verify=visit.typed("verify") == "yes",
            on_duplicate="update" if visit.typed("update") == "yes" else "report",
            source=connection.server.source,
        )
    except (ValueError, SettingsError):
        return _question(visit, one, [("rate", "Rows a second must be a number from 0 to 10,000")])
    one = state.lists.save(replace(one, options=options))
    checked = _to_send(visit, one)
    many = len(checked.planned) > _TYPE_THE_HOST_ABOVE and not connection.practice
    if many and visit.typed("host").lower() != connection.host.lower():
        return _question(visit, one, [("host", f"Type the name of the server: {connection.host}")])

    def work(job: Job) -> object:
        return importer.import_checked(
            checked, options, connection.server, state.folders, job, afresh=one.afresh, control=job.control
        )

    def newest() -> str:
        file = str(one.file.resolve())
        runs = importer.list_runs(state.folders.runs)
        return next((page_of(line) for line in runs if line.about.file == file), "")

    return begin(state, Job(work, find_page=newest))


def begin(state: PageState, job: Job) -> Response:
    state.jobs.start(job).wait_until_begun()
    if not job.page:
        raise SettingsError(job.error or "the run did not begin within 30 seconds; look under Runs")
    return to(job.page)


def page_of(line: importer.RunLine) -> str:
    return f"/runs/{line.about.run_id}"


def show(visit: Visit) -> Response:
    """Show a run: how far it is, or how it ended."""
    line = visit.run()
    job = visit.state.jobs.at(page_of(line))
    one = visit.state.lists.holding(line.about.file)
    if job is not None and not job.over:
        return visit.show("progress.html", step="Progress", list=one, line=line, job=job)
    recorded, trouble = None, job.error if job else ""
    try:
        recorded = importer.recorded_run(line)
    except ImporterError as error:
        trouble = trouble or str(error)
    counts = recorded.counts if recorded else line.counts
    return visit.show(
        "done.html",
        step="Done",
        list=one,
        line=line,
        recorded=recorded,
        trouble=trouble,
        counts=counts,
        left=sum(counts.values()) - counts.get(Result.SUCCESS, 0) - counts.get(Result.DUPLICATE, 0),
    )


def stop(visit: Visit) -> Response:
    """Stop a run, or whatever a page shows, in good order: calls in flight end."""
    page = visit.request.url.path.removesuffix("/stop")
    if job := visit.state.jobs.at(page):
        job.control.stop()
        job.wait(_TO_STOP)
    return to(page)


def try_now(visit: Visit) -> Response:
    """End the wait for a server that is away."""
    page = visit.request.url.path.removesuffix("/now")
    if job := visit.state.jobs.at(page):
        job.control.try_now()
    return to(page)


def finish(visit: Visit) -> Response:
    """Finish a run that was stopped or died."""
    state, line = visit.state, visit.run()
    working = state.jobs.at(page_of(line))
    if working is not None and not working.over:
        return to(working.page)
    server = visit.connection_for(line).server

    def work(job: Job) -> object:
        options = importer.ImportOptions.from_json(line.about.settings)
        return importer.resume(line, options, server, state.folders, job, control=job.control)

    return begin(state, Job(work, find_page=lambda: page_of(line)))
