"""Writing ``order_checked.xlsx``: the person's own table with every bad cell coloured and explained in a note."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Final

from importer.columns import DID_PATTERN
from importer.model import CheckedRow, Result, RowOutcome, Table
from importer.result_words import BY_RESULT
from importer.workbooks.cells import TextSheet, cell_text
from importer.workbooks.output_file import (
    EXCEL_COLUMNS,
    EXCEL_ROWS,
    all_or_none,
    check_writable,
    part_path,
    under_free_name,
)
from importer.workbooks.results.rows import columns_named
from importer.workbooks.styles import (
    BAD,
    DARK,
    HEADER,
    LINE_HEIGHT,
    MOST_NOTES,
    MUTED,
    TEXT,
    add_sheet,
    head_and_print,
    lines_of,
    new_workbook,
    put_note,
    set_widths,
    style,
    widths_of,
)

CHECKED_SHEET: Final = "Checked"
_OURS: Final = ("problems", "notes")
_SERVER: Final = "VICIdial says"

_MOST_SENTENCES: Final = 12
_WORDS_WIDTH: Final = 70
_MOST_LINES: Final = 6
_NO_VERDICTS: Final[Mapping[int, RowOutcome]] = MappingProxyType({})


@dataclass(slots=True)
class _Findings:
    """What was found in one row of the table, gathered from all the rows that it became; each sentence once."""

    problems: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    verdicts: dict[str, None] = field(default_factory=dict)
    bad: dict[int, dict[str, None]] = field(default_factory=dict)
    duplicate: bool = False

    def words(self, row: str, *, live: bool) -> tuple[str, ...]:
        """Return the texts of our columns, the first of them beginning with the row of the file where it is named."""
        columns = [_joined(self.problems), _joined(self.notes), *([_joined(self.verdicts)] if live else [])]
        if row and any(columns):
            first = next(at for at, text in enumerate(columns) if text)
            columns[first] = f"{row}{columns[first]}"
        return tuple(columns)


def write_checked(
    wanted: Path,
    table: Table,
    rows: Sequence[CheckedRow],
    taken: Mapping[str, int],
    *,
    verdicts: Mapping[int, RowOutcome] = _NO_VERDICTS,
    most_rows: int = EXCEL_ROWS,
) -> tuple[Path, ...]:
    """Write the person's table with what the check found; it is whole or not there, and replaces nothing.

    The rows keep the numbers that they have in the file, so that every message means the same row in both; a file
    without a header gets one, and its rows stand one lower. What a sheet has no room for stands in further workbooks,
    where the words of a row say which row of the file it is.

    Args:
        wanted: where it is to be; if something is there, it gets the next free name.
        table: the input.
        rows: what the check found, in any order; a row of the table may have become several.
        taken: the server's name of a column -> the index of the header that was taken for it.
        verdicts: what the server itself said of rows, by ``CheckedRow.index``; they get a column of their own.
        most_rows: how many rows a sheet has, header included.

    Returns:
        The workbooks that were written: one, and its further parts where there are any.

    Raises:
        ResultsError: it cannot be written there, or has more columns than a sheet.
    """
    columns = len(table.header) + len(_OURS) + bool(verdicts)
    if columns > EXCEL_COLUMNS:
        check_writable(wanted, columns=columns)
    findings = _gather(rows, taken, verdicts)
    parts = checked_parts(table, most_rows)

    def write(path: Path) -> tuple[Path, ...]:
        with all_or_none() as written:
            for number, (first, part) in enumerate(parts, start=1):
                found = {place: findings[first + place] for place in range(len(part.rows)) if first + place in findings}
                _write_part(part_path(path, number), part, found, taken.get(DID_PATTERN.name, 0), live=bool(verdicts))
                written.append(part_path(path, number))
            return tuple(written)

    return under_free_name(wanted, write, len(parts))


def _gather(
    rows: Iterable[CheckedRow], taken: Mapping[str, int], verdicts: Mapping[int, RowOutcome]
) -> dict[int, _Findings]:
    """Bring what was found to the rows of the table."""
    did_column = taken.get(DID_PATTERN.name, 0)
    findings: dict[int, _Findings] = {}
    for row in rows:
        verdict = verdicts.get(row.index)
        if not (row.problems or row.notes or verdict or row.duplicate_of is not None):
            continue
        found = findings.setdefault(row.table_index, _Findings())
        for problem in row.problems:
            # what is wrong with a column that is not there is said at the DID
            found.bad.setdefault(taken.get(problem.column, did_column), {})[problem.sentence()] = None
            found.problems[problem.sentence()] = None
        found.notes.update(dict.fromkeys(row.notes))
        if row.duplicate_of is not None:
            found.duplicate = True
            found.notes[f"The same DID stands in row {row.duplicate_of}; only that one is sent."] = None
        if verdict is not None:
            found.verdicts[_verdict(verdict)] = None
            found.duplicate = found.duplicate or verdict.result is Result.DUPLICATE
            for column in columns_named(verdict.reason, taken) if verdict.result is Result.INVALID else ():
                found.bad.setdefault(column, {})[verdict.reason] = None
    return findings


def _verdict(verdict: RowOutcome) -> str:
    return verdict.reason if verdict.result is Result.SUCCESS else f"{verdict.result}: {verdict.reason}"


def _write_part(path: Path, table: Table, findings: Mapping[int, _Findings], did_column: int, *, live: bool) -> None:
    """Write one workbook, whose rows all fit into its sheet."""
    numbers, top = sheet_rows_of(table), max(0, table.header_row - 1)
    ours = (*_OURS, *([_SERVER] if live else []))
    widths = [*widths_of(table.header, table.rows), *[_WORDS_WIDTH] * len(ours)]
    with new_workbook(path, "DIDs, checked", table.path.name) as workbook:
        sheet = add_sheet(workbook, CHECKED_SHEET)
        text, bad, words = style(workbook, TEXT), style(workbook, BAD), style(workbook, TEXT, text_wrap=True)
        twice = style(workbook, BAD, bg_color=BY_RESULT[Result.DUPLICATE].colour, border_color=DARK, bold=False)
        set_widths(sheet, widths, text)
        head_and_print(sheet, widths, range(top, max([top + 1, *numbers[-1:]])), 0)
        header = [style(workbook, HEADER, bg_color=colour) for colour in (MUTED, DARK)]
        sheet.set_row(top, 21)
        theirs = [cell_text(name) for name in table.header]
        sheet.write_texts(top, [*theirs, *ours], [*[header[0]] * len(theirs), *[header[1]] * len(ours)])
        notes = _Notes(sheet, top, len(theirs), sum(len(found.bad) for found in findings.values()))
        plain = [*[text] * len(theirs), *[words] * len(ours)]
        blank = ("",) * len(ours)
        for index, (number, row) in enumerate(zip(numbers, table.rows, strict=True)):
            cells = tuple(map(cell_text, row))
            found = findings.get(index)
            if found is None:
                sheet.write_texts(number - 1, (*cells, *blank), plain)
                continue
            look = list(plain)
            if found.duplicate and did_column < len(cells):
                look[did_column] = twice
            for column in found.bad:
                look[column] = bad
            theirs_is = table.row_numbers[index]
            said = found.words(f"Row {theirs_is} of the file: " if number != theirs_is else "", live=live)
            lines = min(max(lines_of(words_, _WORDS_WIDTH - 4) for words_ in said), _MOST_LINES)
            if lines > 1:
                sheet.set_row(number - 1, LINE_HEIGHT * lines)
            sheet.write_texts(number - 1, (*cells, *said), look)
            for column, sentences in found.bad.items():
                notes.put(number - 1, column, _joined(sentences))


class _Notes:
    """The notes on bad cells, of which a sheet takes only so many; the header of ``problems`` says so."""

    def __init__(self, sheet: TextSheet, header: int, our_column: int, count: int) -> None:
        self._sheet, self._left = sheet, MOST_NOTES
        if count > MOST_NOTES:
            said = f"{count:,} cells are bad. The first {MOST_NOTES:,} have a note; this column explains all of them."
            put_note(sheet, header, our_column, said)

    def put(self, row: int, column: int, text: str) -> None:
        """Put a note on a cell, unless there are too many."""
        if self._left:
            self._left -= 1
            put_note(self._sheet, row, column, text)


def _joined(sentences: Iterable[str]) -> str:
    """One sentence a line; of a range that became thousands of rows only the first."""
    said = list(sentences)
    if len(said) > _MOST_SENTENCES:
        said[_MOST_SENTENCES:] = [f"... and {len(said) - _MOST_SENTENCES:,} more like these"]
    return cell_text("\n".join(said), " ...")


def checked_parts(table: Table, most_rows: int = EXCEL_ROWS) -> tuple[tuple[int, Table], ...]:
    """Divide a table among workbooks, each with as many rows as fit into its sheet."""
    sheet_rows, count = sheet_rows_of(table), len(table.rows)
    if not count or sheet_rows[-1] <= most_rows:
        return ((0, table),)
    if count < most_rows:
        # the lines of a text file have higher numbers than a sheet, because some are blank
        return ((0, replace(table, header_row=0)),)
    keep = bisect_right(sheet_rows, most_rows)
    starts = [*([0] if keep else []), *range(keep, count, most_rows - 1)]
    return tuple(
        (
            start,
            replace(
                table,
                rows=table.rows[start:end],
                row_numbers=table.row_numbers[start:end],
                flaws={},
                header_row=0 if start or not keep else table.header_row,
            ),
        )
        for start, end in pairwise((*starts, count))
    )


def sheet_rows_of(table: Table) -> Sequence[int]:
    """Return the rows of the sheet on which the table's rows stand: their own, where that is possible."""
    theirs = table.row_numbers
    keep = table.header_row > 0 and all(one < following for one, following in pairwise((table.header_row, *theirs)))
    return theirs if keep else range(2, len(theirs) + 2)
