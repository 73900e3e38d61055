"""The sheet Summary: counts with a chart, causes with their fixes, remarks, and the facts of the run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from importer.model import Result, RowOutcome
from importer.result_words import WORDS
from importer.workbooks.cells import cell_text
from importer.workbooks.results.causes import Cause
from importer.workbooks.results.parts import DONE, ResultsPart
from importer.workbooks.results.rows import FAILED_SHEET, RESULTS_SHEET, SUMMARY_SHEET
from importer.workbooks.styles import DARK, MUTED, RULED, THIN, Page, add_sheet

if TYPE_CHECKING:
    from xlsxwriter import Workbook

RUN_ID: Final = "Run"
SERVER: Final = "Server"
ROWS_SHA256: Final = "SHA-256 of the rows"

_WIDTHS: Final = (24, 11, 62, 62)
_CHART_ROWS: Final = 13


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The facts of a run; its counts are counted from the outcomes. It never holds the password.

    Attributes:
        server: the URL of the server, without credentials.
        sha256: of the input file, hexadecimal.
        started: ISO 8601 with offset, as is ``ended``.
        ended_how: ``finished``, ``stopped: why`` or ``interrupted``.
        settings: name and value of each setting that shaped the run (rate, workers, method, source ...).
        part: which workbook of how many this is, such as ``2 of 3``; empty where there is one.
        receipts: the SHA-256 of the rows of each workbook of the run; a workbook shows its own.
    """

    server: str
    user: str
    file: str
    sha256: str
    sheet: str
    started: str
    ended: str
    version: str
    ended_how: str
    run_id: str
    previous_run: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    causes: tuple[Cause, ...] = ()
    remarks: tuple[Cause, ...] = ()
    part: str = ""
    receipts: tuple[str, ...] = ()

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Return name and value of each fact in the order in which the Summary shows them, blank ones left out."""
        facts = (
            (SERVER, self.server),
            ("VICIdial user", self.user),
            ("File", self.file),
            ("Sheet", self.sheet),
            ("SHA-256 of the file", self.sha256),
            (ROWS_SHA256, " ".join(self.receipts)),
            ("Started", local_time(self.started)),
            ("Ended", local_time(self.ended)),
            ("How it ended", self.ended_how),
            (RUN_ID, self.run_id),
            ("Part", self.part),
            ("Rerun of", self.previous_run),
            ("Made by", f"did-importer {self.version}"),
            *self.settings,
        )
        return tuple((name, value) for name, value in facts if value)


def local_time(moment: str) -> str:
    """Return a moment in local time with its zone, such as ``2026-11-23 03:03:04 +01:00 (CET)``."""
    try:
        local = datetime.fromisoformat(moment).astimezone()
    except ValueError:
        return moment
    text = local.isoformat(sep=" ", timespec="seconds")
    return f"{text[:19]} {text[19:]} ({local:%Z})"


def draw_summary(
    workbook: "Workbook",
    summary: RunSummary,
    parts: Sequence[ResultsPart],
    this: ResultsPart,
    outcomes: Sequence[RowOutcome],
) -> None:
    """Draw the whole sheet."""
    page = Page(workbook, add_sheet(workbook, SUMMARY_SHEET, landscape=False), _WIDTHS)
    counts = sum((Counter(part.counts) for part in parts), Counter[Result]())
    several = len(parts) > 1
    page.title("DID import results")
    page.line(f"{summary.file} into {summary.server}", page.muted)
    page.line(_headline(counts), page.strong, 22)
    if summary.ended_how != "finished":
        page.line(f"This run did not finish. It was {summary.ended_how}", page.strong, 22)
    if several:
        page.line(
            f"This is part {summary.part}, because a sheet has no room for all rows. The counts and causes are those of"
            " the whole run, of all parts together.",
            page.strong,
        )
    page.skip()
    if several:
        _draw_parts(page, parts)
    first_rows: dict[Result, int] = {}
    for row, place in enumerate(this.span, start=2):
        first_rows.setdefault(outcomes[place].result, row)
    top = page.next + 1
    _draw_counts(page, counts, first_rows)
    to_first = "Click a count to go to the first such row" + (" of this part." if several else ".")
    page.line(f"{to_first} To see only such rows, use the arrow at 'result' in the sheet {RESULTS_SHEET}.", page.muted)
    _insert_chart(page, counts, top)
    if any(part.left for part in parts):
        _draw_rerun(page, this, several=several)
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
    value = workbook.add_format(RULED)
    for name, text in summary.facts():
        page.sheet.write_texts(page.next, [cell_text(name), cell_text(text), "", ""], [page.name, value, value, value])
        page.skip()


def _headline(counts: Mapping[Result, int]) -> str:
    """Say in one line how many rows are in VICIdial and how many are left."""
    total, done = sum(counts.values()), sum(counts.get(result, 0) for result in DONE)
    rows = f"{total:,} row{'' if total == 1 else 's'}"
    if not total:
        return "The file has no rows."
    if total == done:
        return f"{rows}: every one is success or duplicate. Nothing is left to do."
    return f"{rows}: {done:,} success or duplicate, {total - done:,} left to look at."


def _draw_rerun(page: Page, this: ResultsPart, *, several: bool) -> None:
    page.heading("To send rows again")
    if several:
        page.line("Each part is corrected and sent again by itself. Of this one:")
    if this.left:
        name = f'"{this.path.name}"' if " " in this.path.name else this.path.name
        page.line(f"1. Correct the cells in the sheet {FAILED_SHEET}, in place, and save this workbook.")
        page.line(f"2. did-importer rerun {name}")
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


def _draw_counts(page: Page, counts: Mapping[Result, int], first_rows: Mapping[Result, int]) -> None:
    page.heading("result", "rows", "what it means", "what to do")
    for word in WORDS:
        look = page.workbook.add_format({**RULED, "bold": True, "indent": 1, "bg_color": word.colour})
        first = first_rows.get(word.result, 0)
        _counted(
            page, counts.get(word.result, 0), word.result.value, word.means, word.next_step, look=look, first=first
        )
    _counted(page, sum(counts.values()), "all rows")


def _counted(page: Page, count: int, name: str, *texts: str, look: Any = None, first: int = 0) -> None:
    """Write a row with a number behind its name, which leads to the first such row where there is one."""
    row = page.next
    page.row(name, "", *texts, name_look=look)
    number = {**RULED, "align": "right", "indent": 1, "num_format": "#,##0"}
    if first:
        # the link first, the number over it: the cell stays a number, which the chart needs
        number |= {"font_color": "#0B5394", "underline": 1}
        page.sheet.write_url(row, 1, f"internal:'{RESULTS_SHEET}'!A{first}", tip=f"Go to the first row: {name}")
    page.sheet.write_number(row, 1, count, page.workbook.add_format(number))


def _insert_chart(page: Page, counts: Mapping[Result, int], first: int) -> None:
    last = first + len(WORDS) - 1
    chart = page.workbook.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "rows",
            "categories": [SUMMARY_SHEET, first, 0, last, 0],
            "values": [SUMMARY_SHEET, first, 1, last, 1],
            # what stands there, for programs that do not look: the sheet's rows are on the disk already
            "categories_data": [word.result.value for word in WORDS],
            "values_data": [counts.get(word.result, 0) for word in WORDS],
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
    said = "Bar chart of the number of rows by result; the numbers stand in the table above."
    page.sheet.insert_chart(page.next, 0, chart, {"x_offset": 4, "y_offset": 6, "description": said})
    page.skip(_CHART_ROWS + 1)
