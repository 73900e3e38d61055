"""XML read as a stream of events, in little memory whatever its size, by the names without their prefixes."""

from collections.abc import Callable, Generator, Iterable
from typing import Final
from xml.parsers import expat

from importer.errors import SheetError
from importer.reading.unpack import DAMAGED

_MOST_ELEMENTS: Final = 500_000

Attributes = dict[str, str]


class _LocalNames(dict[str, str]):
    """``x:row`` -> ``row``, each name cut once."""

    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition(":")[2]
        return local


LOCAL: Final = _LocalNames()
"""The name of an element or attribute without the prefix of its namespace."""


def parse_xml(
    pieces: Iterable[bytes],
    place: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read XML and call back for every element and text.

    Args:
        pieces: the bytes of the document.
        place: the file, as an error names it.
        start: takes the name of an element, with its prefix, and its attributes.
        end: takes the name of an element that ends.
        text: takes a piece of text.

    Raises:
        SheetError: it is not well-formed, or it defines entities, by which a small file can grow without limit.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    if end:
        parser.EndElementHandler = end
    if text:
        parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        raise SheetError(f"{place}: {DAMAGED}")

    parser.StartDoctypeDeclHandler = refuse
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise SheetError(f"{place}: {DAMAGED}") from None
    finally:
        # what is left unread must not keep the file open
        if isinstance(pieces, Generator):
            pieces.close()


def elements(pieces: Iterable[bytes], place: str) -> list[tuple[str, Attributes]]:
    """Return the local names and attributes of all elements of a small document, in their order.

    Args:
        pieces: the bytes of the document.
        place: the file, as an error names it.

    Raises:
        SheetError: it is not well-formed, or not small.
    """
    found: list[tuple[str, Attributes]] = []

    def start(name: str, attributes: Attributes) -> None:
        if len(found) >= _MOST_ELEMENTS:
            raise SheetError(f"{place}: {DAMAGED}")
        found.append((LOCAL[name], attributes))

    parse_xml(pieces, place, start)
    return found
