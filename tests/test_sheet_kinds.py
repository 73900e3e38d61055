"""What people really have: files that are named for what they are, and cells that hold no digits of a number."""

import zipfile
from pathlib import Path

import pytest
from list_writers import by_openpyxl
from messy import ods_by_hand as ods
from messy.xls_by_hand import container

from importer.errors import SheetError
from importer.model import CellFlaw
from importer.reading import read_table


def _table(tmp_path: Path, content: str, name: str = "order.csv") -> tuple[tuple[str, ...], ...]:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8", newline="")
    return read_table(path).rows


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("17275550120,\\N,SALES_IN", ("17275550120", "", "SALES_IN")),
        ("17275550120,NULL,NULL", ("17275550120", "", "")),
        ('17275550120,"\\N","NULL"', ("17275550120", "", "")),
        ("17275550120,\\n,null", ("17275550120", "\\n", "null")),
        ("17275550120,NULLABLE,\\Next", ("17275550120", "NULLABLE", "\\Next")),
        # a backslash before a quotation mark
        ('17275550120,"He said \\"hi, there\\" ok",8300', ("17275550120", 'He said "hi, there" ok', "8300")),
        ('17275550120,"\\"",8300', ("17275550120", '"', "8300")),
        ('17275550120,"a \\"b\\" c",\\N', ("17275550120", 'a "b" c', "")),
        ('17275550120,"5\\" rack, row 2",8300', ("17275550120", '5" rack, row 2', "8300")),
        ('17275550120,"C:\\dids\\",8300', ("17275550120", "C:\\dids\\", "8300")),
        (r'17275550120,"x\","y\",8300', ("17275550120", "x\\", "y\\", "8300")),
        ('17275550120,5\\" rack,8300', ("17275550120", '5\\" rack', "8300")),
    ],
)
def test_a_line_as_databases_write_it_is_read_rightly(line: str, cells: tuple[str, ...], tmp_path: Path) -> None:
    assert _table(tmp_path, f"did,description,extension,x\n{line}\n") == ((*cells, "", "")[:4],)


@pytest.mark.parametrize(
    "line", [r'17275550120,"Tampa\", FL",8300', r'17275550120,"a\",b\"",8300', r'17275550120,"a\",b",\N']
)
def test_a_line_that_can_be_cut_in_two_ways_is_refused_by_its_number(line: str, tmp_path: Path) -> None:
    path = tmp_path / "order.csv"
    path.write_text(f"did,description,extension\n17275550100,x,8300\n{line}\n")
    with pytest.raises(SheetError, match="line 3: a backslash stands before a quotation mark"):
        read_table(path)


@pytest.mark.parametrize(
    ("content", "flawed"),
    [
        ("did,city,group\n17275550100,Tampa, FL,SALES\n17275550101,Miami,SALES\n", [0]),
        ("did;group\n17275550100;S;\n17275550101;S;;x\n", [1]),
        ("did\tgroup\t\n17275550100\tS\tx\n17275550101\tS\tx\ty\n", [1]),
        ("did,group,,\n17275550100,S,a,b\n", []),
    ],
)
def test_a_line_with_more_cells_than_the_header_is_never_read_quietly(
    content: str, flawed: list[int], tmp_path: Path
) -> None:
    path = tmp_path / "order.csv"
    path.write_text(content)
    assert dict(read_table(path).flaws) == {(row, 0): CellFlaw.MORE_CELLS for row in flawed}


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('"did,group"\n"17275550100,SALES_IN"\n', (("17275550100", "SALES_IN"),)),
        ('"did;note"\r\n"17275550100;""Tampa; FL"""\r\n', (("17275550100", "Tampa; FL"),)),
        ('"did\tgroup"\n\n"17275550100\tSALES"\n"17275550101\t"\n', (("17275550100", "SALES"), ("17275550101", ""))),
        ('"did","group"\n"17275550100","SALES"\n', (("17275550100", "SALES"),)),
        ('"did"\n"17275550100"\n', (("17275550100",),)),
    ],
)
def test_lines_that_stand_in_quotation_marks_as_a_whole_are_read(
    content: str, rows: tuple[tuple[str, ...], ...], tmp_path: Path
) -> None:
    assert _table(tmp_path, content) == rows


