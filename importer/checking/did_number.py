"""From the text of a cell to the DID that it holds, or to the reason why that cannot be known.

A digit that is lost or gained is a line that rings nowhere, so nothing is guessed: what can be read in two ways is
not read at all.
"""

import re
from typing import Final

from importer.characters import plain, trim
from importer.checking.number_shapes import DidTrouble, ReadDid, is_whole, joined, no_did, trunk_zero
from importer.columns import DID_PATTERN

_READY: Final = re.compile(r"\+?[0-9]+")
_ERROR_VALUE: Final = re.compile(
    r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|ERROR!"
    r"|GETTING_DATA)|Err:[0-9]{3}",
    re.IGNORECASE,
)
_FORMULA: Final = re.compile(r"""=\s*(?:"([^"]*)"|([+0-9][^"]*))""")
_QUOTED: Final = re.compile('["\u201c\u201d\u201e]([^"\u201c\u201d\u201e]*)["\u201c\u201d\u201e]')
_APOSTROPHES: Final = "'\u2018\u2019\u201b`\u00b4\uff07"
_TEL: Final = re.compile(r"(?:tel *[.:]+ *(?://)? *)+", re.IGNORECASE)

_LONGEST_READ: Final = 200
"""A longer text is no number, and is not searched: some of the patterns below take their time on long texts."""

_SHORTEST_WHOLE: Final = 7

# What a number may be written with, after importer.characters.plain; the plus stays where it is.
_NUMBER_ONLY: Final = re.compile(r"[-+0-9 .()\n]*")
_NO_DIGITS: Final = re.compile(r"[^0-9]+")

_SHORT_FORM: Final = re.compile(r"[0-9]E[0-9]{1,2}", re.IGNORECASE)
_SCIENTIFIC: Final = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]*E[-+]?|E\+)[0-9]+", re.IGNORECASE)
_SHAPES_OF_NO_NUMBER: Final = (
    (_SCIENTIFIC, DidTrouble.SCIENTIFIC),
    (_SHORT_FORM, DidTrouble.SCIENTIFIC),
    (re.compile(r"#{4,}"), DidTrouble.TOO_NARROW),
    (re.compile(r"\+?[0-9]{1,3}(?:,[0-9]{3}){2,}(?:\.[0-9]*)?"), DidTrouble.THOUSANDS),
    (re.compile(r"\+?[0-9]{7,},[0-9]{1,3}"), DidTrouble.DECIMAL),
)
_ONE_DOT: Final = re.compile(r"\+?([0-9]+)\.([0-9]+)")
_RANGE_SIGN: Final = re.compile(r"\b(?:to|thru|through|until|till|bis)\b|~|[-=]>|[\u2192\u2025\u2026]", re.IGNORECASE)
_BETWEEN_NUMBERS: Final = re.compile(r"[,;/|&\\\n]|\b(?:or|and|oder|und)\b", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"([-+0-9 .()]+)(?:[,;]* *(?:ext(?:ension|n)?|x)[ .:=#]*|,,+ *|[pw]+ *)[0-9#]+", re.IGNORECASE
)
_DATE: Final = re.compile(
    r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:[ T][0-9:.]+)?"
    r"|(?:0?[1-9]|[12][0-9]|3[01])([-./])(?:0?[1-9]|[12][0-9]|3[01])\1(?:19|20)[0-9]{2}(?: [0-9:.]+)?"
)
_TRUNK_ZERO: Final = re.compile(r"[0-9)] ?\( ?0[0-9]* ?\)")

# A number and more digits behind a dash, a line end or a space: the end of a range that is cut short, or an extension.
_AND_MORE: Final = re.compile(r"(\+?[-0-9 .()]{7,}?) ?[- \n] ?([0-9]{1,9})")
_LIST_NUMBER: Final = re.compile(r"[#(]? ?[0-9]{1,4} ?(?:[).:#]+|[-. ]) ?(.*)", re.DOTALL)
_BRACKET_RANGE: Final = re.compile(
    r"(\+?[-0-9 .()]*?)\( ?([0-9]{1,5}) ?(?:-|\.\.+|\u2026|~|to) ?([0-9]{1,5}) ?\)", re.IGNORECASE
)


