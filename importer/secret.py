"""The one place that knows what a password looks like when it comes back.

VICIdial repeats the password in the reply to a failed login, with the characters deleted that it does not keep
(``Str0ng&Pass`` comes back as ``Str0ngPass``); a proxy's error page may repeat the URL with the password encoded
in it. Everything that others say goes through ``Password.redact`` before it is shown, stored or logged. What the
person has in the sheet never does: with the password 1234 the DID 18001234567 still reads 18001234567.
"""

import html
import json
import re
import weakref
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "[password]"
"""What stands in a text where the password stood."""

_ALIVE: "weakref.WeakSet[Password]" = weakref.WeakSet()


def redact_all(text: str) -> str:
    """Return ``text`` with every password that this process knows masked; for tracebacks of what nobody foresaw."""
    for password in list(_ALIVE):
        text = password.redact(text)
    return text


_DELETED_BY_VICIDIAL: Final = re.compile(r"[^-_0-9a-zA-Z]")


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
        """Return the password itself; only ``importer.vicidial`` asks for it, to put it into a request."""
        return self.__value

    def redact(self, text: str) -> str:
        """Return ``text`` with the password masked in every form in which it may come back.

        A password of digits is masked only where no other digit stands beside it, because it may be part of
        any phone number and VICIdial puts nothing beside it but ``|``, ``=`` and ``&``.
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


def _forms(value: str) -> set[str]:
    """All spellings of the password that a reply, a URL, a page or a traceback may hold."""
    plain = {value, _DELETED_BY_VICIDIAL.sub("", value)}
    encoded: set[str] = set()
    for text in plain:
        for charset in ("utf-8", "latin-1"):
            for encode in (quote, quote_plus):
                for safe in ("", "/", "!$'()*+,/:;=@"):
                    once = encode(text, safe=safe, encoding=charset, errors="replace")
                    encoded |= {once, quote(once, safe="")}
        encoded |= {
            html.escape(text),
            html.escape(text, quote=False),
            html.escape(text).replace("&#x27;", "&#039;"),
        }
        encoded |= {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
        encoded |= {repr(text)[1:-1], repr(text.encode())[2:-1], ascii(text)[1:-1]}
        # UTF-8 that somebody read as Latin-1, as web servers' error pages do
        encoded.add(text.encode().decode("latin-1"))
    return {form for form in plain | encoded if form}


def _pattern_of(value: str) -> re.Pattern[str] | None:
    forms = sorted(_forms(value), key=lambda form: (-len(form), form))
    if not forms:
        return None
    alternatives = [rf"(?<![0-9]){re.escape(form)}(?![0-9])" if form.isdecimal() else re.escape(form) for form in forms]
    # percent-encoding is written with small or capital hexadecimal digits
    return re.compile("|".join(alternatives), re.IGNORECASE)
