"""OpenDocument spreadsheets (.ods), read cell by cell.

python-calamine reads them too, but shows an error and a formula without a result as a blank cell and a boolean as
1.0, and does not say which rows are hidden or merged. In an .ods a cell carries both its value and the text that is
shown, so nothing has to be worked out from number formats.
"""

import re
from pathlib import Path
from typing import Final

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading.cell_text import TextMemory, literal_value, number_text
from importer.reading.opendocument_names import DocumentNames
from importer.reading.rows import MOST_COLUMNS, MOST_ROWS, MergedCells, ReadSheet, RowCollector
from importer.reading.unpack import open_package, part_chunks
from importer.reading.xml_events import LOCAL, Attributes, parse_xml

_DURATION: Final = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_DECORATED: Final = re.compile(r"[0-9+() -]+")
_NOT_COUNTED: Final = re.compile(r"[^0-9+]")
_IN_TEXT: Final = frozenset(("p", "h", "span", "a", "s", "tab", "line-break", "list", "list-item", "ruby", "ruby-base"))
_NUMBERS: Final = ("float", "percentage", "currency")
_HIDDEN: Final = ("collapse", "filter")
_TABLE_DEPTH: Final = 4
# so many in one go; a few bytes of XML must not become gigabytes of blanks
_MOST_SPACES: Final = 1_000


