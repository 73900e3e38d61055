"""Files whose DIDs stand as ranges in columns of their own, without a DID column: from the file to what is sent."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from list_writers import Rows, by_csv, by_openpyxl
from running import Desk, flags

from importer.errors import SheetError
from importer.sandbox import Sandbox
from importer.workflows.check import check_file
from importer.workflows.options import ImportOptions

QUEUE = (("did_route", "IN_GROUP"), ("group", "SALES_IN"))
APART = ImportOptions(fills=QUEUE, expand_ranges=True)


def as_csv(path: Path, rows: Rows) -> Path:
    path.write_bytes(by_csv(rows))
    return path


def as_xlsx(path: Path, sheets: Mapping[str, Rows]) -> Path:
    path.write_bytes(by_openpyxl(sheets))
    return path


FIRST_AND_LAST: list[tuple[str, ...]] = [
    ("First Number", "Last Number", "City"),
    ("7275550100", "7275550102", "Tampa"),
    ("7275550110", "", ""),
]
FIRST_AND_COUNT: list[tuple[str, ...]] = [
    ("City", "Start DID", "Qty"),
    ("Tampa", "7275550100", "3"),
    ("", "7275550110", "1"),
]


@pytest.mark.parametrize("rows", [FIRST_AND_LAST, FIRST_AND_COUNT], ids=["first and last", "first and quantity"])
@pytest.mark.parametrize(
    "title", [[], [("Your order of 2026", "", "")], [("From", "Carrier A", "To"), ("", "Your order", "")]]
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_of_ranges_needs_no_did_column(
    tmp_path: Path, rows: list[tuple[str, ...]], title: list[tuple[str, ...]], kind: str
) -> None:
    whole = [*title, *rows]
    path = as_csv(tmp_path / "o.csv", whole) if kind == "csv" else as_xlsx(tmp_path / "o.xlsx", {"Order": whole})
    checked = check_file(path, APART)
    assert [row.did for row in checked.planned] == ["7275550100", "7275550101", "7275550102", "7275550110"]
    assert checked.table.header_row == len(title) + 1
    assert [row.row for row in checked.checked.rows] == [len(title) + 2] * 3 + [len(title) + 3]
    assert "1 range has been taken apart: 2 rows of the file have become 4" in checked.checked.facts


def test_without_the_flag_a_range_names_it_and_a_single_number_is_good(tmp_path: Path) -> None:
    checked = check_file(as_csv(tmp_path / "o.csv", FIRST_AND_LAST), ImportOptions(fills=QUEUE))
    assert [row.did for row in checked.planned] == ["7275550110"]
    assert "--expand-ranges" in checked.settled[0].reason


def test_a_sheet_with_a_did_column_is_taken_before_one_with_ranges(tmp_path: Path) -> None:
    sheets: dict[str, list[tuple[str, ...]]] = {
        "Blocks": FIRST_AND_LAST,
        "DIDs": [("DID", "City"), ("7275550150", "Tampa")],
    }
    checked = check_file(as_xlsx(tmp_path / "o.xlsx", sheets), APART)
    assert [row.did for row in checked.planned] == ["7275550150"]
    assert checked.table.sheet == "DIDs"


def test_of_two_sheets_with_ranges_the_person_must_choose(tmp_path: Path) -> None:
    path = as_xlsx(tmp_path / "o.xlsx", {"North": FIRST_AND_LAST, "South": FIRST_AND_COUNT})
    with pytest.raises(SheetError, match="say which with --sheet"):
        check_file(path, APART)


def test_from_and_to_above_no_numbers_are_no_list_of_ranges(tmp_path: Path) -> None:
    sheets: dict[str, list[tuple[str, ...]]] = {
        "Period": [("From", "To"), ("2026-11-01", "2026-11-30")],
        "Numbers": [("7275550150",), ("7275550151",)],
    }
    checked = check_file(as_xlsx(tmp_path / "o.xlsx", sheets), APART)
    assert [row.did for row in checked.planned] == ["7275550150", "7275550151"]
    with pytest.raises(SheetError, match="there is no DID column"):
        check_file(as_csv(tmp_path / "o.csv", [("From", "To"), ("Tampa", "Miami")]), APART)


def test_a_list_of_ranges_goes_in_and_comes_back_row_by_row(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = as_csv(tmp_path / "order.csv", FIRST_AND_LAST)
    filled = [part for name, value in QUEUE for part in ("--set", f"{name}={value}")]
    with Sandbox() as sandbox:
        ran = desk.did_importer("run", path, "--expand-ranges", *filled, *flags(sandbox))
        assert sorted(sandbox.stored()) == ["7275550100", "7275550101", "7275550102", "7275550110"]
    assert ran.code == 0, ran
    assert [(line.row, line.cells[0]) for line in desk.results()] == [
        (2, "7275550100"),
        (2, "7275550101"),
        (2, "7275550102"),
        (3, "7275550110"),
    ]
