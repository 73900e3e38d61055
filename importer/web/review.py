"""Step 3: what is wrong, corrected in place, and what the server itself says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from starlette.responses import JSONResponse, Response

import importer
from importer.columns import BY_NAME
from importer.errors import ImporterError
from importer.model import Correction, Result
from importer.web.lists import ImportList
from importer.web.problems import A_PAGE, FILTERS, Review, asked_about, review_of
from importer.web.state import Job
from importer.web.visit import Visit, elsewhere, page_words, to

_SAID: Final = (Result.SUCCESS, Result.DUPLICATE, Result.INVALID, Result.PERMISSION_ERROR)
"""The verdicts that say something of a row: without one it is sent as it is."""


def _review(visit: Visit, one: ImportList) -> tuple[importer.Checked, Review]:
    checked = visit.state.lists.checked(one)
    return checked, review_of(checked, visit.verdicts(one), visit.names())


def show(visit: Visit) -> Response:
    one = visit.import_list()
    try:
        checked, review = _review(visit, one)
    except ImporterError:
        return to(f"/lists/{one.id}/columns")
    shown = visit.asked("show")
    if shown not in dict(FILTERS):
        shown = "correct" if review.count("correct") else "ready"
    pages = max(1, -(-review.count(shown) // A_PAGE))
    number = visit.asked("page")
    page = min(max(int(number) if number.isdecimal() and len(number) < 9 else 1, 1), pages)
    groups = review.page(shown, page)
    return visit.show(
        "review.html",
        step="Review",
        list=one,
        checked=checked,
        review=review,
        filters=[(name, words, review.count(name)) for name, words in FILTERS],
        shown=shown,
        page=page,
        pages=pages,
        groups=groups,
        columns=sorted({cell.column for group in groups for row in group.rows for cell in row.cells}),
        by_name=BY_NAME,
        names=visit.names(),
        unasked=len(asked_about(checked.planned, visit.verdicts(one))),
    )


def correct(visit: Visit) -> Response:
    """Take corrected cells, and judge them by the same check."""
    one, lists = visit.import_list(), visit.state.lists
    one = lists.save(one.corrected(_corrections(lists.checked(one), visit)))
    if visit.request.headers.get("accept") != "application/json":
        return to(f"/lists/{one.id}/review?show=correct&page={visit.typed('page') or 1}")
    _, review = _review(visit, one)
    problems = {
        row.index: [page_words(cell.problem) for cell in row.cells]
        for group in review.groups["correct"]
        for row in group.rows
    }
    told = {name: problems.get(int(name.split("-")[1]), []) for name in visit.form if name.startswith("cell-")}
    return JSONResponse({"cells": told, "counts": {name: review.count(name) for name, _ in FILTERS}})


def _corrections(checked: importer.Checked, visit: Visit) -> list[Correction]:
    made = []
    for name, value in visit.form.multi_items():
        kind, _, rest = name.partition("-")
        index, _, column = rest.partition("-")
        if kind == "cell" and index.isdecimal() and int(index) < len(checked.table.rows) and column in BY_NAME:
            place = checked.checked.match.taken.get(column)
            now = checked.table.rows[int(index)][place] if place is not None else ""
            if str(value) != now:
                made.append(Correction(int(index), column, str(value)))
    return made


def change_all(visit: Visit) -> Response:
    """Correct all cells of a column that hold one bad value."""
    one = visit.import_list()
    column, was, now = (str(visit.form.get(name, "")) for name in ("column", "was", "now"))
    _, review = _review(visit, one)
    made = [
        Correction(row.index, column, now)
        for group in review.groups["correct"]
        for row in group.rows
        for cell in row.cells
        if (cell.column, cell.value) == (column, was)
    ]
    visit.state.lists.save(one.corrected(made))
    return to(f"/lists/{one.id}/review")


def ask(visit: Visit) -> Response:
    """Go on; let the server check the rows first, unless that is switched off."""
    lists = visit.state.lists
    one = lists.save(replace(visit.import_list(), ask_server=visit.typed("ask_server") == "yes"))
    checked = without_question(one, lists.checked(one))
    server, verdicts = visit.connection().server, visit.verdicts(one)
    rows = asked_about(checked.planned, verdicts)
    if not one.ask_server or not rows:
        return to(f"/lists/{one.id}/confirm")

    def work(job: Job) -> None:
        live = importer.check_live(rows, one.options, server, job, control=job.control)
        parameters = {row.index: row.parameters for row in rows}
        for index, verdict in live.verdicts.items():
            if verdict.result in _SAID:
                verdicts[parameters[index]] = verdict
        if live.stop is not None:
            job.error = live.stop.why

    visit.state.jobs.start(Job(work, f"/lists/{one.id}/asking")).wait(1.0)
    return to(f"/lists/{one.id}/asking")


def without_question(one: ImportList, checked: importer.Checked) -> importer.Checked:
    """Return the check; where only the person can answer something, that comes first."""
    if checked.checked.question:
        raise elsewhere(f"/lists/{one.id}/columns#more")
    return checked


def asking(visit: Visit) -> Response:
    """Show how far the server's check is, and what it has found."""
    one = visit.import_list()
    job = visit.state.jobs.at(f"/lists/{one.id}/asking")
    if job is None or (job.over and job.control.stopped):
        return to(f"/lists/{one.id}/review")
    if job.over and not job.error:
        _, review = _review(visit, one)
        return to(f"/lists/{one.id}/{'review?asked=1' if review.count('correct') else 'confirm'}")
    return visit.show("asking.html", step="Review", list=one, job=job)


def download(visit: Visit) -> Response:
    """Hand out the table with every bad cell explained, corrections included."""
    from importer.workbooks.checked import write_checked

    one = visit.import_list()
    checked, said = visit.state.lists.checked(one), visit.verdicts(one)
    verdicts = {row.index: said[row.parameters] for row in checked.planned if row.parameters in said}

    def write(folder: Path) -> Path:
        path = folder / f"{Path(one.name).stem}_checked.xlsx"
        taken = checked.checked.match.taken
        return write_checked(path, checked.table, checked.checked.rows, taken, verdicts=verdicts)

    return visit.hand_out(write)
