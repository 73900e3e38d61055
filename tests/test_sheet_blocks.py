"""A sheet that calamine is given in blocks of rows is read as if it had been given in one piece."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from messy.xlsx_by_hand import cells, in_row, one_sheet, sheet, strings, styles, workbook

from importer.errors import SheetError
from importer.reading import quick_cells, read_sheet_rows, unpack
from importer.reading import rows as rows_module
from importer.reading import workbook as workbook_module
from importer.reading.rows import ReadSheet
from importer.reading.workbook_scan import ScanResult

_TEXTS = ["Tampa", "", " ", "wow!", "why?", "<row ", "</sheetData>", "line\nline", "é"]
_CELL = st.one_of(
    st.sampled_from(_TEXTS).map(lambda text: cells(text).removeprefix('<row r="1">').removesuffix("</row>")),
    st.integers(0, 10**17).map(lambda number: f'<c r="A1"><v>{number}</v></c>'),
    st.sampled_from(
        ["", '<c r="A1" s="1"><v>45413</v></c>', '<c r="A1" t="b"><v>1</v></c>', '<c r="A1"><f>1</f><v>7</v></c>']
    ),
)


@pytest.fixture(autouse=True)
def in_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut sheets behind every row or two."""
    monkeypatch.setattr(unpack, "CHUNK", 64)
    monkeypatch.setattr(quick_cells, "_BLOCK", 1)
    monkeypatch.setattr(quick_cells, "_TIMES_FRAME", 0)


@contextmanager
def quickly_only() -> Iterator[None]:
    """Make the careful reader fail."""

    def refuse(*_: object) -> ReadSheet:
        raise AssertionError("the careful reader was used")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook_module, "read_cells", refuse)
        yield


