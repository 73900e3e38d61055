"""THE list of columns, of which schema, template, documentation and sandbox are made, in the order of filling a sheet.

Facts are those of ``add_did`` as real servers behave (the recorded replies in ``tests/transcripts.jsonl``).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from importer.column import CALL_HANDLE_METHODS, COPY_DID, YES_NO, Column, ServerCheck

_OPTIONAL: Final = ", THIS IS AN OPTIONAL FIELD"
DID_PATTERN: Final = Column(
    name="did_pattern",
    kept=":+*#._0-9a-zA-Z",
    shortest=2,
    refusal="YOU MUST USE ALL REQUIRED FIELDS",
    aliases=tuple(
        "did didnumber didnumbers dids didno didlist didextension ddi ddis ddinumber ddinumbers"
        " inbounddid inbounddids phonenumbere164 numbervale164 e164number numbere164 e164 phonenumber telephonenumber"
        " fullnumber fulltn inboundnumber inboundnumbers destinationdid tollfreenumber trunknumber phonenumbers"
        " telephonenumbers tollfreenumbers telephoneno phoneno telno telnos tn tns tfn tollfree dnis msisdn number"
        " numbers telephone phone tel value".split()
    ),
    holds_did=True,
    help="The inbound number, written exactly as the carrier sends it in the call. Digits with an optional leading +.",
    example="17275550011",
)

COPY_FROM: Final = Column(
    name="copy_from",
    kept=DID_PATTERN.kept,
    shortest=DID_PATTERN.shortest,
    aliases=("sourcedidpattern", "sourcedid", "copyfromdid"),
    holds_did=True,
    function=COPY_DID,
    help="A DID in VICIdial whose every setting is copied, the agent of an AGENT route too; of the row's other cells"
    " only did_description is used. Blank means the row's own settings.",
    example="18005550199",
)

COLUMNS: Final[tuple[Column, ...]] = (
    DID_PATTERN,
    Column(
        name="did_description",
        kept="- .,_0-9a-zA-Z",
        shortest=6,
        refusal="DID DESCRIPTION MUST BE FROM 6 TO 50 CHARACTERS" + _OPTIONAL,
        aliases=tuple("description friendlyname alias label customerreference displayname note name".split()),
        free_text=True,
        help="What the number is for, 6 to 50 characters. VICIdial keeps letters, digits, space - . , _ only.",
        example="Tampa sales line 1",
    ),
    Column(
        name="did_route",
        server_check=ServerCheck.CHOICE,
        refusal="DID ROUTE IS NOT VALID" + _OPTIONAL,
        default="EXTEN",
        aliases=("route",),
        choices=("EXTEN", "VOICEMAIL", "AGENT", "PHONE", "IN_GROUP", "CALLMENU", "VMAIL_NO_INST"),
        spellings=MappingProxyType({"CALL_MENU": "CALLMENU"}),
        help="Where calls go. Each route needs its target: EXTEN extension; IN_GROUP group; CALLMENU menu_id; "
        "VOICEMAIL and VMAIL_NO_INST voicemail_ext; PHONE phone_extension and server_ip. Blank means EXTEN.",
        example="IN_GROUP",
    ),
    Column(
        name="group",
        stored_as="group_id",
        kept="-|_0-9a-zA-Z",
        server_check=ServerCheck.LOOK_UP,
        refusal="GROUP ID MUST BE A VALID INBOUND GROUP IN THE SYSTEM" + _OPTIONAL,
        aliases=("groupid", "ingroup", "ingroupid"),
        help="The in-group of an IN_GROUP route, by its ID as listed under Inbound > In-Groups.",
        example="SALES_IN",
    ),
    Column(
        name="menu_id",
        server_check=ServerCheck.LOOK_UP,
        refusal="MENU ID MUST BE A VALID CALL MENU IN THE SYSTEM" + _OPTIONAL,
        default="",
        aliases=("callmenu", "callmenuid"),
        help="The call menu of a CALLMENU route, by its ID as listed under Inbound > Call Menus.",
        example="main_ivr",
    ),
    Column(
        name="extension",
        refusal="EXTENSION MUST BE FROM 1 TO 50 CHARACTERS" + _OPTIONAL,
        default="9998811112",
        help="The dialplan extension that an EXTEN route calls. Without it calls go to an announcement.",
        example="8300",
    ),
    Column(
        name="voicemail_ext",
        kept="*#._0-9a-zA-Z",
        longest=10,
        refusal="VOICEMAIL EXTENSION MUST BE FROM 1 TO 10 CHARACTERS" + _OPTIONAL,
        aliases=("voicemailbox", "voicemailextension", "voicemail", "mailbox"),
        help="The mailbox of a VOICEMAIL or VMAIL_NO_INST route. VICIdial does not look it up.",
        example="8500",
    ),
    Column(
        name="phone_extension",
        stored_as="phone",
        longest=100,
        refusal="PHONE EXTENSION MUST BE FROM 1 TO 100 CHARACTERS" + _OPTIONAL,
        help="The phone of a PHONE route; it needs server_ip too. VICIdial does not look it up.",
        example="cc101",
    ),
    Column(
        name="server_ip",
        kept="-.:_0-9a-zA-Z",
        server_check=ServerCheck.LOOK_UP,
        refusal="SERVER IP MUST BE A VALID SERVER IN THE SYSTEM" + _OPTIONAL,
        help="The VICIdial server of a PHONE route, as listed under Admin > Servers.",
        example="10.10.10.15",
    ),
    Column(
        name="active",
        stored_as="did_active",
        kept="A-Z",
        server_check=ServerCheck.CHOICE,
        refusal="ACTIVE MUST BE Y OR N" + _OPTIONAL,
        default="Y",
        aliases=("didactive",),
        choices=("Y", "N"),
        spellings=YES_NO,
        help="Whether the DID takes calls. Blank means Y.",
        example="Y",
    ),
    Column(
        name="record_call",
        server_check=ServerCheck.CHOICE,
        refusal="RECORD CALL MUST BE Y OR N" + _OPTIONAL,
        default="N",
        choices=("Y", "N", "Y_QUEUESTOP"),
        spellings=YES_NO,
        help="Whether calls are recorded; Y_QUEUESTOP records until the call reaches the queue. Blank means N.",
        example="N",
    ),
    Column(
        name="exten_context",
        refusal="EXTENSION CONTEXT MUST BE FROM 1 TO 50 CHARACTERS" + _OPTIONAL,
        default="default",
        aliases=("extensioncontext",),
        help="The dialplan context of the extension. Blank means default.",
        example="default",
    ),
    Column(
        name="filter_clean_cid_number",
        kept="- .,_0-9a-zA-Z",
        longest=20,
        refusal="CLEAN CID NUMBER MUST BE FROM 1 TO 20 CHARACTERS" + _OPTIONAL,
        default="",
        aliases=("cleancidnumber",),
        help="How VICIdial cleans the caller's number, such as R10 for its last ten digits.",
        example="R10",
    ),
    Column(
        name="call_handle_method",
        kept="_0-9a-zA-Z",
        shortest=3,
        longest=20,
        refusal="CALL HANDLE METHOD MUST BE FROM 3 TO 20 CHARACTERS" + _OPTIONAL,
        default="CID",
        aliases=("ingroupcallhandlemethod",),
        offered=CALL_HANDLE_METHODS,
        help="How VICIdial finds the caller's lead: one of the methods of its admin pages. Blank means CID.",
        example="CIDLOOKUP",
    ),
    Column(
        name="agent_search_method",
        kept="_0-9a-zA-Z",
        shortest=2,
        longest=2,
        refusal="AGENT SEARCH METHOD MUST BE 2 CHARACTERS" + _OPTIONAL,
        default="LB",
        aliases=("ingroupagentsearchmethod",),
        choices=("LB", "LO", "SO"),
        help="How an agent is looked for: LB load balanced, LO load balanced overflow, SO server only.",
        example="LB",
    ),
    Column(
        name="list_id",
        shortest=3,
        longest=14,
        refusal="LIST ID MUST BE FROM 3 TO 14 DIGITS" + _OPTIONAL,
        default="999",
        aliases=("ingrouplistid",),
        digits_only=True,
        help="The list that new leads go to, 3 to 14 digits. Blank means 999.",
        example="999",
    ),
    Column(
        name="entry_list_id",
        kept="0-9",
        longest=14,
        refusal="ENTRY LIST ID MUST BE FROM 1 TO 14 DIGITS" + _OPTIONAL,
        default="0",
        aliases=("ingroupentrylistid",),
        digits_only=True,
        help="The entry list, up to 14 digits. Blank means 0.",
        example="0",
    ),
    Column(
        name="campaign_id",
        longest=8,
        refusal="CAMPAIGN MUST BE FROM 1 TO 8 CHARACTERS" + _OPTIONAL,
        aliases=("ingroupcampaignid", "campaign"),
        help="The campaign, up to 8 characters. VICIdial does not look it up.",
        example="TESTCAMP",
    ),
    Column(
        name="phone_code",
        kept="0-9",
        longest=10,
        refusal="PHONE CODE MUST BE FROM 1 TO 10 CHARACTERS" + _OPTIONAL,
        default="1",
        aliases=("ingroupphonecode",),
        help="The country's dialling code, up to 10 digits. Blank means 1.",
        example="1",
    ),
    COPY_FROM,
    Column(
        name="user_id",
        stored_as="user",
        aliases=("agent", "agentid", "agentuser", "useragent"),
        function="",
        help="The agent of an AGENT route, which add_did cannot set: set it under Inbound > DIDs, or use copy_from.",
        example="1001",
    ),
)
"""All columns, in the order in which people fill them; behind them those that add_did does not know."""

BY_NAME: Final[Mapping[str, Column]] = MappingProxyType({column.name: column for column in COLUMNS})
SENT: Final[tuple[Column, ...]] = tuple(column for column in COLUMNS if column.sent)  # the parameters of add_did
# those whose cells are checked and travel with their row: of add_did, and copy_from
USED: Final[tuple[Column, ...]] = tuple(column for column in COLUMNS if column.function)

ROUTE_NEEDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "EXTEN": ("extension",),
        "VOICEMAIL": ("voicemail_ext",),
        "VMAIL_NO_INST": ("voicemail_ext",),
        "PHONE": ("phone_extension", "server_ip"),
        "IN_GROUP": ("group",),
        "CALLMENU": ("menu_id",),
        "AGENT": (),
    }
)
"""What each route needs to lead anywhere, though the server does not ask for it."""
