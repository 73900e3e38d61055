"""What each spelling of a number is read as, and which are refused and why."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.checking.did_number import read_did
from importer.checking.number_shapes import DidTrouble
from importer.columns import DID_PATTERN

NUMBERS = {
    "17275550111": "17275550111",
    "+17275550111": "+17275550111",
    "7275550111": "7275550111",
    "22": "22",
    "7" * 50: "7" * 50,
    "  17275550111\t": "17275550111",
    "(727) 555-0111": "7275550111",
    "727-555-0111": "7275550111",
    "727.555.0111": "7275550111",
    "727 555 0111": "7275550111",
    "727.5550111": "7275550111",
    "7275550111.": "7275550111",
    "1-727-555-0111": "17275550111",
    "+1 (727) 555-0111": "+17275550111",
    "+ 1 727 555 0111": "+17275550111",
    "(+1) 727 555 0111": "+17275550111",
    "[727] {555} 0111": "7275550111",
    "-727-555-0111": "7275550111",
    "'17275550111": "17275550111",
    "\u201917275550111": "17275550111",
    "'17275550111'": "17275550111",
    '"17275550111"': "17275550111",
    "\u201c17275550111\u201d": "17275550111",
    '="17275550111"': "17275550111",
    '="+17275550111"': "+17275550111",
    "=+17275550111": "+17275550111",
    "=17275550111": "17275550111",
    "=+1-727-555-0111": "+17275550111",
    "tel:+1-727-555-0111": "+17275550111",
    "TEL: 727-555-0111": "7275550111",
    "tel.: 727 555 0111": "7275550111",
    "tel://17275550111": "17275550111",
    "727\u00a0555\u00a00111": "7275550111",
    "727\u2009555\u202f0111": "7275550111",
    "727\u3000555\u30000111": "7275550111",
    "727\u200b555\u200b0111": "7275550111",
    "\ufeff17275550111": "17275550111",
    "\u202a+17275550111\u202c": "+17275550111",
    "\u200f17275550111\u200e": "17275550111",
    "\u206617275550111\u2069": "17275550111",
    "17275550111\x00": "17275550111",
    "727\u00ad555\u00ad0111": "7275550111",
    "727\u2010555\u20110111": "7275550111",
    "727\u2012555\u20130111": "7275550111",
    "727\u2014555\u20150111": "7275550111",
    "727\u2212555\u22120111": "7275550111",
    "727\ufe63555\uff0d0111": "7275550111",
    "727\u00b7555\u00b70111": "7275550111",
    "727\n5550111": "7275550111",
    "\uff0b\uff11\uff17\uff12\uff17\uff15\uff15\uff15\uff10\uff11\uff11\uff11": "+17275550111",
    "\uff08\uff17\uff12\uff17\uff09\uff15\uff15\uff15\uff0d\uff10\uff11\uff11\uff11": "7275550111",
    "\u0661\u0667\u0662\u0667\u0665\u0665\u0665\u0660\u0661\u0661\u0661": "17275550111",
    "\u06f1\u06f7\u06f2\u06f7\u06f5\u06f5\u06f5\u06f0\u06f1\u06f1\u06f1": "17275550111",
    "\u0967\u096d\u0968\u096d\u096b\u096b\u096b\u0966\u0967\u0967\u0967": "17275550111",
    "+44 20 7946 0111": "+442079460111",
    "(020) 7946 0111": "02079460111",
    "0049 151 1234567": "00491511234567",
    "011-44-20-1234-5678": "011442012345678",
    "+49 30 123456-78": "+493012345678",
    "00123": "00123",
    "1-7275550106": "17275550106",
    "1 (727) 555-0100": "17275550100",
    "(7275550100)": "7275550100",
    "- 7275550100": "7275550100",
    "+33 1 23 45 67 89": "+33123456789",
    "01 23 45 67 89": "0123456789",
    "+55 11 9 5555-0100": "+5511955550100",
    "+7 (495) 555-01-00": "+74955550100",
    "44 20 7946 0100": "442079460100",
    "91 98765 43210": "919876543210",
    "+39 06 5550 0100": "+390655500100",
    "+390612345678": "+390612345678",
    "1300 555 010": "1300555010",
}

REFUSED = {
    "": DidTrouble.BLANK,
    " \u00a0\u200b\t": DidTrouble.BLANK,
    "'": DidTrouble.BLANK,
    '=""': DidTrouble.BLANK,
    "1.72756E+10": DidTrouble.SCIENTIFIC,
    "1,72756E+10": DidTrouble.SCIENTIFIC,
    "1.72756e+10": DidTrouble.SCIENTIFIC,
    "2E+10": DidTrouble.SCIENTIFIC,
    "1.7E10": DidTrouble.SCIENTIFIC,
    "17275550111.0": DidTrouble.DECIMAL,
    "+17275550111.0": DidTrouble.DECIMAL,
    "7275550111.00": DidTrouble.DECIMAL,
    "7275550111.5": DidTrouble.DECIMAL,
    "17275550111,0": DidTrouble.DECIMAL,
    "911.0": DidTrouble.DECIMAL,
    "17,275,550,111": DidTrouble.THOUSANDS,
    "17,275,550,111.00": DidTrouble.THOUSANDS,
    "-1392": DidTrouble.NEGATIVE,
    "\u22127275550111": DidTrouble.NEGATIVE,
    "2026-11-23": DidTrouble.DATE,
    "2026-11-23 00:00:00": DidTrouble.DATE,
    "11/23/2026": DidTrouble.DATE,
    "23.11.2026": DidTrouble.DATE,
    "727 555 0111 ext 3": DidTrouble.EXTENSION,
    "727 555 0111 Ext. 3": DidTrouble.EXTENSION,
    "727-555-0111, extension 3": DidTrouble.EXTENSION,
    "727 555 0111 x3": DidTrouble.EXTENSION,
    "7275550111x3": DidTrouble.EXTENSION,
    "tel:+1-727-555-0111;ext=3": DidTrouble.EXTENSION,
    "7275550110, 7275550111": DidTrouble.TWO_NUMBERS,
    "7275550110;7275550111": DidTrouble.TWO_NUMBERS,
    "7275550110/7275550111": DidTrouble.TWO_NUMBERS,
    "7275550110/11": DidTrouble.TWO_NUMBERS,
    "7275550110\n7275550111": DidTrouble.TWO_NUMBERS,
    "7275550110\r\n7275550111": DidTrouble.TWO_NUMBERS,
    "7275550110 or 7275550111": DidTrouble.TWO_NUMBERS,
    "7275550110 7275550111": DidTrouble.TWO_NUMBERS,
    "5550110 5550111": DidTrouble.TWO_NUMBERS,
    "(727) 555-0110 (727) 555-0111": DidTrouble.TWO_NUMBERS,
    "+17275550110 +17275550111": DidTrouble.TWO_NUMBERS,
    "Main 7275550110, fax 7275550111": DidTrouble.TWO_NUMBERS,
    "7275550100-0199": DidTrouble.CUT_SHORT,
    "7275550100-99": DidTrouble.CUT_SHORT,
    "727-555-0100-0199": DidTrouble.CUT_SHORT,
    "+17275550100 - 0199": DidTrouble.CUT_SHORT,
    "+442079460100-199": DidTrouble.CUT_SHORT,
    "7275550111 3": DidTrouble.CUT_SHORT,
    "+44 (0)20 7946 0111": DidTrouble.TRUNK_ZERO,
    "++17275550111": DidTrouble.PLUS,
    "1+7275550111": DidTrouble.PLUS,
    "17275550111+": DidTrouble.PLUS,
    "1-800-FLOWERS": DidTrouble.LETTERS,
    "NA": DidTrouble.LETTERS,
    "default": DidTrouble.LETTERS,
    "17275550111 (main)": DidTrouble.LETTERS,
    "-": DidTrouble.NO_DIGIT,
    "+": DidTrouble.NO_DIGIT,
    "#REF!": DidTrouble.ERROR_VALUE,
    "#N/A": DidTrouble.ERROR_VALUE,
    "#######": DidTrouble.TOO_NARROW,
    "7275550111*": DidTrouble.CHARACTER,
    "727/555-0111": DidTrouble.CHARACTER,
    "\u00b27275550111": DidTrouble.CHARACTER,
    "1) 727-555-0106": DidTrouble.LIST_NUMBER,
    "2) 7275550107": DidTrouble.LIST_NUMBER,
    "1. 7275550109": DidTrouble.LIST_NUMBER,
    "1.7275550109": DidTrouble.LIST_NUMBER,
    "1 - 7275550112": DidTrouble.LIST_NUMBER,
    "2-7275550112": DidTrouble.LIST_NUMBER,
    "1 7275550112": DidTrouble.LIST_NUMBER,
    "[1] 727 555 0106": DidTrouble.LIST_NUMBER,
    "12) 7275550107": DidTrouble.LIST_NUMBER,
    "10 7275550110": DidTrouble.LIST_NUMBER,
    "0 7275550110": DidTrouble.LIST_NUMBER,
    "#1 7275550106": DidTrouble.LIST_NUMBER,
    "5: 7275550106": DidTrouble.LIST_NUMBER,
    "\u0662) \u0667\u0662\u0667\u0665\u0665\u0665\u0660\u0661\u0660\u0667": DidTrouble.LIST_NUMBER,
    "1-1-727-555-0103": DidTrouble.LIST_NUMBER,
    "44 2079460100": DidTrouble.LIST_NUMBER,
    "\u2461 7275550107": DidTrouble.CHARACTER,
    "7275550100 (2)": DidTrouble.TWO_NUMBERS,
    "7275550100 [1]": DidTrouble.TWO_NUMBERS,
    "(2) 7275550100 (3)": DidTrouble.TWO_NUMBERS,
    "1. 7275550100-7275550109": DidTrouble.TWO_NUMBERS,
    "1) 7275550100 to 7275550109": DidTrouble.LETTERS,
    "1) 727555[0100-0109]": DidTrouble.GROUPS,
    "7 2 7 5 5 5 0 1 0 0": DidTrouble.GROUPS,
    "727--555--0100": DidTrouble.GROUPS,
    "555-0100 12": DidTrouble.GROUPS,
    "+1 727 555 0100 12": DidTrouble.CUT_SHORT,
    "020 7946 0111 02": DidTrouble.CUT_SHORT,
    "7275550100 2026": DidTrouble.CUT_SHORT,
    "+44 020 7946 0100": DidTrouble.TRUNK_ZERO,
    "+4402079460100": DidTrouble.TRUNK_ZERO,
    "+49 030 5550100": DidTrouble.TRUNK_ZERO,
    "+44 (020) 7946 0100": DidTrouble.TRUNK_ZERO,
    "7E9": DidTrouble.SCIENTIFIC,
    "7275550106,,5": DidTrouble.EXTENSION,
    "7275550106p5": DidTrouble.EXTENSION,
    "7275550106 ea": DidTrouble.LETTERS,
    "7275550106/1": DidTrouble.TWO_NUMBERS,
    "sip:+17275550100@example.com": DidTrouble.LETTERS,
    "7 " * 200: DidTrouble.TOO_LONG,
    "7" * 201: DidTrouble.TOO_LONG,
}

RANGES = {
    "7275550100-7275550199": ("7275550100", "7275550199"),
    "7275550100 - 7275550199": ("7275550100", "7275550199"),
    "7275550100 \u2013 7275550199": ("7275550100", "7275550199"),
    "727-555-0100 - 727-555-0199": ("7275550100", "7275550199"),
    "727-555-0100-727-555-0199": ("7275550100", "7275550199"),
    "(727) 555-0100 \u2014 (727) 555-0199": ("7275550100", "7275550199"),
    "+17275550100-+17275550199": ("+17275550100", "+17275550199"),
    "5550100-5550199": ("5550100", "5550199"),
    "7275550100 to 7275550199": ("7275550100", "7275550199"),
    "7275550100 to 0199": ("7275550100", "0199"),
    "7275550100~7275550199": ("7275550100", "7275550199"),
    "7275550100..7275550199": ("7275550100", "7275550199"),
    "7275550100\u20267275550199": ("7275550100", "7275550199"),
    "7275550100 -> 7275550199": ("7275550100", "7275550199"),
    "727555[0100-0109]": ("7275550100", "7275550109"),
    "0207946[0100-0199]": ("02079460100", "02079460199"),
    "(727) 555-[0100..0109]": ("7275550100", "7275550109"),
    "+1727555{0100 to 0109}": ("+17275550100", "+17275550109"),
}

PATTERNS = {
    "default": ("default", False),
    "_1727555XXXX": ("_1727555XXXX", False),
    "1-800-FLOWERS": ("1800FLOWERS", True),
    "7275550111*": ("7275550111*", False),
    "12+34": ("12+34", False),
    "(727) 555-0111": ("7275550111", False),
    "_1727555[2-9]XXX": ("_172755529XXX", True),
    "\u00e97275550111": ("7275550111", True),
    "1E10": ("1E10", False),
}


@pytest.mark.parametrize(("typed", "did"), NUMBERS.items())
def test_a_spelling_of_a_number_is_read_as_this_did(typed: str, did: str) -> None:
    found = read_did(typed)
    assert (found.text, found.last, found.trouble) == (did, "", None)


@pytest.mark.parametrize(("typed", "trouble"), REFUSED.items())
def test_a_cell_that_could_be_read_wrongly_is_refused_for_its_own_reason(typed: str, trouble: DidTrouble) -> None:
    found = read_did(typed)
    assert (found.text, found.trouble) == ("", trouble)
    assert found.reason


@pytest.mark.parametrize(("typed", "ends"), RANGES.items())
def test_a_range_is_read_as_its_two_ends(typed: str, ends: tuple[str, str]) -> None:
    found = read_did(typed)
    assert (found.text, found.last) == ends


@pytest.mark.parametrize(("typed", "kept"), PATTERNS.items())
def test_any_pattern_takes_what_vicidial_keeps(typed: str, kept: tuple[str, bool]) -> None:
    found = read_did(typed, any_pattern=True)
    assert found.trouble is None
    assert (found.text, found.changed) == kept


@pytest.mark.parametrize(
    "typed", ["1.72756E+10", "17275550111.0", "727 555 0111 ext 3", "7275550110, 7275550111", "#REF!", "2026-11-23", ""]
)
def test_any_pattern_does_not_take_a_number_that_went_wrong(typed: str) -> None:
    assert read_did(typed, any_pattern=True).trouble is read_did(typed).trouble is not None


def test_deletions_that_uncover_a_shortened_number_do_not_make_it_a_pattern() -> None:
    assert read_did("1.7&E+10", any_pattern=True).trouble is DidTrouble.SCIENTIFIC


def test_a_reason_names_the_character_that_is_no_part_of_a_number() -> None:
    assert read_did("7275550111*").reason == "holds '*', which is no part of a number"
    assert read_did("7275550111\ue000").reason == "holds U+E000, which is no part of a number"


def test_the_reason_for_lost_digits_says_how_it_happened_and_how_to_export() -> None:
    reason = read_did("1.72756E+10").reason
    assert "lost its digits" in reason
    assert "export again" in reason


@pytest.mark.parametrize("text", ["7275550100" * 19 + ")", "7   " * 49 + ")", "(7) " * 40 + "+", "7- " * 60 + "("])
def test_a_long_cell_that_is_no_number_takes_no_exponential_time(text: str) -> None:
    began = time.process_time()
    assert read_did(text).trouble is not None
    assert time.process_time() - began < 2


SEPARATORS = st.sampled_from([" ", "-", ".", "\u00a0", "\u2013", "\u200b", ""])


@given(st.text(alphabet="0123456789", min_size=2, max_size=13), st.booleans())
def test_digits_with_an_optional_plus_are_never_changed(digits: str, plus: bool) -> None:
    did = f"{'+' if plus else ''}{digits}"
    found = read_did(did)
    assert found.text == did or (plus and found.trouble is DidTrouble.TRUNK_ZERO)


@given(st.tuples(st.integers(200, 999), SEPARATORS, st.integers(200, 999), SEPARATORS, st.integers(0, 9999)))
def test_separators_between_the_groups_neither_add_nor_take_a_digit(
    groups: tuple[int, str, int, str, int],
) -> None:
    area, one, exchange, two, line = groups
    assert read_did(f"{area}{one}{exchange}{two}{line:04d}").text == f"{area}{exchange}{line:04d}"


NOTES = st.sampled_from(
    ["1", "2)", "3.", "(4)", "5 -", "[6]", "#7", "x8", "9 lines", "10", "*", "12/3", "2026", "ea", "44", "1)", "iv)"]
)


@given(
    st.sampled_from(["7275550106", "727-555-0106", "(727) 555-0106", "+17275550106", "+44 20 7946 0106"]),
    NOTES,
    st.sampled_from([" ", "  ", "-", ".", ", ", "/", "\n", "(", " \u2013 "]),
    st.booleans(),
)
def test_a_note_beside_a_number_is_never_joined_with_it(number: str, note: str, gap: str, before: bool) -> None:
    found = read_did(f"{note}{gap}{number}" if before else f"{number}{gap}{note}")
    alone = read_did(number).text
    # a 1 and a dash before ten digits are the country code of North America
    assert found.text in ("", alone) or (note == "1" and before and alone in ("7275550106",)), found


ODD = st.sampled_from("0123456789+-. ()[]\u00a0\u200b\u2013\uff0b\uff11\u0661eExX,;/|&#*:_'\"=~\n\tté")


@given(st.one_of(st.text(max_size=60), st.text(alphabet=ODD, max_size=40)), st.booleans())
def test_what_is_read_reads_as_itself_and_is_all_that_vicidial_keeps(text: str, any_pattern: bool) -> None:
    found = read_did(text, any_pattern=any_pattern)
    assert (found.trouble is None) == (found.text != "")
    for did in filter(None, (found.text, found.last)):
        assert DID_PATTERN.keep(did) == did
        again = read_did(did, any_pattern=any_pattern)
        assert (again.text, again.last, again.trouble, again.changed) == (did, "", None, False)


@given(st.text(alphabet=ODD, max_size=40))
def test_without_any_pattern_a_did_has_the_digits_of_its_cell_in_their_order_and_no_others(text: str) -> None:
    found = read_did(text)
    if found.trouble is None:
        digits = "".join({"\uff11": "1", "\u0661": "1"}.get(c, c) for c in text if c.isdecimal())
        assert (found.text + found.last).replace("+", "") == digits
