"""Reading a results workbook again, as a person has left it after correcting cells in Excel or LibreOffice."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from importer.errors import SheetError
from importer.model import CellFlaw, Table
from importer.reading import ReadOptions, SheetRows, read_sheet_rows, sha256_of
from importer.workbooks.results.causes import FILE, ROWS_SHA256, RUN_ID, SERVER, USER
from importer.workbooks.results.corrections import Merged, merged
from importer.workbooks.results.rows import FAILED_SHEET, RESULTS_SHEET, SUMMARY_SHEET
from importer.workbooks.results.sheet import PreviousRow, ResultsSheet, sheet_of_results

_MOST_UNPACKED: Final = 6 * 1024**3
"""A whole sheet of ours, of as many cells as are read, unpacks to some 4 GiB; other lists have a lower limit."""
_OPTIONS: Final = ReadOptions(max_unpacked_bytes=_MOST_UNPACKED)
_SEPARATORS: Final = (",", ";", "\t", "|")
_RERUN: Final = "rerun takes an order_results.xlsx of an earlier run"


@dataclass(frozen=True, slots=True)
class PreviousResults:
    """A results workbook, or one of its sheets saved as CSV.

    Attributes:
        path: the file.
        sha256: the hexadecimal SHA-256 of the file's bytes.
        header: the headers of the input, and those that the person added.
        rows: every row that is there, in the first order (by ``row``).
        flaws: ``(index of the row, index of the column)`` -> why a cell's text is not to be trusted.
        facts: which sheet corrections were taken from, and which rows are left out, each one sentence.
        run_id: the name of the run that wrote it; empty where that cannot be read (a CSV has no Summary).
        server: the server of that run; empty where that cannot be read.
        user: the VICIdial user of that run; empty where that cannot be read.
        file: the input of that run; empty where that cannot be read.
        receipt: the SHA-256 of the rows as they were written; empty where that cannot be read.
    """

    path: Path
    sha256: str
    header: tuple[str, ...]
    rows: tuple[PreviousRow, ...]
    flaws: Mapping[tuple[int, int], CellFlaw]
    facts: tuple[str, ...] = ()
    run_id: str = ""
    server: str = ""
    user: str = ""
    file: str = ""
    receipt: str = ""

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
            facts=self.facts,
        )


def read_results(path: Path) -> PreviousResults:
    """Read a results workbook for a rerun.

    Of a row that stands in Results and in Failed rows, the sheet counts in which it was corrected.

    Args:
        path: a workbook that ``write_results`` made, or version 0.1.0 did, edited or not, or one of its sheets Results
            and Failed rows saved as CSV.

    Returns:
        Its rows in the first order, with what became of each.

    Raises:
        SheetError: it is no results workbook, a cell in our own columns makes no sense, or a row was corrected in both
            sheets and not alike.
    """
    first = read_sheet_rows(path, options=_OPTIONS)
    found = _workbook(path, first) if first.sheet else _text_file(path, first)
    facts: dict[str, str] = {}
    with suppress(SheetError):
        summary = first if first.sheet in ("", SUMMARY_SHEET) else read_sheet_rows(path, SUMMARY_SHEET, _OPTIONS)
        facts = {line.texts[0]: line.texts[1] for line in summary.rows if first.sheet and len(line.texts) > 1}
    lines = sorted(found.lines, key=lambda line: line.row.row)
    flaws = {(index, at): flaw for index, line in enumerate(lines) for at, flaw in line.flaws.items()}
    return PreviousResults(
        path=path,
        sha256=sha256_of(path),
        header=found.header,
        rows=tuple(line.row for line in lines),
        flaws=MappingProxyType(flaws),
        facts=found.facts,
        run_id=facts.get(RUN_ID, ""),
        server=facts.get(SERVER, ""),
        user=facts.get(USER, ""),
        file=facts.get(FILE, ""),
        receipt=facts.get(ROWS_SHA256, ""),
    )


def _workbook(path: Path, first: SheetRows) -> Merged:
    results, failed = (_named_sheet(path, name, first) for name in (RESULTS_SHEET, FAILED_SHEET))
    if results and failed:
        return merged(path, results, failed)
    one = results or failed
    if one is None:
        try:
            read_sheet_rows(path, RESULTS_SHEET, _OPTIONS)
        except SheetError as error:
            raise SheetError(f"{error}; {_RERUN}") from None
        raise _no_results(f"{path}: sheet '{RESULTS_SHEET}'")
    return Merged(one.header, one.lines)


def _named_sheet(path: Path, name: str, first: SheetRows) -> ResultsSheet | None:
    try:
        sheet = first if first.sheet == name else read_sheet_rows(path, name, _OPTIONS)
    except SheetError as error:
        if "there is no sheet" in str(error):
            return None
        raise
    place = f"{path}: sheet '{name}'"
    found = sheet_of_results(place, name, sheet.rows)
    if found is None and sheet.rows:
        raise _no_results(place)
    return found


def _text_file(path: Path, first: SheetRows) -> Merged:
    found = sheet_of_results(str(path), RESULTS_SHEET, first.rows)
    for separator in () if found else _SEPARATORS:
        # our own headers tell better than anything else what separates the cells
        again = first
        with suppress(SheetError):
            again = read_sheet_rows(path, options=ReadOptions(delimiter=separator))
        found = found or sheet_of_results(str(path), RESULTS_SHEET, again.rows)
    if found is None:
        raise _no_results(str(path))
    return Merged(found.header, found.lines)


def _no_results(place: str) -> SheetError:
    return SheetError(
        f"{place}: is not a results sheet: it has no columns row, result, reason and did_sent, with attempts and"
        f" answered_at side by side after them; {_RERUN}, and a new list is imported with: did-importer run"
    )