@pytest.mark.parametrize(
    "cell",
    [
        '7275550100<span style="display:none">99</span>',
        '7275550100<span style="DISPLAY : NONE">99</span>',
        '7275550100<b style="visibility: hidden">99</b>',
        "7275550100<i hidden>99</i>",
        "<del>7275550199</del>7275550100",
        "<s>7275550199</s> 7275550100",
        "<strike>7275550199</strike> 7275550100",
        "7275550100<sup>1</sup>",
        "7275550100<sub>2</sub>",
        "7275550100<sup><a href='#n'>1</a></sup>",
        "7275550100<script>1</script><style>2</style><template>3</template><!-- 4 -->",
        '7275550100<span class="old">99</span>',
        "7275550100<select><option>1<option>2</select><noscript>3</noscript>",
        '7275550100<span style="display:none">99<b>98</b></span>',
    ],
)
def test_what_a_page_does_not_show_is_no_digit_of_a_number(cell: str, tmp_path: Path) -> None:
    style = "<style>td { color: red } span.old, .x { display: none }</style>"
    page = f"<html><head>{style}</head><body><table><tr><th>did<tr><td>{cell}</td></tr></table></body></html>"
    assert _table(tmp_path, page, "order.xls") == (("7275550100",),)


def test_a_hidden_cell_of_a_page_keeps_its_place(tmp_path: Path) -> None:
    page = (
        "<table><tr><th>did<th style='display:none'>old<th>group"
        "<tr><td>7275550100<td style='display:none'>7275550199<td>SALES</table>"
    )
    assert _table(tmp_path, page, "order.html") == (("7275550100", "", "SALES"),)


@pytest.mark.parametrize(
    "row",
    [
        "<tr><td><font>{}<td><b>x",
        "<tr><td><font color=red><b><i>{}</td><td><a href=x>y</td></tr>",
        "<tr><td><div><span><del>1</del>{}",
        "<tr><form><td>{}</form></tr>",
        "<font><tr><td>{}</td></tr>",
        "<tr><td>{}<td style='display:none'><del>old",
    ],
)
def test_no_row_of_a_page_is_lost_behind_what_it_leaves_open(row: str, tmp_path: Path) -> None:
    numbers = [str(7275550000 + at) for at in range(3_000)]
    for many in (300, 3_000):
        page = "<table><tr><td>did" + "".join(map(row.format, numbers[:many])) + "</table>"
        try:
            assert [cells[0] for cells in _table(tmp_path, page, "order.html")] == numbers[:many]
        except SheetError as error:
            # what is open is in one another, and a parser goes only so deep
            assert (many, "is no web page that can be read" in str(error)) == (3_000, True)  # noqa: PT017 - a refusal is right, too


def test_a_table_deep_in_a_page_is_found(tmp_path: Path) -> None:
    page = "<div>" * 2_000 + "<table><tr><td>did<tr><td>7275550100</table>"
    assert _table(tmp_path, page, "order.html") == (("7275550100",),)


def test_a_list_with_a_column_id_is_no_sylk(tmp_path: Path) -> None:
    assert _table(tmp_path, "ID;Phone\n1;7275550100\n") == (("1", "7275550100"),)


