"""Writing the results workbook: a Summary for people, and the sheets Results and Failed rows that ``rerun`` reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from importer.model import Result, RowOutcome, Table
from importer.result_words import WORDS
from importer.workbooks.cells import TextSheet
from importer.workbooks.output_file import EXCEL_COLUMNS, EXCEL_ROWS, all_or_none, check_writable
from importer.workbooks.results.causes import RunSummary
from importer.workbooks.results.parts import DONE, ResultsPart, part_spans, parts_of
from importer.workbooks.results.rows import (
    FAILED_SHEET,
    FIRST_HEADERS,
    LAST_HEADERS,
    REASON,
    RESULTS_SHEET,
    SUMMARY_SHEET,
    ResultRow,
    ResultRows,
    in_order,
)
from importer.workbooks.results.summary_sheet import draw_summary
from importer.workbooks.styles import (
    BAD,
    DARK,
    HEADER,
    LINE_HEIGHT,
    MOST_NOTES,
    MUTED,
    SAMPLED_ROWS,
    TEXT,
    THIN,
    add_sheet,
    head_and_print,
    new_workbook,
    put_note,
    set_widths,
    style,
    widths_of,
)

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

_REASON_WIDTH: Final = 60
_MOST_LINES: Final = 6
_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


def write_results(
    path: Path,
    table: Table,
    outcomes: Sequence[RowOutcome],
    summary: RunSummary,
    *,
    taken: Mapping[str, int] = _NOTHING,
    descriptions: Mapping[int, str] | None = None,
    most_rows: int = EXCEL_ROWS,
) -> tuple[ResultsPart, ...]:
    """Write the results workbook, or several where a sheet has no room for all rows.

    They are whole and all there, or none is; they replace nothing. Each is a results workbook that ``rerun`` takes by
    itself.

    Args:
        path: where it is to be; nothing may be there, nor where its further parts are to be (see ``part_path``).
        table: the input, with one row for each outcome.
        outcomes: what became of each row, each once, in any order.
        summary: the facts of the run.
        taken: the server's name of a column -> the index of the header that was taken for it; the cells to correct
            are found by it.
        descriptions: where descriptions were made (``--describe``), those that were sent by the index of their row.
        most_rows: how many rows a sheet has, header included.

    Returns:
        What was written, in the order of the rows; over all parts every row stands once.

    Raises:
        FileTakenError: something is there already.
        ResultsError: it cannot be written there, or has more columns than a sheet.
        ValueError: a row of the input would be lost or stand twice (a mistake in this program).
    """
    rows = ResultRows(table, in_order(table, outcomes), taken, descriptions)
    columns = len(rows.header())
    if columns > EXCEL_COLUMNS:
        check_writable(path, columns=columns)
    parts = parts_of(path, table.row_numbers, rows.outcomes, part_spans(table.row_numbers, columns, most_rows))
    with all_or_none() as written:
        # the first comes last: where it is, the parts that it names are
        for part in reversed(parts):
            at = parts.index(part)
            said = replace(summary, receipts=summary.receipts[at : at + 1])
            if len(parts) > 1:
                said = replace(said, part=f"{at + 1} of {len(parts)}")
            with new_workbook(part.path, "DID import results", summary.file) as workbook:
                draw_summary(workbook, add_sheet(workbook, SUMMARY_SHEET), said, parts, part, rows.outcomes)
                _draw_rows(workbook, rows, part)
            written.append(part.path)
    return parts


def columns_of(table: Table) -> int:
    """Return how many columns the sheet Results of a table has at most."""
    return len(FIRST_HEADERS) + len(table.header) + len(LAST_HEADERS) + 2


@dataclass(frozen=True, slots=True)
class _Look:
    """The styles of a row: of each cell, and of a cell to correct."""

    cells: tuple["Format", ...]
    bad: "Format"


def _draw_rows(workbook: "Workbook", rows: ResultRows, part: ResultsPart) -> None:
    """Draw the sheet Results, and beside it the sheet Failed rows, where there are any."""
    header = rows.header()
    some = [line.texts for line in rows.lines(part.span[:: len(part.span) // SAMPLED_ROWS + 1])]
    widths = widths_of(header, some)
    widths[REASON] = min(max(_REASON_WIDTH // 2, *(len(texts[REASON]) + 2 for texts in some), 0), _REASON_WIDTH)
    widths[-1] = len(header[-1].split()[0])
    sheets = [(add_sheet(workbook, RESULTS_SHEET), len(part.span))]
    if part.left:
        sheets.append((add_sheet(workbook, FAILED_SHEET), part.left))
    text = style(workbook, TEXT)
    for sheet, length in sheets:
        set_widths(sheet, widths, text)
        head_and_print(sheet, widths, range(length + 1), len(FIRST_HEADERS))
        _draw_header(workbook, sheet, header, len(rows.table.header))
    looks = _looks(workbook, len(header))
    (results, _), failed, next_failed = sheets[0], sheets[-1][0], count(1)
    for number, line in enumerate(rows.lines(part.span), start=1):
        _draw_line(results, number, line, looks)
        if line.result not in DONE:
            _draw_line(failed, next(next_failed), line, looks)


def _draw_header(workbook: "Workbook", sheet: TextSheet, header: Sequence[str], theirs: int) -> None:
    sheet.set_row(0, 21)
    ours, input_ = style(workbook, HEADER, bg_color=DARK), style(workbook, HEADER, bg_color=MUTED)
    first = len(FIRST_HEADERS)
    sheet.write_texts(0, header, [*[ours] * first, *[input_] * theirs, *[ours] * (len(header) - first - theirs)])


def _looks(workbook: "Workbook", columns: int) -> Mapping[tuple[Result, bool], _Look]:
    """Return the styles of the rows of each result, where the reason is wrapped and where it is too long for that."""
    looks = {}
    bad = style(workbook, BAD)
    pale = style(workbook, TEXT, font_color="#A0A7AD", border=1, border_color=THIN)
    for word in WORDS:
        cell = style(workbook, TEXT, border=1, border_color=THIN, bg_color=word.tint)
        strong = style(workbook, TEXT, border=1, border_color=THIN, bg_color=word.colour, bold=True)
        wrapped = style(workbook, TEXT, border=1, border_color=THIN, bg_color=word.tint, text_wrap=True)
        for wrap in (True, False):
            cells = (cell, strong, wrapped if wrap else cell, *[cell] * (columns - 4), pale)
            looks[word.result, wrap] = _Look(cells, bad)
    return looks


def _draw_line(sheet: TextSheet, number: int, line: ResultRow, looks: Mapping[tuple[Result, bool], _Look]) -> None:
    reason = line.texts[REASON]
    lines = len(reason) // (_REASON_WIDTH - 4) + 1
    # a very long reason would make its row fill the screen
    look = looks[line.result, lines <= _MOST_LINES]
    if 1 < lines <= _MOST_LINES:
        # LibreOffice does not work it out
        sheet.set_row(number, LINE_HEIGHT * lines)
    if not line.bad:
        sheet.write_texts(number, line.texts, look.cells)
        return
    styles = [look.bad if column in line.bad else usual for column, usual in enumerate(look.cells)]
    sheet.write_texts(number, line.texts, styles)
    if number <= MOST_NOTES:
        for column in line.bad:
            put_note(sheet, number, column, reason)
