"""The record of a run: written before it counts, whole or not there, for one process at a time."""

import asyncio
import errno
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from importer.errors import JournalError
from importer.journal import (
    Journal,
    RunAbout,
    RunRecord,
    RunState,
    forget,
    list_runs,
    make_folder,
    new_path,
    new_run_lock,
    outcomes_of,
    read_line,
    read_runs,
)
from importer.journal.record import open_record, read_progress
from importer.model import Correction, PlannedRow, Result, RowOutcome, Table

POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows keeps permissions and locks elsewhere")
TABLE = Table(
    path=Path("order.xlsx"),
    sha256="ab" * 32,
    sheet="DIDs",
    header=("did_pattern", "City", ""),
    row_numbers=(2, 3, 5),
    rows=(("17275550101", "Tampa", "=cmd"), ("17275550102", "", "+1"), ("x", "é\udc80", "")),
    blank_rows=1,
    facts=("encoding UTF-8",),
)
ABOUT = RunAbout(
    run_id="20261123-101500-order",
    started="2026-11-23T10:15:00+00:00",
    file="order.xlsx",
    sha256="ab" * 32,
    sheet="DIDs",
    server="https://vici.example/vicidial/non_agent_api.php",
    user="6666",
    version="0.1.0",
    results="",
    previous="",
    settings="{}",
)
PLANNED = (
    PlannedRow(0, "17275550101", (("did_pattern", "17275550101"), ("group", "SALES_IN")), ("a remark",)),
    PlannedRow(1, "17275550102", (("did_pattern", "17275550102"),), unanswered=True, known_absent="asked before"),
)
SETTLED = RowOutcome(2, Result.INVALID, "did_pattern 'x' is no number")
RECORD = RunRecord(ABOUT, TABLE, PLANNED, {2: SETTLED}, (Correction(0, "group", "SALES_IN", 2, "SALES"),))
DONE = RowOutcome(0, Result.SUCCESS, "added", "17275550101", 1, "2026-11-23T10:15:02+00:00")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make_folder(tmp_path / "runs")
    return tmp_path / "runs" / f"{ABOUT.run_id}.run"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal.create(path, RECORD) as made:
        yield made


def test_what_was_written_down_is_read_back(journal: Journal) -> None:
    assert journal.record() == RECORD
    assert journal.record().to_send == PLANNED


def test_another_process_that_looks_sees_each_step_as_soon_as_it_counts(journal: Journal, path: Path) -> None:
    async def steps() -> None:
        await journal.sent(0, 1)
        assert look(path) == {0: (1, True, False)}
        await journal.not_processed(0)
        assert look(path) == {0: (1, False, False)}
        await journal.sent(0, 2)
        await journal.unanswered(0)
        assert look(path) == {0: (2, False, True)}
        await journal.withdrawn(0, 1)
        assert look(path) == {0: (1, False, True)}
        await journal.settled(DONE)
        assert outcomes_of(path) == (DONE, SETTLED)

    asyncio.run(steps())
    assert [row.index for row in journal.record().to_send] == [1]


def look(path: Path) -> dict[int, tuple[int, bool, bool]]:
    with open_record(path) as connection:
        return {at: (one.attempts, one.in_flight, one.unanswered) for at, one in read_progress(connection).items()}


@pytest.mark.parametrize("answered", [True, False])
def test_a_row_that_was_sent_and_has_no_outcome_is_unanswered_when_read_back(path: Path, answered: bool) -> None:
    async def steps(journal: Journal) -> None:
        await journal.absent(0, "asked at noon")
        await journal.sent(0, 3)
        if answered:
            await journal.not_processed(0)

    with Journal.create(path, RECORD) as journal:
        asyncio.run(steps(journal))
    with Journal.reopen(path) as journal:
        row = journal.record().planned[0]
        assert (row.attempts, row.unanswered, row.known_absent) == (3, not answered, "asked at noon")
        asyncio.run(journal.not_processed(0))
        assert journal.record().planned[0].attempts == 3


def test_records_that_are_made_together_are_written_together(journal: Journal) -> None:
    began = 0

    def count(statement: str) -> None:
        nonlocal began
        began += statement.startswith("BEGIN")

    async def steps() -> None:
        await asyncio.gather(*(journal.sent(index, 1) for index in range(50)))

    journal._connection.set_trace_callback(count)
    asyncio.run(steps())
    assert began == 1
    assert len(look(journal.path)) == 50


