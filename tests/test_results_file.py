"""Results are whole or not there, and replace nothing."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from results_samples import SUMMARY, by_calamine, outcomes_for, table_of

from importer.errors import ResultsError
from importer.workbooks.output_file import part_path, whole_file
from importer.workbooks.results import check_writable, free_path, write_results
from importer.workbooks.results import workbook as results_workbook
from importer.workbooks.sheet_xml import TextRow

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
TABLE = table_of(["x"], [["1"]])


def test_the_free_name_is_the_wanted_one_or_the_next_number(tmp_path: Path) -> None:
    wanted = tmp_path / "order_results.xlsx"
    assert free_path(wanted) == wanted
    wanted.touch()
    assert free_path(wanted).name == "order_results_2.xlsx"
    (tmp_path / "order_results_2.xlsx").symlink_to(tmp_path / "nowhere")
    assert free_path(wanted).name == "order_results_3.xlsx"


def test_several_workbooks_get_a_name_under_which_none_of_them_is_taken(tmp_path: Path) -> None:
    wanted = tmp_path / "order_results.xlsx"
    assert [part_path(wanted, number).name for number in (1, 2)] == ["order_results.xlsx", "order_results_part2.xlsx"]
    (tmp_path / "order_results_part3.xlsx").touch()
    (tmp_path / "order_results_2.xlsx").touch()
    assert free_path(wanted, 3).name == "order_results_3.xlsx"
    assert free_path(wanted, 2) == wanted


def test_a_workbook_is_not_put_beside_the_second_part_of_another(tmp_path: Path) -> None:
    (tmp_path / "order_results_part2.xlsx").touch()
    assert free_path(tmp_path / "order_results.xlsx").name == "order_results_2.xlsx"


def test_a_workbook_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    path.write_text("the person's own")
    with pytest.raises(ResultsError, match="never overwritten"):
        write_results(path, TABLE, outcomes_for(1), SUMMARY)
    assert path.read_text() == "the person's own"
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.xlsx"]


@pytest.mark.parametrize("hard_links", [True, False])
def test_a_file_that_appears_while_we_write_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hard_links: bool
) -> None:
    if not hard_links:
        monkeypatch.setattr(os, "link", refuse_links)
    path = tmp_path / "r.xlsx"
    with pytest.raises(ResultsError, match="never overwritten"), whole_file(path) as file:  # noqa: PT012 - the moment matters
        file.write(b"ours")
        path.write_text("another's")
    assert path.read_text() == "another's"
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.xlsx"]


def test_where_there_are_no_hard_links_the_workbook_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", refuse_links)
    path = tmp_path / "r.xlsx"
    write_results(path, TABLE, outcomes_for(1), SUMMARY)
    assert by_calamine(path, "Results")[1][1] == "1"
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.xlsx"]


def test_a_disk_that_fills_up_leaves_nothing_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(rows: Iterator[TextRow]) -> Iterator[bytes]:
        next(rows)
        yield b"<row/>"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(results_workbook, "rows_xml", full)
    with pytest.raises(ResultsError, match=r"r\.xlsx: could not be written \(No space left on device\); make room"):
        write_results(tmp_path / "r.xlsx", TABLE, outcomes_for(1), SUMMARY)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("blow", [KeyboardInterrupt, MemoryError, ValueError])
def test_whatever_breaks_off_the_writing_leaves_nothing(tmp_path: Path, blow: type[BaseException]) -> None:
    with pytest.raises(blow), whole_file(tmp_path / "r.xlsx") as file:  # noqa: PT012 - it breaks off after a write
        file.write(b"half")
        raise blow
    assert not list(tmp_path.iterdir())


def test_the_file_and_its_folder_are_synced_before_and_after_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r.xlsx"
    seen: list[tuple[bool, bool]] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: seen.append((os.fstat(descriptor).st_size == 4, path.exists())))
    with whole_file(path) as file:
        file.write(b"data")
    assert seen[0] == (True, False)
    assert [named for _, named in seen[1:]] == ([] if os.name == "nt" else [True])


def test_the_workbook_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    with whole_file(tmp_path / "r.xlsx") as file:
        file.write(b"x")
    assert (tmp_path / "r.xlsx").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_place_that_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    check_writable(tmp_path / "r.xlsx", rows=1_048_576, columns=16_384)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("taken.xlsx", "is there already"),
        ("folder.xlsx", "is there already"),
        ("missing/r.xlsx", "is not there; create it"),
        ("taken.xlsx/r.xlsx", "is no folder"),
        ("r.csv", r"ends in \.xlsx"),
        ("r", r"ends in \.xlsx"),
        ("x" * 300 + ".xlsx", "cannot be written"),
        ("nul\0.xlsx", "cannot be written"),
    ],
)
def test_a_place_that_cannot_be_written_is_found_before_the_first_call(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "taken.xlsx").touch()
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(ResultsError, match=says) as caught:
        check_writable(tmp_path / name)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(AS_ROOT or os.name == "nt", reason="root may write anywhere; Windows knows no such mode")
def test_a_folder_without_write_permission_is_found_before_the_first_call(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(ResultsError, match="nothing can be written in"):
        check_writable(folder / "r.xlsx")


def test_a_folder_that_refuses_new_files_is_found_before_the_first_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ResultsError, match=r"nothing can be written in .* \(Read-only file system\)"):
        check_writable(tmp_path / "r.xlsx")


def test_too_many_rows_or_columns_are_found_before_the_first_call(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="split the file"):
        check_writable(tmp_path / "r.xlsx", rows=1_048_577)
    with pytest.raises(ResultsError, match="delete some"):
        check_writable(tmp_path / "r.xlsx", columns=16_385)


def refuse_links(*_: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))
