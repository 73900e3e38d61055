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
    """A spreadsheet as text."""

    path: Path
    sha256: str  # of the file's bytes, hexadecimal
    sheet: str  # its name; empty for a text file
    header: tuple[str, ...]  # as it stands in the file
    row_numbers: tuple[int, ...]  # for each row, the number that the person sees in Excel
    rows: tuple[tuple[str, ...], ...]  # one text for each header cell; blank cells are ""
    # (index of the row, index of the column) -> why that cell's text is not to be trusted
    flaws: Mapping[tuple[int, int], CellFlaw] = field(default_factory=lambda: MappingProxyType({}))
    header_row: int = 1  # 0 where the file has no header
    blank_rows: int = 0  # so many were skipped
    facts: tuple[str, ...] = ()  # what was found while reading, each one sentence for the person


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell that was corrected after the file was read; the file itself stays as it is."""

    index: int  # the place of the row in Table.rows
    column: str  # the server's name of the column; one that the file does not have is added
    now: str
    row: int = 0  # the number that the person sees in Excel; filled in by check_again
    was: str = ""  # what the file has there; filled in by check_again


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One thing that is wrong with one cell."""

    row: int  # the number that the person sees in Excel
    column: str  # the server's name of the column
    value: str  # the cell as it stands in the file
    problem: str  # the end of a sentence that begins with column and value
    allowed: str  # what may stand there
    suggestion: str = ""  # what was most likely meant; empty where nothing is close

    def sentence(self) -> str:
        """Say column, value, what is wrong and what is allowed in one line."""
        shown = f"{self.column} '{self.value}'" if self.value else f"{self.column} is blank and"
        return f"{shown} {self.problem} (allowed: {self.allowed})" if self.allowed else f"{shown} {self.problem}"


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row after the check; a row of the file that holds a range of numbers may have become several."""

    index: int  # its place among the checked rows
    row: int  # the number that the person sees in Excel
    did: str  # the did_pattern as it would be sent; empty where none could be made of the cell
    # what add_did is sent, by the server's names, blanks left out; with copy_from what copy_did is made of
    parameters: tuple[tuple[str, str], ...]
    problems: tuple[CellProblem, ...] = ()  # the row is good if there is nothing
    notes: tuple[str, ...] = ()  # what the person should know of a good row, such as what VICIdial stores instead
    duplicate_of: int | None = None  # the number of the earlier row with the same DID
    table_index: int = -1  # the place in Table.rows of the row it came from; the same as index unless given

    def __post_init__(self) -> None:
        if self.table_index < 0:
            object.__setattr__(self, "table_index", self.index)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row that is to be sent."""

    index: int  # the checked row's; the key by which its outcome finds its way home
    did: str
    parameters: tuple[tuple[str, str], ...]  # the checked row's, did_pattern included, credentials not
    notes: tuple[str, ...] = ()  # go into the reason whatever the server says
    attempts: int = 0  # calls that earlier processes of this run have made for it
    unanswered: bool = False  # an earlier call for it may have been processed without an answer
    known_absent: str = ""  # how it is known that the DID was not there before the first call; empty where it is not
    after: int | None = None  # the earlier row with the same DID: this one is sent only where that one did not go


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row."""

    index: int  # the checked row's
    result: Result
    reason: str  # a sentence for the person
    did_sent: str = ""  # empty if none was
    attempts: int = 0  # how many calls were made for it
    answered_at: str = ""  # when the answer that decided came, ISO 8601 with offset; empty if none came
    added: bool = False  # the DID is in VICIdial because this run added it; only such DIDs may be undone
    row: int = 0  # the number that the person sees in Excel; 0 until the outcome is shown or reported
    column: str = ""  # whose value the server refused; empty where it refused none
