"""``did-importer verify``: whether the successes of a results workbook are still there."""

import argparse
from collections.abc import Iterator
from typing import Final

from importer import VerifyReport, verify_results
from importer.cli.files import folders_of
from importer.cli.objects import print_object, verified_object
from importer.cli.options import options_from
from importer.cli.progress import watching
from importer.cli.servers import chosen_server, options_for, rate_is_meant, server_from, warnings_of
from importer.cli.terminal import say, warn
from importer.cli.text import counted, parts_lines, wrapped
from importer.model import ExitCode

_MOST_GONE: Final = 5


def verify(flags: argparse.Namespace) -> int:
    """``did-importer verify``."""
    chosen = chosen_server(flags)
    options = options_from(flags, options_for(chosen))
    server = server_from(flags, options, chosen)
    warn(warnings_of(server, options))
    if not rate_is_meant(server, options, flags):
        return ExitCode.USAGE
    with watching(flags) as observer:
        report = verify_results(flags.file, options, server, folders_of(flags), observer)
    say(_lines(report))
    print_object(flags, verified_object(report))
    return report.exit_code


def _lines(report: VerifyReport) -> Iterator[str]:
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
