"""The words of runs: how one ended, what is to be done next, and what an undo would delete."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from importer import LeftToUndo, RunLine, RunReport, StopKind
from importer.cli.text import counted, parts_lines, quoted, shown, wrapped
from importer.model import Result


def report_lines(report: RunReport, causes: Sequence[tuple[int, str]], state_dir: Path | None = None) -> Iterator[str]:
    """Say how a run ended: the counts, the causes, the workbook and the next command.

    Args:
        report: how it ended.
        causes: why rows are not in: how many, and the sentence.
        state_dir: the folder of records that was chosen by flag; the next command names it too.
    """
    if report.stop is not None:
        yield wrapped(f"stopped: {report.stop.why}")
    width = max((len(result) for result in report.counts), default=0)
    for result in Result:
        if report.counts.get(result):
            yield f"  {result:<{width}}  {report.counts[result]:>7}"
    for count, sentence in causes:
        yield wrapped(f"  {count} {'row' if count == 1 else 'rows'}: {sentence}", "    ")
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
    yield wrapped(f"the run {about.run_id} of {about.started} added {counted(count)} to {about.server}")
    if left.taken_back:
        yield f"  taken back already: {counted(left.taken_back)}"
    if left.added_again:
        runs = ", ".join(sorted({run for _, run in left.added_again}))
        yield wrapped(f"  not deleted, because a later run added them too: {counted(len(left.added_again))} ({runs})")


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
    """List runs: name and state, then file, server, user and counts."""
    for run in runs:
        about = run.about
        state = f"{about.state} ({about.ended_why})" if about.ended_why not in ("", "finished") else about.state
        yield wrapped(f"{about.run_id}  {state}", "    ")
        words = ", ".join(f"{result} {run.counts[result]}" for result in Result if run.counts.get(result))
        yield wrapped(
            f"  {about.started}  {shown(Path(about.file))} to {about.server} as {about.user}: {words or 'no rows'}",
            "    ",
        )
