"""What scripts read: one JSON object on standard output instead of words, and a log file."""

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from importer.checking.problems import group_problems
from importer.errors import SettingsError
from importer.model import RowOutcome

if TYPE_CHECKING:
    from importer import Checked, LiveCheck, RunLine, RunReport
    from importer.workbooks.results import Cause
from importer.workbooks.output_file import part_path


def tell(flags: argparse.Namespace, facts: Mapping[str, Any]) -> None:
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


def _row(row: int, outcome: RowOutcome) -> dict[str, Any]:
    return {
        "row": row,
        "result": outcome.result.value,
        "reason": outcome.reason,
        "did_sent": outcome.did_sent,
        "attempts": outcome.attempts,
        "answered_at": outcome.answered_at or None,
    }


def runs_object(lines: "Sequence[RunLine]", written: Sequence[Path] = ()) -> dict[str, Any]:
    """Tell the list of runs, and the workbooks that were written again."""
    told: dict[str, Any] = {
        "runs": [
            {
                "run": line.about.run_id,
                "state": line.about.state.value,
                "started": line.about.started,
                "ended": line.about.ended or None,
                "how": line.about.ended_why or None,
                "file": line.about.file,
                "server": line.about.server,
                "user": line.about.user,
                "workbook": line.about.workbook or None,
                "workbooks": _workbooks(line),
                "counts": dict(line.counts),
            }
            for line in lines
        ]
    }
    if written:
        told["written"] = [str(path) for path in written]
    return told


def _workbooks(line: "RunLine") -> list[str]:
    if not line.about.workbook:
        return []
    return [str(part_path(Path(line.about.workbook), number)) for number in range(1, line.about.parts + 1)]


class RunLog:
    """A log file: a line for every outcome and everything else that happens, with its time. Never the password.

    Args:
        path: the file; lines are added at its end.

    Raises:
        SettingsError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file: TextIO = path.open("a", encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"--log {path} cannot be written ({error.strerror}); choose another file") from None

    def line(self, sentence: str) -> None:
        """Write a line; on disk for whoever follows the file."""
        moment = datetime.now(UTC).astimezone().isoformat(timespec="milliseconds")
        self._file.write(f"{moment} {' '.join(sentence.split())}\n")
        self._file.flush()

    def outcome(self, outcome: RowOutcome) -> None:
        """Write what became of a row."""
        self.line(f"{outcome.did_sent}: {outcome.result}, {outcome.attempts} calls, {outcome.reason}")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
