"""How time and memory of a run grow: with its rows, and with the calls that the server refuses."""

from functools import partial
from typing import Final

from .figures import Figure, in_turns
from .ground import Ground
from .importer_commands import run_order
from .nginx import Way
from .report import Line, Report, Section
from .stopwatch import Spent

OURS: Final = "did-importer"
LARGE: Final = 100_000
MILLION: Final = 1_000_000

_MEMORY_AIM_MIB: Final = 700
_SMALL_SIZES: Final = (1_000, 10_000)
_REFUSED_ROWS: Final = 4_000
_SAME_MEMORY: Final = 1.03
"""Two runs that do the same differ by less."""

_REFUSED_WORKERS: Final = 32
"""A row that was refused waits before it is sent again, so more workers are needed to come to an end."""

_VICIDIAL_A_SECOND: Final = 500
"""What a VICIdial on two cores takes at best."""


def measure_growth(ground: Ground, report: Report, *, million: bool) -> None:
    """Measure runs of 1,000 rows and more against the fast server."""
    lines = []
    for size in (*_SMALL_SIZES, LARGE, *((MILLION,) if million else ())):
        rows = ground.rows(size)
        # a large run is steady in itself, and five would take an hour
        rounds = ground.rounds if size in _SMALL_SIZES else 1
        turns = in_turns(f"run of {rows:,} rows", rounds, {OURS: partial(run_order, ground, rows, Way.FAST)})[OURS]
        lines.append(_growth_line(rows, turns))
        if size == LARGE:
            peak = _peaks(turns)
            met = peak.median <= _MEMORY_AIM_MIB
            what = f"memory of a run of {rows:,} rows"
            report.lines.append(Line(what, peak.shown(), aim=f"{_MEMORY_AIM_MIB} MiB", met=met))
            notes = _where_the_server_is_the_limit(rows, turns[0])
    header = ("rows", "rounds", "seconds", "CPU s", "rows/s", "CPU ms a row", "peak MiB")
    title = (
        "How a whole run grows: .xlsx of 18 columns (1,000,000 rows: .csv), fast server, 8 workers, start-up counted"
    )
    report.sections.append(Section(title, header, tuple(lines), notes))


def _growth_line(rows: int, turns: tuple[Spent, ...]) -> tuple[str, ...]:
    wall = Figure(tuple(spent.wall for spent in turns), "").median
    cpu = Figure(tuple(spent.cpu for spent in turns), "").median
    peak = _peaks(turns).median
    return (
        f"{rows:,}",
        str(len(turns)),
        f"{wall:,.1f}",
        f"{cpu:,.1f}",
        f"{rows / wall:,.0f}",
        f"{1000 * cpu / rows:.2f}",
        f"{peak:,.0f}",
    )


def _where_the_server_is_the_limit(rows: int, spent: Spent) -> tuple[str, ...]:
    theirs, ours = rows / _VICIDIAL_A_SECOND, rows / spent.wall
    limit = "the server" if ours > _VICIDIAL_A_SECOND else "the client"
    sentence = (
        f"A VICIdial on two cores takes about {_VICIDIAL_A_SECOND} add_did a second: {rows:,} rows take it"
        f" {theirs:,.0f} s whatever the client. did-importer alone needs {spent.wall:,.0f} s for them, reading and"
        f" results included ({ours:,.0f} a second), so {limit} is the limit."
    )
    return (sentence,)


def measure_refusals(ground: Ground, report: Report) -> None:
    """Measure whether memory grows with the calls that the server refuses with HTTP 503."""
    rows = ground.rows(_REFUSED_ROWS)
    # to have the order written asks nginx for numbers too, so it is written before calls are counted
    ground.order(rows)
    lines, peaks = [], {}
    for way, share in ((Way.FAST, "none"), (Way.TENTH_REFUSED, "a tenth"), (Way.THIRD_REFUSED, "a third")):
        before = ground.nginx.served()
        run = partial(run_order, ground, rows, way, workers=_REFUSED_WORKERS, refused=True)
        (spent,) = in_turns(f"run of {rows:,} rows, {share} of the calls refused", 1, {OURS: run})[OURS]
        # what asks nginx for the number, here and within the run, is counted by nginx too
        calls = ground.nginx.served() - before - 3
        peaks[way] = spent.peak_mib
        lines.append((share, f"{calls:,}", f"{calls - rows:,}", f"{spent.wall:,.1f}", f"{spent.peak_mib:,.0f}"))
    grown = max(peaks[Way.TENTH_REFUSED], peaks[Way.THIRD_REFUSED]) / peaks[Way.FAST]
    report.lines.append(
        Line(
            f"memory of {rows:,} rows, a third of the calls refused",
            f"{peaks[Way.THIRD_REFUSED]:,.0f} MiB",
            "the same, none refused",
            f"{peaks[Way.FAST]:,.0f} MiB",
            f"{grown:.3f}",
            "does not grow",
            grown <= _SAME_MEMORY,
        )
    )
    header = ("refused with 503", "calls", "calls more than rows", "seconds", "peak MiB")
    note = "One run each. The seconds are the importer's own waits: a refused row waits, and so do all in an outage."
    title = f"Refused calls: {rows:,} rows, {_REFUSED_WORKERS} workers"
    report.sections.append(Section(title, header, tuple(lines), (note,)))


def _peaks(turns: tuple[Spent, ...]) -> Figure:
    return Figure(tuple(spent.peak_mib for spent in turns), "MiB", 0)
