"""Characters as they come out of spreadsheets: the many kinds of space, dash, digit and dot, and the unseen ones."""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

_BLANKS: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Characters that show nothing, though Unicode does not call them white space."""

_MORE_DASHES: Final = frozenset("\u00af\u02d7\u2043\u207b\u208b\u2212\u2500\u2796\u30fc\uff70")
"""What the eye takes for a dash though Unicode's category Pd leaves it out, such as the minus sign."""

_DOTS: Final = frozenset("\u00b7\u2022\u2024\u2027\u2219\u22c5\u30fb\u3002\uff61\uff65")
_PLUSES: Final = frozenset("\ufe62\u2795")
_NEW_LINES: Final = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)

_NO_DIGITS: Final = re.compile(r"[^0-9]+")
_SPACES_WITH_AN_ODD_ONE: Final = re.compile(r" *\t[ \t]*")


def _is_unseen(character: str) -> bool:
    """Whether it shows nothing and takes no room: zero-width, right-to-left and left-to-right marks, controls."""
    return character in _BLANKS or unicodedata.category(character) in ("Cc", "Cf")


def _is_space(character: str) -> bool:
    return character == "\t" or character in _NEW_LINES or unicodedata.category(character) in ("Zs", "Zl", "Zp")


class _Table(dict[int, str]):
    """A table for ``str.translate`` that is filled as characters turn up."""

    def __init__(self, translated: Callable[[str], str]) -> None:
        self._translated = translated

    def __missing__(self, code: int) -> str:
        translated = self[code] = self._translated(chr(code))
        return translated


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if character in _NEW_LINES:
        return "\n"
    if _is_space(character):
        return " "
    if _is_unseen(character):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character in _MORE_DASHES:
        return "-"
    if category in ("Ps", "Pe"):
        return "(" if category == "Ps" else ")"
    if character in _DOTS:
        return "."
    if character in _PLUSES:
        return "+"
    return unicodedata.normalize("NFKC", character) if ord(character) in _FULL_WIDTH else character


def _spaced(character: str) -> str:
    if character == " ":
        return character
    if _is_space(character):
        return "\t"
    return "" if _is_unseen(character) else character


_PLAIN: Final = _Table(_plain)
_SPACED: Final = _Table(_spaced)


def trim(text: str) -> str:
    """Return ``text`` without the spaces, line ends and unseen characters at its two ends."""
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    start, end = 0, len(text)
    while start < end and (_is_space(text[start]) or _is_unseen(text[start])):
        start += 1
    while end > start and (_is_space(text[end - 1]) or _is_unseen(text[end - 1])):
        end -= 1
    return text[start:end]


def plain(text: str) -> str:
    r"""Return ``text`` with every digit as 0-9, dash as ``-``, bracket as ``(`` or ``)``, dot as ``.``, plus as ``+``.

    Spaces of every kind become one kind, line ends ``\n``, full-width characters narrow; unseen ones go.
    """
    return text.translate(_PLAIN)


def digits_of(text: str) -> str:
    """Return the digits of ``text`` as 0-9, and nothing else of it."""
    return _NO_DIGITS.sub("", plain(text))


def spaced(text: str) -> str:
    """Return ``text`` with each run of spaces that holds an odd one (tab, line end, no-break space) as one space.

    Unseen characters go. Runs of ordinary spaces stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    return _SPACES_WITH_AN_ODD_ONE.sub(" ", text.translate(_SPACED))


_NOT_FOR_A_TERMINAL: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Return text that no terminal takes for a command, a line end or another direction: such become U+FFFD.

    Tabs and line feeds stay: they are our own, or are folded before.
    """
    return _NOT_FOR_A_TERMINAL.sub("\ufffd", text)
