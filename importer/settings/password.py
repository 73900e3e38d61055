"""The one place that knows what a password looks like when it comes back.

VICIdial repeats the password in the reply to a failed login, with the characters deleted that it does not keep
(``Str0ng&Pass`` comes back as ``Str0ngPass``); a proxy's error page may repeat the URL with the password encoded
in it. Everything that others say goes through ``Password.redact`` before it is shown, stored or logged. What the
person has in the sheet never does: with the password 1234 the DID 18001234567 still reads 18001234567.
"""

import re
import weakref
from collections.abc import Sequence
from html.entities import html5
from itertools import groupby
from typing import Final

MASK: Final = "[password]"
"""What stands in a text where the password stood."""

_ALIVE: "weakref.WeakSet[Password]" = weakref.WeakSet()


def redact_all(text: str) -> str:
    """Return ``text`` with every password that this process knows masked; for tracebacks of what nobody foresaw."""
    for password in list(_ALIVE):
        text = password.redact(text)
    return text


_KEPT_BY_VICIDIAL: Final = re.compile(r"[-_0-9a-zA-Z]")

_UNITS_A_CHARACTER: Final = 12
"""The most units that one character becomes: four bytes, each with two backslashes, as in the JSON of a ``repr``."""


class Password:
    """A password that cannot be shown by accident: ``repr``, ``str`` and f-strings give the mask.

    Args:
        value: the password as the person gave it.
    """

    __slots__ = ("__value", "__weakref__", "_pattern")

    def __init__(self, value: str) -> None:
        self.__value = value
        self._pattern = _pattern_of(value)
        _ALIVE.add(self)

    def reveal(self) -> str:
        """Return the password itself; only ``importer.vicidial.client`` asks for it, to put it into a request."""
        return self.__value

    def redact(self, text: str) -> str:
        """Return ``text`` with the password masked in every form in which it may come back.

        A password without a letter is masked only where no other digit stands beside it, because it may be part of
        any phone number and VICIdial puts nothing beside it but ``|``, ``=`` and ``&``. One of which VICIdial keeps
        fewer than four characters is masked only where it is no part of a longer word.
        """
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __repr__(self) -> str:
        return f"Password({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, format_spec: str) -> str:
        return format(MASK, format_spec)

    def __reduce__(self) -> str:
        raise TypeError("a Password is not written anywhere")


def _pattern_of(value: str) -> re.Pattern[str] | None:
    """Make the pattern that finds the password as it is, encoded, escaped, wrongly decoded, and after deletions."""
    if not value:
        return None
    kept = "".join(_KEPT_BY_VICIDIAL.findall(value))
    pieces = []
    for is_kept, characters in groupby(value, key=lambda character: bool(_KEPT_BY_VICIDIAL.match(character))):
        run = list(characters)
        if is_kept:
            pieces += [character if character.isalnum() else _any_of([character]) for character in run]
        else:
            # VICIdial deletes these; whoever else repeats them may write each in several units
            fewest = 0 if kept else len(run)
            pieces.append(f"{_any_of(run)}{{{fewest},{_UNITS_A_CHARACTER * len(run)}}}")
    before, after = _guards(kept)
    return re.compile(before + "".join(pieces) + after)


def _any_of(characters: Sequence[str]) -> str:
    """Return the pattern of any one unit, those last that may be the beginning of another: ``%25`` of ``%253A``."""
    found = {(sign, unit) for sign in characters for unit in _units(sign)}
    ordered = sorted(found, key=lambda pair: (len(pair[1]) <= 2, pair[0] == pair[1][0], -len(pair[1]), pair))
    return f"(?:{'|'.join(dict.fromkeys(unit for _, unit in ordered))})"


def _units(character: str) -> set[str]:
    """Return, as regular expressions, the pieces in which addresses, pages, JSON and tracebacks write a character.

    No two of them match the same text, and none is a row of others: the search must not take exponential time.
    """
    utf8 = character.encode("utf-8", "surrogatepass")
    utf16 = character.encode("utf-16-be", "surrogatepass")
    encoded = {*utf8, *character.encode("latin-1", "replace"), *character.encode("cp1252", "replace")}
    code = ord(character)
    # a backslash escapes what follows it, and once more what was escaped before
    found = {re.escape(character), r"\\", r"\\[nrtbfav]", rf"(?i:U{code:08x})"}
    found |= {rf"&(?:amp;)*#0*{code};", rf"&(?:amp;)*#(?i:x0*{code:x});"}
    found |= {rf"&(?:amp;)*{name}" for name, text in html5.items() if text == character and name.endswith(";")}
    found |= {rf"%(?:25)*(?i:{byte:02x})" for byte in encoded} | {rf"(?i:x{byte:02x})" for byte in encoded}
    found |= {rf"(?i:u{utf16[place : place + 2].hex()})" for place in range(0, len(utf16), 2)}
    if character in " +":
        found |= {re.escape(" "), re.escape("+"), "%(?:25)*(?i:20)", "%(?:25)*(?i:2b)"}
    if not character.isascii():
        # UTF-8 that somebody read as Latin-1 or Windows-1252, and Latin-1 that somebody read as UTF-8
        found |= {re.escape(sign) for charset in ("latin-1", "cp1252") for sign in utf8.decode(charset, "replace")}
        found |= {re.escape("?"), "\ufffd", *(f"%(?:25)*(?i:{byte:02x})" for byte in "\ufffd".encode())}
    return found


def _guards(kept: str) -> tuple[str, str]:
    """Return what must be true before and after a password that is easily a part of something else."""
    if len(kept) in range(1, 4):
        signs = "0-9a-zA-Z"
    elif kept and not re.search("[a-zA-Z]", kept):
        signs = "0-9"
    else:
        return "", ""
    # what looks like a neighbour may be the end of an escape such as %3D or \u0026
    escape = r"(?i:(?<=%[0-9a-f]{2})|(?<=\\x[0-9a-f]{2})|(?<=\\u00[0-9a-f]{2}))"
    return f"(?:(?<![{signs}])|{escape}|(?![{signs}]))", f"(?:(?![{signs}])|(?<![{signs}]))"
