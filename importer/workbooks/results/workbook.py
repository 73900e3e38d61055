"""Writing the results workbook: a Summary for people, and the sheet Results that ``rerun`` reads again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from importer.model import Result, RowOutcome, Table
from importer.result_words import WORDS
from importer.workbooks.output_file import EXCEL_COLUMNS, EXCEL_ROWS, all_or_none, check_writable, whole_file
from importer.workbooks.results.counts import count_results
from importer.workbooks.results.parts import ResultsPart, part_spans, parts_of
from importer.workbooks.results.rows import Losses, ResultRow, in_order, losses_of, result_rows
from importer.workbooks.results.summary import OUR_HEADERS, RESULTS_SHEET, ROW_HEADER, SUMMARY_SHEET, RunSummary
from importer.workbooks.results.summary_sheet import draw_summary
from importer.workbooks.sheet_xml import TextRow, cut_to_fit, rows_xml, sample_styles, splice

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_SAMPLED_ROWS: Final = 1000
_WIDEST: Final = 42
_REASON_WIDEST: Final = 80
_REASON_LINE: Final = _REASON_WIDEST - 4
_MOST_LINES: Final = 5
_LINE_HEIGHT: Final = 15
_HEADER_HEIGHT: Final = 21
_FILTER_ARROW: Final = 4
_RESULTS_PLACE: Final = 2


@dataclass(frozen=True, slots=True)
class _Styles:
    """The numbers of the styles in the sheet Results: of the headers, and for each result (cell, word, reason)."""

    input_header: int
    our_header: int
    of_result: Mapping[Result, tuple[int, int, int]]


def write_results(
    path: Path,
    table: Table,
    outcomes: Sequence[RowOutcome],
    summary: RunSummary,
    origin: Sequence[int] | None = None,
    *,
    most_rows: int = EXCEL_ROWS,
) -> tuple[ResultsPart, ...]:
    """Write the results workbook, or several where a sheet has no room for all rows.

    They are whole and all there, or none is; they replace nothing. Each is a results workbook that ``rerun`` takes by
    itself.

    Args:
        path: where it is to be; nothing may be there, nor where its further parts are to be (see ``part_path``).
        table: the input.
        outcomes: what became of each row, each once, in any order.
        summary: the facts of the run.
        origin: where ranges were expanded: for each outcome's ``index`` the row's place in ``table.rows``.
        most_rows: how many rows a sheet has, header included.

    Returns:
        What was written, in the order of the rows; over all parts every row stands once.

    Raises:
        ResultsError: it cannot be written there, or has more columns than a sheet.
        ValueError: a row of the input would be lost or stand twice (a mistake in this program).
    """
    places, ordered = in_order(table, outcomes, origin)
    columns = columns_of(table)
    if columns > EXCEL_COLUMNS:
        check_writable(path, columns=columns)
    numbers = table.row_numbers if origin is None else [table.row_numbers[place] for place in origin]
    parts = parts_of(path, numbers, ordered, part_spans(numbers, columns, most_rows))
    whole = _Whole(table, places, ordered, summary, parts, losses_of(table))
    with all_or_none() as written:
        # the first comes last: where it is, the parts that it names are
        for part in reversed(parts):
            _write_part(whole, part)
            written.append(part.path)
    return parts


def columns_of(table: Table) -> int:
    """Return how many columns the sheet Results of a table has."""
    return 1 + len(table.header) + len(OUR_HEADERS)


@dataclass(frozen=True, slots=True)
class _Whole:
    """What all workbooks of a run have in common."""

    table: Table
    places: Sequence[int]
    ordered: Sequence[RowOutcome]
    summary: RunSummary
    parts: Sequence[ResultsPart]
    losses: Losses


def _write_part(whole: _Whole, part: ResultsPart) -> None:
    """Write one workbook; the rows are looked up while they are written, so that none is copied."""
    table, span = whole.table, part.span
    header = (ROW_HEADER, *(cut_to_fit(text) for text in table.header), *OUR_HEADERS)
    lossless = whole.losses == Losses()

    def placed(some: range) -> Iterator[tuple[int, RowOutcome]]:
        return zip(map(whole.places.__getitem__, some), map(whole.ordered.__getitem__, some), strict=True)

    sample = tuple(result_rows(table, placed(span[:: len(span) // _SAMPLED_ROWS + 1]), lossless=lossless))
    laid_out = _lay_out(whole, part, widths=_widths(header, sample))
    rows = _styled(header, result_rows(table, placed(span), lossless=lossless), _styles_of(laid_out))
    with whole_file(part.path) as file:
        splice(laid_out, _RESULTS_PLACE, rows_xml(rows), file, (len(span) + 1, len(header)))


def _widths(header: Sequence[str], sample: Sequence[ResultRow]) -> tuple[int, ...]:
    """Make each column as wide as the longest line seen in it, within reason."""
    widths = []
    reason = len(header) - len(OUR_HEADERS) + 1
    for column, name in enumerate(header):
        longest = max((_longest_line(row.cells[column]) for row in sample), default=0)
        widest = _REASON_WIDEST if column == reason else _WIDEST
        widths.append(max(6, min(max(longest + 2, _longest_line(name) + _FILTER_ARROW), widest)))
    return tuple(widths)


def _longest_line(text: str) -> int:
    return max(map(len, text[:1000].splitlines()), default=0)


def _lay_out(whole: _Whole, part: ResultsPart, *, widths: Sequence[int]) -> BytesIO:
    """Draw everything but the rows of the sheet Results; its first row holds one blank cell of each style."""
    import xlsxwriter

    summary, parts = whole.summary, whole.parts
    if len(parts) > 1:
        summary = replace(summary, part=f"{parts.index(part) + 1} of {len(parts)}")
    laid_out = BytesIO()
    workbook = xlsxwriter.Workbook(laid_out, {"in_memory": True})
    workbook.set_properties({"title": "DID import results", "subject": summary.file, "comments": "did-importer"})
    sheet = workbook.add_worksheet(SUMMARY_SHEET)
    counts = count_results(whole.ordered, parts, part)
    draw_summary(workbook, sheet, summary, counts, losses=whole.losses.sentences(), parts=parts, this=part)
    _draw_results(workbook, workbook.add_worksheet(RESULTS_SHEET), widths, len(part.span) + 1)
    workbook.close()
    return laid_out


def _draw_results(workbook: "Workbook", sheet: "Worksheet", widths: Sequence[int], last_row: int) -> None:
    # as text, so that what a person types in a correction (+1727..., 0045) stays what was typed
    text = workbook.add_format({"num_format": "@"})
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width, text)
    header = {"bold": True, "font_color": "#FFFFFF", "valign": "vcenter", "border": 1, "border_color": "#FFFFFF"}
    samples = [
        workbook.add_format({**header, "bg_color": "#5B6770", "num_format": "@"}),
        workbook.add_format({**header, "bg_color": "#1B3A57", "num_format": "@"}),
    ]
    cell = {"num_format": "@", "valign": "top", "border": 1, "border_color": "#D0D5DA"}
    for word in WORDS:
        samples += [
            workbook.add_format({**cell, "bg_color": word.tint}),
            workbook.add_format({**cell, "bg_color": word.colour, "bold": True}),
            workbook.add_format({**cell, "bg_color": word.tint, "text_wrap": True}),
        ]
    for column, sample in enumerate(samples):
        sheet.write_blank(0, column, None, sample)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last_row - 1, len(widths) - 1)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&F, &A&RPage &P of &N")


def _styles_of(laid_out: BytesIO) -> _Styles:
    input_header, our_header, *rest = sample_styles(laid_out, _RESULTS_PLACE)
    of_result = {
        word.result: (rest[3 * place], rest[3 * place + 1], rest[3 * place + 2]) for place, word in enumerate(WORDS)
    }
    return _Styles(input_header, our_header, MappingProxyType(of_result))


def _styled(header: tuple[str, ...], rows: Iterable[ResultRow], styles: _Styles) -> Iterator[TextRow]:
    """Give each line its number in the sheet, and each cell the style of the line's result."""
    from_input = len(header) - len(OUR_HEADERS)
    ours = (styles.our_header,)
    headers = ours + (styles.input_header,) * (from_input - 1) + ours * len(OUR_HEADERS)
    yield TextRow(1, header, headers, _HEADER_HEIGHT)
    short, long = {}, {}
    for result, (cell, word, reason) in styles.of_result.items():
        short[result] = (*(cell,) * from_input, word, reason, cell, cell, cell)
        long[result] = (*(cell,) * from_input, word, cell, cell, cell, cell)
    for number, row in enumerate(rows, start=2):
        lines = -(-len(row.cells[from_input + 1]) // _REASON_LINE)
        # a very long reason would make its row fill the screen
        wrapped = lines <= _MOST_LINES
        height = _LINE_HEIGHT * lines if wrapped and lines > 1 else 0
        yield TextRow(number, row.cells, (short if wrapped else long)[row.result], height)
