"""What separates the cells of a text file: found out by what makes a table of it."""

import csv
from collections import Counter
from collections.abc import Sequence
from typing import Final

from importer.errors import SheetError
from importer.headers import header_key
from importer.reading.header_row import is_did_header, looks_like_number

_CANDIDATES: Final = (",", ";", "\t", "|")
_NAMES: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}
_NEVER: Final = '"\r\n\0'


def delimiter_named(text: str, place: str) -> str:
    """Return the character that the person means.

    Args:
        text: the character itself, or comma, semicolon, tab, pipe.
        place: the file, as an error names it.

    Raises:
        SheetError: it is no character that can separate cells.
    """
    found = _NAMES.get(text.strip().lower(), text)
    if len(found) != 1 or found in _NEVER:
        raise SheetError(
            f"{place}: '{text!s}' cannot separate cells; give one character, or one of comma, semicolon, tab, pipe"
        )
    return found


def name_of(delimiter: str) -> str:
    """Return how a separator is shown to the person."""
    return "tab" if delimiter == "\t" else f"'{delimiter}'"


def find_delimiter(lines: Sequence[str], did_headers: Sequence[str] = ()) -> str:
    """Find out what separates the cells.

    A separator under which a header of a DID column stands alone in its cell wins; then one under which there is a
    column of phone numbers; then the one that cuts most records into equally many cells.

    Args:
        lines: the first lines of the file.
        did_headers: the headers that the person has said to be the DID column.

    Returns:
        The separator; a comma if there is none.
    """
    chosen = frozenset(map(header_key, did_headers))
    return max(_CANDIDATES, key=lambda delimiter: _score(lines, delimiter, chosen))


def _score(lines: Sequence[str], delimiter: str, did_headers: frozenset[str]) -> tuple[float, ...]:
    try:
        # the last record of the sample may be cut in two
        records = [record for record in csv.reader(lines, delimiter=delimiter) if any(record)]
    except csv.Error:
        return (-1,)
    if not records:
        return (0,)
    has_header = any(header_key(cell) in did_headers or is_did_header(cell) for record in records for cell in record)
    has_numbers = sum(any(map(looks_like_number, record)) for record in records) / len(records) >= 0.5
    width, count = max(Counter(map(len, records)).items(), key=lambda item: (item[1], item[0]))
    return (has_header, has_numbers, width > 1, count / len(records), width, -_CANDIDATES.index(delimiter))
