"""The in-groups and call menus that a server knows: ``ingroup_list`` and ``callmenu_list``, since build 230118."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.client import NonAgentApi
from importer.vicidial.replies import read_reply

LONGEST_NAMES_BYTES: Final = 4_194_304  # these two pages have a row for each name
_HEADINGS: Final = {"ingroup_list": "inbound groups", "callmenu_list": "call menus"}


@dataclass(frozen=True, slots=True)
class ServerNames:
    """What a server says of its names. Only what is active and what the user's group may see is in it.

    So a name that is there is good to offer, and one that is missing is no proof.
    """

    in_groups: tuple[str, ...] = ()  # their IDs, in the server's order
    call_menus: tuple[str, ...] = ()
    unknown: str = ""  # why one of the two is not known

    def suggestion(self, column: str, value: str) -> str:
        """Return such as ``SALES_WEST is not there; SALES_IN is``; empty where there is nothing to suggest."""
        close = self.closest(column, value)
        return f"{value} is not there; {close} is" if close else ""

    def closest(self, column: str, value: str) -> str:
        """Return the name that is closest to one that the server does not know; empty where there is none.

        Args:
            column: ``group`` or ``menu_id``; another has no names.
            value: what the cell holds; the server compares without regard to case.
        """
        known = {name.lower(): name for name in {"group": self.in_groups, "menu_id": self.call_menus}.get(column, ())}
        if not value or value.lower() in known:
            return ""
        return next((known[name] for name in get_close_matches(value.lower(), known, n=1, cutoff=0.5)), "")


async def ask_names(api: NonAgentApi) -> ServerNames:
    """Ask a server for its names, with two calls that change nothing; trouble is a value."""
    found: dict[str, tuple[str, ...]] = {}
    unknown = ""
    for function in _HEADINGS:
        answer = await api.call(function, {})
        names = _names_in(answer, function)
        found[function] = names or ()
        if names is None:
            verdict = read_reply(answer, function, {})
            unknown = f"{verdict.words}: {verdict.advice}" if verdict.words else verdict.advice
    return ServerNames(found["ingroup_list"], found["callmenu_list"], unknown)


def _names_in(answer: Answer, function: str) -> tuple[str, ...] | None:
    """Return the IDs of a page of names: the text of the link in each row. None where it is no such page."""
    from lxml import html

    if answer.delivery is not Delivery.ANSWERED or answer.status != 200 or "<" not in answer.body:
        return None
    try:
        rows = html.fromstring(answer.body).iter("tr")
        texts = [(row.find(".//a"), " ".join("".join(map(str, row.itertext())).lower().split())) for row in rows]
    except (ValueError, html.etree.LxmlError):
        return None
    if not any(_HEADINGS[function] in text for link, text in texts if link is None):
        return None
    return tuple(name for link, _ in texts if link is not None and (name := (link.text or "").strip()))
