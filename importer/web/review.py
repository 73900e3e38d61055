"""Step 3: what is wrong, corrected in place, and what the server itself says."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from importer import Checked, Correction, LiveCheck, Result, check_live
from importer.columns import BY_NAME
from importer.errors import ImporterError
from importer.web.files import in_turn, list_of
from importer.web.jobs import Job
from importer.web.lists import ImportList
from importer.web.problems import A_PAGE, FILTERS, Review, asked_about, review_of
from importer.web.render import handed_out, page_words, render
from importer.web.state import PageState, state_of

_SAID: Final = (Result.SUCCESS, Result.DUPLICATE, Result.INVALID, Result.PERMISSION_ERROR)
"""The verdicts that say something of a row: without one it is sent as it is."""


async def review_for(state: PageState, one: ImportList) -> tuple[Checked, Review]:
    """Check a list and sort its rows."""

    def work() -> tuple[Checked, Review]:
        checked = state.lists.checked(one)
        return checked, review_of(checked, state.verdicts_of(one), names)

    names = await asyncio.to_thread(state.server_names)
    return await in_turn(state, work)


async def show(request: Request) -> Response:
    """Show the rows with something to do, a page of them."""
    state, one = state_of(request), list_of(request)
    try:
        checked, review = await review_for(state, one)
    except ImporterError:
        return RedirectResponse(f"/lists/{one.id}/columns", 303)
    filters = [(name, words, review.count(name)) for name, words in FILTERS]
    asked = request.query_params.get("show", "")
    shown = asked if asked in dict(FILTERS) else "correct" if review.count("correct") else "ready"
    pages = max(1, -(-review.count(shown) // A_PAGE))
    number = request.query_params.get("page", "1")
    page = min(max(int(number) if number.isdecimal() and len(number) < 9 else 1, 1), pages)
    columns = {cell.column for group in review.page(shown, page) for row in group.rows for cell in row.cells}
    names = await asyncio.to_thread(state.server_names)
    return render(
        request,
        "review.html",
        step="Review",
        list=one,
        checked=checked,
        review=review,
        filters=filters,
        shown=shown,
        page=page,
        pages=pages,
        groups=review.page(shown, page),
        columns=sorted(columns),
        by_name=BY_NAME,
        names=names,
        unasked=len(asked_about(checked.planned, state.verdicts_of(one))),
    )


async def correct(request: Request) -> Response:
    """Take corrected cells, and judge them by the same check."""
    state, one, form = state_of(request), list_of(request), await request.form()
    checked = await in_turn(state, lambda: state.lists.checked(one))
    one = state.lists.save(one.corrected(_corrections(checked, form)))
    if request.headers.get("accept") != "application/json":
        return RedirectResponse(f"/lists/{one.id}/review?show=correct&page={form.get('page', '1')}", 303)
    checked, review = await review_for(state, one)
    rows = {row.index: row for group in review.groups["correct"] for row in group.rows}
    told = {}
    for name in form:
        if name.startswith("cell-"):
            index = int(name.split("-")[1])
            row = rows.get(index)
            told[name] = [page_words(cell.problem) for cell in row.cells] if row else []
    counts = {name: review.count(name) for name, _ in FILTERS}
    return JSONResponse({"cells": told, "counts": counts})


def _corrections(checked: Checked, form: FormData) -> list[Correction]:
    made = []
    for name, value in form.multi_items():
        kind, _, rest = name.partition("-")
        index, _, column = rest.partition("-")
        if kind == "cell" and index.isdecimal() and int(index) < len(checked.table.rows) and column in BY_NAME:
            place = checked.checked.match.taken.get(column)
            now = checked.table.rows[int(index)][place] if place is not None else ""
            if str(value) != now:
                made.append(Correction(int(index), column, str(value)))
    return made


async def change_all(request: Request) -> Response:
    """Correct all cells of a column that hold one bad value."""
    state, one, form = state_of(request), list_of(request), await request.form()
    column, was, now = (str(form.get(name, "")) for name in ("column", "was", "now"))
    _, review = await review_for(state, one)
    made = [
        Correction(row.index, column, now)
        for group in review.groups["correct"]
        for row in group.rows
        for cell in row.cells
        if (cell.column, cell.value) == (column, was)
    ]
    state.lists.save(one.corrected(made))
    return RedirectResponse(f"/lists/{one.id}/review", 303)


async def ask(request: Request) -> Response:
    """Go on; let the server check the rows first, unless that is switched off."""
    state, one, form = state_of(request), list_of(request), await request.form()
    one = state.lists.save(replace(one, ask_server=form.get("ask_server") == "yes"))
    checked = await in_turn(state, lambda: state.lists.checked(one))
    connection, rows = state.connection, asked_about(checked.planned, state.verdicts_of(one))
    if checked.checked.question:
        return RedirectResponse(f"/lists/{one.id}/columns#more", 303)
    if connection is None:
        return RedirectResponse("/connect?why=list", 303)
    if not one.ask_server or not rows:
        return RedirectResponse(f"/lists/{one.id}/confirm", 303)

    def work(job: Job) -> None:
        live: LiveCheck = check_live(rows, one.options, connection.server, job, control=job.control)
        by_index = {row.index: row for row in rows}
        said = {index: verdict for index, verdict in live.verdicts.items() if verdict.result in _SAID}
        state.verdicts_of(one).update({by_index[index].parameters: verdict for index, verdict in said.items()})
        if live.stop is not None:
            job.error = live.stop.why

    job = state.asking[one.id] = state.jobs.start(Job(work))
    await asyncio.to_thread(job.thread.join, 1.0)
    return RedirectResponse(f"/lists/{one.id}/asking", 303)


async def asking(request: Request) -> Response:
    """Show how far the server's check is, and what it has found."""
    state, one = state_of(request), list_of(request)
    job = state.asking.get(one.id)
    if job is None:
        return RedirectResponse(f"/lists/{one.id}/review", 303)
    if job.over and not job.error:
        _, review = await review_for(state, one)
        refused = review.count("correct")
        return RedirectResponse(f"/lists/{one.id}/{'review?asked=1' if refused else 'confirm'}", 303)
    return render(request, "asking.html", step="Review", list=one, job=job)


async def stop_asking(request: Request) -> Response:
    """Stop the server's check."""
    state, one = state_of(request), list_of(request)
    if job := state.asking.get(one.id):
        job.control.stop()
        await asyncio.to_thread(job.thread.join, 5.0)
    return RedirectResponse(f"/lists/{one.id}/review", 303)


async def download(request: Request) -> Response:
    """Hand out the table with every bad cell explained, corrections included."""
    from importer.workbooks.checked import write_checked

    state, one = state_of(request), list_of(request)
    checked = await in_turn(state, lambda: state.lists.checked(one))
    said = state.verdicts_of(one)
    verdicts = {row.index: said[row.parameters] for row in checked.planned if row.parameters in said}

    def write(folder: Path) -> Path:
        path = folder / f"{Path(one.name).stem}_checked.xlsx"
        return write_checked(path, checked.table, checked.checked.rows, checked.checked.match.taken, verdicts=verdicts)

    return await handed_out(state, write)
