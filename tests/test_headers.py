"""Which header means which column."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.column import Column
from importer.columns import BY_NAME, COLUMNS
from importer.errors import SheetError
from importer.headers import column_named, header_key, match_header

DID_ALIASES = """did dids didnumber didno didpattern ddi number numbers phonenumber phonenumbers phone phoneno
    telephonenumber telephone telephoneno tel tn tns fullnumber fulltn e164 e164number numbervale164 phonenumbere164
    msisdn value inboundnumber trunknumber tollfreenumber tollfree tfn dnis didlist destinationdid""".split()

DESCRIPTION_SOURCES = (
    "diddescription description friendlyname alias label customerreference displayname note name".split()
)

NEVER_SENT = """city state province region ratecenter lata npa areacode country orderid ordernumber purchaseorder
    connectionid connectionname tier tags status cost result reason phone_number_type sid date_created sub_account
    connection_id routing pop order_date purchased_at country_iso2 type regionCode""".split()


WRITTEN_OTHERWISE = (
    *("DID Number", "did_number", "DIDNumber", "did-number", " DID  number: ", "Phone Number", "PhoneNumber"),
    *("number_val_e164", "E.164", "FullNumber", "Tel.", "Destination DID", "DID #", "\ufeffDID", "did\u00a0pattern"),
    "TN(s)",
)

MEANINGS = {
    "did_pattern": (*DID_ALIASES, *WRITTEN_OTHERWISE),
    "did_description": DESCRIPTION_SOURCES,
    "group": ("group_id", "Group", "In-Group"),
    "active": ("did_active",),
    "voicemail_ext": ("voicemail_ext",),
    "user_id": ("user_id",),
    "menu_id": ("Call Menu",),
    "did_route": ("DID Route",),
}


@pytest.mark.parametrize("name", MEANINGS)
def test_the_names_that_carriers_and_people_give_mean_the_servers_column(name: str) -> None:
    wrong = [header for header in MEANINGS[name] if column_named(header) is not BY_NAME[name]]
    assert wrong == []


def test_a_column_that_is_no_columns_name_means_nothing() -> None:
    assert [header for header in NEVER_SENT if column_named(header)] == []
    assert not match_header(NEVER_SENT).taken


def test_the_first_source_of_a_description_wins() -> None:
    for better, worse in itertools.pairwise(DESCRIPTION_SOURCES):
        for header in ([better, worse], [worse, better]):
            match = match_header(header)
            assert header[match.taken["did_description"]] == better
            assert [header[index] for index in match.passed_over] == [worse]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_the_servers_own_name_is_the_most_exact(column: Column) -> None:
    names = (column.name, *column.aliases)
    for alias in names[1:]:
        if header_key(alias) == header_key(names[0]):
            continue
        match = match_header([alias, names[0]])
        assert match.taken[names[0]] == 1
        assert match.passed_over == {0: names[0]}


def test_the_order_of_the_columns_does_not_change_what_they_mean() -> None:
    header = ["phone", "DID", "number", "Note", "description", "city", "group_id"]
    meanings = set()
    for order in itertools.permutations(header):
        match = match_header(order)
        meanings.add(
            (
                tuple(sorted((name, order[index]) for name, index in match.taken.items())),
                tuple(sorted((name, order[index]) for index, name in match.passed_over.items())),
            )
        )
    assert meanings == {
        (
            (("did_description", "description"), ("did_pattern", "DID"), ("group", "group_id")),
            (("did_description", "Note"), ("did_pattern", "number"), ("did_pattern", "phone")),
        )
    }


def test_a_sheet_without_a_did_has_none() -> None:
    assert not match_header(["city", "state", ""]).has_did
    assert not match_header([]).has_did


def test_a_column_that_stands_twice_is_an_error_that_names_both_places() -> None:
    with pytest.raises(SheetError, match=r"did_pattern stands twice: 'DID' \(column 1\) and 'did' \(column 3\)"):
        match_header(["DID", "city", "did"])


def test_a_passed_over_column_that_stands_twice_is_no_error_wherever_the_better_one_stands() -> None:
    for header in itertools.permutations(["number", "Number", "did_pattern"]):
        match = match_header(header)
        assert header[match.taken["did_pattern"]] == "did_pattern"
        assert len(match.passed_over) == 2


def test_two_headers_without_a_name_are_no_column() -> None:
    assert not match_header(["", "", "#", "номер"]).taken


def test_what_the_person_chooses_by_hand_wins() -> None:
    header = ["DID", "Their number", "Text"]
    match = match_header(header, {"Their number": "did_pattern", "text": "did_description"})
    assert dict(match.taken) == {"did_pattern": 1, "did_description": 2}
    assert dict(match.passed_over) == {0: "did_pattern"}


def test_a_header_that_is_mapped_away_no_longer_means_what_its_name_says() -> None:
    match = match_header(["number", "name"], {"name": "did_pattern", "number": "extension"})
    assert dict(match.taken) == {"did_pattern": 1, "extension": 0}


def test_a_header_in_another_script_can_be_chosen_by_hand() -> None:
    header = ["Город", "Номер", "", "#"]
    assert dict(match_header(header, {"номер": "did_pattern"}).taken) == {"did_pattern": 1}
    assert dict(match_header(header, {"#": "did_pattern"}).taken) == {"did_pattern": 3}


def test_a_chosen_header_that_is_not_there_is_an_error_that_names_those_that_are() -> None:
    with pytest.raises(SheetError, match=r"no column 'Numbr' to map; the columns are: Number, City$"):
        match_header(["Number", "City", ""], {"Numbr": "did_pattern"})
    with pytest.raises(SheetError, match="no column '' to map"):
        match_header(["Number", ""], {"": "did_pattern"})


def test_two_headers_chosen_for_one_column_are_an_error() -> None:
    with pytest.raises(SheetError, match="stands twice"):
        match_header(["a", "b"], {"a": "did_pattern", "b": "did_pattern"})


@given(st.text())
def test_a_key_holds_only_small_letters_and_digits_where_the_header_has_any(text: str) -> None:
    key = header_key(text)
    assert not re.search("[a-z0-9]", text.lower()) or re.fullmatch("[a-z0-9]+", key)
    assert bool(key) == bool(text.strip())
    assert header_key(key) == key


@given(
    st.lists(
        st.one_of(st.sampled_from(DID_ALIASES + DESCRIPTION_SOURCES + NEVER_SENT), st.text(max_size=5)), max_size=8
    )
)
def test_every_header_is_taken_once_or_passed_over_or_left_alone(header: list[str]) -> None:
    try:
        match = match_header(header)
    except SheetError:
        return
    taken = set(match.taken.values())
    assert len(taken) == len(match.taken)
    assert not taken & set(match.passed_over)
    for index, text in enumerate(header):
        column = column_named(text)
        assert (index in taken | set(match.passed_over)) == (column is not None)
