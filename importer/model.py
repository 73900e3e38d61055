"""The nouns that travel from stage to stage: frozen, and importing nothing of ours.

The line is: ``Table`` (read) -> ``CheckedRow`` (checked) -> ``PlannedRow`` (to be sent) -> ``RowOutcome`` (done).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from pathlib import Path
from types import MappingProxyType


class Result(StrEnum):
    """What became of a row, in the words of the results workbook."""

    SUCCESS = "success"
    DUPLICATE = "duplicate"
    PERMISSION_ERROR = "permission error"
    INVALID = "invalid"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"


class ExitCode(IntEnum):
    """How a command ends."""

    DONE = 0
    ROWS_LEFT = 1
    USAGE = 2
    STOPPED = 3
    INTERRUPTED = 130


class CellFlaw(StrEnum):
    """Why the text of a cell is not to be trusted, found while reading it."""

    ERROR_VALUE = "error value"
    FORMULA_WITHOUT_VALUE = "formula without a value"
    TOO_MANY_DIGITS = "number of more than 15 digits"
    DATE = "date"
    SHOWN_OTHERWISE = "number shown otherwise"
    MORE_CELLS = "more cells than the header"


@dataclass(frozen=True, slots=True)
class Table:
    """A spreadsheet as text.

    Attributes:
        path: the file that was read.
        sha256: the hexadecimal SHA-256 of the file's bytes.
        sheet: the name of the sheet; empty for a text file.
        header: the header cells as they stand in the file.
        row_numbers: for each row, the number that the person sees in Excel.
        rows: for each row, one text for each header cell; blank cells are ``""``.
        flaws: ``(index of the row, index of the column)`` -> why that cell's text is not to be trusted.
        header_row: the number of the header's row; 0 where the file has no header.
        blank_rows: how many blank rows were skipped.
        facts: what was found while reading, each one sentence for the person (encoding, hidden rows, ...).
    """

    path: Path
    sha256: str
    sheet: str
    header: tuple[str, ...]
    row_numbers: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    flaws: Mapping[tuple[int, int], CellFlaw] = field(default_factory=lambda: MappingProxyType({}))
    header_row: int = 1
    blank_rows: int = 0
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell that was corrected after the file was read; the file itself stays as it is.

    Attributes:
        index: the place of the row in ``Table.rows``.
        column: the server's name of the column; one that the file does not have is added.
        now: what the cell holds now.
        row: the row number that the person sees in Excel; filled in by ``check_again``.
        was: what the file has there; filled in by ``check_again``.
    """

    index: int
    column: str
    now: str
    row: int = 0
    was: str = ""


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One thing that is wrong with one cell.

    Attributes:
        row: the row number that the person sees in Excel.
        column: the server's name of the column, such as ``did_route``.
        value: the cell as it stands in the file.
        problem: what is wrong, as the end of a sentence that begins with column and value.
        allowed: what may stand there.
        suggestion: what was most likely meant; empty where nothing is close.
    """

    row: int
    column: str
    value: str
    problem: str
    allowed: str
    suggestion: str = ""

    def sentence(self) -> str:
        """Say column, value, what is wrong and what is allowed in one line."""
        shown = f"{self.column} '{self.value}'" if self.value else f"{self.column} is blank and"
        return f"{shown} {self.problem} (allowed: {self.allowed})" if self.allowed else f"{shown} {self.problem}"


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row after the check; a row of the file that holds a range of numbers may have become several.

    Attributes:
        index: its place among the checked rows; the same as ``table_index`` where no range became several rows.
        row: the row number that the person sees in Excel.
        did: the did_pattern as it would be sent; empty where none could be made of the cell.
        parameters: what ``add_did`` is sent for this row, by the server's names, blanks left out; with ``copy_from``
            among them, what ``copy_did`` is made of.
        problems: everything that is wrong; the row is good if there is nothing.
        notes: what the person should know of a good row, such as what VICIdial stores instead.
        duplicate_of: the number of the earlier row with the same DID, or None.
        table_index: the place in ``Table.rows`` of the row it came from; the same as ``index`` unless given.
    """

    index: int
    row: int
    did: str
    parameters: tuple[tuple[str, str], ...]
    problems: tuple[CellProblem, ...] = ()
    notes: tuple[str, ...] = ()
    duplicate_of: int | None = None
    table_index: int = -1

    def __post_init__(self) -> None:
        if self.table_index < 0:
            object.__setattr__(self, "table_index", self.index)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row that is to be sent.

    Attributes:
        index: the checked row's index; the key by which its outcome finds its way home.
        did: the did_pattern that is sent.
        parameters: the checked row's, did_pattern included, credentials not.
        notes: sentences that go into the reason whatever the server says.
        attempts: calls that earlier processes of this run have made for it.
        unanswered: True where an earlier call for it may have been processed without an answer.
        known_absent: how it is known that the DID was not there before the first call; empty where it is not.
        after: the index of the earlier row with the same DID: this one is sent only where that one did not go.
    """

    index: int
    did: str
    parameters: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()
    attempts: int = 0
    unanswered: bool = False
    known_absent: str = ""
    after: int | None = None


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row.

    Attributes:
        index: the checked row's index.
        result: one of the seven words.
        reason: why, in a sentence for the person.
        did_sent: the did_pattern that was sent; empty if none was.
        attempts: how many calls were made for it.
        answered_at: when the answer that decided came, ISO 8601 with offset; empty if none came.
        added: True where the DID is in VICIdial because this run added it; only such DIDs may be undone.
        row: the row number that the person sees in Excel; 0 until the outcome is shown or reported.
        column: the column whose value the server refused; empty where it refused none.
    """

    index: int
    result: Result
    reason: str
    did_sent: str = ""
    attempts: int = 0
    answered_at: str = ""
    added: bool = False
    row: int = 0
    column: str = ""
