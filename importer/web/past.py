"""Step 7: the runs, whoever began them, and what can be done with each."""

import asyncio
import csv
import io
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from importer import (
    Folders,
    ImportOptions,
    RunLine,
    RunReport,
    forget_run,
    left_to_undo,
    list_runs,
    read_runs,
    rewrite_workbook,
    undo,
    write_left_over,
)
from importer.errors import ImporterError
from importer.reading import read_sheet_rows
from importer.result_words import WORDS
from importer.web.connection import host_of
from importer.web.files import rerun_of
from importer.web.jobs import Job
from importer.web.render import handed_out, render
from importer.web.sending import begin, connection_for, run_of, to_connect
from importer.web.state import state_of


async def show(request: Request) -> Response:
    """List the runs."""
    state = state_of(request)
    found = await asyncio.to_thread(read_runs, state.folders.runs)
    working = {job.run_id for job in state.jobs.running()}
    shown = [
        (
            line,
            Path(line.about.file).name,
            host_of(line.about.server),
            [(word, line.counts[word.result]) for word in WORDS if line.counts.get(word.result)],
            line.about.run_id in working,
        )
        for line in found.lines
    ]
    return render(request, "runs.html", step="Runs", lines=shown, unreadable=found.unreadable)


async def results(request: Request) -> Response:
    """Hand out the results workbook of a run, written anew from its record."""
    state, line = state_of(request), await asyncio.to_thread(run_of, request)

    def write(folder: Path) -> Path:
        return rewrite_workbook(line, Folders(state.options.state, folder / results_name(line)))[0]

    return await handed_out(state, write)


async def failed(request: Request) -> Response:
    """Hand out the rows that are left, as a workbook or CSV that a rerun takes."""
    line = await asyncio.to_thread(run_of, request)

    def write(folder: Path) -> Path:
        path = folder / f"{Path(results_name(line)).stem.removesuffix('_results')}_failed_results.xlsx"
        write_left_over(line, path)
        if not request.url.path.endswith(".csv"):
            return path
        text = io.StringIO()
        csv.writer(text).writerows(row.texts for row in read_sheet_rows(path, "Results").rows)
        # Excel takes a CSV for UTF-8 only when it begins so
        path.with_suffix(".csv").write_text(text.getvalue(), encoding="utf-8-sig", newline="")
        return path.with_suffix(".csv")

    return await handed_out(state_of(request), write)


def results_name(line: RunLine) -> str:
    """Return the name of a run's results workbook."""
    return Path(line.about.workbook).name or f"{Path(line.about.file).stem}_results.xlsx"


async def correct(request: Request) -> Response:
    """Make a list of the rows that are left, to be corrected and sent again."""
    state = state_of(request)

    def work() -> str:
        line = run_of(request)
        made = state.lists.new(results_name(line), ImportOptions())
        try:
            rewrite_workbook(line, Folders(state.options.state, made.file))
            return rerun_of(state, made).id
        except ImporterError:
            state.lists.forget(made)
            raise

    return RedirectResponse(f"/lists/{await asyncio.to_thread(work)}/review", 303)


async def ask_undo(request: Request) -> Response:
    """Show what would be deleted, and ask."""
    state, line = state_of(request), await asyncio.to_thread(run_of, request)
    left = await asyncio.to_thread(left_to_undo, line, state.folders)
    if connection_for(state, line) is None:
        return to_connect(line)
    return render(request, "undo.html", step="Runs", line=line, left=left, host=host_of(line.about.server))


async def undo_run(request: Request) -> Response:
    """Delete what a run added."""
    state, line = state_of(request), await asyncio.to_thread(run_of, request)
    connection = connection_for(state, line)
    if connection is None:
        return to_connect(line)

    def work(job: Job) -> RunReport:
        options = ImportOptions.from_json(line.about.settings)
        return undo(line, options, connection.server, state.folders, job, control=job.control)

    def newest() -> str:
        name = line.about.run_id
        return next((one.about.run_id for one in list_runs(state.folders.runs) if one.about.previous == name), "")

    return await begin(state, Job(work, newest))


async def ask_forget(request: Request) -> Response:
    """Ask before a record is removed."""
    line = await asyncio.to_thread(run_of, request)
    return render(request, "forget.html", step="Runs", line=line, file=Path(line.about.file).name)


async def forget(request: Request) -> Response:
    """Remove the record of a run, and the file that was uploaded for it."""
    state, line = state_of(request), await asyncio.to_thread(run_of, request)
    await asyncio.to_thread(forget_run, state.folders, line.about.run_id)
    one = state.lists.holding(line.about.file)
    others = (other.about.file for other in list_runs(state.folders.runs))
    if one is not None and str(one.file.resolve()) not in others:
        state.lists.forget(one)
    return RedirectResponse("/runs", 303)
