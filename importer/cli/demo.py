"""``did-importer demo``: import the sample order into a practice VICIdial, and compare what came of it."""

import argparse
import csv
from collections.abc import Collection, Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from importer import Folders, ImportOptions, Password, Server, check_file, import_checked
from importer.cli.check import check_lines
from importer.cli.progress import Progress
from importer.cli.show_run import report_lines
from importer.cli.terminal import quoted, say, wrapped
from importer.errors import ResultsError, SettingsError
from importer.model import ExitCode, Result
from importer.sandbox import PRACTICE_DIDS, PRACTICE_PASSWORD, PRACTICE_USER, Sandbox, SandboxOptions
from importer.workbooks.output_file import under_free_name, whole_file
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
    with Sandbox(SandboxOptions(starting_dids=PRACTICE_DIDS)) as practice:
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
    print(
        wrapped(
            f"demo: as expected: each of the {len(expected)} rows has the result that the sample names for it, and the"
            f" practice VICIdial holds exactly the {len(stored)} DIDs that are marked success"
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

    def copy(free: Path) -> Path:
        with whole_file(free) as file:
            file.write(order.read_bytes())
        return free

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(
            f"--folder {folder}: nothing can be written there ({error.strerror or error}); choose another folder"
        ) from None
    return under_free_name(folder / ORDER, copy)


def read_expected(text: str) -> Mapping[int, str]:
    """Read the CSV of expectations: the number of the row in the order -> its result and the DID that is sent."""
    lines = csv.DictReader(text.splitlines())
    return {int(line["row"]): f"{line['result']} {line['did_sent']}".strip() for line in lines}


def differences(expected: Mapping[int, str], rows: Iterable[PreviousRow], stored: Collection[str]) -> tuple[str, ...]:
    """Compare what was expected of the rows, the results workbook, and the DIDs that VICIdial holds."""
    said: dict[int, list[str]] = {number: [] for number in expected}
    success = []
    for row in rows:
        said.setdefault(row.row, []).append(f"{row.result} {row.did_sent}".strip())
        if row.result is Result.SUCCESS:
            success.append(row.did_sent)
    found = []
    for number, words in said.items():
        wanted = expected.get(number)
        if words != [wanted]:
            in_workbook = " and ".join(words) or "nothing"
            found.append(f"row {number}: expected {wanted or 'nothing'}, but the workbook says {in_workbook}")
    found += [f"VICIdial does not hold {did}, whose row is marked success" for did in success if did not in stored]
    found += [f"VICIdial holds {did}, but no row is marked success for it" for did in stored if did not in success]
    return tuple(found)
