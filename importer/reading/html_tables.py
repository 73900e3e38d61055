"""Tables of an HTML page, which many portals call an Excel file, read with lxml.html."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.errors import SheetError
from importer.reading import limits
from importer.reading.cell_text import number_text
from importer.reading.decode import Decoded
from importer.reading.sheet_rows import MergedCells, RowCollector, SheetRows

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_SHORTENED: Final = re.compile(r"[0-9]+([.,][0-9]+)?E\+[0-9]+")
_NOT_SHOWN: Final = frozenset("script style title template noscript del s strike sup sub head select".split())
_BREAKS: Final = ("br", "p", "div", "li")
_HIDING: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_HIDING_RULE: Final = re.compile(rf"([^{{}}]*)\{{[^{{}}]*(?:{_HIDING.pattern})", re.IGNORECASE)
_CLASS: Final = re.compile(r"\.([\w-]+)")


def read_html_tables(path: Path, decoded: Decoded) -> dict[str, SheetRows]:
    """Read the tables of a page, each as a sheet; a row's number is its place in its table.

    What the page does not show is no part of a cell: elements that are hidden or struck out, scripts, comments. Raised
    and lowered characters are footnotes, and no digits of a number.
    """
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        page = html.document_fromstring(decoded.text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError):
        raise SheetError(f"{path}: is no web page that can be read; get the list again as .xlsx or .csv") from None
    rules = _HIDING_RULE.findall(" ".join(style.text or "" for style in page.iter("style")))
    hiding = frozenset(name for selectors in rules for name in _CLASS.findall(selectors))
    elements = list(page.iter("table"))
    if len(elements) > limits.MOST_SHEETS:
        raise SheetError(f"{path}: has more than {limits.MOST_SHEETS} tables; get the list as .xlsx or .csv")
    tables = {f"table {number}": _Table(f"{path}: table {number}", hiding) for number in range(1, len(elements) + 1)}
    for table, element in zip(tables.values(), elements, strict=True):
        table.take(element)
    read = {name: sheet for name, table in tables.items() if (sheet := table.rows.finish(name)).rows}
    if not read:
        raise _no_table(path, page)
    return read if len(read) > 1 else {"": replace(next(iter(read.values())), sheet="")}


def _no_table(path: Path, page: "HtmlElement") -> SheetError:
    frames = [str(frame.get("src")) for frame in page.iter("frame", "iframe") if frame.get("src")]
    if frames:
        return SheetError(
            f"{path}: is only the frame of a web page as Excel saves it; the list is in a file beside it: name"
            f" {' or '.join(frames[:3])}"
        )
    return SheetError(
        f"{path}: is a web page without a table, perhaps the page of a login that ran out; download the list again"
    )


class _Table:
    """A table under way."""

    def __init__(self, place: str, hiding: frozenset[str]) -> None:
        self.rows = RowCollector(place)
        self._hiding = hiding
        self._number = 0
        # index of a column -> the last row that a cell of it reaches down to
        self._reaches: dict[int, int] = {}

    def take(self, element: "HtmlElement") -> None:
        """Take the rows of a table, of its parts, and cells without a row around them."""
        alone: list[HtmlElement] = []
        for child in element:
            if child.tag in ("thead", "tbody", "tfoot"):
                self.take(child)
            elif child.tag == "tr":
                self._row([cell for cell in child if cell.tag in ("td", "th")])
                if self._hidden(child):
                    self.rows.hidden_rows.add(self._number)
            elif child.tag in ("td", "th"):
                alone.append(child)
        if alone:
            self._row(alone)

    def _row(self, cells: "list[HtmlElement]") -> None:
        self._number += 1
        texts: list[str] = []
        for cell in cells:
            while self._reaches.get(len(texts), 0) >= self._number:
                texts.append("")
            across = _span(cell.get("colspan"), limits.MOST_COLUMNS)
            down = _span(cell.get("rowspan"), limits.MOST_ROWS)
            column = len(texts)
            if down > 1:
                last = self._number + down - 1
                self.rows.merge(MergedCells(column, self._number, last))
                self._reaches |= dict.fromkeys(range(column, min(column + across, limits.MOST_COLUMNS)), last)
            texts += [self._text(cell), *[""] * (across - 1)][: max(limits.MOST_COLUMNS - column, 0)]
        while texts and not texts[-1]:
            texts.pop()
        self.rows.add(self._number, texts)

    def _text(self, cell: "HtmlElement") -> str:
        pieces: list[str] = []
        if not self._hidden(cell):
            self._take_text(cell, pieces)
        text = "\n".join(_SPACE.sub(" ", line).strip(" ") for line in "".join(pieces).split("\0")).strip("\n")
        exact = cell.get("x:num") or cell.get("sdval") or ""
        return (_exactly(exact) or text) if _SHORTENED.fullmatch(text) else text

    def _take_text(self, element: "HtmlElement", pieces: list[str]) -> None:
        pieces.append(element.text or "")
        for child in element:
            if child.tag in _BREAKS:
                pieces.append("\0")
            if child.tag not in _NOT_SHOWN and child.tag != "table" and not self._hidden(child):
                self._take_text(child, pieces)
            pieces.append(child.tail or "")

    def _hidden(self, element: "HtmlElement") -> bool:
        classes = self._hiding.intersection((element.get("class") or "").split()) if self._hiding else ()
        return element.get("hidden") is not None or bool(classes) or bool(_HIDING.search(element.get("style") or ""))


def _exactly(number: str) -> str:
    """Return the digits of the number that Excel or LibreOffice puts beside a text which it has shortened."""
    try:
        return number_text(float(number))[0]
    except ValueError:
        return ""


def _span(text: str | None, most: int) -> int:
    digits = (text or "").strip()
    return max(1, min(int(digits), most)) if digits.isdecimal() and len(digits) < 8 else 1
