"""Drawing the sheet Summary: counts with a chart, causes with their fixes, remarks, and the facts of the run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from importer.model import Result, RowOutcome
from importer.result_words import WORDS
from importer.workbooks.cells import TextSheet, cell_text
from importer.workbooks.page import Page
from importer.workbooks.results.causes import RunSummary
from importer.workbooks.results.parts import DONE, ResultsPart
from importer.workbooks.results.rows import FAILED_SHEET, RESULTS_SHEET, SUMMARY_SHEET
from importer.workbooks.styles import DARK, MUTED, RULED, THIN

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_WIDTHS: Final = (24, 11, 62, 62)
_CHART_ROWS: Final = 13


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many rows of the run have each result, and the sheet's row of the first in this workbook, from 1."""

    rows: Mapping[Result, int]
    first: Mapping[Result, int]

    @classmethod
    def of(cls, outcomes: Sequence[RowOutcome], parts: Sequence[ResultsPart], this: ResultsPart) -> "_Counts":
        total: Counter[Result] = Counter()
        for part in parts:
            total.update(part.counts)
        first: dict[Result, int] = {}
        for row, place in enumerate(this.span, start=2):
            first.setdefault(outcomes[place].result, row)
        return cls(total, first)

    def headline(self) -> str:
        """Say in one line how many rows are in VICIdial and how many are left."""
        total = sum(self.rows.values())
        done = sum(self.rows.get(result, 0) for result in DONE)
        rows = f"{total:,} row{'' if total == 1 else 's'}"
        if not total:
            return "The file has no rows."
        if total == done:
            return f"{rows}: every one is success or duplicate. Nothing is left to do."
        return f"{rows}: {done:,} success or duplicate, {total - done:,} left to look at."


def draw_summary(
    workbook: "Workbook",
    sheet: TextSheet,
    summary: RunSummary,
    parts: Sequence[ResultsPart],
    this: ResultsPart,
    outcomes: Sequence[RowOutcome],
) -> None:
    """Draw the whole sheet."""
    page = Page(workbook, sheet, _WIDTHS, landscape=False)
    counts = _Counts.of(outcomes, parts, this)
    page.title("DID import results")
    page.line(f"{summary.file} into {summary.server}", page.muted)
    page.line(counts.headline(), page.strong, 22)
    if summary.ended_how != "finished":
        page.line(f"This run did not finish. It was {summary.ended_how}", page.strong, 22)
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
    to_first = "Click a count to go to the first such row" + (" of this part." if len(parts) > 1 else ".")
    page.line(f"{to_first} To see only such rows, use the arrow at 'result' in the sheet {RESULTS_SHEET}.", page.muted)
    _insert_chart(page, counts, first)
    if any(part.left for part in parts):
        _draw_rerun(page, this, several=len(parts) > 1)
    for heading, causes in (
        (("Causes", "rows", "why they are left", "what to do"), summary.causes),
        (("Remarks", "rows", "what the check remarked on rows that were sent", ""), summary.remarks),
    ):
        if causes:
            page.heading(*heading)
            for cause in causes:
                _counted(page, cause.count, "", cause.sentence, cause.fix)
            page.skip()
    page.heading("The run")
    value = page.style(**RULED)
    for name, text in summary.facts():
        sheet.write_texts(page.next, [cell_text(name), cell_text(text), "", ""], [page.name, value, value, value])
        page.skip()


def _draw_rerun(page: Page, this: ResultsPart, *, several: bool) -> None:
    page.heading("To send rows again")
    if several:
        page.line("Each part is corrected and sent again by itself. Of this one:")
    if this.left:
        page.line(f"1. Correct the cells in the sheet {FAILED_SHEET}, in place, and save this workbook.")
        page.line(f"2. did-importer rerun {_quoted(this.path.name)}")
        page.line(
            f"Corrections in the sheet {RESULTS_SHEET} are taken too; rows that are in stay as they are.", page.muted
        )
    else:
        page.line("every row is success or duplicate. Nothing is left to do here.")
    page.skip()


def _draw_parts(page: Page, parts: Sequence[ResultsPart]) -> None:
    """Name every workbook of the run, with the rows that stand in it."""
    page.heading("part", "rows", "workbook", "which rows of the file")
    for number, part in enumerate(parts, start=1):
        left = f"{part.left:,} of them left to look at" if part.left else "every one success or duplicate"
        more = f"s {part.first_row:,} to" if part.last_row > part.first_row else ""
        rows = f"row{more} {part.last_row:,} of the file; {left}"
        _counted(page, len(part.span), f"part {number} of {len(parts)}", part.path.name, rows)
    page.skip()


def _draw_counts(page: Page, counts: _Counts) -> int:
    """Draw the table of counts; return the sheet's row of the first, from 0."""
    page.heading("result", "rows", "what it means", "what to do")
    first = page.next
    for word in WORDS:
        name, rows = word.result.value, counts.rows.get(word.result, 0)
        look = page.style(bold=True, indent=1, bg_color=word.colour, **RULED)
        link = f"'{RESULTS_SHEET}'!A{counts.first[word.result]}" if word.result in counts.first else ""
        _counted(page, rows, name, word.means, word.next_step, name_look=look, link=link)
    _counted(page, sum(counts.rows.values()), "all rows")
    return first


def _counted(page: Page, count: int, name: str, *texts: str, name_look: Any = None, link: str = "") -> None:
    """Write a row with a number behind its name, which leads to a cell where there is a link."""
    row = page.next
    page.row(name, "", *texts, name_look=name_look)
    look = {"align": "right", "indent": 1, "num_format": "#,##0", **RULED}
    if link:
        # the link first, the number over it: the cell stays a number, which the chart needs
        look |= {"font_color": "#0B5394", "underline": 1}
        page.sheet.write_url(row, 1, f"internal:{link}", tip=f"Go to the first row: {name}")
    page.sheet.write_number(row, 1, count, page.style(**look))


def _insert_chart(page: Page, counts: _Counts, first: int) -> None:
    last = first + len(WORDS) - 1
    chart = page.workbook.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "rows",
            "categories": [SUMMARY_SHEET, first, 0, last, 0],
            "values": [SUMMARY_SHEET, first, 1, last, 1],
            # what stands there, for programs that do not look: the sheet's rows are on the disk already
            "categories_data": [word.result.value for word in WORDS],
            "values_data": [counts.rows.get(word.result, 0) for word in WORDS],
            "points": [{"fill": {"color": word.colour}, "border": {"color": MUTED}} for word in WORDS],
            "gap": 35,
            "data_labels": {"value": True, "num_format": "#,##0;;", "font": {"size": 10}},
        }
    )
    chart.set_title({"name": "Rows by result", "name_font": {"size": 12, "color": DARK}, "overlay": False})
    chart.set_legend({"none": True})
    # the first result on top, as in the table
    chart.set_y_axis({"reverse": True, "num_font": {"size": 10}, "line": {"color": MUTED}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_chartarea({"border": {"color": THIN}})
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