def test_every_commit_is_synced_to_the_disk(journal: Journal) -> None:
    connection = journal._connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "2 is FULL"


def test_a_run_that_another_process_works_on_is_neither_taken_up_nor_forgotten(journal: Journal) -> None:
    for job in (Journal.reopen, forget):
        with pytest.raises(JournalError, match="another process works on the run 20261123-101500-order"):
            job(journal.path)
    assert journal.record() == RECORD


def test_a_run_that_was_closed_can_be_taken_up_again_and_forgotten(path: Path) -> None:
    Journal.create(path, RECORD).close()
    with Journal.reopen(path) as journal:
        assert journal.record().about == ABOUT
    forget(path)
    assert list(path.parent.iterdir()) == []
    with pytest.raises(JournalError, match="there is no run"):
        Journal.reopen(path)
    assert list(path.parent.iterdir()) == []


def test_a_cancelled_writer_does_not_hold_up_the_others(journal: Journal) -> None:
    async def steps() -> None:
        first = asyncio.create_task(journal.sent(0, 1))
        second = asyncio.create_task(journal.sent(1, 1))
        await asyncio.sleep(0)
        first.cancel()
        await second

    asyncio.run(steps())
    assert len(look(journal.path)) == 2


def record_of(folder: Path, name: str, started: str = ABOUT.started, **about: Any) -> Path:
    path = folder / f"{name}.run"
    Journal.create(path, replace(RECORD, about=replace(ABOUT, run_id=name, started=started, **about))).close()
    return path


def test_runs_are_listed_newest_first_with_their_counts_in_local_time_and_what_was_taken_back(path: Path) -> None:
    folder = path.parent
    record_of(folder, "first", "2026-11-23T10:15:00+00:00", state=RunState.FINISHED, ended="2026-11-23T10:16:00+02:00")
    record_of(folder, "undoes-first", "2026-11-23T11:00:00+00:00", undo=True, previous="first")
    with Journal.reopen(folder / "undoes-first.run") as journal:
        asyncio.run(settle(journal))
    undoing, first = list_runs(folder)
    assert (first.about.run_id, first.counts, first.undoes) == ("first", {"invalid": 1, "not sent": 2}, "")
    assert (first.undone, undoing.undone, undoing.undoes) == (1, 0, "first")
    assert first.started == datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
    assert first.started.tzname() == datetime(2026, 11, 23, 10, 15, tzinfo=UTC).astimezone().tzname()
    assert (first.ended, undoing.ended) == (datetime(2026, 11, 23, 8, 16, tzinfo=UTC), None)


async def settle(journal: Journal) -> None:
    await journal.settled(DONE)


def test_runs_begun_in_the_same_second_get_names_of_their_own(tmp_path: Path) -> None:
    first = new_path(tmp_path, "20261123-101500", "Order (final) é")
    first.touch()
    assert first.name == "20261123-101500-order-final.run"
    assert new_path(tmp_path, "20261123-101500", "Order (final) é").name == "20261123-101500-order-final-2.run"


def former_record(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
        connection.execute("INSERT INTO about VALUES ('format', '1')")


def newer_record(path: Path) -> None:
    shutil.copy(record_of(path.parent, "newer"), path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA user_version = 99")


def changed_text(path: Path) -> None:
    shutil.copy(record_of(path.parent, "changed"), path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE outcome SET body = replace(body, 'invalid', 'success')")


def writable_by_others(path: Path) -> None:
    shutil.copy(record_of(path.parent, "shared"), path)
    path.chmod(0o666)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_bytes(b"not a record"), "no record of a run"),
        (lambda path: path.write_bytes(b""), "no record of a run"),
        (lambda path: path.mkdir(), "is no file"),
        (lambda path: path.symlink_to("nowhere"), "is no file"),
        (former_record, "another version of did-importer"),
        (newer_record, "another version of did-importer"),
        (changed_text, "is damaged"),
        (lambda path: shutil.copy(record_of(path.parent, "copied"), path), "is a copy of the record copied"),
        pytest.param(writable_by_others, "chmod 600", marks=POSIX),
    ],
)
def test_a_file_that_cannot_be_believed_is_named_with_what_to_do_and_spoils_nothing_else(
    path: Path, make: Callable[[Path], object], words: str
) -> None:
    record_of(path.parent, "good")
    make(path)
    runs = read_runs(path.parent)
    assert "good" in [line.about.run_id for line in runs.lines]
    (sentence,) = runs.unreadable
    assert str(path) in sentence
    assert words in sentence
    with pytest.raises(JournalError, match=words):
        read_line(path)


