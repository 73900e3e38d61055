"""A results workbook read again, as a person has left it."""

import csv
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from results_samples import SUMMARY, outcomes_for, table_of

from importer.errors import SheetError
from importer.model import CellFlaw, Result, RowOutcome
from importer.reading import read_table
from importer.workbooks.results import read_results, write_results

HEADER = ("row", "DID", "status", "result", "", "result")
ROWS = (
    ("7", "+17275550100", "ordered", "ok", "", "fine"),
    ("8", "0017275550101", "ordered", "ok", "x", "fine"),
    ("9", "=cmd", "ordered", "", "", ""),
)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "order_results.xlsx"
    outcomes = (
        RowOutcome(0, Result.SUCCESS, "VICIdial added it.", "+17275550100", 1, "2026-11-23T02:03:04+00:00"),
        RowOutcome(1, Result.FAILED, "no connection", "0017275550101", 5, ""),
        RowOutcome(2, Result.INVALID, "did_pattern '=cmd' is no number"),
    )
    write_results(path, table_of(HEADER, ROWS, numbers=[3, 5, 6]), outcomes, SUMMARY)
    return path


def edit(path: Path, change: Callable[[Any], None], sheet: str = "Results") -> None:
    """Change a sheet as a spreadsheet program does: the file is read, changed and saved as a whole."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    change(book[sheet])
    book.save(path)


def fill(path: Path, sheet: str, cells: Mapping[str, str | None]) -> None:
    """Write into cells; a row is deleted where its first cell is None."""

    def change(found: Any) -> None:
        for place, text in cells.items():
            found[place] = text
            if text is None:
                found.delete_rows(int(place[1:]))

    edit(path, change, sheet)


def as_csv(path: Path, lines: list[list[str]], delimiter: str = ",", encoding: str = "utf-8-sig") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    return path


def csv_lines() -> list[list[str]]:
    """The lines of a sheet of results."""
    return [
        ["row", "result", "reason", "did_sent", *HEADER, "attempts", "answered_at"],
        ["3", "success", "VICIdial added it.", "+17275550100", *ROWS[0], "1", "2026-11-23T02:03:04+00:00"],
        ["6", "invalid", "no number", "", *ROWS[2], "0", ""],
    ]


def test_the_run_before_is_known_and_the_carriers_own_columns_row_status_and_result_survive(written: Path) -> None:
    found = read_results(written)
    assert (found.run_id, found.server) == (SUMMARY.run_id, SUMMARY.server)
    assert found.sha256 == hashlib.sha256(written.read_bytes()).hexdigest()
    assert found.header == HEADER
    assert found.table().rows == ROWS
    assert found.table().row_numbers == (3, 5, 6)


def test_results_of_results_keep_the_columns_of_the_older_as_the_inputs(tmp_path: Path) -> None:
    inner, *cells = csv_lines()
    again = tmp_path / "again.xlsx"
    write_results(again, table_of(inner, cells), outcomes_for(2, Result.UNKNOWN), SUMMARY)
    found = read_results(again)
    assert found.header == tuple(inner)
    assert [list(row.cells) for row in found.rows] == cells
    assert [row.result for row in found.rows] == [Result.UNKNOWN] * 2


def test_a_corrected_cell_comes_back_corrected_also_where_it_became_a_number(written: Path) -> None:
    def correct(sheet: Any) -> None:
        sheet["F4"] = 17275550102
        sheet["A3"] = 5
        sheet["K3"] = 5
        sheet["G3"] = "paid"

    edit(written, correct)
    found = read_results(written)
    assert [row.cells[1] for row in found.rows] == ["+17275550100", "0017275550101", "17275550102"]
    assert [row.cells[2] for row in found.rows] == ["ordered", "paid", "ordered"]
    assert [(row.row, row.attempts) for row in found.rows] == [(3, 1), (5, 5), (6, 0)]


def turn(sheet: Any) -> None:
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    for number, values in enumerate(reversed(rows), start=2):
        for column, value in enumerate(values, start=1):
            sheet.cell(number, column).value = value


def add_a_title(sheet: Any) -> None:
    sheet.insert_rows(1)
    sheet["A1"] = "for Monday"


@pytest.mark.parametrize("change", [turn, add_a_title])
def test_rows_that_were_sorted_or_stand_below_a_title_come_back_in_the_first_order(
    written: Path, change: Callable[[Any], None]
) -> None:
    edit(written, change)
    found = read_results(written)
    assert [row.row for row in found.rows] == [3, 5, 6]
    assert found.table().rows == ROWS


def test_rows_that_were_deleted_in_both_sheets_hidden_or_left_blank_between_do_no_harm(written: Path) -> None:
    def change(sheet: Any) -> None:
        first = 3 if sheet.title == "Results" else 2
        sheet.delete_rows(first)
        sheet.insert_rows(first)
        sheet.row_dimensions[first + 1].hidden = True

    edit(written, change)
    edit(written, change, "Failed rows")
    assert [(row.row, row.left_out) for row in read_results(written).rows] == [(3, False), (6, False)]


def test_columns_added_at_the_right_are_further_columns_of_the_input(written: Path) -> None:
    def add(sheet: Any) -> None:
        sheet["N1"] = "group"
        sheet["N3"] = "SALES_IN"
        sheet["P4"] = "a remark"

    edit(written, add)
    found = read_results(written)
    assert found.header == (*HEADER, "group", "")
    assert [row.cells[6:] for row in found.rows] == [("", ""), ("SALES_IN", ""), ("", "a remark")]


@pytest.mark.parametrize("sheet", ["Results", "Failed rows"])
def test_a_correction_in_either_of_the_sheets_is_taken(written: Path, sheet: str) -> None:
    first = 3 if sheet == "Results" else 2
    fill(written, sheet, {f"F{first}": "17275550109", f"B{first + 1}": "not sent", f"N{first}": "new"})
    found = read_results(written)
    assert [row.cells for row in found.rows] == [
        (*ROWS[0], ""),
        (ROWS[1][0], "17275550109", *ROWS[1][2:], "new"),
        (*ROWS[2], ""),
    ]
    assert [row.result for row in found.rows] == [Result.SUCCESS, Result.FAILED, Result.NOT_SENT]
    assert [row.corrected for row in found.rows] == [False, True, True]
    assert found.facts == (("rows that were corrected in the sheet Failed rows: 2",) if first == 2 else ())


def test_corrections_in_both_sheets_are_taken_together_where_they_are_of_different_rows_or_alike(written: Path) -> None:
    fill(written, "Results", {"F3": "17275550108", "F2": "17275550107"})
    fill(written, "Failed rows", {"F2": "17275550108", "F3": "17275550109"})
    found = read_results(written)
    assert [row.cells[1] for row in found.rows] == ["17275550107", "17275550108", "17275550109"]
    assert [row.corrected for row in found.rows] == [True, True, True]


def test_a_row_corrected_in_both_sheets_and_not_alike_is_named_and_neither_is_lost(written: Path) -> None:
    fill(written, "Results", {"F3": "17275550108"})
    fill(written, "Failed rows", {"F2": "17275550109"})
    says = "row 5 was corrected in both .*: DID is '17275550108' in Results and '17275550109' in Failed rows; make them"
    with pytest.raises(SheetError, match=says):
        read_results(written)


def test_a_row_deleted_in_one_sheet_stays_but_is_not_sent_unless_the_other_has_it_corrected(written: Path) -> None:
    fill(written, "Failed rows", {"A3": None})
    found = read_results(written)
    assert [(row.row, row.left_out) for row in found.rows] == [(3, False), (5, False), (6, True)]
    assert found.table().facts == ("rows that were deleted in one of the sheets are not sent: 6",)
    fill(written, "Results", {"F4": "17275550109"})
    assert not any(row.left_out for row in read_results(written).rows)
    fill(written, "Results", {"A3": None})
    assert [(row.row, row.left_out) for row in read_results(written).rows] == [(3, False), (5, True), (6, False)]


@pytest.mark.parametrize("gone", ["Results", "Failed rows"])
def test_one_of_the_sheets_alone_will_do(written: Path, gone: str) -> None:
    import openpyxl

    book = openpyxl.load_workbook(written)
    del book[gone]
    book.save(written)
    found = read_results(written)
    assert [(row.row, row.left_out) for row in found.rows] == [(row, False) for row in (3, 5, 6)][gone == "Results" :]


@pytest.mark.parametrize("sheet", ["Results", "Failed rows"])
def test_a_column_that_was_added_in_one_sheet_is_there_for_all_rows(written: Path, sheet: str) -> None:
    first = 3 if sheet == "Results" else 2
    fill(written, sheet, {"N1": "group", f"N{first}": "SALES_IN"})
    found = read_results(written)
    assert found.header == (*HEADER, "group")
    assert [row.cells for row in found.rows] == [(*ROWS[0], ""), (*ROWS[1], "SALES_IN"), (*ROWS[2], "")]


@pytest.mark.parametrize(("cell", "was"), [("G1", "status"), ("N1", "for us")])
def test_headers_that_are_not_alike_in_both_sheets_are_named(written: Path, cell: str, was: str) -> None:
    fill(written, "Results", {"N1": "for us", "N2": "x"})
    fill(written, "Failed rows", {"N1": "for us", cell: "did_route"})
    with pytest.raises(SheetError, match=f"a header is '{was}' in Results and 'did_route' in Failed rows; make them"):
        read_results(written)
    fill(written, "Results", {cell: "did_route"})
    assert "did_route" in read_results(written).header


def test_without_checksums_every_row_may_have_been_corrected(written: Path) -> None:
    for sheet in ("Results", "Failed rows"):
        edit(written, lambda found: found.delete_cols(13), sheet)
    assert [(row.row, row.corrected) for row in read_results(written).rows] == [(3, True), (5, True), (6, True)]
    fill(written, "Failed rows", {"F2": "17275550109"})
    with pytest.raises(SheetError, match="row 5 was corrected in both sheets and not alike"):
        read_results(written)


def test_the_rows_of_a_range_find_each_other_however_they_are_sorted(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    table = table_of(["DID"], [["1"], ["2"], ["3"]], numbers=[2, 2, 2])
    write_results(path, table, outcomes_for(3, Result.FAILED), SUMMARY)
    fill(path, "Failed rows", {"E2": "30", "E4": "10", "H2": None})
    fill(path, "Failed rows", {})
    found = read_results(path)
    assert sorted((row.cells[0], row.left_out) for row in found.rows) == [("1", True), ("10", False), ("2", False)]


def test_an_error_in_a_corrected_cell_is_known_as_such_at_the_row_where_it_ends_up(written: Path) -> None:
    def spoil(sheet: Any) -> None:
        sheet["F4"].value = "#REF!"
        sheet["F4"].data_type = "e"
        sheet["A2"], sheet["A4"] = "9", "2"

    edit(written, spoil)
    found = read_results(written)
    assert [row.row for row in found.rows] == [2, 5, 9]
    assert dict(found.flaws) == {(0, 1): CellFlaw.ERROR_VALUE}
    assert found.table().flaws == found.flaws


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16")])
def test_a_sheet_saved_as_csv_is_read_too(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = as_csv(tmp_path / "order_results.csv", csv_lines(), delimiter, encoding)
    found = read_results(path)
    assert found.header == HEADER
    assert found.table().rows == (ROWS[0], ROWS[2])
    assert [row.result for row in found.rows] == [Result.SUCCESS, Result.INVALID]
    assert found.run_id == ""


def test_the_separator_of_a_csv_is_the_one_that_separates_our_headers(tmp_path: Path) -> None:
    lines = csv_lines()
    for line in lines[1:]:
        line[5] = "7275550100,7275550101,7275550102,7275550103"
    # capitals and spaces in a result do no harm
    lines[2][1] = " Not  Sent "
    rows = read_results(as_csv(tmp_path / "r.csv", lines, ";")).rows
    assert [row.result for row in rows] == [Result.SUCCESS, Result.NOT_SENT]


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        (1, "done", r"row 3: 'done' in the column 'result' is none of its words \(allowed: success, duplicate, "),
        (1, "", r"row 3: '' in the column 'result' .* write 'not sent' to have the row sent"),
        (0, "", "row 3: '' in the column 'row' is no row number"),
        (0, "6th", "row 3: '6th' in the column 'row' is no row number"),
        (10, "two", "row 3: 'two' in the column 'attempts' is no number"),
    ],
)
def test_a_cell_of_ours_that_makes_no_sense_is_named_in_one_line(
    tmp_path: Path, column: int, text: str, says: str
) -> None:
    lines = csv_lines()
    lines[2][column] = text
    with pytest.raises(SheetError, match=says) as caught:
        read_results(as_csv(tmp_path / "r.csv", lines))
    assert "\n" not in str(caught.value)


def test_a_list_that_is_no_results_workbook_is_told_what_to_do(tmp_path: Path) -> None:
    import openpyxl

    path = as_csv(tmp_path / "order.csv", [["DID", "result"], ["17275550100", "ok"]])
    with pytest.raises(
        SheetError, match=r"is not a results sheet.*rerun takes an order_results\.xlsx.*did-importer run"
    ):
        read_results(path)
    book = openpyxl.Workbook()
    book["Sheet"]["A1"] = "DID"
    book.save(tmp_path / "order.xlsx")
    with pytest.raises(SheetError, match=r"there is no sheet 'Results'.*rerun takes an order_results\.xlsx"):
        read_results(tmp_path / "order.xlsx")
    book["Sheet"].title = "Results"
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(SheetError, match="sheet 'Results': is not a results sheet"):
        read_results(tmp_path / "other.xlsx")
    with pytest.raises(SheetError, match="nowhere"):
        read_results(tmp_path / "nowhere.xlsx")


def test_a_results_workbook_given_as_a_new_list_is_read_from_its_sheet_results(written: Path) -> None:
    assert read_table(written).sheet == "Results"
