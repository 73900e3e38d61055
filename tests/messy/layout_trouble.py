"""Ugly layouts of Excel sheets, and workbooks of several sheets."""

from importer.reading import ReadOptions
from messy.messy_file import added, invalid
from messy.workbook_file import FIRST_ADDED, FIRST_ROW, with_one_row, workbook_read, workbook_refused
from messy.xlsx_by_hand import cells, in_row, one_sheet, sheet, styles, workbook

_LAST_ROW = 1_048_576
_SHEET = sheet(cells("did", "group"), cells(17275550100, "SALES", row=2))


def _formatted_rows(first: int, last: int) -> str:
    return "".join(
        f'<row r="{row}" s="1" customFormat="1"><c r="A{row}" s="1"/></row>' for row in range(first, last + 1)
    )


FILES = (
    workbook_read(
        "title-rows-and-a-merged-title",
        one_sheet(
            cells("Order 4711 of May"),
            cells("did", "group", row=4),
            cells(17275550100, "SALES", row=5),
            cells(17275550101, row=8),
            after='<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>',
        ),
        rows=((5, ("17275550100", "SALES")), (8, ("17275550101", ""))),
        header_row=4,
        blank_rows=4,
        facts=("the header is row 4; a title row above it, not read: 'Order 4711 of May'",),
    ),
    workbook_read(
        "merged-cells-down-a-column",
        with_one_row(
            cells(17275550101, row=3),
            cells(17275550102, row=5),
            cells(17275550103, row=6),
            after='<mergeCells count="1"><mergeCell ref="B2:B5"/></mergeCells>',
        ),
        rows=(FIRST_ROW, (3, ("17275550101", "SALES")), (5, ("17275550102", "SALES")), (6, ("17275550103", ""))),
        blank_rows=1,
        facts=("merged cells: the value stands for every row that they span (B2:B5)",),
    ),
    workbook_read(
        "header-of-two-merged-rows",
        one_sheet(
            cells("did", "Place", None, "group"),
            cells(None, "City", "State", row=2),
            cells(17275550100, "Tampa", "FL", "SALES", row=3),
            after="<mergeCells>"
            + "".join(f'<mergeCell ref="{ref}"/>' for ref in ("A1:A2", "B1:C1", "D1:D2"))
            + "</mergeCells>",
        ),
        ("did", "City", "State", "group"),
        ((3, ("17275550100", "Tampa", "FL", "SALES")),),
        header_row=2,
    ),
    workbook_read(
        "table-that-begins-at-c5",
        one_sheet(cells("did", "group", row=5, first="C"), cells(17275550100, "SALES", row=6, first="C")),
        ("", "", "did", "group"),
        ((6, ("", "", "17275550100", "SALES")),),
        header_row=5,
        blank_rows=4,
        became=(added(6, "17275550100"),),
    ),
    workbook_read(
        "hidden-and-filtered-rows",
        with_one_row(
            in_row('<c r="A3"><v>17275550101</v></c>', 3, ' spans="1:2" hidden="1"'),
            in_row("", 4, ' hidden="1"'),
            in_row('<c r="A5"><v>17275550102</v></c>', 5, ' hidden="true" ht="12"'),
            in_row("", 6, ' hidden="1"'),
            after='<autoFilter ref="A1:B5"/>',
        ),
        rows=(FIRST_ROW, (3, ("17275550101", "")), (5, ("17275550102", ""))),
        blank_rows=1,
        facts=("2 hidden or filtered rows are read like the others (3, 5)",),
    ),
    workbook_read(
        "hidden-column",
        with_one_row(
            before='<cols><col min="2" max="2" width="9" hidden="1"/><col min="3" max="16384" hidden="1"/></cols>',
        ),
        facts=("hidden columns are read like the others (B)",),
    ),
    workbook_read("a-million-formatted-rows", with_one_row(_formatted_rows(3, _LAST_ROW), styles_part=styles("@"))),
    workbook_read(
        "stray-cell-in-the-last-corner",
        with_one_row(in_row(f'<c r="XFD{_LAST_ROW}" t="inlineStr"><is><t>x</t></is></c>', _LAST_ROW)),
        ("did", "group", ""),
        ((2, ("17275550100", "SALES", "")), (_LAST_ROW, ("", "", "x"))),
        blank_rows=_LAST_ROW - 3,
        facts=(f"rows with cells to the right of the last header, kept without a name: {_LAST_ROW}",),
        became=(FIRST_ADDED, invalid(_LAST_ROW, "did_pattern is blank and has to hold the number")),
    ),
    workbook_read(
        "formulas-down-to-the-last-row",
        with_one_row(
            in_row('<c r="A3"><v>17275550101</v></c>', 3),
            *(
                in_row(f'<c r="B{row}" t="str"><f>IF(A{row}="","","S")</f><v></v></c>', row)
                for row in range(4, 200_000, 7)
            ),
        ),
        rows=(FIRST_ROW, (3, ("17275550101", ""))),
    ),
    workbook_refused(
        "row-beyond-the-last",
        with_one_row(in_row(f'<c r="A{_LAST_ROW + 1}"><v>1</v></c>', _LAST_ROW + 1)),
        "sheet 'Order': row 1048577: the list has more than 1,048,576 rows",
    ),
    workbook_read(
        "list-on-the-second-sheet",
        workbook(
            {
                "Notes": sheet(cells("Dear customer")),
                "Order": _SHEET,
            }
        ),
        facts=("sheet 'Order' is read; not read: Notes",),
    ),
    workbook_refused(
        "two-sheets-with-lists",
        workbook({"May": sheet(cells("did")), "June": sheet(cells("phone number"))}),
        "several sheets have a DID column: May, June; say which with --sheet",
    ),
    workbook_read(
        "two-sheets-and-one-by-name",
        workbook({"May": sheet(cells("did"), cells(1, row=2)), "June": sheet(cells("did"), cells(17275550100, row=2))}),
        ("did",),
        ((2, ("17275550100",)),),
        options=ReadOptions(sheet="June"),
        sheet="June",
    ),
    workbook_refused(
        "sheet-that-is-not-there",
        workbook({"May": sheet(cells("did")), "June": sheet(cells("did"))}),
        "there is no sheet 'July'; the sheets are: May, June",
        options=ReadOptions(sheet="July"),
    ),
    workbook_read(
        "sheets-of-our-template",
        workbook(
            {
                "DIDs": sheet(cells("did_pattern"), cells("17275550100", row=2)),
                "Instructions": sheet(cells("did_pattern", "what it is for")),
                "Examples": sheet(cells("did_pattern"), cells("17275550199", row=2)),
            }
        ),
        ("did_pattern",),
        ((2, ("17275550100",)),),
        sheet="DIDs",
    ),
    workbook_refused(
        "hidden-sheet-with-a-list-too",
        workbook({"Order": sheet(cells("did")), "Old": sheet(cells("did"))}, hidden=["Old"]),
        "several sheets have a DID column: Order, Old;",
    ),
    workbook_read(
        "chart-sheet",
        workbook(
            {"Chart": "<chartsheet/>", "Order": _SHEET},
            kinds={"Chart": "chartsheet"},
        ),
    ),
    workbook_refused(
        "sheets-without-a-cell", workbook({"A": sheet(), "B": sheet()}), "is empty: no cell of it is filled"
    ),
    workbook_refused(
        "no-did-column-on-any-sheet",
        workbook({"A": sheet(cells("Line", "City")), "B": sheet(cells("Price"))}),
        "there is no DID column; the columns are: sheet 'A': Line, City; sheet 'B': Price; rename",
    ),
)
