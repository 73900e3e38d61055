"""The rows of the sheet Results: every row of the input once, in its order, with what became of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from importer.model import Result, RowOutcome, Table
from importer.workbooks.sheet_xml import LONGEST_CELL, cut_to_fit, fits, holdable

_CUT_REASON = f" [cut here: a cell holds {LONGEST_CELL:,} characters]"


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One line of the sheet Results.

    Attributes:
        cells: all its texts, from ``row`` to ``answered_at``; each fits into a cell.
        result: its result.
    """

    cells: tuple[str, ...]
    result: Result


@dataclass(frozen=True, slots=True)
class Losses:
    """What a workbook could not take of the input's cells.

    Attributes:
        cut: how many cells are cut because a cell holds no more.
        replaced: how many cells hold a character that no workbook can hold, written as U+FFFD.
    """

    cut: int = 0
    replaced: int = 0

    def sentences(self) -> tuple[str, ...]:
        """Say what was lost, one sentence a kind; nothing where nothing was."""
        found = []
        if self.cut:
            found.append(
                f"{_cells(self.cut)} of the input longer than the {LONGEST_CELL:,} characters that a cell of a workbook"
                " holds: cut in the sheet Results, where the reason says which. The input has the whole."
            )
        if self.replaced:
            found.append(
                f"{_cells(self.replaced)} of the input with a character that no workbook can hold: shown as \ufffd"
                " in the sheet Results, where the reason says which."
            )
        return tuple(found)


def in_order(
    table: Table, outcomes: Sequence[RowOutcome], origin: Sequence[int] | None
) -> tuple[Sequence[int], Sequence[RowOutcome]]:
    """Bring the outcomes into the input's order, and each to its row of the table.

    Args:
        table: the input.
        outcomes: one for each row that was worked on, in any order.
        origin: for each such row its place in the table, where ranges were expanded; None where they are the same.

    Returns:
        The places in the table, and the outcome that belongs to each.

    Raises:
        ValueError: a row would be lost or stand twice. It is a mistake of the caller's, never the person's.
    """
    places = range(len(table.rows)) if origin is None else origin
    ordered = sorted(outcomes, key=lambda outcome: outcome.index)
    if len(ordered) != len(places) or any(outcome.index != place for place, outcome in enumerate(ordered)):
        raise ValueError(f"{len(places)} rows need an outcome each, once; there are {len(ordered)} outcomes")
    if origin is not None and (list(origin) != sorted(origin) or set(origin) != set(range(len(table.rows)))):
        raise ValueError("the rows that ranges were expanded to must cover every row of the input, in its order")
    return places, ordered


def losses_of(table: Table) -> Losses:
    """Count what a workbook will not take of a table's cells and headers."""
    cut = replaced = 0
    for row in (table.header, *table.rows):
        together = "".join(row)
        if len(together) * 7 > LONGEST_CELL:
            cut += sum(not fits(text) for text in row)
        if not holdable(together):
            replaced += sum(not holdable(text) for text in row)
    return Losses(cut, replaced)


def result_rows(table: Table, placed: Iterable[tuple[int, RowOutcome]], *, lossless: bool) -> Iterator[ResultRow]:
    """Make the lines of the sheet Results.

    Args:
        table: the input.
        placed: places in the table, and the outcome that belongs to each.
        lossless: True where ``losses_of`` found nothing, so that no cell has to be looked at.

    Yields:
        One line for each outcome.
    """
    for place, outcome in placed:
        cells, reason = table.rows[place], outcome.reason
        if not lossless:
            cells, lost = _fitting(table.header, cells)
            reason = " ".join((reason, *lost)).strip()
        yield ResultRow(
            (
                str(table.row_numbers[place]),
                *cells,
                outcome.result.value,
                cut_to_fit(reason, _CUT_REASON),
                cut_to_fit(outcome.did_sent),
                str(outcome.attempts),
                outcome.answered_at,
            ),
            outcome.result,
        )


def _fitting(header: Sequence[str], cells: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cut what is too long, and say so; say where a character is shown as another."""
    said = []
    for name, text in zip(header, cells, strict=True):
        which = f"'{name}'" if name else "a column without a name"
        if not fits(text):
            said.append(f"[The cell of {which} is cut here at {LONGEST_CELL:,} characters.]")
        if not holdable(text):
            said.append(f"[The cell of {which} held a character that is shown as \ufffd.]")
    return tuple(cut_to_fit(text) for text in cells), tuple(said)


def _cells(count: int) -> str:
    return f"{count:,} cell{'' if count == 1 else 's'}"
