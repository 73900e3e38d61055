"""Excel workbooks: python-calamine is used where it tells the truth, and both readers give the same."""

import datetime as dt
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from messy.xlsx_by_hand import cells, in_row, one_sheet, sheet, strings, styles, workbook

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading import excel, excel_fast, limits, read_sheet_rows, read_table
from importer.reading.excel import unescaped

_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=8
)
_NUMBER = st.one_of(
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(17_275_550_100, 17_275_550_199),
)
_CELL = st.one_of(st.none(), _TEXT, _NUMBER, st.booleans(), st.integers(61, 2_900_000).map(lambda day: ("date", day)))
_ONE_BY_ONE = "read cell by cell"


@contextmanager
def only(reader: str) -> Iterator[None]:
    """Make one of the two readers fail."""

    def refuse(*_: object) -> object:
        if reader == "fast":
            raise AssertionError(_ONE_BY_ONE)
        raise excel_fast.UnusualSheetError

    with pytest.MonkeyPatch.context() as patch:
        if reader == "fast":
            patch.setattr(excel, "read_excel_sheet", refuse)
        else:
            patch.setattr(excel, "read_excel_fast", refuse)
        yield


def content(path: Path) -> object:
    read = read_sheet_rows(path)
    # blank cells at the end of a row may be there or not
    filled = [{column: text for column, text in enumerate(row.texts) if text} for row in read.rows]
    return [(row.number, dict(row.flaws)) for row in read.rows], filled, read.blank_rows, read.facts


def _xml(value: Any, ref: str) -> str:
    if isinstance(value, bool):
        return f'<c r="{ref}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, tuple):
        return f'<c r="{ref}" s="1"><v>{value[1]}</v></c>'
    if isinstance(value, str):
        return cells(value, row=1).partition(">")[2].replace('"A1"', f'"{ref}"').removesuffix("</row>")
    return "" if value is None else f'<c r="{ref}"><v>{value!r}</v></c>'


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.tuples(st.integers(1, 3), _CELL, _CELL, _CELL), min_size=1, max_size=6),
    merged=st.sampled_from(["", '<mergeCells count="2"><mergeCell ref="A1:A4"/><mergeCell ref="B2:C9"/></mergeCells>']),
)
def test_both_readers_of_a_workbook_give_the_same(table: list[tuple[Any, ...]], merged: str, tmp_path: Path) -> None:
    path, rows, number = tmp_path / "order.xlsx", [], 0
    for below, *row in table:
        number += below
        placed = (_xml(value, f"{letter}{number}") for letter, value in zip("BCD", row, strict=True))
        rows.append(in_row("".join(placed), number))
    one_sheet(*rows, after=merged, styles_part=styles("yyyy-mm-dd"))(path)
    with only("fast"):
        fast = content(path)
    with only("careful"):
        assert content(path) == fast


def test_a_workbook_of_xlsxwriter_is_read_fast(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "order.xlsx") as book:
        page = book.add_worksheet("Order")
        page.write_row(0, 0, ["did", "group", "at", *[f"c{number}" for number in range(60)]])
        page.write_row(1, 0, [17275550100, "SALES"])
        page.write_datetime(1, 2, dt.date(2024, 5, 1), book.add_format({"num_format": "d mmm yyyy"}))
        for number in range(2, 2_000):
            page.write_row(number, 0, [17275550000 + number, *["Tampa"] * 9, *range(51)])
    with only("fast"):
        table = read_table(tmp_path / "order.xlsx")
    assert table.rows[0][:3] == ("17275550100", "SALES", "2024-05-01")
    assert dict(table.flaws) == {(0, 2): CellFlaw.DATE}
    assert len(table.rows) == 1_999


