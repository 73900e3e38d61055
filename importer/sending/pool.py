"""The worker pool: one row first, alone; then ``workers`` at once; nothing after a stop but what is in flight."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from importer.errors import RecordWriteError
from importer.model import PlannedRow, Result, RowOutcome
from importer.sending.decide import Carried, Operation
from importer.sending.lines import ROWS_PER_LINE, Line, SharedLine
from importer.sending.operations import operation_of
from importer.sending.options import SubmitOptions
from importer.sending.probes import Api
from importer.sending.rate_limiter import SYSTEM_CLOCK, Clock, RateLimiter
from importer.sending.reconcile import left_over
from importer.sending.recorder import Recorder
from importer.sending.sender import RowSender
from importer.sending.stop import Stop, StopKind, StoppedError, StopSwitch


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of the planned rows.

    Attributes:
        outcomes: the final ones, which are on disk, in the order in which they came.
        left: what the results say of the rows that a stop left over; none of it is on disk.
        stop: why the run ended before its end, or None.
    """

    outcomes: tuple[RowOutcome, ...]
    left: tuple[RowOutcome, ...]
    stop: Stop | None


class Submission:
    """One run of the worker pool.

    Args:
        rows: what to send; no two rows have the same DID.
        apis: one line to the server for each worker.
        rate_limiter: gives each call its moment.
        recorder: the durable record.
        options: how to send.
        on_outcome: called with each outcome once it is on disk.
        on_status: called with a sentence when something happens that the person should see.
        clock: where time comes from.
        rng: where jitter comes from.
        operation_for: what each row is sent for.
        alone_until: rows go one at a time until this says of an outcome that all is well; None to let one answer of
            VICIdial's own be enough.
        earlier: successes of earlier processes of this run, which ``verify`` looks up too.
    """

    def __init__(
        self,
        *,
        rows: Sequence[PlannedRow],
        apis: Sequence[Line],
        rate_limiter: RateLimiter,
        recorder: Recorder,
        options: SubmitOptions,
        on_outcome: Callable[[RowOutcome], None],
        on_status: Callable[[str], None],
        clock: Clock = SYSTEM_CLOCK,
        rng: random.Random | None = None,
        operation_for: Callable[[PlannedRow], Operation] = lambda row: operation_of(row, update=False),
        alone_until: Callable[[RowOutcome], bool] | None = None,
        earlier: Sequence[RowOutcome] = (),
    ) -> None:
        self._alone_until = alone_until
        self._all_is_well = alone_until is None
        self._earlier = earlier
        self._rows = rows
        self._options = options
        self._on_outcome = on_outcome
        self._queue = deque(rows)
        self._outcomes: dict[int, RowOutcome] = {}
        self._left: dict[int, Carried] = {}
        self._being_written: set[asyncio.Future[None]] = set()
        self._unexpected: BaseException | None = None
        self._to_verify: deque[RowOutcome] = deque()
        self._switch = StopSwitch()
        # under a rate it is the rate that calls wait for, and no row is written down long before its call; one worker
        # is asked for where rows are to go one after the other
        in_turn = rate_limiter.limited or len(apis) == 1
        self._carriers: Sequence[Api] = (
            apis if in_turn else [SharedLine(api, self._switch) for api in apis for _ in range(ROWS_PER_LINE)]
        )
        self._alone = asyncio.Lock()
        self._sender = RowSender(
            rate_limiter=rate_limiter,
            recorder=recorder,
            switch=self._switch,
            options=options,
            operation_for=operation_for,
            on_status=on_status,
            clock=clock,
            rng=rng or random.Random(),
        )

    def stop(self, stop: Stop) -> None:
        """Send nothing more; calls in flight are waited for. Safe to call twice: the first reason stays."""
        self._switch.pull(stop)

    def try_now(self) -> None:
        """Wait no longer for a server that is away, but try it at once."""
        self._sender.try_now()

    async def run(self) -> Submitted:
        """Send the rows.

        Returns:
            For each planned row what became of it, whatever happened.

        Raises:
            Exception: what a worker did not expect; everything is stopped first, and the record is intact.
        """
        await self._work(self._send_rows)
        if self._options.verify and not self._switch.on:
            known = (*self._earlier, *self._outcomes.values())
            self._to_verify = deque(outcome for outcome in known if outcome.result is Result.SUCCESS)
            await self._work(self._verify_rows)
        if self._unexpected is not None:
            raise self._unexpected
        left = tuple(self._leftover(row) for row in self._rows if row.index not in self._outcomes)
        return Submitted(tuple(self._outcomes.values()), left, self._switch.stop)

    async def _work(self, job: Callable[[Api], Coroutine[Any, Any, None]]) -> None:
        """Let every worker do the job to its end; after a stop wait for calls in flight, but not for ever."""
        pending = {asyncio.create_task(job(api)) for api in self._carriers}
        stopped = asyncio.create_task(self._switch.wait())
        while pending and not self._switch.on:
            done, _ = await asyncio.wait({*pending, stopped}, return_when=asyncio.FIRST_COMPLETED)
            pending -= done
            self._heed(done - {stopped})
        if pending:
            done, pending = await asyncio.wait(pending, timeout=self._options.drain)
            self._heed(done)
        for task in pending:
            task.cancel()
        if pending:
            done, _ = await asyncio.wait(pending)
            self._heed(done)
        if self._being_written:
            await asyncio.wait(self._being_written, timeout=self._options.drain)
        stopped.cancel()

    def _heed(self, done: Iterable[asyncio.Task[Any]]) -> None:
        """Stop everybody for a worker that raised.

        Every task is asked for its exception: of one that nobody asks about asyncio itself writes a traceback, and a
        password in its text would be seen.
        """
        for task in done:
            if not task.cancelled() and (error := task.exception()) is not None:
                self._went_wrong(error)

    def _went_wrong(self, error: BaseException) -> None:
        """Stop everybody; a record that cannot be written is a stop like others."""
        if isinstance(error, RecordWriteError):
            self.stop(Stop(StopKind.RECORD_FAILED, str(error)))
        else:
            self.stop(Stop(StopKind.CRASHED, "the importer itself failed"))
            self._unexpected = self._unexpected or error

    async def _send_rows(self, api: Api) -> None:
        while self._queue and not self._switch.on:
            if self._together:
                await self._carry_next(api)
                continue
            # one row goes first, alone: a login that is refused must cost one login, not one for each worker
            try:
                with self._switch.waiting():
                    await self._alone.acquire()
            except StoppedError:
                return
            try:
                if not self._together and self._queue and not self._switch.on:
                    await self._carry_next(api)
                    # whether all is well shows when the outcome counts
                    if self._being_written:
                        await asyncio.wait(self._being_written)
            finally:
                self._alone.release()

    async def _carry_next(self, api: Api) -> None:
        carried = Carried.of(self._queue.popleft())
        self._left[carried.row.index] = carried
        try:
            settled = await self._sender.send(api, carried)
        except StoppedError:
            return
        self._being_written.add(settled.on_disk)
        settled.on_disk.add_done_callback(partial(self._is_written, settled.outcome))

    def _is_written(self, outcome: RowOutcome, on_disk: asyncio.Future[None]) -> None:
        """Let an outcome count, now that it is on disk."""
        self._being_written.discard(on_disk)
        try:
            on_disk.result()
            del self._left[outcome.index]
            self._note(outcome)
        except Exception as error:  # noqa: BLE001  as with a worker: whatever it is, everybody stops and it is raised
            self._went_wrong(error)

    async def _verify_rows(self, api: Api) -> None:
        while self._to_verify and not self._switch.on:
            outcome = self._to_verify.popleft()
            try:
                checked = await self._sender.verify(api, outcome)
            except StoppedError:
                return
            if checked is not outcome:
                self._note(checked)

    @property
    def _together(self) -> bool:
        """Whether more than one row may be on its way."""
        return self._sender.met and self._all_is_well

    def _note(self, outcome: RowOutcome) -> None:
        self._all_is_well = self._all_is_well or (self._alone_until is not None and self._alone_until(outcome))
        self._outcomes[outcome.index] = outcome
        self._on_outcome(outcome)

    def _leftover(self, row: PlannedRow) -> RowOutcome:
        return left_over(self._left.get(row.index) or Carried.of(row), self._switch.stop)
