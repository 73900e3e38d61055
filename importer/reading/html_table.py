"""Tables of an HTML page, which many portals call an Excel file."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from importer.errors import SheetError
from importer.reading.cell_text import number_text
from importer.reading.decode import Decoded
from importer.reading.rows import MOST_COLUMNS, MergedCells, ReadSheet, RowCollector

_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_SHORTENED: Final = re.compile(r"[0-9]+([.,][0-9]+)?E\+[0-9]+")
_UNSEEN: Final = ("script", "style", "title", "template")
_BREAKS: Final = ("br", "p", "div", "li")


class HtmlTables:
    """The tables of a page, each as a sheet; a row's number is its place in its table.

    Args:
        path: the file.
        decoded: its text.

    Raises:
        SheetError: there is no table in it.
    """

    def __init__(self, path: Path, decoded: Decoded) -> None:
        reader = _TableReader(str(path))
        reader.feed(decoded.text)
        reader.close()
        reader.end_all()
        tables = [rows for rows in reader.finished() if rows.rows]
        if not tables:
            raise SheetError(
                f"{path}: is a web page without a table, perhaps the page of a login that ran out; download the list"
                " again"
            )
        if len(tables) == 1:
            tables = [replace(tables[0], sheet="")]
        self._tables = {rows.sheet: rows for rows in tables}
        self.facts = (f"an HTML page, encoding {decoded.encoding}", *decoded.facts)

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the tables: empty for a single one, else ``table 1`` and so on."""
        return tuple(self._tables)

    def read(self, name: str) -> ReadSheet:
        """Return the table of that name."""
        return self._tables[name]

    def close(self) -> None:
        """Do nothing: the file was let go of when it had been read."""


class _Table:
    """A table under way."""

    def __init__(self, place: str) -> None:
        self.rows = RowCollector(place)
        self.merged: list[MergedCells] = []
        self.hidden: set[int] = set()
        self.number = 0
        self.texts: list[str] | None = None
        self.pieces: list[str] | None = None
        self.exact = ""
        self.span = 1
        # index of a column -> the last row that a cell of it reaches down to
        self.reaches: dict[int, int] = {}

    def start_row(self, *, hidden: bool) -> None:
        self.end_row()
        self.number += 1
        self.texts = []
        if hidden:
            self.hidden.add(self.number)

    def start_cell(self, attributes: dict[str, str | None]) -> None:
        self.end_cell()
        if self.texts is None:
            # a cell without a row around it
            self.start_row(hidden=False)
        texts = self.texts = self.texts or []
        self.pieces = []
        self.exact = attributes.get("x:num") or attributes.get("sdval") or ""
        self.span = _span(attributes.get("colspan"), MOST_COLUMNS)
        while self.reaches.get(len(texts), 0) >= self.number:
            texts.append("")
        down = _span(attributes.get("rowspan"), 1_048_576)
        if down > 1:
            column, last = len(texts), self.number + down - 1
            self.merged.append(MergedCells(column, self.number, last))
            self.reaches |= dict.fromkeys(range(column, min(column + self.span, MOST_COLUMNS)), last)

    def end_cell(self) -> None:
        if self.pieces is not None and self.texts is not None:
            text = "\n".join(_SPACE.sub(" ", line).strip(" ") for line in "".join(self.pieces).split("\0")).strip("\n")
            if self.exact and _SHORTENED.fullmatch(text):
                text = _exactly(self.exact) or text
            text = "" if text.isspace() else text
            room = MOST_COLUMNS - len(self.texts)
            self.texts += [text, *[""] * (self.span - 1)][: max(room, 0)]
            self.pieces = None

    def end_row(self) -> None:
        self.end_cell()
        if self.texts is not None:
            while self.texts and not self.texts[-1]:
                self.texts.pop()
            self.rows.add(self.number, tuple(self.texts))
            self.texts = None


class _TableReader(HTMLParser):
    def __init__(self, place: str) -> None:
        super().__init__(convert_charrefs=True)
        self._place = place
        self._all: list[_Table] = []
        self._open: list[_Table] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self._open.append(_Table(f"{self._place}: table {len(self._all) + 1}"))
            self._all.append(self._open[-1])
        elif self._open and tag == "tr":
            style = (attributes.get("style") or "").replace(" ", "").lower()
            self._open[-1].start_row(hidden="display:none" in style or "hidden" in attributes)
        elif self._open and tag in ("td", "th"):
            self._open[-1].start_cell(attributes)
        elif tag in _BREAKS:
            self._write("\0")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif self._open and tag == "table":
            self._open.pop().end_row()
        elif self._open and tag == "tr":
            self._open[-1].end_row()
        elif self._open and tag in ("td", "th"):
            self._open[-1].end_cell()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._write(data)

    def _write(self, text: str) -> None:
        if self._open and self._open[-1].pieces is not None:
            self._open[-1].pieces.append(text)

    def end_all(self) -> None:
        """End what the page left open."""
        while self._open:
            self._open.pop().end_row()

    def finished(self) -> list[ReadSheet]:
        return [
            table.rows.finish(f"table {number}", merged=table.merged, hidden_rows=table.hidden)
            for number, table in enumerate(self._all, 1)
        ]


def _exactly(number: str) -> str:
    """Return the digits of the number that Excel or LibreOffice puts beside a text which it has shortened."""
    try:
        return number_text(float(number))[0]
    except ValueError:
        return ""


def _span(text: str | None, most: int) -> int:
    digits = (text or "").strip()
    return max(1, min(int(digits), most)) if digits.isdecimal() and len(digits) < 8 else 1
