"""The record of a run: written before it counts, whole or not there, for one process at a time."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from importer.errors import JournalError, RecordWriteError
from importer.journal import Journal, RunAbout, RunState, list_runs, make_folder, new_path
from importer.journal.store import open_file
from importer.model import PlannedRow, Result, RowOutcome, Table

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
SETTLED = (RowOutcome(2, Result.INVALID, "did_pattern 'x' is no number"),)
DONE = RowOutcome(0, Result.SUCCESS, "added", "17275550101", 1, "2026-11-23T10:15:02+00:00")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make_folder(tmp_path / "runs")
    return tmp_path / "runs" / f"{ABOUT.run_id}.run"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal.create(path, ABOUT, TABLE, PLANNED, SETTLED) as made:
        yield made


def test_what_was_written_down_is_read_back(journal: Journal) -> None:
    record = journal.record()
    assert record.about == ABOUT
    assert replace(record.table, flaws={}) == replace(TABLE, flaws={})
    assert record.planned == PLANNED
    assert record.outcomes == {2: SETTLED[0]}
    assert record.to_send == PLANNED


def test_another_process_that_looks_sees_each_step_as_soon_as_it_counts(journal: Journal, path: Path) -> None:
    async def steps() -> None:
        await journal.sent(0, 1)
        assert look(path) == [(0, 1, 1, 0)]
        await journal.not_processed(0)
        assert look(path) == [(0, 1, 0, 0)]
        await journal.sent(0, 2)
        await journal.unanswered(0)
        assert look(path) == [(0, 2, 0, 1)]
        await journal.settled(DONE)
        with sqlite3.connect(path) as other:
            assert other.execute("SELECT result FROM outcome WHERE idx = 0").fetchone() == ("success",)
        other.close()

    asyncio.run(steps())
    assert journal.record().outcomes[0] == DONE
    assert [row.index for row in journal.record().to_send] == [1]


def look(path: Path) -> list[tuple[int, int, int, int]]:
    other = sqlite3.connect(path)
    try:
        return list(other.execute("SELECT idx, attempts, in_flight, unanswered FROM progress"))
    finally:
        other.close()


@pytest.mark.parametrize("answered", [True, False])
def test_a_row_that_was_sent_and_has_no_outcome_is_unanswered_when_read_back(journal: Journal, answered: bool) -> None:
    async def steps() -> None:
        await journal.sent(0, 3)
        if answered:
            await journal.not_processed(0)

    asyncio.run(steps())
    row = journal.record().planned[0]
    assert (row.attempts, row.unanswered) == (3, not answered)


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


def test_a_second_process_is_told_that_the_run_is_taken(journal: Journal) -> None:
    with pytest.raises(JournalError, match="another process works on the run 20261123-101500-order"):
        Journal.reopen(journal.path)


def test_a_run_that_was_closed_can_be_taken_up_again(path: Path) -> None:
    Journal.create(path, ABOUT, TABLE, PLANNED, SETTLED).close()
    with Journal.reopen(path) as journal:
        assert journal.about() == ABOUT


def test_a_full_disk_is_told_and_leaves_what_was_written(journal: Journal) -> None:
    async def steps() -> None:
        await journal.settled(DONE)
        connection = journal._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        large = RowOutcome(10, Result.SUCCESS, "x" * 500_000)
        with pytest.raises(RecordWriteError, match="is the disk full"):
            await journal.settled(large)

    asyncio.run(steps())
    assert journal.record().outcomes[0] == DONE


def test_a_cancelled_writer_does_not_hold_up_the_others(journal: Journal) -> None:
    async def steps() -> None:
        first = asyncio.create_task(journal.sent(0, 1))
        second = asyncio.create_task(journal.sent(1, 1))
        await asyncio.sleep(0)
        first.cancel()
        await second

    asyncio.run(steps())
    assert len(look(journal.path)) == 2


def test_runs_are_listed_newest_first_with_their_counts(tmp_path: Path) -> None:
    make_folder(tmp_path)
    for number, started in enumerate(("2026-11-23T10:15:00+00:00", "2026-11-23T11:00:00+00:00")):
        about = replace(ABOUT, run_id=f"run-{number}", started=started)
        with Journal.create(tmp_path / f"run-{number}.run", about, TABLE, PLANNED, SETTLED) as journal:
            journal.end(RunState.FINISHED, "2026-11-23T12:00:00+00:00", "finished", tmp_path / "r.xlsx")
    (tmp_path / "broken.run").write_bytes(b"not a record")
    lines = list_runs(tmp_path)
    assert [line.about.run_id for line in lines] == ["run-1", "run-0"]
    assert lines[0].counts == {"invalid": 1, "not sent": 2}
    assert lines[0].about.state is RunState.FINISHED


def test_runs_begun_in_the_same_second_get_names_of_their_own(tmp_path: Path) -> None:
    first = new_path(tmp_path, "20261123-101500", "Order (final) é")
    first.touch()
    assert first.name == "20261123-101500-order-final.run"
    assert new_path(tmp_path, "20261123-101500", "Order (final) é").name == "20261123-101500-order-final-2.run"


def test_a_record_of_another_version_is_not_read(path: Path) -> None:
    Journal.create(path, ABOUT, TABLE, PLANNED, SETTLED).close()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE about SET value = '99' WHERE name = 'format'")
    other.close()
    with pytest.raises(JournalError, match="another version"):
        open_file(path)


def test_a_folder_that_cannot_be_made_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="--state-dir"):
        make_folder(tmp_path / "file" / "runs")


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps permissions elsewhere")
def test_the_folder_of_runs_is_for_its_owner_only(tmp_path: Path) -> None:
    make_folder(tmp_path / "runs")
    assert (tmp_path / "runs").stat().st_mode & 0o077 == 0
