"""From a run's record to its results workbook: sends what is left to send, and writes down how it ended."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from importer import __version__
from importer.checking.did_choice import choose_columns
from importer.errors import ResultsError, SheetError, WorkbookWriteError
from importer.interrupt import Interrupts, stopped_by_signals
from importer.journal import Journal, RunRecord, RunState
from importer.model import ExitCode, Result, RowOutcome, Table
from importer.sending.options import Submitted
from importer.sending.pool import Submission
from importer.sending.stop import Stop, StopKind
from importer.workbooks.results import ResultsPart, ResultsPlace, RunSummary, columns_of, part_spans, write_results
from importer.workbooks.results.causes import causes_of, remarks_of
from importer.workflows.calls import Calls
from importer.workflows.control import INTERRUPTED
from importer.workflows.options import ImportOptions
from importer.workflows.receipt import receipt_of


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run ended.

    Attributes:
        run_id: its name in the record of runs.
        parts: the results workbooks that were written: one, unless a sheet has no room for all rows.
        counts: the rows by result.
        outcomes: what became of each row, in the order of the input.
        stop: why it was stopped, or None.
        unfinished: whether resume has something left to do.
        undoes: the run that this one has taken back; empty for an import.
    """

    run_id: str
    parts: tuple[ResultsPart, ...]
    counts: Mapping[Result, int]
    outcomes: tuple[RowOutcome, ...]
    stop: Stop | None
    unfinished: bool
    undoes: str = ""

    @property
    def workbook(self) -> Path:
        """The results workbook, or the first of several."""
        return self.parts[0].path

    @property
    def row_numbers(self) -> tuple[int, ...]:
        """For each outcome the row number that the person sees in Excel."""
        return tuple(outcome.row for outcome in self.outcomes)

    @property
    def exit_code(self) -> ExitCode:
        """How the command ends."""
        done = self.counts.get(Result.SUCCESS, 0) + self.counts.get(Result.DUPLICATE, 0)
        return exit_code_of(self.stop, done=done == len(self.outcomes))


def exit_code_of(stop: Stop | None, *, done: bool) -> ExitCode:
    """Say how a command ends that was stopped, or has done all or not all."""
    if stop is not None:
        return ExitCode.INTERRUPTED if stop.kind is StopKind.INTERRUPTED else ExitCode.STOPPED
    return ExitCode.DONE if done else ExitCode.ROWS_LEFT


def now_as_text() -> str:
    """Return this moment in local time, ISO 8601 with offset."""
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")


def send_and_report(journal: Journal, record: RunRecord, calls: Calls, place: ResultsPlace) -> RunReport:
    """Send the rows of a run that have no outcome, write the results workbook, and write down how it ended."""
    options = calls.options
    with stopped_by_signals(calls.control.stop) as interrupts:
        left: tuple[RowOutcome, ...] = ()
        stop: Stop | None = None
        if record.to_send or (options.verify and record.planned):
            submitted = _send(record, journal, calls, interrupts)
            left, stop = submitted.left, submitted.stop
            # what the results say is what the disk holds
            record = replace(record, outcomes=journal.outcomes())
            # a call that was given up while its outcome was on its way to the disk may have one all the same
            left = tuple(outcome for outcome in left if outcome.index not in record.outcomes)
        outcomes = in_order(record, left)
        ended = now_as_text()
        try:
            parts, receipts = write_workbook(record, outcomes, options, ended, how_it_ended(stop), place)
        except (ResultsError, OSError) as error:
            raise WorkbookWriteError(
                f"the results workbook could not be written ({error}), but the record has every outcome:"
                f" did-importer runs {record.about.run_id} writes it"
            ) from None
        # a run that was stopped while it looked its successes up has that left to do
        finished = not left and not (options.verify and stop is not None)
        journal.change(
            state=RunState.FINISHED if finished else RunState.UNFINISHED,
            ended=ended,
            ended_why=how_it_ended(stop),
            workbook=str(parts[0].path),
            parts=len(parts),
            receipts=f"{record.about.receipts} {' '.join(receipts)}".strip(),
        )
        if calls.control.stopped and stop is None:
            # too late to change anything but the exit code: all is sent, and the workbook is whole
            stop = INTERRUPTED
    return RunReport(
        record.about.run_id,
        parts,
        Counter(outcome.result for outcome in outcomes),
        outcomes,
        stop,
        unfinished=not finished,
        undoes=record.about.previous if record.about.undo else "",
    )


def in_order(record: RunRecord, left: tuple[RowOutcome, ...]) -> tuple[RowOutcome, ...]:
    """Return the outcomes of a run and what is said of the rows that have none, in the order of the rows, numbered."""
    numbers = record.table.row_numbers
    ordered = sorted((*record.outcomes.values(), *left), key=lambda outcome: outcome.index)
    return tuple(replace(outcome, row=numbers[outcome.index]) for outcome in ordered)


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
) -> tuple[tuple[ResultsPart, ...], tuple[str, ...]]:
    """Write the results workbook of a run, or several where a sheet has no room for all rows."""
    about, table = record.about, record.table
    spans = part_spans(table.row_numbers, columns_of(table), place.most_rows)
    receipts = tuple(receipt_of((outcomes[at].row, table.rows[at], outcomes[at]) for at in span) for span in spans)
    undoes = about.previous if about.undo else ""
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
        settings=(*options.facts(), *_corrected(record)),
        remarks=remarks_of(record.planned),
        receipts=receipts,
    )

    def write(path: Path) -> tuple[ResultsPart, ...]:
        said = replace(summary, causes=causes_of(outcomes, path.name, undoes=undoes, parts=len(spans)))
        taken = _taken(table, options)
        return write_results(
            path, table, outcomes, said, taken=taken, descriptions=descriptions, most_rows=place.most_rows
        )

    return place.write(write, len(spans)), receipts


def _taken(table: Table, options: ImportOptions) -> Mapping[str, int]:
    """Which column each header was taken for, to find the cells to correct; no reason to lose a workbook."""
    try:
        return choose_columns(table, dict(options.mapping)).taken
    except SheetError:
        return {}


def _corrected(record: RunRecord) -> tuple[tuple[str, str], ...]:
    """Name the cells that were corrected before sending, for the Summary."""
    return tuple(
        ("Corrected before sending", f"row {one.row}, {one.column}: '{one.was}' became '{one.now}'")
        for one in record.corrections
    )


def _send(record: RunRecord, journal: Journal, calls: Calls, interrupts: Interrupts) -> Submitted:
    options, to_send = calls.options, record.to_send
    return calls.make(
        lambda apis: Submission(
            rows=to_send,
            apis=apis,
            rate_limiter=calls.limiter,
            recorder=journal,
            options=options.submit_options(),
            on_outcome=calls.show(record.table.row_numbers),
            on_status=calls.observer.status,
            clock=calls.clock,
            operation_for=options.operation_for,
            suggest=calls.suggest,
            earlier=record.outcomes,
            row_numbers=record.table.row_numbers,
        ),
        interrupts,
        to_send=len(to_send),
        settled=Counter(outcome.result for outcome in record.outcomes.values()),
    )
