"""The bounds of what is read, all in one place and well above what a real list has.

They are what keeps a small file from filling the memory: a million rows of twenty columns stay far within.
"""

from typing import Final

MOST_BYTES: Final = 512 * 1024 * 1024
"""What a workbook may unpack to, and what a text file may have."""

MOST_PART_BYTES: Final = 8 * 1024 * 1024
"""What may unpack to that is kept whole: styles, the list of sheets, one row, what belongs to no row."""

MOST_OLD_BYTES: Final = 128 * 1024 * 1024
"""What an .xls may have: a full sheet of 65,536 rows and 60 columns has half of it."""

MOST_SHEETS: Final = 255
"""Sheets, or tables of a page."""

MOST_ROWS: Final = 1_048_576
"""The rows of an Excel sheet; a longer list is refused, as a text file too."""

MOST_COLUMNS: Final = 16_384
"""The columns of an Excel sheet."""

MOST_CELLS: Final = 30_000_000
"""Cells of one sheet: all rows with 28 columns. More comes from stray cells far to the right."""

MOST_MERGED_ROWS: Final = 1_048_576
"""Rows that the merged areas of a sheet span in all."""

MOST_MARKUP: Final = 1_500_000
"""Tags and attributes of a web page, and their values: lxml keeps all. 18,000 rows of 20 cells with a class."""

LONGEST_CELL: Final = 32_767
"""Characters of one cell; Excel has no longer ones."""

LONG_TEXT: Final = 1_000
MOST_IN_LONG_TEXTS: Final = 10_000_000
"""Characters of the texts that are longer than 1,000 characters, in all."""

MOST_CHARACTERS: Final = 600_000_000
"""Characters of one sheet."""

MOST_LINES: Final = 4_000_000
"""Lines of a text file, blank ones and those inside cells included."""

LONGEST_LINE: Final = 1_000_000
"""Characters of one line of a text file."""

FEW_CELLS: Final = 5_000_000
SPARSE: Final = 8
"""Times as many cells may lie between the first and the last as are filled (5,000,000 always), else a slower reader
reads them: python-calamine takes memory for every one."""

LONGEST_ROW_BYTES: Final = 4 * 1024 * 1024
"""XML of one row, or of one shared text, that is given to python-calamine."""

MOST_COPIED_BYTES: Final = 256 * 1024 * 1024
"""Cells with shared texts, times the longest of these, that are given to python-calamine: it copies a text for each."""
