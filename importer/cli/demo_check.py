"""Whether the demo came out as the sample says: its results workbook, and what the practice VICIdial really holds."""

import csv
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from importer.model import Result
from importer.workbooks.results import PreviousRow


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """What must become of one row.

    Attributes:
        result: the word in the results workbook.
        did_sent: the did_pattern that is sent; empty where none is.
    """

    result: Result
    did_sent: str


def read_expected(text: str) -> Mapping[int, ExpectedRow]:
    """Read the list of expectations.

    Args:
        text: a CSV with the columns row, result and did_sent.

    Returns:
        The number of the row in the order -> what must become of it.
    """
    return {
        int(line["row"]): ExpectedRow(Result(line["result"]), line["did_sent"])
        for line in csv.DictReader(text.splitlines())
    }


def differences(
    expected: Mapping[int, ExpectedRow], rows: Sequence[PreviousRow], stored: Collection[str]
) -> tuple[str, ...]:
    """Compare what the results workbook says, what was expected of it, and what VICIdial holds.

    Args:
        expected: what must become of each row.
        rows: the rows of the results workbook, as it was read back.
        stored: the DIDs that were added to VICIdial.

    Returns:
        One sentence for each difference; nothing where all agree.
    """
    found = []
    times = Counter(row.row for row in rows)
    found += [f"row {number}: stands {count} times in the workbook" for number, count in times.items() if count > 1]
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
