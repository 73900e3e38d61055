"""The results workbook as it is written."""

import re
import time
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from results_samples import (
    MAIN,
    NASTY,
    SUMMARY,
    TEXTS,
    by_calamine,
    by_openpyxl,
    outcomes_for,
    sheet_root,
    table_of,
)

from importer.errors import ResultsError
from importer.model import Result, RowOutcome, Table
from importer.result_words import BY_RESULT
from importer.workbooks.cells import LONGEST_CELL, cut_to_fit, fits, spelled
from importer.workbooks.results import Cause, RunSummary, write_results
from importer.workbooks.results.summary import local_time

HEADER = ("Phone Number", "City", "", "result", "Notes", "Notes")


def written(folder: Path, table: Table, outcomes: Sequence[RowOutcome], summary: RunSummary = SUMMARY) -> Any:
    """Write the results and open them with openpyxl."""
    import openpyxl

    write_results(folder / "r.xlsx", table, outcomes, summary)
    return openpyxl.load_workbook(folder / "r.xlsx")


def summary_of(folder: Path) -> list[list[str]]:
    """The filled cells of each row of the sheet Summary."""
    return [
        [re.sub(r"^(\d+)\.0$", r"\1", cell) for cell in row if cell]
        for row in by_calamine(folder / "r.xlsx", "Summary")
    ]


@st.composite
def tables_with_outcomes(draw: st.DrawFn) -> tuple[list[str], list[list[str]], list[RowOutcome]]:
    width = draw(st.integers(1, 5))
    header = draw(st.lists(TEXTS, min_size=width, max_size=width))
    rows = draw(st.lists(st.lists(TEXTS, min_size=width, max_size=width), max_size=8))
    outcomes = [
        RowOutcome(index, draw(st.sampled_from(Result)), draw(TEXTS), draw(TEXTS), draw(st.integers(0, 9)), "")
        for index in range(len(rows))
    ]
    return header, rows, draw(st.permutations(outcomes))


@settings(deadline=None, max_examples=20)
@given(tables_with_outcomes())
def test_every_row_comes_out_once_in_order_with_each_cell_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, material: tuple[list[str], list[list[str]], list[RowOutcome]]
) -> None:
    header, rows, outcomes = material
    path = tmp_path_factory.mktemp("results") / "r.xlsx"
    write_results(path, table_of(header, rows), outcomes, SUMMARY)
    ordered = sorted(outcomes, key=lambda outcome: outcome.index)
    expected = [["row", "result", "reason", "did_sent", *header, "attempts", "answered_at"]] + [
        [str(number), outcome.result.value, outcome.reason, outcome.did_sent, *row, str(outcome.attempts), ""]
        for number, (row, outcome) in enumerate(zip(rows, ordered, strict=True), start=2)
    ]
    left = [line for line in expected[1:] if line[1] not in ("success", "duplicate")]
    for read in (by_calamine, by_openpyxl):
        assert [line[:-1] for line in read(path, "Results")] == expected
        assert not left or [line[:-1] for line in read(path, "Failed rows")] == [expected[0], *left]


