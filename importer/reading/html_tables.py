"""Tables of an HTML page, which many portals call an Excel file, read with lxml.html."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.errors import SheetError
from importer.reading import limits
from importer.reading.cell_text import number_text
from importer.reading.decode import Decoded
from importer.reading.sheet_rows import Book, MergedCells, RowCollector, SheetRows

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_SHORTENED: Final = re.compile(r"[0-9]+([.,][0-9]+)?E\+[0-9]+")
_NOT_SHOWN: Final = frozenset("script style title template noscript del s strike sup sub head select".split())
_BREAKS: Final = ("br", "p", "div", "li")
_HIDING: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_HIDING_RULE: Final = re.compile(rf"([^{{}}]*)\{{[^{{}}]*(?:{_HIDING.pattern})", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]*")
_NAME: Final = re.compile(r"""[^\s=<>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?""")
_CLASS: Final = re.compile(r"\.([\w-]+)")


def read_html_tables(path: Path, decoded: Decoded) -> Book:
    """Read the tables of a page, each as a sheet; a row's number is its place in its table.

    What the page does not show is no part of a cell: elements that are hidden or struck out, scripts, comments. Raised
    and lowered characters are footnotes, and no digits of a number.
    """
    from lxml import etree, html

    names = (name[0] for tag in _TAG.finditer(decoded.text) for name in _NAME.finditer(decoded.text, *tag.span()))
    # a value counts as much as a name
    if any(count > limits.MOST_MARKUP for count in accumulate(1 + ("=" in name) for name in names)):
        raise SheetError(f"{path}: is too large for a web page that can be read; get the list as .xlsx or .csv")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    whole = False
    with suppress(etree.ParserError, etree.XMLSyntaxError, AssertionError):
        page = html.document_fromstring(decoded.text.encode("utf-8", "replace"), parser)
        whole = all(error.level < etree.ErrorLevels.FATAL for error in parser.error_log)
    if not whole:
        raise SheetError(f"{path}: is no web page that can be read; get the list again as .xlsx or .csv")
    rules = _HIDING_RULE.findall(" ".join(style.text or "" for style in page.iter("style")))
    hiding = frozenset(name for selectors in rules for name in _CLASS.findall(selectors))
    read = {name: sheet for name, sheet in _tables(path, page, hiding) if sheet.rows}
    if not read:
        raise _no_table(path, page)
    if len(read) == 1:
        read = {"": replace(next(iter(read.values())), sheet="")}
    return Book(tuple(read), read.__getitem__, (f"an HTML page, encoding {decoded.encoding}", *decoded.facts))


def _tables(path: Path, page: "HtmlElement", hiding: frozenset[str]) -> "Iterator[tuple[str, SheetRows]]":
    """Yield the tables of a page; a cell or row begins where its tag stands, whatever is left open before it."""
    from lxml import etree

    tables: list[_Table] = []
    under_way: list[_Table] = []
    unseen = None
    for event, element in etree.iterwalk(page, events=("start", "end")):
        tag = element.tag
        if event == "start":
            hidden = _is_hidden(element, hiding)
            if tag == "table":
                under_way.append(_Table(f"{path}: table {len(tables) + 1}"))
                tables.append(under_way[-1])
                if len(tables) > limits.MOST_SHEETS:
                    raise SheetError(
                        f"{path}: has more than {limits.MOST_SHEETS} tables; get the list as .xlsx or .csv"
                    )
            elif under_way:
                under_way[-1].start(element, hidden=hidden)
            if tag in ("table", "tr", "td", "th"):
                unseen = element if hidden and tag in ("td", "th") else None
            elif unseen is None and hidden:
                unseen = element
            text = ("\0" if tag in _BREAKS else "") + (element.text or "")
        else:
            unseen = None if element is unseen else unseen
            if under_way and tag == "table":
                under_way.pop().end_row()
            elif under_way and tag in ("td", "th"):
                under_way[-1].end_cell()
            text = element.tail or ""
        if under_way and unseen is None:
            under_way[-1].write(text)
    for number, table in enumerate(tables, 1):
        yield f"table {number}", table.rows.finish(f"table {number}")


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

    def __init__(self, place: str) -> None:
        self.rows = RowCollector(place)
        self._number = 0
        self._texts: list[str] | None = None
        self._cell: HtmlElement | None = None
        self._pieces: list[str] = []
        # index of a column -> the last row that a cell of it reaches down to
        self._reaches: dict[int, int] = {}

    def start(self, element: "HtmlElement", *, hidden: bool) -> None:
        if element.tag == "tr":
            self.end_row()
            self._number += 1
            self._texts = []
            self.rows.hidden_rows.update({self._number} if hidden else ())
        elif element.tag in ("td", "th"):
            self.end_cell()
            if self._texts is None:
                # a cell without a row around it
                self._number, self._texts = self._number + 1, []
            self._cell, self._pieces = element, []

    def write(self, text: str) -> None:
        if self._cell is not None:
            self._pieces.append(text)

    def end_cell(self) -> None:
        if self._cell is None or self._texts is None:
            return
        lines = "".join(self._pieces).split("\0")
        text = "\n".join(_SPACE.sub(" ", line).strip(" ") for line in lines).strip("\n")
        if _SHORTENED.fullmatch(text):
            # Excel or LibreOffice puts the number beside it
            with suppress(ValueError):
                text = number_text(float(self._cell.get("x:num") or self._cell.get("sdval") or ""))[0]
        while self._reaches.get(len(self._texts), 0) >= self._number:
            self._texts.append("")
        column, last = len(self._texts), self._number + _span(self._cell.get("rowspan"), limits.MOST_ROWS) - 1
        across = min(_span(self._cell.get("colspan"), limits.MOST_COLUMNS), max(limits.MOST_COLUMNS - column, 0))
        if last > self._number:
            self.rows.merge(MergedCells(column, self._number, last))
            self._reaches |= dict.fromkeys(range(column, column + across), last)
        self._texts += [text, *[""] * (across - 1)][:across]
        self._cell = None

    def end_row(self) -> None:
        self.end_cell()
        texts, self._texts = self._texts or [], None
        while texts and not texts[-1]:
            texts.pop()
        self.rows.add(self._number, texts)


def _is_hidden(element: "HtmlElement", hiding: frozenset[str]) -> bool:
    return (
        element.tag in _NOT_SHOWN
        or element.get("hidden") is not None
        or not hiding.isdisjoint((element.get("class") or "").split())
        or bool(_HIDING.search(element.get("style") or ""))
    )


def _span(text: str | None, most: int) -> int:
    digits = (text or "").strip()
    return max(1, min(int(digits), most)) if digits.isdecimal() and len(digits) < 8 else 1
