"""Step 1: the file, which of its sheets, and what becomes of an unfinished run on it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from starlette.datastructures import UploadFile
from starlette.responses import Response

import importer
from importer.errors import ImporterError, ResultsGivenError, SheetError
from importer.web.lists import ImportList
from importer.web.state import PageState
from importer.web.visit import Visit, to

_PASTED: Final = "pasted_numbers.csv"


def show(visit: Visit) -> Response:
    return visit.show("file.html", step="File", errors=[], pasted="")


def template(visit: Visit) -> Response:
    from importer.workbooks.template import write_template

    def write(folder: Path) -> Path:
        write_template(folder / "did_template.xlsx", visit.names())
        return folder / "did_template.xlsx"

    return visit.hand_out(write)


def take(visit: Visit) -> Response:
    """Take a file, or pasted numbers; what cannot be read is said in place."""
    lists, upload, pasted = visit.state.lists, visit.form.get("file"), str(visit.form.get("pasted", ""))
    options = visit.state.connection.options if visit.state.connection else importer.ImportOptions()
    if isinstance(upload, UploadFile) and upload.filename:
        made = lists.new(upload.filename, options)
        with made.file.open("wb") as file:
            shutil.copyfileobj(upload.file, file)
    elif pasted.strip():
        made = lists.new(_PASTED, options)
        made.file.write_text(pasted, encoding="utf-8")
    else:
        errors = [("file", "Choose a file, or paste numbers")]
        return visit.show("file.html", 400, step="File", errors=errors, pasted="")
    try:
        return to(_first_look(visit.state, made))
    except ImporterError as error:
        lists.forget(made)
        errors = [("file", str(error).replace(f"{made.file}", made.name))]
        return visit.show("file.html", 400, step="File", errors=errors, pasted=pasted)


def _first_look(state: PageState, made: ImportList) -> str:
    """Read the file, and say which page comes next."""
    known = None
    try:
        checked = state.lists.checked(made)
    except ResultsGivenError:
        made = rerun_of(state, made)
        ask = _unfinished(state, state.lists.checked(made)) is not None
    except SheetError:
        # what cannot be read at all is an error here too
        sheets = importer.preview_file(made.file).sheets
        ask = len(sheets) > 1
        known = None if ask else state.lists.recall(sheets[0].header, made.options)
    else:
        ask = _unfinished(state, checked) is not None
        known = state.lists.recall(checked.table.header, made.options)
    made = state.lists.save(replace(made, options=known, remembered=True) if known else made)
    return f"/lists/{made.id}" if ask else _next_page(made)


def _next_page(one: ImportList) -> str:
    return f"/lists/{one.id}/{'review' if one.remembered or one.rerun else 'columns'}"


def rerun_of(state: PageState, one: ImportList) -> ImportList:
    """Return the list as one of results whose rows left over are sent again, as they were sent before."""
    options = importer.recorded_options(state.folders, one.file) or one.options
    return state.lists.save(replace(one, rerun=True, options=options))


def _unfinished(state: PageState, checked: importer.Checked) -> importer.RunLine | None:
    for line in importer.list_runs(state.folders.runs):
        if line.about.sha256 == checked.table.sha256 and line.about.state == "unfinished":
            return line
    return None


def ask(visit: Visit) -> Response:
    """Ask what only the person knows: which sheet, or what becomes of an unfinished run."""
    one = visit.import_list()
    try:
        line = _unfinished(visit.state, visit.state.lists.checked(one))
    except SheetError:
        return visit.show("sheets.html", step="File", list=one, preview=importer.preview_file(one.file))
    if line is None:
        return to(_next_page(one))
    return visit.show("unfinished.html", step="File", list=one, line=line)


def answer(visit: Visit) -> Response:
    """Take the sheet, or that a run is begun afresh."""
    one, lists = visit.import_list(), visit.state.lists
    if "sheet" in visit.form:
        lists.save(replace(one, options=replace(one.options, sheet=str(visit.form["sheet"]))))
        return to(f"/lists/{one.id}/columns")
    return to(_next_page(lists.save(replace(one, afresh=True))))
