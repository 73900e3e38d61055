"""Step 2: what the columns are, where calls go, and how the number is written."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response

import importer
from importer.columns import BY_NAME, USED
from importer.errors import ImporterError, SheetError
from importer.headers import match_header
from importer.web.lists import ImportList
from importer.web.visit import Visit, to

_TARGETS: Final = (
    ("IN_GROUP", "An in-group", ("group",)),
    ("CALLMENU", "A call menu", ("menu_id",)),
    ("EXTEN", "An extension", ("extension",)),
    ("VOICEMAIL", "A voicemail box", ("voicemail_ext",)),
    ("PHONE", "A phone", ("phone_extension", "server_ip")),
)
"""Where calls can go, in words, and the columns that say where exactly."""

_FORMS: Final = (
    ("as-is", "As it stands in the file"),
    ("international", "With the country code"),
    ("e164", "With + and the country code"),
    ("national", "Without the country code"),
)
_SWITCHES: Final = (
    ("expand_ranges", "One row for each number of a range"),
    ("any_pattern", "Send patterns that are no numbers"),
    ("strict_numbers", "Numbers must be possible in their country"),
    ("allow_no_agent", "Allow an AGENT route without an agent"),
)
_TARGET_COLUMNS: Final = frozenset({"did_route", *(name for _, _, needed in _TARGETS for name in needed)})


def show(visit: Visit) -> Response:
    return _page(visit, visit.import_list())


def _page(visit: Visit, one: ImportList, status: int = 200, trouble: str = "") -> Response:
    checked: importer.Checked | None = None
    taken: dict[str, int] = {}
    try:
        checked = visit.state.lists.checked(one, corrected=False)
        header, rows, taken = checked.table.header, checked.table.rows, dict(checked.checked.match.taken)
    except ImporterError as error:
        trouble = (trouble or str(error)).replace(f"{one.file}", one.name)
        sheet = importer.preview_file(one.file, one.options).sheets[0]
        header, rows = sheet.header, sheet.rows
        with suppress(SheetError):
            # the check has not come so far, but the headers have their names
            taken = dict(match_header(header, dict(one.options.mapping)).taken)
    column_at = {index: name for name, index in taken.items()}
    readings = {one.index: one for one in checked.checked.columns} if checked else {}
    columns = [
        (
            index,
            text,
            [row[index] for row in rows[:3] if index < len(row) and row[index]],
            column_at.get(index, ""),
            readings.get(index),
        )
        for index, text in enumerate(header)
    ]
    return visit.show(
        "columns.html",
        status,
        step="Columns",
        list=one,
        trouble=trouble,
        checked=checked,
        columns=columns,
        choices=USED,
        by_name=BY_NAME,
        targets=_TARGETS,
        fills=dict(one.options.fills),
        forms=[(form, words, _first_number(checked, one.options, form)) for form, words in _FORMS],
        switches=_SWITCHES,
        names=visit.names(),
    )


def _first_number(checked: importer.Checked | None, options: importer.ImportOptions, form: str) -> str:
    """Return the person's own first number as it would be written."""
    if checked is None:
        return ""
    first = checked.planned[0].index if checked.planned else 0
    row = checked.table.rows[checked.checked.rows[first].table_index]
    table = replace(checked.table, rows=(row,), row_numbers=(2,), flaws={})
    written = importer.check_again(replace(checked, table=table), replace(options, did_format=form), ()).checked.rows
    return written[0].did if written else ""


def choose(visit: Visit) -> Response:
    """Take the choices; the check says at once what it thinks of them."""
    one, lists = visit.import_list(), visit.state.lists
    changed = lists.save(replace(one, options=_chosen(one.options, visit), remembered=False))
    try:
        checked = lists.checked(changed, corrected=False)
    except ImporterError as error:
        return _page(visit, changed, 400, str(error))
    if visit.typed("then") == "remember":
        lists.remember(checked.table.header, changed.options)
    return to(f"/lists/{one.id}/review")


def _chosen(options: importer.ImportOptions, visit: Visit) -> importer.ImportOptions:
    mapping = dict(options.mapping)
    for name, value in visit.form.multi_items():
        kind, _, place = name.partition("-")
        if kind == "column" and value != visit.form.get(f"was-{place}"):
            mapping[str(visit.form.get(f"header-{place}", ""))] = str(value)
    fills = {name: value for name, value in options.fills if name not in _TARGET_COLUMNS}
    for target, _, needed in _TARGETS:
        if target == visit.typed("route"):
            fills["did_route"] = target
            fills |= {name: text for name in needed if (text := visit.typed(f"fill-{name}"))}
    switches: dict[str, Any] = {name: visit.typed(name) == "yes" for name, _ in _SWITCHES}
    return replace(
        options,
        mapping=tuple(mapping.items()),
        fills=tuple(fills.items()),
        did_format=visit.typed("did_format") or options.did_format,
        region=visit.typed("region").upper() or options.region,
        describe=visit.typed("describe"),
        **switches,
    )
