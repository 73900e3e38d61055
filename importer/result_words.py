"""The seven words of the results workbook: what each means, what to do about it, and its colours.

The colours start from Okabe and Ito's palette (Color Universal Design, 2008) and are moved in lightness so that every
two of them differ for every kind of colour vision; a test measures it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from importer.model import Result


@dataclass(frozen=True, slots=True)
class ResultWord:
    """One word and what a person should know of it."""

    result: Result
    means: str  # what it says of a row
    next_step: str  # what the person does about such rows
    colour: str  # the fill of the cell that holds the word, as #RRGGBB
    tint: str  # the same, paler, for the rest of the row


WORDS: Final[tuple[ResultWord, ...]] = (
    ResultWord(Result.SUCCESS, "VICIdial said it was added.", "Nothing is left to do.", "#3FB08F", "#EEF8F5"),
    ResultWord(
        Result.DUPLICATE,
        "The DID is in VICIdial already, or stands earlier in the file.",
        "Nothing, if it is the same line; else look at it under Inbound > DIDs.",
        "#8CCBF2",
        "#E8F4FC",
    ),
    ResultWord(
        Result.PERMISSION_ERROR,
        "Login, user or IP address was refused. Rows that were therefore not sent say so and have 0 attempts.",
        "Put the VICIdial user right under Admin > Users, then rerun this workbook.",
        "#B65C90",
        "#F6E6EF",
    ),
    ResultWord(
        Result.INVALID,
        "Our check or VICIdial's refused the row's values.",
        "Correct the coloured cells in the sheet Failed rows, then rerun this workbook.",
        "#E69F00",
        "#FDF0D7",
    ),
    ResultWord(
        Result.FAILED,
        "Surely not added: VICIdial was not reached, or said so, after all tries.",
        "See the reason, then rerun this workbook.",
        "#D55E00",
        "#FBE1D2",
    ),
    ResultWord(
        Result.UNKNOWN,
        "Sent, but no answer came that can be understood: it may or may not be there.",
        "Look for the DID under Inbound > DIDs, or rerun this workbook: what is there becomes duplicate.",
        "#F0E442",
        "#FCFADC",
    ),
    ResultWord(
        Result.NOT_SENT, "The run was stopped first.", "Resume the run, or rerun this workbook.", "#DADADA", "#F2F2F2"
    ),
)

OF_AN_UNDO: Final[Mapping[Result, str]] = MappingProxyType({Result.SUCCESS: "deleted", Result.DUPLICATE: "not there"})
"""What some of them are called where DIDs were taken back."""

BY_RESULT: Final[Mapping[Result, ResultWord]] = MappingProxyType({word.result: word for word in WORDS})