def test_every_cell_of_the_sheet_results_is_a_string_and_none_a_formula_or_a_link(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    write_results(path, table_of(["x"], [[text] for text in NASTY]), outcomes_for(len(NASTY)), SUMMARY)
    root = sheet_root(path, 2)
    cells = [cell for cell in root.iter(f"{MAIN}c") if len(cell)]
    assert len(cells) == 8 * (len(NASTY) + 1)
    assert {cell.get("t") for cell in cells} == {"inlineStr"}
    assert not [*root.iter(f"{MAIN}f"), *root.iter(f"{MAIN}v"), *root.iter(f"{MAIN}hyperlinks")]


def test_the_counts_of_the_summary_are_its_only_cells_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    write_results(path, table_of(["x"], [["1"]]), outcomes_for(1), SUMMARY)
    root = sheet_root(path, 1)
    numbers = [cell for cell in root.iter(f"{MAIN}c") if len(cell) and cell.get("t") != "inlineStr"]
    assert all(re.fullmatch("B[0-9]+", cell.get("r", "")) for cell in numbers)
    assert [cell.findtext(f"{MAIN}v") for cell in numbers] == ["1", "0", "0", "0", "0", "0", "0", "1", "2"]
    assert not list(root.iter(f"{MAIN}f"))


@pytest.mark.parametrize("indexes", [[0], [0, 1, 2], [0, 0], [1, 2]])
def test_a_lost_or_repeated_row_is_refused_rather_than_written(tmp_path: Path, indexes: list[int]) -> None:
    outcomes = [RowOutcome(index, Result.SUCCESS, "added") for index in indexes]
    with pytest.raises(ValueError, match="2 rows need an outcome each, once"):
        write_results(tmp_path / "r.xlsx", table_of(["x"], [["a"], ["b"]]), outcomes, SUMMARY)
    assert not list(tmp_path.iterdir())


def test_what_a_cell_cannot_hold_is_cut_or_replaced_and_the_reason_says_so(tmp_path: Path) -> None:
    table = table_of(["a", ""], [["1", "x" * 40_000], ["2", "short"], ["\ud83d half", "\uffff"]])
    outcomes = (
        RowOutcome(0, Result.SUCCESS, "added", "1", 1, ""),
        RowOutcome(1, Result.UNKNOWN, "r" * 40_000, "2", 1, ""),
        RowOutcome(2, Result.SUCCESS, "added \udcff", "\udc80", 1, ""),
    )
    write_results(tmp_path / "r.xlsx", table, outcomes, SUMMARY)
    _, long, reason, odd = by_calamine(tmp_path / "r.xlsx", "Results")
    assert long[5] == "x" * LONGEST_CELL
    assert long[2] == "added [The cell of a column without a name is cut here at 32,767 characters.]"
    assert len(reason[2]) == LONGEST_CELL
    assert reason[2].endswith("[cut here: a cell holds 32,767 characters]")
    assert odd[4:6] == ["\ufffd half", "\ufffd"]
    assert odd[2].startswith("added \ufffd [The cell of 'a' held a character")


@settings(deadline=None, max_examples=50)
@given(st.text(st.sampled_from("x😀\x01_0041&"), max_size=40).map(lambda text: text * 1000))
def test_what_is_cut_to_fit_is_never_longer_than_excel_takes_however_it_is_spelled(text: str) -> None:
    cut = cut_to_fit(text, "[cut]")
    assert len(spelled(cut).encode("utf-16-le")) // 2 <= LONGEST_CELL
    assert fits(text) == (cut == text)
    assert cut == text or text.startswith(cut.removesuffix("[cut]"))


def test_each_row_has_the_colours_of_its_result_beside_the_word(tmp_path: Path) -> None:
    outcomes = [RowOutcome(index, result, "why") for index, result in enumerate(Result)]
    sheet = written(tmp_path, table_of(["x"], [["1"]] * len(outcomes)), outcomes)["Results"]
    for number, result in enumerate(Result, start=2):
        word = BY_RESULT[result]
        assert sheet.cell(number, 2).value == result.value
        assert sheet.cell(number, 2).fill.fgColor.rgb == "FF" + word.colour[1:]
        assert {sheet.cell(number, column).fill.fgColor.rgb for column in (1, 3, 4, 5, 6, 7)} == {"FF" + word.tint[1:]}


def test_headers_stand_as_in_the_file_frozen_with_a_filter_and_every_cell_is_formatted_as_text(tmp_path: Path) -> None:
    table = table_of(HEADER, [["1", "", "", "", "", ""]] * 3)
    sheet = written(tmp_path, table, outcomes_for(3, Result.DUPLICATE))["Results"]
    assert [cell.value or "" for cell in sheet[1]][4:10] == list(HEADER)
    assert sheet.freeze_panes == "E2"
    assert sheet.auto_filter.ref == sheet.dimensions == "A1:M4"
    assert {cell.number_format for row in sheet.iter_rows() for cell in row} == {"@"}
    assert sheet.parent.sheetnames == ["Summary", "Results"]  # nothing failed


def test_the_cells_to_correct_are_coloured_and_noted_in_both_sheets(tmp_path: Path) -> None:
    import openpyxl

    reason = "did_route 'NOWHERE' is not a route (allowed: EXTEN); menu_id is blank and is needed"
    refused = "GROUP ID MUST BE A VALID INBOUND GROUP: this VICIdial has no such in-group (group 'NOPE')"
    outcomes = [
        RowOutcome(0, Result.SUCCESS, "added; group 'NOPE' is a remark"),
        RowOutcome(1, Result.INVALID, reason),
        RowOutcome(2, Result.INVALID, refused, "1", 1),
        RowOutcome(3, Result.FAILED, "no connection"),
    ]
    taken = {"did_pattern": 0, "did_route": 1, "group": 2}
    table = table_of(["DID", "Route", "Group"], [["1", "a", "b"]] * 4)
    write_results(tmp_path / "r.xlsx", table, outcomes, SUMMARY, taken=taken)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    colour = "FF" + BY_RESULT[Result.INVALID].colour[1:]

    def bad(sheet: str) -> dict[str, str]:
        cells = [cell for row in book[sheet].iter_rows(min_row=2, min_col=5, max_col=7) for cell in row]
        noted = {cell.coordinate: cell.comment.text for cell in cells if cell.comment}
        assert set(noted) == {cell.coordinate for cell in cells if cell.fill.fgColor.rgb == colour}
        return noted

    # what is wrong with a column that is not there is said at the DID
    assert bad("Results") == {"E3": reason, "F3": reason, "G4": refused}
    assert bad("Failed rows") == {"E2": reason, "F2": reason, "G3": refused}
    assert [row[0] for row in book["Failed rows"].values] == ["row", "3", "4", "5"]


def test_the_description_that_was_sent_stands_beside_where_it_differs_from_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    table = table_of(["DID", "Description"], [["1", ""], ["2", "Tampa FL"]])
    sent = {0: "Tampa FL", 1: "Tampa FL"}
    write_results(path, table, outcomes_for(2), SUMMARY, taken={"did_description": 1}, descriptions=sent)
    assert [row[8] for row in by_calamine(path, "Results")] == ["did_description_sent", "Tampa FL", ""]


def test_a_sheet_prints_across_with_its_header_on_every_page_and_the_columns_that_fit(tmp_path: Path) -> None:
    book = written(tmp_path, table_of(["x" * 30] * 20, [["1"] * 20]), outcomes_for(1, Result.INVALID))
    for name in ("Results", "Failed rows"):
        sheet = book[name]
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
        assert sheet.print_title_rows == "$1:$1"
        last = sheet.print_area.split(":")[1].strip("$").split("$")[0]
        assert "E" < last < "J"


def test_the_summary_counts_each_result_and_links_to_its_first_row(tmp_path: Path) -> None:
    results = [Result.SUCCESS, Result.INVALID, Result.SUCCESS, Result.INVALID, Result.INVALID]
    outcomes = [RowOutcome(index, result, "why") for index, result in enumerate(results)]
    sheet = written(tmp_path, table_of(["x"], [["1"]] * 5), outcomes)["Summary"]
    rows = {row[0].value: row[1] for row in sheet.iter_rows(max_col=2)}
    counts = dict.fromkeys(Result, 0) | {Result.SUCCESS: 2, Result.INVALID: 3}
    assert {result: rows[result.value].value for result in Result} == counts
    assert rows["all rows"].value == 5
    links = {name: cell.hyperlink.location for name, cell in rows.items() if cell.hyperlink}
    assert links == {"success": "'Results'!A2", "invalid": "'Results'!A3"}


def test_the_summary_holds_every_fact_cause_and_remark_and_a_chart(tmp_path: Path) -> None:
    causes = tuple(Cause(1, f"cause {number}", "fix") for number in range(120))
    stopped = "stopped: VICIdial refused the login"
    summary = replace(SUMMARY, causes=causes, remarks=(Cause(7, "VICIdial stores 'AT and T'"),), ended_how=stopped)
    write_results(tmp_path / "r.xlsx", table_of(["x"], [["1"]]), outcomes_for(1, Result.FAILED), summary)
    lines = summary_of(tmp_path)
    assert [list(fact) for fact in summary.facts()] == lines[-len(summary.facts()) :]
    assert {local_time(SUMMARY.started), local_time(SUMMARY.ended)} <= {value for _, value in summary.facts()}
    assert [line for line in lines if "fix" in line] == [["1", cause.sentence, "fix"] for cause in causes]
    assert ["7", "VICIdial stores 'AT and T'"] in lines
    assert ["2. did-importer rerun r.xlsx"] in lines
    assert ["This run did not finish. It was stopped: VICIdial refused the login"] in lines
    with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
        assert "xl/charts/chart1.xml" in archive.namelist()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows cannot change the zone of a process")
def test_times_are_local_with_their_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "EST+5")
    time.tzset()
    assert local_time("2026-11-23T02:03:04+00:00") == "2026-11-22 21:03:04 -05:00 (EST)"
    assert local_time("") == ""
    monkeypatch.undo()
    time.tzset()


def test_a_table_without_rows_gives_a_workbook_with_a_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    write_results(path, table_of(["x"], []), (), SUMMARY)
    assert len(by_calamine(path, "Results")) == 1


def test_a_table_wider_than_a_sheet_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"16,391 columns are more than the 16,384 of a sheet"):
        write_results(tmp_path / "r.xlsx", table_of(["x"] * 16_384, []), (), SUMMARY)


def test_many_rows_take_little_memory_beyond_the_table(tmp_path: Path) -> None:
    import tracemalloc

    table = table_of([f"column {n}" for n in range(9)], [[f"value {n}" for n in range(9)]] * 600)
    outcomes = outcomes_for(600)
    tracemalloc.start()
    write_results(tmp_path / "r.xlsx", table, outcomes, SUMMARY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20
