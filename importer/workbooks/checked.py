"""Writing ``order_checked.xlsx``: the person's own table with every bad cell coloured and explained in a note."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from importer.columns import DID_PATTERN
from importer.errors import ResultsError
from importer.model import CheckedRow, Result, RowOutcome, Table
from importer.result_words import BY_RESULT
from importer.workbooks.cells import MOST_NOTES, cell_text, lines_of
from importer.workbooks.output_file import EXCEL_ROWS, check_columns, under_free_name
from importer.workbooks.results.rows import columns_named
from importer.workbooks.styles import BAD, DARK, MUTED, TEXT, add_list, new_workbook, widths_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook

CHECKED_SHEET: Final = "Checked"
_OURS: Final = ("problems", "notes", "VICIdial says")
_MOST_SENTENCES: Final = 12
_WORDS_WIDTH: Final = 70
_NO_VERDICTS: Final[Mapping[int, RowOutcome]] = MappingProxyType({})


@dataclass(slots=True)
class _Findings:
    """What was found in one row of the table, gathered from all the rows that it became; each sentence once."""

    problems: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    verdicts: dict[str, None] = field(default_factory=dict)
    bad: dict[int, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    twice: int | None = None


def write_checked(
    wanted: Path,
    table: Table,
    rows: Sequence[CheckedRow],
    taken: Mapping[str, int],
    *,
    verdicts: Mapping[int, RowOutcome] = _NO_VERDICTS,
) -> Path:
    """Write the person's table with what the check found; it is whole or not there, and replaces nothing.

    The rows keep the numbers that they have in the file, so that every message means the same row in both. Where they
    cannot, as in a file without a header, which gets one, their words say which row of the file it is.

    Args:
        wanted: where it is to be; if something is there, it gets the next free name.
        table: the input.
        rows: what the check found, in any order; a row of the table may have become several.
        taken: the server's name of a column -> the index of the header that was taken for it.
        verdicts: what the server itself said of rows, by ``CheckedRow.index``; they get a column of their own.

    Returns:
        The workbook that was written.

    Raises:
        ResultsError: it cannot be written there, or a sheet has too few rows or columns for it.
    """
    ours = _OURS if verdicts else _OURS[:2]
    check_columns(wanted, len(table.header) + len(ours))
    if len(table.rows) >= EXCEL_ROWS:
        raise ResultsError(f"{wanted}: a sheet has no room for {len(table.rows):,} rows and a header; split the list")
    findings = _gather(rows, taken, verdicts)

    def write(path: Path) -> Path:
        with new_workbook(path, "DIDs, checked", table.path.name) as workbook:
            _draw(workbook, table, findings, ours)
        return path

    return under_free_name(wanted, write)


def sheet_rows_of(table: Table) -> tuple[int, Sequence[int]]:
    """Return the rows of the sheet on which the header and the table's rows stand: their own, where they have room."""
    theirs = (table.header_row, *table.row_numbers)
    if table.header_row and theirs[-1] <= EXCEL_ROWS and all(one < following for one, following in pairwise(theirs)):
        return table.header_row, table.row_numbers
    return 1, range(2, len(table.rows) + 2)


def _gather(
    rows: Iterable[CheckedRow], taken: Mapping[str, int], verdicts: Mapping[int, RowOutcome]
) -> dict[int, _Findings]:
    """Bring what was found to the rows of the table."""
    did_column = taken.get(DID_PATTERN.name, 0)
    findings: dict[int, _Findings] = defaultdict(_Findings)
    for row in rows:
        verdict = verdicts.get(row.index)
        if not (row.problems or row.notes or verdict or row.duplicate_of is not None):
            continue
        found = findings[row.table_index]
        for problem in row.problems:
            # what is wrong with a column that is not there is said at the DID
            found.bad[taken.get(problem.column, did_column)][problem.sentence()] = None
            found.problems[problem.sentence()] = None
        found.notes.update(dict.fromkeys(row.notes))
        if row.duplicate_of is not None:
            found.notes[f"The same DID stands in row {row.duplicate_of}; only that one is sent."] = None
        if verdict is not None:
            before = "" if verdict.result is Result.SUCCESS else f"{verdict.result}: "
            found.verdicts[f"{before}{verdict.reason}"] = None
            for column in columns_named(verdict.reason, taken) if verdict.result is Result.INVALID else ():
                found.bad[column][verdict.reason] = None
        if row.duplicate_of is not None or (verdict is not None and verdict.result is Result.DUPLICATE):
            found.twice = did_column
    return findings


def _draw(workbook: "Workbook", table: Table, findings: Mapping[int, _Findings], ours: Sequence[str]) -> None:
    theirs = len(table.header)
    widths = [*widths_of(table.header, table.rows), *[_WORDS_WIDTH] * len(ours)]
    colours = [*[MUTED] * theirs, *[DARK] * len(ours)]
    header, numbers = sheet_rows_of(table)
    rows = range(header - 1, max([header, *numbers[-1:]]))
    sheet = add_list(workbook, CHECKED_SHEET, (*table.header, *ours), colours, widths, rows)
    text, words = workbook.add_format(TEXT), workbook.add_format({**TEXT, "text_wrap": True})
    bad = workbook.add_format(BAD)
    duplicate = {"bg_color": BY_RESULT[Result.DUPLICATE].colour, "border_color": DARK, "bold": False}
    twice = workbook.add_format({**BAD, **duplicate})
    count = sum(len(found.bad) for found in findings.values())
    if count > MOST_NOTES:
        said = f"{count:,} cells are bad. The first {MOST_NOTES:,} have a note; this column explains all of them."
        sheet.put_note(header - 1, theirs, said)
    plain, blank = [*[text] * theirs, *[words] * len(ours)], [""] * len(ours)
    for place, number in enumerate(numbers):
        cells, in_file, found = map(cell_text, table.rows[place]), table.row_numbers[place], findings.get(place)
        if found is None:
            sheet.write_texts(number - 1, (*cells, *blank), plain)
            continue
        told = [_joined(said) for said in (found.problems, found.notes, found.verdicts)][: len(ours)]
        if number != in_file:
            first = next(at for at, said in enumerate(told) if said)
            told[first] = f"Row {in_file} of the file: {told[first]}"
        looks = [bad if at in found.bad else twice if at == found.twice else usual for at, usual in enumerate(plain)]
        lines = max(lines_of(said, _WORDS_WIDTH - 4) for said in told)
        notes = {column: _joined(sentences) for column, sentences in found.bad.items()}
        sheet.write_texts(number - 1, (*cells, *told), looks, lines, notes)


def _joined(sentences: Iterable[str]) -> str:
    """One sentence a line; of a range that became thousands of rows only the first."""
    said = list(sentences)
    if len(said) > _MOST_SENTENCES:
        said[_MOST_SENTENCES:] = [f"... and {len(said) - _MOST_SENTENCES:,} more like these"]
    return cell_text("\n".join(said), " ...")
