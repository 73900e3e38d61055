"""What a whole list of DIDs shows that no single one does: mixed ways of writing, and numbers that cannot exist."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from importer.checking.did_format import NumberPlan

_SHOWN: Final = 5
"""How many cases a sentence names before it says how many more there are."""


def survey(dids: Sequence[str], rows: Sequence[int], plan: NumberPlan, *, strict: bool) -> tuple[str, ...]:
    """Say what should make the person look twice.

    Args:
        dids: the DIDs as they would be sent, empty where none could be made; any that is no number is passed over.
        rows: for each DID, the row number that the person sees.
        plan: the numbers of the region.
        strict: impossible numbers are refused already, and need no warning.

    Returns:
        Sentences on mixed ways of writing, on numbers that are probably the same, and on impossible numbers.
    """
    numbers = [(did, row) for did, row in zip(dids, rows, strict=True) if did.removeprefix("+").isdecimal()]
    code = plan.country_code
    # numbers of one shape are written in one way, and are possible or not together
    shapes = [plan.shape(did) for did, _ in numbers]
    alike = dict(zip(shapes, (did for did, _ in numbers), strict=True))
    counts: Counter[str] = Counter()
    for shape, count in Counter(shapes).items():
        counts[_form(alike[shape], code)] += count
    del counts[""]
    warnings = []
    if len(counts) > 1:
        listed = ", ".join(f"{count} {form}" for form, count in counts.most_common())
        warnings.append(
            f"the numbers are written in different ways: {listed}; a call finds its DID only if it is written as the"
            " carrier sends it (--did-format writes all of them alike)"
        )
        warnings += _same_numbers(numbers, code)
    impossible = set() if strict else {shape for shape, did in alike.items() if not plan.is_possible(did)}
    return (*warnings, *_impossible(numbers, shapes, impossible, plan.region))


def _form(did: str, code: str) -> str:
    """Name the way in which a number is written; empty where it cannot be told."""
    if did[0] == "+":
        return "with a leading +"
    if code == "1":
        if len(did) == 10:
            return "with 10 digits"
        return "with 11 digits that begin with 1" if len(did) == 11 and did[0] == "1" else ""
    if did[0] == "0":
        return "that begin with 0"
    return f"that begin with {code}" if did.startswith(code) and len(did) >= len(code) + 7 else ""


def _same_numbers(numbers: Sequence[tuple[str, int]], code: str) -> list[str]:
    first: dict[str, tuple[str, int]] = {}
    pairs = []
    for did, row in numbers:
        form = _form(did, code)
        bare = did.removeprefix("+")
        if form == "that begin with 0":
            bare = bare[1:]
        elif form not in ("", "with 10 digits"):
            bare = bare.removeprefix(code)
        other, other_row = first.setdefault(bare, (did, row))
        if other != did:
            pairs.append(f"row {row} '{did}' and row {other_row} '{other}'")
    if not pairs:
        return []
    more = f" and {len(pairs) - _SHOWN} more pairs" if len(pairs) > _SHOWN else ""
    return [f"probably the same number, written in two ways: {'; '.join(pairs[:_SHOWN])}{more}"]


def _impossible(
    numbers: Sequence[tuple[str, int]],
    shapes: Sequence[tuple[str, int]],
    impossible: Collection[tuple[str, int]],
    region: str,
) -> list[str]:
    if not impossible:
        return []
    found = [f"row {row} '{did}'" for (did, row), shape in zip(numbers, shapes, strict=True) if shape in impossible]
    named = ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
    are = "1 number is" if len(found) == 1 else f"{len(found)} numbers are"
    return [f"{are} not possible in {region} and would be sent all the same (--strict-numbers refuses such): {named}"]
