"""The names that a server tells of: read from its pages, and suggested where a cell has one that is not there."""

import pytest
from raw_server import answer, run_skipping, says, serving

from importer import ImportOptions, Password, Server, server_names
from importer.sandbox import Sandbox, SandboxOptions
from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.client import NonAgentApi
from importer.vicidial.names import ServerNames, _names_in, ask_names
from importer.vicidial.transport import Transport

PAGE = """<html><head><title>x</title></head><body><br><b>Warning</b>
<TABLE><TR><TD>#</TD><TD><b>Inbound Groups</b></TD><TD>Name</TD><TD>Color</TD></TR>
<tr bgcolor=white><td>1</td><td><a href="#" onclick="x()">SALES_IN</a></td><td>Sales &amp; co</td><td></td></tr>
<tr><td>2</td><td>&nbsp;<a href=x>A&amp;B </a></td><td><a href=y>other</a></td></tr></TABLE>
"""


@pytest.mark.parametrize(
    ("status", "body", "names"),
    [
        (200, PAGE, ("SALES_IN", "A&B")),
        (200, PAGE[: PAGE.index("<tr bgcolor")], ()),
        (200, "<html>It works!</html>", None),
        (200, PAGE.replace("Inbound Groups", "Call Menus"), None),
        (200, "ERROR: NO FUNCTION SPECIFIED\n", None),
        (200, "<", None),
        (200, "<!---->", None),
        (500, PAGE, None),
    ],
)
def test_a_page_of_names_is_read_by_its_links_and_nothing_else_is(
    status: int, body: str, names: tuple[str, ...] | None
) -> None:
    assert _names_in(Answer(Delivery.ANSWERED, status, body), "ingroup_list") == names


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("ERROR: ingroup_list USER DOES NOT HAVE PERMISSION TO VIEW INBOUND GROUPS LIST: |6666|\n", "may not see"),
        ("ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |6666|callmenu_list|\n", "Allowed API"),
        ("ERROR: NO FUNCTION SPECIFIED\n", "does not know the function"),
        ("<html>a proxy</html>", "a web page came"),
    ],
)
def test_a_server_that_tells_no_names_says_why(reply: str, why: str) -> None:
    async def main() -> ServerNames:
        transport = Transport()
        async with serving(says(answer(reply))) as server:
            api = NonAgentApi(Server(server.url(), "6666", Password("s3cret")), transport, transport.ssl_context())
            try:
                return await ask_names(api)
            finally:
                await api.close()

    found = run_skipping(main())
    assert (found.in_groups, found.call_menus) == ((), ())
    assert why in found.unknown


def test_the_practice_server_tells_its_names() -> None:
    many = tuple(f"GROUP_{number:05}" for number in range(2_000))
    with Sandbox(SandboxOptions(in_groups=many, call_menus=("main_ivr",))) as box:
        found = server_names(Server(box.url, "6666", Password("1234")), ImportOptions())
    assert found == ServerNames(many, ("main_ivr",))


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("group", "SALES_WEST", "SALES_WEST is not there; SALES_IN is"),
        ("group", "sales-in", "sales-in is not there; SALES_IN is"),
        ("group", "sales_in", ""),
        ("group", "XYZ", ""),
        ("group", "", ""),
        ("menu_id", "main_iv", "main_iv is not there; main_ivr is"),
        ("menu_id", "SALES_IN", ""),
        ("extension", "SALES_WEST", ""),
    ],
)
def test_the_nearest_name_is_suggested_where_there_is_one(column: str, value: str, sentence: str) -> None:
    assert ServerNames(("SALES_IN", "SUPPORT"), ("main_ivr",)).suggestion(column, value) == sentence
