"""Text files of cells (.csv, .tsv, .txt): one row after the other, each with the line on which it begins."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from importer.columns import DID_PATTERN
from importer.errors import SheetError
from importer.headers import header_key
from importer.reading import limits
from importer.reading.decode import Decoded, decode
from importer.reading.header_row import is_did_header, looks_like_number
from importer.reading.sheet_rows import Book, ReadOptions, RowCollector

_CANDIDATES: Final = (",", ";", "\t", "|")
_NAMES: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}
_SAMPLE_LINES: Final = 200
_NO_SEPARATOR: Final = "\x1f"
# only CR, LF and CRLF end a line here; str.splitlines knows six more
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_ESCAPED_QUOTE: Final = re.compile(r'(?<!\\)((?:\\\\)*)\\"')

_COMMENTS: Final = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL)
_HTML: Final = re.compile(
    r"<(?:!doctype\s+html|html|head|meta|body|table|div|style|title|center|font|p|br|frameset|form|span|script|link|h[1-6]|thead|tr)\b",
    re.IGNORECASE,
)
_OTHER_TEXTS: Final = (
    (re.compile(r"\s*<(?s:.{0,2000})urn:schemas-microsoft-com:office:spreadsheet"), "an Excel 2003 XML spreadsheet"),
    (re.compile(r"\s*<(?s:.{0,4000})office:document\b"), "a flat OpenDocument spreadsheet"),
    (re.compile(r"\s*<"), "an XML file"),
    (re.compile(r"MIME-Version:|From: <Saved by", re.IGNORECASE), "a web archive (.mht)"),
    (re.compile(r"\s*(?:\[\s*[{\[\]\"]|\{\s*[\"}])"), "a JSON file"),
)


def open_text(path: Path, data: bytes, options: ReadOptions) -> Book:
    """Open a file that is a text, of cells or of an HTML page, or say what other text it is."""
    if len(data) > options.max_unpacked_bytes:
        most = options.max_unpacked_bytes / 2**20
        raise SheetError(f"{path}: has more than {most:,.0f} MiB, the most that is read; split it into several files")
    decoded = decode(data, str(path), options.encoding)
    start = _COMMENTS.match(decoded.text)
    if _HTML.match(decoded.text, start.end() if start else 0):
        from importer.reading.html_tables import read_html_tables

        return read_html_tables(path, decoded)
    for pattern, what in _OTHER_TEXTS:
        if pattern.match(decoded.text[:8192]):
            raise SheetError(
                f"{path}: is {what}, which is not read; open it in Excel or LibreOffice and save it as .xlsx, or get"
                " the list as .csv"
            )
    did_headers = [header for header, name in options.mapping.items() if name == DID_PATTERN.name]
    return _read_text(path, decoded, options.delimiter, did_headers)


def _read_text(path: Path, decoded: Decoded, delimiter: str | None, did_headers: Sequence[str]) -> Book:
    place = str(path)
    # DOS programs end a text with Ctrl-Z
    text, skipped = decoded.text.removesuffix("\x1a"), 0
    if max(text.count("\n"), text.count("\r")) > limits.MOST_LINES:
        raise SheetError(f"{place}: has more than {limits.MOST_LINES:,} lines; split it into several files")
    by_hand = _delimiter_named(delimiter, place) if delimiter else ""
    first = next(_lines(text, place), "")
    said = first.strip("\r\n").strip('"')
    if said[:4].lower() == "sep=" and len(said) == 5:
        # the line by which Excel is told the separator
        text, skipped, by_hand = text[len(first) :], 1, by_hand or said[4]
    sample = list(islice(_lines(text, place), _SAMPLE_LINES))
    inside = _inside_quotes(sample, did_headers)
    separator = by_hand or find_delimiter(inside or sample, did_headers)
    rows = RowCollector(place)
    blank = blank_before = 0
    for line, cells in _records(text, _NO_SEPARATOR if inside else separator, place, skipped):
        texts = next(csv.reader(cells, delimiter=separator), []) if inside else cells
        if rows.add(line, texts):
            blank_before = blank
        else:
            blank += 1
    named = f"separator {'tab' if separator == chr(9) else repr(separator)}" if separator in text else "one column"
    facts = (f"encoding {decoded.encoding}, {named}", *decoded.facts)
    if inside:
        facts += ("each line stands in quotation marks as a whole; they are left out",)
    sheet = rows.finish("", blank_before)
    return Book(("",), lambda _: sheet, facts, lines=True)


def find_delimiter(lines: Sequence[str], did_headers: Sequence[str] = ()) -> str:
    """Find out what separates the cells.

    A separator under which a header of a DID column stands alone in its cell wins; then one under which there is a
    column of phone numbers; then the one that cuts most records into equally many cells.
    """
    chosen = frozenset(map(header_key, did_headers))

    def score(delimiter: str) -> tuple[float, ...]:
        try:
            # the last record of the sample may be cut in two
            rows = [record for record in csv.reader(lines, delimiter=delimiter) if any(record)]
        except csv.Error:
            return (-1,)
        if not rows:
            return (0,)
        has_header = any(header_key(cell) in chosen or is_did_header(cell) for record in rows for cell in record)
        has_numbers = sum(any(map(looks_like_number, record)) for record in rows) / len(rows) >= 0.5
        width, count = max(Counter(map(len, rows)).items(), key=lambda item: (item[1], item[0]))
        return (has_header, has_numbers, width > 1, count / len(rows), width)

    # of equals the first
    return max(_CANDIDATES, key=score)


def _delimiter_named(text: str, place: str) -> str:
    found = _NAMES.get(text.strip().lower(), text)
    if len(found) != 1 or found in '"\r\n\0':
        raise SheetError(
            f"{place}: '{text!s}' cannot separate cells; give one character, or one of comma, semicolon, tab, pipe"
        )
    return found


def _inside_quotes(lines: Sequence[str], did_headers: Sequence[str]) -> list[str]:
    """Return the lines without the quotation marks in which each stands as a whole; nothing where they do not."""
    filled = [line.strip() for line in lines if line.strip()]
    if len(filled) < 2 or not all(line[0] == line[-1] == '"' for line in filled):
        return []
    rows = _strictly(filled, _NO_SEPARATOR) or []
    inside = [cell for row in rows for cell in row]
    if not inside or len(inside) != len(rows):
        return []
    separator = find_delimiter(inside, did_headers)
    # a quoted cell beside another is '","' here, which the rules of quoting do not allow within one cell
    return inside if all(separator in line for line in inside) else []


def _records(text: str, delimiter: str, place: str, lines_before: int) -> Iterator[tuple[int, list[str]]]:
    """Yield every record of a text with the number of the line on which it begins.

    Inside a line quotation marks are taken as Excel takes them. Over several lines they must be right, because a
    stray one would make one cell of many rows.
    """
    taken: list[str] = []
    cut_short = False
    number = lines_before + 1

    def lines() -> Iterator[str]:
        nonlocal cut_short
        for line in _lines(text, place):
            plain = line if '\\"' not in line else _with_doubled_quotes(line, delimiter, place, number + len(taken))
            taken.append(plain)
            yield plain
        # a reader that asks for one line more in the middle of a record misses the end of a quoted cell
        cut_short = bool(taken)

    reader = csv.reader(lines(), delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
            closed = not cut_short and (len(taken) == 1 or _well_quoted(taken, delimiter, cells))
        except StopIteration:
            return
        except csv.Error:
            closed = False
        if not closed:
            raise SheetError(
                f'{place}: line {number}: a quotation mark (") opens a cell here and does not close it rightly, or the'
                " cell is longer than 131,072 characters; close it, or delete the mark"
            )
        yield number, cells
        number += len(taken)
        taken.clear()


def _lines(text: str, place: str) -> Iterator[str]:
    for number, found in enumerate(_LINE.finditer(text), 1):
        if found.end() - found.start() > limits.LONGEST_LINE:
            raise SheetError(
                f"{place}: line {number} has more than {limits.LONGEST_LINE:,} characters; it is no list, or its line"
                " ends are lost: get or save it again"
            )
        yield found[0]


def _with_doubled_quotes(line: str, delimiter: str, place: str, number: int) -> str:
    """Return a line in which a program has written a backslash before a quotation mark, as Excel would write it."""
    doubled = _ESCAPED_QUOTE.sub(r'\1""', line)
    as_it_is, as_meant = _strictly([line], delimiter), _strictly([doubled], delimiter)
    if as_it_is is None and as_meant is not None:
        return doubled
    if as_it_is is not None and (as_meant is None or as_meant == as_it_is or '"' not in line.replace('\\"', "")):
        return line
    raise SheetError(
        f'{place}: line {number}: a backslash stands before a quotation mark (\\"), and where the cell ends cannot be'
        ' told; write two quotation marks ("") instead'
    )


def _well_quoted(lines: Sequence[str], delimiter: str, cells: Sequence[str]) -> bool:
    """Say whether several lines are one record: by the rules, and because none of them is a record of its own."""
    if _strictly(lines, delimiter) is None:
        return False
    # a cell that has swallowed a row holds what stood between the row's cells
    swallowed = len(cells) > 1 and any(delimiter in cell for cell in cells if "\n" in cell or "\r" in cell)
    for line in lines[1:] if swallowed else ():
        alone = next(csv.reader([line], delimiter=delimiter), [])
        if len(alone) == len(cells) and any(map(looks_like_number, alone)):
            return False
    return True


def _strictly(lines: Sequence[str], delimiter: str) -> list[list[str]] | None:
    """Return the records of lines that keep to the rules of quoting."""
    try:
        return list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
