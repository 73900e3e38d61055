"""The shapes in which a phone number is written: what is joined to one number must be one of them.

The list is of what is taken, not of what is refused: groups of digits as the national plans write them, with single
separators between them and brackets around the area code. Any other grouping may be a list number, a footnote, a
quantity or a second number beside the digits.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple


class DidTrouble(StrEnum):
    """Why no DID can be made of a cell, as the end of a sentence that begins with column and value."""

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
    # what is wrong with these is said where it is known
    RANGE = "range"
    FLAW = "flaw"
    FORMAT = "format"
    TOO_LONG = "is too long for a number; give each number its own row"
    CHARACTER = "character"


class ReadDid(NamedTuple):
    """What a cell says about the DID: ``text``, for a range its first number, or why none could be made."""

    text: str
    last: str = ""  # of a range, as it stands there, not yet compared with the first
    trouble: DidTrouble | None = None
    reason: str = ""
    changed: bool = False  # a pattern has lost characters that VICIdial does not keep


def no_did(trouble: DidTrouble, reason: str = "") -> ReadDid:
    """Return the value for a cell of which no DID can be made."""
    return ReadDid("", trouble=trouble, reason=reason or trouble.value)


_WHOLE: Final = re.compile(r"\+?[0-9]+")
# possessive: a run of digits or spaces is taken whole or not at all, or a long cell would take exponential time
_NEXT: Final = r"(?> {0,3}+[-.\n] {0,3}+| {0,6}+)(?:\([0-9]{1,5}\)|[0-9]++)"
_GROUPED: Final = re.compile(rf"\(\+?[0-9]{{1,5}}\)(?:{_NEXT})+|\+? ?[0-9]++(?:{_NEXT})*")
_AROUND: Final = " .-\n"
_NORTH_AMERICAN: Final = re.compile(r"1?[2-9][0-9]{9}")
_INTERNATIONAL_PREFIX: Final = re.compile(r"(?:00|011)(?=[1-9])")

# the groups of numbers without country code and without trunk zero, apart from those of the North American plan
_NATIONAL: Final = frozenset(
    tuple(map(int, shape.split("-")))
    for shape in (
        "3-4 4-4 2-2-2-2 3-2-3 3-3-2 4-2-2 2-3-3 3-2-2 3-3-3 3-2-2-2 2-3-4 2-3-2-2 2-4-4 4-6 4-3-3 3-4-3 5-5 5-6"
        " 2-2-2-2-2 3-3-2-2 3-4-4 2-5-4 4-4-2 5-3-3 5-3-2 2-4-3 3-6"
    ).split()
)


def is_whole(digits: str) -> bool:
    """Whether digits are a complete number by themselves: a North American one, or 10 digits and more."""
    return len(digits) >= 10 or _NORTH_AMERICAN.fullmatch(digits) is not None


def joined(text: str, country_code: str = "1") -> str | None:
    """Join the digits of a ``plain`` text to one number; None where they do not stand as one number is written."""
    text = text.strip(_AROUND)
    if text[:1] == "(" and text[-1:] == ")" and text.count("(") == 1 == text.count(")"):
        text = text[1:-1].strip(_AROUND)
    if _WHOLE.fullmatch(text):
        return text
    if not _GROUPED.fullmatch(text):
        return None
    groups, gaps = re.findall("[0-9]+", text), re.findall("[^0-9]+", text.lstrip("(+ "))
    digits = "".join(groups)
    sizes = tuple(map(len, groups))
    if text.rstrip(")") != text or len(digits) > 18:
        # what stands in brackets at the end is a note
        return None
    if "+" in text:
        return f"+{digits}" if _is_international(groups) else None
    if prefix := _INTERNATIONAL_PREFIX.match(digits):
        cut = len(prefix[0])
        # the prefix stands alone, or begins a group
        if len(groups[0]) < cut:
            return None
        rest = [group for group in (groups[0][cut:], *groups[1:]) if group]
        return digits if _is_international(rest) and not trunk_zero(f"+{''.join(rest)}") else None
    if digits[0] == "0":
        return digits if _has_trunk_zero(sizes, country_code) else None
    if text[0] == "(" and sizes[0] < 2:
        return None
    is_one = (
        _is_north_american(groups, gaps, digits) or sizes in _NATIONAL or _has_country_code(groups, gaps, country_code)
    )
    return digits if is_one else None


def _is_international(groups: Sequence[str], code: str = "") -> bool:
    """Whether groups behind a plus are one number: its country is known, and its length possible there.

    With ``code`` the country must be the one of this code.
    """
    import phonenumbers as known

    if len(groups[-1]) < 2:
        return False
    try:
        number = known.parse(f"+{''.join(groups)}")
    except known.NumberParseException:
        return False
    found = str(number.country_code)
    if code not in ("", found) or not (groups[0].startswith(found) or found.startswith(groups[0])):
        return False
    possible = (known.ValidationResult.IS_POSSIBLE, known.ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
    return known.is_possible_number_with_reason(number) in possible


def _has_trunk_zero(sizes: Sequence[int], country_code: str) -> bool:
    """Whether groups that begin with 0 are one national number: the area code, and no short group at the end."""
    if sizes[0] == 1 and country_code == "1":
        # a list that counts from 0
        return False
    middle = sizes[2:-1] if sizes[0] <= 2 else sizes[1:-1]
    before = sum(sizes[:-1])
    return 8 <= sum(sizes) <= 13 and sizes[-1] >= 2 and before < 10 and sizes[0] <= 6 and min((2, *middle)) >= 2


def _is_north_american(groups: Sequence[str], gaps: Sequence[str], digits: str) -> bool:
    if not _NORTH_AMERICAN.fullmatch(digits):
        return False
    one = len(digits) - 10
    cuts = {sum(map(len, groups[:place])) for place in range(1, len(groups))}
    if not cuts <= {one, one + 3, one + 6}:
        return False
    if one and groups[0] == "1":
        # 1. and 1 - and the 1 before ten digits are how a list counts
        alone = len(groups) == 2
        return gaps[0] in (("-",) if alone else (" ", "-", ".", " (", "(", "-(", ".("))
    return True


def _has_country_code(groups: Sequence[str], gaps: Sequence[str], country_code: str) -> bool:
    """Whether the first group is a country code without its plus, as in 44 20 7946 0100."""
    rest = "".join(groups[1:])
    if len(groups[0]) < 2 or gaps[0] not in (" ", "-", ".", " (", "(") or rest[0] == "0":
        return False
    # 44 before what could be a North American number may count a list
    if groups[0] != country_code and (len(groups) == 2 or _is_north_american(groups[1:], gaps[1:], rest)):
        return False
    return _is_international(groups, groups[0])


def trunk_zero(did: str) -> bool:
    """Whether a number with its country code has the zero that is dialled inside the country alone.

    Italy and a few others keep the zero: there it belongs to the number.
    """
    if not did.startswith("+") or "0" not in did[2:5]:
        return False
    import phonenumbers as known

    try:
        number = known.parse(did)
    except known.NumberParseException:
        return False
    behind = did[1:].removeprefix(str(number.country_code))
    national = known.national_significant_number(number)
    has_zero = behind.startswith("0") and behind != national and behind.endswith(national)
    return has_zero and known.is_possible_number(number)
