"""The words and objects of runs: how one ended, what is next, what an undo would delete, the list of them all."""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importer import LeftToUndo, RunLine, RunReport, StopKind, VerifyReport
from importer.cli.terminal import counted, parts_lines, print_object, quoted, say, shown, warn, wrapped
from importer.errors import ResultsError
from importer.model import Result, RowOutcome
from importer.result_words import OF_AN_UNDO
from importer.workbooks.output_file import check_writable, part_path, under_free_name, whole_file

if TYPE_CHECKING:
    from importer.workbooks.results import Cause

_SHOWN_CAUSES: Final = 5
_MOST_GONE: Final = 5


def end(report: RunReport, flags: argparse.Namespace) -> int:
    """Say how a run ended, in words and as an object, and return the exit code."""
    from importer.workbooks.results.causes import causes_of

    causes = causes_of(report.outcomes, report.workbook.name, undoes=report.undoes, parts=len(report.parts))
    say(report_lines(report, causes, flags.state_dir))
    if getattr(flags, "undo_list", None) is not None:
        _write_undo_list(flags.undo_list, report.run_id, report.outcomes)
    told = {
        "run": report.run_id,
        "exit_code": int(report.exit_code),
        "stopped": report.stop.why if report.stop else None,
        "unfinished": report.unfinished,
        "counts": {result.value: count for result, count in report.counts.items()},
        "causes": [{"count": cause.count, "sentence": cause.sentence, "fix": cause.fix} for cause in causes],
        "workbook": str(report.workbook),
        "workbooks": [str(part.path) for part in report.parts],
        "next": _next_command(report) or None,
        "rows": [_row(row, outcome) for row, outcome in zip(report.row_numbers, report.outcomes, strict=True)],
    }
    print_object(flags, told)
    return report.exit_code


def report_lines(report: RunReport, causes: "Sequence[Cause]", state_dir: Path | None = None) -> Iterator[str]:
    """Say how a run ended: the counts, the causes, the workbook and the next command."""
    if report.stop is not None:
        yield wrapped(f"stopped: {report.stop.why}")
    counts = _counts_in_words(report.counts, undo=bool(report.undoes))
    width = max(map(len, counts), default=0)
    for word, count in counts.items():
        yield f"  {word:<{width}}  {count:>7}"
    for cause in causes[:_SHOWN_CAUSES]:
        yield wrapped(f"  {counted(cause.count)}: {cause.sentence}", "    ")
    if len(causes) > _SHOWN_CAUSES:
        yield f"  and {len(causes) - _SHOWN_CAUSES} more, see Summary"
    yield from parts_lines("results", [part.path for part in report.parts])
    following = _next_command(report)
    if following:
        yield f"next: {following}" + (f" --state-dir {quoted(state_dir)}" if state_dir else "")
    others = _to_correct(report)[1:]
    if others:
        yield f"and likewise: {', '.join(map(quoted, others))}"


def _next_command(report: RunReport) -> str:
    """The command that takes the person further; empty where nothing is left to do."""
    if _resumable(report):
        return f"did-importer resume {report.run_id}"
    if report.undoes:
        return f"did-importer undo {report.undoes}" if any(part.left for part in report.parts) else ""
    books = _to_correct(report)
    return f"correct the cells in the sheet Failed rows, then: did-importer rerun {quoted(books[0])}" if books else ""


def _resumable(report: RunReport) -> bool:
    return report.unfinished and not (report.stop and report.stop.kind is StopKind.USER_REFUSED)


def _to_correct(report: RunReport) -> list[Path]:
    """The workbooks that are to be corrected and rerun."""
    if report.undoes or _resumable(report):
        return []
    return [part.path for part in report.parts if part.left]


def _counts_in_words(counts: Mapping[Any, int], *, undo: bool) -> dict[str, int]:
    words = OF_AN_UNDO if undo else {}
    return {words.get(result, result.value): counts[result] for result in Result if counts.get(result)}


