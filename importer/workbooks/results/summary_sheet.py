"""Drawing the sheet Summary: counts with a chart, causes with their fixes, and the facts of the run."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from importer.workbooks.results.counts import ResultCount, headline
from importer.workbooks.results.parts import DONE, ResultsPart
from importer.workbooks.results.summary import RESULTS_SHEET, SUMMARY_SHEET, RunSummary
from importer.workbooks.sheet_xml import drawn_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_WIDTHS: Final = (24, 11, 62, 62)
_LINE: Final = 16
_CHART_ROWS: Final = 13
_MOST_LINES: Final = 10
_DARK: Final = "#1B3A57"
_CELL: Final[Mapping[str, Any]] = MappingProxyType({"valign": "vcenter", "bottom": 1, "bottom_color": "#D0D5DA"})


def draw_summary(
    workbook: "Workbook",
    sheet: "Worksheet",
    summary: RunSummary,
    counts: Sequence[ResultCount],
    *,
    losses: Sequence[str],
    parts: Sequence[ResultsPart],
    this: ResultsPart,
) -> None:
    """Draw the whole sheet.

    Args:
        workbook: the workbook that the sheet belongs to.
        sheet: an empty sheet.
        summary: the facts of the run.
        counts: one for each result, in the order in which they are shown.
        losses: what the workbook could not take of the input, in sentences.
        parts: all workbooks of the run.
        this: the one that is drawn.
    """
    page = _Page(workbook, sheet)
    page.line("DID import results", page.title, 30)
    page.line(f"{drawn_text(summary.file)} into {drawn_text(summary.server)}", page.muted)
    page.line(headline(counts), page.strong, 22)
    if summary.ended_how != "finished":
        page.line(f"This run did not finish. It was {drawn_text(summary.ended_how)}", page.strong, 22)
    for sentence in losses:
        page.line(sentence, page.strong)
    if len(parts) > 1:
        page.line(
            f"This is part {parts.index(this) + 1} of {len(parts)}, because a sheet has no room for all rows. The"
            " counts and causes are those of the whole run, of all parts together.",
            page.strong,
        )
    page.skip()
    if len(parts) > 1:
        _draw_parts(page, parts)
    first = _draw_counts(page, counts)
    where = f"in the sheet {RESULTS_SHEET}"
    to_first = "Click a count to go to the first such row" + (" of this part." if len(parts) > 1 else ".")
    page.line(f"{to_first} To see only such rows, use the arrow at 'result' {where}.", page.muted)
    _insert_chart(page, counts, first)
    if any(entry.count for entry in counts if entry.word.result not in DONE):
        page.heading("To send rows again")
        if len(parts) > 1:
            page.line("Each part is corrected and sent again by itself. Of this one:", page.plain)
        _draw_rerun(page, this)
        page.skip()
    if summary.causes:
        page.heading("Causes", "rows", "why they are left", "what to do")
        for cause in summary.causes:
            page.row("", cause.count, cause.sentence, cause.fix)
        page.skip()
    page.heading("The run")
    for name, value in summary.facts():
        page.fact(name, value)


def _draw_rerun(page: "_Page", this: ResultsPart) -> None:
    if not this.left:
        page.line("every row is success or duplicate. Nothing is left to do here.", page.plain)
        return
    page.line(f"1. Correct the cells in the sheet {RESULTS_SHEET}, in place, and save this workbook.", page.plain)
    page.line(f"2. did-importer rerun {_quoted(this.path.name)}", page.plain)
    page.line("Rows that are success or duplicate stay as they are; all others are checked and sent.", page.muted)


def _draw_parts(page: "_Page", parts: Sequence[ResultsPart]) -> None:
    """Name every workbook of the run, with the rows that stand in it."""
    page.heading("part", "rows", "workbook", "which rows of the file")
    for number, part in enumerate(parts, start=1):
        left = f"{part.left:,} of them left to look at" if part.left else "every one success or duplicate"
        more = f"s {part.first_row:,} to" if part.last_row > part.first_row else ""
        rows = f"row{more} {part.last_row:,} of the file; {left}"
        page.row(f"part {number} of {len(parts)}", len(part.span), part.path.name, rows)
    page.skip()


class _Page:
    """A sheet that is written from top to bottom.

    Args:
        workbook: the workbook that the sheet belongs to.
        sheet: an empty sheet.
    """

    def __init__(self, workbook: "Workbook", sheet: "Worksheet") -> None:
        self.workbook, self.sheet, self.next = workbook, sheet, 0
        self.title = self.style(bold=True, font_size=20, font_color=_DARK, valign="vcenter")
        self.strong = self.style(bold=True, font_size=13, font_color=_DARK, valign="vcenter")
        self.plain = self.style(valign="vcenter")
        self.muted = self.style(font_color="#5B6770", valign="vcenter")
        self._head = self.style(bold=True, font_color="#FFFFFF", bg_color=_DARK, valign="vcenter", indent=1)
        self._wrapped = self.style(text_wrap=True, indent=1, **_CELL)
        self.name = self.style(bold=True, font_color=_DARK, indent=1, **_CELL)
        self._value = self.style(**_CELL)
        self._count = {"align": "right", "indent": 1, "num_format": "#,##0", **_CELL}
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5)
        sheet.set_footer("&L&F, &A&RPage &P of &N")

    def style(self, **properties: Any) -> "Format":
        """Return a style of the workbook."""
        return self.workbook.add_format(properties)

    def skip(self, rows: int = 1) -> None:
        """Leave rows blank."""
        self.next += rows

    def line(self, text: str, style: "Format", height: int = _LINE) -> None:
        """Write one line across the page."""
        self.sheet.set_row_pixels(self.next, int(height * 4 / 3))
        self.sheet.write_string(self.next, 0, text, style)
        self.skip()

    def heading(self, *texts: str) -> None:
        """Write the dark bar above a part, with the names of its columns."""
        self.sheet.set_row_pixels(self.next, 26)
        for column in range(len(_WIDTHS)):
            self.sheet.write_string(self.next, column, texts[column] if column < len(texts) else "", self._head)
        self.skip()

    def row(self, name: str, count: int, *texts: str, name_style: "Format | None" = None, link: str = "") -> None:
        """Write a name, a count and texts that are wrapped in their columns; the row is as high as they need."""
        lines = max(
            (min(-(-len(text) // (width - 6)), _MOST_LINES) for text, width in zip(texts, _WIDTHS[2:], strict=False)),
            default=1,
        )
        self.sheet.set_row_pixels(self.next, max(28, 8 + 19 * lines))
        self.sheet.write_string(self.next, 0, name, name_style or self._wrapped)
        if link:
            # the link first, the number over it: the cell stays a number, which the chart needs
            linked = self.style(**self._count, font_color="#0B5394", underline=1)
            self.sheet.write_url(self.next, 1, f"internal:{link}", linked, tip=f"Go to the first row: {name}")
            self.sheet.write_number(self.next, 1, count, linked)
        else:
            self.sheet.write_number(self.next, 1, count, self.style(**self._count))
        for column, text in enumerate(texts, start=2):
            self.sheet.write_string(self.next, column, drawn_text(text), self._wrapped)
        self.skip()

    def fact(self, name: str, value: str) -> None:
        """Write one fact of the run."""
        self.sheet.write_string(self.next, 0, drawn_text(name), self.name)
        self.sheet.write_string(self.next, 1, drawn_text(value), self._value)
        for column in range(2, len(_WIDTHS)):
            self.sheet.write_blank(self.next, column, None, self._value)
        self.skip()


def _draw_counts(page: _Page, counts: Sequence[ResultCount]) -> int:
    """Draw the table of counts; return the sheet's row of the first, from 0."""
    page.heading("result", "rows", "what it means", "what to do")
    first = page.next
    for entry in counts:
        word = page.style(bold=True, indent=1, bg_color=entry.word.colour, **_CELL)
        link = f"'{RESULTS_SHEET}'!A{entry.first_row}" if entry.first_row else ""
        page.row(
            entry.word.result.value, entry.count, entry.word.means, entry.word.next_step, name_style=word, link=link
        )
    page.row("all rows", sum(entry.count for entry in counts), "", "", name_style=page.name)
    return first


