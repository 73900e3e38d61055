"""From a run's record to its results workbook: sends what is left to send, and writes down how it ended."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from importer import __version__
from importer.checking.did_choice import choose_columns
from importer.errors import ResultsError, SheetError, WorkbookWriteError
from importer.interrupt import stopped_by_signals
from importer.journal import Journal, RunRecord, RunState
from importer.model import ExitCode, Result, RowOutcome, Table
from importer.sending.operations import DeleteDid, operation_of
from importer.sending.pool import Submission
from importer.sending.stop import Stop, StopKind
from importer.workbooks.results import ResultsPart, ResultsPlace, RunSummary, columns_of, part_spans, write_results
from importer.workbooks.results.causes import causes_of, remarks_of
from importer.workflows.calls import INTERRUPTED, Calls
from importer.workflows.options import ImportOptions

_COMPARED: Final = 1_000
"""Characters of a text that count for a receipt: a cell of a workbook may not hold all of it."""


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


def how_it_ended(stop: Stop | None) -> str:
    """Say how a run ended, for the workbook and the list of runs."""
    if stop is None:
        return "finished"
    return "interrupted" if stop.kind is StopKind.INTERRUPTED else f"stopped: {stop.why}"


def now_as_text() -> str:
    """Return this moment in local time, ISO 8601 with offset."""
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")


def send_and_report(journal: Journal, record: RunRecord, calls: Calls, place: ResultsPlace) -> RunReport:
    """Send the rows of a run that have no outcome, write the results workbook, and write down how it ended."""
    options, numbers = calls.options, record.table.row_numbers
    update = options.on_duplicate == "update"
    sending = partial(
        Submission,
        on_outcome=lambda outcome: calls.observer.outcome(replace(outcome, row=numbers[outcome.index])),
        operation_for=lambda row: DeleteDid() if options.undo else operation_of(row, update=update),
        earlier=record.outcomes,
        row_numbers=numbers,
    )
    with stopped_by_signals(calls.control.stop) as interrupts:
        left: tuple[RowOutcome, ...] = ()
        stop: Stop | None = None
        if record.to_send or (options.verify and record.planned):
            settled = Counter(outcome.result for outcome in record.outcomes.values())
            submitted = asyncio.run(calls.make(record.to_send, sending, interrupts, settled, journal))
            stop = submitted.stop
            # what the results say is what the disk holds
            record = replace(record, outcomes=journal.outcomes())
            # a call that was given up while its outcome was on its way to the disk may have one all the same
            left = tuple(outcome for outcome in submitted.left if outcome.index not in record.outcomes)
        # a run that was stopped while it looked its successes up has that left to do
        finished = not left and not (options.verify and stop is not None)
        about = replace(record.about, ended=now_as_text(), ended_why=how_it_ended(stop))
        outcomes = in_order(record, left)
        try:
            parts, receipts = write_workbook(replace(record, about=about), outcomes, options, place)
        except (ResultsError, OSError) as error:
            raise WorkbookWriteError(
                f"the results workbook could not be written ({error}), but the record has every outcome:"
                f" did-importer runs {about.run_id} writes it"
            ) from None
        state = RunState.FINISHED if finished else RunState.UNFINISHED
        workbook = str(parts[0].path)
        journal.change(replace(about, state=state, workbook=workbook, parts=len(parts), receipts=receipts))
        if calls.control.stopped and stop is None:
            # too late to change anything but the exit code: all is sent, and the workbook is whole
            stop = INTERRUPTED
    return RunReport(
        about.run_id,
        parts,
        Counter(outcome.result for outcome in outcomes),
        outcomes,
        stop,
        unfinished=not finished,
        undoes=about.undoes,
    )


def in_order(record: RunRecord, left: Iterable[RowOutcome]) -> tuple[RowOutcome, ...]:
    """Return the outcomes of a run and what is said of the rows that have none, in the order of the rows, numbered."""
    numbers = record.table.row_numbers
    ordered = sorted((*record.outcomes.values(), *left), key=lambda outcome: outcome.index)
    return tuple(replace(outcome, row=numbers[outcome.index]) for outcome in ordered)


def spans_of(table: Table, place: ResultsPlace) -> tuple[range, ...]:
    """Return which rows go into which results workbook."""
    return part_spans(table.row_numbers, columns_of(table), place.most_rows)


def check_place(table: Table, place: ResultsPlace) -> None:
    """Find out before the first call whether the results workbooks can be written."""
    place.check(len(spans_of(table, place)), columns_of(table))


def write_workbook(
    record: RunRecord, outcomes: Sequence[RowOutcome], options: ImportOptions, place: ResultsPlace
) -> tuple[tuple[ResultsPart, ...], str]:
    """Write the results workbooks of a run; return them, and the receipts of all that were written of it."""
    about, table = record.about, record.table
    spans = spans_of(table, place)
    receipts = receipts_of(table, outcomes, spans)
    summary = RunSummary(
        server=about.server,
        user=about.user,
        file=Path(about.file).name,
        sha256=about.sha256,
        sheet=about.sheet,
        started=about.started,
        ended=about.ended,
        version=__version__,
        ended_how=about.ended_why or "the process ended in mid-run",
        run_id=about.run_id,
        previous_run=about.previous,
        settings=(*options.facts(), *_corrected(record)),
        remarks=remarks_of(record.planned),
        receipts=receipts,
    )
    write = partial(
        write_results,
        table=table,
        outcomes=outcomes,
        taken=_taken(table, options),
        descriptions={row.index: dict(row.parameters).get("did_description", "") for row in record.planned},
        most_rows=place.most_rows,
    )

    def write_named(path: Path) -> tuple[ResultsPart, ...]:
        causes = causes_of(outcomes, path.name, undoes=about.undoes, parts=len(spans))
        return write(path, summary=replace(summary, causes=causes))

    return place.write(write_named, len(spans)), " ".join((*about.receipts.split(), *receipts))


def _taken(table: Table, options: ImportOptions) -> Mapping[str, int]:
    """Which column each header was taken for, to find the cells to correct; no reason to lose a workbook."""
    try:
        return choose_columns(table, dict(options.mapping)).taken
    except SheetError:
        return {}


def _corrected(record: RunRecord) -> tuple[tuple[str, str], ...]:
    return tuple(
        ("Corrected before sending", f"row {one.row}, {one.column}: '{one.was}' became '{one.now}'")
        for one in record.corrections
    )


def receipts_of(table: Table, outcomes: Sequence[RowOutcome], spans: Iterable[range]) -> tuple[str, ...]:
    """Return the receipt of the rows of each results workbook."""
    return tuple(receipt_of((outcomes[at].row, table.rows[at], outcomes[at]) for at in span) for span in spans)


def receipt_of(rows: Iterable[tuple[int, Sequence[str], RowOutcome]]) -> str:
    """Return the SHA-256 of result rows, with which it can be seen later whether they were changed.

    Of each row number, input's cells and outcome count. White space counts as one blank, and what no cell can hold
    does not count: a workbook gives back the rest as it was. So does what is said behind the reason of cells that were
    cut.
    """
    digest = sha256()
    for number, cells, outcome in rows:
        reason = outcome.reason.split(" [", 1)[0]
        said = (outcome.result.value, reason, outcome.did_sent, str(outcome.attempts), outcome.answered_at)
        texts = [_canonical(text) for text in (*cells, *said)]
        digest.update(json.dumps([number, *texts]).encode("ascii") + b"\n")
    return digest.hexdigest()


def _canonical(text: str) -> str:
    words = " ".join(text[: 2 * _COMPARED].split())
    return "".join(character for character in words if character.isprintable() and character != "\ufffd")[:_COMPARED]
