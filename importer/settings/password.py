"""What a password looks like when it comes back, and how it is read from where it is kept.

VICIdial repeats the password in the reply to a failed login, with the characters deleted that it does not keep
(``Str0ng&Pass`` comes back as ``Str0ngPass``); a proxy's error page may repeat the address with the password in it.
Everything that others say goes through ``Password.redact`` before it is shown, stored or logged. What the person has
in the sheet never does: with the password 1234 the DID 18001234567 still reads 18001234567.

Masked is the password as it was sent, after VICIdial's deletions, in an address (once or twice encoded), in HTML, in
JSON, with any white space for its spaces, and behind ``Basic``. Not masked: encodings that no server uses, such as
Base64 elsewhere, UTF-16, or letters and digits written as numbers.
"""

import importlib
import os
import re
import stat
import weakref
from base64 import b64decode
from html.entities import html5
from itertools import groupby
from pathlib import Path
from typing import Final

from importer.errors import SettingsError

MASK: Final = "[password]"
"""What stands in a text where the password stood."""

KEYRING_SERVICE: Final = "did-importer"
"""The name under which the keyring has our passwords; the name of each is ``user@host``."""

_ALIVE: "weakref.WeakSet[Password]" = weakref.WeakSet()
_KEPT_BY_VICIDIAL: Final = re.compile(r"[-_0-9a-zA-Z]")
_UNITS_A_CHARACTER: Final = 4
"""The most units that one character becomes: two backslashes before each half of a pair, or a line and its indent."""

_BASIC: Final = re.compile(r"(?i:(basic[\s+:]+|basic%20))([0-9a-zA-Z+/_-]{4,}=*)")


def redact_all(text: str) -> str:
    """Return ``text`` with every password that this process knows masked; for tracebacks of what nobody foresaw."""
    for password in list(_ALIVE):
        text = password.redact(text)
    return text


class Password:
    """A password that cannot be shown by accident: ``repr``, ``str`` and f-strings give the mask."""

    __slots__ = ("__value", "__weakref__", "_pattern")

    def __init__(self, value: str) -> None:
        self.__value = value
        self._pattern = _pattern_of(value)
        _ALIVE.add(self)

    def reveal(self) -> str:
        """Return the password itself; only ``importer.vicidial.client`` asks for it, to put it into a request."""
        return self.__value

    def redact(self, text: str) -> str:
        """Return ``text`` with the password masked in every form that the module names. Fold white space afterwards.

        A password without a letter is masked only where no other digit stands beside it, because it may be part of
        any phone number and VICIdial puts nothing beside it but ``|``, ``=`` and ``&``. One of which VICIdial keeps
        fewer than four characters is masked only where it is no part of a longer word.
        """
        if self._pattern is None:
            return text
        return _BASIC.sub(self._redact_basic, self._pattern.sub(MASK, text))

    def _redact_basic(self, found: re.Match[str]) -> str:
        token = found[2].rstrip("=")
        try:
            decoded = b64decode(token + "=" * (-len(token) % 4), altchars=b"-_" if set(token) & set("-_") else b"+/")
        except ValueError:
            return found[0]
        return found[1] + MASK if self.__value.encode("utf-8", "surrogatepass") in decoded else found[0]

    def __repr__(self) -> str:
        return MASK

    def __format__(self, format_spec: str) -> str:
        return format(MASK, format_spec)

    def __reduce__(self) -> str:
        raise TypeError("a Password is not written anywhere")


def _pattern_of(value: str) -> re.Pattern[str] | None:
    """Make the pattern that finds the password in every form but ``Basic``."""
    if not value:
        return None
    kept = "".join(_KEPT_BY_VICIDIAL.findall(value))
    pieces = []
    for is_kept, run in groupby(value, key=lambda character: bool(_KEPT_BY_VICIDIAL.match(character))):
        signs = list(run)
        if is_kept:
            pieces.append(re.escape("".join(signs)))
        else:
            # VICIdial deletes these; a count, and not one group a sign, keeps the search from exponential time
            spellings = sorted({spelling for sign in signs for spelling in _spellings(sign)}, key=len, reverse=True)
            most = _UNITS_A_CHARACTER * len(signs)
            pieces.append(f"(?:{'|'.join(spellings)}){{{0 if kept else len(signs)},{most}}}")
    before, after = _guards(kept)
    return re.compile(before + "".join(pieces) + after)


