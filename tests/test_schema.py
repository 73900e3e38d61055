"""The pandera schema: each column's rules, at both edges, and the rules between columns."""

from collections.abc import Sequence
from typing import Any

import pytest

from importer.checking.normalise import BLANK, Cell
from importer.checking.options import CheckOptions
from importer.checking.schema import TARGETS, Rule, judge, schema
from importer.column import Column, ServerCheck
from importer.columns import BY_NAME, ROUTE_NEEDS, SENT, USED

ANY_CHARACTER = "0"


def broken(any_pattern: bool = False, **texts: Sequence[str | Cell] | str | Cell) -> set[tuple[int, str, Rule]]:
    """Judge rows of the given texts; one text alone means one row."""
    lists = {name: [given] if isinstance(given, (str, Cell)) else list(given) for name, given in texts.items()}
    size = max(map(len, lists.values()), default=1)
    lists.setdefault("did_pattern", [f"1727555{line:04d}" for line in range(size)])
    columns = {
        column.name: [cell if isinstance(cell, Cell) else Cell(cell) for cell in lists[column.name]]
        for column in SENT
        if column.name in lists
    }
    options = CheckOptions(any_pattern=any_pattern, allow_no_agent=True)
    return {(failure.index, failure.column.name, failure.rule) for failure in judge(columns, options)}


def of_column(name: str, text: str, any_pattern: bool = False) -> set[Rule]:
    """Judge one text, in a row whose route asks for nothing."""
    found = broken(any_pattern, **({"did_route": "AGENT"} | {name: text}))
    return {rule for _, column, rule in found if column == name}


MEASURED = [c for c in SENT if c.server_check is ServerCheck.LENGTH and not c.choices]


def test_every_column_that_is_used_is_judged_by_the_schema_and_no_other() -> None:
    names = {str(name).partition(":")[0] for name in schema(any_pattern=False).columns}
    assert names == {column.name for column in USED}


@pytest.mark.parametrize("column", MEASURED, ids=lambda column: column.name)
def test_lengths_are_taken_from_the_shortest_to_the_longest_byte(column: Column) -> None:
    for length in (column.shortest, column.longest):
        assert of_column(column.name, ANY_CHARACTER * length) == set()
    for length in (column.shortest - 1, column.longest + 1):
        assert of_column(column.name, ANY_CHARACTER * length) == ({Rule.LENGTH} if length else set())


def test_lengths_are_those_of_the_server() -> None:
    assert {column.name: (column.shortest, column.longest) for column in MEASURED} == {
        "did_pattern": (2, 50),
        "did_description": (6, 50),
        "extension": (1, 50),
        "exten_context": (1, 50),
        "voicemail_ext": (1, 10),
        "phone_extension": (1, 100),
        "filter_clean_cid_number": (1, 20),
        "call_handle_method": (3, 20),
        "list_id": (3, 14),
        "entry_list_id": (1, 14),
        "campaign_id": (1, 8),
        "phone_code": (1, 10),
    }


def test_a_length_counts_bytes_and_the_plus_of_a_number_counts() -> None:
    assert of_column("did_description", "é" * 25) == set()
    assert of_column("did_description", "é" * 26) == {Rule.LENGTH}
    assert of_column("did_pattern", "+1") == set()
    assert of_column("did_pattern", "+" + "1" * 50) == {Rule.LENGTH}


@pytest.mark.parametrize("name", [c.name for c in SENT if c.choices])
def test_only_a_choice_as_vicidial_writes_it_is_taken(name: str) -> None:
    column = BY_NAME[name]
    for choice in column.choices:
        assert of_column(name, choice) == set()
        assert of_column(name, choice.lower()) == {Rule.CHOICE}
    assert of_column(name, "XX") == {Rule.CHOICE}


@pytest.mark.parametrize("text", ["abc", "12a", "-123", "1_000", "\u0661\u0662\u0663"])
def test_a_list_of_other_than_digits_is_refused(text: str) -> None:
    assert Rule.DIGITS in of_column("list_id", text)


@pytest.mark.parametrize("text", ["1727x", "17+27", "+", "++17275550111", "1727\n", "\u0661\u0667", "default"])
def test_a_did_is_digits_with_an_optional_leading_plus(text: str) -> None:
    assert Rule.PATTERN in of_column("did_pattern", text)


def test_any_pattern_lets_a_did_be_what_vicidial_keeps_and_nothing_else() -> None:
    assert of_column("did_pattern", "_1727555XXXX", any_pattern=True) == set()
    assert of_column("did_pattern", "_1727 XXXX", any_pattern=True) == {Rule.PATTERN}


@pytest.mark.parametrize("route", ROUTE_NEEDS)
def test_a_route_without_a_target_breaks_the_rule_of_each_column_that_it_needs(route: str) -> None:
    needed = ROUTE_NEEDS[route]
    given: dict[str, Any]
    assert broken(did_route=route) == {(0, name, Rule.GIVEN) for name in needed}
    given = {name: BY_NAME[name].example for name in needed}
    assert broken(did_route=route, **given) == set()
    for missing in needed:
        assert broken(did_route=route, **(given | {missing: ""})) == {(0, missing, Rule.GIVEN)}


def test_a_blank_route_means_exten() -> None:
    assert broken() == {(0, "extension", Rule.GIVEN)}
    assert broken(extension="8300") == set()
    assert broken(did_route=["", "AGENT"]) == {(0, "extension", Rule.GIVEN)}


def test_a_route_that_is_none_asks_for_nothing() -> None:
    assert broken(did_route="INGROUP") == {(0, "did_route", Rule.CHOICE)}
    assert broken(did_route=Cell("", "is an error")) == {(0, "did_route", Rule.READABLE)}


def test_a_target_that_cannot_be_read_is_not_missing_too() -> None:
    assert broken(did_route="IN_GROUP", group=Cell("", "is an error")) == {(0, "group", Rule.READABLE)}


def test_targets_are_exactly_the_columns_that_routes_need() -> None:
    assert {column.name for column in TARGETS} == {name for needs in ROUTE_NEEDS.values() for name in needs}


def test_every_problem_of_every_row_comes_at_once() -> None:
    found = broken(
        did_pattern=["17275550100", "1", "17275550102"],
        did_description=["short", "", "long enough"],
        did_route=["INGROUP", "PHONE", ""],
        list_id=["ab", "999", "999"],
    )
    assert found == {
        (0, "did_description", Rule.LENGTH),
        (0, "did_route", Rule.CHOICE),
        (0, "list_id", Rule.LENGTH),
        (0, "list_id", Rule.DIGITS),
        (1, "did_pattern", Rule.LENGTH),
        (1, "phone_extension", Rule.GIVEN),
        (1, "server_ip", Rule.GIVEN),
        (2, "extension", Rule.GIVEN),
    }


def test_a_list_without_a_row_has_no_problem() -> None:
    assert list(judge({"did_pattern": []}, CheckOptions())) == []


def test_blank_cells_break_no_rule_of_their_own() -> None:
    columns = {column.name: [BLANK] for column in SENT}
    columns |= {"did_pattern": [Cell("17275550100")], "did_route": [Cell("AGENT")]}
    assert list(judge(columns, CheckOptions(allow_no_agent=True))) == []
    assert [failure.rule for failure in judge(columns, CheckOptions())] == [Rule.AGENT]


def test_a_frame_that_does_not_fit_the_schema_is_an_error_of_ours_and_not_of_a_row() -> None:
    with pytest.raises(RuntimeError, match="does not fit its schema"):
        list(judge({"did_pattern": [Cell("17275550100")], "user_id": [Cell("1001")]}, CheckOptions()))
