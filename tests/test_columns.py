"""The facts of the columns, pinned literally, so that no change of the table goes unnoticed."""

import re

import pytest

from importer.column import CALL_HANDLE_METHODS, Column, ServerCheck
from importer.columns import BY_NAME, COLUMNS, DID_PATTERN, ROUTE_NEEDS, SENT, USED
from importer.headers import header_key

# parameter | column stored | kept characters | shortest to longest | default, or NULL
FACTS = (
    """
did_pattern             | did_pattern             | :+*#._09azAZ | 2-50  | NULL
did_description         | did_description         | - .,_09azAZ  | 6-50  | NULL
active                  | did_active              | AZ           | Y N   | Y
did_route               | did_route               | -_09azAZ     | {routes} | EXTEN
record_call             | record_call             | -_09azAZ     | Y N Y_QUEUESTOP | N
extension               | extension               | -_09azAZ     | 1-50  | 9998811112
exten_context           | exten_context           | -_09azAZ     | 1-50  | default
voicemail_ext           | voicemail_ext           | *#._09azAZ   | 1-10  | NULL
phone_extension         | phone                   | -_09azAZ     | 1-100 | NULL
server_ip               | server_ip               | -.:_09azAZ   | look-up | NULL
group                   | group_id                | -\u2016_09azAZ | look-up | NULL
menu_id                 | menu_id                 | -_09azAZ     | look-up |
filter_clean_cid_number | filter_clean_cid_number | - .,_09azAZ  | 1-20  |
call_handle_method      | call_handle_method      | _09azAZ      | 3-20  | CID
agent_search_method     | agent_search_method     | _09azAZ      | LB LO SO | LB
list_id                 | list_id                 | -_09azAZ     | 3-14  | 999
entry_list_id           | entry_list_id           | 09           | 1-14  | 0
campaign_id             | campaign_id             | -_09azAZ     | 1-8   | NULL
phone_code              | phone_code              | 09           | 1-10  | 1
""".replace("{routes}", "EXTEN VOICEMAIL AGENT PHONE IN_GROUP CALLMENU VMAIL_NO_INST")
    .strip()
    .splitlines()
)

EVERY_CHARACTER = "".join(map(chr, range(1, 0x250))) + "٧é中\u2028\U0001f600"
WHOLE_RANGES = {"09": "0123456789", "az": "abcdefghijklmnopqrstuvwxyz", "AZ": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def fields(line: str) -> list[str]:
    name, stored, kept, rule, default = line.split("|")
    # spaces stand for themselves among the kept characters, but not around them
    return [name.strip(), stored.strip(), kept[1:].rstrip() if kept[1:2] else "", rule.strip(), default.strip()]


def kept_characters(short: str) -> set[str]:
    found = set()
    for ends, whole in WHOLE_RANGES.items():
        if ends in short:
            found |= set(whole)
            short = short.replace(ends, "")
    return found | set(short.replace("\u2016", "|"))


@pytest.mark.parametrize("line", FACTS, ids=lambda line: line.split()[0])
def test_a_column_is_what_the_server_makes_of_it(line: str) -> None:
    name, stored, kept, rule, default = fields(line)
    column = BY_NAME[name]
    assert column.stored_as == stored
    assert set(column.keep(EVERY_CHARACTER)) == kept_characters(kept)
    assert column.default == (None if default == "NULL" else default)
    if re.fullmatch("[0-9]+-[0-9]+", rule):
        assert f"{column.shortest}-{column.longest}" == rule
        assert column.server_check is ServerCheck.LENGTH
    elif rule == "look-up":
        assert column.server_check is ServerCheck.LOOK_UP
    else:
        assert " ".join(column.choices) == rule


def test_every_parameter_of_add_did_is_pinned() -> None:
    assert {column.name for column in SENT} == {fields(line)[0] for line in FACTS}
    assert COLUMNS[0] is DID_PATTERN


def test_the_columns_of_a_sheet_stand_in_the_order_in_which_people_fill_them() -> None:
    first = "did_pattern did_description did_route group menu_id extension voicemail_ext phone_extension server_ip"
    assert [column.name for column in COLUMNS][:10] == [*first.split(), "active"]


def test_add_did_knows_neither_the_did_to_copy_nor_the_agent_and_nothing_takes_the_agent() -> None:
    assert [column.name for column in COLUMNS if not column.sent] == ["copy_from", "user_id"]
    assert [column.name for column in COLUMNS if column not in USED] == ["user_id"]
    assert [column.name for column in COLUMNS if column.holds_did] == ["did_pattern", "copy_from"]
    assert BY_NAME["user_id"].stored_as == "user"


def test_the_agent_search_method_has_two_characters_to_the_server_whatever_they_are() -> None:
    column = BY_NAME["agent_search_method"]
    assert (column.shortest, column.longest, column.server_check) == (2, 2, ServerCheck.LENGTH)


def test_the_server_takes_other_values_than_the_choices_only_where_the_importer_is_stricter() -> None:
    by_server = {column.name for column in COLUMNS if column.server_check is ServerCheck.CHOICE}
    assert by_server == {"active", "did_route", "record_call"}
    assert {column.name for column in COLUMNS if column.choices} - by_server == {"agent_search_method"}
    assert {column.name for column in COLUMNS if column.digits_only} == {"list_id", "entry_list_id"}


def test_the_call_handle_methods_are_those_of_the_admin_pages() -> None:
    assert BY_NAME["call_handle_method"].offered == CALL_HANDLE_METHODS
    assert len(CALL_HANDLE_METHODS) == len(set(CALL_HANDLE_METHODS)) == 25
    assert all(3 <= len(method) <= 20 for method in CALL_HANDLE_METHODS)


def test_each_route_needs_what_leads_its_calls_anywhere() -> None:
    assert dict(ROUTE_NEEDS) == {
        "EXTEN": ("extension",),
        "VOICEMAIL": ("voicemail_ext",),
        "VMAIL_NO_INST": ("voicemail_ext",),
        "PHONE": ("phone_extension", "server_ip"),
        "IN_GROUP": ("group",),
        "CALLMENU": ("menu_id",),
        "AGENT": (),
    }
    assert set(ROUTE_NEEDS) == set(BY_NAME["did_route"].choices)
    assert all(need in BY_NAME for needs in ROUTE_NEEDS.values() for need in needs)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_what_a_column_shows_and_takes_passes_its_own_rules(column: Column) -> None:
    assert column.shortest <= len(column.example.encode()) <= column.longest
    assert column.example in (column.choices or column.offered or (column.example,))
    assert not column.digits_only or column.example.isdecimal()
    assert all(column.keep(text) == text for text in (column.example, *column.choices, *column.offered))
    assert set(column.spellings.values()) <= set(column.choices)
    assert all(spelling == spelling.upper() for spelling in column.spellings)
    assert [header_key(alias) for alias in column.aliases] == list(column.aliases)
    assert header_key(column.name) not in column.aliases
    assert re.fullmatch(r"[^\n]+\.", column.help)
    once = column.keep(EVERY_CHARACTER)
    assert column.keep(once) == once
    assert once.isascii()


def test_no_name_and_no_alias_means_two_columns() -> None:
    by_column = [{header_key(name) for name in (column.name, *column.aliases)} for column in COLUMNS]
    assert sum(map(len, by_column)) == len(set().union(*by_column))
