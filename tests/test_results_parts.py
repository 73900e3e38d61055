"""Results that a sheet has no room for: several workbooks, every row once over all of them."""

import errno
import itertools
import os
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from results_samples import SUMMARY, TEXTS, by_calamine, outcomes_for, table_of

from importer.errors import ResultsError
from importer.model import Result, RowOutcome, Table
from importer.workbooks.results import ResultsPlace, columns_of, parts, read_results, write_results
from importer.workbooks.results.causes import causes_of
from importer.workbooks.results.parts import part_spans


def numbers_of(sizes: list[int]) -> tuple[int, ...]:
    """Return the row numbers of rows of which each has become so many."""
    return tuple(number for number, size in enumerate(sizes, start=2) for _ in range(size))


@given(st.lists(st.integers(1, 5), max_size=30), st.integers(2, 12))
def test_every_place_is_in_one_part_in_order_and_rows_of_one_range_stay_together(sizes: list[int], most: int) -> None:
    numbers = numbers_of(sizes)
    spans = part_spans(numbers, 8, most)
    assert list(itertools.chain.from_iterable(spans)) == list(range(len(numbers)))
    assert all(len(span) < most for span in spans)
    assert all(spans) or not numbers
    if max(sizes, default=1) < most:
        assert sum(len({numbers[place] for place in span}) for span in spans) == len(sizes)
    if max(sizes, default=1) == 1:
        assert {len(span) for span in spans[:-1]} <= {most - 1}


def test_a_part_has_no_more_cells_than_a_rerun_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_CELLS", 100)
    assert [len(span) for span in part_spans(range(20), 10)] == [9, 9, 2]


def test_the_rows_of_each_part_are_those_that_were_told_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_CELLS", 36)
    table = table_of(["x"], [["1"]] * 4)
    written = write_results(tmp_path / "r.xlsx", table, outcomes_for(4), SUMMARY)
    assert tuple(part.span for part in written) == part_spans(table.row_numbers, columns_of(table))


def test_a_sheet_is_filled_to_its_last_row() -> None:
    assert part_spans(range(1_048_575), 8) == (range(1_048_575),)
    assert part_spans(range(1_048_576), 8) == (range(1_048_575), range(1_048_575, 1_048_576))


@st.composite
def results_of_ranges(draw: st.DrawFn) -> tuple[Table, list[RowOutcome]]:
    numbers = numbers_of(draw(st.lists(st.integers(1, 2), max_size=5)))
    width = draw(st.integers(1, 3))
    lines = st.lists(TEXTS, min_size=width, max_size=width)
    table = table_of(draw(lines), [draw(lines) for _ in numbers], numbers=numbers)
    outcomes = [
        RowOutcome(index, draw(st.sampled_from(Result)), draw(TEXTS), draw(TEXTS), draw(st.integers(0, 9)), draw(TEXTS))
        for index in range(len(numbers))
    ]
    return table, draw(st.permutations(outcomes))


@settings(deadline=None, max_examples=15)
@given(results_of_ranges(), st.integers(3, 9))
def test_what_was_written_comes_back_from_all_workbooks_every_row_once_in_order_and_unchanged(
    tmp_path_factory: pytest.TempPathFactory, material: tuple[Table, list[RowOutcome]], most_rows: int
) -> None:
    table, outcomes = material
    folder = tmp_path_factory.mktemp("parts")
    written = write_results(folder / "r.xlsx", table, outcomes, SUMMARY, most_rows=most_rows)
    assert {part.path for part in written} == set(folder.iterdir())
    read = [read_results(part.path) for part in written]
    assert all(len(one.rows) < most_rows and one.header == table.header for one in read)
    found = [row for one in read for row in one.rows]
    assert tuple(row.row for row in found) == table.row_numbers
    assert tuple(row.cells for row in found) == table.rows
    ordered = sorted(outcomes, key=lambda outcome: outcome.index)
    assert [row.outcome(place) for place, row in enumerate(found)] == ordered
    assert not any(row.flaws or row.corrected or row.left_out for row in found)
    left = sum(outcome.result not in (Result.SUCCESS, Result.DUPLICATE) for outcome in outcomes)
    assert sum(part.left for part in written) == left


def summary_lines(path: Path) -> list[str]:
    """Return the lines of the sheet Summary, each as one text."""
    return [" | ".join(cell.removesuffix(".0") for cell in row if cell) for row in by_calamine(path, "Summary")]


def seven_rows_in_three_parts(folder: Path) -> tuple[Path, ...]:
    results = [Result.INVALID, *[Result.SUCCESS] * 5, Result.FAILED]
    outcomes = [RowOutcome(index, result, "why") for index, result in enumerate(results)]
    table = table_of(["x"], [["1"]] * 7)
    written = write_results(folder / "order results.xlsx", table, outcomes, SUMMARY, most_rows=4)
    return tuple(part.path for part in written)


