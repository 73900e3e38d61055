"""What is sent of a cell: exactly what VICIdial will store of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.checking.normalise import BLANK, NOTHING_LEFT, Cell, clean_cell
from importer.checking.number_shapes import DidTrouble
from importer.column import CALL_HANDLE_METHODS, Column
from importer.columns import BY_NAME, DID_PATTERN, SENT

OTHERS = [column for column in SENT if column is not DID_PATTERN]
by_column = pytest.mark.parametrize("column", OTHERS, ids=lambda column: column.name)


def cleaned(name: str, raw: str) -> Cell:
    return clean_cell(BY_NAME[name], raw)


@by_column
def test_a_columns_example_is_sent_as_it_is_without_a_note(column: Column) -> None:
    assert clean_cell(column, column.example) == Cell(column.example)


@by_column
def test_white_space_around_a_value_goes_without_a_note(column: Column) -> None:
    assert clean_cell(column, f"\u00a0\t {column.example}\u200b\r\n\x00") == Cell(column.example)


@by_column
@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u200b\ufeff", "\t\r\n", "\x00"])
def test_what_shows_nothing_is_blank(column: Column, blank: str) -> None:
    assert clean_cell(column, blank) is BLANK


@by_column
def test_a_value_of_which_vicidial_keeps_nothing_is_a_problem_but_in_prose(column: Column) -> None:
    cell = clean_cell(column, "&&é")
    assert cell.text == ""
    assert (cell.trouble == NOTHING_LEFT) != column.free_text
    assert bool(cell.notes) == column.free_text


@by_column
def test_what_vicidial_deletes_is_not_sent_and_said(column: Column) -> None:
    cell = clean_cell(column, f"{column.example}&")
    assert cell == Cell(column.example, notes=(f"{column.name} is stored as '{column.example}'",))


@by_column
@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!"])
def test_an_error_of_the_spreadsheet_is_a_problem_in_every_column(column: Column, error: str) -> None:
    assert clean_cell(column, error).trouble == DidTrouble.ERROR_VALUE.value


def test_a_description_loses_what_vicidial_deletes_and_the_note_quotes_the_rest() -> None:
    cell = cleaned("did_description", "Joe's & Co (West) #4")
    assert cell == Cell("Joes  Co West 4", notes=("did_description is stored as 'Joes  Co West 4'",))


YES_NO = [("Y", "y Yes TRUE true 1"), ("N", "n No False 0")]
ROUTES = [
    ("IN_GROUP", ("in group", "In-Group", "in\u00a0\u2013 group")),
    ("EXTEN", ("exten",)),
    ("CALLMENU", ("call menu", "CALL_MENU", "CallMenu")),
    ("VMAIL_NO_INST", ("vmail no inst",)),
    ("INGROUP", ("Ingroup",)),
]


@pytest.mark.parametrize(
    ("name", "typed", "sent"),
    [
        *((name, text, sent) for name in ("active", "record_call") for sent, typed in YES_NO for text in typed.split()),
        *(("record_call", text, "Y_QUEUESTOP") for text in ("y_queuestop", "Y QUEUESTOP", "Y-Queuestop")),
        *(("did_route", text, sent) for sent, typed in ROUTES for text in typed),
        ("agent_search_method", "lb", "LB"),
        ("call_handle_method", "cidLookup", "CIDLOOKUP"),
        ("did_description", "Tampa\r\nsales\u00a0line", "Tampa sales line"),
        # what keeps a spreadsheet from touching a value
        *(
            (name, text, "8300")
            for name in ("extension", "list_id", "voicemail_ext", "phone_code", "campaign_id")
            for text in ("'8300", '="8300"', '"8300"', "\u20188300")
        ),
        ("voicemail_ext", "*85.1#", "*85.1#"),
        # leading zeros stay where VICIdial stores text
        *((name, "0045", "0045") for name in ("extension", "voicemail_ext", "phone_code", "campaign_id")),
    ],
)
def test_what_people_write_is_understood_without_a_note(name: str, typed: str, sent: str) -> None:
    assert cleaned(name, typed) == Cell(sent)


def test_a_description_that_begins_with_a_deleted_character_has_no_space_at_its_ends() -> None:
    assert cleaned("did_description", "& Joe and sons &").text == "Joe and sons"


def test_a_call_handle_method_that_the_admin_pages_do_not_offer_is_good_with_a_note() -> None:
    assert cleaned("call_handle_method", "CIDLOOKUPP").notes == (
        "call_handle_method 'CIDLOOKUPP' is none that VICIdial's admin pages offer; did you mean CIDLOOKUP?",
    )
    assert cleaned("call_handle_method", "MyMethod").text == "MyMethod"
    assert all(cleaned("call_handle_method", method) == Cell(method) for method in CALL_HANDLE_METHODS)


@pytest.mark.parametrize("name", ["extension", "list_id", "voicemail_ext", "entry_list_id"])
def test_a_number_with_decimals_or_in_short_form_is_a_problem_because_deletions_would_make_another(name: str) -> None:
    assert cleaned(name, "8300.0") == Cell("", DidTrouble.DECIMAL.value)
    assert cleaned(name, "8.3E+05") == Cell("", DidTrouble.SCIENTIFIC.value)


@pytest.mark.parametrize(
    ("name", "typed", "sent"),
    [
        ("list_id", "00998", "998"),
        ("list_id", "'0998", "998"),
        ("entry_list_id", "007", "7"),
        ("entry_list_id", "000", "0"),
    ],
)
def test_a_number_of_a_list_is_sent_without_the_leading_zeros_that_vicidial_does_not_store(
    name: str, typed: str, sent: str
) -> None:
    assert cleaned(name, typed) == Cell(sent, notes=(f"{name} is stored as '{sent}'",))


ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789.E+-_ ,'\"=#*|:&\u00a0\n\u200béyYinNgroupGROUPEXTEN", max_size=30),
)


@by_column
@given(text=ANY_TEXT)
def test_what_is_sent_is_stable_and_vicidial_deletes_nothing_of_it(column: Column, text: str) -> None:
    cell = clean_cell(column, text)
    assert column.keep(cell.text) == cell.text == cell.text.strip()
    again = clean_cell(column, cell.text)
    assert (again.text, again.trouble) == (cell.text, "")
    assert not any("is stored as" in note for note in again.notes)
