"""Looking up a run again, any day: what is gone, what was changed in the workbook, and what is not known."""

from pathlib import Path

import openpyxl
import pytest
from running import USER, Desk, correct, did, server_at

from importer import ImportOptions, RunControl, VerifyReport, verify_results
from importer.errors import JournalError, SettingsError
from importer.model import ExitCode, Result
from importer.sandbox import Sandbox, SandboxOptions
from importer.workbooks.results import read_results

FAST = ImportOptions(rate=0)


def imported(desk: Desk, sandbox: Sandbox, rows: int = 8) -> Path:
    return desk.importing(desk.order(rows).path, sandbox.url, FAST).workbook


def verified(desk: Desk, sandbox: Sandbox, workbook: Path, control: RunControl | None = None) -> VerifyReport:
    return verify_results(workbook, FAST, server_at(sandbox.url), desk.folders, control=control)


def delete(sandbox: Sandbox, *numbers: int) -> None:
    for number in numbers:
        sandbox.delete_did(did(number))


def test_all_there_is_0_and_the_rows_are_those_that_were_written(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        workbook = imported(desk, sandbox)
        calls, stored = len(sandbox.calls), sandbox.stored()
        report = verified(desk, sandbox, workbook)
        assert [one.function for one in sandbox.calls[calls:]] == ["update_did"] * 7
        assert sandbox.stored() == stored
    assert (report.exit_code, report.there, report.gone, report.changed) == (ExitCode.DONE, 7, (), False)
    assert report.run_id == desk.newest().about.run_id
    assert report.workbook == tmp_path / "order_verify_results.xlsx"
    assert [row.result for row in read_results(report.workbook).rows] == [*[Result.SUCCESS] * 7, Result.INVALID]
    assert len(desk.runs()) == 1


def test_what_is_gone_is_named_with_its_row_and_can_be_sent_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        workbook = imported(desk, sandbox)
        delete(sandbox, 2, 5)
        report = verified(desk, sandbox, workbook)
        assert (report.exit_code, report.there) == (ExitCode.ROWS_LEFT, 5)
        assert [(one.row, one.did_sent, one.result) for one in report.gone] == [
            (4, did(2), Result.UNKNOWN),
            (7, did(5), Result.UNKNOWN),
        ]
        assert all("does not find it now" in one.reason for one in report.gone)
        flags = ("--url", sandbox.url, "--user", USER, "--rate", "0", "--yes")
        assert desk.did_importer("rerun", report.workbook, *flags).code == 1
        assert len(sandbox.stored()) == 7


def test_a_workbook_whose_rows_were_changed_since_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    changes = (("result", "duplicate"), ("did_sent", did(99)), ("did_description", "other"))
    with Sandbox(SandboxOptions(starting_dids=(did(99),))) as sandbox:
        workbook = imported(desk, sandbox)
        as_written = workbook.read_bytes()
        for header, text in changes:
            workbook.write_bytes(as_written)
            correct(workbook, {(3, header): text})
            assert verified(desk, sandbox, workbook).changed, header


def test_a_receipt_that_was_made_to_fit_is_found_by_the_record(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        workbook = imported(desk, sandbox)
        correct(workbook, {(3, "did_description"): "other"})
        verified(desk, sandbox, workbook)
        receipt = read_results(tmp_path / "order_verify_results.xlsx").receipt
        book = openpyxl.load_workbook(workbook)
        (cell,) = (row[1] for row in book["Summary"].iter_rows() if row[0].value == "SHA-256 of the rows")
        cell.value = receipt
        book.save(workbook)
        assert read_results(workbook).receipt == receipt
        assert verified(desk, sandbox, workbook).changed


def test_a_sheet_saved_as_csv_is_looked_up_too_and_nobody_can_tell_whether_it_was_changed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        book = openpyxl.load_workbook(imported(desk, sandbox))
        rows = [[cell or "" for cell in row] for row in book["Results"].iter_rows(values_only=True)]
        path = desk.write("saved_results.csv", [str(cell) for cell in rows[0]], [[str(c) for c in r] for r in rows[1:]])
        report = verified(desk, sandbox, path)
    assert (report.there, report.changed, report.exit_code) == (7, None, ExitCode.DONE)


def test_what_was_stopped_or_refused_is_not_verified_and_says_so(tmp_path: Path) -> None:
    desk, control = Desk(tmp_path), RunControl()
    control.stop()
    with Sandbox() as sandbox:
        workbook = imported(desk, sandbox)
        report = verified(desk, sandbox, workbook, control)
    assert (report.exit_code, report.there, len(report.unknown)) == (ExitCode.INTERRUPTED, 0, 7)
    assert all(one.result is Result.SUCCESS and "not verified: " in one.reason for one in report.unknown)


def test_results_of_another_server_and_of_an_undo_are_not_looked_up(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox, Sandbox() as another:
        workbook = imported(desk, sandbox)
        with pytest.raises(SettingsError, match="has the results of"):
            verified(desk, another, workbook)
        assert desk.did_importer("undo", desk.newest().about.run_id, "--yes", "--rate", "0").code == 0
        with pytest.raises(JournalError, match="workbook of an undo"):
            verified(desk, sandbox, Path(desk.newest().about.workbook))
        assert another.calls == []
