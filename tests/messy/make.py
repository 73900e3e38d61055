"""All ugly files. To add one, add a ``MessyFile`` to the tuple of its kind in one of the modules named here."""

from messy import (
    column_trouble,
    document_trouble,
    formula_trouble,
    header_trouble,
    layout_trouble,
    number_trouble,
    old_workbook_trouble,
    package_trouble,
    page_trouble,
    range_trouble,
    spelling_trouble,
    text_trouble,
    value_trouble,
)
from messy.messy_file import MessyFile

MESSY_FILES: tuple[MessyFile, ...] = (
    *text_trouble.FILES,
    *header_trouble.FILES,
    *page_trouble.FILES,
    *spelling_trouble.FILES,
    *range_trouble.FILES,
    *column_trouble.FILES,
    *value_trouble.FILES,
    *number_trouble.FILES,
    *formula_trouble.FILES,
    *layout_trouble.FILES,
    *package_trouble.FILES,
    *old_workbook_trouble.FILES,
    *document_trouble.FILES,
)
