"""Formulas of Excel workbooks: without a result, with an error for one, or with one that is no number."""

from importer.model import CellFlaw
from messy.messy_file import invalid
from messy.workbook_file import FIRST_ADDED, FIRST_ROW, with_one_row, workbook_read
from messy.xlsx_by_hand import cells, in_row, sheet, workbook

_NEVER_CALCULATED = "is a formula that was never calculated"
_ERROR = "is an error of the spreadsheet"

FILES = (
    workbook_read(
        "error-cells",
        with_one_row(
            in_row('<c r="A3" t="e"><v>#REF!</v></c>', 3),
            in_row('<c r="A4"><v>17275550101</v></c><c r="B4" t="e"><f>VLOOKUP(A4,X,2)</f><v>#N/A</v></c>', 4),
            in_row('<c r="A5" t="e"><v>#SPILL!</v></c>', 5),
        ),
        rows=(FIRST_ROW, (3, ("#REF!", "")), (4, ("17275550101", "#N/A")), (5, ("#SPILL!", ""))),
        flaws=dict.fromkeys([(3, 0), (4, 1), (5, 0)], CellFlaw.ERROR_VALUE),
        became=(
            FIRST_ADDED,
            invalid(3, f"did_pattern '#REF!' {_ERROR}"),
            invalid(4, f"group '#N/A' {_ERROR}"),
            invalid(5, f"did_pattern '#SPILL!' {_ERROR}"),
        ),
    ),
    workbook_read(
        "formulas-without-a-result",
        with_one_row(
            in_row('<c r="A3"><f>A2+1</f></c><c r="B3" t="str"><f>B2&amp;"X"</f></c>', 3),
            in_row('<c r="A4"><f>A3+1</f><v/></c>', 4),
            in_row('<c r="A5"><f>A4+1</f><v></v></c>', 5),
        ),
        rows=(FIRST_ROW, (3, ("=A2+1", '=B2&"X"')), (4, ("=A3+1", "")), (5, ("=A4+1", ""))),
        flaws=dict.fromkeys([(3, 0), (3, 1), (4, 0), (5, 0)], CellFlaw.FORMULA_WITHOUT_VALUE),
        became=(FIRST_ADDED, *(invalid(row, f"did_pattern '=A{row - 1}+1' {_NEVER_CALCULATED}") for row in (3, 4, 5))),
    ),
    workbook_read(
        "formulas-that-share-one-text",
        with_one_row(
            in_row('<c r="A3"><f t="shared" ref="A3:A4" si="0">A2+1</f></c>', 3),
            in_row('<c r="A4"><f t="shared" si="0"/></c>', 4),
        ),
        rows=(FIRST_ROW, (3, ("=A2+1", "")), (4, ("=(a formula that other cells share)", ""))),
        flaws=dict.fromkeys([(3, 0), (4, 0)], CellFlaw.FORMULA_WITHOUT_VALUE),
        became=(FIRST_ADDED, invalid(3, _NEVER_CALCULATED), invalid(4, _NEVER_CALCULATED)),
    ),
    workbook_read(
        "formulas-that-are-a-number",
        with_one_row(
            in_row('<c r="A3"><f>"17275550101"</f></c>', 3),
            in_row('<c r="A4"><f>+17275550102</f></c>', 4),
            in_row('<c r="A5"><f>+17275550103</f><v>17275550103</v></c>', 5),
            in_row('<c r="A6" t="str"><f>"+17275550104"</f><v>+17275550104</v></c>', 6),
        ),
        rows=(
            FIRST_ROW,
            (3, ("17275550101", "")),
            (4, ("17275550102", "")),
            (5, ("17275550103", "")),
            (6, ("+17275550104", "")),
        ),
    ),
    workbook_read(
        "formulas-with-a-result",
        with_one_row(in_row('<c r="A3"><f>A2+1</f><v>17275550101</v></c><c r="B3" t="str"><f>""</f><v></v></c>', 3)),
        rows=(FIRST_ROW, (3, ("17275550101", ""))),
    ),
    workbook_read(
        "formulas-whose-zeros-are-no-results",
        workbook(
            {"Order": sheet(cells("did", "group"), in_row('<c r="A2"><f>B2*1</f><v>0</v></c>', 2), cells(0, row=3))},
            after_sheets='<calcPr calcId="124519" fullCalcOnLoad="1"/>',
        ),
        rows=((2, ("=B2*1", "")), (3, ("0", ""))),
        flaws={(2, 0): CellFlaw.FORMULA_WITHOUT_VALUE},
        became=(invalid(2, _NEVER_CALCULATED), invalid(3, "did_pattern '0' is too short")),
    ),
)
