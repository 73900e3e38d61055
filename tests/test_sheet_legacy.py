"""Workbooks of Excel 97-2003 and before: texts that are cut between records, code pages, results of formulas."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messy.xls_by_hand import container, label, number, record, workbook

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading import read_table
from importer.reading.biff_text import SharedTexts


def _pieces(texts: list[str], cuts: list[int]) -> list[bytes]:
    """Return shared texts as Excel writes them: cut, and each piece of a text with how wide its characters are."""
    pieces = [struct.pack("<II", len(texts), len(texts))]
    cut_after = iter(cuts)
    for text in texts:
        wide = any(ord(character) > 255 for character in text)
        body = text.encode("utf-16-le") if wide else text.encode("latin-1")
        pieces[-1] += struct.pack("<HB", len(body) // (2 if wide else 1), int(wide))
        at = next(cut_after, 0) * (2 if wide else 1)
        pieces[-1] += body[:at] if at else body
        if at and at < len(body):
            pieces.append(bytes([int(wide)]) + body[at:])
        elif at:
            # cut between two texts: nothing is repeated there
            pieces.append(b"")
    return pieces


@given(
    st.lists(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=9), max_size=6),
    st.lists(st.integers(0, 9), max_size=6),
)
def test_shared_texts_are_put_together_wherever_they_are_cut(texts: list[str], cuts: list[int]) -> None:
    first, *more = _pieces(texts, cuts)
    shared = SharedTexts(first)
    for piece in more:
        shared.add(piece)
    assert shared.texts() == texts


def test_a_text_that_is_wide_only_in_its_second_piece_is_read() -> None:
    shared = SharedTexts(struct.pack("<IIHB", 1, 1, 4, 0) + b"ab")
    shared.add(b"\1" + "éЯ".encode("utf-16-le"))
    assert shared.texts() == ["abéЯ"]


def test_formats_and_pronunciations_behind_a_text_are_skipped() -> None:
    shared = SharedTexts(struct.pack("<IIHBHI", 2, 2, 2, 0x0C, 1, 3) + b"ab" + b"runs" + b"ex")
    shared.add(b"t" + struct.pack("<HB", 1, 0) + b"z")
    assert shared.texts() == ["ab", "z"]


def test_shared_texts_that_break_off_are_damaged() -> None:
    with pytest.raises((IndexError, struct.error)):
        SharedTexts(struct.pack("<IIHB", 4_000_000_000, 4_000_000_000, 2, 0) + b"ab").texts()


def _formula(row: int, column: int, result: bytes, flags: int = 0) -> bytes:
    return record(0x06, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", flags, 0, 0))


def test_the_results_of_formulas_are_read(tmp_path: Path) -> None:
    path = tmp_path / "order.xls"
    cells = (
        label(0, 0, "did"),
        label(0, 1, "group"),
        _formula(1, 0, struct.pack("<d", 17275550100.0)),
        _formula(1, 1, b"\0\0\0\0\0\0\xff\xff") + record(0x207, struct.pack("<HB", 5, 0) + b"SALES"),
        _formula(2, 0, struct.pack("<d", 0.0), flags=2),
        _formula(2, 1, b"\1\0\1\0\0\0\xff\xff"),
        _formula(3, 0, struct.pack("<d", 17275550101.0), flags=2),
        _formula(3, 1, b"\3\0\0\0\0\0\xff\xff"),
    )
    path.write_bytes(container({"Workbook": workbook(*cells)}))
    table = read_table(path)
    assert table.rows == (
        ("17275550100", "SALES"),
        ("=(a formula without a result)", "TRUE"),
        ("17275550101", ""),
    )
    assert dict(table.flaws) == {(1, 0): CellFlaw.FORMULA_WITHOUT_VALUE}


@pytest.mark.parametrize(
    ("code_page", "encoding"), [(1252, "cp1252"), (10000, "mac_roman"), (1251, "cp1251"), (9, "cp1252")]
)
def test_a_workbook_from_before_excel_97_is_read_in_its_code_page(
    code_page: int, encoding: str, tmp_path: Path
) -> None:
    word = "Москва" if encoding == "cp1251" else "Größe"

    def old_label(row: int, column: int, text: str) -> bytes:
        data = text.encode(encoding)
        return record(0x204, struct.pack("<HHHH", row, column, 0, len(data)) + data)

    beginning = record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + record(0x42, struct.pack("<H", code_page))
    start = len(beginning) + 4 + 8 + 4
    beginning += record(0x85, struct.pack("<IBBB", start, 0, 0, 1) + b"A") + record(0x0A)
    sheet = record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0))
    sheet += old_label(0, 0, "did") + old_label(0, 1, "City") + number(1, 0, 17275550100.0) + old_label(1, 1, word)
    path = tmp_path / "order.xls"
    path.write_bytes(container({"Book": beginning + sheet + record(0x0A)}))
    assert read_table(path).rows == (("17275550100", word),)


def test_charts_on_a_sheet_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "order.xls"
    chart = record(0x809, struct.pack("<HHHHII", 0x600, 0x20, 0, 0, 0, 6)) + label(1, 0, "axis") + record(0x0A)
    cells = (label(0, 0, "did"), chart, number(2, 0, 17275550100.0))
    path.write_bytes(container({"Workbook": workbook(*cells)}))
    table = read_table(path)
    assert (table.row_numbers, table.rows) == ((3,), (("17275550100",),))


def test_a_cell_beyond_the_last_column_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "order.xls"
    path.write_bytes(container({"Workbook": workbook(label(0, 0, "did"), label(1, 256, "x"))}))
    with pytest.raises(SheetError, match="sheet 'Order': is damaged; get it again"):
        read_table(path)