_FRAMES = '<html><head><meta name=ProgId content=Excel.Sheet></head><frameset rows="*,39">%s</frameset></html>'
NAMED = {
    "order.htm": (_FRAMES % '<frame src="order_files/sheet001.htm">', "name order_files/sheet001.htm"),
    "two.html": (_FRAMES % '<frame src="a/tabs.htm"><frame src="a/s.htm">', "name a/tabs.htm or a/s.htm"),
    "order.slk": ('ID;PWXL;N;E\nC;Y1;X1;K"did"\nE\n', "is a SYLK file .*; open it in Excel"),
    "order.csv": ('ID;PSCALC3\nC;X1;Y1;K"did"\n', "is a SYLK file .*; open it in Excel"),
    "order.dif": ('TABLE\n0,1\n"EXCEL"\nVECTORS\n0,2\n', "is a DIF file, which is not read; open it in Excel"),
    "dos.dif": ('TABLE\r\n0,1\r\n"x"\r\n', "is a DIF file"),
    "numbers.vcf": ("BEGIN:VCARD\nVERSION:3.0\nTEL:+17275550100\nEND:VCARD\n", r"contacts \(vCard\).*as \.csv"),
    "contacts.csv": ("\ufeffbegin:vcard\r\nTEL:1\r\n", "contacts"),
    "~$order.xlsx": ("\x05Admin", "lock file that stands beside order.xlsx while it is open; name order.xlsx"),
    ".~lock.order.ods#": (",admin,desk,27.11.2026;", "lock file that stands beside order.ods"),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_file_that_is_no_list_is_named_for_what_it_is(name: str, tmp_path: Path) -> None:
    content, said = NAMED[name]
    path = tmp_path / name
    path.write_text(content, encoding="utf-8", newline="")
    with pytest.raises(SheetError, match=said):
        read_table(path)


@pytest.mark.parametrize(
    ("streams", "said"),
    [
        ({"__properties_version1.0": b"x"}, "is a mail of Outlook, not a spreadsheet"),
        ({"VisioDocument": b"x"}, "is a Visio drawing"),
        ({"EncryptedPackage": b"x"}, "is encrypted with a password"),
    ],
)
def test_an_ole_file_that_is_no_workbook_is_named(streams: dict[str, bytes], said: str, tmp_path: Path) -> None:
    path = tmp_path / "order.xls"
    path.write_bytes(container(streams))
    with pytest.raises(SheetError, match=said):
        read_table(path)


def test_an_opendocument_spreadsheet_without_its_mimetype_is_read(tmp_path: Path) -> None:
    usual, path = tmp_path / "usual.ods", tmp_path / "order.ods"
    ods.document({"Order": ods.row(ods.text("did")) + ods.row(ods.text("17275550100"))})(usual)
    with zipfile.ZipFile(usual) as package, zipfile.ZipFile(path, "w") as archive:
        for name in package.namelist():
            if name != "mimetype":
                archive.writestr(name, package.read(name))
    assert read_table(path).rows == (("17275550100",),)


def test_an_opendocument_spreadsheet_of_odfpy_is_read(tmp_path: Path) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    sheet = Table(name="Order")
    for value, shown in (("did", "did"), (17275550100, "17275550100"), (272555010, "0272555010"), (7275550101, "")):
        kind = {"valuetype": "string"} if isinstance(value, str) else {"valuetype": "float", "value": value}
        cell = TableCell(**kind)
        cell.addElement(P(text=shown))
        row = TableRow()
        row.addElement(cell)
        sheet.addElement(row)
    book.spreadsheet.addElement(sheet)
    book.save(str(tmp_path / "order.ods"))
    assert read_table(tmp_path / "order.ods").rows == (("17275550100",), ("0272555010",), ("7275550101",))


@pytest.mark.parametrize(
    ("value", "shown", "text", "flaw"),
    [
        (272555010, "0272555010", "0272555010", None),
        (272555010, "02 72 55 50 10", "02 72 55 50 10", None),
        (17275550100, "+1 (727) 555-0100", "+1 (727) 555-0100", None),
        (272555010, "02/72/55/50/10", "272555010", CellFlaw.SHOWN_OTHERWISE),
        (272555010, "0272555010.00", "272555010", CellFlaw.SHOWN_OTHERWISE),
        (272555010, "Tel. 0272555010", "272555010", CellFlaw.SHOWN_OTHERWISE),
        (272555010, "27255501000%", "272555010", CellFlaw.SHOWN_OTHERWISE),
        (272555010, "272,555", "272555010", CellFlaw.SHOWN_OTHERWISE),
        (272555010, "272,555,010.00", "272555010", None),
        (272555010, "2.73E+08", "272555010", None),
        (272555010, "272555010 $", "272555010", None),
        (100, "100.00", "100", None),
        (0, "0.00", "0", None),
    ],
)
def test_a_number_of_an_opendocument_is_read_as_it_is_shown_or_is_not_to_be_trusted(
    value: int, shown: str, text: str, flaw: CellFlaw | None, tmp_path: Path
) -> None:
    path = tmp_path / "order.ods"
    ods.document({"Order": ods.row(ods.text("did")) + ods.row(ods.number(value, shown))})(path)
    table = read_table(path)
    assert (table.rows, table.flaws.get((0, 0))) == (((text,),), flaw)


@pytest.mark.parametrize(
    ("sheets", "chosen"),
    [
        ({"DIDs": [["did_pattern"], ["17275550100"]], "Lookup": [["Name", "Value"], ["Tax", "0.2"]]}, "DIDs"),
        ({"Staff": [["Phone"], ["7275550199"]], "Order": [["did_pattern"], ["17275550100"]]}, "Order"),
        ({"Lookup": [["Value"], ["0.2"]], "Order": [["DID"], ["17275550100"]]}, "Order"),
        ({"Costs": [["Item"], ["#VALUE!"]], "Order": [["Phone"], ["17275550100"]]}, "Order"),
        ({"Order": [["did", "price", "tax"], ["", "#VALUE!", "#VALUE!"], ["17275550100", 1, 2]]}, "Order"),
        ({"Order": [["#VALUE!", "did"], ["x", "17275550100"]]}, "Order"),
    ],
)
def test_the_sheet_with_the_dids_is_chosen_and_an_error_is_no_header(
    sheets: dict[str, list[list[object]]], chosen: str, tmp_path: Path
) -> None:
    (tmp_path / "order.xlsx").write_bytes(by_openpyxl(sheets))
    table = read_table(tmp_path / "order.xlsx")
    assert table.sheet == chosen
    assert "17275550100" in table.rows[-1]
