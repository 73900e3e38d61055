"""The only place that holds python-calamine, which reads workbooks faster than anything else in Python."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from importer.model import CellFlaw
from importer.sheet.cell_text import TextMemory
from importer.sheet.rows import MergedCells, RowCollector
from importer.sheet.unpack import DAMAGED

Values = Sequence[object]
Override = tuple[str, CellFlaw | None]
NOTHING: Final[Mapping[int, Mapping[int, Override]]] = MappingProxyType({})


class CalamineGaveUp(Exception):
    """calamine cannot read the sheet: it is damaged, or holds what calamine or Python does not know.

    Args:
        advice: what the person can do, with the place in the sheet if it is known.
    """

    def __init__(self, advice: str = DAMAGED) -> None:
        super().__init__(advice)
        self.advice = advice


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

    def read(
        self, name: str, rows: RowCollector, overrides: Mapping[int, Mapping[int, Override]] = NOTHING
    ) -> Sequence[MergedCells]:
        """Read a sheet.

        Args:
            name: its name.
            rows: takes the rows.
            overrides: row number -> index of the column -> text and flaw of a cell that calamine does not tell.

        Returns:
            The merged areas that span several rows.

        Raises:
            CalamineGaveUp: it cannot be read.
        """
        memory = TextMemory()
        number = 0
        with _giving_up():
            cells = self._workbook.get_sheet_by_name(name)
            # blank rows above the first cell are given, blank columns before it are not
            missing: list[object] = [""] * (cells.start[1] if cells.start else 0)
            lines = cells.iter_rows()
            while (values := _next_row(lines, number + 1)) is not None:
                number += 1
                texts, flaws = memory.row([*missing, *values] if missing else values)
                if number in overrides:
                    texts, flaws = _override([*texts], flaws or {}, overrides[number])
                rows.add(number, texts, flaws)
            areas = cells.merged_cell_ranges or ()
        return [MergedCells(first[1], first[0] + 1, last[0] + 1) for first, last in areas if last[0] > first[0]]

    def close(self) -> None:
        """Let go of the file."""
        self._workbook.close()


def _override(
    texts: list[str], flaws: dict[int, CellFlaw], overrides: Mapping[int, Override]
) -> tuple[tuple[str, ...], dict[int, CellFlaw]]:
    for column, (text, flaw) in overrides.items():
        texts += [""] * (column + 1 - len(texts))
        texts[column] = text
        if flaw:
            flaws[column] = flaw
    return tuple(texts), flaws


def _next_row(lines: Iterator[Values], number: int) -> Values | None:
    try:
        return next(lines, None)
    except OverflowError:
        raise CalamineGaveUp(
            f"row {number}: a number is formatted as a duration, too long for any; format the cell as a number"
        ) from None


@contextmanager
def _giving_up() -> Iterator[None]:
    from python_calamine import CalamineError

    try:
        yield
    except (CalamineError, ValueError, OSError):
        raise CalamineGaveUp from None
    except BaseException as trouble:
        # a panic in Rust, on a damaged file, is no Exception, and its class cannot be imported
        if type(trouble).__name__ != "PanicException":
            raise
        raise CalamineGaveUp from None
