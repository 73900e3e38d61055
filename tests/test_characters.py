"""Spaces, dashes and digits of every kind."""

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from importer.characters import plain, printable, spaced, trim

EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]


def test_every_decimal_digit_of_unicode_becomes_its_ascii_digit() -> None:
    digits = [character for character in EVERY_CHARACTER if unicodedata.category(character) == "Nd"]
    assert len(digits) > 500
    assert plain("".join(digits)) == "".join(str(unicodedata.decimal(digit)) for digit in digits)


def test_every_dash_and_space_and_bracket_of_unicode_becomes_the_plain_one() -> None:
    for category, becomes in (("Pd", "-"), ("Zs", " "), ("Ps", "("), ("Pe", ")")):
        characters = "".join(c for c in EVERY_CHARACTER if unicodedata.category(c) == category)
        assert set(plain(characters)) == {becomes}


def test_every_format_and_control_character_goes_but_line_ends() -> None:
    unseen = "".join(c for c in EVERY_CHARACTER if unicodedata.category(c) in ("Cc", "Cf"))
    assert set(plain(unseen)) == {"\n", " "}
    assert trim(unseen + "x" + unseen) == "x"
    assert plain("\u200b\u200d\u2060\ufeff\u200e\u200f\u202a\u202e\u2066\u2069\u00ad") == ""


def test_plain_text_is_left_alone() -> None:
    assert plain("AZaz09 -+.()#*_:,;/'\"=é\u00b2") == "AZaz09 -+.()#*_:,;/'\"=é\u00b2"


def test_a_run_of_spaces_with_an_odd_one_becomes_one_space_and_others_stay() -> None:
    assert spaced("a\n b") == "a b"
    assert spaced("a \u00a0\t b") == "a b"
    assert spaced("a  b") == "a  b"
    assert spaced("a\u200bb\u00ad") == "ab"


@given(st.text())
def test_each_of_them_changes_nothing_the_second_time(text: str) -> None:
    for change in (plain, spaced, trim):
        assert change(change(text)) == change(text)


@given(st.text())
def test_trimming_takes_nothing_from_the_middle(text: str) -> None:
    assert trim(text) in text
    assert trim(f"x{text}y") == f"x{text}y"


def test_no_control_no_line_maker_and_no_change_of_direction_reaches_a_terminal() -> None:
    breaking = {c for c in EVERY_CHARACTER if len(f"a{c}b".splitlines()) > 1} - {"\n"}
    assert breaking > {"\u2028", "\u2029", "\x85", "\r", "\v", "\f"}
    turning = {c for c in EVERY_CHARACTER if unicodedata.bidirectional(c) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI"}}
    controls = {c for c in EVERY_CHARACTER if unicodedata.category(c) in ("Cc", "Cs")} - {"\t", "\n"}
    marks = {"\u200e", "\u200f", "\u061c"}
    assert set(printable("".join(sorted(breaking | turning | controls | marks)))) == {"\ufffd"}
    assert printable("Café\t東京\n-> +1 727") == "Café\t東京\n-> +1 727"
