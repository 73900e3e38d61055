"""Numbers as people and programs write them, one spelling a file: each is read whole, or refused for its own reason."""

from messy.listed import listed
from messy.messy_file import Became, MessyFile, added, invalid, there, twice

_SHORTENED = "has lost its digits: a spreadsheet has written a long number in its short form"
_TWO = "holds more than one number; give each number its own row"


def _listed(
    name: str, cells: tuple[str, ...], became: tuple[Became, ...], *said: str, flags: tuple[str, ...] = ()
) -> MessyFile:
    """Return a list of these cells, the first in row 2."""
    rows = tuple((cell, "SALES") for cell in cells)
    return listed(name, ("did", "group"), rows, became, *said, flags=flags)


def _spelled(name: str, typed: str, did: str, *said: str, flags: tuple[str, ...] = ()) -> MessyFile:
    """Return a list in which one number is spelled in this way and must be read as this DID."""
    became = (added(2, "17275550100"), added(3, did))
    return _listed(name, ("17275550100", typed), became, *said, flags=flags)


def _doubtful(name: str, typed: str, reason: str, *, flags: tuple[str, ...] = ()) -> MessyFile:
    """Return a list in which one cell must not be taken for a number, and which says why."""
    became = (added(2, "17275550100"), invalid(3, reason))
    return _listed(name, ("17275550100", typed), became, flags=flags)


