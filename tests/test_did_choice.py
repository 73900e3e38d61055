"""Which column the DIDs are taken from, and what the person is told or asked about the others."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import Desk, flags

from importer.checking import CheckedTable, CheckOptions, DidFormat, check_table
from importer.errors import SheetError
from importer.model import Table
from importer.sandbox import Sandbox
from importer.workflows.check import check_file
from importer.workflows.options import ImportOptions

QUEUE = {"did_route": "IN_GROUP", "group": "SALES_IN"}


def check(text: str, **options: object) -> CheckedTable:
    """Check a table whose lines stand between slashes and whose cells between bars."""
    header, *rows = (tuple(line.split("|")) for line in text.split(" / "))
    table = Table(Path("order.csv"), "", "", header, tuple(range(2, 2 + len(rows))), tuple(rows))
    return check_table(table, CheckOptions(fills=QUEUE, **options))  # type: ignore[arg-type] # of many types


def dids(checked: CheckedTable) -> list[str]:
    return [row.did for row in checked.rows if not row.problems]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Number|Telephone / 10|(727) 555-0110 / 11|(727) 555-0111", ["7275550110", "7275550111"]),
        ("Trunk Number|Phone / 12|7275550112 / 13|7275550113", ["7275550112", "7275550113"]),
        ("Number|Toll Free / 7275550100|No / 8005550101|Yes", ["7275550100", "8005550101"]),
        ("Customer|Phone|DID Numbers / A|2125550100|7275550101", ["7275550101"]),
        ("Phone|Inbound Number / 2125550100|7275550101 / 2125550101|7275550102", ["7275550101", "7275550102"]),
        ("Phone|DDI / 2125550100|2079460100", ["2079460100"]),
        ("Phone Number|DID / 2125550100| / 2125550101|", ["2125550100", "2125550101"]),
        ("Value|Phone / 1.50|7275550101 / 1.50|7275550102", ["7275550101", "7275550102"]),
        ("Phone Number|TN / (727) 555-0101|17275550101", ["7275550101"]),
    ],
)
def test_of_several_columns_that_with_the_phone_numbers_is_taken(text: str, taken: list[str]) -> None:
    assert dids(check(text)) == taken


def test_two_columns_of_phone_numbers_are_asked_about_with_their_first_cells() -> None:
    text = "Phone|Telephone / 7275550101|2125550100 / 7275550102|2125550101"
    with pytest.raises(SheetError, match=r"'Telephone' \('2125550100'\) and 'Phone' \('7275550101'\).*--map"):
        check(text)
    assert dids(check(text, mapping={"Phone": "did_pattern"})) == ["7275550101", "7275550102"]


@pytest.mark.parametrize("text", ["did_pattern / 10 / 11 / 12", "DID|Phone / 11|7275550101 / 12|7275550102"])
def test_dids_that_are_mostly_shorter_than_a_phone_number_are_asked_about(text: str) -> None:
    assert "fewer than 7 digits, such as" in check(text).question
    assert check(text, any_pattern=True).question == ""
    assert check("did / 7275550101 / 7275550102 / 22").question == ""


def test_yes_does_not_answer_whether_short_numbers_are_dids_and_any_pattern_does(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = desk.write("order.csv", ("did_pattern", "did_route", "group"), [("10", "IN_GROUP", "SALES_IN")])
    with Sandbox() as sandbox:
        refused = desk.did_importer("run", path, *flags(sandbox))
        assert (refused.code, sandbox.stored()) == (2, {})
        assert "1 of 1 DIDs have fewer than 7 digits" in refused.err
        assert "--any-pattern" in refused.err
        assert desk.did_importer("run", path, "--any-pattern", *flags(sandbox)).code == 0
        assert list(sandbox.stored()) == ["10"]


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Route", "did_route"),
        ("DID Extension", "did_pattern"),
        ("Record Call", "record_call"),
        ("Extension Context", "exten_context"),
        ("Voicemail Box", "voicemail_ext"),
        ("User Agent", "user_id"),
        ("In-Group ID", "group"),
        ("In-Group Call Handle Method", "call_handle_method"),
        ("In-Group Agent Search Method", "agent_search_method"),
        ("In-Group List ID", "list_id"),
        ("In-Group Entry List ID", "entry_list_id"),
        ("In-Group Campaign ID", "campaign_id"),
        ("In-Group Phone Code", "phone_code"),
        ("Call Menu", "menu_id"),
        ("Clean CID Number", "filter_clean_cid_number"),
        *((name, "did_pattern") for name in ("DID Numbers", "DDIs", "DDI Number", "Inbound DID", "Inbound Number")),
        *((name, "did_pattern") for name in ("Telephone Numbers", "Toll Free Numbers", "Tel No", "Number (E.164)")),
        *((name, "did_pattern") for name in ("DID (required)", "Number *", "Phone Number (10 digits)", "DID [US]")),
        ("Group (optional)", "group"),
    ],
)
def test_what_people_and_the_admin_page_write_over_a_column_is_known(header: str, column: str) -> None:
    checked = check(f"did_pattern|{header} / 7275550101|x") if column != "did_pattern" else check(f"{header} / x")
    assert [reading.column for reading in checked.columns][-1] == column


@pytest.mark.parametrize(
    ("header", "meant"),
    [("Ruote", "did_route"), ("Discription", "did_description"), ("Groop", "group"), ("Extention", "extension")],
)
def test_a_header_that_is_nearly_a_known_one_is_warned_about(header: str, meant: str) -> None:
    checked = check(f"did|{header} / 7275550101|IN_GROUP")
    assert f"'{header}' is not sent; did you mean {meant}?" in checked.warnings


@pytest.mark.parametrize(
    "header", ["phone_number_type", "Order Number", "regionCode", "country", "status", "destination"]
)
def test_a_carriers_own_column_is_no_near_miss(header: str) -> None:
    assert check(f"did|{header} / 7275550101|x").warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        "DID|Qty / 7275550100|5",
        "Phone Number|Range End / 7275550100|7275550104",
        "(First) Phone number|Type|Range size / 7275550100|DID range|5",
    ],
)
def test_columns_of_ranges_beside_the_dids_are_heeded(text: str) -> None:
    (row,) = check(text).rows
    assert "is a range of 5 numbers; --expand-ranges" in row.problems[0].problem
    assert dids(check(text, expand_ranges=True)) == [f"727555010{digit}" for digit in range(5)]


def test_what_may_be_a_range_is_warned_about() -> None:
    assert "'Count' may be of ranges" in check("DID|Count / 7275550100|5").warnings[0]


def test_a_second_column_of_numbers_without_a_header_is_refused_and_named() -> None:
    with pytest.raises(SheetError, match=r"column 3 has no header and holds phone numbers \('7275550102'\)"):
        check("did|City| / 7275550101|Tampa|7275550102")


def test_a_second_column_of_numbers_is_left_where_somebody_says_which_are_the_dids() -> None:
    warnings = check("did|City| / 7275550101|Tampa|7275550102", mapping={"did": "did_pattern"}).warnings
    assert "column 3 has no header and holds phone numbers ('7275550102'); it is not sent" in warnings


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("NPA|NXX|Line|TN / 727|555|0100|0100 / 727|555|0101|0101", ["7275550100", "7275550101"]),
        ("Area Code|Number / 727|555-0100", ["7275550100"]),
        ("npa|tn / 727|7275550100", ["7275550100"]),
    ],
)
def test_parts_of_numbers_are_put_together(text: str, taken: list[str]) -> None:
    assert dids(check(text)) == taken


@pytest.mark.parametrize("text", ["NPA|NXX|Line|TN / 727|555|0100|0199", "Area Code|Number / x|555-0100"])
def test_parts_that_do_not_make_one_number_are_refused_with_their_columns(text: str) -> None:
    with pytest.raises(SheetError, match="stand in parts in the columns"):
        check(text)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Country Code|Phone Number / 44|2079460100 / 44|02079460101", ["+442079460100", "+442079460101"]),
        ("Country Code|Phone Number / 1|7275550100 / +1|17275550101", ["+17275550100", "+17275550101"]),
    ],
)
def test_a_country_code_in_a_column_of_its_own_counts_where_numbers_are_written_with_it(
    text: str, taken: list[str]
) -> None:
    assert dids(check(text, did_format=DidFormat.E164)) == taken
    assert len(dids(check(text))) == 2


def test_each_column_says_what_it_was_taken_for() -> None:
    checked = check("Number|Telephone|City|Ruote|user_id / 1|7275550101|Tampa|x|1001 / 2|7275550102|Miami|x|1001")
    assert [(reading.column, reading.how, reading.near_miss) for reading in checked.columns] == [
        ("", "passed over", "did_pattern"),
        ("did_pattern", "by content", ""),
        ("", "not sent", ""),
        ("", "not sent", "did_route"),
        ("user_id", "not sent", ""),
    ]


def test_without_a_column_of_dids_the_one_with_phone_numbers_is_named(tmp_path: Path) -> None:
    path = tmp_path / "order.csv"
    path.write_text("City,Leitung\nTampa,7275550100\nMiami,7275550101\n", "utf-8")
    with pytest.raises(SheetError, match='--map "Leitung=did_pattern"'):
        check_file(path, ImportOptions())


def test_a_results_workbook_is_named_for_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "order_results.csv"
    path.write_text(
        "row,result,reason,did_sent,did_pattern,attempts,answered_at\n2,failed,x,7275550100,7275550100,1,\n", "utf-8"
    )
    with pytest.raises(SheetError, match=r"is a results workbook; .*did-importer rerun"):
        check_file(path, ImportOptions())


COLUMNS = st.permutations(
    [
        ("Phone", [f"212555{line:04d}" for line in range(100, 104)]),
        ("Number", ["1", "2", "3", "4"]),
        ("Account", ["9001234567"] * 4),
        ("Qty sold", ["10", "20", "30", "40"]),
        ("Invoice", ["2026110001", "2026110002", "2026110003", "2026110004"]),
    ]
)


@settings(max_examples=40)
@given(COLUMNS, st.sampled_from(["DID", "Inbound Number", "DDI", "Phone Number", "Telephone", "TN"]), st.integers(0, 5))
def test_what_is_sent_comes_from_the_column_of_the_dids_or_the_person_is_asked(
    columns: list[tuple[str, list[str]]], header: str, place: int
) -> None:
    numbers = [f"727555{line:04d}" for line in range(100, 104)]
    columns.insert(place, (header, numbers))
    rows = zip(*([name, *cells] for name, cells in columns), strict=True)
    try:
        checked = check(" / ".join(map("|".join, rows)))
    except SheetError:
        return
    assert dids(checked) == numbers or checked.question
