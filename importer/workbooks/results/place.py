"""Where the results workbooks of a run go: chosen by the person, or beside the input under the next free name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from importer.workbooks.output_file import EXCEL_ROWS, check_writable, free_path, part_path

_OF_A_PART: Final = re.compile(r"(.*_results(?:_\d+)?_part\d+)(?:_\d+)?")
_OF_A_RERUN: Final = re.compile(r"_results(_\d+)?$")


@dataclass(frozen=True, slots=True)
class ResultsPlace:
    """Where the results workbooks of a run go.

    Attributes:
        wanted: the name of the first workbook.
        fixed: True if it is this name or none; else the next free one is taken.
        most_rows: how many rows a sheet has, header included; what is more goes into further workbooks.
    """

    wanted: Path
    fixed: bool = False
    most_rows: int = EXCEL_ROWS

    @classmethod
    def beside(cls, input_path: Path, most_rows: int = EXCEL_ROWS) -> Self:
        """Return the place beside an input: ``order_results.xlsx`` for ``order.csv``, and for a rerun of it too.

        What a rerun of ``order_results_part2.xlsx`` leaves is ``order_results_part2_2.xlsx``.
        """
        of_a_part = _OF_A_PART.fullmatch(input_path.stem)
        stem = of_a_part[1] if of_a_part else f"{_OF_A_RERUN.sub('', input_path.stem)}_results"
        return cls(input_path.with_name(f"{stem}.xlsx").resolve(), most_rows=most_rows)

    def path(self, parts: int) -> Path:
        """Return the name of the first workbook at this moment.

        Args:
            parts: how many workbooks are written.
        """
        return self.wanted if self.fixed else free_path(self.wanted, parts)

    def check(self, parts: int = 1, columns: int = 0) -> None:
        """Find out before the first call whether all workbooks can be written.

        Args:
            parts: how many workbooks there will be.
            columns: how many columns they will have; 0 where that is not known.

        Raises:
            ResultsError: one of them cannot be written.
        """
        path = self.path(parts)
        for number in range(1, parts + 1):
            check_writable(part_path(path, number), columns=columns)
