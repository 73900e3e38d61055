"""An outcome counts when it is on the disk, and a disk that fails stops the run without losing a row."""

import asyncio
from dataclasses import dataclass, field

import pytest
from fake_vicidial import Case, FakeVicidial, MemoryRecorder, rows_of

from importer.errors import RecordWriteError
from importer.model import Result, RowOutcome
from importer.sending.stop import StopKind

DISK_SECONDS = 5.0
ROWS = rows_of(12)


@dataclass
class SlowDisk(MemoryRecorder):
    """A recorder whose outcomes take long to reach the disk, and of which one may never reach it."""

    fails_at: int = -1
    on_disk: list[int] = field(default_factory=list)
    on_disk_before: dict[int, list[int]] = field(default_factory=dict)

    async def sent(self, index: int, attempts: int) -> None:
        self.on_disk_before[index] = list(self.on_disk)
        await super().sent(index, attempts)

    def settled(self, outcome: RowOutcome) -> asyncio.Future[None]:
        self.steps.append(("settled", outcome.index))

        async def write() -> None:
            await asyncio.sleep(DISK_SECONDS)
            if outcome.index == self.fails_at:
                raise RecordWriteError("the record could not be written; is the disk full?")
            self.on_disk.append(outcome.index)

        return asyncio.ensure_future(write())


@pytest.mark.parametrize("workers", [1, 3])
def test_an_outcome_is_told_when_it_is_on_the_disk_and_every_one_is_told(workers: int) -> None:
    disk, told = SlowDisk(), list[int]()

    def on_outcome(outcome: RowOutcome) -> None:
        assert outcome.index in disk.on_disk
        told.append(outcome.index)

    submitted = Case(FakeVicidial(), ROWS, workers=workers, recorder=disk, on_outcome=on_outcome).run().submitted
    assert sorted(told) == [row.index for row in ROWS]
    assert [outcome.index for outcome in submitted.outcomes] == told
    assert submitted.left == ()


def test_the_next_row_is_written_down_while_the_outcome_of_the_last_is_on_its_way() -> None:
    disk = SlowDisk()
    Case(FakeVicidial(), ROWS, workers=1, recorder=disk).run()
    assert disk.on_disk_before[1] == [0], "the first row goes alone until its outcome counts"
    assert 1 not in disk.on_disk_before[2]
    assert disk.on_disk == [row.index for row in ROWS]


@pytest.mark.parametrize("fails_at", [0, 5])
def test_an_outcome_that_cannot_be_written_stops_the_run_and_its_row_is_in_doubt(fails_at: int) -> None:
    server, disk = FakeVicidial(), SlowDisk(fails_at=fails_at)
    ran = Case(server, ROWS, workers=2, recorder=disk).run()
    submitted, by_index = ran.submitted, ran.by_index
    assert submitted.stop is not None
    assert submitted.stop.kind is StopKind.RECORD_FAILED
    assert "is the disk full" in submitted.stop.why
    assert sorted(by_index) == [row.index for row in ROWS]
    assert by_index[fails_at].result is Result.UNKNOWN
    for outcome in submitted.outcomes:
        assert outcome.index in disk.on_disk
    for outcome in submitted.left:
        stored = outcome.did_sent in server.stored
        assert outcome.result is (Result.UNKNOWN if stored else Result.NOT_SENT), outcome


def test_a_watcher_that_fails_stops_the_run_and_is_heard() -> None:
    server = FakeVicidial()

    def on_outcome(outcome: RowOutcome) -> None:
        raise ValueError("a broken observer")

    with pytest.raises(ValueError, match="a broken observer"):
        Case(server, ROWS, workers=1, recorder=SlowDisk(), on_outcome=on_outcome).run()
    assert len(server.stored) == 1, "the first row goes alone until its outcome counts"
