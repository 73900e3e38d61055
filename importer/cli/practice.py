"""Practice without a VICIdial: a server of one's own on this machine, and a demonstration that checks itself."""

import argparse
import math
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from importer import Folders, ImportOptions, check_file, import_checked
from importer.cli.demo_check import differences, read_expected
from importer.cli.fault_flags import fault_lines, fault_words, faults_from
from importer.cli.progress import Progress
from importer.cli.show_check import check_lines
from importer.cli.show_run import report_lines
from importer.cli.talk import say
from importer.cli.text import quoted, wrapped
from importer.errors import ResultsError, SettingsError
from importer.model import ExitCode, Result
from importer.sandbox import Sandbox, SandboxOptions, serve
from importer.sandbox.options import LOOPBACK
from importer.settings.password import Password
from importer.settings.settings import PASSWORD_VARIABLE, URL_VARIABLE, USER_VARIABLE, Server
from importer.workbooks.output_file import free_path
from importer.workbooks.results import read_results
from importer.workbooks.results.causes import causes_of

PRACTICE_USER: Final = "6666"
PRACTICE_PASSWORD: Final = "1234"  # noqa: S105  everybody's password in a server for practice

DIDS_THERE: Final = ("3055550190", "7135550190", "7275550190")
"""DIDs that the practice VICIdial holds from the start, so that some rows of the sample order are duplicates."""

ORDER: Final = "carrier_order.xlsx"
EXPECTED: Final = "carrier_order_expected.csv"

_DEMO_RATE: Final = 100.0
_SLOWEST_SECONDS: Final = 3600.0
_HIGHEST_PORT: Final = 65_535
_SHOWN_CAUSES: Final = 5
_MOST_DIFFERENCES: Final = 20


def sandbox(flags: argparse.Namespace) -> int:
    """``did-importer sandbox``: run a practice VICIdial until Ctrl-C.

    Args:
        flags: ``port``, ``slow`` (seconds) and ``fail`` (a list of KIND=SHARE, or ``list``).

    Returns:
        0 once it has ended.

    Raises:
        SettingsError: a flag cannot be used, or the port is taken.
    """
    if "list" in flags.fail:
        say(fault_lines())
        return ExitCode.DONE
    if not (math.isfinite(flags.slow) and 0 <= flags.slow <= _SLOWEST_SECONDS):
        raise SettingsError(f"--slow {flags.slow:g} must be from 0 to {_SLOWEST_SECONDS:g} seconds")
    if not 0 <= flags.port <= _HIGHEST_PORT:
        raise SettingsError(f"--port {flags.port} must be from 0 (a free one) to {_HIGHEST_PORT}")
    options = SandboxOptions(latency=(flags.slow, flags.slow), faults=faults_from(flags.fail), starting_dids=DIDS_THERE)
    started = False

    def ready(url: str) -> None:
        nonlocal started
        started = True
        say(_welcome(url, options))

    try:
        serve(options, flags.port, ready)
    except OSError as error:
        if started:
            raise
        raise SettingsError(
            f"--port {flags.port}: nothing can listen there on {LOOPBACK} ({error.strerror or error}); choose another"
            " port, or 0 for a free one"
        ) from None
    print("\nthe practice VICIdial has ended and forgotten everything", flush=True)
    return ExitCode.DONE


def demo(flags: argparse.Namespace) -> int:
    """``did-importer demo``: import the sample order into a practice VICIdial, and compare what came of it.

    Args:
        flags: ``folder``, where the order, its results and the record of the run go.

    Returns:
        0 if every row has the result that the sample names and the practice VICIdial holds exactly the rows marked
        success; 1 if one differs; 130 if it was interrupted, 3 if it was stopped otherwise.

    Raises:
        ResultsError: nothing can be written in the folder.
        SettingsError: the sample order is not part of this installation.
    """
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
    causes = causes_of(report.outcomes, report.workbook.name)
    lines = report_lines(report, [(cause.count, cause.sentence) for cause in causes[:_SHOWN_CAUSES]])
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
    """Return where the sample order is: in the installed package, or in the repository beside it.

    Raises:
        SettingsError: it is in neither.
    """
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


def _welcome(url: str, options: SandboxOptions) -> Iterator[str]:
    """Say where the practice VICIdial is, how to use it, and what it knows."""
    settings = {URL_VARIABLE: url, USER_VARIABLE: PRACTICE_USER, PASSWORD_VARIABLE: PRACTICE_PASSWORD}
    yield f"a practice VICIdial answers at {url}"
    yield "it is for this machine alone and forgets everything when it ends (Ctrl-C)"
    yield ""
    yield "copy these lines into the terminal where you import:"
    for shell, setting in (
        ("Linux, macOS", "export {}={}"),
        ("Windows, Command Prompt", "set {}={}"),
        ("Windows, PowerShell", '$env:{} = "{}"'),
    ):
        yield f"  {shell}"
        for name, value in settings.items():
            yield f"    {setting.format(name, value)}"
    yield "and then, for example:"
    yield "    did-importer run sample_data/carrier_order.xlsx"
    yield ""
    yield f"in-groups:   {', '.join(options.in_groups)}"
    yield f"call menus:  {', '.join(options.call_menus)}"
    yield f"servers:     {', '.join(options.servers)}"
    yield wrapped(f"DIDs there:  {', '.join(options.starting_dids)} and VICIdial's own 'default'", " " * 13)
    if options.latency[1]:
        yield f"every answer takes {options.latency[1]:g} seconds"
    yield from fault_words(options.faults)
