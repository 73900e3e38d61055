"""How the terminal's sentences are put: paragraphs as wide as it is, counts, lists of rows, paths. Pure text."""

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby, islice
from pathlib import Path
from typing import Final

from importer.characters import printable

_NARROWEST, _WIDEST = 40, 120
_MOST_SPANS: Final = 8


def wrapped(text: str, indent: str = "  ") -> str:
    """Return a paragraph that fits the terminal, its first line at the left; long words such as paths stay whole."""
    width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    plain = printable(text)
    return textwrap.fill(plain, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def counted(count: int, noun: str = "row") -> str:
    """Return a count with its noun: ``1 row``, ``2 rows``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def row_list(rows: Sequence[int]) -> str:
    """Name rows shortly: ``rows 2-5, 9 and 12 more``."""
    ordered = sorted(set(rows))
    spans = [
        [row for _, row in members]
        for _, members in groupby(enumerate(ordered), key=lambda placed: placed[1] - placed[0])
    ]
    named = list(islice(spans, _MOST_SPANS))
    more = len(ordered) - sum(map(len, named))
    words = ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in named)
    return f"{'row' if len(ordered) == 1 else 'rows'} {words}" + (f" and {more} more" if more else "")


def parts_lines(what: str, written: Sequence[Path]) -> Iterator[str]:
    """Name what was written, a line for each workbook."""
    for number, path in enumerate(written, start=1):
        part = f", part {number} of {len(written)}" if len(written) > 1 else ""
        yield f"{what}{part}: {shown(path)}"


def shown(path: Path) -> str:
    """Return a path as the person sees it from the folder they are in; elsewhere the whole path."""
    with suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)


def quoted(path: Path | str) -> str:
    """Return a path, or another word, as one writes it on a command line."""
    text = shown(path) if isinstance(path, Path) else path
    return f'"{text}"' if any(character in text for character in " ()&';{}*?|<>") else text
