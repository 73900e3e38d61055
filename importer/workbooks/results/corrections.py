"""The sheets Results and Failed rows hold some rows twice: which of the two a person has corrected."""

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from importer.errors import SheetError
from importer.workbooks.results.rows import DONE_MARK, FAILED_MARK, FAILED_SHEET, RESULTS_SHEET
from importer.workbooks.results.sheet import ResultsLine, ResultsSheet

_MAKE_ALIKE: Final = f"make them alike, or delete one of the sheets {RESULTS_SHEET} and {FAILED_SHEET}"


@dataclass(frozen=True, slots=True)
class Merged:
    """Both sheets as one.

    Attributes:
        header: the headers.
        lines: the rows; those that were deleted in one of the sheets are marked as left out.
        facts: which sheet corrections were taken from, and what is left out, each one sentence.
    """

    header: tuple[str, ...]
    lines: tuple[ResultsLine, ...]
    facts: tuple[str, ...] = ()


def merged(path: Path, results: ResultsSheet, failed: ResultsSheet) -> Merged:
    """Bring the two sheets together: of a row that stands in both, the one that was corrected counts.

    Raises:
        SheetError: a row, or the headers, were corrected in both sheets and not alike.
    """
    header, results, failed = _same_columns(path, results, failed)
    twins, lines = _twins(results.lines, failed.lines), []
    for place, line in enumerate(results.lines):
        if place in twins:
            lines.append(_corrected_one(path, header, line, failed.lines[twins[place]]))
        else:
            lines.append(_left_out(line) if line.checksum.startswith(FAILED_MARK) else line)
    paired = frozenset(twins.values())
    lines += [_left_out(line) for place, line in enumerate(failed.lines) if place not in paired]
    from_failed = sum(line.row.corrected and line.sheet == FAILED_SHEET for line in lines)
    out = sorted({line.row.row for line in lines if line.row.left_out})
    facts = []
    if from_failed:
        facts.append(f"rows that were corrected in the sheet {FAILED_SHEET}: {from_failed}")
    if out:
        numbers = ", ".join(map(str, out[:8])) + (f" and {len(out) - 8} more" if len(out) > 8 else "")
        facts.append(f"rows that were deleted in one of the sheets are not sent: {numbers}")
    return Merged(header, tuple(lines), tuple(facts))


def _twins(results: Sequence[ResultsLine], failed: Sequence[ResultsLine]) -> dict[int, int]:
    """Find for each line of Results its place in Failed rows: by row and checksum, by either where that fails."""
    twins: dict[int, int] = {}
    waiting = dict(enumerate(failed))
    keys: tuple[Callable[[ResultsLine], object], ...] = (
        lambda line: (line.row.row, line.checksum),
        lambda line: line.checksum or id(line),
        lambda line: line.row.row,
    )
    for key in keys:
        places: dict[object, deque[int]] = defaultdict(deque)
        for there, line in waiting.items():
            places[key(line)].append(there)
        for here, line in enumerate(results):
            found = places.get(key(line)) if here not in twins and not line.checksum.startswith(DONE_MARK) else None
            # several rows of one number were a range: the number alone tells only where a checksum is missing
            if found and (key is not keys[-1] or not (line.checksum and waiting[found[0]].checksum)):
                twins[here] = found.popleft()
                del waiting[twins[here]]
    return twins


def _left_out(line: ResultsLine) -> ResultsLine:
    """A row that was deleted in the other sheet; unless it was corrected in this one, it is not sent."""
    return line if line.row.corrected else replace(line, row=replace(line.row, left_out=True))


def _corrected_one(path: Path, header: Sequence[str], here: ResultsLine, there: ResultsLine) -> ResultsLine:
    if not there.row.corrected or _content(here) == _content(there):
        return here
    if not here.row.corrected:
        return there
    names, mine, others = ("result", *header), _content(here), _content(there)
    name, one, other = next(three for three in zip(names, mine, others, strict=True) if three[1] != three[2])
    raise SheetError(
        f"{path}: row {here.row.row} was corrected in both sheets and not alike: {name or 'a cell'} is '{one}' in"
        f" {RESULTS_SHEET} and '{other}' in {FAILED_SHEET}; {_MAKE_ALIKE}"
    )


def _content(line: ResultsLine) -> tuple[str, ...]:
    return (line.row.result.value, *line.row.cells)


def _same_columns(
    path: Path, results: ResultsSheet, failed: ResultsSheet
) -> tuple[tuple[str, ...], ResultsSheet, ResultsSheet]:
    """Give both sheets the same columns: by their places, or by their headers where there are more in one."""
    if results.header == failed.header:
        return results.header, results, failed
    width = results.width
    if width == failed.width:
        for one, other in zip(results.header[:width], failed.header[:width], strict=True):
            if one != other and results.header_corrected and failed.header_corrected:
                raise SheetError(
                    f"{path}: a header is '{one}' in {RESULTS_SHEET} and '{other}' in {FAILED_SHEET}; {_MAKE_ALIKE}"
                )
        first = failed.header[:width] if failed.header_corrected else results.header[:width]
    else:
        width, first = 0, ()
    keys = [_keys(sheet.header[width:]) for sheet in (results, failed)]
    union = list(dict.fromkeys([*keys[0], *keys[1]]))
    return (
        (*first, *(name for name, _ in union)),
        _with_columns(results, (*range(width), *(_place(keys[0], key, width) for key in union))),
        _with_columns(failed, (*range(width), *(_place(keys[1], key, width) for key in union))),
    )


def _keys(names: Sequence[str]) -> list[tuple[str, int]]:
    return [(name, names[:place].count(name)) for place, name in enumerate(names)]


def _place(keys: Sequence[tuple[str, int]], key: tuple[str, int], first: int) -> int:
    return first + keys.index(key) if key in keys else -1


def _with_columns(sheet: ResultsSheet, places: Sequence[int]) -> ResultsSheet:
    lines = tuple(
        replace(
            line,
            row=replace(line.row, cells=tuple(line.row.cells[place] if place >= 0 else "" for place in places)),
            flaws={at: line.flaws[place] for at, place in enumerate(places) if place in line.flaws},
        )
        for line in sheet.lines
    )
    return replace(sheet, lines=lines)
