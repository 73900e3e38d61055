"""Workbooks of Excel 97-2003 and before: texts that are cut between records, code pages, results of formulas."""

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from messy.xls_by_hand import container, label, number, record, workbook

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading import read_sheet_rows, read_table

_DIDS = (label(0, 0, "did"), number(1, 0, 17275550100.0))


def _saved(folder: Path, content: bytes) -> Path:
    path = folder / "order.xls"
    path.write_bytes(content)
    return path


def _order(folder: Path, *cells: bytes) -> Path:
    return _saved(folder, container({"Workbook": workbook(*cells)}))


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


def _shared(row: int, column: int, index: int) -> bytes:
    return record(0xFD, struct.pack("<HHHI", row, column, 0, index))


def _with_shared(texts: list[bytes], cells: list[bytes], *, last: bool = False) -> bytes:
    """Return a workbook whose cells use these shared texts, which may be its last records."""
    shared = b"".join(record(0xFC if at == 0 else 0x3C, piece) for at, piece in enumerate(texts))
    behind = b"" if last else record(0x8C, struct.pack("<HH", 1, 1))
    return container({"Workbook": workbook(*cells, more=shared + behind)})


_LETTERS = st.characters(min_codepoint=0x21, max_codepoint=0xFFFF, exclude_categories=["Cs"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(_LETTERS, min_size=1, max_size=9), min_size=1, max_size=6),
    cuts=st.lists(st.integers(0, 9), max_size=6),
    last=st.booleans(),
)
def test_shared_texts_are_put_together_wherever_they_are_cut(
    texts: list[str], cuts: list[int], last: bool, tmp_path: Path
) -> None:
    path = _saved(
        tmp_path, _with_shared(_pieces(texts, cuts), [_shared(at, 0, at) for at in range(len(texts))], last=last)
    )
    wanted = ["" if text.isspace() or text == "NULL" else text for text in texts]
    assert [row.texts[0] for row in read_sheet_rows(path).rows] == [text for text in wanted if text]


def test_formats_and_pronunciations_behind_a_text_are_skipped(tmp_path: Path) -> None:
    piece = struct.pack("<IIHBHI", 2, 2, 2, 0x0C, 1, 3) + b"ab" + b"runs" + b"ex!" + struct.pack("<HB", 1, 0) + b"z"
    path = _saved(tmp_path, _with_shared([piece], [_shared(0, 0, 0), _shared(1, 0, 1)]))
    assert [row.texts for row in read_sheet_rows(path).rows] == [("ab",), ("z",)]


@pytest.mark.parametrize("said", [3, 100, 4_000_000_000])
def test_a_count_of_shared_texts_that_is_too_high_is_corrected(said: int, tmp_path: Path) -> None:
    pieces = _pieces(["did", "17275550100"], [])
    pieces[0] = struct.pack("<II", 2, said) + pieces[0][8:]
    path = _saved(tmp_path, _with_shared(pieces, [_shared(0, 0, 0), _shared(1, 0, 1)]))
    assert read_table(path).rows == (("17275550100",),)


def test_shared_texts_that_break_off_are_damaged(tmp_path: Path) -> None:
    path = _saved(tmp_path, _with_shared([struct.pack("<IIHB", 9, 9, 2, 0) + b"ab"], [_shared(0, 0, 7)]))
    with pytest.raises(SheetError, match="is damaged"):
        read_table(path)


def test_a_workbook_of_xlwt_is_read(tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("Order")
    for row, texts in enumerate([("did", "group", "at"), ("17275550100", "SALES_IN"), (17275550101, "", True)]):
        for column, value in enumerate(texts):
            page.write(row, column, value)
    book.save(str(tmp_path / "order.xls"))
    table = read_table(tmp_path / "order.xls")
    assert table.rows[0] == ("17275550100", "SALES_IN", "")
    assert table.rows[1] == ("17275550101", "", "TRUE")


_BOOK = workbook(*_DIDS)
_OTHER = workbook(label(0, 0, "did"), number(1, 0, 17275550199.0))


@pytest.mark.parametrize(
    "content",
    [
        *(container({name: _BOOK}) for name in ("WORKBOOK", "BOOK", "workbook")),
        # another workbook that is embedded in the order is not the order
        container({"MBD00C0FFEE/Workbook": _OTHER, "Workbook": _BOOK}),
        container({"MBD00C0FFEE/Book": _OTHER, "WORKBOOK": _BOOK}),
        # the records alone, as old scripts write them
        _BOOK,
    ],
    ids=["WORKBOOK", "BOOK", "workbook", "beside an embedded one", "beside one in capitals", "records alone"],
)
def test_the_workbook_is_found_wherever_programs_put_it(content: bytes, tmp_path: Path) -> None:
    assert read_table(_saved(tmp_path, content)).rows == (("17275550100",),)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            record(0x02, struct.pack("<HH3xH", 1, 1, 727)),
            "sheet 'Order': cell B2 is written in a way that is not known",
        ),
        (record(0x04, struct.pack("<HH3xB", 1, 1, 1) + b"x"), "sheet 'Order': cell B2 is written .*; open it in Excel"),
        (label(1, 256, "x"), "is damaged; get it again"),
    ],
    ids=["integer-of-excel-2", "label-of-excel-2", "beyond-the-last-column"],
)
def test_a_cell_that_xlrd_would_leave_out_refuses_the_sheet(cell: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(SheetError, match=said):
        read_table(_order(tmp_path, *_DIDS, cell))


def test_a_text_with_formatted_pieces_is_read(tmp_path: Path) -> None:
    rich = record(0xD6, struct.pack("<HHHHB", 1, 0, 0, 11, 0) + b"17275550100" + struct.pack("<HHH", 1, 0, 0))
    assert read_table(_order(tmp_path, _DIDS[0], rich)).rows == (("17275550100",),)


def _formula(row: int, column: int, result: bytes, flags: int = 0) -> bytes:
    return record(0x06, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", flags, 0, 0))


def test_the_results_of_formulas_are_read(tmp_path: Path) -> None:
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
    table = read_table(_order(tmp_path, *cells))
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
    path = _saved(tmp_path, container({"Book": beginning + sheet + record(0x0A)}))
    assert read_table(path).rows == (("17275550100", word),)


def test_charts_on_a_sheet_are_passed_over(tmp_path: Path) -> None:
    chart = record(0x809, struct.pack("<HHHHII", 0x600, 0x20, 0, 0, 0, 6)) + label(1, 0, "axis") + record(0x0A)
    cells = (label(0, 0, "did"), chart, number(2, 0, 17275550100.0))
    table = read_table(_order(tmp_path, *cells))
    assert (table.row_numbers, table.rows) == ((3,), (("17275550100",),))
