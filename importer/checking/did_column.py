"""All DIDs of a table: read, with ranges taken apart, and written in the form that the person wants."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from importer.characters import trim
from importer.checking.did_number import read_did
from importer.checking.normalise import BLANK, FLAW_REASONS, Cell
from importer.checking.number_shapes import DidTrouble, ReadDid, no_did
from importer.checking.options import CheckOptions, DidFormat
from importer.errors import SheetError
from importer.headers import RangeColumns
from importer.model import CellFlaw, Table

MOST_NUMBERS = 5_000_000
"""Ranges are not taken apart beyond it: more than a sheet has rows, but not more than a large memory holds."""

LONGEST_RANGE: Final = 10_000
"""The most numbers that one range may have; both ends must stand there in full and have one length."""

_QUANTITY: Final = re.compile(r"0*[1-9][0-9]{0,7}")
_COUNTED: Final = re.compile(r"\s*1[-. (]")


@dataclass(frozen=True, slots=True)
class DidColumn:
    """The DIDs, one for each row that is checked; ``ranges`` were taken apart."""

    cells: Sequence[Cell]
    origin: Sequence[int]  # for each of them the index of its row in the table
    ranges: int


def read_dids(table: Table, column: int, ranges: RangeColumns | None, options: CheckOptions) -> DidColumn:
    """Read the DIDs of a table."""
    flaws = {row: flaw for (row, flawed), flaw in table.flaws.items() if flawed == column}
    country_code = options.plan.country_code
    read: list[ReadDid] = []
    size = ranges_found = 0
    for index, row in enumerate(table.rows):
        did = (
            no_did(DidTrouble.FLAW, FLAW_REASONS[flaws[index]])
            if index in flaws
            else read_did(row[column], any_pattern=options.any_pattern, country_code=country_code)
        )
        if ranges is not None:
            did = _read_columns(did, row, index, ranges, table.flaws, country_code)
        if did.last:
            did = judge_range(did, expand=options.expand_ranges)
            ranges_found += bool(did.last)
        read.append(did)
        size += int(did.last) - int(did.text) + 1 if did.last else 1
        if size > MOST_NUMBERS and ranges_found:
            raise SheetError(
                f"{table.path}: row {table.row_numbers[index]}: with the ranges up to here there are more than"
                f" {MOST_NUMBERS:,} numbers; split the file"
            )
    counted = any(did.trouble is DidTrouble.LIST_NUMBER for did in read)
    cells: list[Cell] = []
    origin: list[int] = []
    for index, (did, row) in enumerate(zip(read, table.rows, strict=True)):
        if counted and did.trouble is None and _COUNTED.match(row[column]):
            # where one row of a list is counted, the 1 of 1-727-555-0100 may be its count too
            numbers = [no_did(DidTrouble.LIST_NUMBER)]
        else:
            numbers = [ReadDid(number) for number in numbers_of(did)] if did.last else [did]
        cells += (_cell(number, row[column], options) for number in numbers)
        origin += [index] * len(numbers)
    return DidColumn(cells, origin, ranges_found)


def read_source(raw: str, options: CheckOptions) -> Cell:
    """Read a cell of ``copy_from``: one DID, written like the row's own."""
    did = read_did(raw, any_pattern=options.any_pattern, country_code=options.plan.country_code)
    if did.trouble is DidTrouble.BLANK:
        return BLANK
    if did.last or did.trouble is DidTrouble.TWO_NUMBERS:
        return Cell("", "holds more than one number; name the one DID that is copied")
    cell = _cell(did, raw, options)
    return cell._replace(notes=(f"copy_from is read as '{cell.text}'",)) if did.changed else cell


def _cell(did: ReadDid, value: str, options: CheckOptions) -> Cell:
    if did.trouble is None and options.did_format is not DidFormat.AS_IS:
        did = options.plan.written(did.text, options.did_format)._replace(changed=did.changed)
    if did.trouble is not None:
        return Cell("", did.reason, value=value)
    if options.strict_numbers and did.text.removeprefix("+").isdecimal() and not options.plan.is_possible(did.text):
        reason = f"is no possible number in {options.plan.region}; correct it, or write it with + and the country code"
        return Cell(did.text, reason, value=value)
    return Cell(did.text, notes=(f"did_pattern is stored as '{did.text}'",) if did.changed else (), value=value)


def _read_columns(
    did: ReadDid,
    row: Sequence[str],
    index: int,
    ranges: RangeColumns,
    flaws: Mapping[tuple[int, int], CellFlaw],
    country_code: str,
) -> ReadDid:
    for column in (ranges.last, ranges.quantity):
        if column is not None and (index, column) in flaws:
            return _no_range(
                f"is the first number of a range, and the cell beside it {FLAW_REASONS[flaws[index, column]]}"
            )
    last, quantity = ("" if column is None else row[column] for column in (ranges.last, ranges.quantity))
    return read_range(did, last, quantity, country_code)


def read_range(first: ReadDid, last: str, quantity: str, country_code: str = "1") -> ReadDid:
    """Read a range whose parts stand in columns of their own."""
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
    """Judge a range that was read."""
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
    return no_did(DidTrouble.RANGE, reason)
