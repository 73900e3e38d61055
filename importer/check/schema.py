"""The pandera schema, built from ``importer.columns``: it judges the texts that would be sent.

The frame that it judges has, for each column that is used, the text (blank is ``''``) and a helper column of truth
values that says whether the cell could be read; one more helper for each column that a route may need, and one for the
DID to copy. So every rule is a check of one column, which names the right row and column in pandera's report, where a
check of the whole frame would not. Columns that are blank all over, and helpers that are true all over, are left out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Final

from importer.check.normalise import Cell
from importer.column import Column, ServerCheck
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN, ROUTE_NEEDS, SENT, USED

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

ROUTE: Final = BY_NAME["did_route"]
TARGETS: Final = tuple(column for column in SENT if any(column.name in needs for needs in ROUTE_NEEDS.values()))
"""The columns that a route may need."""

# pandera is imported, and registers its parts, at the first judgement: nobody may begin to do the same beside it
_ONE_AT_A_TIME: Final = Lock()

# these two and map take half the time of a comprehension, which counts where every cell of a table is asked
_TEXT_OF: Final = attrgetter("text")
_TROUBLE_OF: Final = attrgetter("trouble")


class Rule(StrEnum):
    """What a cell can break."""

    READABLE = "can be read"
    GIVEN = "is given where the route needs it"
    LENGTH = "is of a length that VICIdial takes"
    CHOICE = "is one of the choices"
    DIGITS = "holds digits alone"
    PATTERN = "holds what a DID is written with"
    ANOTHER = "is another DID than the row's own"


@dataclass(frozen=True)
class CleanColumn:
    """A column after normalising.

    Attributes:
        column: the column.
        cells: one cell for each row that is checked.
        values: the same cells as they stand in the file, or the values that were set for them.
    """

    column: Column
    cells: Sequence[Cell]
    values: Sequence[str]

    @cached_property
    def texts(self) -> list[str]:
        """What is sent of each cell."""
        return list(map(_TEXT_OF, self.cells))


@dataclass(frozen=True, slots=True)
class Failure:
    """One cell that breaks one rule.

    Attributes:
        index: the row's place among the cells.
        column: the column.
        rule: what it breaks.
    """

    index: int
    column: Column
    rule: Rule


def effective_route(text: str) -> str:
    """Return the route that VICIdial takes for the text that is sent: blank means its default."""
    return text or ROUTE.default or ""


def judge(columns: Sequence[CleanColumn], *, any_pattern: bool) -> Iterator[Failure]:
    """Judge all cells.

    Args:
        columns: did_pattern, and every other column that is not blank all over; all of one length.
        any_pattern: let a DID be any pattern that VICIdial keeps.

    Yields:
        Every rule that any cell breaks, in no particular order.
    """
    with _ONE_AT_A_TIME:
        from pandera.errors import SchemaErrors

        try:
            schema(any_pattern=any_pattern).validate(_frame(columns), lazy=True)
        except SchemaErrors as errors:
            cases = errors.failure_cases
        else:
            return
    for name, check, index in zip(cases["column"], cases["check"], cases["index"], strict=True):
        if index is None or index != index:  # noqa: PLR0124 - NaN is unlike itself
            raise RuntimeError(f"the frame does not fit its schema: {name} {check}")
        yield Failure(int(index), BY_NAME[str(name).partition(":")[0]], Rule(check))


def warm_up() -> None:
    """Judge one row: pandera imports and registers half of itself at its first judgement."""
    tuple(judge([CleanColumn(DID_PATTERN, [Cell("17275550100")], ["17275550100"])], any_pattern=False))


@cache
def schema(*, any_pattern: bool) -> "pa.DataFrameSchema":
    """Build the schema from the list of columns.

    Args:
        any_pattern: let a DID be any pattern that VICIdial keeps.

    Returns:
        The schema of the frame that this module's docstring describes.
    """
    import pandera.pandas as pa

    columns: dict[str, pa.Column] = {}
    for column in USED:
        columns[column.name] = pa.Column(str, checks=_checks(column, any_pattern=any_pattern), required=False)
        columns[_helper(column, Rule.READABLE)] = pa.Column(bool, checks=_truth(Rule.READABLE), required=False)
    for column in TARGETS:
        columns[_helper(column, Rule.GIVEN)] = pa.Column(bool, checks=_truth(Rule.GIVEN), required=False)
    columns[_helper(COPY_FROM, Rule.ANOTHER)] = pa.Column(bool, checks=_truth(Rule.ANOTHER), required=False)
    return pa.DataFrameSchema(columns, index=pa.Index(int, unique=True), strict=True, coerce=False)


def _helper(column: Column, rule: Rule) -> str:
    return f"{column.name}: {rule}"


def _frame(columns: Sequence[CleanColumn]) -> "pd.DataFrame":
    import pandas as pd

    index = pd.RangeIndex(len(columns[0].cells))
    blank, sound = pd.Series("", index=index, dtype="str"), pd.Series(data=True, index=index)
    frame: dict[str, pd.Series] = {}
    readable: dict[str, pd.Series] = {}
    for clean in columns:
        name = clean.column.name
        # in most columns of a carrier's list every cell is the same
        first = clean.texts[0] if clean.texts else ""
        alike = clean.texts.count(first) == len(clean.texts)
        frame[name] = pd.Series(first if alike else clean.texts, index=index, dtype="str")
        troubles = list(map(_TROUBLE_OF, clean.cells))
        readable[name] = pd.Series([not trouble for trouble in troubles], index=index) if any(troubles) else sound
    route, known = frame.get(ROUTE.name, blank), readable.get(ROUTE.name, sound)
    source = frame.get(COPY_FROM.name, blank)
    copied = source.ne("") | ~readable.get(COPY_FROM.name, sound)
    helpers = {_helper(BY_NAME[name], Rule.READABLE): truth for name, truth in readable.items()}
    for column in TARGETS:
        needing = [name for name, needs in ROUTE_NEEDS.items() if column.name in needs]
        if ROUTE.default in needing:
            needing.append("")
        # a cell that cannot be read is not missing, and a route that cannot be read asks for nothing; nor does a row
        # that is a copy
        given = frame.get(column.name, blank).ne("") | ~readable.get(column.name, sound)
        helpers[_helper(column, Rule.GIVEN)] = given | ~known | ~route.isin(needing) | copied
    if COPY_FROM.name in frame:
        own = source.str.casefold().eq(frame[DID_PATTERN.name].str.casefold())
        helpers[_helper(COPY_FROM, Rule.ANOTHER)] = source.eq("") | ~own
    return pd.DataFrame(frame | {name: truth for name, truth in helpers.items() if not truth.all()})


def _checks(column: Column, *, any_pattern: bool) -> "list[pa.Check]":
    rules: dict[Rule, Callable[[str], bool]] = {}
    if column.holds_did and not any_pattern:
        rules[Rule.PATTERN] = lambda text: text.isascii() and text.removeprefix("+").isdecimal()
    elif column.holds_did:
        rules[Rule.PATTERN] = lambda text: DID_PATTERN.keep(text) == text
    if column.choices:
        rules[Rule.CHOICE] = lambda text: text in column.choices
    elif column.server_check is ServerCheck.LENGTH:
        rules[Rule.LENGTH] = lambda text: column.shortest <= len(text.encode()) <= column.longest
    if column.digits_only:
        rules[Rule.DIGITS] = lambda text: text.isascii() and text.isdecimal()
    return [_check(rule, holds) for rule, holds in rules.items()]


def _check(rule: Rule, holds: Callable[[str], bool]) -> "pa.Check":
    """A check that asks each different text once, and lets blanks pass."""
    import pandas as pd
    import pandera.pandas as pa

    def check(texts: "pd.Series") -> "pd.Series":
        # a list, because iterating over pandas' own array costs more than asking
        bad = [text for text in texts.unique().tolist() if text and not holds(text)]
        return ~texts.isin(bad) if bad else pd.Series(data=True, index=texts.index)

    return pa.Check(check, name=rule.value, error=rule.value)


def _truth(rule: Rule) -> "pa.Check":
    import pandera.pandas as pa

    return pa.Check(lambda truth: truth, name=rule.value, error=rule.value)
