"""The only module that knows the order of the stages: read, check, plan, record, send, results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from importer import __version__
from importer.errors import JournalError, SettingsError
from importer.journal import (
    Journal,
    RunAbout,
    RunRecord,
    RunState,
    list_runs,
    make_folder,
    new_path,
)
from importer.model import PlannedRow, Result, RowOutcome, Table
from importer.sending.rate_limiter import SYSTEM_CLOCK, Clock
from importer.settings.settings import Server
from importer.workbooks.output_file import EXCEL_ROWS
from importer.workbooks.results import PreviousResults, ResultsPlace, columns_of, part_spans
from importer.workflows.check import Checked, check_file
from importer.workflows.options import ImportOptions
from importer.workflows.send import Observer, RunReport, SilentObserver, send_and_report


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a run leaves what it writes.

    Attributes:
        state: the folder of the records of runs.
        results: the results workbook, or None to choose one beside the input.
        sheet_rows: how many rows a sheet of a workbook has, header included; results that are more go into several
            workbooks.
    """

    state: Path
    results: Path | None = None
    sheet_rows: int = EXCEL_ROWS

    @property
    def runs(self) -> Path:
        """The folder of the records themselves."""
        return self.state / "runs"

    def place_for(self, input_path: Path) -> ResultsPlace:
        """Return where the results workbook of an input goes."""
        if self.results is not None:
            return ResultsPlace(self.results, fixed=True, most_rows=self.sheet_rows)
        return ResultsPlace.beside(input_path, self.sheet_rows)


def import_file(
    path: Path,
    server: Server,
    options: ImportOptions,
    folders: Folders,
    observer: Observer | None = None,
    *,
    afresh: bool = False,
) -> RunReport:
    """Check a file, send its good rows, and write its results workbook: the whole line in one call.

    Args:
        path: the spreadsheet or text file.
        server: where to and as whom.
        options: how to read, check and send.
        folders: where the record and the workbook go.
        observer: looks on; None for nobody.
        afresh: begin a new run although one on the same file is unfinished.

    Raises:
        UsageError: the file, an option or a folder cannot be used; nothing was sent.
        WorkbookWriteError: all is sent and recorded, but the workbook could not be written.
    """
    checked = check_file(path, options)
    return import_checked(checked, options, server, folders, observer or SilentObserver(), afresh=afresh)


def import_checked(
    checked: Checked,
    options: ImportOptions,
    server: Server,
    folders: Folders,
    observer: Observer,
    *,
    afresh: bool = False,
    clock: Clock = SYSTEM_CLOCK,
) -> RunReport:
    """Send what was checked, and write its results workbook.

    Args:
        checked: what ``check_file`` or ``check_results`` gave.
        options: how to send.
        server: where to and as whom.
        folders: where the record and the workbook go.
        observer: looks on.
        afresh: begin a new run although one on the same file is unfinished.
        clock: where time comes from.

    Raises:
        JournalError: a run on the same file is unfinished, or the record cannot be written.
        ResultsError: the workbook cannot be written where it should be; nothing was sent.
        SettingsError: an option cannot be used; nothing was sent.
    """
    if options.undo:
        raise SettingsError("a file cannot be undone; importer.undo takes back what a run has added")
    make_folder(folders.runs)
    if not afresh:
        _refuse_if_unfinished(checked.table, server, folders)
    previous = _previous_name(checked.previous)
    return start_run(
        checked.expanded,
        checked.planned,
        checked.settled,
        options,
        server,
        folders,
        observer,
        previous=previous,
        clock=clock,
    )


def start_run(
    table: Table,
    planned: Sequence[PlannedRow],
    settled: Sequence[RowOutcome],
    options: ImportOptions,
    server: Server,
    folders: Folders,
    observer: Observer,
    *,
    previous: str,
    clock: Clock,
) -> RunReport:
    """Begin the record of a new run, send, and write the results workbook.

    Args:
        table: the input, with one row for each outcome.
        planned: what is sent.
        settled: the outcomes that need no call.
        options: how to send.
        server: where to and as whom.
        folders: where record and workbook go.
        observer: looks on.
        previous: the workbook or run that this one follows; empty for none.
        clock: where time comes from.

    Raises:
        UsageError: the record or the workbook cannot be written, or an option cannot be used; nothing was sent.
    """
    make_folder(folders.runs)
    options.transport().ssl_context()
    place, columns = folders.place_for(table.path), columns_of(table)
    place.check(len(part_spans(table.row_numbers, columns, place.most_rows)), columns)
    started = datetime.now(UTC).astimezone()
    path = new_path(folders.runs, started.strftime("%Y%m%d-%H%M%S"), table.path.stem)
    about = RunAbout(
        run_id=path.stem,
        started=started.isoformat(timespec="seconds"),
        file=str(table.path.resolve()),
        sha256=table.sha256,
        sheet=table.sheet,
        server=server.url,
        user=server.user,
        version=__version__,
        results=str(folders.results.resolve()) if folders.results else "",
        previous=previous,
        settings=options.to_json(),
    )
    with Journal.create(path, about, table, planned, settled) as journal:
        record = RunRecord(about, table, tuple(planned), {outcome.index: outcome for outcome in settled})
        return send_and_report(journal, record, options, server, observer, place, clock)


def _refuse_if_unfinished(table: Table, server: Server, folders: Folders) -> None:
    for line in list_runs(folders.runs):
        about = line.about
        same = (about.sha256, about.server, about.user) == (table.sha256, server.url, server.user)
        if same and about.state is RunState.UNFINISHED:
            done = sum(count for result, count in line.counts.items() if result != Result.NOT_SENT)
            raise JournalError(
                f"{table.path.name} has an unfinished run, {about.run_id}, with {done} of {sum(line.counts.values())}"
                f" rows done: finish it with 'did-importer resume {about.run_id}', or start afresh with --new"
            )


def _previous_name(previous: PreviousResults | None) -> str:
    if previous is None:
        return ""
    return f"{previous.path.name} ({previous.run_id})" if previous.run_id else previous.path.name
