"""The only place that holds python-calamine, which reads .xlsx workbooks faster than anything else in Python."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from importer.sheet.cell_text import TextMemory
from importer.sheet.rows import MergedCells, RowCollector

if TYPE_CHECKING:
    from python_calamine import CalamineSheet


class CalamineGaveUp(Exception):
    """calamine cannot read the sheet: it is damaged, or holds what calamine or Python does not know."""


class QuickWorkbook:
    """A workbook as calamine sees it.

    Args:
        path: the file.

    Raises:
        CalamineGaveUp: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        from python_calamine import CalamineWorkbook

        with _giving_up():
            self._workbook = CalamineWorkbook.from_path(path)

    @contextmanager
    def reading(self, name: str) -> "Iterator[QuickSheet]":
        """Read a sheet in a thread of its own; calamine leaves the interpreter to others meanwhile.

        Args:
            name: its name.

        Yields:
            The sheet, whose rows can be asked for at once; leaving the context waits for the thread.
        """
        with ThreadPoolExecutor(1) as thread:
            yield QuickSheet(thread.submit(self._workbook.get_sheet_by_name, name).result)

    def close(self) -> None:
        """Let go of the file."""
        self._workbook.close()


class QuickSheet:
    """One sheet that calamine is reading.

    Args:
        read: waits for calamine, and returns what it has read.
    """

    def __init__(self, read: "Callable[[], CalamineSheet]") -> None:
        self._read = read

    def give(self, rows: RowCollector) -> Sequence[MergedCells]:
        """Hand over the rows.

        Args:
            rows: takes them.

        Returns:
            The merged areas that span several rows.

        Raises:
            CalamineGaveUp: the sheet cannot be read.
        """
        memory = TextMemory()
        with _giving_up():
            cells = self._read()
            # blank rows above the first cell are given, blank columns before it are not
            missing: list[object] = [""] * (cells.start[1] if cells.start else 0)
            for number, values in enumerate(cells.iter_rows(), 1):
                texts, flaws = memory.row([*missing, *values] if missing else values)
                rows.add(number, texts, flaws)
            areas = cells.merged_cell_ranges or ()
        return [MergedCells(first[1], first[0] + 1, last[0] + 1) for first, last in areas if last[0] > first[0]]


@contextmanager
def _giving_up() -> Iterator[None]:
    from python_calamine import CalamineError

    try:
        yield
    except (CalamineError, OverflowError, ValueError, OSError):
        # such as a phone number in a cell that is formatted as hours, for which Python has no duration
        raise CalamineGaveUp from None
    except BaseException as trouble:
        # a panic in Rust, on a damaged file, is no Exception, and its class cannot be imported
        if type(trouble).__name__ != "PanicException":
            raise
        raise CalamineGaveUp from None
