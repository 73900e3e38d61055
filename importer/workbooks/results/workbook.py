"""Writing the results workbook: a Summary for people, and the sheets Results and Failed rows that ``rerun`` reads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from importer.model import RowOutcome, Table
from importer.result_words import WORDS
from importer.workbooks.cells import lines_of
from importer.workbooks.output_file import EXCEL_ROWS, all_or_none, check_columns
from importer.workbooks.results.parts import DONE, ResultsPart, parts_of
from importer.workbooks.results.rows import FAILED_SHEET, FIRST_HEADERS, REASON, RESULTS_SHEET, ResultRows
from importer.workbooks.results.summary import RunSummary, draw_summary
from importer.workbooks.styles import BAD, DARK, MUTED, SAMPLED_ROWS, TEXT, THIN, add_list, new_workbook, widths_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_REASON_WIDTH: Final = 60
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
    ordered = sorted(outcomes, key=lambda outcome: outcome.index)
    if [outcome.index for outcome in ordered] != list(range(len(table.rows))):
        raise ValueError(f"{len(table.rows)} rows need an outcome each, once; there are {len(ordered)} outcomes")
    rows = ResultRows(table, ordered, taken, descriptions)
    check_columns(path, len(rows.header()))
    parts = parts_of(path, table, ordered, most_rows)
    with all_or_none() as written:
        # the first comes last: where it is, the parts that it names are
        for part in reversed(parts):
            at = parts.index(part)
            said = replace(summary, receipts=summary.receipts[at : at + 1])
            if len(parts) > 1:
                said = replace(said, part=f"{at + 1} of {len(parts)}")
            with new_workbook(part.path, "DID import results", summary.file) as workbook:
                draw_summary(workbook, said, parts, part, ordered)
                _draw_rows(workbook, rows, part)
            written.append(part.path)
    return parts


def _draw_rows(workbook: "Workbook", rows: ResultRows, part: ResultsPart) -> None:
    """Draw the sheet Results, and beside it the sheet Failed rows, where there are any."""
    header, theirs, first = rows.header(), len(rows.table.header), len(FIRST_HEADERS)
    some = [row.texts for row in rows.of(part.span[:: len(part.span) // SAMPLED_ROWS + 1])]
    widths = widths_of(header, some)
    widths[REASON] = min(max(_REASON_WIDTH // 2, *(len(texts[REASON]) + 2 for texts in some), 0), _REASON_WIDTH)
    colours = [*[DARK] * first, *[MUTED] * theirs, *[DARK] * (len(header) - first - theirs)]
    lengths = {RESULTS_SHEET: len(part.span), **({FAILED_SHEET: part.left} if part.left else {})}
    results, *failed = [
        add_list(workbook, name, header, colours, widths, range(length + 1), first) for name, length in lengths.items()
    ]
    framed = {**TEXT, "border": 1, "border_color": THIN}
    pale, bad = workbook.add_format({**framed, "font_color": "#A0A7AD"}), workbook.add_format(BAD)
    looks = {}
    for word in WORDS:
        cell = workbook.add_format({**framed, "bg_color": word.tint})
        strong = workbook.add_format({**framed, "bg_color": word.colour, "bold": True})
        wrapped = workbook.add_format({**framed, "bg_color": word.tint, "text_wrap": True})
        looks[word.result] = [cell, strong, wrapped, *[cell] * (len(header) - 4), pale]
    next_failed = count(1)
    for number, row in enumerate(rows.of(part.span), start=1):
        look = looks[row.result]
        if row.notes:
            look = [bad if column in row.notes else usual for column, usual in enumerate(look)]
        lines = lines_of(row.texts[REASON], _REASON_WIDTH - 4)
        results.write_texts(number, row.texts, look, lines, row.notes)
        if row.result not in DONE:
            failed[0].write_texts(next(next_failed), row.texts, look, lines, row.notes)
