"""How the terminal's sentences are put: paragraphs, lists of rows, paths. Pure text, in 80 columns where it can."""

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from importer.characters import printable

WIDTH: Final = 80
_MOST_ROW_NUMBERS: Final = 8


def wrapped(text: str, indent: str = "  ") -> str:
    """Return a paragraph within 80 columns, its first line at the left; long words such as paths stay whole."""
    plain = printable(text)
    return textwrap.fill(plain, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def row_list(rows: Sequence[int]) -> str:
    """Name rows shortly: ``rows 2-5, 9 and 12 more``."""
    spans: list[str] = []
    start = previous = None
    shown = 0
    ordered = sorted(set(rows))
    for position, row in enumerate(ordered):
        if previous is not None and row == previous + 1:
            previous = row
            continue
        if start is not None and previous is not None:
            spans.append(_span(start, previous))
            if len(spans) == _MOST_ROW_NUMBERS:
                shown = position
                break
        start = previous = row
    else:
        if start is not None and previous is not None:
            spans.append(_span(start, previous))
        shown = len(ordered)
    more = len(ordered) - shown
    word = "row" if len(ordered) == 1 else "rows"
    return f"{word} {', '.join(spans)}" + (f" and {more} more" if more else "")


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def parts_lines(what: str, written: Sequence[Path]) -> Iterator[str]:
    """Name what was written, a line for each workbook."""
    for number, path in enumerate(written, start=1):
        part = f", part {number} of {len(written)}" if len(written) > 1 else ""
        yield f"{what}{part}: {shown(path)}"


def counted(count: int) -> str:
    """Say how many DIDs."""
    return "1 DID" if count == 1 else f"{count} DIDs"


def shown(path: Path) -> str:
    """Return a path as the person sees it from the folder they are in; elsewhere the whole path."""
    with suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)


def quoted(path: Path) -> str:
    """Return a path as one writes it on a command line."""
    text = shown(path)
    return f'"{text}"' if any(character in text for character in " ()&';") else text
