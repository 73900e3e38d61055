"""Cells that were corrected after the file was read are judged by the same check, and the file stays as it is."""

from pathlib import Path

from importer import Correction, ImportOptions, check_again, check_file

ORDER = "did_pattern,did_route,extension\n7275550100,Ingroup,\n7275550101,EXTEN,\n7275550102,EXTEN,8300\n"


def test_a_corrected_table_is_checked_as_if_the_file_held_the_corrections(tmp_path: Path) -> None:
    order = tmp_path / "order.csv"
    order.write_text(ORDER)
    first = check_file(order, ImportOptions())
    asked = [
        Correction(0, "did_route", "IN_GROUP"),
        Correction(0, "group", "OTHER"),
        Correction(0, "group", "SALES_IN"),
        Correction(1, "extension", "8301"),
        Correction(2, "extension", "8300"),
    ]
    again = check_again(first, ImportOptions(), asked)
    assert len(first.planned) == 1
    assert [dict(row.parameters) for row in again.planned] == [
        {"did_pattern": "7275550100", "did_route": "IN_GROUP", "group": "SALES_IN"},
        {"did_pattern": "7275550101", "did_route": "EXTEN", "extension": "8301"},
        {"did_pattern": "7275550102", "did_route": "EXTEN", "extension": "8300"},
    ]
    assert [(one.row, one.column, one.was, one.now) for one in again.corrections] == [
        (2, "did_route", "Ingroup", "IN_GROUP"),
        (2, "group", "", "SALES_IN"),
        (3, "extension", "", "8301"),
    ]
    assert order.read_text() == ORDER


def test_a_correction_that_makes_two_rows_equal_is_told_of(tmp_path: Path) -> None:
    order = tmp_path / "order.csv"
    order.write_text(ORDER)
    asked = [
        Correction(0, "did_route", "EXTEN"),
        Correction(0, "extension", "8300"),
        Correction(2, "did_pattern", "727-555-0100"),
    ]
    again = check_again(check_file(order, ImportOptions()), ImportOptions(), asked)
    assert [row.duplicate_of for row in again.checked.rows] == [None, None, 2]