def check_undo_list(flags: argparse.Namespace) -> None:
    """Refuse, before anything is sent, a name for the list of what was added that cannot be used."""
    if flags.undo_list is not None:
        check_writable(flags.undo_list, suffix="")


def _write_undo_list(wanted: Path, run_id: str, outcomes: Sequence[RowOutcome]) -> None:
    """Write the DIDs that undo would delete; the record has them too, so a full disk loses nothing."""
    dids = [outcome.did_sent for outcome in outcomes if outcome.result is Result.SUCCESS and outcome.added]

    def write(free: Path) -> Path:
        with whole_file(free) as file:
            file.writelines(f"{did}\n".encode("ascii") for did in dids)
        return free

    try:
        written = under_free_name(wanted, write)
    except ResultsError as error:
        warn([f"the DIDs added were not written: {error}; did-importer undo {run_id} deletes them all the same"])
    else:
        print(f"added by this run: {shown(written)} ({counted(len(dids), 'DID')})")


def undo_lines(line: RunLine, left: LeftToUndo) -> Iterator[str]:
    """Say what an undo would delete, and what it would not although the run had added it."""
    about = line.about
    count = len(left.dids) + left.taken_back + len(left.added_again)
    yield wrapped(f"the run {about.run_id} of {_local(line.started)} added {counted(count, 'DID')} to {about.server}")
    if left.taken_back:
        yield f"  taken back already: {counted(left.taken_back, 'DID')}"
    if left.added_again:
        runs = ", ".join(sorted({run for _, run in left.added_again}))
        again = counted(len(left.added_again), "DID")
        yield wrapped(f"  not deleted, because a later run added them too: {again} ({runs})")


def verified_lines(report: VerifyReport) -> Iterator[str]:
    """Say what is still there of the successes of a workbook."""
    if report.stop is not None:
        yield wrapped(f"stopped: {report.stop.why}")
    if report.changed:
        yield wrapped("warning: the rows of this workbook are not those that were written after the run")
    yield f"  {report.there:>7}  still there"
    for outcomes, words in ((report.gone, "gone"), (report.unknown, "not known")):
        if outcomes:
            yield f"  {len(outcomes):>7}  {words}"
        for outcome in outcomes[:_MOST_GONE]:
            yield wrapped(f"  row {outcome.row}: {outcome.did_sent}: {outcome.reason}", "    ")
        if len(outcomes) > _MOST_GONE:
            yield f"  and {counted(len(outcomes) - _MOST_GONE, 'more row')}, see Results"
    yield from parts_lines("results", [part.path for part in report.parts])


def verified_object(report: VerifyReport) -> dict[str, Any]:
    """Tell the same as an object."""
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


def runs_lines(runs: Iterable[RunLine]) -> Iterator[str]:
    """List runs: name and state, then when, file, server, user and counts."""
    for run in runs:
        about = run.about
        state = f"{about.state} ({about.ended_why})" if about.ended_why not in ("", "finished") else about.state
        marks = [about.run_id + "  " + state]
        if run.undoes:
            marks.append(f"undo of {run.undoes}")
        if run.undone:
            added = run.counts.get(Result.SUCCESS, 0)
            marks.append("undone" if run.undone >= added else f"{run.undone} of {added} undone")
        yield wrapped(", ".join(marks), "    ")
        in_words = _counts_in_words(run.counts, undo=bool(run.undoes))
        counts = ", ".join(f"{word} {count}" for word, count in in_words.items())
        place = f"{shown(Path(about.file))} to {about.server} as {about.user}"
        yield wrapped(f"  {_local(run.started)}  {place}: {counts or 'no rows'}", "    ")


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def runs_object(
    lines: Sequence[RunLine], unreadable: Sequence[str] = (), written: Sequence[Path] = ()
) -> dict[str, Any]:
    """Tell the list of runs, the records that cannot be read, and the workbooks that were written again."""
    told: dict[str, Any] = {"runs": [_run(line) for line in lines]}
    if unreadable:
        told["unreadable"] = list(unreadable)
    if written:
        told["written"] = [str(path) for path in written]
    return told


def _run(line: RunLine) -> dict[str, Any]:
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