def is_error_value(text: str) -> bool:
    """Whether a trimmed text is what a spreadsheet writes for an error, such as ``#REF!``."""
    return _ERROR_VALUE.fullmatch(text) is not None


def is_shortened(text: str) -> bool:
    """Whether a trimmed text is a number in a spreadsheet's short form, such as ``1.72756E+10``."""
    return _SCIENTIFIC.fullmatch(text) is not None


def unwrapped(text: str) -> str:
    """Return a trimmed text without what keeps a spreadsheet from touching a number.

    That is ``="..."``, the ``=`` of ``=+1727...``, quotation marks around the whole, and a leading apostrophe.
    """
    if text[:1] == "=" and (formula := _FORMULA.fullmatch(text)):
        text = trim(formula[1] if formula[1] is not None else formula[2])
    if quoted := _QUOTED.fullmatch(text):
        text = trim(quoted[1])
    if text and text[0] in _APOSTROPHES:
        text = trim(text[1:])
        if text and text[-1] in _APOSTROPHES:
            text = trim(text[:-1])
    return text


def read_did(raw: str, *, any_pattern: bool = False, country_code: str = "1") -> ReadDid:
    """Read the DID out of a cell; with ``any_pattern`` what is no number is kept as VICIdial keeps it."""
    if len(raw) <= _LONGEST_READ and _READY.fullmatch(raw):
        return _sound(raw)
    text = unwrapped(trim(raw))
    if not text or is_error_value(text):
        return no_did(DidTrouble.ERROR_VALUE if text else DidTrouble.BLANK)
    text = plain(text)
    if tel := _TEL.match(text):
        text = text[tel.end() :]
    if len(text) > _LONGEST_READ or _DATE.fullmatch(text):
        return no_did(DidTrouble.TOO_LONG if len(text) > _LONGEST_READ else DidTrouble.DATE)
    if bracket := _BRACKET_RANGE.fullmatch(text):
        return _read_bracket_range(bracket, country_code)
    if any_pattern and _SHORT_FORM.fullmatch(text):
        return ReadDid(text)
    found = (_read_number if _NUMBER_ONLY.fullmatch(text) else _read_other)(text, country_code)
    if any_pattern and found.trouble in (DidTrouble.LETTERS, DidTrouble.CHARACTER, DidTrouble.PLUS):
        return _read_pattern(text, found)
    return found


def _sound(did: str) -> ReadDid:
    return no_did(DidTrouble.TRUNK_ZERO) if trunk_zero(did) else ReadDid(did)


def _read_bracket_range(bracket: re.Match[str], country_code: str) -> ReadDid:
    """Read ``727555[0100-0109]``, whose bracket holds the ends of the first and of the last number."""
    first, last = (joined(bracket[1] + end, country_code) for end in (bracket[2], bracket[3]))
    if first is None or last is None or len(bracket[2]) != len(bracket[3]) or len(first) < _SHORTEST_WHOLE:
        return no_did(DidTrouble.GROUPS)
    return ReadDid(first, last=last)


def _read_pattern(text: str, as_number: ReadDid) -> ReadDid:
    pattern = DID_PATTERN.keep(text)
    if pattern == text:
        return ReadDid(pattern)
    if not pattern:
        return as_number
    # what VICIdial leaves may be a number, or the remains of one, and is judged like one
    left = read_did(pattern, any_pattern=True)
    return ReadDid(left.text, left.last, left.trouble, left.reason, changed=left.trouble is None)


def _read_number(text: str, country_code: str) -> ReadDid:
    """Read a text that holds nothing but digits, pluses and separators."""
    count = _digits(text)
    if not count:
        return no_did(DidTrouble.NO_DIGIT)
    if count >= 14 and (pair := _read_pair(text, country_code)):
        return pair
    if "+" in text.lstrip("( .-\n+") or text.count("+") > 1:
        return no_did(DidTrouble.PLUS)
    if text[0] == "-" and text[1:].isdecimal():
        return no_did(DidTrouble.NEGATIVE)
    if (dot := _ONE_DOT.fullmatch(text)) and (len(dot[1]) >= 7 or len(dot[2]) <= 2):
        return no_did(DidTrouble.DECIMAL)
    if _TRUNK_ZERO.search(text) and "+" in text:
        return no_did(DidTrouble.TRUNK_ZERO)
    did = joined(text, country_code)
    if did is not None and (len(did) < 11 or not _is_cut_short(text)):
        return _sound(did)
    return no_did(_why_not_joined(text, country_code))


