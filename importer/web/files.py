"""Steps 1 and 2: the file, and what its columns are."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from importer import Checked, ImportOptions, RunLine, list_runs, preview_file, recorded_options
from importer.errors import ImporterError, ResultsGivenError, SheetError
from importer.web.lists import ImportList
from importer.web.render import handed_out, render
from importer.web.state import PageState, state_of

_T = TypeVar("_T")

PASTED: Final = "pasted_numbers.csv"
_CHUNK: Final = 1024 * 1024


async def show(request: Request) -> Response:
    """Show where a file is dropped."""
    return render(request, "file.html", step="File", errors=[], pasted="")


async def template(request: Request) -> Response:
    """Hand out the blank workbook, with the server's own names in it where they are known."""
    from importer.workbooks.template import write_template

    state = state_of(request)

    def write(folder: Path) -> Path:
        write_template(folder / "did_template.xlsx", state.server_names())
        return folder / "did_template.xlsx"

    return await handed_out(state, write)


async def take(request: Request) -> Response:
    """Take a file, or pasted numbers; what cannot be read is said in place."""
    state, form = state_of(request), await request.form()
    upload, pasted = form.get("file"), str(form.get("pasted", ""))
    options = state.connection.options if state.connection else ImportOptions()
    if isinstance(upload, UploadFile) and upload.filename:
        made = state.lists.new(upload.filename, options)
        await asyncio.to_thread(_copy, upload, made.file)
    elif pasted.strip():
        made = state.lists.new(PASTED, options)
        made.file.write_text(pasted, encoding="utf-8")
    else:
        errors = [("file", "Choose a file, or paste numbers")]
        return render(request, "file.html", 400, step="File", errors=errors, pasted="")
    try:
        following = await in_turn(state, lambda: _first_look(state, made))
    except ImporterError as error:
        state.lists.forget(made)
        sentence = str(error).replace(f"{made.file}", made.name)
        return render(request, "file.html", 400, step="File", errors=[("file", sentence)], pasted=pasted)
    return RedirectResponse(following, 303)


def _copy(upload: UploadFile, path: Path) -> None:
    with path.open("wb") as file:
        while chunk := upload.file.read(_CHUNK):
            file.write(chunk)


def _first_look(state: PageState, made: ImportList) -> str:
    """Read the file, and say which page comes next."""
    known = None
    try:
        checked = state.lists.checked(made)
    except ResultsGivenError:
        made = rerun_of(state, made)
        ask = unfinished_of(state, state.lists.checked(made)) is not None
    except SheetError:
        # what cannot be read at all is an error here too
        sheets = preview_file(made.file).sheets
        ask = len(sheets) > 1
        known = None if ask else state.lists.recall(sheets[0].header, made.options)
    else:
        ask = unfinished_of(state, checked) is not None
        known = state.lists.recall(checked.table.header, made.options)
    made = state.lists.save(replace(made, options=known, remembered=True) if known else made)
    return f"/lists/{made.id}" if ask else next_page(made)


def next_page(one: ImportList) -> str:
    """Return the page after the file."""
    return f"/lists/{one.id}/{'review' if one.remembered or one.rerun else 'columns'}"


def rerun_of(state: PageState, one: ImportList) -> ImportList:
    """Return the list as one of results whose rows left over are sent again, as they were sent before."""
    options = recorded_options(state.folders, one.file) or one.options
    return state.lists.save(replace(one, rerun=True, options=options))


def unfinished_of(state: PageState, checked: Checked) -> RunLine | None:
    """Return the unfinished run on the same file, if there is one."""
    for line in list_runs(state.folders.runs):
        if line.about.sha256 == checked.table.sha256 and line.about.state == "unfinished":
            return line
    return None


async def in_turn(state: PageState, work: Callable[[], _T]) -> _T:
    """Do what needs the processor in the thread for checks."""
    return await asyncio.get_running_loop().run_in_executor(state.checks, work)


def list_of(request: Request) -> ImportList:
    """Return the list that the address names."""
    try:
        return state_of(request).lists.get(request.path_params["list"])
    except KeyError:
        raise HTTPException(404) from None


async def show_list(request: Request) -> Response:
    """Ask what only the person knows: which sheet, or what becomes of an unfinished run."""
    state, one = state_of(request), list_of(request)
    try:
        checked = await in_turn(state, lambda: state.lists.checked(one))
    except SheetError:
        preview = await in_turn(state, lambda: preview_file(one.file))
        return render(request, "sheets.html", step="File", list=one, preview=preview)
    line = unfinished_of(state, checked)
    if line is None:
        return RedirectResponse(next_page(one), 303)
    return render(request, "unfinished.html", step="File", list=one, line=line)


async def answer(request: Request) -> Response:
    """Take the sheet, or that a run is begun afresh."""
    state, one, form = state_of(request), list_of(request), await request.form()
    if "sheet" in form:
        one = state.lists.save(replace(one, options=replace(one.options, sheet=str(form["sheet"]))))
        return RedirectResponse(f"/lists/{one.id}/columns", 303)
    return RedirectResponse(next_page(state.lists.save(replace(one, afresh=True))), 303)
