"""Text files: every encoding, separator and line end gives the same table, and no cell is lost or changed."""

import codecs
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importer.errors import SheetError
from importer.reading import ReadOptions, limits, read_sheet_rows, read_table
from importer.reading.decode import decode
from importer.reading.text_file import find_delimiter

_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252", "latin-1")
_DELIMITERS = (",", ";", "\t", "|")
_LINE_ENDS = ("\r", "\n", "\r\n")
_TABLE = (
    ("did_pattern", "description", "group"),
    ("17275550100", "São Paulo, Café; A|B", "SALES"),
    ("+1 (727) 555-0101", 'the "big"\tone', ""),
    ("", "two\nlines", "X"),
)


def _written(table: tuple[tuple[str, ...], ...], delimiter: str, line_end: str, *, quote_all: bool = False) -> str:
    def cell(text: str) -> str:
        bare = not quote_all and not set(text) & {delimiter, '"', "\r", "\n"}
        return text if bare else '"' + text.replace('"', '""') + '"'

    return "".join(delimiter.join(map(cell, row)) + line_end for row in table)


@pytest.mark.parametrize("line_end", _LINE_ENDS, ids=["CR", "LF", "CRLF"])
@pytest.mark.parametrize("delimiter", _DELIMITERS, ids=["comma", "semicolon", "tab", "pipe"])
@pytest.mark.parametrize("encoding", _ENCODINGS)
def test_six_encodings_four_separators_and_three_line_ends_give_one_table(
    encoding: str, delimiter: str, line_end: str, tmp_path: Path
) -> None:
    path = tmp_path / "order.csv"
    path.write_bytes(_written(_TABLE, delimiter, line_end).encode(encoding))
    table = read_table(path)
    assert (table.header, *table.rows) == _TABLE
    assert (table.row_numbers, table.header_row, table.blank_rows) == ((2, 3, 4), 1, 0)
    assert any("separator tab" in fact or f"separator '{delimiter}'" in fact for fact in table.facts)


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE])
def test_a_byte_order_mark_is_believed(mark: bytes) -> None:
    encoding = {2: "utf-16", 4: "utf-32"}[len(mark)] + ("-le" if mark[0] == 0xFF else "-be")
    assert decode(mark + "did,é".encode(encoding), "x").text == "did,é"


_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(_TEXT, _TEXT, _TEXT), min_size=1, max_size=5),
    delimiter=st.sampled_from(_DELIMITERS),
    line_end=st.sampled_from(_LINE_ENDS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    quote_all=st.booleans(),
)
def test_any_table_of_texts_written_in_any_dialect_reads_back_the_same(
    rows: list[tuple[str, str, str]], delimiter: str, line_end: str, encoding: str, quote_all: bool, tmp_path: Path
) -> None:
    path = tmp_path / "order.csv"
    content = _written((("did_pattern", "group", "note"), *rows), delimiter, line_end, quote_all=quote_all)
    path.write_bytes(content.encode(encoding))
    wanted = [tuple("" if text.isspace() else text for text in row) for row in rows]
    assert [row.texts for row in read_sheet_rows(path).rows[1:]] == [row for row in wanted if any(row)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=60), encoding=st.sampled_from([None, "utf-8", "utf-16", "cp1252"]))
def test_any_bytes_are_read_or_refused_with_one_line(data: bytes, encoding: str | None, tmp_path: Path) -> None:
    path = tmp_path / "order.csv"
    path.write_bytes(b"did,note\n" + data)
    message = ""
    try:
        table = read_table(path, ReadOptions(encoding=encoding))
        assert all(len(row) == len(table.header) for row in table.rows)
    except SheetError as trouble:
        message = str(trouble)
    assert not message or (message.startswith(f"{path}: ") and "\n" not in message)


def test_a_list_of_more_rows_than_a_sheet_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ROWS", 3)
    path = tmp_path / "order.csv"
    path.write_text("did\n" + "17275550100\n" * 2 + "\n" * 9)
    assert len(read_table(path).rows) == 2
    path.write_text("did\n" + "17275550100\n" * 3)
    with pytest.raises(SheetError, match="row 4: the list has more than 3 rows; split it into several files"):
        read_table(path)


def test_a_text_file_of_more_bytes_than_asked_for_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "order.csv"
    path.write_bytes(b"did\n" + b"1" * (1 << 20))
    with pytest.raises(SheetError, match="has more than 1 MiB, the most that is read"):
        read_table(path, ReadOptions(max_unpacked_bytes=1 << 20))


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["did,note;x\n"], ","),
        (["note;x|did\n"], "|"),
        # no header: the one under which the number stands alone
        (["17275550100;Tampa, FL\n", "17275550101;Miami, FL\n"], ";"),
        (["a;b\n", "c;d\n"], ";"),
        (["a;b,c\n", "d;e\n", "f;g\n"], ";"),
        (["nothing here\n"], ","),
        ([], ","),
    ],
)
def test_the_separator_is_the_one_that_makes_a_table(lines: list[str], delimiter: str) -> None:
    assert find_delimiter(lines) == delimiter


@pytest.mark.parametrize(
    ("said", "meant"), [("tab", "\t"), ("\\t", "\t"), ("Semicolon", ";"), ("|", "|"), ("\t", "\t")]
)
def test_a_separator_can_be_said_in_words(said: str, meant: str, tmp_path: Path) -> None:
    path = tmp_path / "order.csv"
    path.write_text(_written(_TABLE, meant, "\n"))
    assert read_table(path, ReadOptions(delimiter=said)).header == _TABLE[0]
