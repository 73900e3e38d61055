"""The check of a whole table: what is sent of each row, what is wrong with it, and what the person is told."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.checking import CheckedTable, CheckOptions, DidFormat, check_table
from importer.columns import BY_NAME, SENT
from importer.errors import SettingsError, SheetError
from importer.model import CellFlaw, CheckedRow, Table

DID = "17275550111"
QUEUE = {"did_route": "IN_GROUP", "group": "SALES_IN"}


def table(
    header: Sequence[str], *rows: Sequence[str], flaws: Mapping[tuple[int, int], CellFlaw] | None = None
) -> Table:
    return Table(
        path=Path("order.xlsx"),
        sha256="0" * 64,
        sheet="Order",
        header=tuple(header),
        row_numbers=tuple(range(2, 2 + len(rows))),
        rows=tuple(tuple(row) for row in rows),
        flaws=flaws or {},
    )


def check(header: str, *rows: Sequence[str], flaws: Any = None, **options: Any) -> CheckedTable:
    """Check rows under a header of names between bars; a fill of an in-group makes bare numbers good."""
    options.setdefault("fills", QUEUE)
    return check_table(table(header.split("|"), *rows, flaws=flaws), CheckOptions(**options))


def check_one(header: str, *cells: str, **options: Any) -> CheckedRow:
    (row,) = check(header, cells, **options).rows
    return row


def sentences(row: CheckedRow) -> list[str]:
    return [problem.sentence() for problem in row.problems]


def test_a_full_row_is_sent_by_the_servers_names_in_its_order_without_blanks() -> None:
    row = check_one(
        "Group ID|Phone Number|City|did_active|Route|did_route|list id",
        "SALES_IN",
        "(727) 555-0111",
        "Tampa",
        "yes",
        "primary",
        "in group",
        "",
        fills={},
    )
    assert row == CheckedRow(
        index=0,
        row=2,
        did="7275550111",
        parameters=(("did_pattern", "7275550111"), ("did_route", "IN_GROUP"), ("group", "SALES_IN"), ("active", "Y")),
        table_index=0,
    )


def test_a_bare_list_of_numbers_with_two_fills_is_a_whole_order() -> None:
    checked = check("did_pattern", [DID], ["17275550112"])
    assert [row.parameters for row in checked.rows] == [
        (("did_pattern", did), ("did_route", "IN_GROUP"), ("group", "SALES_IN")) for did in (DID, "17275550112")
    ]
    assert not any(row.problems for row in checked.rows)


def test_a_fill_fills_blank_cells_and_leaves_others() -> None:
    checked = check("did|group", [DID, "SUPPORT"], ["17275550112", " \u00a0"])
    assert [dict(row.parameters)["group"] for row in checked.rows] == ["SUPPORT", "SALES_IN"]


def test_a_fill_is_judged_like_a_cell_and_its_problem_names_the_value() -> None:
    row = check_one("did", DID, fills=QUEUE | {"list_id": "abc"})
    assert [(p.column, p.value) for p in row.problems] == [("list_id", "abc")]
    assert check_one("did", DID, fills={"did_route": "in group", "group": "'SALES_IN"}).parameters[1:] == (
        ("did_route", "IN_GROUP"),
        ("group", "SALES_IN"),
    )


def test_a_fill_does_not_hide_a_cell_that_is_an_error() -> None:
    row = check_one("did|group", DID, "", flaws={(0, 1): CellFlaw.FORMULA_WITHOUT_VALUE})
    assert [problem.column for problem in row.problems] == ["group"]
    assert "never calculated" in row.problems[0].problem


def test_bare_numbers_without_a_route_say_what_is_missing_and_how_to_set_it() -> None:
    row = check_one("did", DID, fills={})
    assert [problem.column for problem in row.problems] == ["extension"]
    assert "--set did_route=" in row.problems[0].problem


def test_every_problem_of_a_row_is_listed_in_the_order_of_the_columns() -> None:
    row = check_one("list_id|did_route|did|did_description|active", "ab", "Ingroup", "TBD", "Tampa", "maybe")
    assert [problem.column for problem in row.problems] == [
        "did_pattern",
        "did_description",
        "did_route",
        "active",
        "list_id",
        "list_id",
    ]
    assert {problem.row for problem in row.problems} == {2}
    assert [problem.value for problem in row.problems][:4] == ["TBD", "Tampa", "Ingroup", "maybe"]
    assert all(problem.allowed for problem in row.problems)


@pytest.mark.parametrize("flaw", list(CellFlaw))
def test_a_flawed_did_is_a_problem_whatever_its_text(flaw: CellFlaw) -> None:
    row = check_one("did", DID, flaws={(0, 0): flaw})
    assert row.did == ""
    assert [problem.column for problem in row.problems] == ["did_pattern"]


def test_flaws_of_other_columns_are_problems_but_for_dates_in_prose() -> None:
    flaws = {
        (0, 1): CellFlaw.TOO_MANY_DIGITS,
        (0, 2): CellFlaw.DATE,
        (0, 3): CellFlaw.ERROR_VALUE,
        (0, 4): CellFlaw.DATE,
    }
    cells = (DID, "1234567890123456", "2026-11-23", "#REF!", "2026-08-30")
    row = check_one("did|extension|did_description|City|voicemail_ext", *cells, flaws=flaws)
    assert [problem.column for problem in row.problems] == ["extension", "voicemail_ext"]
    assert ("did_description", "2026-11-23") in row.parameters


def test_a_did_of_51_characters_is_none_and_of_50_is_one() -> None:
    checked = check("did", ["7" * 51], ["7" * 50], ["7"], ["+" + "7" * 49], ["+" + "7" * 50])
    assert [len(row.did) for row in checked.rows] == [0, 50, 0, 50, 0]
    assert [bool(row.problems) for row in checked.rows] == [True, False, True, False, True]


@pytest.mark.parametrize(
    ("cells", "earlier", "options"),
    [
        # however it is written
        ("17275550111|17275550112|1 (727) 555-0111|17275550111", [None, None, 2, 2], {}),
        # rows without a DID are duplicates of nothing
        (f"TBD|TBD|||{'7' * 60}|{'7' * 60}", [None] * 6, {}),
        # the server's case counts for nothing
        ("SalesLine|SALESLINE", [None, 2], {"any_pattern": True}),
        ("17275550111|+17275550111", [None, None], {}),
        ("(727) 555-0111|17275550111|17275550112", [None, 2, None], {"did_format": DidFormat.E164}),
    ],
)
def test_the_same_did_later_in_the_file_names_the_first_row(
    cells: str, earlier: list[int | None], options: dict[str, Any]
) -> None:
    checked = check("did", *([cell] for cell in cells.split("|")), **options)
    assert [row.duplicate_of for row in checked.rows] == earlier


@pytest.mark.parametrize(
    ("lists", "earlier"),
    [
        (("ab", "999", "999"), [None, None, 3]),
        (("ab", "cd", "999"), [None, None, None]),
        (("999", "ab", "999"), [None, 2, 2]),
        (("ab", "cd"), [None, None]),
    ],
)
def test_of_equal_dids_the_first_that_is_good_is_sent(lists: tuple[str, ...], earlier: list[int | None]) -> None:
    checked = check("did|list_id", *([DID, text] for text in lists))
    assert [row.duplicate_of for row in checked.rows] == earlier
    assert [bool(row.problems) for row in checked.rows] == [not text.isdecimal() for text in lists]


def test_what_vicidial_stores_instead_is_a_note_of_a_good_row() -> None:
    row = check_one("did|description", DID, "Joe's & Co West #4")
    assert row.problems == ()
    assert row.notes == ("did_description is stored as 'Joes  Co West 4'",)
    assert ("did_description", "Joes  Co West 4") in row.parameters
    # of a bad row nothing is stored
    assert check_one("did|description", "TBD", "Joe's & Co West #4").notes == ()


def test_any_pattern_says_what_is_stored_of_a_pattern() -> None:
    row = check_one("did", "1-800-FLOWERS", any_pattern=True)
    assert (row.did, row.notes) == ("1800FLOWERS", ("did_pattern is stored as '1800FLOWERS'",))
    assert sentences(check_one("did", "1-800-FLOWERS")) != []


@pytest.mark.parametrize(
    ("header", "cells", "named"), [("did|user_id", (DID, " 1001 "), " (user_id '1001')"), ("did", (DID,), "")]
)
def test_an_agent_row_that_is_allowed_says_that_the_agent_is_not_set(
    header: str, cells: tuple[str, ...], named: str
) -> None:
    row = check_one(header, *cells, fills={"did_route": "AGENT"}, allow_no_agent=True)
    assert row.problems == ()
    assert row.notes == (
        f"add_did cannot set the agent{named}; set it under Inbound > DIDs, or name a DID that has it in copy_from",
    )
    assert dict(row.parameters) == {"did_pattern": DID, "did_route": "AGENT"}


def test_an_agent_row_without_an_agent_leads_nowhere_and_names_both_ways_out() -> None:
    row = check_one("did|user_id", DID, "1001", fills={"did_route": "AGENT"})
    (problem,) = row.problems
    assert (problem.column, problem.value) == ("did_route", "AGENT")
    assert "leads nowhere" in problem.problem
    assert "copy_from" in problem.problem
    assert "--allow-no-agent" in problem.problem
    assert not check_one("did|copy_from", DID, "18005550199", fills={"did_route": "AGENT"}).problems


def test_numbers_are_written_in_the_wanted_form() -> None:
    checked = check("did", ["(727) 555-0111"], ["17275550112"], did_format=DidFormat.E164)
    assert [row.did for row in checked.rows] == ["+17275550111", "+17275550112"]
    assert checked.warnings == ()


def test_a_number_that_cannot_be_written_in_the_wanted_form_is_a_problem() -> None:
    row = check_one("did", "442079460111", did_format=DidFormat.E164)
    assert row.did == ""
    assert "is no possible number in US" in row.problems[0].problem
    assert check_one("did", "442079460111", did_format=DidFormat.E164, region="GB").did == "+442079460111"


def test_impossible_numbers_are_a_warning_or_with_strict_numbers_a_problem() -> None:
    loose = check("did", ["442079460111"])
    assert loose.rows[0].problems == ()
    assert "1 number is not possible in US" in loose.warnings[0]
    strict = check("did", ["442079460111"], ["442079460111"], ["17275550111"], strict_numbers=True)
    assert [bool(row.problems) for row in strict.rows] == [True, True, False]
    assert strict.warnings == ()


def test_ways_of_writing_are_counted_over_all_rows() -> None:
    warnings = check("did", ["17275550111"], ["7275550112"], ["+17275550112"]).warnings
    assert "1 with 11 digits that begin with 1, 1 with 10 digits, 1 with a leading +" in warnings[0]
    assert "row 4 '+17275550112' and row 3 '7275550112'" in warnings[1]


def test_a_range_is_one_problem_that_names_the_flag() -> None:
    row = check_one("did", "7275550100-7275550199")
    assert [p.problem for p in row.problems] == ["is a range of 100 numbers; --expand-ranges makes one row of each"]


def test_an_expanded_range_becomes_one_row_each_that_keeps_the_row_it_came_from() -> None:
    checked = check(
        "did|description|user_id",
        ["7275550109", "before the range", ""],
        ["7275550110-7275550112", "in the range &", "1001"],
        ["7275550111", "after the range", ""],
        expand_ranges=True,
        allow_no_agent=True,
        fills={"did_route": "AGENT"},
    )
    rows = checked.rows
    assert [row.index for row in rows] == [0, 1, 2, 3, 4]
    assert [row.table_index for row in rows] == [0, 1, 1, 1, 2]
    assert [row.row for row in rows] == [2, 3, 3, 3, 4]
    assert [row.did for row in rows] == ["7275550109", "7275550110", "7275550111", "7275550112", "7275550111"]
    assert [row.duplicate_of for row in rows] == [None, None, None, None, 3]
    assert [dict(row.parameters)["did_description"] for row in rows][1:4] == ["in the range"] * 3
    assert "1001" in rows[3].notes[1]
    assert "1 range has been taken apart: 3 rows of the file have become 5" in checked.facts


def test_flaws_follow_the_rows_that_a_range_becomes() -> None:
    rows = (["7275550110-7275550111", "SALES_IN"], ["7275550112", "#REF!"])
    checked = check("did|group", *rows, flaws={(1, 1): CellFlaw.ERROR_VALUE}, expand_ranges=True)
    assert [bool(row.problems) for row in checked.rows] == [False, False, True]


@pytest.mark.parametrize("header", ["First Number|Last Number|City", "Start Number|Quantity|City"])
def test_columns_of_ranges_take_the_place_of_a_did_column(header: str) -> None:
    last = "7275550102" if "Last" in header else "3"
    rows = (["7275550100", last, "Tampa"], ["7275550110", "", "Tampa"])
    assert len(check(header, *rows, expand_ranges=True).rows) == 4
    folded = check(header, *rows)
    assert "--expand-ranges" in folded.rows[0].problems[0].problem
    assert folded.rows[1].did == "7275550110"
    assert folded.match.taken["did_pattern"] == 0


def test_a_flawed_end_of_a_range_is_a_problem() -> None:
    row = check_one("First Number|Quantity", "7275550100", "", flaws={(0, 1): CellFlaw.FORMULA_WITHOUT_VALUE})
    assert "the cell beside it is a formula" in row.problems[0].problem


def test_ranges_of_more_numbers_than_a_memory_holds_are_refused() -> None:
    rows = [[f"{area}5550000-{area}5559999"] for area in range(200, 710)]
    with pytest.raises(SheetError, match="row 502: with the ranges up to here there are more than 5,000,000 numbers"):
        check("did", *rows, expand_ranges=True)


def test_blank_or_missing_descriptions_are_made_of_the_files_columns() -> None:
    checked = check(
        "did|description|City|State",
        ["17275550111", "", "St. Mary's", "FL"],
        ["17275550112", "Sales line", "Tampa", "FL"],
        ["17275550113", "", "", ""],
        describe="{city} {state}",
        fills=QUEUE | {"did_description": "no city known"},
    )
    assert [dict(row.parameters)["did_description"] for row in checked.rows] == [
        "St. Marys FL",
        "Sales line",
        "no city known",
    ]
    without_a_column = check_one("did|City", DID, "Tampa", describe="{city}")
    assert dict(without_a_column.parameters)["did_description"] == "Tampa DID 0111"


def test_a_header_that_is_mapped_by_hand_wins() -> None:
    row = check_one(
        "Phone|Ring to|Queue", "7275550100", DID, "SUPPORT", mapping={"Ring to": "did_pattern", "Queue": "group"}
    )
    assert (row.did, dict(row.parameters)["group"]) == (DID, "SUPPORT")


def test_the_person_is_told_what_each_header_was_taken_for_and_what_is_never_sent() -> None:
    checked = check("TN|Phone Number|friendly name|user_id|City|active", ["1", DID, "Sales line", "1001", "Tampa", "Y"])
    assert checked.facts == (
        "'Phone Number' is taken for did_pattern",
        "'friendly name' is taken for did_description",
        "'Phone Number' is taken for did_pattern; 'TN' could be it too and is not sent",
        "'user_id' is never sent: add_did cannot set the agent",
        "never sent, but kept in the results: City",
        "did_route is set to 'IN_GROUP' where it is blank",
        "group is set to 'SALES_IN' where it is blank",
    )


def test_a_fill_for_a_column_that_is_never_sent_says_that_it_has_no_effect() -> None:
    checked = check("did", [DID], fills={"did_route": "AGENT", "user_id": "1001"})
    assert "--set user_id has no effect: add_did cannot set the agent" in checked.facts


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fills": {"group_id": "X"}}, "--set names 'group_id', which is no column"),
        ({"fills": {"did_pattern": "X"}}, "--set cannot set did_pattern"),
        ({"mapping": {"did": "nonsense"}}, "--map names 'nonsense', which is no column"),
        ({"region": "XX"}, "no region 'XX'"),
        ({"describe": "{town}"}, "--describe names"),
    ],
)
def test_an_option_that_names_what_there_is_not_ends_the_command(options: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        check("did", [DID], **options)


def test_a_sheet_without_dids_names_its_columns_and_the_way_out() -> None:
    with pytest.raises(
        SheetError, match=r"order\.xlsx: no column holds the DIDs; the columns are: City, State;.*--map"
    ):
        check("City|State", ["Tampa", "FL"])


def test_a_table_without_rows_is_checked_to_nothing() -> None:
    assert check("did").rows == ()


CELL = st.one_of(
    st.sampled_from(
        ["", DID, "7275550100-7275550103", "Y", "in group", "IN_GROUP", "AGENT", "SALES_IN", "999", "#REF!"]
    ),
    st.text(max_size=12),
    st.text(alphabet="0123456789+-. ()&", max_size=14),
)
HEADER = [column.name for column in SENT] + ["user_id", "City"]


@settings(max_examples=25)
@given(
    rows=st.lists(st.lists(CELL, min_size=len(HEADER), max_size=len(HEADER)), max_size=6),
    any_pattern=st.booleans(),
    expand=st.booleans(),
)
def test_every_row_comes_out_in_order_and_vicidial_would_delete_nothing_of_what_is_sent(
    rows: list[list[str]], any_pattern: bool, expand: bool
) -> None:
    checked = check_table(table(HEADER, *rows), CheckOptions(any_pattern=any_pattern, expand_ranges=expand))
    origin = [row.table_index for row in checked.rows]
    assert list(dict.fromkeys(origin)) == sorted(origin and set(origin)) == list(range(len(rows)))
    assert [row.index for row in checked.rows] == list(range(len(checked.rows)))
    assert expand or len(checked.rows) == len(rows)
    for row in checked.rows:
        assert row.row == row.table_index + 2
        names = [name for name, _ in row.parameters]
        assert names == [column.name for column in SENT if column.name in names]
        for name, text in row.parameters:
            assert text == text.strip() == BY_NAME[name].keep(text) != ""
        for problem in row.problems:
            assert problem.row == row.row
            assert problem.column in names or problem.column in BY_NAME
            assert problem.problem
            assert problem.allowed
        if not row.problems:
            assert row.parameters[0] == ("did_pattern", row.did)
    good = [row for row in checked.rows if not row.problems]
    sent = [[dict(row.parameters).get(name, "") for name in HEADER] for row in good]
    again = check_table(table(HEADER, *sent), CheckOptions(any_pattern=any_pattern))
    assert [row.parameters for row in again.rows] == [row.parameters for row in good]
    assert not any(row.problems for row in again.rows)
