"""Where a run leaves what it writes."""

from dataclasses import dataclass
from pathlib import Path

from importer.workbooks.output_file import EXCEL_ROWS
from importer.workbooks.results import ResultsPlace


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a run leaves what it writes.

    Attributes:
        state: the folder of the records of runs.
        results: the results workbook, or None to choose one beside the input.
        sheet_rows: how many rows a sheet of a workbook has, header included; results that are more go into several
            workbooks.
    """

    state: Path
    results: Path | None = None
    sheet_rows: int = EXCEL_ROWS

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", Path(self.state))
        object.__setattr__(self, "results", Path(self.results) if self.results is not None else None)

    @property
    def runs(self) -> Path:
        """The folder of the records themselves."""
        return self.state / "runs"

    def place_for(self, input_path: Path) -> ResultsPlace:
        """Return where the results workbook of an input goes."""
        if self.results is not None:
            return ResultsPlace(self.results, fixed=True, most_rows=self.sheet_rows)
        return ResultsPlace.beside(input_path, self.sheet_rows)
