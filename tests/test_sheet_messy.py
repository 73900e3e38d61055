"""Each ugly file is read as it must be, or refused with one line that names file, place and next step."""

import re
from pathlib import Path

import pytest
from messy.make import MESSY_FILES
from messy.messy_file import MessyFile

from importer.errors import SheetError
from importer.reading import read_table, sha256_of

_READ = [file for file in MESSY_FILES if not file.error]
_REFUSED = [file for file in MESSY_FILES if file.error]


def _named(file: MessyFile) -> str:
    return file.name


def test_no_two_files_have_one_name_and_there_are_eighty_or_more() -> None:
    names = {file.name for file in MESSY_FILES}
    assert len(names) == len(MESSY_FILES) >= 80


@pytest.mark.parametrize("file", _READ, ids=_named)
def test_an_ugly_file_is_read_rightly(file: MessyFile, tmp_path: Path) -> None:
    path = file.write_to(tmp_path)
    table = read_table(path, file.options)
    assert table.header == file.header
    assert tuple(zip(table.row_numbers, table.rows, strict=True)) == file.rows
    assert {(table.row_numbers[row], column): flaw for (row, column), flaw in table.flaws.items()} == file.flaws
    assert (table.sheet, table.header_row, table.blank_rows) == (file.sheet, file.header_row, file.blank_rows)
    assert (table.path, table.sha256) == (path, sha256_of(path))
    for fact in file.facts:
        assert any(fact in said for said in table.facts), f"'{fact}' is not among {table.facts}"
    assert all("\n" not in said for said in table.facts)


@pytest.mark.parametrize("file", _REFUSED, ids=_named)
def test_an_ugly_file_is_refused_in_one_line(file: MessyFile, tmp_path: Path) -> None:
    path = file.write_to(tmp_path)
    with pytest.raises(SheetError) as caught:
        read_table(path, file.options)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert re.search(file.error, message)
    assert "\n" not in message
    # place and trouble, then the next step
    assert ";" in message
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
