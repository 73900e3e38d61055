"""Rows of text, written straight into a sheet that XlsxWriter has laid out.

XlsxWriter draws the workbook (styles, widths, links, notes, charts) with an empty sheet for the rows; the rows are
then spliced into that sheet as the XML of its cells. There are two reasons. It takes a quarter of the time of
``write_string`` for each cell. And it is right for every text: XlsxWriter 3.3 takes a text that begins with ``<r>``
and ends with ``</r>`` for markup, so that it vanishes, and spells ``_x005F_x0041_`` so that it comes back changed.

Each cell is an inline string (ECMA-376 part 1, 18.3.1.53), so that no reader takes it for a number, a date, a
formula or a link. Characters that XML cannot hold are spelled ``_xHHHH_``, and texts that look like such a spelling
have their underscore spelled (18.4.12), which is what Excel does and undoes.
"""

import re
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice, repeat
from typing import IO, BinaryIO, Final, NamedTuple

from importer.reading.sheet_rows import column_letters

LONGEST_CELL: Final = 32_767
"""How many UTF-16 units a cell holds in Excel."""

_SPECIAL: Final = re.compile('[\x00-\x08\x0b-\x1f&<>"\ud800-\udfff\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)')
_UNHOLDABLE: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
# the quotation mark is spelled so that nobody who looks for t="e" in the XML finds it in a person's text
_MARKUP: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_CHUNK_ROWS: Final = 1000
_MOST_PENDING: Final = 2
_TEXT: Final = ' t="inlineStr"><is><t>'
_TEXT_ENDS: Final = "</t></is></c>"
_STYLED_CELL: Final = re.compile(r'<c r="[A-Z]+1" s="([0-9]+)"')
_SHEET_DATA: Final = re.compile(r"<sheetData ?/>|<sheetData>.*?</sheetData>", re.DOTALL)
# half of what needs it: texts may be longer than usual
_ZIP64_FROM: Final = 2**30


class TextRow(NamedTuple):
    """One row of a sheet.

    Attributes:
        number: the row's number in the sheet, from 1, growing from row to row.
        cells: its texts, from column A on.
        styles: for each cell, the number of its style in the workbook.
        height: in points, for a row whose text is wrapped; 0 for the usual height. LibreOffice does not work it out.
    """

    number: int
    cells: tuple[str, ...]
    styles: tuple[int, ...]
    height: int = 0


def cell_xml(text: str) -> str:
    """Return ``text`` as the content of a ``<t>`` element; what no workbook can hold becomes U+FFFD."""
    return _SPECIAL.sub(_spelling, text)


def fits(text: str) -> bool:
    """Whether a cell holds the whole of ``text``, the spellings of its special characters counted."""
    return len(text) * 7 <= LONGEST_CELL or len(_head(text)) == len(text)


def cut_to_fit(text: str, ending: str = "") -> str:
    """Return ``text`` if a cell holds it, else as much of it as leaves room for ``ending``, and ``ending``."""
    if fits(text):
        return text
    return _head(text, len(ending)) + ending


def holdable(text: str) -> bool:
    """Whether a workbook can hold every character of ``text``: no halves of a surrogate pair, no non-characters."""
    return text.isascii() or not _UNHOLDABLE.search(text)


def drawn_text(text: str) -> str:
    """Return ``text`` as it may be handed to XlsxWriter, for the few texts of our own that it writes itself."""
    whole = _UNHOLDABLE.sub("\ufffd", cut_to_fit(text, " ..."))
    # XlsxWriter takes what begins so for markup
    return " " + whole if whole.startswith("<r>") else whole


def rows_xml(rows: Iterable[TextRow]) -> Iterator[bytes]:
    """Turn rows into the XML that stands between ``<sheetData>`` and ``</sheetData>``, in pieces of about 1 MB.

    Args:
        rows: the rows; every text must fit into a cell (see ``cut_to_fit``).

    Yields:
        UTF-8.
    """
    remaining = iter(rows)
    while chunk := list(islice(remaining, _CHUNK_ROWS)):
        # most rows are alike but for their texts
        alike: dict[tuple[tuple[int, ...], int], list[TextRow]] = {}
        for row in chunk:
            alike.setdefault((row.styles, row.height), []).append(row)
        made = {look: _alike_rows(*look, group) for look, group in alike.items()}
        yield "".join([next(made[row.styles, row.height]) for row in chunk]).encode()


