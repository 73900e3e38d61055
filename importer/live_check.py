"""The server checks every row too, and adds nothing: the dry run of ``importer.errand.DryRun`` for each planned row.

One row goes first, alone, and the rest follows only if its answer is one that cannot follow an INSERT.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from importer.errand import COPY_FROM, DryRun
from importer.interrupt import interruptible
from importer.model import PlannedRow, Result, RowOutcome
from importer.pace import SYSTEM_CLOCK, Clock, Pacer
from importer.plan import Plan
from importer.recipe import Recipe
from importer.sending import Watcher, now_as_text
from importer.settings import Server
from importer.stop import Stop, StopKind
from importer.submit import Submission, Submitted
from importer.vicidial import VicidialApi


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


class _NothingToWriteDown:
    """A ``Recorder`` for calls that change nothing."""

    async def sent(self, index: int, attempts: int) -> None:
        """Nothing is sent that could be lost."""

    async def not_processed(self, index: int) -> None:
        """The same."""

    async def unanswered(self, index: int) -> None:
        """The same."""

    async def settled(self, outcome: RowOutcome) -> None:
        """The same."""


def check_live(
    planned: Sequence[PlannedRow], recipe: Recipe, server: Server, watcher: Watcher, clock: Clock = SYSTEM_CLOCK
) -> LiveCheck:
    """Let the server check the planned rows; it stores nothing.

    Rows with ``copy_from`` are not asked about, because copy_did has no dry run.

    Args:
        planned: the rows that the check by the schema left.
        recipe: how to send; rate and workers are those of a run.
        server: where to and as whom.
        watcher: looks on.
        clock: where time comes from.
    """
    submitted = asyncio.run(_ask(planned, recipe, server, watcher, clock))
    outcomes = (*submitted.outcomes, *submitted.left)
    return LiveCheck({outcome.index: outcome for outcome in outcomes}, submitted.stop, now_as_text())


async def _ask(
    planned: Sequence[PlannedRow], recipe: Recipe, server: Server, watcher: Watcher, clock: Clock
) -> Submitted:
    transport = recipe.transport()
    tls = transport.ssl_context()
    pacer = Pacer(recipe.rate or None, clock)
    rows = [row for row in planned if COPY_FROM not in dict(row.parameters)]
    apis = [VicidialApi(server, transport, tls, before_writing=pacer.writing) for _ in range(recipe.workers)]
    submission = Submission(
        rows=rows,
        apis=apis,
        pacer=pacer,
        recorder=_NothingToWriteDown(),
        options=replace(recipe.submit_options(), probe_first=False, verify=False),
        on_outcome=watcher.outcome,
        on_status=watcher.status,
        clock=clock,
        errand_for=lambda _row: DryRun(),
    )
    watcher.sending_begins(len(rows), {})
    try:
        with interruptible(lambda: submission.stop(Stop(StopKind.INTERRUPTED, "interrupted"))):
            return await submission.run()
    finally:
        watcher.sending_ends()
        for api in apis:
            await api.close()


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
            to_send.append(replace(row, known_absent=known))
        elif verdict.result is Result.DUPLICATE and update:
            to_send.append(row)
        else:
            settled.append(replace(verdict, reason=f"{verdict.reason} (found by the check before sending)"))
    return Plan(tuple(to_send), tuple(settled))
