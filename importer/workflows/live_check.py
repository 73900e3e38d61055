"""The server checks every row too, and adds nothing: the dry run of ``sending.dry_run`` for each planned row.

Rows go one at a time until the server has refused one for nothing but the phone_code that no number has: it is known
then that no row of this check can be added. A server that adds one all the same is asked nothing more.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Unpack

from importer.interrupt import stopped_by_signals
from importer.model import ExitCode, PlannedRow, Result, RowOutcome
from importer.sending.dry_run import dry_run_of
from importer.sending.operations import is_copy
from importer.sending.pool import Submission
from importer.sending.stop import Stop
from importer.settings.settings import Server
from importer.workflows.calls import Calling, Calls, Observer
from importer.workflows.check import Checked
from importer.workflows.options import ImportOptions
from importer.workflows.plan import Plan
from importer.workflows.send import exit_code_of, now_as_text


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
        """How the check itself ended."""
        return exit_code_of(self.stop, done=True)


def check_live(
    planned: Sequence[PlannedRow],
    options: ImportOptions,
    server: Server,
    observer: Observer | None = None,
    **calling: Unpack[Calling],
) -> LiveCheck:
    """Let the server check the planned rows, called as in a run; it stores nothing.

    For rows with ``copy_from`` the DIDs are looked up with update_did, because copy_did has no dry run.
    """
    calls = Calls(options, server, observer, **calling)
    if planned:
        calls.reach()
    asking = partial(
        Submission,
        on_outcome=calls.observer.outcome,
        operation_for=dry_run_of,
        alone_until=lambda outcome: outcome.result is Result.SUCCESS,
    )
    with stopped_by_signals(calls.control.stop) as interrupts:
        # the rows that prove that nothing is added come first
        submitted = asyncio.run(calls.make(sorted(planned, key=is_copy), asking, interrupts))
    outcomes = (*submitted.outcomes, *(_left(outcome, submitted.stop) for outcome in submitted.left))
    return LiveCheck({outcome.index: outcome for outcome in outcomes}, submitted.stop, now_as_text())


def _left(outcome: RowOutcome, stop: Stop | None) -> RowOutcome:
    """Say of a row that a stop left over what it means here, where no call could have changed anything."""
    if outcome.result is Result.PERMISSION_ERROR:
        return outcome
    why = stop.why if stop else "the check was stopped"
    return replace(outcome, result=Result.NOT_SENT, reason=f"not checked by the server: {why}")


def plan_after(live: LiveCheck, planned: Sequence[PlannedRow], *, update: bool) -> Plan:
    """Decide what is sent after a live check, and what is settled by it."""
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


def after_live_check(checked: Checked, live: LiveCheck, options: ImportOptions) -> Checked:
    """Take over what the server itself said of the rows: what would be refused, or is there already, is not sent."""
    plan = plan_after(live, checked.planned, update=options.on_duplicate == "update")
    settled = tuple(sorted((*checked.settled, *plan.settled), key=lambda outcome: outcome.index))
    return replace(checked, planned=plan.planned, settled=settled)
