"""Reading a results workbook again, as a person has left it after correcting cells in Excel or LibreOffice.

Our columns are found by where they stand, not by their names alone: ``row`` is the first column, and the last run
of ``result, reason, did_sent, attempts, answered_at`` is ours. What stands between them is the input's, so that a
carrier's own column ``result``, ``status`` or ``row`` comes back as it was. Columns that the person added at the right
are taken as further columns of the input: that is where one adds a missing ``group``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from importer.errors import SheetError
from importer.model import CellFlaw, Result, RowOutcome, Table
from importer.reading import SheetRow, sha256_of
from importer.workbooks.results.results_sheet import ResultsSheet, find_results_sheet, text_at
from importer.workbooks.results.summary import (
    FILE,
    OUR_HEADERS,
    RESULTS_SHEET,
    ROW_HEADER,
    RUN_ID,
    SERVER,
    USER,
)

_WORDS: Final = ", ".join(result.value for result in Result)


@dataclass(frozen=True, slots=True)
class PreviousRow:
    """One line of the sheet Results.

    Attributes:
        row: the row's number in the first input.
        cells: the input's cells, with the person's corrections.
        result: what became of it last time.
        reason: why, last time.
        did_sent: the did_pattern that was sent last time; empty if none was.
        attempts: how many calls were made for it last time.
        answered_at: when the answer came, ISO 8601; empty if none came.
    """

    row: int
    cells: tuple[str, ...]
    result: Result
    reason: str
    did_sent: str
    attempts: int
    answered_at: str

    def outcome(self, index: int) -> RowOutcome:
        """Return what became of the row last time, for the place that it has in a new table."""
        return RowOutcome(index, self.result, self.reason, self.did_sent, self.attempts, self.answered_at)


@dataclass(frozen=True, slots=True)
class PreviousResults:
    """A results workbook, or its sheet Results saved as CSV.

    Attributes:
        path: the file.
        sha256: the hexadecimal SHA-256 of the file's bytes.
        header: the headers of the input, and those that the person added.
        rows: every row that is there, in the first order (by ``row``).
        flaws: ``(index of the row, index of the column)`` -> why a cell's text is not to be trusted.
        run_id: the name of the run that wrote it; empty where that cannot be read (a CSV has no Summary).
        server: the server of that run; empty where that cannot be read.
        user: the VICIdial user of that run; empty where that cannot be read.
        file: the input of that run; empty where that cannot be read.
    """

    path: Path
    sha256: str
    header: tuple[str, ...]
    rows: tuple[PreviousRow, ...]
    flaws: Mapping[tuple[int, int], CellFlaw]
    run_id: str = ""
    server: str = ""
    user: str = ""
    file: str = ""

    def table(self) -> Table:
        """Return the input's part as a table, to be checked anew."""
        return Table(
            path=self.path,
            sha256=self.sha256,
            sheet=RESULTS_SHEET,
            header=self.header,
            row_numbers=tuple(row.row for row in self.rows),
            rows=tuple(row.cells for row in self.rows),
            flaws=self.flaws,
        )


def read_results(path: Path) -> PreviousResults:
    """Read a results workbook for a rerun.

    Args:
        path: a workbook that ``write_results`` made, edited or not, or its sheet Results saved as CSV.

    Returns:
        Its rows in the first order, with what became of each.

    Raises:
        SheetError: it is no results workbook, or a cell in our own columns makes no sense.
    """
    sheet = find_results_sheet(path)
    found = sorted(((_row_of(sheet, line), line) for line in sheet.lines), key=lambda pair: pair[0].row)
    column_of = {column: index for index, column in enumerate(sheet.theirs)}
    flaws = {
        (index, column_of[column]): flaw
        for index, (_, line) in enumerate(found)
        for column, flaw in line.flaws.items()
        if column in column_of
    }
    return PreviousResults(
        path=path,
        sha256=sha256_of(path),
        header=tuple(text_at(sheet.header, column) for column in sheet.theirs),
        rows=tuple(row for row, _ in found),
        flaws=MappingProxyType(flaws),
        run_id=sheet.facts.get(RUN_ID, ""),
        server=sheet.facts.get(SERVER, ""),
        user=sheet.facts.get(USER, ""),
        file=sheet.facts.get(FILE, ""),
    )


def _row_of(sheet: ResultsSheet, line: SheetRow) -> PreviousRow:
    result, reason, did_sent, attempts, answered_at = (
        text_at(line, column) for column in range(sheet.ours, sheet.ours + len(OUR_HEADERS))
    )
    place = f"{sheet.place}: row {line.number}"
    row = text_at(line, 0).strip()
    if not (row.isascii() and row.isdigit()):
        raise SheetError(f"{place}: '{row}' in the column '{ROW_HEADER}' is no row number; put back what stood there")
    word = " ".join(result.lower().split())
    if word not in set(Result):
        raise SheetError(
            f"{place}: '{result}' in the column 'result' is none of its words (allowed: {_WORDS});"
            f" put back what stood there, or write '{Result.NOT_SENT.value}' to have the row sent"
        )
    calls = attempts.strip() or "0"
    if not (calls.isascii() and calls.isdigit()):
        raise SheetError(f"{place}: '{attempts}' in the column 'attempts' is no number; put back what stood there")
    cells = tuple(text_at(line, column) for column in sheet.theirs)
    return PreviousRow(int(row), cells, Result(word), reason, did_sent, int(calls), answered_at)
