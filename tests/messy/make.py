"""All ugly files. To add one, add a ``MessyFile`` to the tuple of its kind in one of the modules named here."""

from messy import other_trouble, text_trouble, workbook_trouble
from messy.messy_file import MessyFile

MESSY_FILES: tuple[MessyFile, ...] = (*text_trouble.FILES, *workbook_trouble.FILES, *other_trouble.FILES)
