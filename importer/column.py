"""What is known of one column: what VICIdial keeps of it and checks, and what people write."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
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

YES_NO: Final = MappingProxyType(
    {"Y": "Y", "YES": "Y", "TRUE": "Y", "1": "Y", "N": "N", "NO": "N", "FALSE": "N", "0": "N"}
)
"""What people write for yes and no, in capitals, and what VICIdial wants."""

CALL_HANDLE_METHODS: Final = tuple(
    "CID CIDLOOKUP CIDLOOKUPRL CIDLOOKUPRC CIDLOOKUPALT CIDLOOKUPRLALT CIDLOOKUPRCALT CIDLOOKUPADDR3"
    " CIDLOOKUPRLADDR3 CIDLOOKUPRCADDR3 CIDLOOKUPALTADDR3 CIDLOOKUPRLALTADDR3 CIDLOOKUPRCALTADDR3 ANI ANILOOKUP"
    " ANILOOKUPRL VIDPROMPT VIDPROMPTLOOKUP VIDPROMPTLOOKUPRL VIDPROMPTLOOKUPRC CLOSER 3DIGITID 4DIGITID"
    " 5DIGITID 10DIGITID".split()
)
"""The call handle methods that VICIdial's admin pages offer; the API takes any word."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet."""

    name: str  # the server's name of the parameter; the header in our template
    help: str  # one or two sentences for the person who fills the sheet
    example: str  # a value that works
    stored_as: str = ""  # the column of VICIdial's table of DIDs, as the parameter unless given; none of copy_from
    kept: str = WORD  # the characters that VICIdial keeps, as the inside of a regular expression's class
    shortest: int = 1  # the fewest bytes that VICIdial takes, after its deletions
    longest: int = 50  # the most
    server_check: ServerCheck = ServerCheck.LENGTH
    refusal: str = ""  # VICIdial's words when it refuses, without "add_did" and the echo
    default: str | None = None  # what VICIdial stores where nothing is given; None for the database's NULL
    aliases: tuple[str, ...] = ()  # other headers that mean this column, most exact first
    choices: tuple[str, ...] = ()  # the only values that work; empty where any text of the right length does
    offered: tuple[str, ...] = ()  # by VICIdial's admin pages, where the API takes any word
    spellings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # in capitals -> what is sent
    digits_only: bool = False  # a number in the database, which stores letters as something else and no leading zeros
    holds_did: bool = False  # a DID stands here, written and read like every other
    free_text: bool = False  # prose, in which deleted characters are no sign of a mistake
    function: str = ADD_DID  # that the column is read for; empty for one that is understood and never used

    def __post_init__(self) -> None:
        if not self.stored_as and self.function != COPY_DID:
            object.__setattr__(self, "stored_as", self.name)

    @property
    def sent(self) -> bool:
        """Whether it is a parameter of add_did."""
        return self.function == ADD_DID

    def keep(self, text: str) -> str:
        """Return what VICIdial leaves of ``text`` (system setting use_non_latin off) after its silent deletions."""
        return _deleter(self.kept).sub("", text)


@cache
def _deleter(kept: str) -> re.Pattern[str]:
    return re.compile(f"[^{kept}]")
