"""From a run's record to its results workbook: sends what is left to send, and writes down how it ended."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from importer import __version__
from importer.errors import ResultsError, SheetError, WorkbookWriteError
from importer.headers import match_header
from importer.interrupt import Interrupts, heeding_signals
from importer.journal import Journal, RunRecord, RunState
from importer.model import ExitCode, Result, RowOutcome, Table
from importer.sending.pool import Submission, Submitted
from importer.sending.rate_limiter import SYSTEM_CLOCK, Clock, RateLimiter
from importer.sending.stop import Stop, StopKind
from importer.settings.settings import Server
from importer.vicidial.client import NonAgentApi
from importer.workbooks.results import ResultsPart, ResultsPlace, RunSummary, columns_of, part_spans, write_results
from importer.workbooks.results.causes import causes_of, remarks_of
from importer.workflows.options import ImportOptions

INTERRUPTED: Final = Stop(StopKind.INTERRUPTED, "interrupted")
"""What Ctrl-C and SIGTERM do."""


class Observer(Protocol):
    """Somebody who looks on while a run sends; the core itself never prints."""

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        """So many rows are about to be sent; so many have their outcome already."""

    def outcome(self, outcome: RowOutcome) -> None:
        """A row has its outcome, and it is on disk."""

    def status(self, sentence: str) -> None:
        """Something happened that the person should see."""

    def sending_ends(self) -> None:
        """No more calls are made."""


class SilentObserver:
    """A ``Observer`` for runs at which nobody looks."""

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        """Nobody looks."""

    def outcome(self, outcome: RowOutcome) -> None:
        """Nobody looks."""

    def status(self, sentence: str) -> None:
        """Nobody looks."""

    def sending_ends(self) -> None:
        """Nobody looks."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run ended.

    Attributes:
        run_id: its name in the record of runs.
        parts: the results workbooks that were written: one, unless a sheet has no room for all rows.
        counts: the rows by result.
        outcomes: what became of each row, in the order of the input.
        row_numbers: for each outcome the row number that the person sees in Excel.
        stop: why it was stopped, or None.
        unfinished: whether resume has something left to do.
        undoes: the run that this one has taken back; empty for an import.
    """

    run_id: str
    parts: tuple[ResultsPart, ...]
    counts: Mapping[Result, int]
    outcomes: tuple[RowOutcome, ...]
    row_numbers: tuple[int, ...]
    stop: Stop | None
    unfinished: bool
    undoes: str = ""

    @property
    def workbook(self) -> Path:
        """The results workbook, or the first of several."""
        return self.parts[0].path

    @property
    def exit_code(self) -> ExitCode:
        """How the command ends."""
        if self.stop is not None:
            return ExitCode.INTERRUPTED if self.stop.kind is StopKind.INTERRUPTED else ExitCode.STOPPED
        done = self.counts.get(Result.SUCCESS, 0) + self.counts.get(Result.DUPLICATE, 0)
        return ExitCode.DONE if done == len(self.outcomes) else ExitCode.ROWS_LEFT


def now_as_text() -> str:
    """Return this moment in local time, ISO 8601 with offset."""
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")


def send_and_report(
    journal: Journal,
    record: RunRecord,
    options: ImportOptions,
    server: Server,
    observer: Observer,
    place: ResultsPlace,
    clock: Clock = SYSTEM_CLOCK,
) -> RunReport:
    """Send the rows of a run that have no outcome, write the results workbook, and write down how it ended.

    Args:
        journal: the run's record, held by this process.
        record: what is written down in it.
        options: how to send.
        server: where to and as whom.
        observer: looks on.
        place: where the workbook goes; its name is chosen only when it is about to be written, because others may
            have taken it meanwhile.
        clock: where time comes from.

    Raises:
        WorkbookWriteError: everything is sent and recorded, but the workbook could not be written.
        SettingsError: the certificates cannot be read; nothing was sent.
    """
    with heeding_signals() as interrupts:
        left: tuple[RowOutcome, ...] = ()
        stop: Stop | None = None
        if record.to_send or (options.verify and record.planned):
            submitted = asyncio.run(_send(record, journal, options, server, observer, clock, interrupts))
            left, stop = submitted.left, submitted.stop
            # what the results say is what the disk holds
            record = replace(record, outcomes=journal.outcomes())
            # a call that was given up while its outcome was on its way to the disk may have one all the same
            left = tuple(outcome for outcome in left if outcome.index not in record.outcomes)
        outcomes = tuple(sorted((*record.outcomes.values(), *left), key=lambda outcome: outcome.index))
        ended = now_as_text()
        try:
            parts = write_workbook(record, outcomes, options, ended, how_it_ended(stop), place)
        except (ResultsError, OSError) as error:
            raise WorkbookWriteError(
                f"the results workbook could not be written ({error}), but the record has every outcome:"
                f" did-importer runs {record.about.run_id} writes it"
            ) from None
        # a run that was stopped while it looked its successes up has that left to do
        finished = not left and not (options.verify and stop is not None)
        state = RunState.FINISHED if finished else RunState.UNFINISHED
        journal.end(state, ended, how_it_ended(stop), parts[0].path, len(parts))
        if interrupts.seen and stop is None:
            # too late to change anything but the exit code: all is sent, and the workbook is whole
            stop = INTERRUPTED
    counts = Counter(outcome.result for outcome in outcomes)
    numbers = tuple(record.table.row_numbers[outcome.index] for outcome in outcomes)
    return RunReport(
        record.about.run_id,
        parts,
        counts,
        outcomes,
        numbers,
        stop,
        unfinished=not finished,
        undoes=record.about.previous if options.undo else "",
    )


def how_it_ended(stop: Stop | None) -> str:
    """Say how a run ended, for the workbook and the list of runs."""
    if stop is None:
        return "finished"
    return "interrupted" if stop.kind is StopKind.INTERRUPTED else f"stopped: {stop.why}"


def write_workbook(
    record: RunRecord,
    outcomes: tuple[RowOutcome, ...],
    options: ImportOptions,
    ended: str,
    how: str,
    place: ResultsPlace,
) -> tuple[ResultsPart, ...]:
    """Write the results workbook of a run, or several where a sheet has no room for all rows.

    Returns:
        What was written.
    """
    about = record.about
    parts = len(part_spans(record.table.row_numbers, columns_of(record.table), place.most_rows))
    undoes = about.previous if options.undo else ""
    descriptions = None
    if options.describe is not None:
        descriptions = {row.index: dict(row.parameters).get("did_description", "") for row in record.planned}
    summary = RunSummary(
        server=about.server,
        user=about.user,
        file=Path(about.file).name,
        sha256=about.sha256,
        sheet=about.sheet,
        started=about.started,
        ended=ended,
        version=__version__,
        ended_how=how,
        run_id=about.run_id,
        previous_run=about.previous,
        settings=options.facts(),
        remarks=remarks_of(record.planned),
    )

    def write(path: Path) -> tuple[ResultsPart, ...]:
        said = replace(summary, causes=causes_of(outcomes, path.name, undoes=undoes, parts=parts))
        return write_results(
            path,
            record.table,
            outcomes,
            said,
            taken=_taken(record.table, options),
            descriptions=descriptions,
            most_rows=place.most_rows,
        )

    return place.write(write, parts)


def _taken(table: Table, options: ImportOptions) -> Mapping[str, int]:
    """Which column each header was taken for, to find the cells to correct; no reason to lose a workbook."""
    try:
        return match_header(table.header, dict(options.mapping)).taken
    except SheetError:
        return {}


async def _send(
    record: RunRecord,
    journal: Journal,
    options: ImportOptions,
    server: Server,
    observer: Observer,
    clock: Clock,
    interrupts: Interrupts,
) -> Submitted:
    transport = options.transport()
    tls = transport.ssl_context()
    rate_limiter = RateLimiter(options.rate or None, clock)
    workers = max(1, min(options.workers, len(record.to_send) or options.workers))
    apis = [NonAgentApi(server, transport, tls, before_writing=rate_limiter.before_writing) for _ in range(workers)]
    submission = Submission(
        rows=record.to_send,
        apis=apis,
        rate_limiter=rate_limiter,
        recorder=journal,
        options=options.submit_options(),
        on_outcome=observer.outcome,
        on_status=observer.status,
        clock=clock,
        operation_for=options.operation_for,
        earlier=tuple(record.outcomes[row.index] for row in record.planned if row.index in record.outcomes),
    )

    def interrupted() -> None:
        observer.status("stopping: calls in flight are waited for; press Ctrl-C again to leave at once")
        submission.stop(INTERRUPTED)

    observer.sending_begins(len(record.to_send), Counter(outcome.result for outcome in record.outcomes.values()))
    try:
        with interrupts.telling(interrupted):
            return await submission.run()
    finally:
        observer.sending_ends()
        for api in apis:
            await api.close()
