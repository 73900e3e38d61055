"""What a cell can say about the DID: a number, a range of numbers, or the reason why it is neither."""

from enum import StrEnum
from typing import NamedTuple


class DidTrouble(StrEnum):
    """Why no DID can be made of a cell, as the end of a sentence that begins with column and value.

    Each says how such a cell comes about and what to do. ``{}`` stands for a part of the cell.
    """

    BLANK = "has to hold the number"
    ERROR_VALUE = "is an error of the spreadsheet; correct the cell in the file"
    TOO_NARROW = "is what a spreadsheet shows for a column that is too narrow; widen the column and export again"
    SCIENTIFIC = (
        "has lost its digits: a spreadsheet has written a long number in its short form; format the column as text, or"
        " as a number without decimals, and export again"
    )
    DECIMAL = (
        "has decimals, as programs write what they take for a quantity; format the column as text, or as a number"
        " without decimals, and export again"
    )
    THOUSANDS = (
        "has separators between the thousands; format the column as text, or as a number without them, and export again"
    )
    NEGATIVE = (
        "is a negative number: a spreadsheet has calculated with a number that was typed with dashes; format the column"
        " as text and type the number again"
    )
    DATE = "reads as a date; if a spreadsheet has made one of a number, format the column as text and type it again"
    EXTENSION = "holds an extension; VICIdial takes the number alone"
    TWO_NUMBERS = "holds more than one number; give each number its own row"
    CUT_SHORT = (
        "can be read as a range whose last number is cut short, or as a number with an extension; write both numbers of"
        " a range in full, or the number alone"
    )
    TRUNK_ZERO = (
        "holds the 0 that is not dialled after a country code; write the number as the carrier sends it, without it"
    )
    LIST_NUMBER = (
        "seems to have the number of a list or a quantity before the phone number; give that a column of its own, or"
        " delete it"
    )
    GROUPS = (
        "has digits in groups in which no phone number is written; write the number alone, with + and its country code"
        " or without separators"
    )
    PLUS = "has a plus that is not at its start"
    LETTERS = "holds letters; write the digits alone (--any-pattern sends patterns that are no numbers)"
    NO_DIGIT = "holds no digit"
    RANGE = "is a range that cannot be taken as it is"
    FLAW = "cannot be trusted"
    FORMAT = "cannot be written in the form that is wanted"
    TOO_LONG = "is too long for a number; give each number its own row"
    CHARACTER = "holds {}, which is no part of a number"


class ReadDid(NamedTuple):
    """What a cell says about the DID.

    Attributes:
        text: the DID, for a range its first number; empty where none could be made.
        last: the last number of a range as it stands there, not yet compared with the first; empty if it is no range.
        trouble: why no DID could be made; None where one was.
        reason: the trouble in words.
        changed: True where a pattern has lost characters that VICIdial does not keep.
    """

    text: str
    last: str = ""
    trouble: DidTrouble | None = None
    reason: str = ""
    changed: bool = False


def no_did(trouble: DidTrouble, part: str = "") -> ReadDid:
    """Return the value for a cell of which no DID can be made; ``part`` is what the reason points at."""
    return ReadDid("", trouble=trouble, reason=trouble.value.format(part))