FILES = (
    _spelled("apostrophe-before-the-number", "'17275550101", "17275550101"),
    _spelled("number-as-a-text-formula", '="17275550101"', "17275550101"),
    _spelled("number-as-a-sum", "=+17275550101", "+17275550101"),
    _spelled("number-in-quotation-marks", '"17275550101"', "17275550101"),
    _spelled("link-to-a-phone", "tel:+1-727-555-0101", "+17275550101"),
    _spelled("brackets-and-a-dash", "(727) 555-0101", "7275550101", "(727) 555-0101 -> 7275550101"),
    _spelled("dots-between-the-groups", "727.555.0101", "7275550101"),
    _spelled("spaces-between-the-groups", "+1 727 555 0101", "+17275550101"),
    _spelled("plus-that-stands-alone", "+ 1-727-555-0101", "+17275550101"),
    _spelled("no-break-spaces", "1\u00a0727\u202f555\u00a00101", "17275550101"),
    _spelled("zero-width-characters", "1\u200b727\u2060555\ufeff0101", "17275550101"),
    _spelled("typographic-dashes", "1\u2010727\u2013555\u20120101", "17275550101"),
    _spelled("minus-signs", "1\u2212727\u2212555\u22120101", "17275550101"),
    _spelled(
        "full-width-digits", "\uff0b\uff11\uff17\uff12\uff17\uff15\uff15\uff15\uff10\uff11\uff10\uff11", "+17275550101"
    ),
    _spelled(
        "arabic-indic-digits", "\u0661\u0667\u0662\u0667\u0665\u0665\u0665\u0660\u0661\u0660\u0661", "17275550101"
    ),
    _spelled("marks-of-direction", "\u200f\u202a+17275550101\u202c\u200e", "+17275550101"),
    _spelled("line-break-in-the-number", "727\n5550101", "7275550101"),
    _spelled("zeros-in-front", "0017275550101", "0017275550101"),
    _spelled("number-of-another-country", "+44 20 7946 0101", "+442079460101"),
    _spelled("short-number", "0101", "0101", "1 number is not possible in US and would be sent all the same"),
    _spelled("pattern-that-is-no-number", "_1727555010X", "_1727555010X", flags=("--any-pattern",)),
    _doubtful("shortened-number", "1.72756E+10", _SHORTENED),
    _doubtful("shortened-number-with-a-comma", "1,72756E+10", _SHORTENED),
    _doubtful("shortened-number-in-any-pattern", "1.72756E+10", _SHORTENED, flags=("--any-pattern",)),
    _doubtful("number-with-decimals", "17275550101.0", "has decimals"),
    _doubtful("number-with-a-decimal-comma", "17275550101,00", "has decimals"),
    _doubtful("commas-between-the-thousands", "17,275,550,101", "has separators between the thousands"),
    _doubtful("number-that-was-calculated-with", "-7275550101", "is a negative number"),
    _doubtful("extension", "727 555 0101 ext 3", "holds an extension; VICIdial takes the number alone"),
    _doubtful("extension-after-an-x", "(727) 555-0101 x3", "holds an extension"),
    _doubtful("two-numbers-with-a-slash", "7275550101 / 7275550102", _TWO),
    _doubtful("two-numbers-with-a-comma", "7275550101, 7275550102", _TWO),
    _doubtful("two-numbers-on-two-lines", "727 555 0101\n727 555 0102", _TWO),
    _doubtful("second-number-cut-short", "7275550101/02", _TWO),
    _doubtful("last-number-cut-short", "7275550101-09", "can be read as a range whose last number is cut short"),
    _doubtful("letters-for-digits", "1-800-FLOWERS", "holds letters; write the digits alone"),
    _doubtful("words-around-the-number", "7275550101 (main line)", "holds letters"),
    _doubtful("date-as-text", "5/1/2024", "reads as a date"),
    _doubtful("date-and-time-as-text", "2024-05-01 00:00:00", "reads as a date"),
    _doubtful("error-as-text", "#REF!", "is an error of the spreadsheet; correct the cell in the file"),
    _doubtful(
        "column-that-was-too-narrow", "##########", "is what a spreadsheet shows for a column that is too narrow"
    ),
    _doubtful("zero-in-brackets", "+44 (0)20 7946 0101", "holds the 0 that is not dialled after a country code"),
    _doubtful("plus-in-the-middle", "1+7275550101", "has a plus that is not at its start"),
    _doubtful("star-behind-the-number", "7275550101*", "holds '*', which is no part of a number"),
    _doubtful("invisible-cell", "\u200b\u00a0", "did_pattern is blank and has to hold the number"),
    _doubtful("apostrophe-alone", "'", "has to hold the number"),
    _doubtful("dash-for-nothing", "\u2013", "holds no digit"),
    _doubtful("one-digit", "7", "did_pattern '7' is too short (allowed: digits with an optional leading +"),
    _doubtful("fifty-one-digits", "7" * 51, "is too long"),
    _doubtful("hundred-numbers-in-a-cell", " ".join(["7275550101"] * 100), "is too long for a number"),
    _doubtful("impossible-number", "7275550", "is no possible number in US", flags=("--strict-numbers",)),
    _listed(
        "numbers-of-three-forms",
        ("7275550100", "7275550101", "17275550102", "+17275550103"),
        (added(2, "7275550100"), added(3, "7275550101"), added(4, "17275550102"), added(5, "+17275550103")),
        "2 with 10 digits, 1 with 11 digits that begin with 1, 1 with a leading +",
        "a call finds its DID only if it is written as the carrier sends it",
    ),
    _listed(
        "one-number-in-two-forms",
        ("+17275550100", "7275550101", "17275550100"),
        (added(2, "+17275550100"), added(3, "7275550101"), added(4, "17275550100")),
        "probably the same number, written in two ways: row 4 '17275550100' and row 2 '+17275550100'",
    ),
    _listed(
        "one-number-in-two-spellings",
        ("17275550100", "(727) 555-0101", "727.555.0101", " 17275550100"),
        (added(2, "17275550100"), added(3, "7275550101"), twice(4, 3), twice(5, 2)),
    ),
    _listed(
        "one-number-once-all-are-written-alike",
        ("+17275550100", "(727) 555-0100", "1 727 555 0101"),
        (added(2, "+17275550100"), twice(3, 2), added(4, "+17275550101")),
        "row 4: 1 727 555 0101 -> +17275550101",
        flags=("--did-format", "e164"),
    ),
    _listed(
        "one-pattern-in-two-cases",
        ("main_A", "MAIN_a"),
        (added(2, "main_A"), twice(3, 2)),
        flags=("--any-pattern",),
    ),
    _listed(
        "plus-that-the-carrier-does-not-send",
        ("+17275550100", "(727) 555-0101", "+44 20 7946 0102"),
        (added(2, "17275550100"), added(3, "17275550101"), added(4, "442079460102")),
        "row 2: +17275550100 -> 17275550100",
        flags=("--did-format", "international"),
    ),
    _listed(
        "country-code-that-the-carrier-does-not-send",
        ("+1 727-555-0100", "17275550101", "+44 20 7946 0102"),
        (
            added(2, "7275550100"),
            added(3, "7275550101"),
            invalid(4, "is a number of another country and has no national form in US"),
        ),
        flags=("--did-format", "national"),
    ),
    _listed(
        "numbers-of-another-region",
        ("020 7946 0100", "+44 20 7946 0101", "0555"),
        (added(2, "+442079460100"), added(3, "+442079460101"), invalid(4, "is no possible number in GB")),
        flags=("--did-format", "e164", "--region", "GB"),
    ),
    _listed(
        "numbers-that-are-there-already",
        ("18005550199", "7275550100", "default"),
        (there(2, "18005550199"), added(3, "7275550100"), there(4, "default")),
        flags=("--any-pattern",),
    ),
)
