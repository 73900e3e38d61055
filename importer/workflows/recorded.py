"""How a run ended, or how far it came, from its record alone: for whoever shows it again."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from importer.journal import Journal, RunLine, RunState, outcomes_of
from importer.model import Result, RowOutcome
from importer.workbooks.results import Cause, ResultsPlace
from importer.workbooks.results.causes import causes_of
from importer.workflows.options import ImportOptions
from importer.workflows.past_runs import as_left
from importer.workflows.send import in_order, write_workbook


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """What is written down of a run.

    Attributes:
        outcomes: what became of each row, in the order of the input.
        causes: why rows are not in, grouped.
    """

    outcomes: tuple[RowOutcome, ...]
    causes: tuple[Cause, ...]

    @property
    def counts(self) -> Mapping[Result, int]:
        """The rows by result."""
        return Counter(outcome.result for outcome in self.outcomes)

    @property
    def added(self) -> int:
        """How many DIDs it added."""
        return sum(outcome.added and outcome.result is Result.SUCCESS for outcome in self.outcomes)


def recorded_run(line: RunLine) -> RecordedRun:
    """Read a run's record.

    Raises:
        JournalError: another process works on the run, or its record is damaged.
    """
    if line.about.state is RunState.FINISHED:
        # every row has its outcome, and the rest of a long record takes its time to read
        outcomes = outcomes_of(line.path)
    else:
        with Journal.reopen(line.path) as journal:
            record = journal.record()
        outcomes = in_order(record, tuple(map(as_left, record.to_send)))
    return RecordedRun(outcomes, causes_of(outcomes, Path(line.about.workbook).name, undoes=line.undoes))


def write_left_over(line: RunLine, path: Path) -> None:
    """Write a results workbook that holds only the rows that are neither success nor duplicate; a rerun takes it.

    Raises:
        JournalError: another process works on the run.
        ResultsError: it cannot be written there.
    """
    with Journal.reopen(line.path) as journal:
        record = journal.record()
    everything = in_order(record, tuple(map(as_left, record.to_send)))
    kept = [outcome for outcome in everything if outcome.result not in (Result.SUCCESS, Result.DUPLICATE)]
    table = record.table
    smaller = replace(
        table,
        rows=tuple(table.rows[outcome.index] for outcome in kept),
        row_numbers=tuple(table.row_numbers[outcome.index] for outcome in kept),
        flaws={},
    )
    outcomes = tuple(replace(outcome, index=place) for place, outcome in enumerate(kept))
    places = {outcome.index: place for place, outcome in enumerate(kept)}
    planned = tuple(replace(row, index=places[row.index]) for row in record.planned if row.index in places)
    how = record.about.ended_why or RunState.UNFINISHED.value
    options = ImportOptions.from_json(record.about.settings)
    place = ResultsPlace(path, fixed=True)
    write_workbook(replace(record, table=smaller, planned=planned), outcomes, options, record.about.ended, how, place)
