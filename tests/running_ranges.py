"""A table with a range in it, and results workbooks made of tables."""

from collections.abc import Sequence
from pathlib import Path

from importer.model import Result, RowOutcome, Table
from importer.workbooks.results import RunSummary, write_results

RANGES = Table(
    Path("ranges.csv"),
    "ab" * 32,
    "",
    ("did_pattern", "City"),
    (2, 3),
    (("17275550100-17275550102", "Tampa"), ("17275550150", "Miami")),
)
"""Three numbers in one row, one in the other."""

SUMMARY = RunSummary(
    server="https://vici.example/vicidial/non_agent_api.php",
    user="6666",
    file="ranges.csv",
    sha256="ab" * 32,
    sheet="",
    started="2026-11-23T10:00:00+00:00",
    ended="2026-11-23T10:00:01+00:00",
    version="0.1.0",
    ended_how="finished",
    run_id="20261123-100000-ranges",
)


def with_previous(folder: Path, table: Table, results: Sequence[Result], sent: str = "") -> Path:
    """Write a results workbook in which each row of the table has the given result."""
    outcomes = [RowOutcome(index, result, "why", sent, 1) for index, result in enumerate(results)]
    path = folder / "ranges_results.xlsx"
    write_results(path, table, outcomes, SUMMARY)
    return path
