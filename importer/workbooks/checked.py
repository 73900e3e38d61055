"""Writing ``order_checked.xlsx``: the person's own table with every bad cell coloured and explained in a note."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.columns import DID_PATTERN
from importer.model import CellProblem, CheckedRow, Result, Table
from importer.result_words import BY_RESULT
from importer.workbooks.checked_parts import checked_parts, sheet_rows_of
from importer.workbooks.output_file import (
    EXCEL_COLUMNS,
    EXCEL_ROWS,
    all_or_none,
    check_writable,
    part_path,
    whole_file,
)
from importer.workbooks.sheet_xml import LONGEST_CELL, TextRow, cut_to_fit, drawn_text, rows_xml, sample_styles, splice

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

CHECKED_SHEET: Final = "Checked"
OUR_HEADERS: Final = ("problems", "notes")
"""The headers of the last two columns."""

MOST_NOTES: Final = 10_000
"""How many notes on cells are written; Excel and LibreOffice become slow with more. The words are there for all."""

_BAD: Final = BY_RESULT[Result.INVALID].colour
_DUPLICATE: Final = BY_RESULT[Result.DUPLICATE].colour
_MOST_SENTENCES: Final = 12
_WIDEST: Final = 42
_WORDS_WIDTH: Final = 80
_MOST_LINES: Final = 6
_LINE_HEIGHT: Final = 15
_SAMPLED_ROWS: Final = 1000


@dataclass(slots=True)
class _Findings:
    """What was found in one row of the table, gathered from all the rows that it became."""

    did_column: int
    problems: dict[CellProblem, int] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    duplicate: bool = False

    def by_column(self) -> dict[int, tuple[CellProblem, ...]]:
        """Return the problems by the cell that shows them."""
        found: dict[int, tuple[CellProblem, ...]] = {}
        for problem, column in self.problems.items():
            found[column] = (*found.get(column, ()), problem)
        return found


@dataclass(frozen=True, slots=True)
class _Styles:
    """The numbers of the styles in the sheet."""

    header: int
    our_header: int
    cell: int
    bad: int
    duplicate: int
    words: int


def write_checked(
    path: Path, table: Table, rows: Sequence[CheckedRow], taken: Mapping[str, int], *, most_rows: int = EXCEL_ROWS
) -> tuple[Path, ...]:
    """Write the person's table with what the check found; it is whole or not there, and replaces nothing.

    The rows keep the numbers that they have in the file, so that every message means the same row in both; a file
    without a header gets one, and its rows stand one lower. What a sheet has no room for stands in further workbooks,
    where the words of a row say which row of the file it is.

    Args:
        path: where it is to be; nothing may be there.
        table: the input.
        rows: what the check found, in any order; a row of the table may have become several.
        taken: the server's name of a column -> the index of the header that was taken for it.
        most_rows: how many rows a sheet has, header included.

    Returns:
        The workbooks that were written: ``path``, and its further parts where there are any.

    Raises:
        ResultsError: it cannot be written there, or has more columns than a sheet.
    """
    columns = len(table.header) + len(OUR_HEADERS)
    if columns > EXCEL_COLUMNS:
        check_writable(path, columns=columns)
    findings = _gather(rows, taken)
    with all_or_none() as written:
        for number, (first, part) in enumerate(checked_parts(table, most_rows), start=1):
            places = range(first, first + len(part.rows))
            found = {place - first: findings[place] for place in sorted(findings) if place in places}
            _write_part(part_path(path, number), part, found)
            written.append(part_path(path, number))
        return tuple(written)


def _write_part(path: Path, table: Table, findings: Mapping[int, _Findings]) -> None:
    """Write one workbook, whose rows all fit into its sheet."""
    sheet_rows = sheet_rows_of(table)
    header_row = max(1, table.header_row)
    last_row = max(header_row, sheet_rows[-1] if sheet_rows else 1)
    notes = {
        (sheet_rows[index], column): problems
        for index, found in findings.items()
        for column, problems in found.by_column().items()
    }
    laid_out = _lay_out(table, notes, header_row, last_row)
    lines = _lines(table, sheet_rows, findings, _Styles(*sample_styles(laid_out, 1)))
    with whole_file(path) as file:
        splice(laid_out, 1, rows_xml(lines), file, (last_row, len(table.header) + len(OUR_HEADERS)))


def _gather(rows: Iterable[CheckedRow], taken: Mapping[str, int]) -> dict[int, _Findings]:
    """Bring what was found to the rows of the table; each sentence once."""
    did_column = taken.get(DID_PATTERN.name, 0)
    findings: dict[int, _Findings] = {}
    for row in rows:
        if not (row.problems or row.notes or row.duplicate_of is not None):
            continue
        found = findings.setdefault(row.table_index, _Findings(did_column))
        for problem in row.problems:
            # what is wrong with a column that is not there is said at the DID
            found.problems.setdefault(problem, taken.get(problem.column, did_column))
        found.notes.update(dict.fromkeys(row.notes))
        if row.duplicate_of is not None:
            found.duplicate = True
            found.notes[f"The same DID stands in row {row.duplicate_of}; only that one is sent."] = None
    return findings


def _lines(
    table: Table, sheet_rows: Sequence[int], findings: Mapping[int, _Findings], styles: _Styles
) -> Iterator[TextRow]:
    """Yield the header and every row of the table with what was found in it."""
    width = len(table.header)
    header = (*map(cut_to_fit, table.header), *OUR_HEADERS)
    plain = (*(styles.cell,) * width, styles.words, styles.words)
    yield TextRow(max(1, table.header_row), header, (*(styles.header,) * width, *(styles.our_header,) * 2), 21)
    for index, (number, row) in enumerate(zip(sheet_rows, table.rows, strict=True)):
        cells = row if len("".join(row)) * 7 <= LONGEST_CELL else tuple(map(cut_to_fit, row))
        found = findings.get(index)
        if found is None:
            yield TextRow(number, (*cells, "", ""), plain)
            continue
        look = list(plain)
        if found.duplicate and found.did_column < width:
            look[found.did_column] = styles.duplicate
        for column in found.problems.values():
            look[column] = styles.bad
        problems, notes = _joined(problem.sentence() for problem in found.problems), _joined(found.notes)
        if number != table.row_numbers[index]:
            problems = problems and f"Row {table.row_numbers[index]} of the file: {problems}"
        lines = min(max(_lines_of(problems), _lines_of(notes)), _MOST_LINES)
        yield TextRow(number, (*cells, problems, notes), tuple(look), _LINE_HEIGHT * lines if lines > 1 else 0)


def _lines_of(text: str) -> int:
    return sum(1 + len(line) // (_WORDS_WIDTH - 4) for line in text.split("\n"))


def _joined(sentences: Iterable[str]) -> str:
    """One sentence a line; of a range that became thousands of rows only the first."""
    said = list(sentences)
    if len(said) > _MOST_SENTENCES:
        said[_MOST_SENTENCES:] = [f"... and {len(said) - _MOST_SENTENCES:,} more like these"]
    return cut_to_fit("\n".join(said), " ...")


def _lay_out(
    table: Table, notes: Mapping[tuple[int, int], tuple[CellProblem, ...]], header_row: int, last_row: int
) -> BytesIO:
    """Draw everything but the rows; the first row holds one blank cell of each style, as ``_Styles`` names them."""
    import xlsxwriter

    laid_out = BytesIO()
    workbook = xlsxwriter.Workbook(laid_out, {"in_memory": True})
    workbook.set_properties({"title": "DIDs, checked", "subject": table.path.name, "comments": "did-importer"})
    sheet = workbook.add_worksheet(CHECKED_SHEET)
    text = {"num_format": "@", "valign": "top"}
    header = {"bold": True, "font_color": "#FFFFFF", "valign": "vcenter", "num_format": "@"}
    samples = (
        {**header, "bg_color": "#5B6770"},
        {**header, "bg_color": "#1B3A57"},
        text,
        {**text, "bg_color": _BAD, "bold": True, "border": 1, "border_color": "#9C3D00"},
        {**text, "bg_color": _DUPLICATE, "border": 1, "border_color": "#1B3A57"},
        {**text, "text_wrap": True},
    )
    for column, sample in enumerate(samples):
        sheet.write_blank(0, column, None, workbook.add_format(sample))
    as_text = workbook.add_format(text)
    sampled = table.rows[:: len(table.rows) // _SAMPLED_ROWS + 1]
    for column, name in enumerate(table.header):
        longest = max((len(row[column]) for row in sampled), default=0)
        sheet.set_column(column, column, max(6, min(max(longest + 2, len(name) + 4), _WIDEST)), as_text)
    sheet.set_column(len(table.header), len(table.header) + 1, _WORDS_WIDTH, as_text)
    _put_notes(sheet, notes, header_row - 1, len(table.header))
    sheet.freeze_panes(header_row, 0)
    sheet.autofilter(header_row - 1, 0, last_row - 1, len(table.header) + 1)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header_row - 1)
    workbook.close()
    return laid_out


def _put_notes(
    sheet: "Worksheet", notes: Mapping[tuple[int, int], tuple[CellProblem, ...]], header: int, our_column: int
) -> None:
    for (row, column), problems in islice(notes.items(), MOST_NOTES):
        said = _joined(problem.sentence() for problem in problems)
        lines = sum(1 + len(line) // 46 for line in said.split("\n"))
        size = {"width": 300, "height": 12 + 17 * min(lines, 20)}
        sheet.write_comment(row - 1, column, drawn_text(said), {"author": "did-importer", "font_size": 9, **size})
    if len(notes) > MOST_NOTES:
        said = f"{len(notes):,} cells are bad. The first {MOST_NOTES:,} have a note; this column explains all of them."
        sheet.write_comment(header, our_column, said, {"author": "did-importer", "font_size": 9, "width": 300})
