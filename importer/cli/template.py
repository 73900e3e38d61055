"""``did-importer template``."""

import argparse

from importer.cli.text import shown
from importer.workbooks.template import write_template


def template(flags: argparse.Namespace) -> int:
    """Write the blank workbook to fill."""
    write_template(flags.file)
    print(f"written: {shown(flags.file)}")
    return 0
