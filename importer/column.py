"""What is known of one column: what VICIdial keeps of it and checks, and what people write."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ServerCheck(StrEnum):
    """How the server itself judges a field after its silent deletions."""

    LENGTH = "length"
    CHOICE = "choice"
    LOOK_UP = "look-up"


WORD: Final = "-_0-9a-zA-Z"
"""The characters that VICIdial keeps of most identifiers, as the inside of a regular expression's class."""

ADD_DID: Final = "add_did"
COPY_DID: Final = "copy_did"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    Attributes:
        name: the server's name of the parameter; the header in our template.
        stored_as: the column of VICIdial's table of DIDs; empty for one that is not stored itself.
        aliases: other headers that mean this column, most exact first; matching ignores case, spaces, punctuation.
        kept: the characters that VICIdial keeps, as the inside of a regular expression's class.
        shortest: the fewest bytes that VICIdial takes, after its deletions.
        longest: the most bytes that VICIdial takes, after its deletions.
        server_check: how VICIdial judges what is left.
        refusal: VICIdial's words when it refuses, without ``add_did`` and the echo.
        default: what VICIdial stores where nothing is given; None for the database's NULL.
        function: the API function that the column is read for; empty for one that is understood and never used.
        choices: the only values that work; empty where any text of the right length does.
        offered: values that VICIdial's admin pages offer where the API takes any word.
        spellings: what people write, in capitals -> what is sent.
        digits_only: True for a number in VICIdial's database, which takes letters too but stores something else, and
            keeps no leading zeros.
        holds_did: True where a DID stands, written and read like every other.
        free_text: True for prose, in which deleted characters are no sign of a mistake.
        help: one or two sentences for the person who fills the sheet.
        example: a value that works.
    """

    name: str
    stored_as: str
    help: str
    example: str
    kept: str = WORD
    shortest: int = 1
    longest: int = 50
    server_check: ServerCheck = ServerCheck.LENGTH
    refusal: str = ""
    default: str | None = None
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    spellings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    digits_only: bool = False
    holds_did: bool = False
    free_text: bool = False
    function: str = ADD_DID

    @property
    def sent(self) -> bool:
        """Whether it is a parameter of add_did."""
        return self.function == ADD_DID

    def keep(self, text: str) -> str:
        """Return what VICIdial leaves of ``text`` (system setting use_non_latin off) after its silent deletions."""
        return _deleter(self.kept).sub("", text)


_DELETERS: dict[str, re.Pattern[str]] = {}


def _deleter(kept: str) -> re.Pattern[str]:
    pattern = _DELETERS.get(kept)
    if pattern is None:
        pattern = _DELETERS[kept] = re.compile(f"[^{kept}]")
    return pattern
