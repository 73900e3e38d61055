"""Step 2: what the columns are, where calls go, and how the number is written."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from importer import Checked, FilePreview, ImportOptions, check_again, preview_file
from importer.columns import BY_NAME, USED
from importer.errors import ImporterError, SheetError
from importer.headers import HeaderMatch, match_header
from importer.web.files import in_turn, list_of
from importer.web.lists import ImportList
from importer.web.render import render
from importer.web.state import state_of

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
_TARGET_COLUMNS: Final = frozenset({"did_route", *(name for _, _, needed in TARGETS for name in needed)})


async def show(request: Request) -> Response:
    """Show what each column was taken for."""
    return await _columns_page(request, list_of(request))


async def _columns_page(request: Request, one: ImportList, status: int = 200, trouble: str = "") -> Response:
    state = state_of(request)
    checked: Checked | None = None
    preview: FilePreview | None = None
    try:
        checked = await in_turn(state, lambda: state.lists.checked(replace(one, corrections=())))
    except ImporterError as error:
        trouble = (trouble or str(error)).replace(f"{one.file}", one.name)
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
        forms=await in_turn(state, lambda: _forms(checked, one.options)),
        switches=SWITCHES,
        names=names,
    )


def _match(header: tuple[str, ...], options: ImportOptions) -> HeaderMatch | None:
    """Say what the headers mean by their names, where the check has not come so far."""
    with suppress(SheetError):
        return match_header(header, dict(options.mapping))
    return None


def _forms(checked: Checked | None, options: ImportOptions) -> tuple[tuple[str, str, str], ...]:
    """Return in which ways the number can be written, with the person's own first number."""
    if checked is None:
        return tuple((form, words, "") for form, words in FORMS)
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
    switches: dict[str, Any] = {name: form.get(name) == "yes" for name, _ in SWITCHES}
    return replace(
        options,
        mapping=tuple(mapping.items()),
        fills=tuple(fills.items()),
        did_format=str(form.get("did_format", options.did_format)),
        region=str(form.get("region", "")).strip().upper() or options.region,
        describe=str(form.get("describe", "")).strip(),
        **switches,
    )
