"""Steps 1 and 2: the file, and what its columns are."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from importer import Checked, FilePreview, ImportOptions, RunLine, check_again, list_runs, preview_file
from importer.columns import BY_NAME, USED
from importer.errors import ImporterError, SheetError
from importer.headers import HeaderMatch, match_header
from importer.web.lists import ImportList
from importer.web.render import handed_out, render
from importer.web.state import PageState, state_of

_T = TypeVar("_T")

PASTED: Final = "pasted_numbers.csv"
_CHUNK: Final = 1024 * 1024

TARGETS: Final = (
    ("IN_GROUP", "An in-group", ("group",)),
    ("CALLMENU", "A call menu", ("menu_id",)),
    ("EXTEN", "An extension", ("extension",)),
    ("VOICEMAIL", "A voicemail box", ("voicemail_ext",)),
    ("PHONE", "A phone", ("phone_extension", "server_ip")),
)
"""Where calls can go, in words, and the columns that say where exactly."""

FORMS: Final = (
    ("as-is", "As it stands in the file"),
    ("international", "With the country code"),
    ("e164", "With + and the country code"),
    ("national", "Without the country code"),
)
SWITCHES: Final = (
    ("expand_ranges", "One row for each number of a range"),
    ("any_pattern", "Send patterns that are no numbers"),
    ("strict_numbers", "Numbers must be possible in their country"),
    ("allow_no_agent", "Allow an AGENT route without an agent"),
)


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
    try:
        checked = state.lists.checked(made)
    except SheetError:
        # what cannot be read at all is an error here too
        preview = preview_file(made.file)
        known = state.lists.recall(preview.sheets[0].header, made.options) if len(preview.sheets) == 1 else None
        state.lists.save(replace(made, options=known, remembered=True) if known else made)
        return (
            f"/lists/{made.id}" if len(preview.sheets) > 1 else f"/lists/{made.id}/{'review' if known else 'columns'}"
        )
    known = state.lists.recall(checked.table.header, made.options)
    made = state.lists.save(replace(made, options=known, remembered=True) if known else made)
    return f"/lists/{made.id}" if unfinished_of(state, checked) else next_page(made)


def next_page(one: ImportList) -> str:
    """Return the page after the file."""
    return f"/lists/{one.id}/{'review' if one.remembered else 'columns'}"


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
    """Return the list that the address names.

    Raises:
        HTTPException: there is none.
    """
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


async def columns(request: Request) -> Response:
    """Show what each column was taken for."""
    return await _columns_page(request, list_of(request))


async def _columns_page(request: Request, one: ImportList, status: int = 200, trouble: str = "") -> Response:
    state = state_of(request)
    checked: Checked | None = None
    preview: FilePreview | None = None
    try:
        checked = await in_turn(state, lambda: state.lists.checked(replace(one, corrections=())))
    except ImporterError as error:
        trouble = trouble or str(error)
        preview = await in_turn(state, lambda: preview_file(one.file, one.options))
    header = checked.table.header if checked else preview.sheets[0].header if preview else ()
    rows = checked.table.rows if checked else preview.sheets[0].rows if preview else ()
    readings = {one.index: one for one in checked.checked.columns} if checked else {}
    match = checked.checked.match if checked else _match(header, one.options)
    taken = {index: name for name, index in match.taken.items()} if match else {}
    names = await asyncio.to_thread(state.server_names)
    return render(
        request,
        "columns.html",
        status,
        step="Columns",
        list=one,
        trouble=trouble,
        checked=checked,
        columns=[
            (
                index,
                text,
                [row[index] for row in rows[:3] if index < len(row) and row[index]],
                taken.get(index, ""),
                readings.get(index),
            )
            for index, text in enumerate(header)
        ],
        choices=USED,
        by_name=BY_NAME,
        targets=TARGETS,
        fills=dict(one.options.fills),
        forms=await in_turn(state, lambda: _forms(checked, one.options)) if checked else (),
        switches=SWITCHES,
        names=names,
    )


def _match(header: tuple[str, ...], options: ImportOptions) -> HeaderMatch | None:
    """Say what the headers mean by their names, where the check has not come so far."""
    with suppress(SheetError):
        return match_header(header, dict(options.mapping))
    return None


def _forms(checked: Checked, options: ImportOptions) -> tuple[tuple[str, str, str], ...]:
    """Return in which ways the number can be written, with the person's own first number."""
    first = checked.planned[0].index if checked.planned else 0
    place = checked.checked.rows[first].table_index
    table = replace(checked.table, rows=(checked.table.rows[place],), row_numbers=(2,), flaws={})
    shown = []
    for form, words in FORMS:
        written = check_again(replace(checked, table=table), replace(options, did_format=form), ()).checked.rows
        shown.append((form, words, written[0].did if written else ""))
    return tuple(shown)


async def choose_columns(request: Request) -> Response:
    """Take the choices; the check says at once what it thinks of them."""
    state, one, form = state_of(request), list_of(request), await request.form()
    changed = state.lists.save(replace(one, options=_chosen(one.options, form), remembered=False))
    try:
        checked = await in_turn(state, lambda: state.lists.checked(replace(changed, corrections=())))
    except ImporterError as error:
        return await _columns_page(request, changed, 400, str(error))
    if form.get("then") == "remember":
        state.lists.remember(checked.table.header, changed.options)
    return RedirectResponse(f"/lists/{one.id}/review", 303)


def _chosen(options: ImportOptions, form: FormData) -> ImportOptions:
    mapping = dict(options.mapping)
    for name, value in form.multi_items():
        kind, _, place = name.partition("-")
        if kind == "column" and value != form.get(f"was-{place}"):
            mapping[str(form.get(f"header-{place}", ""))] = str(value)
    route = str(form.get("route", ""))
    fills = {name: value for name, value in options.fills if name not in _TARGET_COLUMNS}
    for target, _, needed in TARGETS:
        if target == route:
            fills["did_route"] = route
            fills |= {name: text for name in needed if (text := str(form.get(f"fill-{name}", "")).strip())}
    return replace(
        options,
        mapping=tuple(mapping.items()),
        fills=tuple(fills.items()),
        did_format=str(form.get("did_format", options.did_format)),
        region=str(form.get("region", "")).strip().upper() or options.region,
        describe=str(form.get("describe", "")).strip(),
        expand_ranges=form.get("expand_ranges") == "yes",
        any_pattern=form.get("any_pattern") == "yes",
        strict_numbers=form.get("strict_numbers") == "yes",
        allow_no_agent=form.get("allow_no_agent") == "yes",
    )


_TARGET_COLUMNS: Final = frozenset({"did_route", *(name for _, _, needed in TARGETS for name in needed)})
