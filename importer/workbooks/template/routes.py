"""What each route does with a call, and a good row of each, for the template's instructions and examples."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN, ROUTE_NEEDS, USED

WHAT_ROUTES_DO: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EXTEN": "Calls go to an extension of the dialplan.",
        "VOICEMAIL": "Calls go to a mailbox, with its instructions.",
        "VMAIL_NO_INST": "Calls go to a mailbox, without its instructions.",
        "PHONE": "Calls ring one phone on one server.",
        "IN_GROUP": "Calls go to the agents who take that in-group.",
        "CALLMENU": "Calls go to a call menu, which asks the caller to press a key.",
        "AGENT": "Calls go to one agent. The agent cannot be set here: name a DID that has it in copy_from, and it is"
        " copied, or choose it afterwards under Inbound > DIDs.",
    }
)
"""The routes and what they do."""

_ALWAYS_FILLED: Final = ("did_description", "active", "record_call")
_OF_AN_IN_GROUP: Final = ("call_handle_method", "agent_search_method", "list_id", "phone_code", "campaign_id")


def example_rows() -> tuple[tuple[str, ...], ...]:
    """Return one good row for each route, in the order of the columns to fill; that of AGENT is a copy."""
    rows = []
    for count, (route, needs) in enumerate(ROUTE_NEEDS.items()):
        if not needs:
            values = {name: BY_NAME[name].example for name in ("did_description", COPY_FROM.name)}
            rows.append(_row(values, count))
            continue
        filled = (*_ALWAYS_FILLED, *needs, *(_OF_AN_IN_GROUP if route == "IN_GROUP" else ()))
        values = {name: BY_NAME[name].example for name in filled}
        rows.append(_row({**values, "did_route": route}, count))
    return tuple(rows)


def _row(values: Mapping[str, str], count: int) -> tuple[str, ...]:
    filled = {**values, DID_PATTERN.name: str(int(DID_PATTERN.example) + count)}
    return tuple(filled.get(column.name, "") for column in USED)
