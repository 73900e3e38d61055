"""Writes one results workbook, with the importer or with XlsxWriter alone, and says what the writing took.

``python -m tests.benchmarks.results_writing importer|xlsxwriter ROWS FILE`` prints one JSON object.
"""

import gc
import json
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from importer.model import Result, RowOutcome, Table
from importer.result_words import WORDS

from .orders import HEADER, cells, did

_OUR_HEADERS: Final = ("result", "reason", "did_sent", "attempts", "answered_at")
_MOMENT: Final = "2026-11-23T02:03:04+00:00"


def outcome(row: int) -> RowOutcome:
    """Return what became of a row: most are in, each 20th was invalid, each 50th a duplicate."""
    if row % 20 == 0:
        return RowOutcome(row, Result.INVALID, "did_route 'Ingroup' is not a route; did you mean IN_GROUP?")
    if row % 50 == 1:
        there = "DID ALREADY EXISTS: the DID is in VICIdial already"
        return RowOutcome(row, Result.DUPLICATE, there, did(row), 1, _MOMENT)
    return RowOutcome(row, Result.SUCCESS, "added", did(row), 1, _MOMENT, added=True)


def table_of(rows: int) -> Table:
    """Return an order as the reader hands it on."""
    texts = tuple(cells(row, bad=True) for row in range(rows))
    return Table(Path("order.xlsx"), "ab" * 32, "DIDs", HEADER, tuple(range(2, rows + 2)), texts)


def by_importer(path: Path, table: Table, outcomes: tuple[RowOutcome, ...]) -> None:
    """Write it as a run does."""
    from importer.workbooks.results import RunSummary, write_results

    summary = RunSummary(
        server="http://127.0.0.1/vicidial/non_agent_api.php",
        user="6666",
        file="order.xlsx",
        sha256=table.sha256,
        sheet=table.sheet,
        started=_MOMENT,
        ended=_MOMENT,
        version="0",
        ended_how="finished",
        run_id="bench",
    )
    write_results(path, table, outcomes, summary)


def by_xlsxwriter(path: Path, table: Table, outcomes: tuple[RowOutcome, ...]) -> None:
    """Write the same rows with the same formats, as one would who knows XlsxWriter alone."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("Results")
    header = book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#1B3A57", "num_format": "@"})
    cell = {"num_format": "@", "valign": "top", "border": 1, "border_color": "#D0D5DA"}
    formats = {
        word.result: (
            book.add_format({**cell, "bg_color": word.tint}),
            book.add_format({**cell, "bg_color": word.colour, "bold": True}),
            book.add_format({**cell, "bg_color": word.tint, "text_wrap": True}),
        )
        for word in WORDS
    }
    _write_line(sheet, 0, (("row", header), *((name, header) for name in (*table.header, *_OUR_HEADERS))))
    for number, texts, became in zip(table.row_numbers, table.rows, outcomes, strict=True):
        plain, word, reason = formats[became.result]
        line = [(str(number), plain), *((text, plain) for text in texts)]
        line += [(became.result.value, word), (became.reason, reason), (became.did_sent, plain)]
        line += [(str(became.attempts), plain), (became.answered_at, plain)]
        _write_line(sheet, number - 1, line)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(outcomes), len(table.header) + len(_OUR_HEADERS))
    book.close()


def _write_line(sheet: Any, row: int, line: Iterable[tuple[str, Any]]) -> None:
    for column, (text, form) in enumerate(line):
        if text:
            sheet.write_string(row, column, text, form)
        else:
            sheet.write_blank(row, column, None, form)


def main(who: str, rows: int, path: Path) -> None:
    """Write one workbook and print what it took."""
    # as the program itself does, for both sides
    gc.set_threshold(100_000, 50, 50)
    table, outcomes = table_of(rows), tuple(outcome(row) for row in range(rows))
    write = {"importer": by_importer, "xlsxwriter": by_xlsxwriter}[who]
    before = _forget_peak()
    started = time.perf_counter()
    write(path, table, outcomes)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "more_mib": (_memory("VmHWM") - before)}))


def _forget_peak() -> float:
    """Let the kernel count the peak of this process's memory from here on; return what it holds now, in MiB."""
    # proc_pid_clear_refs(5): 5 resets the peak resident set size
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory("VmRSS")


def _memory(name: str) -> float:
    found = re.search(rf"^{name}:\s+([0-9]+) kB", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise OSError(f"the kernel does not tell {name}")
    return int(found[1]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
