"""The template says what ``importer.columns`` says, and takes what the check takes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from results_samples import MAIN, sheet_root

from importer.columns import BY_NAME, COLUMNS, ROUTE_NEEDS, USED
from importer.errors import ResultsError
from importer.headers import column_named, match_header
from importer.model import Result
from importer.workbooks.template import TO_FILL, WHAT_ROUTES_DO, kept_in_words, note, write_template

KEPT = Path(__file__).parent.parent / "templates"
NAMES = [column.name for column in TO_FILL]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "did_template.xlsx"
    write_template(path)
    return path


def content_of(path: Path) -> dict[str, list[list[tuple[object, str | None]]]]:
    """Every cell of every sheet with its note."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    return {
        sheet.title: [[(cell.value, cell.comment.text if cell.comment else None) for cell in row] for row in sheet]
        for sheet in book
    }


def test_the_kept_templates_are_what_the_program_writes(template: Path, tmp_path: Path) -> None:
    # to write them anew: remove both, then did-importer template templates/did_template.xlsx, and the same with .csv
    assert content_of(KEPT / "did_template.xlsx") == content_of(template)
    write_template(tmp_path / "did_template.csv")
    assert (KEPT / "did_template.csv").read_text() == (tmp_path / "did_template.csv").read_text()


def test_the_same_template_is_the_same_bytes_and_the_csv_is_one_line_of_headers(template: Path, tmp_path: Path) -> None:
    write_template(tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == template.read_bytes()
    write_template(tmp_path / "t.CSV")
    assert (tmp_path / "t.CSV").read_bytes() == (",".join(NAMES) + "\r\n").encode()


def test_another_ending_or_a_name_that_is_taken_is_refused(tmp_path: Path, template: Path) -> None:
    with pytest.raises(ResultsError, match=r"choose a name in \.xlsx or \.csv"):
        write_template(tmp_path / "t.ods")
    with pytest.raises(ResultsError, match="never overwritten"):
        write_template(template)


def test_the_sheet_to_fill_comes_first_and_holds_the_headers_alone(template: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(template)
    assert book.sheetnames == ["DIDs", "Instructions", "Examples", "Lists"]
    assert list(book["DIDs"].values) == [tuple(NAMES)]
    assert book["DIDs"].freeze_panes == "B2"


def test_every_header_has_a_note_that_fits_its_column(template: Path) -> None:
    for sheet in ("DIDs", "Examples"):
        notes = content_of(template)[sheet][0]
        for column, (_, said) in zip(TO_FILL, notes, strict=False):
            assert said == note(column)
            assert column.help in said
            assert column.example in said
            assert set(column.choices) <= set(re.findall(r"\w+", said))
    assert "(required)" in note(BY_NAME["did_pattern"])
    assert not [column.name for column in TO_FILL[1:] if "(required)" in note(column)]


def test_every_column_to_fill_is_formatted_as_text(template: Path) -> None:
    import openpyxl

    book: Any = openpyxl.load_workbook(template)
    for place in (1, 3):
        columns = [
            (int(found.get("min", "")), int(found.get("max", "")), int(found.get("style", "0")))
            for found in sheet_root(template, place).iter(f"{MAIN}col")
        ]
        styled = {number: style for low, high, style in columns for number in range(low, high + 1)}
        formats = [book._cell_styles[styled[number]].numFmtId for number in range(1, len(NAMES) + 1)]
        assert formats == [49] * len(NAMES)  # 49 is '@', text


def offered_in(path: Path) -> dict[str, tuple[str, ...]]:
    """The choices of each column that has any, after a look at where the list stands."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    found = {}
    for rule in sheet_root(path, 1).iter(f"{MAIN}dataValidation"):
        assert (rule.get("type"), rule.get("errorStyle")) == ("list", "warning")
        letter, last = re.fullmatch(r"([A-Z])2:\1(\d+)", rule.get("sqref", "")).groups()  # type: ignore[union-attr]  # fails so
        assert last == "5001"
        source = rule.findtext(f"{MAIN}formula1") or ""
        if "!" in source:
            sheet, cells = source.split("!")
            values = tuple(str(cell.value) for (cell,) in book[sheet.strip("'")][cells.replace("$", "")])
        else:
            values = tuple(source.strip('"').split(","))
        found[str(book["DIDs"][f"{letter}1"].value)] = values
    return found


def test_each_column_with_choices_offers_them_for_5000_rows_and_only_warns(template: Path) -> None:
    expected = {column.name: column.choices or column.offered for column in TO_FILL}
    assert offered_in(template) == {name: values for name, values in expected.items() if values}


@dataclass(frozen=True)
class Names:
    in_groups: Sequence[str]
    call_menus: Sequence[str]


def test_the_servers_own_in_groups_and_call_menus_are_offered_however_many(tmp_path: Path) -> None:
    import openpyxl

    from importer.reading import read_table

    path = tmp_path / "t.xlsx"
    # some IDs are names of columns, and some look like phone numbers
    groups = ("phone", "did", *(f"SALES_{number:04}" for number in range(300)))
    write_template(path, Names(groups, ["17275550100"]))
    assert (offered_in(path)["group"], offered_in(path)["menu_id"]) == (groups, ("17275550100",))
    book: Any = openpyxl.load_workbook(path)
    assert (book["Lists"].sheet_state, book.active.title) == ("hidden", "DIDs")
    book["DIDs"]["A2"] = "+17275550100"
    book.save(path)
    table = read_table(path)
    assert (table.sheet, [row[0] for row in table.rows]) == ("DIDs", ["+17275550100"])
    write_template(tmp_path / "none.xlsx", Names([], []))
    assert "group" not in offered_in(tmp_path / "none.xlsx")


def test_the_columns_stand_as_people_fill_them_and_those_that_few_need_are_folded(template: Path) -> None:
    import openpyxl

    first = "did_pattern did_description did_route"
    targets = "group menu_id extension voicemail_ext phone_extension server_ip"
    assert NAMES[:10] == [*first.split(), *targets.split(), "active"]
    assert sorted(NAMES) == sorted(column.name for column in USED)
    for name, folded in (("DIDs", NAMES[10:]), ("Examples", [])):
        widths: Any = openpyxl.load_workbook(template)[name].column_dimensions
        hidden = {
            number
            for dimension in widths.values()
            if dimension.hidden and dimension.outlineLevel == 1
            for number in range(dimension.min, dimension.max + 1)
        }
        assert [NAMES[number - 1] for number in sorted(hidden)] == folded


def test_the_examples_have_a_row_of_each_route_with_what_it_needs(template: Path) -> None:
    header, *rows = [[value or "" for value, _ in row] for row in content_of(template)["Examples"]]
    taken = match_header([str(text) for text in header]).taken
    assert list(taken) == NAMES
    assert [row[taken["did_route"]] for row in rows] == [*[route for route in ROUTE_NEEDS if route != "AGENT"], ""]
    assert [bool(row[taken["copy_from"]]) for row in rows] == [route == "AGENT" for route in ROUTE_NEEDS]
    assert len({row[taken["did_pattern"]] for row in rows}) == len(rows)
    for row in rows:
        for name in ("did_pattern", *ROUTE_NEEDS[str(row[taken["did_route"]] or "AGENT")]):
            text = str(row[taken[name]])
            assert BY_NAME[name].keep(text) == text
            assert text
    assert set(WHAT_ROUTES_DO) == set(ROUTE_NEEDS) == set(BY_NAME["did_route"].choices)


def test_the_instructions_name_every_route_and_result_and_no_cell_could_be_the_header_of_a_did_column(
    template: Path,
) -> None:
    cells = {str(value or "") for row in content_of(template)["Instructions"] for value, _ in row}
    assert cells >= {*(f"route {route}" for route in ROUTE_NEEDS), *(result.value for result in Result)}
    taken = {column.name for column in map(column_named, cells) if column is not None}
    assert "did_pattern" not in taken


def test_the_kept_characters_are_said_in_words_and_none_is_left_out() -> None:
    assert kept_in_words(BY_NAME["group"]) == "letters, digits and - | _"
    named = {"letters": "a-zA-Z", "capital letters": "A-Z", "digits": "0-9", "space": " "}
    for column in COLUMNS:
        words, _, marks = kept_in_words(column).partition(" and ")
        said = [named[word] for word in words.split(", ")] + marks.split()
        assert sorted("".join(said)) == sorted(column.kept)


def test_the_examples_pass_the_check_with_the_route_that_each_shows(template: Path) -> None:
    from importer.checking import CheckOptions, check_table
    from importer.reading import ReadOptions, read_table

    checked = check_table(read_table(template, ReadOptions(sheet="Examples")), CheckOptions())
    shown = [dict(row.parameters) for row in checked.rows]
    assert ["AGENT" if "copy_from" in cells else cells["did_route"] for cells in shown] == list(ROUTE_NEEDS)
    assert not [row.notes for row in checked.rows if row.notes]
    assert not [problem.sentence() for row in checked.rows for problem in row.problems]
    assert not [row for row in checked.rows if row.duplicate_of is not None]
