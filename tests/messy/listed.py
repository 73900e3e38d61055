"""Comma-separated lists with a header and rows of cells, in which the trouble is in what the cells hold."""

import csv
import io
from typing import Any

from messy.messy_file import Became, MessyFile, text_read


def listed(
    name: str,
    header: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    became: tuple[Became, ...],
    *said: str,
    flags: tuple[str, ...] = (),
    **more: Any,
) -> MessyFile:
    """Return a list of these rows, the first in row 2; no cell but the last row's may hold a line end."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    numbered = tuple(enumerate(rows, start=2))
    return text_read(name, stream.getvalue(), header, numbered, became=became, said=said, flags=flags, **more)
