"""The words for what is wrong with a cell, and the summary in which equal problems stand together."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from importer.characters import spaced, trim
from importer.checking.normalise import Cell, closest, did_you_mean
from importer.checking.schema import ROUTE, Failure, Rule
from importer.column import Column
from importer.columns import BY_NAME
from importer.model import CellProblem, CheckedRow

_LONGEST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """One kind of problem and everywhere it occurs."""

    sentence: str
    rows: tuple[int, ...]


def allowed_text(column: Column, *, any_pattern: bool = False) -> str:
    """Say in words what may stand in a column."""
    if column.holds_did and not any_pattern:
        return "digits with an optional leading +, 2 to 50 characters"
    if column.choices:
        return ", ".join(column.choices)
    span = f"{column.shortest} to {column.longest}" if column.shortest > 1 else f"up to {column.longest}"
    signs = ["space"] * bool(column.keep(" ")) + list(column.keep("-_:+*#.,|"))
    return f"{span} digits" if column.digits_only else f"{span} characters: letters, digits and {' '.join(signs)}"


def problem_of(failure: Failure, cell: Cell, *, row: int, route: str, any_pattern: bool = False) -> CellProblem:
    """Put a broken rule into words; ``route`` is the row's as it is sent."""
    column, value, problem, suggestion = failure.column, trim(cell.value) and cell.value, failure.rule.value, ""
    if failure.rule is Rule.READABLE:
        problem = cell.trouble
    elif failure.rule is Rule.GIVEN:
        problem = _missing(column, route)
    elif failure.rule is Rule.LENGTH:
        problem = "is too short" if len(cell.text) < column.shortest else "is too long"
        problem += _once_changed(column, cell, trim(value))
    elif failure.rule is Rule.CHOICE:
        suggestion = _closest_choice(column.name, cell.text)
        problem = "is not a route" if column is ROUTE else problem
        problem += did_you_mean(suggestion)
    return CellProblem(row, column.name, value, problem, allowed_text(column, any_pattern=any_pattern), suggestion)


def _once_changed(column: Column, cell: Cell, value: str) -> str:
    """Say why a length is not the one that the person sees; empty where it is."""
    if column.holds_did or cell.text == value:
        return ""
    if column.digits_only and column.keep(value).startswith("0"):
        return " without its leading zeros: VICIdial stores a number"
    return " once VICIdial has deleted what it does not keep"


def _missing(column: Column, route: str) -> str:
    if route:
        return f"the route {route} leads nowhere without it"
    default = BY_NAME["extension"].default
    return (
        f"did_route is blank too, which means {ROUTE.default}: calls would go to {default}, an announcement; fill"
        f" {column.name} or did_route, or give --set did_route=... and what the route needs"
    )


@lru_cache(maxsize=4096)
def _closest_choice(name: str, text: str) -> str:
    column = BY_NAME[name]
    return closest(text, {choice: choice for choice in column.choices} | dict(column.spellings))


def group_problems(rows: Iterable[CheckedRow]) -> tuple[ProblemGroup, ...]:
    """Put equal problems of many rows together.

    Args:
        rows: the checked rows.

    Returns:
        One group for each kind of problem, the biggest first, those of one size in the order of their first rows.
    """
    groups: dict[tuple[str, ...], list[CellProblem]] = {}
    for row in rows:
        for problem in row.problems:
            # two wrong routes are two mistakes, two numbers with an extension are one
            value = problem.value if not problem.value or BY_NAME[problem.column].choices else "any"
            groups.setdefault((problem.column, problem.problem, problem.allowed, value), []).append(problem)
    made = [_group(problems) for problems in groups.values()]
    return tuple(sorted(made, key=lambda group: (-len(group.rows), group.rows)))


def _group(problems: list[CellProblem]) -> ProblemGroup:
    first = problems[0]
    rows = tuple(dict.fromkeys(problem.row for problem in problems))
    value = spaced(first.value)
    value = value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 1] + "\u2026"
    alike = all(problem.value == first.value for problem in problems)
    named = f"{first.column} '{value}'" if alike else f"{first.column}, such as '{value}',"
    subject = named if value else f"{first.column} is blank and"
    allowed = f" (allowed: {first.allowed})" if first.allowed and not first.suggestion else ""
    count = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
    return ProblemGroup(f"{count}: {subject} {first.problem}{allowed}", rows)
