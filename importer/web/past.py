"""Step 7: the runs, whoever began them, and what can be done with each."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from starlette.responses import Response

import importer
from importer.errors import ImporterError
from importer.web.files import rerun_of
from importer.web.sending import begin, page_of
from importer.web.state import Job, PageState
from importer.web.visit import Visit, download, to


def show(visit: Visit) -> Response:
    found = importer.read_runs(visit.state.folders.runs)
    working = {job.page for job in visit.state.jobs.running()}
    lines = [(line, Path(line.about.file).name, page_of(line) in working) for line in found.lines]
    return visit.show("runs.html", step="Runs", lines=lines, unreadable=found.unreadable)


def results(visit: Visit) -> Response:
    """Hand out the results workbook of a run, written anew from its record."""
    line = visit.run()
    return visit.hand_out(lambda folder: _rewritten(visit.state, line, folder / _results_name(line)))


def _rewritten(state: PageState, line: importer.RunLine, path: Path) -> Path:
    return importer.rewrite_workbook(line, importer.Folders(state.options.state, path))[0]


def _results_name(line: importer.RunLine) -> str:
    return Path(line.about.workbook).name or f"{Path(line.about.file).stem}_results.xlsx"


def failed(visit: Visit) -> Response:
    """Hand out the rows that are left, as a workbook or CSV that a rerun takes."""
    from importer.reading import read_sheet_rows

    line = visit.run()

    def write(folder: Path) -> Path:
        path = folder / f"{Path(_results_name(line)).stem.removesuffix('_results')}_failed_results.xlsx"
        importer.write_left_over(line, path)
        if not visit.request.url.path.endswith(".csv"):
            return path
        text = io.StringIO()
        csv.writer(text).writerows(row.texts for row in read_sheet_rows(path, "Results").rows)
        # Excel takes a CSV for UTF-8 only when it begins so
        path.with_suffix(".csv").write_text(text.getvalue(), encoding="utf-8-sig", newline="")
        return path.with_suffix(".csv")

    return visit.hand_out(write)


def correct(visit: Visit) -> Response:
    """Make a list of the rows that are left, to be corrected and sent again."""
    state, line = visit.state, visit.run()
    made = state.lists.new(_results_name(line), importer.ImportOptions())
    try:
        _rewritten(state, line, made.file)
        return to(f"/lists/{rerun_of(state, made).id}/review")
    except ImporterError:
        state.lists.forget(made)
        raise


def ask_undo(visit: Visit) -> Response:
    line = visit.run()
    left = importer.left_to_undo(line, visit.state.folders)
    visit.connection_for(line)
    return visit.show("undo.html", step="Runs", line=line, left=left)


def undo_run(visit: Visit) -> Response:
    state, line = visit.state, visit.run()
    server = visit.connection_for(line).server

    def work(job: Job) -> object:
        options = importer.ImportOptions.from_json(line.about.settings)
        return importer.undo(line, options, server, state.folders, job, control=job.control)

    def newest() -> str:
        runs = importer.list_runs(state.folders.runs)
        return next((page_of(one) for one in runs if one.about.previous == line.about.run_id), "")

    return begin(state, Job(work, find_page=newest))


def verify(visit: Visit) -> Response:
    state, line = visit.state, visit.run()
    server = visit.connection_for(line).server

    def work(job: Job) -> tuple[importer.VerifyReport, bytes]:
        with visit.folder() as folder:
            workbook = _rewritten(state, line, Path(folder) / _results_name(line))
            options = importer.ImportOptions.from_json(line.about.settings)
            report = importer.verify_results(workbook, options, server, state.folders, job, control=job.control)
            return report, report.workbook.read_bytes()

    state.jobs.start(Job(work, _look_page(line))).wait(1.0)
    return to(_look_page(line))


def _look_page(line: importer.RunLine) -> str:
    return f"{page_of(line)}/verify"


def show_verify(visit: Visit) -> Response:
    line = visit.run()
    job = visit.state.jobs.at(_look_page(line))
    if job is None:
        return to(page_of(line))
    report = job.result[0] if job.result else None
    return visit.show("verify.html", step="Runs", line=line, job=job, report=report)


def verified(visit: Visit) -> Response:
    """Hand out the workbook that says it, row by row."""
    line = visit.run()
    job = visit.state.jobs.at(_look_page(line))
    if job is None or job.result is None:
        return to(page_of(line))
    report, content = job.result
    return download(report.workbook.name, content)


def ask_forget(visit: Visit) -> Response:
    line = visit.run()
    return visit.show("forget.html", step="Runs", line=line, file=Path(line.about.file).name)


def forget(visit: Visit) -> Response:
    """Remove the record of a run, and the file that was uploaded for it."""
    state, line = visit.state, visit.run()
    importer.forget_run(state.folders, line.about.run_id)
    one = state.lists.holding(line.about.file)
    others = (other.about.file for other in importer.list_runs(state.folders.runs))
    if one is not None and str(one.file.resolve()) not in others:
        state.lists.forget(one)
    return to("/runs")
