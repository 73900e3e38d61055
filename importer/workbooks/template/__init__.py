"""The blank workbook to fill, and the README's table of columns: both are made from ``importer.columns``."""

from importer.workbooks.template.words import columns_markdown
from importer.workbooks.template.workbook import write_template

__all__ = ["columns_markdown", "write_template"]
