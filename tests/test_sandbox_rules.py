"""What the sandbox does beyond the recorded requests: the rest of what is known of real servers."""

from collections.abc import Iterator

import httpx
import lxml.html
import pytest
from ask_sandbox import USER, add, ask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importer.column import Column, ServerCheck
from importer.columns import BY_NAME
from importer.sandbox import Sandbox, SandboxOptions
from importer.sandbox.fields import CHECKED


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """A sandbox for tests that look only at the DIDs that they add."""
    with Sandbox() as box:
        yield box


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


def just_right(column: Column, length: int) -> str:
    """A text of that length of characters that the column keeps."""
    return ("7" if column.keep("7") else "Y") * length


MEASURED = [column for column in CHECKED if column.server_check is ServerCheck.LENGTH]


@pytest.mark.parametrize("column", MEASURED, ids=lambda column: column.name)
def test_a_field_is_taken_up_to_its_longest_and_refused_one_longer(
    shared: Sandbox, client: httpx.Client, column: Column
) -> None:
    shared.delete_did("17275550101")
    too_long = just_right(column, column.longest + 1)
    refusal = add(client, shared, "17275550101", **{column.name: too_long}).text
    assert refusal == f"ERROR: add_did {column.refusal}: |6666|{too_long}\n"
    assert "17275550101" not in shared.stored()
    assert "SUCCESS" in add(client, shared, "17275550101", **{column.name: just_right(column, column.longest)}).text


@pytest.mark.parametrize("column", [c for c in MEASURED if c.shortest > 1], ids=lambda column: column.name)
def test_a_field_is_taken_down_to_its_shortest_and_refused_one_shorter(
    shared: Sandbox, client: httpx.Client, column: Column
) -> None:
    shared.delete_did("17275550102")
    too_short = just_right(column, column.shortest - 1)
    assert column.refusal in add(client, shared, "17275550102", **{column.name: too_short}).text
    assert "SUCCESS" in add(client, shared, "17275550102", **{column.name: just_right(column, column.shortest)}).text


def test_the_first_bad_field_in_the_order_of_the_columns_is_the_one_that_is_refused(
    shared: Sandbox, client: httpx.Client
) -> None:
    bad = {
        column.name: "Q" if column.server_check is not ServerCheck.LENGTH else just_right(column, column.longest + 1)
        for column in CHECKED
    }
    while bad:
        column = BY_NAME[next(iter(bad))]
        assert column.refusal in add(client, shared, "17275550103", **bad).text
        del bad[column.name]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(did=st.text(max_size=55), description=st.text(max_size=60))
def test_whatever_is_sent_is_stored_as_the_columns_keep_it_or_refused(
    shared: Sandbox, client: httpx.Client, did: str, description: str
) -> None:
    kept_did, kept = BY_NAME["did_pattern"].keep(did), BY_NAME["did_description"].keep(description)
    shared.delete_did(kept_did)
    add(client, shared, did, did_description=description)
    row = shared.stored().get(kept_did)
    good = 2 <= len(kept_did) <= 50 and len(kept) in {0, *range(6, 51)} and kept_did.lower() != "default"
    assert (row is not None) == good
    if row is not None:
        assert (row["did_pattern"], row["did_description"]) == (kept_did, kept or None)


def test_dids_that_differ_only_in_case_are_one(box: Sandbox, client: httpx.Client) -> None:
    add(client, box, "SIPuser.one")
    assert add(client, box, "sipUSER.one").text == "ERROR: add_did DID ALREADY EXISTS: |6666|sipUSER.one\n"
    assert ask(client, box, function="update_did", did_pattern="SIPUSER.ONE").text.startswith("NOTICE")
    assert list(box.stored()) == ["SIPuser.one"]


def test_an_old_build_does_not_know_add_did(client: httpx.Client) -> None:
    with Sandbox(SandboxOptions(version="2.14-793", build="210208-1200")) as old:
        assert add(client, old, "17275550100").text == "ERROR: NO FUNCTION SPECIFIED\n"
        assert old.stored() == {}
    with Sandbox(SandboxOptions(version="2.14-794", build="210209-2014")) as first:
        assert "SUCCESS" in add(client, first, "17275550100").text


