"""The special rows of the sample order: a few of every kind of trouble, and what is good although it looks odd.

The first goes to the first city, the second to the second, and so on, round and round.
"""

from collections.abc import Mapping

from order_words import Cell, DateSpelling, FormulaSpelling, Number, Special, Spelling


def _good(about: str, fields: Mapping[str, Cell] | None = None, spelling: Spelling | None = None) -> Special:
    return Special(about, "success", fields or {}, spelling or Spelling("({npa}) 555-{line}"))


def _refused(about: str, fields: Mapping[str, Cell]) -> Special:
    """A row that only VICIdial can refuse, so it is sent."""
    return Special(about, "invalid", fields)


def _bad(about: str, fields: Mapping[str, Cell]) -> Special:
    return Special(about, "invalid", fields, sent=False)


def _no_did(about: str, text: str, spelling: Spelling | None = None) -> Special:
    return Special(about, "invalid", {}, spelling or Spelling(text, ""), sent=False)


def _twice(about: str, spelling: Spelling, line: str) -> Special:
    return Special(about, "duplicate", {}, spelling, sent=False, line=line)


def _there(npa: str) -> Special:
    return Special("a DID that is in VICIdial already", "duplicate", {}, npa=npa, line="0190")


NO_ROUTE: Mapping[str, Cell] = {"DID Route": "", "In-Group": ""}

SPECIALS: tuple[Special, ...] = (
    # one for each city, in the cities' order
    _twice("the DID of an earlier row, written otherwise", Spelling("{npa}555{line}"), "0100"),
    _there("727"),
    _twice("the DID of an earlier row, written alike", Spelling("{npa}555{line}", as_number=True), "0101"),
    _there("305"),
    _refused("an in-group that VICIdial does not have", {"In-Group": "SALES_WEST"}),
    _bad("a route misspelt", {"DID Route": "Ingroup"}),
    _there("713"),
    _bad("a description that is too short", {"Label": "Main"}),
    _good("a description that loses a character", {"Label": "Sales & service {city}"}),
    _refused("an in-group that VICIdial does not have", {"In-Group": "SALES_WEST"}),
    # the same again, and so on
    _good("a route in small letters", {"DID Route": "in group"}),
    _bad("a route without its target: in-group", {"In-Group": ""}),
    _no_did("a number that has lost its digits", "1.21256E+10"),
    _good("an active yes", {"Active": "yes"}),
    _bad("an agent search method that there is not", {"Agent Search Method": "ALL"}),
    _no_did("a number with an extension", "{npa} 555 {line} ext 3"),
    _refused("a call menu that VICIdial does not have", {"DID Route": "CALLMENU", "Call Menu": "night_menu"}),
    _bad("a list with letters", {"List ID": "list77"}),
    _no_did("two numbers in one cell", "206-555-0152 / 206-555-0153"),
    _no_did("no number", ""),
    # third round
    _no_did("an error of the spreadsheet", "", FormulaSpelling("#REF!", "", value="#REF!")),
    _bad("an agent, whom add_did cannot set", {"DID Route": "AGENT", "In-Group": "", "Agent ID": Number(1001)}),
    _good("an active 1 as a number", {"Active": Number(1)}),
    _bad("a mailbox that is too long", {"DID Route": "VOICEMAIL", "Voicemail Ext": "85008500850"}),
    _good("an active no", {"Active": "no"}),
    _refused(
        "a server that VICIdial does not have",
        {"DID Route": "PHONE", "In-Group": "", "Phone Extension": "cc102", "Server IP": "10.10.10.99"},
    ),
    _good("a description in another language", {"Label": "Línea de atención {city}"}),
    _bad("a route without its target: call menu", {"DID Route": "CALLMENU", "In-Group": ""}),
    _good("a recording until the queue", {"Record Call": "Y_QUEUESTOP"}),
    _bad("an active that is neither yes nor no", {"Active": "pending"}),
    # fourth round
    _no_did("a word instead of a number", "to follow"),
    _twice("the DID of an earlier row, written otherwise", Spelling("{npa}.555.{line}"), "0103"),
    _good("a number from a formula", {}, FormulaSpelling("2125550000+{line}")),
    Special("the number of an earlier row in another form: to VICIdial another DID", "success", line="0100"),
    _bad("a route without its target: mailbox", {"DID Route": "VOICEMAIL", "In-Group": ""}),
    _good("a recording in small letters", {"Record Call": "y"}),
    _no_did("a range", "7135550160-7135550164"),
    _bad("a recording that there is not", {"Record Call": "sometimes"}),
    _good("a number written as a text formula", {}, Spelling('="{npa}555{line}"')),
    _bad("a description that is too long", {"Label": "Overflow of the {city} sales and support lines after hours"}),
    # fifth round
    _good("an apostrophe before the number", {}, Spelling("'{npa}555{line}")),
    _bad("a route without its target: server", {"DID Route": "PHONE", "In-Group": "", "Phone Extension": "cc103"}),
    _no_did("a number of which a date was made", "", DateSpelling("", "")),
    _bad("a list that is too short", {"List ID": "77"}),
    _good("no route, but an extension", {**NO_ROUTE, "Extension": "8300"}),
    _bad("neither route nor extension", NO_ROUTE),
    _bad("an agent, whom add_did cannot set", {"DID Route": "AGENT", "In-Group": "", "Agent ID": "1002"}),
    _no_did("a number of more than 15 digits", "", Spelling("{npa}555{line}000012", "", as_number=True)),
    _good("a number as a link to dial", {}, Spelling("tel:+1-{npa}-555-{line}", "+1{npa}555{line}")),
    _bad("a campaign that is too long", {"Campaign ID": "BOSTON_WINTER"}),
    # sixth round
    _good("a list, a campaign and a search method", {"List ID": Number(101), "Campaign ID": "TAMPA1"}),
    _good("a search method in small letters", {"Agent Search Method": "lo"}),
    _no_did("a letter among the digits", "2125550I55"),
    _no_did("a number with decimals", "3055550155.50"),
    _good("an active TRUE", {"Active": True}),
    _good(
        "full-width digits", {}, Spelling("\uff13\uff11\uff12\uff15\uff15\uff15\uff10\uff11\uff15\uff15", "3125550155")
    ),
    _bad("three problems in one row", {"Label": "Main", "DID Route": "queue", "Active": "maybe"}),
    _good("a description of which nothing is kept", {"Label": "***"}),
    _good("an in-group in small letters", {"In-Group": "sales_in"}),
    _good("an unseen character in the number", {}, Spelling("+1{npa}555{line}\u200b", "+1{npa}555{line}")),
    # seventh round
    _bad("a route misspelt", {"DID Route": "Ingroup"}),
    _refused("an in-group that VICIdial does not have", {"In-Group": "SALES_WEST"}),
    _good("a route in small letters", {"DID Route": "in-group"}),
    _bad("a route misspelt", {"DID Route": "Ingroup"}),
    _twice("the DID of an earlier row, written otherwise", Spelling("{npa} 555 - {line}"), "0110"),
    _refused("an in-group that VICIdial does not have", {"In-Group": "SALES_WEST"}),
    _no_did("no number", ""),
    _no_did("a zero that is not dialled", "+44 (0)20 7946 0155"),
    _no_did("a column that was too narrow", "##########"),
    _no_did("separators between the thousands", "6,175,550,156"),
)
