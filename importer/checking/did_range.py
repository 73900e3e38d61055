"""Ranges of DIDs: first and last number in one cell, or in columns of their own, become one row each.

Only ranges that can be read in one way count: both numbers in full, of one length, at most 10,000 of them.
"""

import re
from collections.abc import Iterator
from typing import Final

from importer.characters import trim
from importer.checking.did_number import read_did
from importer.checking.did_trouble import DidTrouble, ReadDid

LONGEST_RANGE: Final = 10_000
"""The most numbers that one range may have."""

_QUANTITY: Final = re.compile(r"0*[1-9][0-9]{0,7}")


def read_range(first: ReadDid, last: str, quantity: str, country_code: str = "1") -> ReadDid:
    """Read a range whose parts stand in columns of their own.

    Args:
        first: what the cell of the first number says.
        last: the text of the last number's cell; blank where there is none.
        quantity: the text of the quantity's cell; blank where there is none.
        country_code: the country calling code of the region whose numbers they are.

    Returns:
        ``first`` where it is a trouble already or the only number; else the range, or the trouble.
    """
    if first.trouble is not None or first.last:
        return first
    last, quantity = trim(last), trim(quantity)
    is_number = first.text.lstrip("+").isdecimal()
    end = read_did(last, country_code=country_code) if last else first
    if end.trouble is not None or end.last or not (is_number or end is first):
        return _no_range(f"is the first number of a range whose last number '{last}' cannot be read")
    if not quantity or (quantity == "1" and end is first):
        return first if _same(end.text, first.text) else ReadDid(first.text, last=end.text)
    if not (_QUANTITY.fullmatch(quantity) and is_number):
        return _no_range(f"is the first number of a range whose quantity '{quantity}' cannot be read")
    counted = _number(first.text, int(first.text) + int(quantity) - 1)
    if last and not _same(end.text, counted):
        return _no_range(f"is the first number of a range whose last number '{last}' does not fit '{quantity}' numbers")
    return first if _same(counted, first.text) else ReadDid(first.text, last=counted)


def judge_range(did: ReadDid, *, expand: bool) -> ReadDid:
    """Judge a range that was read.

    Args:
        did: a range (``did.last`` is not empty).
        expand: whether the person wants one row for each number.

    Returns:
        The range with both numbers written alike, a single number where first and last are the same, or the trouble.
    """
    first, last = did.text, did.last
    if len(first) == len(last) + 1 and first[0] == "+" and last[0] != "+":
        last = "+" + last
    if len(first) != len(last) or first[:1].isdecimal() != last[:1].isdecimal():
        return _no_range("is a range whose two numbers are not written alike; write both in full, with + or without")
    size = int(last) - int(first) + 1
    if size < 1:
        return _no_range("is a range whose last number comes before its first")
    if size == 1:
        return ReadDid(first)
    if size > LONGEST_RANGE:
        return _no_range(f"is a range of {size:,} numbers; at most {LONGEST_RANGE:,} are taken, so split it")
    if not expand:
        return _no_range(f"is a range of {size:,} numbers; --expand-ranges makes one row of each")
    return ReadDid(first, last=last)


def numbers_of(did: ReadDid) -> Iterator[str]:
    """Yield the numbers of a range that was judged good, first to last."""
    for number in range(int(did.text), int(did.last) + 1):
        yield _number(did.text, number)


def _number(like: str, number: int) -> str:
    """Write ``number`` with the plus and the leading zeros of ``like``."""
    digits = like.lstrip("+")
    return f"{like[: -len(digits)]}{number:0{len(digits)}d}"


def _same(one: str, other: str) -> bool:
    return one.lstrip("+") == other.lstrip("+")


def _no_range(reason: str) -> ReadDid:
    return ReadDid("", trouble=DidTrouble.RANGE, reason=reason)
