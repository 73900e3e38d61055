"""What a person finds in the workbooks of a whole run, and what becomes of their corrections in Failed rows."""

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from results_samples import by_calamine
from running import Desk, did, flags

from importer.sandbox import Sandbox
from importer.workbooks.results import read_results

HEADER = ("did_pattern", "City", "did_route", "group", "result")


def test_rows_are_corrected_in_failed_rows_and_one_deleted_there_stays_and_is_not_sent(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [(did(number), "Tampa", "IN_GROUP", "SALES_IN" if number == 0 else "NOPE", "theirs") for number in range(4)]
    order = desk.write("order.csv", HEADER, rows)
    with Sandbox() as sandbox:
        assert desk.did_importer("run", order, *flags(sandbox)).code == 1
        workbook = desk.workbook()
        book = openpyxl.load_workbook(workbook)
        failed = book["Failed rows"]
        assert [row[0].value for row in failed.iter_rows()] == ["row", "3", "4", "5"]
        assert failed["H2"].value == "NOPE"
        assert failed["H2"].comment is not None
        failed["H2"], failed["H3"] = "SALES_IN", "SUPPORT_TEAM"
        failed.delete_rows(4)
        book.save(workbook)
        ran = desk.did_importer("rerun", workbook, *flags(sandbox))
        stored = {key: row["group_id"] for key, row in sandbox.stored().items()}
    assert ran.code == 1
    assert "rows that were deleted in one of the sheets are not sent: 5" in " ".join(ran.out.split())
    assert stored == {did(0): "SALES_IN", did(1): "SALES_IN", did(2): "SUPPORT_TEAM"}
    assert [(row.row, row.result.value) for row in desk.results()] == [
        (2, "success"),
        (3, "success"),
        (4, "success"),
        (5, "invalid"),
    ]


def test_the_description_that_was_made_is_shown_and_the_remarks_are_in_the_summary(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.write("order.csv", HEADER, [(did(0), "Saint & Mary", "IN_GROUP", "SALES_IN", "")])
    with Sandbox() as sandbox:
        assert desk.did_importer("run", order, *flags(sandbox, "--describe", "{City} line")).code == 0
        stored = sandbox.stored()[did(0)]["did_description"]
    header, line = by_calamine(desk.workbook(), "Results")
    assert line[header.index("did_description_sent")] == stored


def test_the_checked_workbook_of_a_live_check_has_what_the_server_says(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [(did(0), "", "IN_GROUP", "SALES_IN", ""), (did(1), "", "IN_GROUP", "NOPE", ""), ("x", "", "", "", "")]
    order = desk.write("order.csv", HEADER, rows)
    with Sandbox() as sandbox:
        assert desk.did_importer("check", order, "--live", *flags(sandbox)).code == 1
    header, *lines = by_calamine(tmp_path / "order_checked.xlsx", "Checked")
    said = [line[header.index("VICIdial says")] for line in lines]
    assert said[0].startswith("would be added")
    assert said[1].startswith("invalid: ")
    assert "NOPE" in said[1]
    assert said[2] == ""


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
@pytest.mark.soak
def test_a_workbook_that_libreoffice_has_saved_is_read_as_it_was(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [(f"+{did(number)}", "=1+1", "IN_GROUP", "NOPE", " 0045\n") for number in range(3)]
    order = desk.write("order.csv", HEADER, rows)
    with Sandbox() as sandbox:
        assert desk.did_importer("run", order, *flags(sandbox)).code == 1
    before = desk.results()
    workbook = desk.workbook()
    (tmp_path / "saved").mkdir()
    call = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*call, "--outdir", tmp_path / "saved", workbook], check=True, capture_output=True, timeout=120)
    assert list(read_results(tmp_path / "saved" / workbook.name).rows) == before
