"""The words of runs: how one ended, what is to be done next, what an undo would delete, and the list of them all."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer import LeftToUndo, RunLine, RunReport, StopKind
from importer.cli.files import write_undo_list
from importer.cli.objects import print_object, report_object
from importer.cli.terminal import counted, parts_lines, quoted, say, shown, wrapped
from importer.model import Result
from importer.result_words import OF_AN_UNDO

if TYPE_CHECKING:
    from importer.workbooks.results import Cause

_SHOWN_CAUSES: Final = 5


def end(report: RunReport, flags: argparse.Namespace) -> int:
    """Say how a run ended, in words and as an object, and return the exit code."""
    from importer.workbooks.results.causes import causes_of

    causes = causes_of(report.outcomes, report.workbook.name, undoes=report.undoes, parts=len(report.parts))
    say(report_lines(report, causes, flags.state_dir))
    if getattr(flags, "undo_list", None) is not None:
        write_undo_list(flags.undo_list, report.run_id, report.outcomes)
    print_object(flags, report_object(report, causes, next_command(report)))
    return report.exit_code


def report_lines(report: RunReport, causes: "Sequence[Cause]", state_dir: Path | None = None) -> Iterator[str]:
    """Say how a run ended: the counts, the causes, the workbook and the next command."""
    if report.stop is not None:
        yield wrapped(f"stopped: {report.stop.why}")
    words = _result_words(undo=bool(report.undoes))
    width = max((len(words[result]) for result in report.counts), default=0)
    for result in Result:
        if report.counts.get(result):
            yield f"  {words[result]:<{width}}  {report.counts[result]:>7}"
    for cause in causes[:_SHOWN_CAUSES]:
        yield wrapped(f"  {counted(cause.count)}: {cause.sentence}", "    ")
    if len(causes) > _SHOWN_CAUSES:
        yield f"  and {len(causes) - _SHOWN_CAUSES} more, see Summary"
    yield from parts_lines("results", [part.path for part in report.parts])
    following = next_command(report)
    if following:
        yield f"next: {following}" + (f" --state-dir {quoted(state_dir)}" if state_dir else "")
    others = _to_correct(report)[1:]
    if others:
        yield f"and likewise: {', '.join(map(quoted, others))}"


def undo_lines(line: RunLine, left: LeftToUndo) -> Iterator[str]:
    """Say what an undo would delete, and what it would not although the run had added it."""
    about = line.about
    count = len(left.dids) + left.taken_back + len(left.added_again)
    yield wrapped(f"the run {about.run_id} of {local(line.started)} added {counted(count, 'DID')} to {about.server}")
    if left.taken_back:
        yield f"  taken back already: {counted(left.taken_back, 'DID')}"
    if left.added_again:
        runs = ", ".join(sorted({run for _, run in left.added_again}))
        again = counted(len(left.added_again), "DID")
        yield wrapped(f"  not deleted, because a later run added them too: {again} ({runs})")


def next_command(report: RunReport) -> str:
    """Name the command that takes the person further; empty where nothing is left to do."""
    if _resumable(report):
        return f"did-importer resume {report.run_id}"
    if not any(part.left for part in report.parts):
        return ""
    if report.undoes:
        return f"did-importer undo {report.undoes}"
    return f"correct the cells in the sheet Failed rows, then: did-importer rerun {quoted(_to_correct(report)[0])}"


def _resumable(report: RunReport) -> bool:
    return report.unfinished and not (report.stop and report.stop.kind is StopKind.USER_REFUSED)


def _to_correct(report: RunReport) -> list[Path]:
    """Return the workbooks that are to be corrected and rerun."""
    if report.undoes or _resumable(report):
        return []
    return [part.path for part in report.parts if part.left]


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
        words = _result_words(undo=bool(run.undoes))
        counts = ", ".join(f"{words[result]} {run.counts[result]}" for result in Result if run.counts.get(result))
        place = f"{shown(Path(about.file))} to {about.server} as {about.user}"
        yield wrapped(f"  {local(run.started)}  {place}: {counts or 'no rows'}", "    ")


def local(moment: datetime) -> str:
    """Return a moment as a person reads it, with its zone."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def _result_words(*, undo: bool) -> dict[Result, str]:
    return {result: OF_AN_UNDO.get(result, result.value) if undo else result.value for result in Result}
