"""The person's table with what the check found in it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from results_samples import MAIN, NASTY, TEXTS, by_calamine, sheet_root, table_of

from importer.errors import ResultsError
from importer.model import CellProblem, CheckedRow, Result, RowOutcome, Table
from importer.workbooks import checked as checked_workbook
from importer.workbooks.cells import TextSheet
from importer.workbooks.checked import write_checked

HEADER = ("DID", "Route", "Notes")
TAKEN = {"did_pattern": 0, "did_route": 1}
BAD = "FFE69F00"
NO_ROUTE = CellProblem(3, "did_route", "Ingroup", "is not a route; did you mean IN_GROUP?", "EXTEN, IN_GROUP")
NO_MENU = CellProblem(3, "menu_id", "", "is needed by the route CALLMENU", "the ID of a call menu")


def good(index: int, row: int) -> CheckedRow:
    return CheckedRow(index, row, "17275550100", (("did_pattern", "17275550100"),))


def bad(index: int, row: int, *problems: CellProblem) -> CheckedRow:
    return CheckedRow(index, row, "", (), problems)


def look_at(path: Path, cell: str) -> tuple[str, str, str]:
    """Text, fill and note of a cell."""
    import openpyxl

    found = openpyxl.load_workbook(path)["Checked"][cell]
    note = found.comment.text if found.comment else ""
    return str(found.value or ""), str(found.fill.fgColor.rgb), note


def test_bad_cells_are_coloured_and_their_notes_and_the_last_columns_say_why(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    short = CellProblem(4, "did_pattern", "1", "is too short", "2 to 50 digits")
    table = table_of(HEADER, [["17275550100", "EXTEN", ""], ["17275550101", "Ingroup", ""], ["1", "CALLMENU", ""]])
    write_checked(path, table, [good(0, 2), bad(1, 3, NO_ROUTE), bad(2, 4, short, NO_MENU)], TAKEN)
    plain = look_at(path, "B2")
    assert (plain[1] != BAD, plain[2]) == (True, "")
    assert look_at(path, "B3") == ("Ingroup", BAD, NO_ROUTE.sentence())
    # of a column that is not there it is said at the DID
    both = f"{short.sentence()}\n{NO_MENU.sentence()}"
    assert look_at(path, "A4") == ("1", BAD, both)
    header, *rows = by_calamine(path, "Checked")
    assert header == [*HEADER, "problems", "notes"]
    assert [row[3] for row in rows] == ["", NO_ROUTE.sentence(), both]


def test_what_is_worth_knowing_of_a_good_row_stands_in_the_last_column(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    checked = CheckedRow(0, 2, "1", (), (), ("VICIdial stores 'AT and T'",), duplicate_of=7)
    write_checked(path, table_of(HEADER, [["1", "", ""]]), [checked], TAKEN)
    assert by_calamine(path, "Checked")[1][4] == (
        "VICIdial stores 'AT and T'\nThe same DID stands in row 7; only that one is sent."
    )
    assert look_at(path, "A2")[1] == "FF8CCBF2"


def test_the_rows_of_a_range_are_explained_once_at_the_row_they_came_from(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    table = table_of(HEADER, [["7275550100-7275550129", "Ingroup", ""], ["2", "", ""]], numbers=[2, 3])
    became = [
        CheckedRow(index, 2, str(index), (), (NO_ROUTE,), (f"note {index}",), table_index=0) for index in range(30)
    ]
    write_checked(path, table, [*became, CheckedRow(30, 3, "2", (), table_index=1)], TAKEN)
    row = by_calamine(path, "Checked")[1]
    assert row[3] == NO_ROUTE.sentence()
    assert row[4].splitlines() == [*(f"note {index}" for index in range(12)), "... and 18 more like these"]
    assert by_calamine(path, "Checked")[2][3:] == ["", ""]


def test_rows_stand_on_the_numbers_that_they_have_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    table = Table(Path("o.xlsx"), "", "S", HEADER, (4, 7), (("1", "a", "b"), ("2", "c", "d")), header_row=3)
    write_checked(path, table, [good(0, 4), bad(1, 7, NO_ROUTE)], TAKEN)
    rows = by_calamine(path, "Checked")
    assert [row[0] for row in rows] == ["", "", "DID", "1", "", "", "2"]
    assert look_at(path, "B7")[2] == NO_ROUTE.sentence()


def test_a_file_without_a_header_gets_one_and_says_where_its_rows_stood(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    table = Table(Path("o.csv"), "", "", ("did_pattern",), (1, 2), (("1",), ("x",)), header_row=0)
    problem = CellProblem(2, "did_pattern", "x", "is no number", "digits")
    write_checked(path, table, [good(0, 1), bad(1, 2, problem)], {"did_pattern": 0})
    rows = by_calamine(path, "Checked")
    assert [row[0] for row in rows] == ["did_pattern", "1", "x"]
    assert rows[2][1] == f"Row 2 of the file: {problem.sentence()}"


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=6), TEXTS)
def test_the_table_comes_out_cell_for_cell_as_text(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], said: str
) -> None:
    path = tmp_path_factory.mktemp("checked") / "c.xlsx"
    problems = [CellProblem(2, "did_pattern", text, said, "") for text in rows[0]]
    write_checked(path, table_of(["DID", said], rows), [bad(0, 2, *problems)], {"did_pattern": 0})
    found = by_calamine(path, "Checked")
    assert [row[:2] for row in found] == [["DID", said], *rows]
    assert found[1][2] == "\n".join(dict.fromkeys(problem.sentence() for problem in problems))


def test_every_cell_is_a_string_and_none_a_formula_or_a_link(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    table = table_of(["DID"], [[text] for text in NASTY])
    write_checked(path, table, [good(index, index + 2) for index in range(len(NASTY))], {"did_pattern": 0})
    root = sheet_root(path, 1)
    assert {cell.get("t") for cell in root.iter(f"{MAIN}c") if len(cell)} == {"inlineStr"}
    assert not [*root.iter(f"{MAIN}f"), *root.iter(f"{MAIN}hyperlinks")]


def test_beyond_the_most_notes_the_words_still_stand_beside_every_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checked_workbook, "MOST_NOTES", 2)
    monkeypatch.setattr(TextSheet, "notes_left", 2)
    path = tmp_path / "c.xlsx"
    rows = [bad(index, index + 2, NO_ROUTE) for index in range(3)]
    write_checked(path, table_of(HEADER, [["1", "Ingroup", ""]] * 3), rows, TAKEN)
    assert look_at(path, "B3")[2]
    assert look_at(path, "B4") == ("Ingroup", BAD, "")
    assert look_at(path, "D1")[2] == "3 cells are bad. The first 2 have a note; this column explains all of them."
    assert by_calamine(path, "Checked")[3][3] == NO_ROUTE.sentence()


def test_a_cell_longer_than_excel_takes_does_not_stop_it(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    write_checked(path, table_of(HEADER, [["x" * 40_000, "", "\ud800"]]), [bad(0, 2, NO_ROUTE)], TAKEN)
    assert len(by_calamine(path, "Checked")[1][0]) == 32_767


def test_a_workbook_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    path.touch()
    assert write_checked(path, table_of(HEADER, []), [], TAKEN) == tmp_path / "c_2.xlsx"
    assert path.read_bytes() == b""


def test_the_verdicts_of_the_server_have_a_column_and_colour_the_cells_that_they_refuse(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    no_group = "GROUP ID MUST BE A VALID INBOUND GROUP: there is none (group 'NOPE')"
    verdicts = {
        0: RowOutcome(0, Result.SUCCESS, "would be added"),
        1: RowOutcome(1, Result.INVALID, no_group),
        2: RowOutcome(2, Result.DUPLICATE, "the DID is in VICIdial already"),
    }
    table = table_of(["DID", "Group"], [["1", "SALES_IN"], ["2", "NOPE"], ["3", ""], ["x", ""]])
    unsound = bad(3, 5, CellProblem(5, "did_pattern", "x", "is no number", ""))
    rows = [good(0, 2), good(1, 3), good(2, 4), unsound]
    write_checked(path, table, rows, {"did_pattern": 0, "group": 1}, verdicts=verdicts)
    assert [row[2:] for row in by_calamine(path, "Checked")] == [
        ["problems", "notes", "VICIdial says"],
        ["", "", "would be added"],
        ["", "", f"invalid: {no_group}"],
        ["", "", "duplicate: the DID is in VICIdial already"],
        [unsound.problems[0].sentence(), "", ""],
    ]
    assert look_at(path, "B3") == ("NOPE", BAD, no_group)
    assert look_at(path, "A4")[1] == "FF8CCBF2"


def test_a_table_wider_than_a_sheet_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"16,386 columns are more"):
        write_checked(tmp_path / "c.xlsx", table_of(["x"] * 16_384, []), [], TAKEN)


def test_a_text_file_whose_blank_lines_count_beyond_a_sheet_has_its_rows_on_others(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    problem = CellProblem(2_000_000, "did_pattern", "x", "is no number", "digits")
    table = table_of(["x"], [["1"], ["x"]], numbers=[2, 2_000_000])
    write_checked(path, table, [good(0, 2), bad(1, 2_000_000, problem)], {"did_pattern": 0})
    assert by_calamine(path, "Checked") == [
        ["x", "problems", "notes"],
        ["1", "", ""],
        ["x", f"Row 2000000 of the file: {problem.sentence()}", ""],
    ]


def test_rows_that_fill_a_sheet_without_a_header_have_no_checked_workbook(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no room for 1,048,576 rows and a header"):
        write_checked(tmp_path / "c.xlsx", table_of(["x"], [("1",)] * 1_048_576), [], {"did_pattern": 0})
