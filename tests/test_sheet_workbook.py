"""Excel workbooks: the quick reader and the careful one give the same, and the quick one is used where it can be."""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from messy.xlsx_by_hand import cells, in_row, one_sheet, sheet, strings, styles, workbook

from importer.model import CellFlaw
from importer.reading import read_sheet_rows, read_table
from importer.reading import workbook as workbook_module
from importer.reading.rows import ReadSheet
from importer.reading.workbook_reach import Unplaceable, dense_rows
from importer.reading.workbook_scan import ScanResult, scan_sheet
from importer.reading.workbook_text import unescaped, without_blanks

_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=8
)
_NUMBER = st.one_of(
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(17_275_550_100, 17_275_550_199),
)
_CELL = st.one_of(st.none(), _TEXT, _NUMBER, st.booleans(), st.integers(61, 2_900_000).map(lambda day: ("date", day)))


def _xml(value: Any, ref: str) -> str:
    if isinstance(value, bool):
        return f'<c r="{ref}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, tuple):
        return f'<c r="{ref}" s="1"><v>{value[1]}</v></c>'
    if isinstance(value, str):
        return cells(value, row=1).partition(">")[2].replace('"A1"', f'"{ref}"').removesuffix("</row>")
    return "" if value is None else f'<c r="{ref}"><v>{value!r}</v></c>'


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.tuples(_CELL, _CELL, _CELL), min_size=1, max_size=6))
def test_both_readers_of_a_workbook_give_the_same(table: list[tuple[Any, ...]], tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    rows = [
        in_row("".join(_xml(value, f"{letter}{number}") for letter, value in zip("ABC", row, strict=True)), number)
        for number, row in enumerate(table, 1)
    ]
    one_sheet(*rows, styles_part=styles("yyyy-mm-dd"))(path)
    quick = read_sheet_rows(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook_module, "scan_sheet", lambda *_, **__: ScanResult(usual=False))
        careful = read_sheet_rows(path)
    assert [row.number for row in quick.rows] == [row.number for row in careful.rows]
    for one, other in zip(quick.rows, careful.rows, strict=True):
        width = max(len(one.texts), len(other.texts))
        assert (*one.texts, *[""] * (width - len(one.texts))) == (*other.texts, *[""] * (width - len(other.texts)))
        assert dict(one.flaws) == dict(other.flaws)


@pytest.fixture
def quickly_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the careful reader fail."""

    def refuse(*_: object) -> ReadSheet:
        raise AssertionError("the careful reader was used")

    monkeypatch.setattr(workbook_module, "read_cells", refuse)


@pytest.mark.usefixtures("quickly_only")
def test_a_workbook_of_xlsxwriter_is_read_quickly(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "order.xlsx") as book:
        page = book.add_worksheet("Order")
        page.write_row(0, 0, ["did", "group", "at"])
        page.write_row(1, 0, [17275550100, "SALES"])
        page.write_datetime(1, 2, dt.date(2024, 5, 1), book.add_format({"num_format": "d mmm yyyy"}))
        page.set_row(1, None, None, {"hidden": True})
        page.set_column(1, 1, None, None, {"hidden": True})
    table = read_table(tmp_path / "order.xlsx")
    assert table.rows == (("17275550100", "SALES", "2024-05-01"),)
    assert dict(table.flaws) == {(0, 2): CellFlaw.DATE}
    assert table.facts == (
        "1 hidden or filtered row is read like the others (2)",
        "hidden columns are read like the others (B)",
    )


@pytest.mark.usefixtures("quickly_only")
def test_a_workbook_of_openpyxl_is_read_quickly(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["did", "group"])
    page.append([17275550100, "SALES"])
    page.append(["17275550101"])
    page.merge_cells("B2:B3")
    book.save(tmp_path / "order.xlsx")
    assert read_table(tmp_path / "order.xlsx").rows == (("17275550100", "SALES"), ("17275550101", "SALES"))


@pytest.mark.usefixtures("quickly_only")
def test_many_rows_and_many_columns_are_read_quickly(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "order.xlsx") as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["did", *[f"c{number}" for number in range(60)]])
        for number in range(1, 2_000):
            page.write_row(number, 0, [17275550000 + number, *["Tampa"] * 9, *range(51)])
    assert len(read_table(tmp_path / "order.xlsx").rows) == 1_999


def test_what_is_read_of_a_text_that_calamine_and_we_unescape_is_the_same(tmp_path: Path) -> None:
    items = ("<t>did</t>", "<t>a_x000D_b_x0009_c_x005F_x0041_</t>", "<t>_x00e9_ _xZZZZ_ _x41_</t>")
    rows = [in_row(f'<c r="A{at + 1}" t="s"><v>{at}</v></c>', at + 1) for at in range(3)]
    workbook({"Order": sheet(*rows)}, strings_part=strings(*items))(tmp_path / "quick.xlsx")
    rows.append(in_row('<c r="A9" t="e"><v>#REF!</v></c>', 9))
    workbook({"Order": sheet(*rows)}, strings_part=strings(*items))(tmp_path / "careful.xlsx")
    quick = read_table(tmp_path / "quick.xlsx").rows
    careful = read_table(tmp_path / "careful.xlsx").rows
    assert quick == careful[:-1] == (("a\rb\tc_x0041_",), ("é _xZZZZ_ _x41_",))


def test_halves_of_a_character_are_put_together_and_a_half_alone_stays() -> None:
    assert unescaped("_xD83D__xDE00_") == "\U0001f600"
    assert unescaped("a_xD83D_b") == "a_xD83D_b"


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_blank_cells_are_left_out_however_the_file_is_cut(size: int) -> None:
    xml = sheet(
        in_row('<c r="A1" s="1"/><c r="B1" t="b"><v>1</v></c>', 1),
        in_row('<c r="A2" s="1"/><c r="B2" s="2"/>', 2),
        '<row r="3" s="1" customFormat="1"/>',
        in_row('<c r="A4"><v>7</v></c>', 4),
    ).encode()
    left = b"".join(without_blanks(xml[at : at + size] for at in range(0, len(xml), size)))
    assert b'<c r="B1" t="b"><v>1</v></c>' in left
    assert b'<c r="A4"><v>7</v></c>' in left
    assert b'<c r="A2"' not in left or size < 64


@pytest.mark.parametrize("size", [1, 13, 100_000])
def test_the_look_through_a_sheet_finds_what_is_unusual_however_the_file_is_cut(size: int) -> None:
    def look(xml: str, *, uncalculated: bool = False) -> ScanResult:
        data = xml.encode()
        pieces = (data[at : at + size] for at in range(0, len(data), size))
        return scan_sheet(pieces, [3], uncalculated=uncalculated)

    usual = sheet(cells("did", 1, row=1), in_row('<c r="A2"><f>A1</f><v>1</v></c>', 2, ' hidden="1"'), cells(1, row=3))
    assert look(usual) == ScanResult(usual=True, hidden_rows=frozenset([2]))
    assert not look(usual, uncalculated=True).usual
    for xml in (
        '<c r="A4" t="e"><v>#N/A</v></c>',
        '<c r="A4"><f>A1</f></c>',
        '<c r="A4"><f>A1</f><v/></c>',
        '<c r="A4"><f>A1</f>\n <v></v></c>',
        '<c r="A4"><f t="shared" si="0"/></c>',
        '<c r="A4" s="3"><v>1</v></c>',
    ):
        assert not look(sheet(cells("did"), in_row('<c r="A2"><f>1</f><v>1</v></c>', 2), in_row(xml, 4))).usual, xml
    assert not look(usual.replace("<worksheet", "<x:worksheet")).usual


def is_dense(xml: Callable[[], Iterable[bytes]]) -> bool:
    try:
        return all(True for _ in dense_rows(xml))
    except Unplaceable:
        return False


@pytest.mark.parametrize("size", [1, 13, 100_000])
def test_a_sheet_whose_cells_do_not_say_where_they_are_is_not_given_to_the_quick_reader(size: int) -> None:
    def dense(xml: str) -> bool:
        data = xml.encode()
        return is_dense(lambda: (data[at : at + size] for at in range(0, len(data), size)))

    usual = sheet(cells("did", 1, row=1), cells(1, row=3))
    assert dense(usual)
    for xml in ("<c><v>1</v></c>", '<c r="ABCD4"><v>1</v></c>'):
        assert not dense(sheet(cells("did"), in_row(xml, 4))), xml
    assert not dense(usual.replace("sheetData", "x:sheetData"))


def test_a_sheet_with_a_far_cell_is_not_given_to_the_quick_reader() -> None:
    def look(*refs: str) -> bool:
        xml = sheet(*(in_row(f'<c r="{ref}"><v>1</v></c>', int(ref.lstrip("ADFX"))) for ref in refs))
        return is_dense(lambda: [xml.encode()])

    assert look("A1", "A99999")
    # 26 x 1,048,576 cells, and two of them filled
    assert not look("A1", "F1048576")
    assert look("XFD1", "A2")
    assert not look("XFD1", "A400")


def test_what_is_needed_next_is_made_ready_while_a_workbook_is_read(tmp_path: Path) -> None:
    path, called = tmp_path / "order.xlsx", []
    one_sheet(cells("did_pattern", row=1), cells("17275550100", row=2))(path)
    table = read_table(path, meanwhile=lambda: called.append("now"))
    assert called == ["now"]
    assert table.rows == (("17275550100",),)


def test_a_sheet_that_only_the_look_through_finds_unusual_is_read_cell_by_cell(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    one_sheet(cells("did_pattern", row=1), in_row('<c r="A2" t="e"><v>#N/A</v></c>', 2))(path)
    table = read_table(path)
    assert table.rows == (("#N/A",),)
    assert dict(table.flaws) == {(0, 0): CellFlaw.ERROR_VALUE}
