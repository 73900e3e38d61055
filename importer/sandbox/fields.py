"""What VICIdial does to the fields of a DID: delete, check, store. All of it read off ``importer.columns``."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from importer.column import Column, ServerCheck
from importer.columns import BY_NAME
from importer.sandbox.store import Row, Store

CHECKED: Final = tuple(
    BY_NAME[name]
    for name in "did_description active did_route record_call extension exten_context voicemail_ext phone_extension"
    " server_ip group menu_id filter_clean_cid_number call_handle_method agent_search_method list_id entry_list_id"
    " campaign_id phone_code".split()
)
"""The fields beside did_pattern in the order in which VICIdial checks them."""

# VICIdial names the wrong function when it refuses a call menu, in add_did too (transcript menu-unknown)
_REFUSED_AS: Final = {"menu_id": "update_did"}
_LETTERS_OF_ALL_SCRIPTS: Final = frozenset(
    "did_description extension exten_context phone_extension campaign_id voicemail_ext filter_clean_cid_number"
    " group".split()
)
_NUMBER: Final = re.compile(r"[0-9]+(?:e[0-9]+)?", re.IGNORECASE)
_LARGEST: Final = 2.0**64


def kept(column: Column, text: str, *, use_non_latin: bool) -> str:
    """Return what VICIdial leaves of a field; with use_non_latin letters of every script stay in most texts."""
    if not use_non_latin or column.name not in _LETTERS_OF_ALL_SCRIPTS:
        return column.keep(text)
    return "".join(char for char in text if column.keep(char) or unicodedata.category(char).startswith("L"))


def fits(column: Column, value: str) -> bool:
    """Say whether what is left of a field has a length that VICIdial takes; it counts bytes."""
    return column.shortest <= len(value.encode()) <= column.longest


def check_fields(
    function: str, user: str, params: Mapping[str, str], store: Store, *, use_non_latin: bool
) -> Row | str:
    """Return the fields that are given, by the database's column, as VICIdial keeps them; or the refusal of one."""
    given: Row = {}
    for column in CHECKED:
        value = kept(column, params.get(column.name, ""), use_non_latin=use_non_latin)
        if not value:
            continue
        if not _accepts(column, value, store):
            named = _REFUSED_AS.get(column.name, function)
            return f"ERROR: {named} {column.refusal}: |{user}|{value}\n"
        given[column.stored_as] = value
    return given


def _accepts(column: Column, value: str, store: Store) -> bool:
    if column.server_check is ServerCheck.CHOICE:
        return value in column.choices
    if column.server_check is ServerCheck.LOOK_UP:
        return store.knows(column.name, value)
    return fits(column, value)


def as_stored(given: Row) -> Row:
    """Return what the database makes of checked fields: the number one begins with, nothing of an unknown choice."""
    stored = dict(given)
    for column in CHECKED:
        value = given.get(column.stored_as)
        if value is None:
            continue
        if column.digits_only:
            number = _NUMBER.match(value)
            stored[column.stored_as] = str(int(min(float(number[0]), _LARGEST))) if number else "0"
        elif column.choices:
            stored[column.stored_as] = value.upper() if value.upper() in column.choices else ""
    return stored
