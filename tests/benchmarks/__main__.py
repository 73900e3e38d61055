"""``python -m tests.benchmarks``: measures, and prints the tables."""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from .figures import TooAlike, tell
from .ground import Ground, prepared
from .importer_commands import help_alone, run_order
from .limits import need_tools
from .machine import facts
from .measure_files import measure_check, measure_help, measure_results
from .measure_growth import measure_growth, measure_refusals
from .measure_sending import measure_rate, measure_run, measure_slow, measure_transports
from .nginx import NginxTrouble, Way, find_nginx
from .report import Report
from .stopwatch import ChildFailed

PARTS = ("run", "slow", "rate", "check", "results", "help", "growth", "refusals", "transports")

_USUAL_ROUNDS = 5


def main(words: Sequence[str] | None = None) -> int:
    """Measure what is asked for.

    Returns:
        0 when everything was measured, whatever the figures are; 2 where something needed is missing; 3 where a part
        could not be measured, which the report then says; 130 after Ctrl-C.
    """
    flags = _parser().parse_args(words)
    parts = PARTS if flags.only is None else tuple(flags.only.split(","))
    unknown = [part for part in parts if part not in PARTS]
    if unknown or min(flags.rounds, flags.divide) < 1:
        print(f"--only takes some of {','.join(PARTS)}; --rounds and --divide are 1 or more", file=sys.stderr)
        return 2
    if not sys.platform.startswith("linux"):
        print("the benchmark runs on Linux: it reads what its kernel counts", file=sys.stderr)
        return 2
    try:
        need_tools()
        with prepared(flags.rounds, flags.divide) as ground:
            report = _measured(ground, parts, million=flags.million)
    except NginxTrouble as trouble:
        print(f"bench: {trouble}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bench: interrupted; nothing is left running", file=sys.stderr)
        return 130
    print(report.text(), end="")
    if flags.markdown is not None:
        flags.markdown.write_text(report.markdown(), encoding="utf-8")
    return 3 if report.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Measure the importer beside what its job costs others."
    )
    parser.add_argument("--only", metavar="PARTS", help=f"some of {','.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=_USUAL_ROUNDS, help="turns of each contestant (default: 5)")
    parser.add_argument("--million", action="store_true", help="let growth go up to 1,000,000 rows")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables to this file too")
    parser.add_argument(
        "--divide", type=int, default=1, metavar="N", help="divide all numbers of rows, to try the benchmark itself out"
    )
    return parser


def _measured(ground: Ground, parts: Sequence[str], *, million: bool) -> Report:
    report = Report(facts(find_nginx().program, ground.folder))
    tell("warming up")
    run_order(ground, ground.rows(0), Way.FAST)
    help_alone(ground)
    measures: dict[str, Callable[[Ground, Report], None]] = {
        "run": measure_run,
        "slow": measure_slow,
        "rate": measure_rate,
        "check": measure_check,
        "results": measure_results,
        "help": measure_help,
        "growth": partial(measure_growth, million=million),
        "refusals": measure_refusals,
        "transports": measure_transports,
    }
    for part in (part for part in PARTS if part in parts):
        try:
            measures[part](ground, report)
        except (ChildFailed, TooAlike) as trouble:
            # what the other parts have measured is not thrown away for one that failed
            report.failures.append(f"NOT MEASURED: {part}: {trouble}")
            tell(report.failures[-1])
    rounds = f"Medians of {ground.rounds} rounds in which the contestants take turns (least..most of the rounds)"
    report.notes.insert(0, f"{rounds}; a ratio is the median of the rounds' own ratios.")
    if ground.divisor != 1:
        report.notes.insert(0, f"TRIED OUT ONLY, with numbers of rows divided by {ground.divisor}: no figures to keep.")
    return report


if __name__ == "__main__":
    sys.exit(main())
