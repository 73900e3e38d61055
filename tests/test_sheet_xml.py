"""Rows become the XML of cells: each text, style, number and height comes out as it went in."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.reading.excel import unescaped
from importer.workbooks import sheet_xml
from importer.workbooks.sheet_xml import TextRow, rows_xml

_TEXT = st.one_of(
    st.sampled_from(
        ["", "", "Tampa", "Tampa", "a & b", '<t>"</t>', " first", "last ", "two\nlines", "_x0041_", "\x07"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=5),
)
_LOOK = st.sampled_from([((1, 1, 1), 0), ((1, 1, 1), 30), ((1, 2, 1), 0), ((3, 1, 1), 45)])
_ROWS = st.lists(st.tuples(st.tuples(_TEXT, _TEXT, _TEXT), _LOOK, st.integers(1, 3)), max_size=12)


@pytest.fixture(autouse=True, scope="module")
def chunks_of_five() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_xml, "_CHUNK_ROWS", 5)
        yield


def _rows(drawn: list[tuple[tuple[str, ...], tuple[tuple[int, ...], int], int]]) -> list[TextRow]:
    rows, number = [], 0
    for cells, (styles, height), below in drawn:
        number += below
        rows.append(TextRow(number, cells, styles, height))
    return rows


@given(drawn=_ROWS)
def test_every_row_of_a_sheet_comes_out_as_it_went_in(
    drawn: list[tuple[tuple[str, ...], tuple[tuple[int, ...], int], int]],
) -> None:
    rows = _rows(drawn)
    found = []
    for row in ET.fromstring(b"<sheetData>" + b"".join(rows_xml(rows)) + b"</sheetData>"):
        assert {cell.get("r") for cell in row} == {f"{letter}{row.get('r')}" for letter in "ABC"}
        assert bool(row.get("customHeight")) == bool(row.get("ht"))
        texts = tuple(unescaped("".join(cell.itertext())) for cell in row)
        styles = tuple(int(cell.get("s", "")) for cell in row)
        found.append(TextRow(int(row.get("r", "")), texts, styles, int(row.get("ht", "0"))))
    assert found == rows


@given(drawn=_ROWS)
def test_a_cell_without_text_has_its_style_and_nothing_else_and_one_with_text_is_an_inline_string(
    drawn: list[tuple[tuple[str, ...], tuple[tuple[int, ...], int], int]],
) -> None:
    rows = _rows(drawn)
    cells = [cell for row in ET.fromstring(b"<r>" + b"".join(rows_xml(rows)) + b"</r>") for cell in row]
    for cell, text in zip(cells, [text for row in rows for text in row.cells], strict=True):
        assert (cell.get("t"), len(cell)) == (("inlineStr", 1) if text else (None, 0))
        if text.strip() != text:
            assert cell[0][0].get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
