"""Sending: what a row costs the client, and how fast rows go to a server at once, after 5 ms, and under a limit."""

from functools import partial
from typing import Final

from . import limits
from .bare_loop import KINDS, installed
from .call_log import busiest_second, share_used
from .figures import Figure, in_turns, ratio, times
from .ground import Ground
from .importer_commands import logged_run, run_beyond_start
from .nginx import Way
from .report import Line, Report, Section
from .sent import Sent, cpu_figure, sending_figure, speed_figure

ROWS: Final = 20_000
OURS: Final = "did-importer"

_CPU_AIM_MS: Final = 0.8
_SPEED_AIM: Final = 2000
_SLOW_SHARE_AIM: Final = 0.95
_IDEAL: Final = 1600
_RATES: Final = ((10, 100), (50, 500), (200, 2000))
_USED_AIM: Final = 0.98
_TRANSPORT_CALLS: Final = 5_000
_FEWEST_CALLS: Final = 1_000

_NAMES: Final = {
    "curl": "curl --parallel, a config file",
    "httpx": "asyncio + httpx, nothing else",
    "httpx-aiohttp": "the same over httpx-aiohttp",
    "wrk": "wrk, the limit",
}


def measure_run(ground: Ground, report: Report) -> None:
    """Measure a whole run against the fast server: processor time a row, and rows a second."""
    rows = ground.rows(ROWS)
    contestants = {
        OURS: partial(run_beyond_start, ground, rows, Way.LOGGED),
        "curl": partial(limits.curl, ground, rows, Way.FAST),
        **{
            kind: partial(limits.bare, ground, kind, rows, Way.FAST)
            for kind in ("httpx", "httpx-aiohttp")
            if installed(kind)
        },
        "wrk": partial(limits.wrk, ground, Way.FAST),
    }
    turns = in_turns("run", ground.rounds, contestants)
    ours = turns.pop(OURS)
    cost, sending, speed = cpu_figure(ours), sending_figure(ours), speed_figure(ours)
    what = f"client CPU a row, run of {rows:,} rows"
    others = {name: cpu_figure(theirs) for name, theirs in turns.items() if name != "wrk"}
    report.lines += _against(what, cost, others, f"{_CPU_AIM_MS} ms", met=cost.median <= _CPU_AIM_MS)
    others = {name: sending_figure(theirs) for name, theirs in turns.items()}
    met = sending.median >= _SPEED_AIM
    report.lines += _against("rows a second, fast server, 8 workers", sending, others, f"{_SPEED_AIM:,}", met=met)
    report.lines.append(_whole_run(speed, sending_figure(turns["wrk"])))
    report.notes.append(
        f"Client CPU is of the rows after start-up: a run of {rows:,} rows less one of 20 made just before, for every"
        " contestant but wrk."
    )
    report.notes.append(
        "Rows a second are those of the sending, from the first call to the last by the server's own log; the whole run"
        " reads, checks and writes results too, less the run of 20 rows."
    )


def _whole_run(ours: Figure, limit: Figure) -> Line:
    return Line("  the whole run", ours.shown(), _NAMES["wrk"], limit.shown(), times(ratio(ours, limit)))


def _against(what: str, ours: Figure, others: dict[str, Figure], aim: str, *, met: bool) -> list[Line]:
    lines = []
    for place, (name, theirs) in enumerate(others.items()):
        first = place == 0
        lines.append(
            Line(
                what if first else "",
                ours.shown() if first else "",
                _NAMES.get(name, name),
                theirs.shown(),
                times(ratio(ours, theirs)),
                aim if first else "",
                met if first else None,
            )
        )
    return lines


def measure_slow(ground: Ground, report: Report) -> None:
    """Measure rows a second against the server that takes 5 ms for each call."""
    rows = ground.rows(ROWS)
    turns = in_turns(
        "server that takes 5 ms",
        ground.rounds,
        {OURS: partial(run_beyond_start, ground, rows, Way.SLOW_LOGGED), "wrk": partial(limits.wrk, ground, Way.SLOW)},
    )
    ours, limit = sending_figure(turns[OURS]), sending_figure(turns["wrk"])
    share = ratio(ours, limit)
    what = "rows a second, server that takes 5 ms, 8 workers"
    aim = f"{_SLOW_SHARE_AIM:.0%} of the limit"
    report.lines.append(
        Line(what, ours.shown(), _NAMES["wrk"], limit.shown(), f"{share:.1%}", aim, share >= _SLOW_SHARE_AIM)
    )
    report.lines.append(_whole_run(speed_figure(turns[OURS]), limit))
    report.lines.append(
        Line("", "", "8 calls of exactly 5 ms at once", f"{_IDEAL:,} rows/s", f"{ours.median / _IDEAL:.1%}")
    )


def measure_rate(ground: Ground, report: Report) -> None:
    """Measure limits by the server's own log, one run each."""
    for rate, rows in _RATES:
        count = max(rows // ground.divisor, 2 * rate)
        run = partial(logged_run, ground, count, Way.LOGGED, rate=rate)
        ((_, began),) = in_turns(f"limit of {rate} a second, {count:,} rows", 1, {OURS: run})[OURS]
        most, used = busiest_second(began), share_used(began, rate)
        shown = f"{most} in the busiest second, {used:.1%} used"
        met = most <= rate and used >= _USED_AIM
        aim = f"never over, {_USED_AIM:.0%} used"
        report.lines.append(Line(f"limit of {rate} a second, {len(began):,} rows", shown, aim=aim, met=met))
    report.notes.append("Limits: one run each, read from the server's log with its milliseconds.")


def measure_transports(ground: Ground, report: Report) -> None:
    """Measure what HTTP clients alone can do, so that the choice of one can be seen again."""
    calls = max(ground.rows(_TRANSPORT_CALLS), _FEWEST_CALLS)
    kinds = [kind for kind in KINDS if installed(kind)]
    turns: dict[str, tuple[Sent, ...]] = in_turns(
        "HTTP clients alone",
        ground.rounds,
        {kind: partial(limits.bare, ground, kind, calls, Way.FAST) for kind in kinds},
    )
    lines = tuple(
        (kind, speed_figure(sent, "calls/s").shown(), cpu_figure(sent).shown()) for kind, sent in turns.items()
    )
    missing = [kind for kind in KINDS if kind not in kinds]
    note = (f"Not measured because they are not installed: {', '.join(missing)}.",) if missing else ()
    title = f"HTTP clients alone: {calls:,} calls, 8 workers, one client each, fast server"
    report.sections.append(Section(title, ("client", "speed", "client CPU a call"), lines, note))
