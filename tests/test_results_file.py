"""Results are whole or not there, and replace nothing."""

import errno
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from results_samples import SUMMARY, by_calamine, outcomes_for, table_of

from importer.errors import ResultsError
from importer.workbooks.cells import TextSheet
from importer.workbooks.output_file import FileTakenError, check_writable, free_path, under_free_name, whole_file
from importer.workbooks.results import ResultsPlace, write_results

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
TABLE = table_of(["x"], [["1"]])


@pytest.mark.parametrize(
    ("there", "parts", "free"),
    [
        ([], 1, "r.xlsx"),
        (["r.xlsx"], 1, "r_2.xlsx"),
        (["r.xlsx", "r_2.xlsx"], 1, "r_3.xlsx"),
        (["r_part3.xlsx", "r_2.xlsx"], 3, "r_3.xlsx"),
        (["r_part3.xlsx"], 2, "r.xlsx"),
        (["r_part2.xlsx"], 1, "r_2.xlsx"),  # no workbook is put beside the second part of another
    ],
)
def test_the_free_name_is_the_first_under_which_neither_it_nor_a_part_of_it_is_taken_not_even_by_a_dead_link(
    tmp_path: Path, there: list[str], parts: int, free: str
) -> None:
    for name in there:
        (tmp_path / name).symlink_to(tmp_path / "nowhere")
    assert free_path(tmp_path / "r.xlsx", parts).name == free


def test_a_workbook_that_is_there_stays_as_it_is_and_nothing_temporary_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, path = tmp_path / "temporary", tmp_path / "lists" / "r.xlsx"
    temporary.mkdir()
    path.parent.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    write_results(path, TABLE, outcomes_for(1), SUMMARY)
    written = path.read_bytes()
    with pytest.raises(FileTakenError, match="never overwritten"):
        write_results(path, TABLE, outcomes_for(1), SUMMARY)
    assert path.read_bytes() == written
    assert [entry.name for entry in path.parent.iterdir()] == ["r.xlsx"]
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("target", ["order.csv", "nowhere", "../outside"])
def test_a_link_is_not_followed_and_what_it_leads_to_stays_as_it_is(tmp_path: Path, target: str) -> None:
    (tmp_path / "order.csv").write_text("the person's own")
    path = tmp_path / "added.txt"
    path.symlink_to(target)
    with pytest.raises(FileTakenError), whole_file(path) as file:
        file.write(b"ours")
    assert (tmp_path / "order.csv").read_text() == "the person's own"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["added.txt", "order.csv"]
    assert not (tmp_path.parent / "outside").exists()


def test_a_name_that_is_taken_when_the_run_ends_gives_the_next_free_one(tmp_path: Path) -> None:
    place = ResultsPlace(tmp_path / "r.xlsx", fixed=True)
    place.check()
    faster = [tmp_path / "r.xlsx", tmp_path / "r_2.xlsx"]

    def write(path: Path) -> Path:
        with whole_file(path) as file:
            file.write(b"ours")
            if faster:
                faster.pop(0).write_text("another's")
        return path

    assert place.write(write) == tmp_path / "r_3.xlsx"
    left = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert left == {"r.xlsx": "another's", "r_2.xlsx": "another's", "r_3.xlsx": "ours"}


def _write_once(wanted: Path, text: bytes) -> None:
    def write(path: Path) -> None:
        with whole_file(path) as file:
            file.write(text)

    under_free_name(wanted, write)


@pytest.mark.skipif(os.name == "nt", reason="processes are forked")
def test_processes_that_end_at_one_moment_with_one_name_each_leave_their_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    texts = [b"%d" % number for number in range(6)]
    processes = [context.Process(target=_write_once, args=(tmp_path / "r.xlsx", text)) for text in texts]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sorted(entry.read_bytes() for entry in tmp_path.iterdir()) == texts


_KILLED = """
import os, sys
from pathlib import Path
from importer.workbooks.output_file import whole_file
with whole_file(Path(sys.argv[1])) as file:
    file.write(b"half")
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(os.name == "nt", reason="files are held otherwise there")
def test_what_a_killed_process_left_goes_with_the_next_file_and_nothing_else_does(tmp_path: Path) -> None:
    others = [tmp_path / ".did-importer-.part.txt", tmp_path / "order.part"]
    for path in others:
        path.touch()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _KILLED, tmp_path / f"{name}.xlsx"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for name in ("killed", "alive")
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
    writers[0].kill()
    writers[0].communicate()
    check_writable(tmp_path / "r.xlsx")
    assert len(list(tmp_path.glob(".did-importer-*.part"))) == 1
    writers[1].communicate()
    assert {*tmp_path.iterdir()} == {*others, tmp_path / "alive.xlsx"}


def test_a_clock_before_1980_writes_the_workbook_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # a zip file cannot say so early a date
    monkeypatch.setattr(time, "time", lambda: 86400.0)
    monkeypatch.setattr(time, "localtime", lambda seconds=86400.0: time.gmtime(seconds))
    path = tmp_path / "r.xlsx"
    write_results(path, TABLE, outcomes_for(1), SUMMARY)
    with zipfile.ZipFile(path) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such file names")
def test_a_file_name_that_is_no_text_gives_a_workbook(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    path = ResultsPlace.beside(tmp_path / f"{name}.csv").wanted
    write_results(path, TABLE, outcomes_for(1), replace(SUMMARY, file=f"{name}.csv"))
    assert os.fsencode(path.name) == b"caf\xe9_results.xlsx"
    path.rename(tmp_path / "r.xlsx")
    assert ["File", "caf\ufffd.csv", "", ""] in by_calamine(tmp_path / "r.xlsx", "Summary")


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
    write_results(tmp_path / "r.xlsx", TABLE, outcomes_for(1), SUMMARY)
    assert by_calamine(tmp_path / "r.xlsx", "Results")[1][4] == "1"
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.xlsx"]


@pytest.mark.parametrize("while_packing", [False, True])
def test_a_disk_that_fills_up_leaves_nothing_and_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, while_packing: bool
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    where, method = (zipfile.ZipFile, "write") if while_packing else (TextSheet, "write_texts")
    monkeypatch.setattr(where, method, full)
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


def test_a_place_that_can_be_written_is_left_as_it_was_and_too_many_columns_are_refused(tmp_path: Path) -> None:
    check_writable(tmp_path / "r.xlsx", columns=16_384)
    assert not list(tmp_path.iterdir())
    with pytest.raises(ResultsError, match="delete some"):
        check_writable(tmp_path / "r.xlsx", columns=16_385)


def test_a_trial_file_that_another_process_takes_for_a_left_one_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = os.close

    def close_and_lose(descriptor: int) -> None:
        closed(descriptor)
        for trial in tmp_path.glob(".did-importer-*.part"):
            trial.unlink()

    monkeypatch.setattr(os, "close", close_and_lose)
    check_writable(tmp_path / "order_results.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("taken.xlsx", "is there already"),
        ("folder.xlsx", "is there already"),
        ("missing/r.xlsx", "there is no folder .*; create it"),
        ("taken.xlsx/r.xlsx", "there is no folder"),
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
    with pytest.raises(ResultsError, match="cannot be written"):
        check_writable(folder / "r.xlsx")


def test_a_folder_that_refuses_new_files_is_found_before_the_first_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ResultsError, match=r"cannot be written \(Read-only file system\)"):
        check_writable(tmp_path / "r.xlsx")


def refuse_links(*_: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))
