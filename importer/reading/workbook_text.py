"""The XML of an Excel workbook before its cells are looked at: shared texts, escapes, and what is only formatted."""

import re
from collections.abc import Generator, Iterable, Iterator
from typing import Final

from importer.reading.xml_events import LOCAL, Attributes, parse_xml

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BLANK_CELL: Final = re.compile(rb'<c r="[A-Z]+[0-9]+"[^>]*/>')
_BLANK_ROW: Final = re.compile(rb'<row r="[0-9]+"[^>]*(?:/>|>\s*</row>)')
_LONGEST_ROW: Final = 1 << 22


def shared_strings(pieces: Iterable[bytes], place: str) -> list[str]:
    """Read the texts that the sheets of a workbook share.

    Args:
        pieces: the bytes of the part that holds them.
        place: the file, as an error names it.
    """
    strings: list[str] = []
    parts: list[str] = []
    inside: list[str] = []
    aside = 0

    def start(name: str, _: Attributes) -> None:
        nonlocal aside
        local = LOCAL[name]
        if local == "si":
            parts.clear()
        elif local == "rPh":
            # how a Japanese text is pronounced: not part of it
            aside += 1
        elif local == "t" and not aside:
            inside.append(local)

    def end(name: str) -> None:
        nonlocal aside
        local = LOCAL[name]
        if local == "si":
            strings.append(unescaped("".join(parts)))
        elif local == "rPh":
            aside -= 1
        elif local == "t":
            inside.clear()

    def text(piece: str) -> None:
        if inside:
            parts.append(piece)

    parse_xml(pieces, place, start, end, text)
    return strings


def unescaped(text: str) -> str:
    """Return a text of a workbook with ``_x000D_`` and the like turned into the characters that they stand for."""
    if "_x" not in text:
        return text
    turned = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    # halves of a pair are put together; a half alone is no character and stays as it was written
    try:
        return turned.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return text


def without_blanks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out the cells and rows that are only formatted: ten million of them are a minute of parsing.

    Args:
        pieces: the bytes of a sheet's part; what is not written as Excel writes it is passed on as it is.
    """
    rest = b""
    try:
        for piece in pieces:
            rest += piece
            at = rest.rfind(b"<row ") if len(rest) < _LONGEST_ROW else len(rest)
            if at > 0:
                yield _BLANK_ROW.sub(b"", _BLANK_CELL.sub(b"", rest[:at]))
                rest = rest[at:]
        yield rest
    finally:
        # what is left unread must not keep the file open
        if isinstance(pieces, Generator):
            pieces.close()