def test_a_workbook_of_openpyxl_is_read_fast(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in (["did", "group"], [17275550100, "SALES"], ["17275550101"]):
        page.append(row)
    page.merge_cells("B2:B3")
    book.save(tmp_path / "order.xlsx")
    with only("fast"):
        assert read_table(tmp_path / "order.xlsx").rows == (("17275550100", "SALES"), ("17275550101", "SALES"))


_UNUSUAL = {
    "error": in_row('<c r="A4" t="e"><v>#N/A</v></c>', 4),
    "formula": in_row('<c r="A4"><f>A1</f></c>', 4),
    "formula-and-empty-value": in_row('<c r="A4"><f>A1</f>\n <v></v></c>', 4),
    "shared-formula": in_row('<c r="A4"><f t="shared" si="0"/></c>', 4),
    "zeros": in_row('<c r="A4" s="1"><v>1</v></c>', 4),
    "zeros-and-a-type-before": in_row('<c r="A4" t="n" s="1"><v>1</v></c>', 4),
    "hidden-row": in_row('<c r="A4"><v>1</v></c>', 4, ' hidden="1"'),
    "cell-without-a-place": in_row("<c><v>1</v></c>", 4),
    "cell-beyond-the-sheet": in_row('<c r="ABCD4"/>', 4),
    "single-quotes": in_row("<c r='A4'><v>1</v></c>", 4),
    "spaces-around-the-equals-sign": in_row('<c r = "A4" t = "e"><v>#N/A</v></c>', 4),
    "comment": in_row('<c r="A4"><!-- --><v>1</v></c>', 4),
    "cdata": in_row('<c r="A4" t="inlineStr"><is><t>a<![CDATA[<row r="9">]]>b</t></is></c>', 4),
    "far-cell": in_row('<c r="F1048576"><v>1</v></c>', 1_048_576),
    "rows-out-of-order": in_row('<c r="A9"><v>1</v></c>', 9) + in_row('<c r="A4"><v>1</v></c>', 4),
}


@pytest.mark.parametrize("xml", _UNUSUAL.values(), ids=_UNUSUAL.keys())
def test_what_calamine_would_not_tell_is_read_cell_by_cell(xml: str, tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    one_sheet(cells("did"), cells("17275550100", row=2), xml, styles_part=styles("00000"))(path)
    with pytest.raises(AssertionError, match=_ONE_BY_ONE), only("fast"):
        read_sheet_rows(path)
    if "ABCD" not in xml:
        assert len(read_sheet_rows(path).rows) >= 3


def test_a_hidden_column_and_results_that_are_zeros_alone_are_looked_at_cell_by_cell(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    for before, after in (('<cols><col min="2" max="2" hidden="1"/></cols>', ""), ("", '<calcPr fullCalcOnLoad="1"/>')):
        xml = sheet(cells("did"), in_row('<c r="A2"><f>1</f><v>0</v></c>', 2), before=before)
        workbook({"Order": xml}, after_sheets=after)(path)
        with pytest.raises(AssertionError, match=_ONE_BY_ONE), only("fast"):
            read_sheet_rows(path)


@pytest.mark.parametrize(
    "area",
    [
        '<mergeCell  ref="B2:B3"/>',
        "<mergeCell ref='B2:B3'/>",
        '<mergeCell\nref="$B$2:$B$3"/>',
        '<mergeCell x="1" ref="b2:b3"/>',
    ],
)
def test_a_merged_area_is_found_however_it_is_written(area: str, tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    rows = (cells("did", "group"), cells("17275550100", "SALES", row=2), cells("17275550101", row=3))
    one_sheet(*rows, after=f"<mergeCells>{area}</mergeCells>")(path)
    assert read_table(path).rows[1] == ("17275550101", "SALES")


@pytest.mark.parametrize(
    "code", ['"on "d mmm yyyy', "[$-409]d-mmm-yy;@", "yyyy-mm-dd", "[h]:mm", "dd/mm/yyyy hh:mm", "m/d"]
)
def test_a_date_is_a_date_in_both_readers(code: str, tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    one_sheet(
        cells("did", "at"),
        in_row('<c r="A2"><v>17275550100</v></c><c r="B2" s="1"><v>45413.5</v></c>', 2),
        styles_part=styles(code),
    )(path)
    table = read_table(path)
    with only("careful"):
        assert read_table(path).rows == table.rows
    assert dict(table.flaws) == {(0, 1): CellFlaw.DATE}


@pytest.mark.parametrize(
    ("item", "text"),
    [
        # how a text is pronounced is no part of it
        ('<t>17275550100</t><rPh sb="0" eb="1"><t>99</t></rPh>', "17275550100"),
        ("<t>a_x000D_b_x0009_c_x005F_x0041_</t>", "a\rb\tc_x0041_"),
        ("<t>_x00e9_ _xZZZZ_ _x41_</t>", "é _xZZZZ_ _x41_"),
    ],
)
def test_both_readers_give_the_same_of_a_shared_text(item: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    _with_shared("<t>did</t>", item)(path)
    for reader in ("fast", "careful"):
        with only(reader):
            assert read_table(path).rows == ((text,),)


def _with_shared(*items: str) -> Callable[[Path], None]:
    """Return a maker of a workbook with these shared texts one below the other."""
    rows = [in_row(f'<c r="A{at + 1}" t="s"><v>{at}</v></c>', at + 1) for at in range(len(items))]
    return workbook({"Order": sheet(*rows)}, strings_part=strings(*items))


_usual = _with_shared("<t>did</t>", "<t>17275550100</t>")


def _renamed(path: Path, name: Callable[[str], str], change: Callable[[str, str], str] = lambda _, text: text) -> None:
    """Give the parts of a workbook other names."""
    with_parts = BytesIO(path.read_bytes())
    with zipfile.ZipFile(with_parts) as usual, zipfile.ZipFile(path, "w") as archive:
        for part in usual.namelist():
            info = zipfile.ZipInfo("x")
            info.filename = name(part)
            archive.writestr(info, change(part, usual.read(part).decode()))


@pytest.mark.parametrize(
    "name",
    [lambda part: part.replace("/", "\\"), str.upper, lambda part: f"/{part}"],
    ids=["backslashes", "capitals", "slash-before"],
)
def test_the_parts_of_a_workbook_may_be_spelled_otherwise(name: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    _usual(path)
    _renamed(path, name)
    assert read_table(path).rows == (("17275550100",),)


def test_the_workbook_part_may_be_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    _usual(path)
    _renamed(
        path,
        lambda part: part.replace("xl/workbook", "xl/book").replace("rels/workbook", "rels/book"),
        lambda part, text: text.replace("xl/workbook.xml", "xl/book.xml") if part.startswith(("_rels", "[")) else text,
    )
    assert read_table(path).rows == (("17275550100",),)


def test_only_the_shared_texts_that_were_counted_are_given_to_calamine(tmp_path: Path) -> None:
    path = tmp_path / "order.xlsx"
    _usual(path)
    lying = strings("<t>no</t>", "<t>no</t>").replace("<sst ", '<sst uniqueCount="99999999999" ')

    def change(part: str, text: str) -> str:
        return text.replace('Target="sharedStrings.xml"', 'Target="texts.xml"') if part.endswith(".rels") else text

    _renamed(path, lambda part: part.replace("sharedStrings", "texts"), change)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", lying)
    assert read_table(path).rows == (("17275550100",),)


def test_what_follows_the_rows_is_not_taken_for_rows(tmp_path: Path) -> None:
    after = '<pageMargins left="1"/><rowBreaks count="1"><brk id="1"/></rowBreaks>'
    one_sheet(cells("did"), cells("17275550100", row=2), after=after)(tmp_path / "order.xlsx")
    with only("fast"):
        assert len(read_sheet_rows(tmp_path / "order.xlsx").rows) == 2


def test_a_sheet_that_breaks_off_is_damaged(tmp_path: Path) -> None:
    xml = sheet(*(cells("did", number, row=number) for number in range(1, 40)))
    workbook({"Order": xml[: xml.index('<c r="B30"')]})(tmp_path / "order.xlsx")
    with pytest.raises(SheetError, match="damaged"):
        read_table(tmp_path / "order.xlsx")


def test_a_row_beyond_the_most_that_are_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "order.xlsx"
    one_sheet(*(cells("did", number, row=number) for number in range(1, 40)))(path)
    monkeypatch.setattr(limits, "MOST_CELLS", 60)
    with pytest.raises(SheetError, match="row 31: the list has more than 60 cells"):
        read_sheet_rows(path)
    monkeypatch.setattr(limits, "MOST_ROWS", 20)
    with pytest.raises(SheetError, match="row 21: the list has more than 20 rows"):
        read_sheet_rows(path)


def test_halves_of_a_character_are_put_together_and_a_half_alone_stays() -> None:
    assert unescaped("_xD83D__xDE00_") == "\U0001f600"
    assert unescaped("a_xD83D_b") == "a_xD83D_b"
