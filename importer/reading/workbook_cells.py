"""The slower reader of an Excel sheet: every cell, with what calamine hides, in memory for the filled cells alone.

It takes over where the look through the sheet (``workbook_scan``) found something unusual, and is still three times
as fast as openpyxl, which would have to read the workbook twice, once for formulas and once for their results.
"""

from collections.abc import Iterable
from typing import Final

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading.cell_text import TextMemory, literal_value
from importer.reading.rows import MOST_ROWS, MergedCells, ReadSheet, RowCollector, too_long
from importer.reading.shaped_number import ShapedNumbers
from importer.reading.unpack import DAMAGED
from importer.reading.workbook_parts import CellFormat, WorkbookParts
from importer.reading.workbook_text import unescaped, without_blanks
from importer.reading.xml_events import LOCAL, Attributes, parse_xml

_TRUE: Final = ("1", "true")
_PLAIN: Final = CellFormat()
_LAST_COLUMN: Final = 16_383


def read_cells(pieces: Iterable[bytes], place: str, name: str, parts: WorkbookParts, strings: list[str]) -> ReadSheet:
    """Read a sheet cell by cell.

    Args:
        pieces: the bytes of the sheet's part.
        place: file and sheet, as an error names them.
        name: the name of the sheet.
        parts: what the workbook says about itself.
        strings: the texts that its sheets share.

    Raises:
        SheetError: it is damaged or too big.
    """
    reader = _CellReader(place, parts, strings)
    try:
        parse_xml(without_blanks(pieces), place, reader.start, reader.end, reader.text)
    except (ValueError, KeyError):
        # a row number that is none, a style without limits
        raise SheetError(f"{place}: {DAMAGED}") from None
    return reader.rows.finish(
        name,
        merged=reader.merged,
        hidden_rows=reader.hidden_rows,
        hidden_columns=reader.hidden_columns,
        shown_otherwise=reader.numbers.shown_otherwise,
    )


class _CellReader:
    """Takes the events of a sheet's XML; one cell at a time is under way."""

    def __init__(self, place: str, parts: WorkbookParts, strings: list[str]) -> None:
        self.rows = RowCollector(place)
        self.merged: list[MergedCells] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: list[int] = []
        self.numbers = ShapedNumbers(parts.from_1904)
        self._place = place
        self._parts = parts
        self._strings = strings
        self._memory = TextMemory()
        self._number = 0
        self._texts: list[str] = []
        self._flaws: dict[int, CellFlaw] = {}
        self._column = -1
        self._cell: Attributes = {}
        self._sink: list[str] | None = None
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._formula_of: Attributes = {}
        self._has_value = False
        self._aside = 0
        self._shared: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        local = LOCAL[name]
        if local == "c":
            self._cell, self._value, self._formula, self._has_value = attributes, [], None, False
            ref = attributes.get("r")
            self._column = _column_of(ref) if ref else self._column + 1
        elif local == "v":
            self._sink, self._has_value = self._value, True
        elif local == "t" and not self._aside:
            self._sink = self._value
        elif local == "f":
            self._sink = self._formula = []
            self._formula_of = attributes
        elif local == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._texts, self._flaws, self._column = [], {}, -1
            if attributes.get("hidden") in _TRUE:
                self.hidden_rows.add(self._number)
        elif local == "rPh":
            self._aside += 1
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif local == "col" and attributes.get("hidden") in _TRUE:
            first, last = int(attributes["min"]), int(attributes["max"])
            # a hidden rest of the sheet reaches to the last column and holds nothing
            self.hidden_columns += range(first - 1, last) if last <= _LAST_COLUMN else ()

    def text(self, piece: str) -> None:
        if self._sink is not None:
            self._sink.append(piece)

    def end(self, name: str) -> None:
        local = LOCAL[name]
        if local in ("v", "t", "f"):
            self._sink = None
        elif local == "c":
            if self._value or self._formula is not None:
                text, flaw = self._finished()
                if text and 0 <= self._column <= _LAST_COLUMN:
                    self._texts += [""] * (self._column + 1 - len(self._texts))
                    self._texts[self._column] = self._memory[text]
                    if flaw:
                        self._flaws[self._column] = flaw
        elif local == "row":
            if self._number > MOST_ROWS and self._texts:
                raise too_long(self._place, self._number)
            self.rows.add(self._number, tuple(self._texts), self._flaws or None)
        elif local == "rPh":
            self._aside -= 1

    def _finished(self) -> tuple[str, CellFlaw | None]:
        value, kind = "".join(self._value), self._cell.get("t", "n")
        if kind == "e":
            return value or "#ERROR", CellFlaw.ERROR_VALUE
        if self._formula is not None:
            formula = self._whole_formula()
            untrue = self._parts.uncalculated and kind == "n" and value.strip() == "0"
            if untrue or (not value and not (kind == "str" and self._has_value)):
                literal = literal_value(formula)
                return (formula, CellFlaw.FORMULA_WITHOUT_VALUE) if literal is None else (literal, None)
        if kind == "s":
            index = int(value) if value.strip().isdecimal() else len(self._strings)
            return (self._strings[index], None) if index < len(self._strings) else ("#ERROR", CellFlaw.ERROR_VALUE)
        if kind == "b":
            return "TRUE" if value.strip() in _TRUE else "FALSE", None
        if kind == "d":
            return value.strip().removesuffix("T00:00:00").replace("T", " "), CellFlaw.DATE
        if kind in ("str", "inlineStr"):
            return unescaped(value), None
        return self._from_number(value)

    def _from_number(self, value: str) -> tuple[str, CellFlaw | None]:
        try:
            number = float(value)
        except ValueError:
            return value, None
        style = self._cell.get("s", "")
        index = int(style) if style.isdecimal() else -1
        known = 0 <= index < len(self._parts.formats)
        return self.numbers.text(number, self._parts.formats[index] if known else _PLAIN)

    def _whole_formula(self) -> str:
        text = "".join(self._formula or ())
        key, ref = self._formula_of.get("si", ""), self._cell.get("r", "")
        if self._formula_of.get("t") != "shared":
            return f"={text}"
        if text:
            self._shared[key] = (text, ref)
            return f"={text}"
        if key not in self._shared or not ref:
            return "=(a formula shared with other cells)"
        from openpyxl.formula.translate import Translator, TranslatorError

        master, origin = self._shared[key]
        try:
            return str(Translator(f"={master}", origin=origin).translate_formula(ref))
        except (TranslatorError, ValueError, KeyError):
            return f"={master}"

    def _merge(self, ref: str) -> None:
        first, _, last = ref.partition(":")
        rows = [int(row) for row in (_row_of(first), _row_of(last)) if row]
        if len(rows) == 2 and rows[0] < rows[1]:
            self.merged.append(MergedCells(_column_of(first), rows[0], rows[1]))


def _column_of(ref: str) -> int:
    number = 0
    for character in ref.rstrip("0123456789").replace("$", "").upper():
        number = number * 26 + ord(character) - 64
    return number - 1


def _row_of(ref: str) -> str:
    digits = ref.replace("$", "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return digits if digits.isdecimal() else ""