class OpenDocument:
    """An open .ods spreadsheet.

    Args:
        path: the file.
        max_unpacked_bytes: the most that it may unpack to.

    Raises:
        SheetError: it is damaged, encrypted, too big, or unpacks to more.
    """

    facts: tuple[str, ...] = ()

    def __init__(self, path: Path, max_unpacked_bytes: int) -> None:
        place, manifest = str(path), "META-INF/manifest.xml"
        with open_package(path, max_unpacked_bytes) as package:
            listed = manifest in package.namelist()
            if listed and any(b"encryption-data" in piece for piece in part_chunks(package, manifest, place)):
                raise SheetError(f"{path}: is encrypted with a password; open it and save it without the password")
            reader = _DocumentReader(place)
            parse_xml(part_chunks(package, "content.xml", place), place, reader.start, reader.end, reader.text)
        self._sheets = {sheet.sheet: sheet for sheet in reader.sheets}

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets, in their order."""
        return tuple(self._sheets)

    def read(self, name: str) -> ReadSheet:
        """Return the sheet of that name."""
        return self._sheets[name]

    def close(self) -> None:
        """Do nothing: the file was let go of when it had been read."""


class _DocumentReader:
    """Takes the events of the document; one cell at a time is under way."""

    def __init__(self, place: str) -> None:
        self.sheets: list[ReadSheet] = []
        self._place = place
        self._depth = 0
        self._aside = 0
        self._memory = TextMemory()
        self._rows: RowCollector | None = None
        self._cell: Attributes | None = None
        self._cell_depth = 0
        self._text: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth == 1:
            self._names = DocumentNames(attributes)
        if self._aside:
            self._aside += 1
        elif self._cell is not None:
            self._start_in_cell(LOCAL[name], attributes)
        elif name in self._names.cells:
            if self._rows is not None:
                self._cell, self._text, self._cell_depth = attributes, [], self._depth
        elif self._rows is None:
            if name == self._names.table and self._depth == _TABLE_DEPTH:
                self._open_table(attributes.get(self._names.name, ""))
        elif name == self._names.row:
            self._row = attributes
            self._texts: list[str] = []
            self._flaws: dict[int, CellFlaw] = {}
            self._column = 0
        elif name == self._names.column:
            repeats = _whole(attributes.get(self._names.columns_repeated))
            hidden = attributes.get(self._names.visibility) in _HIDDEN
            # a hidden rest of the sheet reaches to the last column and holds nothing
            if hidden and self._columns_seen + repeats < MOST_COLUMNS:
                self._hidden_columns += range(self._columns_seen, self._columns_seen + repeats)
            self._columns_seen += repeats
        elif name in self._names.drawings:
            # drawings over the sheet may hold tables and texts of their own
            self._aside = 1

    def text(self, piece: str) -> None:
        if self._cell is not None and not self._aside and self._depth > self._cell_depth:
            self._text.append(piece)

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= 1
        elif self._cell is not None:
            if self._depth == self._cell_depth:
                self._close_cell(self._cell)
                self._cell = None
        elif self._rows is not None:
            if name == self._names.row:
                self._close_row(self._rows)
            elif self._depth == _TABLE_DEPTH:
                self._close_table(self._rows)
        self._depth -= 1

    def _open_table(self, name: str) -> None:
        self._name = name
        self._rows = RowCollector(f"{self._place}: sheet '{name}'")
        self._number = self._columns_seen = self._shown_otherwise = 0
        self._merged: list[MergedCells] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns: list[int] = []

    def _close_table(self, rows: RowCollector) -> None:
        self.sheets.append(
            rows.finish(
                self._name,
                merged=self._merged,
                hidden_rows=self._hidden_rows,
                hidden_columns=self._hidden_columns,
                shown_otherwise=self._shown_otherwise,
            )
        )
        self._rows = None

    def _close_row(self, rows: RowCollector) -> None:
        first = self._number + 1
        self._number += _whole(self._row.get(self._names.rows_repeated))
        if self._texts:
            texts = tuple(self._texts)
            for number in range(first, min(self._number, MOST_ROWS + 1) + 1):
                rows.add(number, texts, self._flaws or None)
                if self._row.get(self._names.visibility) in _HIDDEN:
                    self._hidden_rows.add(number)

    def _start_in_cell(self, local: str, attributes: Attributes) -> None:
        if local not in _IN_TEXT:
            # a comment, a drawing, how a text is pronounced
            self._aside = 1
        elif local in ("p", "h"):
            if self._text:
                self._text.append("\n")
        elif local == "s":
            self._text.append(" " * min(_whole(attributes.get(self._names.spaces)), _MOST_SPACES))
        elif local == "tab":
            self._text.append("\t")
        elif local == "line-break":
            self._text.append("\n")

    def _close_cell(self, cell: Attributes) -> None:
        repeated = cell.get(self._names.columns_repeated)
        repeats = _whole(repeated) if repeated else 1
        if self._text or self._names.kind in cell or self._names.formula in cell:
            text, flaw = self._finished(cell, "".join(self._text))
            text = self._memory[text]
            if text:
                first, last = self._column, min(self._column + repeats, MOST_COLUMNS)
                self._texts += [""] * (first - len(self._texts)) + [text] * (last - first)
                if flaw:
                    self._flaws |= dict.fromkeys(range(first, last), flaw)
                spanned = _whole(cell.get(self._names.rows_spanned))
                if spanned > 1:
                    self._merged.append(MergedCells(first, self._number + 1, self._number + spanned))
        self._column += repeats

    def _finished(self, cell: Attributes, shown: str) -> tuple[str, CellFlaw | None]:
        names = self._names
        kind, formula = cell.get(names.kind), cell.get(names.formula)
        if cell.get(names.own_kind) == "error" or (formula and shown.startswith(("#", "Err:"))):
            return shown or "#ERROR", CellFlaw.ERROR_VALUE
        if kind == "string":
            return cell.get(names.string, shown), None
        if kind in _NUMBERS:
            return self._from_number(cell.get(names.value, ""), shown)
        if kind == "boolean":
            return "TRUE" if cell.get(names.boolean) == "true" else "FALSE", None
        if kind == "date":
            return cell.get(names.date, shown).removesuffix("T00:00:00").replace("T", " "), CellFlaw.DATE
        if kind == "time":
            duration = _DURATION.fullmatch(cell.get(names.time, ""))
            return ":".join(duration.groups()) if duration else cell.get(names.time, shown), CellFlaw.DATE
        if kind is None and formula and not shown:
            # of:=[.A1]+1
            formula = formula[formula.find("=") :]
            literal = literal_value(formula)
            return (formula, CellFlaw.FORMULA_WITHOUT_VALUE) if literal is None else (literal, None)
        return shown, None

    def _from_number(self, value: str, shown: str) -> tuple[str, CellFlaw | None]:
        try:
            text, flaw = number_text(float(value))
        except ValueError:
            return shown, None
        if text == shown:
            return text, flaw
        counted = _NOT_COUNTED.sub("", shown)
        if counted != text and counted.endswith(text) and text.isdecimal() and _DECORATED.fullmatch(shown):
            # the format shows zeros or a plus before the number
            self._shown_otherwise += 1
            return shown.strip(), flaw
        return text, flaw


def _whole(text: str | None) -> int:
    return max(1, int(text)) if text and text.isdecimal() else 1
