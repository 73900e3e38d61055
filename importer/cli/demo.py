"""``did-importer demo``: import the sample order into a practice VICIdial, and compare what came of it."""

import argparse
import csv
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from importer import Folders, ImportOptions, Password, Server, check_file, import_checked
from importer.cli.check import check_lines
from importer.cli.progress import Progress
from importer.cli.serve import DIDS_THERE, PRACTICE_PASSWORD, PRACTICE_USER
from importer.cli.show_run import report_lines
from importer.cli.terminal import quoted, say, wrapped
from importer.errors import ResultsError, SettingsError
from importer.model import ExitCode, Result
from importer.sandbox import Sandbox, SandboxOptions
from importer.workbooks.output_file import free_path
from importer.workbooks.results import PreviousRow, read_results
from importer.workbooks.results.causes import causes_of

ORDER: Final = "carrier_order.xlsx"
EXPECTED: Final = "carrier_order_expected.csv"

_DEMO_RATE: Final = 100.0
_MOST_DIFFERENCES: Final = 20


def demo(flags: argparse.Namespace) -> int:
    """``did-importer demo``."""
    sample = sample_folder()
    expected = read_expected(sample.joinpath(EXPECTED).read_text(encoding="utf-8"))
    order = _copy_into(flags.folder, sample.joinpath(ORDER))
    options = ImportOptions(rate=_DEMO_RATE)
    with Sandbox(SandboxOptions(starting_dids=DIDS_THERE)) as practice:
        print(wrapped(f"a practice VICIdial runs on this machine for the demo: {practice.url}"))
        print(wrapped(f"the order of a made-up carrier is imported into it: {order}"), flush=True)
        checked = check_file(order, options)
        say(check_lines(checked))
        server = Server(practice.url, PRACTICE_USER, Password(PRACTICE_PASSWORD))
        folders = Folders(flags.folder / "records")
        report = import_checked(checked, options, server, folders, Progress(), afresh=True)
        stored = practice.stored()
    lines = report_lines(report, causes_of(report.outcomes, report.workbook.name))
    if report.stop is not None:
        # the server of this run is gone, so it cannot be resumed
        say(line for line in lines if not line.startswith("next: "))
        print("demo: stopped before the end; start it again: did-importer demo", flush=True)
        return report.exit_code
    say(lines)
    differing = differences(expected, read_results(report.workbook).rows, stored)
    if differing:
        print(wrapped(f"demo: NOT as expected, {len(differing)} of it:"))
        say(wrapped(f"  {sentence}", "    ") for sentence in differing[:_MOST_DIFFERENCES])
        return ExitCode.ROWS_LEFT
    added = report.counts.get(Result.SUCCESS, 0)
    print(
        wrapped(
            f"demo: as expected: each of the {len(expected)} rows has the result that the sample names for it, and the"
            f" practice VICIdial holds exactly the {added} DIDs that are marked success"
        )
    )
    print(wrapped(f"look at {quoted(report.workbook)} with Excel or LibreOffice: a Summary, and every row in Results"))
    print("to practise rerun or a file of your own, start: did-importer sandbox", flush=True)
    return ExitCode.DONE


def sample_folder() -> Traversable:
    """Return where the sample order is: in the installed package, or in the repository beside it."""
    packaged = files("importer").joinpath("demo_order")
    repository = Path(__file__).resolve().parents[2] / "sample_data"
    for folder in (packaged, repository):
        if folder.joinpath(ORDER).is_file() and folder.joinpath(EXPECTED).is_file():
            return folder
    raise SettingsError(f"the sample order is missing from this installation ({repository / ORDER}); install it anew")


def _copy_into(folder: Path, order: Traversable) -> Path:
    """Copy the order into the folder, beside what earlier demos have left there; nothing is overwritten."""
    content = order.read_bytes()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            path = free_path(folder / ORDER)
            # another demo may take the name first
            with suppress(FileExistsError), path.open("xb") as file:
                file.write(content)
                return path
    except OSError as error:
        raise ResultsError(
            f"--folder {folder}: nothing can be written there ({error.strerror or error}); choose another folder"
        ) from None


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """What must become of one row: its result, and the did_pattern that is sent (empty where none is)."""

    result: Result
    did_sent: str


def read_expected(text: str) -> Mapping[int, ExpectedRow]:
    """Read the CSV of expectations: the number of the row in the order -> what must become of it."""
    return {
        int(line["row"]): ExpectedRow(Result(line["result"]), line["did_sent"])
        for line in csv.DictReader(text.splitlines())
    }


def differences(
    expected: Mapping[int, ExpectedRow], rows: Sequence[PreviousRow], stored: Collection[str]
) -> tuple[str, ...]:
    """Compare the rows of the results workbook, what was expected of them, and the DIDs that VICIdial holds."""
    times = Counter(row.row for row in rows)
    found = [f"row {number}: stands {count} times in the workbook" for number, count in times.items() if count > 1]
    found += [f"row {number}: is missing from the workbook" for number in expected if number not in times]
    for row in rows:
        wanted = expected.get(row.row)
        if wanted is None:
            found.append(f"row {row.row}: is in the workbook, but not in the sample")
        elif (row.result, row.did_sent) != (wanted.result, wanted.did_sent):
            found.append(
                f"row {row.row}: expected {_words(wanted.result, wanted.did_sent)}, but the workbook says"
                f" {_words(row.result, row.did_sent)}: {row.reason}"
            )
    success = {row.did_sent: row.row for row in rows if row.result is Result.SUCCESS}
    found += [
        f"row {number}: is marked success, but VICIdial does not hold {did}"
        for did, number in success.items()
        if did not in stored
    ]
    found += [f"VICIdial holds {did}, but no row is marked success for it" for did in stored if did not in success]
    return tuple(found)


def _words(result: Result, did_sent: str) -> str:
    return f"{result} of {did_sent}" if did_sent else f"{result}, not sent"
