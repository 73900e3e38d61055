"""What scripts read with ``--json``: one JSON object on standard output instead of words."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importer.checking.problems import group_problems
from importer.model import RowOutcome
from importer.workbooks.output_file import part_path

if TYPE_CHECKING:
    from importer import Checked, LiveCheck, RunLine, RunReport, VerifyReport
    from importer.workbooks.results import Cause


def print_object(flags: argparse.Namespace, facts: Mapping[str, Any]) -> None:
    """Print the object, where it is asked for."""
    if getattr(flags, "json", False):
        print(json.dumps(facts, indent=2), file=flags.object_to, flush=True)


def checked_object(checked: "Checked", live: "LiveCheck | None") -> dict[str, Any]:
    """Tell a check: counts, problems by kind, warnings, and what the server said if it was asked."""
    settled = [outcome.result.value for outcome in checked.settled]
    told: dict[str, Any] = {
        "file": str(checked.table.path),
        "sheet": checked.table.sheet,
        "rows": len(checked.checked.rows),
        "good": len(checked.planned),
        "invalid": settled.count("invalid"),
        "duplicate": settled.count("duplicate"),
        "warnings": list(checked.checked.warnings),
        "problems": [
            {"sentence": group.sentence, "rows": list(group.rows)} for group in group_problems(checked.checked.rows)
        ],
    }
    if live is not None:
        numbers = {row.index: row.row for row in checked.checked.rows}
        told["live"] = [
            {"row": numbers[index], "did": outcome.did_sent, "would_be": outcome.result.value, "reason": outcome.reason}
            for index, outcome in sorted(live.verdicts.items())
        ]
        told["stopped"] = live.stop.why if live.stop else None
    return told


def report_object(report: "RunReport", causes: "Sequence[Cause]", following: str) -> dict[str, Any]:
    """Tell how a run ended: counts, causes, the workbooks, the next command and every row."""
    return {
        "run": report.run_id,
        "exit_code": int(report.exit_code),
        "stopped": report.stop.why if report.stop else None,
        "unfinished": report.unfinished,
        "counts": {result.value: count for result, count in report.counts.items()},
        "causes": [{"count": cause.count, "sentence": cause.sentence, "fix": cause.fix} for cause in causes],
        "workbook": str(report.workbook),
        "workbooks": [str(part.path) for part in report.parts],
        "next": following or None,
        "rows": [_row(row, outcome) for row, outcome in zip(report.row_numbers, report.outcomes, strict=True)],
    }


def verified_object(report: "VerifyReport") -> dict[str, Any]:
    """Tell what is still there of the successes of a workbook."""
    return {
        "run": report.run_id or None,
        "exit_code": int(report.exit_code),
        "stopped": report.stop.why if report.stop else None,
        "changed": report.changed,
        "there": report.there,
        "gone": [_row(outcome.row, outcome) for outcome in report.gone],
        "unknown": [_row(outcome.row, outcome) for outcome in report.unknown],
        "workbooks": [str(part.path) for part in report.parts],
    }


def _row(row: int, outcome: RowOutcome) -> dict[str, Any]:
    return {
        "row": row,
        "result": outcome.result.value,
        "reason": outcome.reason,
        "did_sent": outcome.did_sent,
        "attempts": outcome.attempts,
        "answered_at": outcome.answered_at or None,
    }


def runs_object(
    lines: "Sequence[RunLine]", unreadable: Sequence[str] = (), written: Sequence[Path] = ()
) -> dict[str, Any]:
    """Tell the list of runs, the records that cannot be read, and the workbooks that were written again."""
    told: dict[str, Any] = {"runs": [_run(line) for line in lines]}
    if unreadable:
        told["unreadable"] = list(unreadable)
    if written:
        told["written"] = [str(path) for path in written]
    return told


def _run(line: "RunLine") -> dict[str, Any]:
    about = line.about
    parts = range(1, about.parts + 1) if about.workbook else ()
    return {
        "run": about.run_id,
        "state": about.state.value,
        "started": about.started,
        "ended": about.ended or None,
        "how": about.ended_why or None,
        "file": about.file,
        "server": about.server,
        "user": about.user,
        "workbook": about.workbook or None,
        "workbooks": [str(part_path(Path(about.workbook), number)) for number in parts],
        "counts": dict(line.counts),
        "undone": line.undone,
        "undoes": line.undoes or None,
    }
