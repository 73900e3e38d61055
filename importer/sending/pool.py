"""The worker pool: one row first, alone; then ``workers`` calls at once; nothing after a stop but what is in flight."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from importer.errors import RecordWriteError
from importer.model import PlannedRow, Result, RowOutcome
from importer.sending.decide import Operation, RowState
from importer.sending.operations import operation_of
from importer.sending.options import Api, Recorder, SubmitOptions, Submitted
from importer.sending.rate_limiter import SYSTEM_CLOCK, Clock, RateLimiter
from importer.sending.reconcile import DID_NOT_GO, IS_OR_MAY_BE_THERE, left_over, twin_outcome
from importer.sending.row_sender import RowSender, Suggest
from importer.sending.server import SharedServer
from importer.sending.stop import Stop, StopKind, StoppedError, StopSwitch

_ROWS_A_PLACE: Final = 2  # where no rate holds calls up: one is called for, one is written down


@dataclass(kw_only=True)
class Submission:
    """One run of the worker pool."""

    rows: Sequence[PlannedRow]  # one with PlannedRow.after is sent when that one did not go, else it is a duplicate
    apis: Sequence[Api]  # one client for each call at once
    rate_limiter: RateLimiter
    recorder: Recorder
    options: SubmitOptions
    on_outcome: Callable[[RowOutcome], None]  # called once an outcome is on disk
    on_status: Callable[[str], None]  # called with a sentence for the person
    clock: Clock = SYSTEM_CLOCK
    rng: random.Random = field(default_factory=random.Random)
    operation_for: Callable[[PlannedRow], Operation] = lambda row: operation_of(row, update=False)
    suggest: Suggest | None = None
    alone_until: Callable[[RowOutcome], bool] | None = None  # rows go one at a time until it says that all is well
    earlier: Mapping[int, RowOutcome] = field(default_factory=dict)  # outcomes of earlier processes, by their index
    row_numbers: Sequence[int] = ()  # the number in the sheet of each row, by its index; for the words

    def __post_init__(self) -> None:
        self._all_is_well = self.alone_until is None
        self._queue = deque(row for row in self.rows if row.after is None)
        self._twins = {row.after: row for row in self.rows if row.after is not None}
        self._outcomes: dict[int, RowOutcome] = {}
        self._states: dict[int, RowState] = {}
        self._being_written: set[asyncio.Future[None]] = set()
        self._unexpected: BaseException | None = None
        self._to_verify: deque[RowOutcome] = deque()
        self._switch = StopSwitch()
        # under a rate no row is written down long before its call; one client is for rows one after the other
        in_turn = self.rate_limiter.limited or len(self.apis) == 1
        self._workers = len(self.apis) * (1 if in_turn else _ROWS_A_PLACE)
        self._alone = asyncio.Lock()
        self._server = SharedServer(
            self.apis, self.rate_limiter, self._switch, self.options, self.on_status, self.clock, self.rng
        )
        self._sender = RowSender(self._server, self.recorder, self.options, self.operation_for, self.suggest)

    def stop(self, stop: Stop) -> None:
        """Send nothing more; calls in flight are waited for. The first reason stays."""
        self._switch.pull(stop)

    def try_now(self) -> None:
        """Ask a server that is away at once."""
        self._server.breaker.try_now()

    async def run(self) -> Submitted:
        """Send the rows, and say for each what became of it, whatever happened.

        Raises:
            Exception: what nobody expected, in a worker or a callback of the event loop; all is stopped first.
        """
        loop = asyncio.get_running_loop()
        before = loop.get_exception_handler()
        loop.set_exception_handler(self._callback_failed)
        try:
            for outcome in self.earlier.values():
                self._free_twin(outcome)
            await self._work(self._send_rows)
            if self.options.verify and not self._switch.on:
                known = (*self.earlier.values(), *self._outcomes.values())
                self._to_verify = deque(outcome for outcome in known if outcome.result is Result.SUCCESS)
                await self._work(self._verify_rows)
        finally:
            loop.set_exception_handler(before)
        if self._unexpected is not None:
            raise self._unexpected
        return Submitted(tuple(self._outcomes.values()), self._left(), self._switch.stop)

    async def _work(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let every worker do the job to its end; after a stop wait for calls in flight, but not for ever."""
        workers = [asyncio.create_task(job()) for _ in range(self._workers)]
        for worker in workers:
            worker.add_done_callback(self._worker_ended)
        all_ended = asyncio.create_task(asyncio.wait(workers))
        stopped = asyncio.create_task(self._switch.wait())
        await asyncio.wait({all_ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        await asyncio.wait({all_ended}, timeout=self.options.drain)
        for worker in workers:
            worker.cancel()
        await all_ended
        if self._being_written:
            await asyncio.wait(self._being_written, timeout=self.options.drain)

    def _worker_ended(self, worker: asyncio.Task[None]) -> None:
        """Stop everybody for a worker that raised; asyncio would print what nobody asks about, unmasked."""
        if not worker.cancelled() and (error := worker.exception()) is not None:
            self._went_wrong(error)

    def _callback_failed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._went_wrong(context.get("exception") or RuntimeError(context["message"]))

    def _went_wrong(self, error: BaseException) -> None:
        if isinstance(error, RecordWriteError):
            self.stop(Stop(StopKind.RECORD_FAILED, str(error)))
        else:
            self.stop(Stop(StopKind.CRASHED, "the importer itself failed"))
            self._unexpected = self._unexpected or error

    async def _send_rows(self) -> None:
        while (self._queue or self._being_written) and not self._switch.on:
            if not self._queue:
                # what is being written may let a row go that waited for it
                await asyncio.wait(self._being_written)
            elif self._together:
                await self._send_next()
            else:
                await self._send_alone()

    async def _send_alone(self) -> None:
        """Send one row while the others wait: a login that is refused costs one login, not one for each worker."""
        try:
            with self._switch.waiting():
                await self._alone.acquire()
        except StoppedError:
            return
        try:
            if not self._together and self._queue and not self._switch.on:
                await self._send_next()
                if self._being_written:
                    await asyncio.wait(self._being_written)
        finally:
            self._alone.release()

    @property
    def _together(self) -> bool:
        return self._server.met and self._all_is_well

    async def _send_next(self) -> None:
        state = RowState.of(self._queue.popleft())
        self._states[state.row.index] = state
        try:
            outcome = await self._sender.send(state)
        except StoppedError:
            return
        self._settle(outcome)

    def _settle(self, outcome: RowOutcome) -> None:
        """Begin to write an outcome down; another row may go on meanwhile."""
        on_disk = self.recorder.settled(outcome)
        self._being_written.add(on_disk)
        on_disk.add_done_callback(partial(self._is_written, outcome))

    def _is_written(self, outcome: RowOutcome, on_disk: asyncio.Future[None]) -> None:
        self._being_written.discard(on_disk)
        try:
            on_disk.result()
            self._states.pop(outcome.index, None)
            self._note(outcome)
            self._free_twin(outcome)
        except Exception as error:  # noqa: BLE001  as with a worker: whatever it is, everybody stops and it is raised
            self._went_wrong(error)

    def _free_twin(self, outcome: RowOutcome) -> None:
        """Send or settle the row that waited for this one."""
        if (twin := self._twins.pop(outcome.index, None)) is None:
            return
        if outcome.result in DID_NOT_GO:
            self._queue.append(replace(twin, after=None))
        else:
            self._settle(self._twin_outcome(twin, outcome))

    async def _verify_rows(self) -> None:
        while self._to_verify and not self._switch.on:
            outcome = self._to_verify.popleft()
            try:
                checked = await self._sender.verify(outcome)
            except StoppedError:
                return
            if checked is not outcome:
                self._note(checked)

    def _note(self, outcome: RowOutcome) -> None:
        self._all_is_well = self._all_is_well or (self.alone_until is not None and self.alone_until(outcome))
        self._outcomes[outcome.index] = outcome
        self.on_outcome(outcome)

    def _left(self) -> tuple[RowOutcome, ...]:
        known = {**self.earlier, **self._outcomes}
        left = [row for row in self.rows if row.index not in self._outcomes]
        for row in left:
            known[row.index] = left_over(self._states.get(row.index) or RowState.of(row), self._switch.stop)
            first = known.get(row.after) if row.after is not None else None
            if first is not None and first.result in IS_OR_MAY_BE_THERE:
                known[row.index] = self._twin_outcome(row, first)
        return tuple(known[row.index] for row in left)

    def _twin_outcome(self, twin: PlannedRow, first: RowOutcome) -> RowOutcome:
        return twin_outcome(twin, first, self.row_numbers[first.index] if self.row_numbers else 0)
