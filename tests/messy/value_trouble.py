"""Cells beside the DID that VICIdial would store as something else, refuse, or take although they lead nowhere."""

from messy.listed import listed
from messy.messy_file import Became, MessyFile, added, invalid, turned_down

_DIDS = tuple(f"1727555010{last}" for last in range(10))


def _column(name: str, column: str, cells: tuple[str, ...], became: tuple[Became, ...], *said: str) -> MessyFile:
    """Return a list with one column beside the DIDs 17275550100, 17275550101, ..."""
    return listed(name, ("did", column), tuple(zip(_DIDS, cells, strict=False)), became, *said)


def _columns(
    name: str, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], became: tuple[Became, ...], *said: str
) -> MessyFile:
    """Return a list with several columns beside the DIDs 17275550100, 17275550101, ..."""
    whole = tuple((did, *row) for did, row in zip(_DIDS, rows, strict=False))
    return listed(name, ("did", *header), whole, became, *said)


def _added(row: int, reason: str = "") -> Became:
    return added(row, _DIDS[row - 2], reason)


def _turned_down(row: int, reason: str) -> Became:
    return turned_down(row, _DIDS[row - 2], reason)


FILES = (
    _column(
        "routes-as-people-write-them",
        "did_route",
        ("in group", "In-Group", "\u00a0in_group\u200b", "AGENT"),
        (
            _added(2),
            _added(3),
            _added(4),
            invalid(5, "did_route 'AGENT' leads nowhere, because add_did cannot set the agent"),
        ),
        "row 3: 17275550101 -> 17275550101 (did_route=IN_GROUP, group=SALES_IN)",
    ),
    _column(
        "route-with-a-typing-error",
        "did_route",
        ("IN_GROPU", "in_group"),
        (invalid(2, "did_route 'IN_GROPU' is not a route; did you mean IN_GROUP?"), _added(3)),
        "1 row: did_route 'IN_GROPU' is not a route; did you mean IN_GROUP?",
    ),
    _columns(
        "routes-without-their-targets",
        ("did_route", "phone_extension"),
        (("CALLMENU", ""), ("VOICEMAIL", ""), ("PHONE", "cc101"), ("EXTEN", ""), ("IN_GROUP", "")),
        (
            invalid(2, "menu_id is blank and the route CALLMENU leads nowhere without it"),
            invalid(3, "voicemail_ext is blank and the route VOICEMAIL leads nowhere without it"),
            invalid(4, "server_ip is blank and the route PHONE leads nowhere without it"),
            invalid(5, "extension is blank and the route EXTEN leads nowhere without it"),
            _added(6),
        ),
    ),
    _columns(
        "targets-that-are-not-there",
        ("did_route", "group", "menu_id", "server_ip", "phone_extension"),
        (
            ("IN_GROUP", "SALES_WEST", "", "", ""),
            ("call menu", "", "no_menu", "", ""),
            ("PHONE", "", "", "10.10.10.99", "cc101"),
            ("PHONE", "", "", "10.10.10.15", "cc101"),
            ("CALLMENU", "", "main_ivr", "", ""),
        ),
        (
            _turned_down(2, "GROUP ID MUST BE A VALID INBOUND GROUP IN THE SYSTEM"),
            _turned_down(3, "MENU ID MUST BE A VALID CALL MENU IN THE SYSTEM"),
            _turned_down(4, "SERVER IP MUST BE A VALID SERVER IN THE SYSTEM"),
            _added(5),
            _added(6),
        ),
    ),
    _column("in-groups-in-small-letters", "In-Group", ("sales", "Support_Team"), (_added(2), _added(3))),
    _column(
        "in-group-with-a-space",
        "group",
        ("SA LES", "SALES WEST"),
        (
            _added(2, "group is stored as 'SALES'"),
            _turned_down(3, "GROUP ID MUST BE A VALID INBOUND GROUP IN THE SYSTEM"),
        ),
        "2 good (2 of them with a remark)",
    ),
    listed(
        "dids-that-are-to-be-like-another",
        ("did", "copy_from"),
        (
            (_DIDS[0], "1 (800) 555-0199"),
            (_DIDS[1], _DIDS[1]),
            (_DIDS[2], "1.80056E+10"),
            (_DIDS[3], "1-800-555-0198"),
            (_DIDS[4], ""),
        ),
        (
            _added(2),
            invalid(3, f"copy_from '{_DIDS[1]}' is the row's own DID"),
            invalid(4, "copy_from '1.80056E+10' has lost its digits"),
            _turned_down(5, "SOURCE DID"),
            _added(6),
        ),
    ),
    _column(
        "yes-and-no-in-many-words",
        "active",
        ("yes", "No", "TRUE", "0", "maybe", ""),
        (*map(_added, (2, 3, 4, 5)), invalid(6, "active 'maybe' is not one of the choices"), _added(7)),
        "row 2: 17275550100 -> 17275550100 (did_route=IN_GROUP, group=SALES_IN, active=Y)",
        "row 3: 17275550101 -> 17275550101 (did_route=IN_GROUP, group=SALES_IN, active=N)",
    ),
    _column(
        "recording-in-many-words",
        "record_call",
        ("y", "Y-QUEUESTOP", "y queuestop", "ALLFORCE"),
        (*map(_added, (2, 3, 4)), invalid(5, "record_call 'ALLFORCE' is not one of the choices")),
        "record_call=Y_QUEUESTOP",
    ),
    _column(
        "descriptions-too-short-and-too-long",
        "description",
        ("Main", "x" * 51, "\u260e Fax\u2122", "Six ch", "y" * 50, "\u260e\u260e\u260e\u260e\u260e\u260e"),
        (
            invalid(2, "did_description 'Main' is too short"),
            invalid(3, "is too long"),
            invalid(4, "is too short once VICIdial has deleted what it does not keep"),
            _added(5),
            _added(6),
            _added(7, "nothing is stored as did_description: VICIdial keeps none of its characters"),
        ),
    ),
    _column(
        "descriptions-with-characters-that-are-deleted",
        "description",
        ("Caf\u00e9 \u2013 Tampa & Co.", "tab\there\u00a0there", '=HYPERLINK("x")&"sales"'),
        (
            _added(2, "did_description is stored as 'Caf  Tampa  Co.'"),
            _added(3),
            _added(4, "did_description is stored as 'HYPERLINKxsales'"),
        ),
        "did_description=tab here there",
    ),
    _column(
        "methods-that-vicidial-does-not-offer",
        "call_handle_method",
        ("cidlookup", "CIDLOOKUPP", "CI", "x" * 21),
        (
            _added(2),
            _added(3, "is none that VICIdial's admin pages offer; did you mean CIDLOOKUP?"),
            invalid(4, "call_handle_method 'CI' is too short"),
            invalid(5, "is too long"),
        ),
    ),
    _column(
        "agents-looked-for-in-no-known-way",
        "agent_search_method",
        ("lb", "XX", "LBL"),
        (
            _added(2),
            invalid(3, "agent_search_method 'XX' is not one of the choices"),
            invalid(4, "agent_search_method 'LBL' is not one of the choices"),
        ),
    ),
    _columns(
        "extensions-that-a-spreadsheet-has-touched",
        ("did_route", "extension"),
        (("EXTEN", "8300"), ("EXTEN", "8300.0"), ("EXTEN", "8.3E+3"), ("EXTEN", "#VALUE!"), ("EXTEN", "'0830")),
        (
            _added(2),
            invalid(3, "extension '8300.0' has decimals"),
            invalid(4, "extension '8.3E+3' has lost its digits"),
            invalid(5, "extension '#VALUE!' is an error of the spreadsheet"),
            _added(6),
        ),
        "extension=8300",
    ),
    _column(
        "list-ids-that-are-no-list-ids",
        "list_id",
        ("999", "000998", "12", "abc", "0099", "123456789012345"),
        (
            _added(2),
            _added(3, "list_id is stored as '998'"),
            invalid(4, "list_id '12' is too short"),
            invalid(5, "list_id 'abc' is not of digits alone; VICIdial would store another number"),
            invalid(6, "list_id '0099' is too short without its leading zeros"),
            invalid(7, "list_id '123456789012345' is too long"),
        ),
    ),
    _column(
        "country-codes-as-people-write-them",
        "phone_code",
        ("1", "+44", "011", "none"),
        (
            _added(2),
            _added(3, "phone_code is stored as '44'"),
            _added(4),
            invalid(5, "phone_code 'none' has no character that VICIdial keeps"),
        ),
        "phone_code=011",
    ),
    _columns(
        "names-too-long-for-their-columns",
        ("campaign_id", "voicemail_ext", "filter_clean_cid_number"),
        (
            ("CAMPAIGN9", "", ""),
            ("CAMP 2", "", ""),
            ("", "12345678901", ""),
            ("", "8500", "R10"),
            ("", "", "x" * 21),
        ),
        (
            invalid(2, "campaign_id 'CAMPAIGN9' is too long"),
            _added(3, "campaign_id is stored as 'CAMP2'"),
            invalid(4, "voicemail_ext '12345678901' is too long"),
            _added(5),
            invalid(6, "is too long"),
        ),
    ),
)
