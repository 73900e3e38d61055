"""Looking up, any day after a run, whether each of its successes is still there."""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Unpack

from importer import __version__
from importer.errors import JournalError, SettingsError
from importer.interrupt import Interrupts, stopped_by_signals
from importer.journal import list_runs
from importer.model import ExitCode, PlannedRow, Result, RowOutcome
from importer.sending.dry_run import CopyLookup
from importer.sending.pool import Submission
from importer.sending.stop import Stop
from importer.settings.named import same_server
from importer.settings.settings import Server
from importer.workbooks.results import PreviousResults, ResultsPart, RunSummary, read_results, write_results
from importer.workflows.calls import Calling, Calls, Observer
from importer.workflows.options import Folders, ImportOptions
from importer.workflows.send import (
    check_place,
    exit_code_of,
    how_it_ended,
    now_as_text,
    receipt_of,
    receipts_of,
    spans_of,
)

_OF_RESULTS: Final = re.compile(r"_results(?=_part\d+$|_\d+$|$)")
_GONE: Final = (
    "it was added, and update_did does not find it now: it was deleted since, or it belongs to a user group that this"
    " user may not see"
)
_NOT_VERIFIED: Final = "not verified"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What became of the successes of a run.

    Attributes:
        run_id: the run whose results were looked at; empty where the workbook does not say it.
        changed: whether the rows of the workbook are not those that were written; None where nobody can tell, as of a
            sheet saved as CSV.
        there: how many successes are still there.
        gone: those that update_did does not find.
        unknown: those of which it could not be learned.
        parts: the workbooks that say it, row by row.
        outcomes: what is known of each row now; a success that is gone is ``unknown``.
        stop: why it was stopped, or None.
    """

    run_id: str
    changed: bool | None
    there: int
    gone: tuple[RowOutcome, ...]
    unknown: tuple[RowOutcome, ...]
    parts: tuple[ResultsPart, ...]
    outcomes: tuple[RowOutcome, ...]
    stop: Stop | None

    @property
    def workbook(self) -> Path:
        """The workbook that says it, or the first of several."""
        return self.parts[0].path

    @property
    def counts(self) -> Mapping[Result, int]:
        """The rows by result."""
        return Counter(outcome.result for outcome in self.outcomes)

    @property
    def exit_code(self) -> ExitCode:
        """How the command ends: 0 where every success is there."""
        return exit_code_of(self.stop, done=not self.gone and not self.unknown)


def verify_results(
    path: Path | str,
    options: ImportOptions,
    server: Server,
    folders: Folders,
    observer: Observer | None = None,
    **calling: Unpack[Calling],
) -> VerifyReport:
    """Look up whether each success of a results workbook is still there; changes nothing on the server.

    It is called as ``import_checked`` is, with the workbook or its sheet Results saved as CSV, and the server and user
    of that run; the user needs update_did.

    Raises:
        SheetError: it is no results workbook.
        SettingsError: it is of another server.
        JournalError: it is the workbook of an undo.
        ResultsError: the workbook cannot be written where it should be; nothing was asked.
    """
    path = Path(path)
    previous = read_results(path)
    if previous.server and not same_server(previous.server, server.url):
        raise SettingsError(f"{path} has the results of {previous.server}; {server.url} cannot be asked for them")
    if any(row.result is Result.SUCCESS and row.reason.startswith("deleted") for row in previous.rows):
        raise JournalError(f"{path} is the workbook of an undo: its successes were deleted, so they are not there")
    calls = Calls(options, server, observer, **calling)
    table = previous.table()
    place = folders.place_for(path.with_name(f"{_OF_RESULTS.sub('', path.stem)}_verify.xlsx"))
    check_place(table, place)
    before = tuple(replace(row.outcome(index), row=row.row) for index, row in enumerate(previous.rows))
    started = now_as_text()
    with stopped_by_signals(calls.control.stop) as interrupts:
        now, stop = _looked_up(before, calls, interrupts)
        spans = spans_of(table, place)
        summary = RunSummary(
            server=server.url,
            user=server.user,
            file=path.name,
            sha256=previous.sha256,
            sheet=table.sheet,
            started=started,
            ended=now_as_text(),
            version=__version__,
            ended_how=how_it_ended(stop),
            run_id="",
            previous_run=f"{path.name} ({previous.run_id})" if previous.run_id else path.name,
            settings=(("Option", "successes looked up"),),
            receipts=receipts_of(table, now, spans),
        )
        parts = place.write(
            lambda name: write_results(name, table, now, summary, most_rows=place.most_rows), len(spans)
        )
    successes = [one for one in now if before[one.index].result is Result.SUCCESS]
    gone = tuple(one for one in successes if one.result is not Result.SUCCESS)
    unknown = tuple(one for one in successes if one.result is Result.SUCCESS and one != before[one.index])
    there = len(successes) - len(gone) - len(unknown)
    return VerifyReport(previous.run_id, _changed(previous, before, folders), there, gone, unknown, parts, now, stop)


def _looked_up(
    before: tuple[RowOutcome, ...], calls: Calls, interrupts: Interrupts
) -> tuple[tuple[RowOutcome, ...], Stop | None]:
    """Ask for each success whether it is there; say of one that is not, or may not be, what is known of it."""
    # asked as for a row that would be a copy: whether its own DID is there
    rows = tuple(
        PlannedRow(one.index, one.did_sent, (("did_pattern", one.did_sent), ("copy_from", one.did_sent)))
        for one in before
        if one.result is Result.SUCCESS and one.did_sent
    )
    if not rows:
        return before, None
    calls.reach()
    asking = partial(
        Submission,
        on_outcome=lambda answer: calls.observer.outcome(_now(before[answer.index], answer)),
        operation_for=lambda _: CopyLookup(),
    )
    submitted = asyncio.run(calls.make(rows, asking, interrupts))
    answers = {answer.index: answer for answer in (*submitted.outcomes, *submitted.left)}
    return tuple(_now(one, answers.get(one.index)) for one in before), submitted.stop


def _now(before: RowOutcome, answer: RowOutcome | None) -> RowOutcome:
    """Say what a success is now, after update_did was asked for it."""
    if answer is None or answer.result is Result.DUPLICATE:
        return before
    if answer.result is Result.SUCCESS:
        return replace(before, result=Result.UNKNOWN, reason=_GONE)
    return replace(before, reason=f"{before.reason}; {_NOT_VERIFIED}: {answer.reason}")


def _changed(previous: PreviousResults, before: tuple[RowOutcome, ...], folders: Folders) -> bool | None:
    """Whether the rows are not those that were written: by the receipt in the Summary, and by that in the record."""
    if not previous.receipt:
        return None
    receipt = receipt_of((row.row, row.cells, outcome) for row, outcome in zip(previous.rows, before, strict=True))
    recorded = [line.about.receipts.split() for line in list_runs(folders.runs) if line.about.run_id == previous.run_id]
    return receipt != previous.receipt or any(receipt not in receipts for receipts in recorded)
