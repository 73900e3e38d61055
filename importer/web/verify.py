"""Any day after a run: whether what it added is still there."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from importer import Folders, ImportOptions, VerifyReport, rewrite_workbook, verify_results
from importer.web.jobs import Job
from importer.web.past import results_name
from importer.web.render import DOWNLOADS, render
from importer.web.sending import connection_for, run_of, to_connect
from importer.web.state import state_of


@dataclass(slots=True)
class Looking:
    """One look at what a run added; ``report`` is there when the job is over, unless it failed."""

    job: Job
    folder: "TemporaryDirectory[str]"
    report: VerifyReport | None = None


async def begin(request: Request) -> Response:
    """Ask the server for every success of a run."""
    state, line = state_of(request), await asyncio.to_thread(run_of, request)
    connection = connection_for(state, line)
    if connection is None:
        return to_connect(line)
    folder = TemporaryDirectory(prefix=DOWNLOADS, dir=state.options.folder, ignore_cleanup_errors=True)

    def work(job: Job) -> None:
        workbook = Path(folder.name) / results_name(line)
        rewrite_workbook(line, Folders(state.options.state, workbook))
        options = ImportOptions.from_json(line.about.settings)
        folders = Folders(state.options.state)
        looking.report = verify_results(workbook, options, connection.server, folders, job, control=job.control)

    looking = Looking(Job(work), folder)
    state.looking[line.about.run_id] = looking
    state.jobs.start(looking.job)
    await asyncio.to_thread(looking.job.thread.join, 1.0)
    return RedirectResponse(f"/runs/{line.about.run_id}/verify", 303)


async def show(request: Request) -> Response:
    """Show how far it is, or what is gone."""
    looking = state_of(request).looking.get(request.path_params["run"])
    if looking is None:
        return RedirectResponse(f"/runs/{request.path_params['run']}", 303)
    line = await asyncio.to_thread(run_of, request)
    return render(request, "verify.html", step="Runs", line=line, job=looking.job, report=looking.report)


async def stop(request: Request) -> Response:
    """Stop it."""
    name = request.path_params["run"]
    if looking := state_of(request).looking.get(name):
        looking.job.control.stop()
        await asyncio.to_thread(looking.job.thread.join, 5.0)
    return RedirectResponse(f"/runs/{name}/verify", 303)


async def workbook(request: Request) -> Response:
    """Hand out the workbook that says it, row by row."""
    name = request.path_params["run"]
    looking = state_of(request).looking.get(name)
    if looking is None or looking.report is None:
        return RedirectResponse(f"/runs/{name}", 303)
    return FileResponse(looking.report.workbook, filename=looking.report.workbook.name)