def test_each_summary_names_all_parts_counts_the_whole_run_and_has_the_command_for_its_own_rows(tmp_path: Path) -> None:
    commands = ['2. did-importer rerun "order results.xlsx"', "", '2. did-importer rerun "order results_part3.xlsx"']
    paths = seven_rows_in_three_parts(tmp_path)
    for number, (path, command) in enumerate(zip(paths, commands, strict=True), start=1):
        lines = summary_lines(path)
        assert "7 rows: 5 success or duplicate, 2 left to look at." in lines
        said = f"This is part {number} of 3, because a sheet has no room for all rows. The counts and causes are those"
        assert [line for line in lines if line.startswith(said)] == [f"{said} of the whole run, of all parts together."]
        assert [line for line in lines if line.startswith("part ")] == [
            "part | rows | workbook | which rows of the file",
            "part 1 of 3 | 3 | order results.xlsx | rows 2 to 4 of the file; 1 of them left to look at",
            "part 2 of 3 | 3 | order results_part2.xlsx | rows 5 to 7 of the file; every one success or duplicate",
            "part 3 of 3 | 1 | order results_part3.xlsx | row 8 of the file; 1 of them left to look at",
        ]
        assert f"Part | {number} of 3" in lines
        assert sum(line.startswith("success | 5 |") for line in lines) == 1
        assert "all rows | 7" in lines
        assert "".join(line for line in lines if "did-importer rerun" in line) == command
    sheet = openpyxl.load_workbook(paths[2])["Summary"]
    links = {row[0].value: row[1].hyperlink.location for row in sheet.iter_rows(max_col=2) if row[1].hyperlink}
    assert links == {"failed": "'Results'!A2"}


def test_one_workbook_says_nothing_of_parts(tmp_path: Path) -> None:
    (part,) = write_results(tmp_path / "r.xlsx", table_of(["x"], [["1"]] * 3), outcomes_for(3), SUMMARY, most_rows=4)
    assert part.path == tmp_path / "r.xlsx"
    assert not [line for line in summary_lines(part.path) if "part" in line.lower()]


def test_a_further_workbook_that_is_there_already_stays_as_it_is_and_none_is_written(tmp_path: Path) -> None:
    (tmp_path / "r_part2.xlsx").write_text("the person's own")
    with pytest.raises(ResultsError, match=r"r_part2\.xlsx: is there already and is never overwritten"):
        write_results(tmp_path / "r.xlsx", table_of(["x"], [["1"]] * 7), outcomes_for(7), SUMMARY, most_rows=4)
    assert [path.name for path in tmp_path.iterdir()] == ["r_part2.xlsx"]


def test_a_disk_that_fills_up_in_the_last_of_them_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, sync = itertools.count(1), os.fsync

    def full(descriptor: int) -> None:
        # each workbook is synced, and then its folder
        if next(calls) == 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResultsError, match="No space left"):
        write_results(tmp_path / "r.xlsx", table_of(["x"], [["1"]] * 7), outcomes_for(7), SUMMARY, most_rows=4)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("input_name", "results"),
    [
        ("order.csv", "order_results.xlsx"),
        ("order_results.xlsx", "order_results.xlsx"),
        ("order_results_7.xlsx", "order_results.xlsx"),
        ("order_results_part2.xlsx", "order_results_part2.xlsx"),
        ("order_results_part2_3.xlsx", "order_results_part2.xlsx"),
        ("order_results_4_part12.csv", "order_results_4_part12.xlsx"),
        ("order_part2.csv", "order_part2_results.xlsx"),
    ],
)
def test_what_a_rerun_of_a_part_leaves_is_named_after_the_part(tmp_path: Path, input_name: str, results: str) -> None:
    assert ResultsPlace.beside(tmp_path / input_name).wanted.name == results


def test_all_names_are_tried_before_the_first_call(tmp_path: Path) -> None:
    (tmp_path / "r_part3.xlsx").touch()
    place = ResultsPlace(tmp_path / "r.xlsx", fixed=True)
    place.check(2)
    with pytest.raises(ResultsError, match=r"r_part3\.xlsx: is there already"):
        place.check(3)
    free = replace(place, fixed=False)
    free.check(3)
    assert [free.write(lambda path: path.name, parts) for parts in (2, 3)] == ["r.xlsx", "r_2.xlsx"]


def test_the_fixes_of_several_parts_name_the_others_too() -> None:
    (cause,) = causes_of([RowOutcome(0, Result.FAILED, "no connection")], "r.xlsx", parts=2)
    assert cause.fix == "Send these rows again: did-importer rerun r.xlsx, and likewise each further part"
