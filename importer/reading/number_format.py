"""Number formats that show digits which the number itself does not have.

A column of numbers with the format ``00000000000`` shows 07275550011 where the cell holds 7275550011, and ``"+"0``
shows a plus. What the person sees there is what the list says, so that is what is read. Formats that only group or
decorate, such as ``(000) 000-0000``, change nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|_(?P<space>.)|\*(?P<fill>.)|(?P<digit>[0#?])'
    r"|(?P<plain>[-+() :$!^&'~{}<>= ])|(?P<end>;)|(?P<other>.)",
    re.DOTALL,
)
_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)\s*([0-9]+)")
_COLOUR_OR_PLACE: Final = re.compile(r"(?i)\$-[0-9a-f]*|black|blue|cyan|green|magenta|red|white|yellow|color ?[0-9]+")
_COUNTS: Final = re.compile(r"[^0-9+]")
_HOLDS: Final[dict[str, Callable[[int, int], bool]]] = {
    "<=": int.__le__,
    ">=": int.__ge__,
    "<>": int.__ne__,
    "<": int.__lt__,
    ">": int.__gt__,
    "=": int.__eq__,
}


@dataclass(slots=True)
class _Section:
    """One part of a format: ``0``, ``#`` and ``?`` are places for digits, anything else is written as it is."""

    pieces: list[tuple[bool, str]]
    condition: tuple[str, int] | None = None
    for_text: bool = False

    def show(self, number: int) -> str:
        left = str(number) if number else ""
        places = sum(is_place for is_place, _ in self.pieces)
        shown: list[str] = []
        for is_place, text in reversed(self.pieces):
            if not is_place:
                shown.append(text)
                continue
            places -= 1
            taken = left if places == 0 else left[-1:]
            left = left[: len(left) - len(taken)]
            shown.append(taken or ("0" if text == "0" else ""))
        return "".join(reversed(shown)).strip()

    @property
    def may_add(self) -> bool:
        """Whether it can show a digit or a plus that the number does not have."""
        zeros = sum(is_place and text == "0" for is_place, text in self.pieces)
        return zeros > 1 or any(not is_place and _COUNTS.sub("", text) for is_place, text in self.pieces)


@lru_cache(maxsize=1024)
def adding_format(code: str) -> Callable[[int], str | None] | None:
    """Return what shows a number in a format that may add digits; None for a format that never does.

    Args:
        code: the format as the workbook holds it, such as ``00000000000``.

    Returns:
        None, or a function that takes a whole number, not negative, and returns what Excel shows, or None where
        that has the number's own digits and no plus.
    """
    sections = _sections(code)
    if not sections or not any(section.may_add for section in sections):
        return None

    def shown(number: int) -> str | None:
        section = _section_for(sections, number)
        text = section.show(number)
        return None if _COUNTS.sub("", text) == str(number) else text

    return shown


def _section_for(sections: list[_Section], number: int) -> _Section:
    for section in sections:
        if section.condition and _HOLDS[section.condition[0]](number, section.condition[1]):
            return section
    if not sections[0].condition:
        # positive;negative;zero
        return sections[2] if number == 0 and len(sections) > 2 else sections[0]
    return next((section for section in sections[1:] if not section.condition), sections[-1])


def _sections(code: str) -> list[_Section]:
    """Cut a format into its parts; empty if it is not made of places for digits and fixed text alone."""
    sections = [_Section([])]
    for token in _TOKEN.finditer(code):
        kind, text = str(token.lastgroup), token[str(token.lastgroup)]
        current = sections[-1]
        condition = _CONDITION.fullmatch(text) if kind == "bracket" else None
        if condition:
            current.condition = (condition[1], int(condition[2]))
        elif kind == "end":
            sections.append(_Section([]))
        elif kind == "digit":
            current.pieces.append((True, text))
        elif kind in ("quoted", "escaped", "plain"):
            current.pieces.append((False, text))
        elif text == "@":
            current.for_text = True
        elif kind in ("space", "fill") or (kind == "bracket" and _COLOUR_OR_PLACE.fullmatch(text)):
            continue
        else:
            return []
    return [section for section in sections if not section.for_text][:3]