def _insert_chart(page: _Page, counts: Sequence[ResultCount], first: int) -> None:
    last = first + len(counts) - 1
    points: list[Mapping[str, Any]] = [
        {"fill": {"color": entry.word.colour}, "border": {"color": "#5B6770"}} for entry in counts
    ]
    chart = page.workbook.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "rows",
            "categories": [SUMMARY_SHEET, first, 0, last, 0],
            "values": [SUMMARY_SHEET, first, 1, last, 1],
            "points": points,
            "gap": 35,
            "data_labels": {"value": True, "num_format": "#,##0;;", "font": {"size": 10}},
        }
    )
    chart.set_title({"name": "Rows by result", "name_font": {"size": 12, "color": _DARK}, "overlay": False})
    chart.set_legend({"none": True})
    # the first result on top, as in the table
    chart.set_y_axis({"reverse": True, "num_font": {"size": 10}, "line": {"color": "#5B6770"}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_chartarea({"border": {"color": "#D0D5DA"}})
    chart.set_size({"width": 720, "height": _CHART_ROWS * 20 - 12})
    page.sheet.insert_chart(
        page.next,
        0,
        chart,
        {
            "object_position": 3,
            "x_offset": 4,
            "y_offset": 6,
            "description": "Bar chart of the number of rows by result; the numbers stand in the table above.",
        },
    )
    page.skip(_CHART_ROWS + 1)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
