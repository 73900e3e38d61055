"""The only place that holds python-calamine, which reads .xlsx workbooks faster than anything else in Python.

calamine is given a sheet in blocks of rows, each as a small workbook that is the same but for the rows it has not.
So one block is read while the rows of the one before are taken over, and calamine holds one block at a time. It also
goes through a sheet a second time, in search of merged areas, which stand behind the rows: in all blocks but the last
it finds at once that there are none.
"""

import zipfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Final

from importer.reading.cell_text import TextMemory
from importer.reading.rows import MergedCells, RowCollector

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_BLOCK: Final = 1 << 22
"""Bytes of a sheet's XML that calamine is given at a time."""

# every block brings the shared texts with it, which are not to be most of what calamine reads
_TIMES_FRAME: Final = 2
_MOST_PENDING: Final = 2
_NONE_MERGED: Final = b"<mergeCells></mergeCells>"
_BEGINNING: Final = b"<sheetData>"
_ROWS_END: Final = b"</sheetData"
_END: Final = b"</sheetData></worksheet>"


class CalamineGaveUp(Exception):
    """calamine cannot read the sheet: it is damaged, or holds what calamine or Python does not know."""


class QuickReader:
    """Reads one sheet by calamine.

    Args:
        frame: name in the archive -> content, of all parts beside the sheet that calamine looks at.
        name: the sheet's name.
        part: the sheet's name in the archive.
        rows: takes the rows.
        thread: where calamine reads, which leaves the interpreter to others meanwhile.
    """

    def __init__(
        self, frame: Mapping[str, bytes], name: str, part: str, rows: RowCollector, thread: ThreadPoolExecutor
    ) -> None:
        self._frame = frame
        self._name = name
        self._part = part
        self._rows = rows
        self._thread = thread
        self._block = max(_BLOCK, _TIMES_FRAME * sum(map(len, frame.values())))
        self._pending: deque[Future[CalamineSheet]] = deque()
        self._memory = TextMemory()
        self._next_row = 0
        self._merged: Sequence[MergedCells] = ()

    def passing(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Hand a sheet's XML on to whoever looks through it, and let calamine read what has passed.

        Args:
            pieces: what stands before the rows, and whole rows that do not reach farther than they have cells.

        Yields:
            The same.

        Raises:
            CalamineGaveUp: the sheet cannot be cut, or not be read.
        """
        head = next(pieces)
        yield head
        block, size, behind = [head, b"", b""], 0, False
        for piece in pieces:
            # in a comment or a CDATA section "<row" does not begin a row
            if (b"!" in piece and b"<!" in piece) or (b"?" in piece and b"<?" in piece):
                raise CalamineGaveUp
            if size >= self._block and not behind:
                block[1] = _NONE_MERGED
                self._begin([*block, _END])
                block, size = [head, b"", _BEGINNING], 0
            block.append(piece)
            size += len(piece)
            # what follows may have something like "<row" in it (rowBreaks), and belongs to the last block
            behind = behind or _ROWS_END in piece
            yield piece
        self._begin(block)

    def finish(self) -> Sequence[MergedCells]:
        """Wait for the last rows.

        Returns:
            The merged areas that span several rows.

        Raises:
            CalamineGaveUp: the sheet cannot be read.
        """
        while self._pending:
            self._take()
        return self._merged

    def _begin(self, block: list[bytes]) -> None:
        while self._pending and (len(self._pending) == _MOST_PENDING or self._pending[0].done()):
            self._take()
        self._pending.append(self._thread.submit(self._read, block))

    def _read(self, block: list[bytes]) -> "CalamineSheet":
        """Read a block, which is empty afterwards."""
        from python_calamine import CalamineWorkbook

        package, part = BytesIO(), zipfile.ZipInfo(self._part)
        part.file_size = sum(map(len, block))
        with zipfile.ZipFile(package, "w") as archive:
            for name, content in self._frame.items():
                # packed, because calamine copies the whole workbook twice
                archive.writestr(name, content, zipfile.ZIP_DEFLATED, 1)
            with archive.open(part, "w") as member:
                while block:
                    member.write(block.pop(0))
        package.seek(0)
        return CalamineWorkbook.from_filelike(package).get_sheet_by_name(self._name)

    def _take(self) -> None:
        """Take over the rows of the block that was given first.

        Raises:
            CalamineGaveUp: it cannot be read, or its rows do not all stand below those of the block before.
        """
        with _giving_up():
            cells = self._pending.popleft().result()
            areas = cells.merged_cell_ranges or ()
            values: Sequence[Sequence[object]] = cells.to_python()
        self._merged = [MergedCells(first[1], first[0] + 1, last[0] + 1) for first, last in areas if last[0] > first[0]]
        if cells.start is None or cells.end is None:
            return
        row, column = cells.start
        if row < self._next_row:
            raise CalamineGaveUp
        self._next_row = cells.end[0] + 1
        # blank columns before the first cell are not given
        missing = [""] * column
        lines = [[*missing, *line] for line in values] if missing else values
        self._rows.add_all(row + 1, *self._memory.rows(lines))


@contextmanager
def quick_reader(frame: Mapping[str, bytes], name: str, part: str, rows: RowCollector) -> Iterator[QuickReader]:
    """Have a sheet read by calamine.

    Args:
        frame: name in the archive -> content, of all parts beside the sheet that calamine looks at.
        name: the sheet's name.
        part: the sheet's name in the archive.
        rows: takes the rows.

    Yields:
        The reader; leaving the context waits for what calamine has begun.
    """
    with ThreadPoolExecutor(1) as thread:
        yield QuickReader(frame, name, part, rows, thread)


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
