"""What each route does with a call, and a good row of each, for the template's instructions and examples."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from importer.column import Column
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN, ROUTE_NEEDS

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


def example_rows(columns: Sequence[Column]) -> tuple[tuple[str, ...], ...]:
    """Return one good row for each route, in the order of the columns; that of AGENT is a copy."""
    rows = []
    for count, (route, needs) in enumerate(ROUTE_NEEDS.items()):
        names = (*_ALWAYS_FILLED, *needs, *(_OF_AN_IN_GROUP if route == "IN_GROUP" else ()))
        if not needs:
            names, route = ("did_description", COPY_FROM.name), ""  # noqa: PLW2901  a copy has its route from there
        filled = {name: BY_NAME[name].example for name in names} | {"did_route": route}
        filled[DID_PATTERN.name] = str(int(DID_PATTERN.example) + count)
        rows.append(tuple(filled.get(column.name, "") for column in columns))
    return tuple(rows)
