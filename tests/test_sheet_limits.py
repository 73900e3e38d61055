"""What cannot be opened, or has more than is read, is refused in one line."""

import os
from pathlib import Path

import pytest
from messy.workbook_file import with_one_row
from messy.xlsx_by_hand import cells, in_row, one_sheet
from test_sheet_bombs import with_sheet_of

from importer.errors import SheetError
from importer.reading import ReadOptions, limits, read_table, sha256_of

_MIB = 1 << 20


def test_a_limit_of_ones_own_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    with_sheet_of(path, 3 * _MIB, 3 * _MIB)
    with pytest.raises(SheetError, match="unpacks to 3 MiB, and 2 MiB is the most"):
        read_table(path, ReadOptions(max_unpacked_bytes=2 * _MIB))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    for call in (read_table, sha256_of):
        with pytest.raises(SheetError, match=r"order\.xlsx: is not there; check the name and the folder"):
            call(path)


def test_a_folder_is_no_spreadsheet(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="is a folder; name the spreadsheet in it"):
        read_table(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders there")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "order.csv")
    with pytest.raises(SheetError, match="is no ordinary file; name a spreadsheet"):
        read_table(tmp_path / "order.csv")


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        (PermissionError(13, "denied"), "no permission to read it; check who may read the file"),
        (OSError(5, "Input/output error"), r"cannot be opened \(.*Input/output error\); check the name and the disk"),
    ],
)
def test_a_file_that_may_not_be_read_is_named(
    trouble: OSError, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise trouble

    path = tmp_path / "order.csv"
    path.write_text("did\n17275550100\n")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SheetError, match=message):
        read_table(path)


def test_a_sheet_with_too_many_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CELLS", 30_000)
    path = tmp_path / "order.xlsx"
    one_sheet(
        cells("did"),
        *(in_row(f'<c r="A{row}"><v>1</v></c><c r="XFD{row}" t="e"><v>#N/A</v></c>', row) for row in (2, 3)),
    )(path)
    with pytest.raises(SheetError, match=r"row 3: the list has more than 30,000 cells; .* delete stray cells"):
        read_table(path)


def test_a_sheet_of_a_results_workbook_is_read_by_its_name_alone(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    with_one_row()(path)
    with pytest.raises(SheetError, match="there is no sheet 'Results'; the sheets are: Order"):
        read_table(path, ReadOptions(sheet="Results"))
    assert read_table(path, ReadOptions(sheet=" order ")).sheet == "Order"
