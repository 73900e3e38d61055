"""Everything that sends nothing: --help, check, and the results workbook."""

import json
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Final

from . import limits
from .figures import Figure, in_turns, ratio, times
from .ground import Ground
from .importer_commands import check_order, help_alone
from .report import Line, Report
from .stopwatch import Spent

OURS: Final = "did-importer"
LARGE: Final = 100_000

_HELP_AIM_MS: Final = 60
_HELP_ROUNDS: Final = 20
_CHECK_AIM_SECONDS: Final = 0.15
_CHECK_AIM_TIMES: Final = 3
_CHECK_AIM_MIB: Final = 600
_RESULTS_AIM_MIB: Final = 150


def measure_help(ground: Ground, report: Report) -> None:
    """Measure ``--help`` beside Python itself."""
    turns = in_turns(
        "--help",
        max(ground.rounds, _HELP_ROUNDS),
        {OURS: partial(help_alone, ground), "python": partial(limits.python_alone, ground)},
        brief=True,
    )
    ours, bare = (Figure(tuple(1000 * spent.wall for spent in turns[name]), "ms", 0) for name in (OURS, "python"))
    met = ours.median <= _HELP_AIM_MS
    report.lines.append(
        Line(
            "--help", ours.shown(), "python -c pass", bare.shown(), times(ratio(ours, bare)), f"{_HELP_AIM_MS} ms", met
        )
    )


def measure_check(ground: Ground, report: Report) -> None:
    """Measure ``check`` of a usual order and of a very large one."""
    rows = ground.rows(500)
    turns = in_turns(
        f"check of {rows:,} rows",
        ground.rounds,
        {OURS: partial(check_order, ground, rows), "imports": partial(limits.pandas_import, ground)},
    )
    ours, imports = _walls(turns[OURS]), _walls(turns["imports"])
    more = median(our - their for our, their in zip(ours.values, imports.values, strict=True))
    report.lines.append(
        Line(
            f"check of {rows:,} rows, whole process",
            ours.shown(),
            "importing pandas and pandera",
            imports.shown(),
            f"{times(ratio(ours, imports))} ({more:+.2f} s)",
            f"that + {_CHECK_AIM_SECONDS} s",
            more <= _CHECK_AIM_SECONDS,
        )
    )
    _measure_large_check(ground, report, shared=False)
    _measure_large_check(ground, report, shared=True)
    report.notes.append(
        "check writes the checked workbook too; that is in its figures. With shared texts the workbook is as Excel"
        " writes it; without, as programs do that hold no table in memory."
    )


def _measure_large_check(ground: Ground, report: Report, *, shared: bool) -> None:
    rows = ground.rows(LARGE)
    what = f"check of {rows:,} rows, 5 % bad{', shared texts' if shared else ''}"
    turns = in_turns(
        what,
        ground.rounds,
        {
            OURS: partial(check_order, ground, rows, bad=True, shared=shared),
            "calamine": partial(limits.calamine, ground, rows, shared=shared),
        },
    )
    ours, load = _walls(turns[OURS]), _walls(turns["calamine"])
    share = ratio(ours, load)
    beside = "calamine alone loads it"
    aim = f"{_CHECK_AIM_TIMES} times that"
    met = share <= _CHECK_AIM_TIMES
    report.lines.append(Line(what, ours.shown(), beside, load.shown(), times(share), aim, met))
    peak, load_peak = _peaks(turns[OURS]), _peaks(turns["calamine"])
    share, met, aim = ratio(peak, load_peak), peak.median <= _CHECK_AIM_MIB, f"{_CHECK_AIM_MIB} MiB"
    report.lines.append(Line("  its memory", peak.shown(), beside, load_peak.shown(), times(share), aim, met))


@dataclass(frozen=True, slots=True)
class Written:
    """What writing one workbook took.

    Attributes:
        seconds: from the first line to the last byte.
        more_mib: how much more memory the process held at its peak than before the writing.
    """

    seconds: float
    more_mib: float


def measure_results(ground: Ground, report: Report) -> None:
    """Measure the results workbook beside what XlsxWriter itself takes for the same cells."""
    rows = ground.rows(LARGE)
    turns = in_turns(
        f"results workbook of {rows:,} rows",
        ground.rounds,
        {who: partial(_write, ground, who, rows) for who in ("importer", "xlsxwriter")},
    )
    ours, theirs = turns["importer"], turns["xlsxwriter"]
    beside = "XlsxWriter, constant_memory"
    seconds, limit = (Figure(tuple(turn.seconds for turn in turns), "s") for turns in (ours, theirs))
    share = ratio(seconds, limit)
    what = f"results workbook of {rows:,} rows"
    report.lines.append(Line(what, seconds.shown(), beside, limit.shown(), times(share), "not over that", share <= 1))
    more, limit = (Figure(tuple(turn.more_mib for turn in turns), "MiB", 0) for turns in (ours, theirs))
    met = more.median <= _RESULTS_AIM_MIB
    shown = times(ratio(more, limit)) if min(limit.values) > 0 else ""
    report.lines.append(
        Line("  its memory", more.shown(), beside, limit.shown(), shown, f"{_RESULTS_AIM_MIB} MiB", met)
    )
    report.notes.append(
        "Results workbook: the writing alone, and the memory that it takes above the rows and outcomes already held."
        " XlsxWriter writes the same cells with the same formats, without the Summary."
    )


def _write(ground: Ground, who: str, rows: int) -> Written:
    path = ground.folder / "written.xlsx"
    try:
        said = json.loads(ground.module("results_writing", who, str(rows), path, keep_output=True).out)
    finally:
        path.unlink(missing_ok=True)
    return Written(said["seconds"], said["more_mib"])


def _walls(turns: tuple[Spent, ...]) -> Figure:
    return Figure(tuple(spent.wall for spent in turns), "s")


def _peaks(turns: tuple[Spent, ...]) -> Figure:
    return Figure(tuple(spent.peak_mib for spent in turns), "MiB", 0)