@contextmanager
def carefully_only() -> Iterator[None]:
    """Let every sheet look unusual."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook_module, "scan_sheet", lambda *_, **__: ScanResult(usual=False))
        yield


def content(path: Path) -> object:
    read = read_sheet_rows(path)
    # blank cells at the end of a row may be there or not
    filled = [{column: text for column, text in enumerate(row.texts) if text} for row in read.rows]
    lines = [(row.number, dict(row.flaws)) for row in read.rows]
    return lines, filled, read.blank_rows, read.facts


def texts(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.texts) for row in read_sheet_rows(path).rows]


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.tuples(st.integers(1, 3), st.lists(_CELL, max_size=3)), max_size=8), first=st.integers(0, 2))
def test_both_readers_give_the_same_of_a_sheet_that_is_cut_behind_every_row(
    table: list[tuple[int, list[str]]], first: int, tmp_path: Path
) -> None:
    path, rows, number = tmp_path / "order.xlsx", [], 0
    for below, line in table:
        number += below
        placed = (xml.replace('"A1"', f'"{"ABCDE"[first + at]}{number}"') for at, xml in enumerate(line))
        rows.append(in_row("".join(placed), number))
    merged = '<mergeCells count="2"><mergeCell ref="A1:A4"/><mergeCell ref="B2:C9"/></mergeCells>'
    one_sheet(*rows, after=merged, styles_part=styles("yyyy-mm-dd"))(path)
    with quickly_only():
        quick = content(path)
    with carefully_only():
        assert quick == content(path)


def test_calamine_is_given_one_block_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given_blocks = []
    begin = quick_cells.QuickReader._begin

    def spy(self: quick_cells.QuickReader, block: list[bytes]) -> None:
        given_blocks.append(b"".join(block).count(b"<row "))
        begin(self, block)

    monkeypatch.setattr(quick_cells.QuickReader, "_begin", spy)
    path = tmp_path / "order.xlsx"
    one_sheet(*(cells("did", number, row=number) for number in range(1, 40)))(path)
    with quickly_only():
        assert [number for number, _ in texts(path)] == [*range(1, 40)]
    assert sum(given_blocks) == 39
    assert max(given_blocks) <= 2


def test_shared_texts_are_those_of_every_block(tmp_path: Path) -> None:
    rows = [in_row(f'<c r="A{number}" t="s"><v>{number % 3}</v></c>', number) for number in range(1, 20)]
    path, items = tmp_path / "order.xlsx", ("<t>none</t>", "<t>one</t>", "<r><t>t</t></r><r><t>wo</t></r>")
    workbook({"Order": sheet(*rows)}, strings_part=strings(*items))(path)
    with quickly_only():
        assert texts(path) == [(number, (["none", "one", "two"][number % 3],)) for number in range(1, 20)]


@pytest.mark.parametrize("related", [True, False])
def test_only_the_shared_texts_that_were_counted_are_read(related: bool, tmp_path: Path) -> None:
    rows = [in_row(f'<c r="A{number}" t="s"><v>{number}</v></c>', number) for number in (1, 2)]
    items = strings("<t>none</t>", "<t>one</t>", "<t>two</t>")
    workbook({"Order": sheet(*rows)}, strings_part=items)(tmp_path / "usual.xlsx")
    path = tmp_path / "order.xlsx"
    with zipfile.ZipFile(tmp_path / "usual.xlsx") as usual, zipfile.ZipFile(path, "w") as package:
        for name in usual.namelist():
            content = usual.read(name).decode()
            if name == "xl/_rels/workbook.xml.rels":
                moved = ("sharedStrings.xml", "texts.xml") if related else ("/sharedStrings", "/other")
                content = content.replace(*moved)
            if related and name == "xl/sharedStrings.xml":
                package.writestr("xl/texts.xml", content)
                # one for whose texts calamine would ask for more memory than there is
                content = items.replace("<sst ", '<sst uniqueCount="99999999999" ').replace("one", "uno")
            package.writestr(name, content)
    with quickly_only():
        assert texts(path) == [(1, ("one",)), (2, ("two",))]


def test_what_follows_the_rows_is_not_taken_for_rows(tmp_path: Path) -> None:
    rows = [cells("did", row=1), cells("17275550100", row=2)]
    after = (
        '<pageMargins left="1"/><rowBreaks count="1"><brk id="1"/></rowBreaks>'
        '<extLst><ext><row r="3"><c r="A3"><v>3</v></c></row><row r="4"><c r="A4"><v>4</v></c></row></ext></extLst>'
    )
    path = tmp_path / "order.xlsx"
    one_sheet(*rows, after=after)(path)
    with quickly_only():
        assert texts(path) == [(1, ("did",)), (2, ("17275550100",))]


@pytest.mark.parametrize("inside", ['<![CDATA[<row r="9">]]>', '<!-- <row r="9"> -->', '<?mark <row r="9"> ?>'])
def test_a_sheet_that_cannot_be_cut_safely_is_read_by_the_careful_reader(inside: str, tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    odd = in_row(f'<c r="A2" t="inlineStr"><is><t>a{inside}b</t></is></c>', 2)
    one_sheet(cells("did", row=1), odd, cells("17275550100", row=3))(path)
    with pytest.raises(AssertionError, match="careful reader"), quickly_only():
        texts(path)
    middle = '<row r="9">' if "CDATA" in inside else ""
    assert texts(path) == [(1, ("did",)), (2, (f"a{middle}b",)), (3, ("17275550100",))]


def test_rows_that_stand_above_an_earlier_block_are_read_by_the_careful_reader(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    one_sheet(*(cells("did", number, row=number) for number in (1, 5, 6, 7, 2, 3, 4)))(path)
    with pytest.raises(AssertionError, match="careful reader"), quickly_only():
        texts(path)
    assert sorted(number for number, _ in texts(path)) == [1, 2, 3, 4, 5, 6, 7]


def test_a_sheet_that_breaks_off_in_a_later_block_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    xml = sheet(*(cells("did", number, row=number) for number in range(1, 40)))
    workbook({"Order": xml[: xml.index('<c r="B30"')]})(path)
    with pytest.raises(SheetError, match="damaged"):
        texts(path)


def test_a_row_beyond_the_most_that_are_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "order.xlsx"
    one_sheet(*(cells("did", number, row=number) for number in range(1, 40)))(path)
    monkeypatch.setattr(rows_module, "MOST_CELLS", 60)
    with quickly_only(), pytest.raises(SheetError, match="row 31: the list has more than 60 cells"):
        texts(path)
    monkeypatch.setattr(rows_module, "MOST_ROWS", 20)
    with quickly_only(), pytest.raises(SheetError, match="row 21: the list has more than 20 rows"):
        texts(path)
