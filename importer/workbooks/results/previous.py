"""Reading a results workbook again, as a person has left it after correcting cells in Excel or LibreOffice."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from importer.errors import NoSuchSheetError, SheetError
from importer.model import CellFlaw, Table
from importer.reading import ReadOptions, SheetRows, read_sheet_rows, sha256_of
from importer.reading.sheet_rows import some_of
from importer.workbooks.results.rows import (
    DONE_MARK,
    FAILED_MARK,
    FAILED_SHEET,
    RESULTS_SHEET,
    SUMMARY_SHEET,
    PreviousRow,
    ResultsSheet,
    sheet_of_results,
)
from importer.workbooks.results.summary import ROWS_SHA256, RUN_ID, SERVER

# a whole sheet of ours, of as many cells as are read, unpacks to some 4 GiB; other lists have a lower limit
_OPTIONS: Final = ReadOptions(max_unpacked_bytes=6 * 1024**3)
_SEPARATORS: Final = (",", ";", "\t", "|")
_RERUN: Final = "rerun takes an order_results.xlsx of an earlier run"
_MAKE_ALIKE: Final = f"make them alike, or delete one of the sheets {RESULTS_SHEET} and {FAILED_SHEET}"


@dataclass(frozen=True, slots=True)
class PreviousResults:
    """A results workbook, or one of its sheets saved as CSV.

    Attributes:
        sha256: of the file's bytes, hexadecimal.
        header: the headers of the input, and those that the person added.
        rows: every row that is there, in the first order (by ``row``).
        facts: which sheet corrections were taken from, and which rows are left out, each one sentence.
        run_id: the run that wrote it; like its server and receipt empty where that cannot be read, as in a CSV.
        receipt: the SHA-256 of the rows as they were written.
    """

    path: Path
    sha256: str
    header: tuple[str, ...]
    rows: tuple[PreviousRow, ...]
    facts: tuple[str, ...] = ()
    run_id: str = ""
    server: str = ""
    receipt: str = ""

    @property
    def flaws(self) -> Mapping[tuple[int, int], CellFlaw]:
        """``(index of the row, index of the column)`` -> why a cell's text is not to be trusted."""
        return {(index, at): flaw for index, row in enumerate(self.rows) for at, flaw in row.flaws.items()}

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
        path: a workbook that ``write_results`` made, edited or not, or one of its sheets Results and Failed rows saved
            as CSV.

    Returns:
        Its rows in the first order, with what became of each.

    Raises:
        SheetError: it is no results workbook, a cell in our own columns makes no sense, or a row was corrected in both
            sheets and not alike.
    """
    first = read_sheet_rows(path, options=_OPTIONS)
    sheets = _sheets(path, first) if first.sheet else [_text_file(path, first)]
    header, rows = _merged(path, *sheets) if len(sheets) > 1 else (sheets[0].header, sheets[0].rows)
    facts: dict[str, str] = {}
    if first.sheet:
        with suppress(SheetError):
            summary = first if first.sheet == SUMMARY_SHEET else read_sheet_rows(path, SUMMARY_SHEET, _OPTIONS)
            facts = {line.texts[0]: line.texts[1] for line in summary.rows if len(line.texts) > 1}
    return PreviousResults(
        path=path,
        sha256=sha256_of(path),
        header=header,
        rows=tuple(sorted(rows, key=lambda row: row.row)),
        facts=tuple(_facts(rows)) if len(sheets) > 1 else (),
        run_id=facts.get(RUN_ID, ""),
        server=facts.get(SERVER, ""),
        receipt=facts.get(ROWS_SHA256, ""),
    )


def _sheets(path: Path, first: SheetRows) -> list[ResultsSheet]:
    """Read Results and Failed rows, or the one of them that is there."""
    found, refused = [], []
    for name in (RESULTS_SHEET, FAILED_SHEET):
        place = f"{path}: sheet '{name}'"
        try:
            read = first if first.sheet == name else read_sheet_rows(path, name, _OPTIONS)
        except NoSuchSheetError as error:
            refused.append(SheetError(f"{error}; {_RERUN}"))
            continue
        sheet = sheet_of_results(place, name, read.rows)
        if sheet is None:
            raise _no_results(place)
        found.append(sheet)
    if not found:
        raise refused[0]
    return found


def _text_file(path: Path, first: SheetRows) -> ResultsSheet:
    for read in _readings(path, first):
        sheet = sheet_of_results(str(path), RESULTS_SHEET, read.rows)
        if sheet is not None:
            return sheet
    raise _no_results(str(path))


def _readings(path: Path, first: SheetRows) -> Iterator[SheetRows]:
    """Read a text file with each separator: our own headers tell better than anything else which is right."""
    yield first
    for separator in _SEPARATORS:
        with suppress(SheetError):
            yield read_sheet_rows(path, options=ReadOptions(delimiter=separator))


def _no_results(place: str) -> SheetError:
    return SheetError(
        f"{place}: is not a results sheet: it has no columns row, result, reason and did_sent, with attempts and"
        f" answered_at side by side after them; {_RERUN}, and a new list is imported with: did-importer run"
    )


def _merged(path: Path, results: ResultsSheet, failed: ResultsSheet) -> tuple[tuple[str, ...], list[PreviousRow]]:
    """Bring the two sheets together: of a row that stands in both, the one that was corrected counts."""
    for one, other in zip(results.header, failed.header, strict=False):
        if one != other:
            raise SheetError(
                f"{path}: a header is '{one}' in {RESULTS_SHEET} and '{other}' in {FAILED_SHEET}; {_MAKE_ALIKE}"
            )
    # one of them may have further columns, which the person added
    header = max(results.header, failed.header, key=len)
    here, there = ([_as_wide(row, len(header)) for row in sheet.rows] for sheet in (results, failed))
    twins = _twins(here, there)
    rows = []
    for place, row in enumerate(here):
        if place in twins:
            rows.append(_corrected_one(path, header, row, there[twins[place]]))
        else:
            rows.append(_left_out(row) if row.checksum.startswith(FAILED_MARK) else row)
    paired = frozenset(twins.values())
    return header, [*rows, *(_left_out(row) for place, row in enumerate(there) if place not in paired)]


def _facts(rows: Sequence[PreviousRow]) -> Iterator[str]:
    from_failed = sum(row.corrected and row.sheet == FAILED_SHEET for row in rows)
    if from_failed:
        yield f"rows that were corrected in the sheet {FAILED_SHEET}: {from_failed}"
    out = sorted({row.row for row in rows if row.left_out})
    if out:
        yield f"rows that were deleted in one of the sheets are not sent: {some_of(out)}"


def _twins(results: Sequence[PreviousRow], failed: Sequence[PreviousRow]) -> dict[int, int]:
    """Find for each row of Results its place in Failed rows: by number and checksum, by either where that fails."""
    twins: dict[int, int] = {}
    waiting = dict(enumerate(failed))
    keys: tuple[Callable[[PreviousRow], object], ...] = (
        lambda row: (row.row, row.checksum),
        lambda row: row.checksum or id(row),
        lambda row: row.row,
    )
    for key in keys:
        places: dict[object, deque[int]] = defaultdict(deque)
        for there, row in waiting.items():
            places[key(row)].append(there)
        for here, row in enumerate(results):
            found = places.get(key(row)) if here not in twins and not row.checksum.startswith(DONE_MARK) else None
            # several rows of one number were a range: the number alone tells only where a checksum is missing
            if found and (key is not keys[-1] or not (row.checksum and waiting[found[0]].checksum)):
                twins[here] = found.popleft()
                del waiting[twins[here]]
    return twins


def _as_wide(row: PreviousRow, width: int) -> PreviousRow:
    missing = width - len(row.cells)
    return replace(row, cells=(*row.cells, *[""] * missing)) if missing else row


def _left_out(row: PreviousRow) -> PreviousRow:
    """A row that was deleted in the other sheet; unless it was corrected in this one, it is not sent."""
    return row if row.corrected else replace(row, left_out=True)


def _corrected_one(path: Path, header: Sequence[str], here: PreviousRow, there: PreviousRow) -> PreviousRow:
    mine, others = (here.result.value, *here.cells), (there.result.value, *there.cells)
    if not there.corrected or mine == others:
        return here
    if not here.corrected:
        return there
    pairs = zip(("result", *header), mine, others, strict=True)
    name, one, other = next(three for three in pairs if three[1] != three[2])
    raise SheetError(
        f"{path}: row {here.row} was corrected in both sheets and not alike: {name or 'a cell'} is '{one}' in"
        f" {RESULTS_SHEET} and '{other}' in {FAILED_SHEET}; {_MAKE_ALIKE}"
    )
