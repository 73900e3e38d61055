"""What the importer is measured beside, each as a process of its own: ``python -m tests.benchmarks.contestants NAME``.

``loop URL CALLS`` is the loop that one would write instead: asyncio, 8 httpx clients, no sheet, no check, no record.
``results WHO ROWS FILE`` writes a results workbook by the importer or by XlsxWriter alone, ``load FILE`` reads a
workbook with calamine, ``copy FROM TO`` writes the cells of a checked workbook with XlsxWriter alone.
"""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from importer.model import Result, RowOutcome, Table

from .orders import HEADER, address, cells, did

WORKERS: Final = 8
_MOMENT: Final = "2026-11-23T02:03:04+00:00"


async def _loop(url: str, calls: int) -> None:
    import httpx

    addresses = deque(address(url, row) for row in range(calls))

    async def work() -> None:
        async with httpx.AsyncClient() as client:
            while addresses:
                answer = await client.get(addresses.popleft())
                if not answer.text.startswith("SUCCESS"):
                    raise ValueError(f"the server said: {answer.text[:80]}")

    await asyncio.gather(*(work() for _ in range(WORKERS)))


def outcome(row: int) -> RowOutcome:
    """Return what became of a row: most are in, each 20th was invalid, each 50th a duplicate."""
    if row % 20 == 0:
        return RowOutcome(row, Result.INVALID, "did_route 'Ingroup' is not a route; did you mean IN_GROUP?")
    if row % 50 == 1:
        there = "DID ALREADY EXISTS: the DID is in VICIdial already"
        return RowOutcome(row, Result.DUPLICATE, there, did(row), 1, _MOMENT)
    return RowOutcome(row, Result.SUCCESS, "added", did(row), 1, _MOMENT, added=True)


def _results(who: str, rows: int, path: Path) -> float:
    """Write a results workbook; return how many seconds the writing alone took."""
    texts = tuple(cells(row, bad=True) for row in range(rows))
    table = Table(Path("order.xlsx"), "ab" * 32, "DIDs", HEADER, tuple(range(2, rows + 2)), texts)
    outcomes = tuple(outcome(row) for row in range(rows))
    if who == "importer":
        from importer.workbooks.results import RunSummary, write_results

        summary = RunSummary(
            *("http://127.0.0.1/", "6666", "order.xlsx", table.sha256, table.sheet, _MOMENT, _MOMENT, "0"),
            ended_how="finished",
            run_id="bench",
        )
        started = time.perf_counter()
        write_results(path, table, outcomes, summary)
        return time.perf_counter() - started
    from openpyxl import load_workbook

    # the cells of every sheet that the importer wrote of them, beside this file
    book = load_workbook(path.with_name("ours.xlsx"), read_only=True)
    sheets = [(sheet.title, [[*row] for row in sheet.iter_rows(values_only=True)]) for sheet in book]
    return _write_plainly(path, sheets)


def _write_plainly(path: Path, sheets: Iterable[tuple[str, Sequence[Sequence[object]]]]) -> float:
    """Write cells with one format, as one would who knows XlsxWriter alone; return the seconds."""
    import xlsxwriter

    started = time.perf_counter()
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    form = book.add_format({"num_format": "@", "valign": "top", "border": 1})
    for title, rows in sheets:
        sheet = book.add_worksheet(title)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write_string(number, column, str(value or ""), form)
    book.close()
    return time.perf_counter() - started


def _copy(source: Path, target: Path) -> float:
    from openpyxl import load_workbook

    book = load_workbook(source, read_only=True)
    return _write_plainly(
        target, [(sheet.title, [[*row] for row in sheet.iter_rows(values_only=True)]) for sheet in book]
    )


def main(name: str, *words: str) -> None:
    """Be one contestant."""
    if name == "loop":
        asyncio.run(_loop(words[0], int(words[1])))
    elif name == "results":
        print(_results(words[0], int(words[1]), Path(words[2])))
    elif name == "copy":
        print(_copy(Path(words[0]), Path(words[1])))
    else:
        from python_calamine import CalamineWorkbook

        CalamineWorkbook.from_path(words[0]).get_sheet_by_index(0).to_python(skip_empty_area=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