def _is_cut_short(text: str) -> bool:
    """Whether a number ends in what could be the end of a range: more than the same digits of the number."""
    more = _AND_MORE.fullmatch(text)
    if more is None:
        return False
    digits, end = _NO_DIGITS.sub("", more[1]), more[2]
    return "-" not in more[1] and len(digits) >= 10 and len(end) >= 3 and digits[-len(end) :] < end


def _why_not_joined(text: str, country_code: str) -> DidTrouble:
    """Say what stands beside a number, as far as it can be told."""
    if (more := _AND_MORE.fullmatch(text)) and is_whole(_NO_DIGITS.sub("", more[1])) and joined(more[1], country_code):
        return DidTrouble.CUT_SHORT
    if _is_counted(text, country_code):
        return DidTrouble.LIST_NUMBER
    for gap in _NO_DIGITS.finditer(text):
        if is_whole(_NO_DIGITS.sub("", text[: gap.start()])) and _digits(text[gap.end() :]):
            return DidTrouble.TWO_NUMBERS
    return DidTrouble.GROUPS


def _is_counted(text: str, country_code: str) -> bool:
    """Whether a phone number stands behind what could be its number in a list."""
    after = _LIST_NUMBER.fullmatch(text)
    return after is not None and joined(after[1], country_code) is not None and _digits(after[1]) >= 7


def _read_pair(text: str, country_code: str) -> ReadDid | None:
    """Find two numbers that one separator stands between: a range if it is a dash, else two numbers in a cell."""
    for gap in _NO_DIGITS.finditer(text):
        left, right = text[: gap.start()], text[gap.end() :]
        before, after = _digits(left), _digits(right)
        alike = before == after and re.sub(r"[0-9]", "0", left.lstrip("+ (")) == re.sub(r"[0-9]", "0", right)
        if min(before, after) < _SHORTEST_WHOLE or not (min(before, after) >= 10 or alike or "+" in gap[0]):
            continue
        # the bracket and the plus of the second number stand in the gap
        opened, plus = "(" * (gap[0].count("(") > gap[0].count(")")), "+" * ("+" in gap[0])
        closed = ")" * gap[0].startswith(")")
        first, last = joined(left + closed, country_code), joined(plus + opened + right, country_code)
        if first is None or last is None or gap[0].count("+") > 1:
            continue
        is_range = "-" in gap[0] or ".." in gap[0]
        return ReadDid(first, last=last) if is_range else no_did(DidTrouble.TWO_NUMBERS)
    return None


def _read_other(text: str, country_code: str) -> ReadDid:
    """Read a text that holds more than a number is written with."""
    for shape, trouble in _SHAPES_OF_NO_NUMBER:
        if shape.fullmatch(text):
            return no_did(trouble)
    ends = [joined(end, country_code) for end in _RANGE_SIGN.split(text)]
    if len(ends) == 2 and ends[0] and ends[1]:
        return ReadDid(ends[0], last=ends[1])
    if (extension := _EXTENSION.fullmatch(text)) and _digits(extension[1]) >= 7:
        return no_did(DidTrouble.EXTENSION)
    parts = [part for part in _BETWEEN_NUMBERS.split(text) if part.strip()]
    numbers = [part for part in parts if _digits(part) >= 7]
    only_numbers = all(_NUMBER_ONLY.fullmatch(part) for part in parts)
    if len(numbers) > 1 or (len(parts) > 1 and parts[0] in numbers and only_numbers):
        return no_did(DidTrouble.TWO_NUMBERS)
    if any(character.isalpha() for character in text):
        return no_did(DidTrouble.LETTERS)
    if _is_counted(text, country_code):
        return no_did(DidTrouble.LIST_NUMBER)
    odd = next(character for character in text if not _NUMBER_ONLY.fullmatch(character))
    shown = f"'{odd}'" if odd.isprintable() else f"U+{ord(odd):04X}"
    return no_did(DidTrouble.CHARACTER, f"holds {shown}, which is no part of a number")


def _digits(text: str) -> int:
    return len(_NO_DIGITS.sub("", text))