def _spellings(character: str) -> set[str]:
    """Return, as regular expressions, how addresses, pages and JSON write a character that VICIdial deletes.

    No two of them match the same text, and none is a row of others: the search must not take exponential time.
    """
    code, utf16 = ord(character), character.encode("utf-16-be", "surrogatepass")
    names = {name for name, text in html5.items() if text == character and name.endswith(";")}
    found = {
        # a backslash escapes what follows it
        r"\\",
        "".join(rf"%(?:25)*(?i:{byte:02x})" for byte in character.encode("utf-8", "surrogatepass")),
        *(rf"(?i:u{utf16[at : at + 2].hex()})" for at in range(0, len(utf16), 2)),
        rf"&(?:amp;)*(?i:#0*{code}|#x0*{code:x});",
        *(rf"&(?:amp;)*{name}" for name in names),
    }
    if character in " \t\r\n\xa0":
        spaces = {r"\s", r"\+", r"%(?:25)*(?i:0[9ad]|20|c2%(?:25)*a0)", r"&(?:amp;)*nbsp;", r"<br\s*/?>", r"\\[nrt]"}
        return spaces | {rf"(?i:u{utf16.hex()})", rf"&(?:amp;)*(?i:#0*{code}|#x0*{code:x}|#160|#xa0);"}
    if not character.isascii():
        # a page in another charset, read as UTF-8
        found |= {"\ufffd", r"\?"}
    return found | {re.escape(character)}


def _guards(kept: str) -> tuple[str, str]:
    """Return what must be true before and after a password that is easily a part of something else."""
    if len(kept) in range(1, 4):
        signs = "0-9a-zA-Z"
    elif kept and not re.search("[a-zA-Z]", kept):
        signs = "0-9"
    else:
        return "", ""
    # what looks like a neighbour may be the end of an escape such as %3D or \u0022
    escape = r"(?i:(?<=%[0-9a-f]{2})|(?<=\\u00[0-9a-f]{2}))"
    return f"(?:(?<![{signs}])|{escape})", f"(?![{signs}])"


def usable_password(value: str) -> Password:
    """Return the password."""
    must_be_text(value, "the password")
    if not re.search(r"[-_0-9a-zA-Z]", value):
        raise SettingsError("the password is empty, or holds nothing that VICIdial keeps (letters, digits, - and _)")
    return Password(value)


def must_be_text(value: str, what: str) -> None:
    """Refuse a setting that was given in another encoding; Python has put half surrogate pairs for its bytes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise SettingsError(f"{what} holds bytes that are not in this terminal's encoding; give it in UTF-8") from None


def read_password_file(path: Path) -> str:
    """Return the first line of a password file."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            mode = os.fstat(file.fileno()).st_mode
            # others on this machine must not read it; Windows keeps its permissions elsewhere, and a pipe has none
            if os.name == "posix" and stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SettingsError(f"the password file {path} can be read by others; run: chmod 600 {path}")
            return file.readline().removesuffix("\n")
    except FileNotFoundError:
        raise SettingsError(f"the password file {path} is not there") from None
    except (OSError, ValueError):
        raise SettingsError(f"the password file {path} cannot be read as a text file") from None


def read_keyring(name: str) -> str | None:
    """Return the password that the system's keyring has under ``user@host``; None if it has none."""
    try:
        # by name, because the library is an extra that may be missing, also where types are checked
        keyring = importlib.import_module("keyring")
    except ModuleNotFoundError:
        raise SettingsError(
            "keyring = true needs an extra that is not installed; run: pip install 'did-importer[keyring]'"
        ) from None
    try:
        found = keyring.get_password(KEYRING_SERVICE, name)
    except Exception as error:  # noqa: BLE001  each system's keyring has exceptions of its own
        raise SettingsError(
            f"the system's keyring does not open ({type(error).__name__}); unlock it, or use --password-file"
        ) from None
    return found if isinstance(found, str) else None
