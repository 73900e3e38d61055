"""The pandera schema, built from ``importer.columns``: it judges the texts that would be sent.

The frame that it judges has a column of texts for each column that is used (blank is ``''``), and beside it columns of
truth values, called ``column: RULE``, for rules that need more than the text: whether the cell could be read, whether
the row's route needs it. So every rule is a check of one column, and pandera's report names the row and the column.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from importer.checking.normalise import Cell
from importer.checking.options import CheckOptions
from importer.column import Column, ServerCheck
from importer.columns import BY_NAME, COPY_FROM, DID_PATTERN, ROUTE_NEEDS, SENT, USED

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

ROUTE: Final = BY_NAME["did_route"]
TARGETS: Final = tuple(column for column in SENT if any(column.name in needs for needs in ROUTE_NEEDS.values()))
"""The columns that a route may need."""


class Rule(StrEnum):
    """What a cell can break, in the words of the problem where these are the same for every cell."""

    READABLE = "cannot be read"
    GIVEN = "is missing"
    LENGTH = "is of a length that VICIdial does not take"
    CHOICE = "is not one of the choices"
    DIGITS = "is not of digits alone; VICIdial would store another number"
    PATTERN = "is not written as a DID"
    ANOTHER = "is the row's own DID; name the DID that is copied"
    AGENT = (
        "leads nowhere, because add_did cannot set the agent; name a DID that has the agent in copy_from, or give"
        " --allow-no-agent and set the agent under Inbound > DIDs"
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """One cell that breaks one rule."""

    index: int
    column: Column
    rule: Rule


def judge(columns: Mapping[str, Sequence[Cell]], options: CheckOptions) -> Iterator[Failure]:
    """Judge all cells."""
    from pandera.errors import SchemaErrors

    try:
        schema(any_pattern=options.any_pattern).validate(_frame(columns, options), lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return
    if cases["index"].isna().any():
        raise RuntimeError(f"the frame does not fit its schema: {cases['check'].tolist()}")
    for name, check, index in zip(cases["column"], cases["check"], cases["index"], strict=True):
        yield Failure(int(index), BY_NAME[str(name).partition(":")[0]], Rule(check))


@cache
def schema(*, any_pattern: bool) -> "pa.DataFrameSchema":
    """Return the schema of the frame that this module's docstring describes."""
    import pandera.pandas as pa

    columns = {
        column.name: pa.Column(str, _text_checks(column, any_pattern=any_pattern), required=False) for column in USED
    }
    of_rows = [(column, Rule.READABLE) for column in USED] + [(column, Rule.GIVEN) for column in TARGETS]
    for column, rule in (*of_rows, (COPY_FROM, Rule.ANOTHER), (ROUTE, Rule.AGENT)):
        columns[_name(column, rule)] = pa.Column(bool, pa.Check.eq(True, error=rule.value), required=False)
    return pa.DataFrameSchema(columns, index=pa.Index(int, unique=True), strict=True)


def _text_checks(column: Column, *, any_pattern: bool) -> "list[pa.Check]":
    import pandera.pandas as pa

    def matches(pattern: str, rule: Rule) -> pa.Check:
        return pa.Check(lambda texts: texts.str.fullmatch(f"(?:{pattern})?"), error=rule.value)

    def measured(texts: "pd.Series") -> "pd.Series":
        return texts.eq("") | texts.map(lambda text: len(text.encode())).between(column.shortest, column.longest)

    checks = []
    if column.holds_did:
        checks.append(matches(f"[{DID_PATTERN.kept}]+" if any_pattern else r"\+?[0-9]+", Rule.PATTERN))
    if column.choices:
        checks.append(pa.Check.isin(["", *column.choices], error=Rule.CHOICE.value))
    elif column.server_check is ServerCheck.LENGTH:
        checks.append(pa.Check(measured, error=Rule.LENGTH.value))
    if column.digits_only:
        checks.append(matches("[0-9]+", Rule.DIGITS))
    return checks


def _name(column: Column, rule: Rule) -> str:
    return f"{column.name}: {rule.name}"


def _frame(columns: Mapping[str, Sequence[Cell]], options: CheckOptions) -> "pd.DataFrame":
    import pandas as pd

    index = pd.RangeIndex(len(columns[DID_PATTERN.name]))
    frame: dict[str, pd.Series] = {}
    for name, cells in columns.items():
        readable = [not cell.trouble for cell in cells]
        frame[name] = pd.Series([cell.text for cell in cells], index, dtype=str)
        frame[f"{name}: {Rule.READABLE.name}"] = pd.Series(readable, index, dtype=bool)

    def filled(column: Column) -> "pd.Series":
        """Whether something stands there; a cell that cannot be read is not missing."""
        if column.name not in columns:
            return pd.Series(False, index, dtype=bool)
        return frame[column.name].ne("") | ~frame[_name(column, Rule.READABLE)]

    copied = filled(COPY_FROM)
    # a route that cannot be read asks for nothing
    route = frame.get(ROUTE.name, pd.Series("", index, dtype=str)).where(filled(ROUTE), ROUTE.default)
    for column in TARGETS:
        needing = [name for name, needs in ROUTE_NEEDS.items() if column.name in needs]
        frame[_name(column, Rule.GIVEN)] = filled(column) | ~route.isin(needing) | copied
    if not options.allow_no_agent:
        frame[_name(ROUTE, Rule.AGENT)] = route.ne("AGENT") | copied
    if COPY_FROM.name in columns:
        source = frame[COPY_FROM.name]
        own = source.str.casefold().eq(frame[DID_PATTERN.name].str.casefold())
        frame[_name(COPY_FROM, Rule.ANOTHER)] = source.eq("") | ~own
    return pd.DataFrame(frame, index)
