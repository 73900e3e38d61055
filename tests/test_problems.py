"""The words of problems, and equal problems in one line."""

import pytest

from importer.checking.normalise import Cell
from importer.checking.problems import ProblemGroup, allowed_text, group_problems, problem_of
from importer.checking.schema import Failure, Rule
from importer.columns import BY_NAME, SENT
from importer.model import CellProblem, CheckedRow


def worded(rule: Rule, name: str, value: str, text: str | None = None, route: str = "") -> CellProblem:
    cell = Cell(value if text is None else text, value=value)
    return problem_of(Failure(0, BY_NAME[name], rule), cell, row=7, route=route)


def rows_with(
    column: str, problem: str, allowed: str, values: dict[int, str], suggestion: str = ""
) -> list[CheckedRow]:
    return [
        CheckedRow(index, row, "", (), (CellProblem(row, column, value, problem, allowed, suggestion),))
        for index, (row, value) in enumerate(values.items())
    ]


def test_a_problem_names_row_column_value_and_what_is_allowed() -> None:
    problem = worded(Rule.DIGITS, "list_id", " abc", "abc")
    assert (problem.row, problem.column, problem.value) == (7, "list_id", " abc")
    assert problem.problem.startswith("is not of digits alone")
    assert problem.allowed == "3 to 14 digits"


@pytest.mark.parametrize(
    ("rule", "column", "value", "text", "route", "said"),
    [
        # the closest allowed value is suggested, and nothing where none is close
        (Rule.CHOICE, "did_route", "INGROUP", None, "", "did_route 'INGROUP' is not a route; did you mean IN_GROUP?"),
        (Rule.CHOICE, "did_route", "VOICE_MAIL", None, "", "is not a route; did you mean VOICEMAIL?"),
        (Rule.CHOICE, "did_route", "CALL_MENUS", None, "", "is not a route; did you mean CALLMENU?"),
        (Rule.CHOICE, "active", "YE", None, "", "is not one of the choices; did you mean Y?"),
        (Rule.CHOICE, "record_call", "Y_QUEUE", None, "", "is not one of the choices; did you mean Y_QUEUESTOP?"),
        (Rule.CHOICE, "did_route", "QUEUE", None, "", "is not a route (allowed:"),
        (Rule.GIVEN, "group", "", None, "IN_GROUP", "group is blank and the route IN_GROUP leads nowhere without it"),
        (Rule.GIVEN, "group", "\u00a0 ", "", "IN_GROUP", "group is blank and the route IN_GROUP leads nowhere"),
        (Rule.GIVEN, "extension", "", None, "", "means EXTEN: calls would go to 9998811112, an announcement"),
        (Rule.GIVEN, "extension", "", None, "", "--set did_route="),
        (
            Rule.LENGTH,
            "did_description",
            "Joe's",
            "Joes",
            "",
            "is too short once VICIdial has deleted what it does not",
        ),
        (Rule.LENGTH, "did_description", "Tampa", None, "", "is too short (allowed:"),
        (Rule.LENGTH, "campaign_id", "123456789", None, "", "is too long (allowed:"),
    ],
)
def test_a_problem_says_what_is_wrong_and_what_was_meant(
    rule: Rule, column: str, value: str, text: str | None, route: str, said: str
) -> None:
    assert said in worded(rule, column, value, text, route).sentence()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("did_pattern", "digits with an optional leading +, 2 to 50 characters"),
        ("active", "Y, N"),
        ("list_id", "3 to 14 digits"),
        ("campaign_id", "up to 8 characters: letters, digits and - _"),
        ("did_description", "6 to 50 characters: letters, digits and space - _ . ,"),
    ],
)
def test_what_is_allowed_is_said_from_the_list_of_columns(name: str, text: str) -> None:
    assert allowed_text(BY_NAME[name]) == text


def test_every_column_can_say_what_is_allowed() -> None:
    assert all(allowed_text(column) for column in SENT)
    assert (
        allowed_text(BY_NAME["did_pattern"], any_pattern=True) == "2 to 50 characters: letters, digits and _ : + * # ."
    )


def test_equal_problems_stand_in_one_line_with_their_count_and_rows() -> None:
    bad = worded(Rule.CHOICE, "did_route", "Ingroup")
    rows = rows_with("did_route", bad.problem, bad.allowed, dict.fromkeys([9, 4], "Ingroup"), bad.suggestion)
    assert group_problems(rows) == (
        ProblemGroup("2 rows: did_route 'Ingroup' is not a route; did you mean IN_GROUP?", (9, 4)),
    )


def test_two_wrong_routes_are_two_groups_and_the_biggest_comes_first() -> None:
    rows = rows_with("did_route", "is not a route", "EXTEN", {2: "FOO", 3: "BAR", 4: "BAR"})
    sentences = [group.sentence for group in group_problems(rows)]
    assert sentences == [
        "2 rows: did_route 'BAR' is not a route (allowed: EXTEN)",
        "1 row: did_route 'FOO' is not a route (allowed: EXTEN)",
    ]


def test_one_trouble_of_many_numbers_is_one_group_with_an_example() -> None:
    rows = rows_with("did_pattern", "holds letters", "digits", {2: "CALL ME", 3: "TBD"})
    assert group_problems(rows) == (
        ProblemGroup("2 rows: did_pattern, such as 'CALL ME', holds letters (allowed: digits)", (2, 3)),
    )


def test_blank_cells_are_a_group_of_their_own() -> None:
    rows = rows_with("group", "the route needs it", "", {2: "", 3: ""})
    assert group_problems(rows)[0].sentence == "2 rows: group is blank and the route needs it"


def test_a_long_value_with_line_ends_is_shown_short_and_on_one_line() -> None:
    sentence = group_problems(rows_with("did_pattern", "is too long", "", {2: "one\ntwo " + "x" * 500}))[0].sentence
    assert "one two x" in sentence
    assert "\n" not in sentence
    assert len(sentence) < 120


def test_a_row_whose_range_became_many_counts_once() -> None:
    rows = rows_with("group", "is missing", "", {2: ""}) * 3
    assert group_problems(rows)[0] == ProblemGroup("1 row: group is blank and is missing", (2,))


def test_rows_without_problems_make_no_group() -> None:
    assert group_problems([CheckedRow(0, 2, "17275550100", ())]) == ()
