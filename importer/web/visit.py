"""A request of the browser and how it is answered: everything escaped, in the words of the page."""

from __future__ import annotations

import mimetypes
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

import importer
from importer.errors import ImporterError
from importer.model import Result, RowOutcome
from importer.result_words import OF_AN_UNDO, WORDS, ResultWord
from importer.web.state import PageState

if TYPE_CHECKING:
    from importer.web.connect import Connection
    from importer.web.lists import ImportList

Verdicts = dict[tuple[tuple[str, str], ...], RowOutcome]
"""What a server said of a row, by what would be sent."""


DOWNLOADS: Final = "download-"
"""How the folders of files to download begin."""

_STEPS: Final = ("Connect", "File", "Columns", "Review", "Confirm", "Progress", "Done")

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


class Visit:
    """A request of the browser, and what its form holds."""

    def __init__(self, request: Request, form: FormData) -> None:
        self.request, self.form = request, form
        self.state: PageState = request.app.state.page

    def typed(self, name: str) -> str:
        """Return what stands in a field of the form."""
        return str(self.form.get(name, "")).strip()

    def asked(self, name: str) -> str:
        """Return what stands behind the address."""
        return self.request.query_params.get(name, "")

    def import_list(self) -> ImportList:
        try:
            return self.state.lists.get(self.request.path_params["list"])
        except KeyError:
            raise HTTPException(404) from None

    def run(self) -> importer.RunLine:
        try:
            return importer.named_run(self.state.folders, self.request.path_params["run"])
        except ImporterError:
            raise HTTPException(404) from None

    def connection(self) -> Connection:
        """Return the connection; without one it is made first."""
        if self.state.connection is None:
            raise elsewhere("/connect?why=list")
        return self.state.connection

    def connection_for(self, line: importer.RunLine) -> Connection:
        """Return the connection to the server and user that a run is bound to; without one it is made first."""
        connection, about = self.state.connection, line.about
        if connection is None or (connection.server.url, connection.server.user) != (about.server, about.user):
            raise elsewhere(f"/connect?{urlencode({'host': about.server, 'user': about.user, 'why': 'run'})}")
        return connection

    def names(self) -> importer.ServerNames | None:
        """Return the in-groups and call menus that the server names; None where nobody knows."""
        return self.state.connection.names() if self.state.connection else None

    def verdicts(self, one: ImportList) -> Verdicts:
        """Return what the server has said of a list's rows, by what would be sent."""
        return self.state.connection.verdicts[one.id] if self.state.connection else {}

    def show(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        shown = {
            "step": "",
            "list": None,
            "request": self.request,
            "connection": self.state.connection,
            "once": _once_field,
            "steps": _STEPS,
            "version": importer.__version__,
            "running": self.state.jobs.running(),
            "labels": LABELS,
        }
        return HTMLResponse(_environment().get_template(template).render(shown | values), status)

    def hand_out(self, write: Callable[[Path], Path]) -> Response:
        with self.folder() as folder:
            path = write(Path(folder))
            return download(path.name, path.read_bytes())

    def folder(self) -> TemporaryDirectory[str]:
        """Return a folder for a moment; one that a killed program leaves goes when the page is started again."""
        return TemporaryDirectory(prefix=DOWNLOADS, dir=self.state.options.folder)


def download(name: str, content: bytes) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"}
    return Response(content, media_type=mimetypes.guess_type(name)[0], headers=headers)


def to(address: str) -> Response:
    return RedirectResponse(address, 303)


def elsewhere(address: str) -> HTTPException:
    """Return what is raised where something else must be done first."""
    return HTTPException(303, headers={"Location": address})


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
        rows=lambda count: _plural(count, "row"),
        result=lambda result, undo: OF_AN_UNDO.get(result, result.value) if undo else result.value,
        by_word=_by_word,
        host=host_of,
        local=_local_time,
        words=page_words,
        plural=_plural,
    )
    return environment


def _once_field() -> Markup:
    """Return the hidden field by which a form that is sent twice is known."""
    return Markup('<input type="hidden" name="once" value="{}">').format(secrets.token_urlsafe(12))


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _by_word(counts: Mapping[Result, int]) -> list[tuple[ResultWord, int]]:
    return [(word, counts[word.result]) for word in WORDS if counts.get(word.result)]


def host_of(url: str) -> str:
    return urlsplit(url).netloc


def _local_time(text: str) -> str:
    """Return a moment of the record as a person reads it: local time, with its zone."""
    moment = datetime.fromisoformat(text).astimezone()
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".strip()


def page_words(text: str, again: str = "the page of the run") -> str:
    """Put what a sentence says of the command line's flags into the words of the page; ``again`` is its rerun."""
    for flag, words in _IN_THE_PAGE:
        text = re.sub(flag, words.replace("{again}", again), text)
    return text