@pytest.mark.parametrize(
    ("name", "sent", "stored"),
    [
        ("list_id", "00998", "998"),
        ("list_id", "12a", "12"),
        ("list_id", "1e5", "100000"),
        ("list_id", "abc", "0"),
        ("entry_list_id", "007", "7"),
        ("agent_search_method", "lb", "LB"),
        ("agent_search_method", "XX", ""),
    ],
)
def test_the_database_makes_of_a_value_what_its_column_can_hold(
    box: Sandbox, client: httpx.Client, name: str, sent: str, stored: str
) -> None:
    add(client, box, "17275550100", **{name: sent})
    assert box.stored()["17275550100"][name] == stored


def test_the_dry_run_by_phone_code_goes_through_every_other_check(box: Sandbox, client: httpx.Client) -> None:
    dry = {"phone_code": "99999999999"}
    add(client, box, "17275550100")
    assert "ALREADY EXISTS" in add(client, box, "17275550100", **dry).text
    assert "GROUP ID" in add(client, box, "17275550101", group="NOPE", **dry).text
    assert "PHONE CODE" in add(client, box, "17275550101", group="SALES_IN", **dry).text
    assert list(box.stored()) == ["17275550100"]


def test_a_form_counts_like_a_url_and_the_urls_parameters_win(box: Sandbox, client: httpx.Client) -> None:
    form = USER | {"function": "add_did", "did_pattern": "17275550100"}
    assert client.post(box.url, data=form).text == "SUCCESS: add_did DID HAS BEEN ADDED - 6666|17275550100\n"
    reply = client.post(box.url, data=form, params={"did_pattern": "17275550101"}).text
    assert reply == "SUCCESS: add_did DID HAS BEEN ADDED - 6666|17275550101\n"


def test_of_two_parameters_with_one_name_the_last_counts(box: Sandbox, client: httpx.Client) -> None:
    both: list[tuple[str, str | int | float | bool | None]] = [
        *USER.items(),
        ("function", "add_did"),
        ("did_pattern", "17275550100"),
        ("did_pattern", "17275550101"),
    ]
    assert client.get(box.url, params=both).text.endswith("|17275550101\n")


def test_bytes_that_are_no_utf_8_are_deleted(box: Sandbox, client: httpx.Client) -> None:
    query = "user=6666&pass=1234&source=test&function=add_did&did_pattern=17275550100&did_description=Caf%E9%20Nord"
    client.get(f"{box.url}?{query}")
    assert box.stored()["17275550100"]["did_description"] == "Caf Nord"


def test_with_use_non_latin_letters_stay_in_most_texts_and_accents_do_not_count(client: httpx.Client) -> None:
    with Sandbox(SandboxOptions(use_non_latin=True)) as box:
        texts = {
            "did_description": "Ürümqi № \N{ARABIC-INDIC DIGIT SEVEN} (Süd)",
            "campaign_id": "Süd",
            "phone_code": "1é",
        }
        assert "SUCCESS" in add(client, box, "17275550100é", **texts, group="SALÉS_IN", did_route="IN_GROUP").text
        row = box.stored()["17275550100"]
    assert [row[name] for name in texts] == ["Ürümqi   Süd", "Süd", "1"]


def test_a_wrong_path_is_a_page_with_404(box: Sandbox, client: httpx.Client) -> None:
    response = client.get(box.url.replace("vicidial", "agc"), params=USER)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "<html" in response.text
    assert "1234" not in response.text


def test_copy_did_takes_a_description_and_checks_it(box: Sandbox, client: httpx.Client) -> None:
    copy = {"function": "copy_did", "source_did_pattern": "18005550199", "new_dids": "17275550100"}
    refusal = ask(client, box, **copy, did_description="abc").text
    assert refusal == "ERROR: copy_did DID DESCRIPTION MUST BE EITHER BLANK OR FROM 6 TO 50 CHARACTERS: |6666|abc\n"
    assert ask(client, box, **copy, did_description="Agent's line").text.startswith("NOTICE: copy_did DID HAS BEEN")
    row = box.stored()["17275550100"]
    assert (row["did_description"], row["user"]) == ("Agents line", "1001")


@pytest.mark.parametrize(("source", "new"), [("", "17275550100"), ("default", ""), ("default", "7" * 2001)])
def test_copy_did_needs_a_source_and_a_list_of_dids(box: Sandbox, client: httpx.Client, source: str, new: str) -> None:
    refusal = ask(client, box, function="copy_did", source_did_pattern=source, new_dids=new).text
    assert refusal.startswith("ERROR: copy_did YOU MUST USE ALL REQUIRED FIELDS")


