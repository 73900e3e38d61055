"""From values to a page: Jinja2 with everything escaped, and the few words that templates need."""

import asyncio
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse

from importer import __version__
from importer.model import Result
from importer.result_words import OF_AN_UNDO
from importer.web.state import PageState, state_of

DOWNLOADS: Final = "download-"
"""How the folders of files to download begin."""

STEPS: Final = ("Connect", "File", "Columns", "Review", "Confirm", "Progress", "Done")

LABELS: Final = {
    "did_pattern": "Number",
    "did_description": "Description",
    "did_route": "Route",
    "group": "In-group",
    "menu_id": "Call menu",
    "extension": "Extension",
    "exten_context": "Extension context",
    "voicemail_ext": "Voicemail box",
    "phone_extension": "Phone extension",
    "server_ip": "Server IP",
    "active": "Active",
    "record_call": "Record calls",
    "copy_from": "Copy all settings from",
    "filter_clean_cid_number": "Clean CID number",
    "call_handle_method": "In-group call handle method",
    "agent_search_method": "In-group agent search method",
    "list_id": "In-group list ID",
    "entry_list_id": "In-group entry list ID",
    "campaign_id": "In-group campaign ID",
    "phone_code": "In-group phone code",
}
"""What the columns are called, as VICIdial's own page Modify DID has it."""

_IN_THE_PAGE: Final = (
    (r"--expand-ranges", "'One row for each number of a range' under Columns"),
    (r"--any-pattern", "'Send patterns that are no numbers' under Columns"),
    (r"--allow-no-agent", "'Allow an AGENT route without an agent' under Columns"),
    (r"--strict-numbers", "'Numbers must be possible in their country' under Columns"),
    (r"--did-format", "the choice of how the number is written, under Columns,"),
    (r"(?:give |with )?--set did_route=\.\.\.", "choose under Columns where calls go"),
    (r"(?:give |with )?--map \"[^\"]*\"", "choose the column in the table"),
    (r"--map\b", "the choice of columns"),
    (r"say which with --sheet", "choose the sheet"),
    (r"Correct the cells in the sheet Failed rows, save, then: did-importer rerun .*", "Use {again} above."),
    (r", then: did-importer rerun .*", ", then use {again} above."),
    (r"did-importer rerun .*", "use {again} above."),
    (r"did-importer resume(?: [\w-]+)?", "use 'Finish' under Runs"),
    (r"start afresh with (?:--new|: did-importer run --new)", "choose the file again and press 'Start again'"),
    (r"did-importer undo(?: [\w-]+)?", "use 'Undo' under Runs"),
    (r"did-importer runs(?: [\w-]+)?", "the page Runs"),
    (r"did-importer doctor", "'Test the connection'"),
    (r"--on-duplicate update", "'Give numbers that are there already the row's settings' under Confirm"),
    (r"--verify", "'Look every number up at the end' under Confirm"),
)
"""What sentences of the command line say of its flags, and where the page has the same."""


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page."""
    state = state_of(request)
    shown = {"step": "", "list": None} | values
    html = (
        _environment()
        .get_template(template)
        .render(
            request=request,
            state=state,
            connection=state.connection,
            once=_once_field,
            steps=STEPS,
            version=__version__,
            running=state.jobs.running(),
            labels=LABELS,
            **shown,
        )
    )
    return HTMLResponse(html, status)


async def handed_out(state: PageState, write: Callable[[Path], Path]) -> FileResponse:
    """Return a file to download, which is gone when it has been sent."""
    folder = TemporaryDirectory(prefix=DOWNLOADS, dir=state.options.folder, ignore_cleanup_errors=True)
    try:
        path = await asyncio.to_thread(write, Path(folder.name))
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(path, filename=path.name, background=BackgroundTask(folder.cleanup))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("importer.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=lambda value: f"{value:,}",
        rows=lambda count: plural(count, "row"),
        result=result_word,
        local=local_time,
        words=page_words,
        plural=plural,
    )
    return environment


def _once_field() -> Markup:
    """Return the hidden field by which a form that is sent twice is known."""
    return Markup('<input type="hidden" name="once" value="{}">').format(secrets.token_urlsafe(12))


def plural(count: int, one: str, many: str = "") -> str:
    """Say how many of something."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def result_word(result: Result, undo: bool) -> str:
    """Return what a result is called; an undo has words of its own."""
    return OF_AN_UNDO.get(result, result.value) if undo else result.value


def local_time(text: str) -> str:
    """Return a moment of the record as a person reads it: local time, with its zone."""
    if not text:
        return ""
    moment = datetime.fromisoformat(text).astimezone()
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".strip()


def page_words(text: str, again: str = "the page of the run") -> str:
    """Put what a sentence says of the command line's flags into the words of the page; ``again`` is its rerun."""
    for flag, words in _IN_THE_PAGE:
        text = re.sub(flag, words.replace("{again}", again), text)
    return text
