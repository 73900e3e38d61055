"""What VICIdial does to the fields of a DID: delete, check, store. All of it read off ``importer.columns``."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from importer.column import Column, ServerCheck
from importer.columns import SENT
from importer.sandbox.store import Row, Store

# VICIdial names the wrong function when it refuses a call menu, in add_did too (transcript menu-unknown)
_REFUSED_AS: Final = {"menu_id": "update_did"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """The first field that VICIdial refuses.

    Attributes:
        text: the whole reply.
    """

    text: str


def kept(column: Column, text: str, *, use_non_latin: bool) -> str:
    """Return what VICIdial leaves of a field.

    With the system setting use_non_latin, letters of every script stay in free text (transcripts nonlatin-...).
    """
    if not use_non_latin or not column.free_text or text.isascii():
        return column.keep(text)
    return "".join(char for char in text if column.keep(char) or unicodedata.category(char).startswith("L"))


def fits(column: Column, value: str) -> bool:
    """Say whether what is left of a field has a length that VICIdial takes; it counts bytes."""
    return column.shortest <= len(value.encode()) <= column.longest


def check_fields(
    function: str, user: str, params: Mapping[str, str], store: Store, *, use_non_latin: bool
) -> Row | Refusal:
    """Check all fields but did_pattern in VICIdial's order.

    Args:
        function: the function that was called, for the refusal.
        user: the user, for the refusal.
        params: what the client sent.
        store: where in-groups, call menus and servers are looked up.
        use_non_latin: the system setting.

    Returns:
        The fields that are given, by the database's column, as VICIdial keeps them; or the first refusal.
    """
    given: Row = {}
    for column in SENT[1:]:
        sent = params.get(column.name)
        value = kept(column, sent, use_non_latin=use_non_latin) if sent else ""
        if not value:
            continue
        if not _accepts(column, value, store):
            named = _REFUSED_AS.get(column.name, function)
            return Refusal(f"ERROR: {named} {column.refusal}: |{user}|{value}\n")
        given[column.stored_as] = value
    return given


def _accepts(column: Column, value: str, store: Store) -> bool:
    if column.server_check is ServerCheck.CHOICE:
        return value in column.choices
    if column.server_check is ServerCheck.LOOK_UP:
        return store.knows(column.name, value)
    return fits(column, value)


def as_stored(given: Row) -> Row:
    """Return what the database makes of checked fields: a number of digits, nothing of an unknown choice.

    A database with a strict sql_mode refuses instead wherever this changes more than leading zeros; see ``bends``.
    """
    stored = dict(given)
    for column in SENT:
        value = given.get(column.stored_as)
        if value is None:
            continue
        if column.digits_only:
            stored[column.stored_as] = str(int(value)) if value.isdigit() else "0"
        elif column.choices and value not in column.choices:
            stored[column.stored_as] = ""
    return stored


def bends(given: Row) -> bool:
    """Say whether the database would have to change a value to store it, which a strict sql_mode refuses."""
    stored = as_stored(given)
    return any((value or "").lstrip("0") != (stored[name] or "").lstrip("0") for name, value in given.items())
