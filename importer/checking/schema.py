"""The pandera schema, built from ``importer.columns``: it judges the texts that would be sent.

The frame that it judges has, for each column that is used, the text (blank is ``''``) and a helper column of truth
values that says whether the cell could be read; one more helper for each column that a route may need, and one for the
DID to copy. So every rule is a check of one column, which names the right row and column in pandera's report, where a
check of the whole frame would not. Columns that are blank all over, and helpers that are true all over, are left out.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Final

from importer.checking.normalise import Cell
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
    def only(self) -> Cell | None:
        """The one cell that all of them are; None where they differ. In most columns of a list all are alike."""
        if not self.cells or self.cells[0] is not self.cells[-1]:
            return None
        return self.cells[0] if self.cells.count(self.cells[0]) == len(self.cells) else None

    @cached_property
    def texts(self) -> list[str]:
        """What is sent of each cell."""
        return list(map(_TEXT_OF, self.cells)) if self.only is None else [self.only.text] * len(self.cells)


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
        frame[name] = pd.Series(clean.texts if clean.only is None else clean.only.text, index=index, dtype="str")
        troubles = [] if clean.only is not None and not clean.only.trouble else list(map(_TROUBLE_OF, clean.cells))
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
    checks = []
    if column.holds_did and not any_pattern:
        checks.append(_check(Rule.PATTERN, lambda text: _digits(text.removeprefix("+")), _digits_together))
    elif column.holds_did:
        checks.append(_check(Rule.PATTERN, lambda text: DID_PATTERN.keep(text) == text))
    if column.choices:
        checks.append(_check(Rule.CHOICE, lambda text: text in column.choices))
    elif column.server_check is ServerCheck.LENGTH:
        lengths = range(column.shortest, column.longest + 1)
        checks.append(
            _check(
                Rule.LENGTH,
                lambda text: len(text.encode()) in lengths,
                lambda texts: (
                    "".join(texts).isascii()
                    and lengths.start <= min(map(len, texts))
                    and max(map(len, texts)) < lengths.stop
                ),
            )
        )
    if column.digits_only:
        checks.append(_check(Rule.DIGITS, _digits, _digits_together))
    return checks


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _digits_together(texts: Collection[str]) -> bool:
    return _digits("".join(texts))


def _check(
    rule: Rule, holds: Callable[[str], bool], all_hold: Callable[[Collection[str]], bool] = lambda _: False
) -> "pa.Check":
    """A check that asks each different text once, and lets blanks pass.

    Args:
        rule: what is checked.
        holds: asks one text.
        all_hold: asks many texts at once, which takes a tenth of the time; where it says no, each is asked.
    """
    import pandas as pd
    import pandera.pandas as pa

    def check(texts: "pd.Series") -> "pd.Series":
        # a list, because iterating over pandas' own array costs more than asking
        different = {*texts.tolist()} - {""}
        bad = [] if different and all_hold(different) else [text for text in different if not holds(text)]
        return ~texts.isin(bad) if bad else pd.Series(data=True, index=texts.index)

    return pa.Check(check, name=rule.value, error=rule.value)


def _truth(rule: Rule) -> "pa.Check":
    import pandera.pandas as pa

    return pa.Check(lambda truth: truth, name=rule.value, error=rule.value)
