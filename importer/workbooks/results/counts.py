"""How many rows have which result, and the one line that says it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from importer.model import Result, RowOutcome
from importer.result_words import WORDS, ResultWord
from importer.workbooks.results.parts import DONE, ResultsPart


@dataclass(frozen=True, slots=True)
class ResultCount:
    """How many rows have one result.

    Attributes:
        word: the result.
        count: how many, in the whole run.
        first_row: the first of them in the sheet Results of this workbook; 0 if there is none.
    """

    word: ResultWord
    count: int
    first_row: int


def count_results(
    outcomes: Sequence[RowOutcome], parts: Sequence[ResultsPart], this: ResultsPart
) -> tuple[ResultCount, ...]:
    """Count the results of a run, and find the first row of each in the sheet Results of one of its workbooks."""
    total: Counter[Result] = Counter()
    for part in parts:
        total.update(part.counts)
    first: dict[Result, int] = {}
    for row, place in enumerate(this.span, start=2):
        if len(first) == len(this.counts):
            break
        first.setdefault(outcomes[place].result, row)
    return tuple(ResultCount(word, total[word.result], first.get(word.result, 0)) for word in WORDS)


def headline(counts: Sequence[ResultCount]) -> str:
    """Say in one line how many rows are in VICIdial and how many are left."""
    total = sum(entry.count for entry in counts)
    done = sum(entry.count for entry in counts if entry.word.result in DONE)
    left = total - done
    rows = f"{total:,} row{'' if total == 1 else 's'}"
    if not total:
        return "The file has no rows."
    if not left:
        return f"{rows}: every one is success or duplicate. Nothing is left to do."
    return f"{rows}: {done:,} success or duplicate, {left:,} left to look at."