def _alike_rows(styles: tuple[int, ...], height: int, rows: Sequence[TextRow]) -> Iterator[str]:
    """Yield rows that are styled alike, column by column: what is the same in each of them is put together once."""
    numbers = [str(row.number) for row in rows]
    parts: list[Iterable[str]] = [repeat('<row r="'), numbers]
    same = f'" ht="{height}" customHeight="1">' if height else '">'
    for column, (style, texts) in enumerate(zip(styles, zip(*(row.cells for row in rows), strict=True), strict=True)):
        parts += (repeat(f'{same}<c r="{column_letters(column)}'), numbers)
        same = f'" s="{style}"'
        if texts.count(texts[0]) == len(texts):
            same += _contents(texts[:1])[0]
        elif "" not in texts and (ordinary := _ordinary(texts)) is not None:
            parts += (repeat(f"{same}{_TEXT}"), ordinary)
            same = _TEXT_ENDS
        else:
            parts += (repeat(same), _contents(texts))
            same = ""
    parts.append(repeat(f"{same}</row>"))
    return map("".join, zip(*parts, strict=False))


def _contents(texts: Sequence[str]) -> list[str]:
    """Return the rest of each cell, behind its place and style, for texts of any kind."""
    filled = tuple(filter(None, texts))
    ordinary = _ordinary(filled)
    if ordinary is not None:
        spelled = iter(ordinary)
        return [f"{_TEXT}{next(spelled)}{_TEXT_ENDS}" if text else "/>" for text in texts]
    kept = _TEXT.replace("<t>", '<t xml:space="preserve">')
    return [f"{kept}{cell_xml(text)}{_TEXT_ENDS}" if text else "/>" for text in texts]


def _ordinary(texts: tuple[str, ...]) -> Sequence[str] | None:
    """Return the texts with their markup spelled, or None if one of them needs more than that."""
    together = "\n".join(texts)
    if (
        together.count("\n") > len(texts) - 1
        or not together.replace("\n", "").isprintable()
        or "_x" in together
        or " \n" in together
        or "\n " in together
        or together[:1] == " "
        or together[-1:] == " "
    ):
        return None
    if "&" in together or "<" in together or ">" in together or '"' in together:
        for character, spelled in _MARKUP.items():
            together = together.replace(character, spelled)
        return together.split("\n")
    return texts


def sample_styles(workbook: BinaryIO, sheet: int) -> tuple[int, ...]:
    """Return the style numbers of the cells in the first row of a laid-out sheet.

    Args:
        workbook: what XlsxWriter wrote, with one blank cell of each style side by side from A1 on.
        sheet: the sheet's place, from 1.
    """
    with zipfile.ZipFile(workbook) as archive:
        data = _SHEET_DATA.search(archive.read(_member(sheet)).decode())
    return tuple(int(style) for style in _STYLED_CELL.findall(data.group() if data else ""))


def splice(workbook: BinaryIO, sheet: int, pieces: Iterable[bytes], target: BinaryIO, extent: tuple[int, int]) -> None:
    """Copy a laid-out workbook with rows in the place of a sheet's own.

    Args:
        workbook: what XlsxWriter wrote.
        sheet: the place of the sheet that gets the rows, from 1.
        pieces: what ``rows_xml`` yields.
        target: where the workbook is written.
        extent: the number of the last row and of columns, for the sheet's dimension.
    """
    last_row, columns = extent
    dimension = f'<dimension ref="A1:{column_letters(columns - 1)}{last_row}"/>'
    huge = last_row * columns * 80 > _ZIP64_FROM
    with (
        zipfile.ZipFile(workbook) as laid_out,
        # level 1 takes a third of the time of the usual 6 and gives files a tenth larger
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for entry in laid_out.infolist():
            content = laid_out.read(entry)
            if entry.filename != _member(sheet):
                archive.writestr(entry.filename, content)
                continue
            head, tail = _SHEET_DATA.split(content.decode(), maxsplit=1)
            with archive.open(entry.filename, "w", force_zip64=huge) as member:
                member.write(re.sub(r"<dimension [^>]*/>", dimension, head).encode() + b"<sheetData>")
                _write_beside(member, pieces)
                member.write(b"</sheetData>" + tail.encode())


def _write_beside(member: IO[bytes], pieces: Iterable[bytes]) -> None:
    """Pack pieces in a thread of its own: zlib leaves the interpreter to the one that makes the next."""
    pending: deque[Future[int]] = deque()
    with ThreadPoolExecutor(1) as thread:
        for piece in pieces:
            if len(pending) == _MOST_PENDING:
                pending.popleft().result()
            pending.append(thread.submit(member.write, piece))
        for written in pending:
            written.result()


def _member(sheet: int) -> str:
    return f"xl/worksheets/sheet{sheet}.xml"


def _spelling(match: re.Match[str]) -> str:
    character = match.group()
    if character in _MARKUP:
        return _MARKUP[character]
    if _UNHOLDABLE.match(character):
        return "\ufffd"
    return f"_x{ord(character):04X}_"


def _head(text: str, less: int = 0) -> str:
    """The longest beginning of ``text`` that a cell holds with room for ``less`` more."""
    room = LONGEST_CELL - less
    for index, character in enumerate(text):
        room -= 2 if character > "\uffff" else 1
        if _SPECIAL.match(text, index) and character not in _MARKUP and not _UNHOLDABLE.match(character):
            room -= 6
        if room < 0:
            return text[:index]
    return text