def test_update_did_needs_a_did(box: Sandbox, client: httpx.Client) -> None:
    assert (
        ask(client, box, function="update_did").text == "ERROR: update_did YOU MUST USE ALL REQUIRED FIELDS: |6666|\n"
    )


def test_the_lists_of_the_options_are_what_the_system_has(client: httpx.Client) -> None:
    options = SandboxOptions(
        in_groups=("NIGHT_IN",), call_menus=("night_ivr",), servers=("10.0.0.9",), starting_dids=("17275550100",)
    )
    with Sandbox(options) as box:
        assert "ALREADY EXISTS" in add(client, box, "17275550100").text
        assert "GROUP ID" in add(client, box, "17275550101", group="SALES_IN").text
        found = {"group": "night_in", "menu_id": "night_ivr", "server_ip": "10.0.0.9"}
        assert "SUCCESS" in add(client, box, "17275550101", **found).text
        assert list(box.stored()) == ["17275550101"]


def test_copy_did_adds_empty_dids_and_is_silent_about_those_that_are_too_long(
    box: Sandbox, client: httpx.Client
) -> None:
    copy = {"function": "copy_did", "source_did_pattern": "default"}
    assert ask(client, box, **copy, new_dids="7,,").text.endswith("- 6666|default|2|1\n")
    assert list(box.stored()) == ["7", ""]
    assert ask(client, box, **copy, new_dids="7" * 51).text == "ERROR: copy_did NO DIDS ADDED - 6666|default|0|0\n"


def test_a_did_of_another_user_group_is_there_for_add_did_and_not_for_update_did(client: httpx.Client) -> None:
    with Sandbox(SandboxOptions(hidden_dids=("17275550100",))) as box:
        assert "DID ALREADY EXISTS" in add(client, box, "17275550100").text
        for delete in ("", "Y"):
            reply = ask(client, box, function="update_did", did_pattern="17275550100", delete_did=delete).text
            assert reply == "ERROR: update_did DID DOES NOT EXIST: |6666|17275550100\n"
        add(client, box, "17275550101")
        box.hide_did("17275550101")
        assert "DOES NOT EXIST" in ask(client, box, function="update_did", did_pattern="17275550101").text


@pytest.mark.parametrize(
    ("function", "heading", "names"),
    [("ingroup_list", "Inbound Groups", ["A&B", "SALES_IN"]), ("callmenu_list", "Call Menus", ["main_ivr", "night"])],
)
def test_the_server_names_its_in_groups_and_call_menus_in_a_table(
    client: httpx.Client, function: str, heading: str, names: list[str]
) -> None:
    options = SandboxOptions(in_groups=("SALES_IN", "A&B"), call_menus=("night", "main_ivr"))
    with Sandbox(options) as box:
        rows = lxml.html.fromstring(ask(client, box, function=function).text).findall(".//tr")
    header, *cells = [["".join(map(str, cell.itertext())) for cell in row] for row in rows]
    assert header[:3] == ["#", heading, "Name"]
    assert [row[:2] for row in cells] == [["1", names[0]], ["2", names[1]]]
    assert [row.findtext("td/a") for row in rows[1:]] == names
    assert {len(row) for row in cells} == {4 if function == "ingroup_list" else 3}


@pytest.mark.parametrize("function", ["ingroup_list", "callmenu_list"])
def test_names_need_the_allowed_function_and_a_build_that_has_it(
    box: Sandbox, client: httpx.Client, function: str
) -> None:
    refusal = ask(client, box, function=function, user="opsadd", password="pw1234").text
    assert refusal == f"ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |opsadd|{function}|\n"
    assert "<table>" in ask(client, box, function=function, user="level7", password="pw1234").text
    with Sandbox(SandboxOptions(version="2.14-800", build="230117-2000")) as old:
        assert ask(client, old, function=function).text == "ERROR: NO FUNCTION SPECIFIED\n"


def test_an_unknown_function_is_none_for_a_user_with_few_functions_too(box: Sandbox, client: httpx.Client) -> None:
    assert ask(client, box, function="x", user="opsadd", password="pw1234").text == "ERROR: NO FUNCTION SPECIFIED\n"