def damages(whole: bytes, page: int) -> Iterator[tuple[str, bytes]]:
    """Overwrite each page with something, and cut the file before it and in it."""
    rng = random.Random(5)
    noise = rng.randbytes(page)
    for at in range(0, len(whole), page):
        other = rng.randrange(0, len(whole), page)
        byte = whole[at + page // 2] ^ 0x21
        for name, stuff in (
            ("zeros", bytes(page)),
            ("ones", b"\xff" * page),
            ("noise", noise),
            ("text", b"A1" * (page // 2)),
            ("one byte", whole[at : at + page // 2] + bytes([byte]) + whole[at + page // 2 + 1 : at + page]),
            (f"page {other}", whole[other : other + page]),
        ):
            yield f"{name} at {at}", whole[:at] + stuff + whole[at + page :]
        yield f"cut at {at}", whole[:at]
        yield f"cut in {at}", whole[: at + 77]


def test_whatever_overwrites_or_cuts_a_record_it_is_read_as_it_was_or_named(path: Path) -> None:
    rows = tuple((f"1727555{number:04}", f"row {number}", "x" * 40) for number in range(100, 200))
    table = replace(TABLE, rows=rows, row_numbers=tuple(range(2, 102)), header=("did_pattern", "a", "b"))
    planned = tuple(PlannedRow(at, row[0], (("did_pattern", row[0]),)) for at, row in enumerate(rows[:60]))
    outcomes = {at: RowOutcome(at, Result.SUCCESS, "added", rows[at][0], 1, "now", added=True) for at in range(40, 100)}
    record = replace(RECORD, table=table, planned=planned, outcomes=outcomes)
    Journal.create(path, record).close()
    all_damages = list(damages(path.read_bytes(), 4096))
    read, named = 0, 0
    for name, damaged in all_damages:
        for leftover in path.parent.glob("*-[ws][ah][lm]"):
            leftover.unlink()
        path.write_bytes(damaged)
        runs = read_runs(path.parent)
        assert len(runs.lines) + len(runs.unreadable) == 1, name
        for line in runs.lines:
            assert (line.about, line.counts) == (ABOUT, {"success": 60, "not sent": 40}), name
        assert all(str(path) in sentence for sentence in runs.unreadable), name
        try:
            with Journal.reopen(path) as journal:
                assert journal.record() == record, name
                read += 1
        except JournalError as error:
            named += str(path) in str(error)
    assert read + named == len(all_damages)
    assert named > 5 * read


def test_a_folder_that_cannot_be_made_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="--state-dir"):
        make_folder(tmp_path / "file" / "runs")


@POSIX
def test_folder_and_records_are_for_their_owner_only_and_one_that_others_may_write_is_refused(tmp_path: Path) -> None:
    runs = tmp_path / "state" / "runs"
    make_folder(runs)
    path = runs / f"{ABOUT.run_id}.run"
    with Journal.create(path, RECORD) as journal:
        asyncio.run(settle(journal))
        assert {file.stat().st_mode & 0o777 for file in runs.iterdir()} == {0o600}
    assert [one.stat().st_mode & 0o777 for one in (runs, runs.parent)] == [0o700, 0o700]
    for one in (runs, runs.parent):
        one.chmod(0o770)
        with pytest.raises(JournalError, match=f"{one} may be written by others.*chmod 700"):
            make_folder(runs)
        one.chmod(0o700)


@POSIX
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EIO, errno.EINTR])
def test_a_lock_that_the_file_system_refuses_is_told_in_a_sentence(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    record_of(path.parent, ABOUT.run_id)
    monkeypatch.setattr(fcntl, "flock", refuse)
    for job in (Journal.reopen, forget):
        with pytest.raises(JournalError, match=f"cannot be locked or written .{os.strerror(number)}.*--state-dir"):
            job(path)
    with pytest.raises(JournalError, match="--state-dir"), new_run_lock(path.parent):
        pass
    assert path.is_file()
