"""The server checks every row too, and adds nothing: the dry run of ``submit.dry_run`` for each planned row.

Rows go one at a time until the server has refused one for nothing but the phone_code that no number has: it is known
then that no row of this check can be added. A server that adds one all the same is asked nothing more.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from importer.interrupt import interruptible
from importer.model import ExitCode, PlannedRow, Result, RowOutcome
from importer.sending.dry_run import dry_run_of
from importer.sending.operations import is_copy
from importer.sending.pool import Submission, Submitted
from importer.sending.rate_limiter import SYSTEM_CLOCK, Clock, RateLimiter
from importer.sending.stop import Stop, StopKind
from importer.settings.settings import Server
from importer.vicidial.client import NonAgentApi
from importer.workflows.options import ImportOptions
from importer.workflows.plan import Plan
from importer.workflows.send import Observer, now_as_text


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """What the server says of the planned rows.

    Attributes:
        verdicts: what would become of each row, by its index: ``success`` means that it would be added.
        stop: why the check ended before its end, or None.
        asked_at: when it ended, ISO 8601.
    """

    verdicts: Mapping[int, RowOutcome]
    stop: Stop | None
    asked_at: str

    @property
    def exit_code(self) -> ExitCode:
        """How a command ends whose check was stopped."""
        interrupted = self.stop is not None and self.stop.kind is StopKind.INTERRUPTED
        return ExitCode.INTERRUPTED if interrupted else ExitCode.STOPPED


class _NothingToWriteDown:
    """A ``Recorder`` for calls that change nothing."""

    async def sent(self, index: int, attempts: int) -> None:
        """Nothing is sent that could be lost."""

    async def withdrawn(self, index: int, attempts: int) -> None:
        """The same."""

    async def not_processed(self, index: int) -> None:
        """The same."""

    async def unanswered(self, index: int) -> None:
        """The same."""

    def settled(self, outcome: RowOutcome) -> asyncio.Future[None]:  # noqa: ARG002  there is nothing to write down
        """The same."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


def check_live(
    planned: Sequence[PlannedRow],
    options: ImportOptions,
    server: Server,
    observer: Observer,
    clock: Clock = SYSTEM_CLOCK,
) -> LiveCheck:
    """Let the server check the planned rows; it stores nothing.

    For rows with ``copy_from`` the DIDs are looked up with update_did, because copy_did has no dry run.

    Args:
        planned: the rows that the check by the schema left.
        options: how to send; rate and workers are those of a run.
        server: where to and as whom.
        observer: looks on.
        clock: where time comes from.
    """
    submitted = asyncio.run(_ask(planned, options, server, observer, clock))
    outcomes = (*submitted.outcomes, *(_left(outcome, submitted.stop) for outcome in submitted.left))
    return LiveCheck({outcome.index: outcome for outcome in outcomes}, submitted.stop, now_as_text())


async def _ask(
    planned: Sequence[PlannedRow], options: ImportOptions, server: Server, observer: Observer, clock: Clock
) -> Submitted:
    transport = options.transport()
    tls = transport.ssl_context()
    rate_limiter = RateLimiter(options.rate or None, clock)
    # the rows that prove that nothing is added come first
    rows = sorted(planned, key=is_copy)
    apis = [
        NonAgentApi(server, transport, tls, before_writing=rate_limiter.before_writing) for _ in range(options.workers)
    ]
    submission = Submission(
        rows=rows,
        apis=apis,
        rate_limiter=rate_limiter,
        recorder=_NothingToWriteDown(),
        options=replace(options.submit_options(), probe_first=False, verify=False),
        on_outcome=observer.outcome,
        on_status=observer.status,
        clock=clock,
        operation_for=dry_run_of,
        alone_until=lambda outcome: outcome.result is Result.SUCCESS,
    )
    observer.sending_begins(len(rows), {})
    try:
        with interruptible(lambda: submission.stop(Stop(StopKind.INTERRUPTED, "interrupted"))):
            return await submission.run()
    finally:
        observer.sending_ends()
        for api in apis:
            await api.close()


def _left(outcome: RowOutcome, stop: Stop | None) -> RowOutcome:
    """Say of a row that a stop left over what it means here, where no call could have changed anything."""
    if outcome.result is Result.PERMISSION_ERROR:
        return outcome
    why = stop.why if stop else "the check was stopped"
    return replace(outcome, result=Result.NOT_SENT, reason=f"not checked by the server: {why}")


def plan_after(live: LiveCheck, planned: Sequence[PlannedRow], *, update: bool) -> Plan:
    """Decide what is sent after a live check, and what is settled by it.

    Args:
        live: what the server said.
        planned: the rows that it was asked about.
        update: whether DIDs that are there already are sent, to get the row's settings.

    Returns:
        The rows that would be added, with the knowledge that they were not there, and those of which nothing is
        known; the others are settled with what the server said.
    """
    to_send: list[PlannedRow] = []
    settled: list[RowOutcome] = []
    for row in planned:
        verdict = live.verdicts.get(row.index)
        if verdict is None or verdict.result in (Result.UNKNOWN, Result.NOT_SENT, Result.FAILED):
            to_send.append(row)
        elif verdict.result is Result.SUCCESS:
            known = f"the server's own check said at {verdict.answered_at}, before it was sent, that it was not there"
            # after a lost call of an earlier run nobody can say that it was not there before the first
            to_send.append(row if row.unanswered else replace(row, known_absent=known))
        elif verdict.result is Result.DUPLICATE and update:
            to_send.append(row)
        else:
            settled.append(replace(verdict, reason=f"{verdict.reason} (found by the check before sending)"))
    return Plan(tuple(to_send), tuple(settled))
